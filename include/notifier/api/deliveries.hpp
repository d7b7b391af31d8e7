// What became of deliveries, as far as the host keeps a History.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/pagination.hpp"
#include "notifier/function_ref.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/model/time.hpp"
#include "notifier/outbox/filter.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// Writes a member that is an array of elements which are JSON already.
inline void write_elements(json::Writer& out, std::string_view root, const std::vector<std::string>& elements) {
  out.key(root);
  out.array([&] {
    for (const std::string& element : elements) out.raw(element);
  });
}

/// `{root:[...],"meta":...}` of elements that are JSON already.
inline Response page_response(std::string_view root, const std::vector<std::string>& elements, const Page& page,
                              std::size_t total) {
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      write_elements(out, root, elements);
      write_meta(out, page, total);
    });
  });
}

/// `{root:...}` of what is JSON already.
inline Response kept_response(std::string_view root, std::string_view element) {
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key(root);
      out.raw(element);
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

/// `{"delivery":{"id":...}}` where something was done with a delivery, else why not.
inline Response acted_on(const Result<void>& done, std::string_view id) {
  if (!done) return done.error().code == errc::not_found ? not_found("delivery") : failure(done.error());
  return json_response(202, [&](json::Writer& out) {
    out.object([&] {
      out.key("delivery");
      out.object([&] { out.member("id", id); });
    });
  });
}

inline Response retry_delivery(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (!call.registry.find(app->id, call.notifier_id())) return not_found("base");
  const std::string_view id = call.parameters[2];
  History* history = call.options.history;
  return acted_on(history == nullptr ? no_such_delivery() : history->retry(app->id, call.notifier_id(), id), id);
}

// ---- of all notifiers of an app
// ---------------------------------------------------------------------------------------

/// What a filter says, by its names: `text(name)` gives the value of each, empty where it is not given.
/// @return the error to answer, where there is one
inline std::optional<Response> read_filter(FunctionRef<std::string_view(std::string_view)> text,
                                           DeliveryFilter& filter) {
  filter.notifier_id = text("notifier_id");
  filter.event_id = text("event_id");
  filter.event_type = text("type");
  if (const std::string_view status = text("status"); !status.empty()) {
    for (int i = 0; i <= static_cast<int>(OutboxState::grouped); ++i) {
      if (to_string(static_cast<OutboxState>(i)) == status) filter.state = static_cast<OutboxState>(i);
    }
    if (!filter.state) {
      return unprocessable("status", "must be one of pending, held, delivered, dead, grouping, grouped");
    }
  }
  const std::string_view since = text("since");
  if (since.empty() || parse_timestamp(since, filter.since)) return std::nullopt;
  return unprocessable("since", "must be a time with its zone, as 2026-01-31T09:30:00Z");
}

/// Goes on by cursor alone, and counts nothing: with each filter, a page takes as long as any other.
inline Response find_deliveries(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  Page page;
  if (auto refused = read_page(call.target, 'a', page)) return *std::move(refused);
  if (page.number > 1) return error_response(400, "This list has no numbers of pages: it goes on by next_cursor");
  DeliveryFilter filter;
  filter.app_id = app->id;
  if (auto refused = read_filter([&](std::string_view name) { return call.target.parameter(name); }, filter)) {
    return *std::move(refused);
  }
  std::vector<std::string> deliveries;
  if (const History* history = call.options.history) {
    history->find_deliveries(filter, page.place, page.size, deliveries);
  } else {
    page.place = 0;
  }
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      write_elements(out, "deliveries", deliveries);
      out.key("meta");
      out.object([&] { write_cursor(out, page); });
    });
  });
}

inline Response show_delivery(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  DeliveryFilter filter;
  filter.app_id = app->id;
  filter.key = call.parameters[1];
  std::vector<std::string> found;
  std::uint64_t place = 0;
  if (const History* history = call.options.history) history->find_deliveries(filter, place, 1, found);
  return found.empty() ? not_found("delivery") : kept_response("delivery", found.front());
}

/// Sends one delivery of an app again, or withdraws it.
inline Response act_on_delivery(Call& call, bool is_retry) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const std::string_view id = call.parameters[1];
  History* history = call.options.history;
  return acted_on(history == nullptr ? no_such_delivery()
                  : is_retry         ? history->retry(app->id, {}, id)
                                     : history->cancel(app->id, {}, id),
                  id);
}

inline Response retry_one(Call& call) { return act_on_delivery(call, true); }
inline Response cancel_one(Call& call) { return act_on_delivery(call, false); }

/// Sends again what is dead, the newest ones first, so many at a time; the answer says whether there are more.
inline Response retry_deliveries(Call& call) {
  constexpr std::size_t at_once = 1000;
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto body = read_body(call);
  if (!body) return failure(body.error());
  if (!body->is_object()) {
    Error error;
    error.code = errc::not_an_object;
    error.message = "what to send again must be an object";
    return failure(error);
  }
  // A filter that is not understood would send more than was meant.
  Problems problems;
  constexpr std::string_view names = "since status notifier_id event_id type";
  check_keys(*body, names, {}, problems);
  split(names, ' ', [&](std::string_view name) {
    const json::View value = (*body)[name];
    if (value.exists() && !value.is_string()) problems.add(name, "must be a string", "type");
    return true;
  });
  if (!problems.list().empty()) return unprocessable(problems.list());
  DeliveryFilter filter;
  filter.app_id = app->id;
  if (auto refused = read_filter([&](std::string_view name) { return body->string(name); }, filter)) {
    return *std::move(refused);
  }
  if (filter.state && *filter.state != OutboxState::dead) {
    return unprocessable("status", "must be dead: no others are sent again");
  }
  std::uint64_t place = 0;
  Result<std::size_t> count = std::size_t{0};
  if (History* history = call.options.history) count = history->retry_all(filter, place, at_once);
  if (!count) return failure(count.error());
  return json_response(202, [&](json::Writer& out) {
    out.object([&] {
      out.key("deliveries");
      out.unsigned_integer(*count);
      out.key("more");
      out.boolean(place != 0);
    });
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
