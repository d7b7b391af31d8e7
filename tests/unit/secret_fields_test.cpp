// Secrets that platforms take in paths, headers and bodies: sent, and seen nowhere else.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

using Kind = PlatformField::Kind;
using Visibility = PlatformField::Visibility;

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_hidden(const PlatformField& field) {
  return field.visibility == Visibility::write_only && (field.kind == Kind::token || field.kind == Kind::text);
}

/// `type_data` in which whatever is never shown is "SECRET-" and its key.
std::string type_data_of(const PlatformRow& row, bool with_optional) {
  std::string out;
  for (const PlatformField& field : row.fields) {
    std::string value;
    if (is_hidden(field) && (field.is_required || with_optional)) value = "SECRET-" + std::string(field.key());
    if (!is_hidden(field) && field.is_required && field.kind == Kind::url) value = "https://chat.example.com/";
    if (!is_hidden(field) && field.is_required && field.kind != Kind::url) value = "open-" + std::string(field.key());
    if (value.empty()) continue;
    out += (out.empty() ? "\"" : ",\"") + std::string(field.key()) + "\":\"" + value + "\"";
  }
  return "{" + out + "}";
}

template <class F>
void for_each_row_with_secrets(F&& f) {
  for (const PlatformRow& row : builtin_platforms) {
    CAPTURE(row.name);
    bool has_secret = false;
    for (const PlatformField& field : row.fields) has_secret = has_secret || is_hidden(field);
    if (has_secret) f(row);
  }
}

constexpr std::string_view notifiers = "/v1/apps/shop/notifiers";

}  // namespace

TEST_CASE("what is never shown is in no answer, no event and no preview, and whole where it is sent and stored") {
  for_each_row_with_secrets([](const PlatformRow& row) {
    api_world::World world;
    const std::string draft = R"({"notifier":{"name":"new","platform_id":")" + std::string(row.id) +
                              R"(","send_all_events":true,"type_data":)" + type_data_of(row, true) + "}";
    for (const char* const more : {"}", R"(,"reveal_url":true})", R"(,"reveal_url":true,"event":"crash"})"}) {
      const auto preview = world.call("POST", std::string(notifiers) + "/preview", draft + more);
      CHECK(preview.response.status == 200);
      CHECK(holds(preview.response.body, "***"));
      CHECK_FALSE(holds(preview.response.body, "SECRET-"));
    }

    const auto made = world.call("POST", notifiers, draft + "}");
    REQUIRE_MESSAGE(made.response.status == 201, made.response.body);
    CHECK_FALSE(holds(made.response.body, "SECRET-"));
    CHECK(holds(made.response.body, "secrets_set"));
    for (const RecordedEvent& event : made.events) CHECK_FALSE(holds(event.json, "SECRET-"));
    REQUIRE(world.registry.apply(made.changes));
    const std::string id(made.changes[0].notifier.id);
    const std::string saved = std::string(notifiers) + "/" + id;
    CHECK_FALSE(holds(world.call("GET", saved).response.body, "SECRET-"));
    CHECK_FALSE(holds(world.call("GET", notifiers).response.body, "SECRET-"));
    const auto preview = world.call("POST", saved + "/preview", R"({"event":"restart","reveal_url":true})");
    CHECK(preview.response.status == 200);
    CHECK_FALSE(holds(preview.response.body, "SECRET-"));

    // A change without it leaves it; one with null takes it away, unless it has to be there.
    const auto renamed = world.call("PATCH", saved, R"({"notifier":{"name":"renamed"}})");
    REQUIRE(world.registry.apply(renamed.changes));
    const std::string snapshot = world.registry.snapshot();
    for (const PlatformField& field : row.fields) {
      CAPTURE(field.path);
      if (!is_hidden(field)) continue;
      CHECK(holds(snapshot, "SECRET-" + std::string(field.key())));
      const auto taken =
          world.call("PATCH", saved, R"({"notifier":{"type_data":{")" + std::string(field.key()) + R"(":null}}})");
      CHECK(taken.response.status == (field.is_required ? 422 : 200));
      CHECK_FALSE(holds(taken.response.body, "SECRET-"));
    }

    Router router(world.registry);
    std::string sent;
    const auto routed =
        router.route(R"({"id":"e-1","type":"restart","app_id":"app-1","app_name":"shop","type_data":{}})",
                     [&](const DeliveryView& delivery) {
                       if (delivery.notifier_id != id) return;
                       sent.append(delivery.url).append(" ").append(delivery.body);
                       for (const HeaderView& header : delivery.headers) sent.append(" ").append(header.value);
                     });
    REQUIRE(routed);
    for (const PlatformField& field : row.fields) {
      if (is_hidden(field)) CHECK(holds(sent, "SECRET-" + std::string(field.key())));
    }
  });
}

TEST_CASE("a target is who is sent to, whatever the URL, and no other") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop"}]})"));
  Router router(registry);
  const auto target_of = [&](const PlatformRow& row, std::string_view key, const std::string& value) {
    Notifier notifier;
    notifier.id = "no-1";
    notifier.name = "x";
    notifier.platform = row.platform;
    for (const PlatformField& field : row.fields) {
      if (field.is_required) notifier.type_data.set_text(field.key(), "https://a.example");
    }
    if (!key.empty()) notifier.type_data.set_text(key, value);
    const auto delivery = router.preview(notifier, R"({"id":"e-1","type":"restart","app_id":"1"})");
    REQUIRE(delivery);
    return delivery->target;
  };
  for (const PlatformRow& row : builtin_platforms) {
    CAPTURE(row.name);
    for (const std::string_view key : row.target) {
      CAPTURE(key);
      CHECK(target_of(row, key, "b") == target_of(row, key, "b"));
      CHECK(target_of(row, key, "b") != target_of(row, {}, {}));
      CHECK(target_of(row, key, "b") != target_of(row, key, "c"));
    }
  }
}
