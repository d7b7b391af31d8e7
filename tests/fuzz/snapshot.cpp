// Loads any bytes as a snapshot, into a registry that holds something already, and stops where a refused one changes
// it, an error says no place, or an accepted one is not what is written back.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "notifier/routing/router.hpp"
#include "require.hpp"

namespace {

constexpr std::string_view before =
    R"({"version":1,"apps":[{"id":"1","name":"shop","notifiers":[
{"id":"no-1","name":"a","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://example.com/a"}}]}]})";

std::size_t count_deliveries(const notifier::Registry& registry) {
  notifier::Router router(registry);
  const auto matched = router.match(R"({"type":"restart","app_id":"1"})", [](std::string_view) {});
  return *matched;
}

void check_refused(const notifier::Registry& registry, const std::string& stored, const notifier::Error& error,
                   std::string_view text) {
  require(registry.snapshot() == stored && count_deliveries(registry) == 1, "a refused snapshot changed something",
          text);
  require(!error.message.empty(), "no message", text);
  require(error.offset == notifier::Error::no_offset || error.offset <= text.size(), "a place outside", text);
  require(error.code != notifier::errc::invalid || !error.fields.empty() || !error.field.empty(), "no place", text);
  for (const notifier::FieldError& field : error.fields) {
    require(!field.field.empty() && !field.message.empty() && !field.code.empty(), "an empty fault", text);
  }
}

/// What was accepted keeps the rules that hold for any registry.
void check_accepted(const notifier::Registry& registry, std::string_view text) {
  const std::string written = registry.snapshot();
  notifier::Registry again;
  require(again.load(written).has_value(), "what was written does not load", written);
  require(again.snapshot() == written, "another snapshot", written);
  std::set<std::string> names, ids, notifier_ids;
  std::size_t count = 0;
  for (const notifier::App& app : registry.apps()) {
    require(!app.id.empty() && ids.insert(app.id).second, "an app's id", text);
    require(!app.name.empty() && names.insert(app.name).second, "an app's name", text);
    for (const notifier::Notifier& notifier : registry.list(app.id)) {
      ++count;
      require(!notifier.id.empty() && notifier_ids.insert(notifier.id).second, "a notifier's id", text);
      require(!notifier.name.empty() && notifier.app_id == app.id && notifier.app == app.name, "a notifier", text);
      require(notifier.platform == notifier::Platform::email || !notifier.type_data.text("webhook_url").empty(),
              "no URL", text);
      require(registry.find(notifier.id).has_value(), "a notifier that is not found", text);
    }
  }
  require(registry.notifier_count() == count && registry.app_count() == ids.size(), "the counts", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  notifier::Registry registry;
  if (!registry.load(before)) std::abort();
  const std::string stored = registry.snapshot();
  if (const auto loaded = registry.load(text)) {
    check_accepted(registry, text);
  } else {
    check_refused(registry, stored, loaded.error(), text);
  }
  return 0;
}
