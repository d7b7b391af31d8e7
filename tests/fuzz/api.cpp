// Hands any bytes to the Api as a request, and stops where the answer is not as every answer must be.
//
// The input is a request as it goes over the wire, in short: "METHOD TARGET\nCONTENT-TYPE\n" and the body.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "../unit/api_oracle.hpp"

namespace {

constexpr std::string_view fixture =
    R"({"version":1,"apps":[{"id":"app-shop","name":"shop","owner":{"id":"us-1","username":"jane","email":"jane@example.com"},"notifiers":[
{"id":"no-1","name":"a","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://hooks.example.com/s"}},
{"id":"no-2","name":"b","platform":"email","send_all_alerts":true,"type_data":{"emails":["b@example.com"]}},
{"id":"no-3","name":"c","platform":"webhook","selected_events":["deployment"],"type_data":{"webhook_url":"https://example.com/s","x":1}}]}]})";

std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view piece = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return piece;
}

[[noreturn]] void stop(const char* what, const std::string& detail) {
  std::fprintf(stderr, "%s: %s\n", what, detail.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<notifier::Registry> registry;
  static std::unique_ptr<notifier::Api> api;
  static int changes = 0;
  if (registry == nullptr || changes > 1000) {
    api.reset();
    registry = std::make_unique<notifier::Registry>();
    if (!registry->load(fixture)) stop("fixture", "does not load");
    api = std::make_unique<notifier::Api>(*registry);
    changes = 0;
  }
  std::string_view text(reinterpret_cast<const char*>(data), size);
  notifier::Request request;
  request.method = take(text, ' ');
  request.target = take(text, '\n');
  request.headers = {{"Content-Type", take(text, '\n')}};
  request.body = text;

  const notifier::Outcome outcome = api->handle(request);
  const std::string fault = api_oracle::fault(request, outcome);
  if (!fault.empty()) stop("answer", fault);
  if (outcome.changes.empty()) return 0;
  changes += static_cast<int>(outcome.changes.size());
  if (const auto applied = registry->apply(outcome.changes); !applied) stop("apply", applied.error().message);
  if (changes % 100 != 0) return 0;
  notifier::Registry again;
  if (const auto loaded = again.load(registry->snapshot()); !loaded) stop("snapshot", loaded.error().message);
  return 0;
}
