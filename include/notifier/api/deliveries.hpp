// What became of a notifier's deliveries, as far as the host keeps a History.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/pagination.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// `{root:[...],"meta":...}` of elements that are JSON already.
inline Response page_response(std::string_view root, const std::vector<std::string>& elements, const Page& page,
                              std::size_t total) {
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key(root);
      out.array([&] {
        for (const std::string& element : elements) out.raw(element);
      });
      write_meta(out, page, total);
    });
  });
}

inline Response list_deliveries(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (!call.registry.find(app->id, call.notifier_id())) return not_found("base");
  Page page;
  if (auto refused = read_page(call.target, 'd', page)) return *std::move(refused);
  std::vector<std::string> deliveries;
  const History* history = call.options.history;
  const std::string_view id = call.notifier_id();
  std::size_t total = 0;
  if (history == nullptr) {
    page.place = 0;
  } else if (page.number > 1) {
    total = history->deliveries(app->id, id, page.offset(), page.size, deliveries);
  } else {
    total = history->deliveries_from(app->id, id, page.place, page.size, deliveries);
  }
  return page_response("deliveries", deliveries, page, total);
}

inline Response retry_delivery(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (!call.registry.find(app->id, call.notifier_id())) return not_found("base");
  const std::string_view id = call.parameters[2];
  History* history = call.options.history;
  if (history == nullptr) return not_found("delivery");
  if (const auto again = history->retry(app->id, call.notifier_id(), id); !again) {
    return again.error().code == errc::not_found ? not_found("delivery") : failure(again.error());
  }
  return json_response(202, [&](json::Writer& out) {
    out.object([&] {
      out.key("delivery");
      out.object([&] { out.member("id", id); });
    });
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
