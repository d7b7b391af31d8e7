// Events of an app: take them in, list them, explain them, follow them.

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/deliveries.hpp"
#include "notifier/api/pagination.hpp"
#include "notifier/api/warnings.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/time.hpp"
#include "notifier/net/url.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// Who an event concerns beside what it says itself: this app where it names none, and the notifiers that the query
/// parameter `notifier_ids` names as recipients of an alert, separated by commas.
inline Audience audience_of(const Call& call, const App& app) {
  Audience audience;
  audience.app_ids.push_back(app.id);
  split(call.target.parameter("notifier_ids"), ',', [&](std::string_view id) {
    if (!id.empty()) audience.notifier_ids.push_back(id);
    return true;
  });
  return audience;
}

inline constexpr std::string_view event_keys =
    "id created_at type app_id app_name project_id project_name user type_data";

/// Remarks on what is strange in an event, which is taken nevertheless.
inline void remark_on_event(json::View root, const Event& event, Problems& warnings) {
  if (event.type.empty()) {
    warnings.add("type", "is missing: only who is sent all events is told, of an event that has no name", "missing");
  }
  const std::string_view time = remark_on_time(event.created_at);
  if (!time.empty()) warnings.add("created_at", time, "strange_time");
  check_keys(root, event_keys, {}, warnings);
}

/// Reads the envelope of an event that was sent for `app`; an event of another app is errc::invalid.
/// @param warnings  null: nobody hears of remarks
inline Result<Event> read_event(Call& call, const App& app, std::string_view json, Problems* warnings = nullptr) {
  const auto root = call.document.parse(json);
  if (!root) return root.error();
  Error error;
  if (!root->is_object()) {
    error.code = errc::not_an_object;
    error.message = "an event must be an object";
    return error;
  }
  const Event event = Event::read(*root, json);
  if (warnings != nullptr) remark_on_event(*root, event, *warnings);
  const bool by_id = !event.app_id.empty();
  if (by_id ? event.app_id == app.id : event.app_name.empty() || event.app_name == app.name) return event;
  error.fields.push_back({by_id ? "app_id" : "app_name", "is not the app that the path names", "other_app"});
  return error;
}

/// The events of a body, one line each, or the body itself where it is one event.
///
/// Newline-delimited JSON is what says so in its Content-Type; and what is no JSON document, but whose first line is.
inline std::vector<std::string_view> split_events(Call& call) {
  const std::string_view body = call.request.body;
  bool has_lines = false;
  for (const HeaderView& header : call.request.headers) {
    if (!net::equals_lower(header.name, "content-type")) continue;
    has_lines =
        header.value.find("ndjson") != std::string_view::npos || header.value.find("jsonl") != std::string_view::npos;
  }
  const std::size_t line_end = body.find('\n');
  if (!has_lines && line_end != std::string_view::npos && !call.document.parse(body)) {
    has_lines = call.document.parse(body.substr(0, line_end)).has_value();
  }
  if (!has_lines) return {body};

  std::vector<std::string_view> lines;
  split(body, '\n', [&](std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) lines.push_back(line);
    return true;
  });
  return lines;
}

/// Which line of a body another begins with, for a message.
inline std::string place_of(std::string_view body, std::string_view line) {
  const std::string_view before = body.substr(0, static_cast<std::size_t>(line.data() - body.data()));
  return joined("line ", decimal(1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'))), ": ");
}

/// Says which of several events a fault lies in; places are counted from the start of its line.
inline Error in_line(Error error, std::string_view body, std::string_view line, std::size_t count) {
  if (count == 1) return error;
  const std::string place = place_of(body, line);
  error.message.insert(0, place);
  for (FieldError& field : error.fields) field.message.insert(0, place);
  return error;
}

/// What events that have no id are known by: what the client says in `Idempotency-Key`, else what the host draws.
class EventIds {
 public:
  /// @return the error to answer, where there is one
  std::optional<Response> read(const Call& call, std::size_t event_count) {
    call_ = &call;
    is_one_ = event_count == 1;
    for (const HeaderView& header : call.request.headers) {
      if (!net::equals_lower(header.name, "idempotency-key")) continue;
      if (!key_.empty()) return error_response(400, "Idempotency-Key is given twice");
      key_ = header.value;
      // As the HTTP field's draft writes it, or as clients do.
      if (key_.size() >= 2 && key_.front() == '"' && key_.back() == '"') key_ = key_.substr(1, key_.size() - 2);
      const auto is_visible = [](char c) { return c >= ' ' && c <= '~'; };
      if (has_no_text(key_) || key_.size() > NOTIFIER_MAX_ID_BYTES ||
          !std::all_of(key_.begin(), key_.end(), is_visible)) {
        return error_response(400, with_number("Idempotency-Key must be 1 to ", std::size_t{NOTIFIER_MAX_ID_BYTES},
                                               " visible ASCII characters"));
      }
    }
    return std::nullopt;
  }

  /// @param own    the event's own id, if it has one
  /// @param place  of the event in the body, from 1
  /// @return empty where it is known by its bytes
  std::string of(std::string_view own, std::size_t place) const {
    if (!own.empty()) return std::string(own);
    if (!key_.empty()) return is_one_ ? std::string(key_) : joined(key_, ":", decimal(place));
    const ApiOptions& options = call_->options;
    if (options.new_id) return options.new_id("ev-");
    return options.router.new_id ? options.router.new_id("ev-") : std::string();
  }

 private:
  const Call* call_ = nullptr;
  bool is_one_ = true;
  std::string_view key_;
};

/// The most remarks that an answer makes.
inline constexpr std::size_t max_warnings = 20;

/// Routes the events of a body and adds them to the outcome. Several are taken all or not at all.
/// @param warnings  what is remarked on them
/// @param taken     called as `void(std::string_view type)` for each
/// @return the error to answer, where there is one
template <class Taken>
std::optional<Response> take_events(Call& call, const App& app, std::vector<FieldError>& warnings, Taken&& taken) {
  const std::vector<std::string_view> events = split_events(call);
  EventIds ids;
  if (auto refused = ids.read(call, events.size())) return refused;
  Audience audience = audience_of(call, app);
  Outcome& outcome = call.outcome;
  DeliveryOwner own;
  const auto refuse = [&](const Error& error, std::string_view json) {
    outcome = {};
    return failure(in_line(error, call.request.body, json, events.size()));
  };
  for (const std::string_view json : events) {
    Problems remarks;
    const auto event = read_event(call, app, json, warnings.size() < max_warnings ? &remarks : nullptr);
    if (!event) return refuse(event.error(), json);
    for (FieldError& remark : remarks.list()) {
      if (warnings.size() == max_warnings) break;
      if (events.size() > 1) remark.message.insert(0, place_of(call.request.body, json));
      warnings.push_back(std::move(remark));
    }
    std::string id = ids.of(event->id, outcome.events.size() + 1);
    audience.event_id = id;
    const auto routed = route(call, json, own, audience);
    if (!routed) return refuse(routed.error(), json);
    outcome.events.push_back({app.id, std::move(id), std::string(json)});
    taken(event->type);
  }
  return std::nullopt;
}

/// 202 with what was routed. What is told together with others is `grouped`: at once or later, which nobody knows yet.
inline Response accept_events(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (call.request.body.size() > NOTIFIER_MAX_EVENT_BYTES)
    return error_response(413, "The events are larger than this server takes at once");

  struct Accepted {
    std::string type;
    std::size_t deliveries_end;
  };
  std::vector<Accepted> accepted;
  Outcome& outcome = call.outcome;
  std::vector<FieldError> warnings;
  if (auto refused = take_events(call, *app, warnings, [&](std::string_view type) {
        accepted.push_back({std::string(type), outcome.deliveries.size()});
      })) {
    return *std::move(refused);
  }

  Buffer body;
  json::Writer out(body);
  out.object([&] {
    out.key("events");
    out.array([&] {
      for (std::size_t i = 0; i < accepted.size(); ++i) {
        out.object([&] {
          out.member("id", outcome.events[i].id);
          out.member("type", accepted[i].type);
          out.key("deliveries");
          out.array([&] {
            while (outcome.entry_ends.size() < accepted[i].deliveries_end) {
              const Delivery& routed = outcome.deliveries[outcome.entry_ends.size()];
              out.object([&] {
                out.member("notifier_id", routed.notifier_id);
                out.member("notifier_name", routed.notifier_name);
                out.member("platform", to_string(routed.platform));
                if (NOTIFIER_ARRIVALS != 0 && routed.arrival != nullptr) {
                  out.key("grouped");
                  out.boolean(true);
                }
                outcome.entry_ends.push_back(body.size());
              });
            }
          });
        });
      }
    });
    write_warnings(out, warnings);
  });
  return json_text_response(202, body);
}

inline Response list_events(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  Page page;
  if (auto refused = read_page(call.target, 'e', page)) return *std::move(refused);
  std::vector<std::string> events;
  const History* history = call.options.history;
  std::size_t total = 0;
  if (history == nullptr) {
    page.place = 0;
  } else if (page.number > 1) {
    total = history->events(app->id, page.offset(), page.size, events);
  } else {
    total = history->events_from(app->id, page.place, page.size, events);
  }
  return page_response("events", events, page, total);
}

inline Response show_event(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const History* history = call.options.history;
  const std::string event = history == nullptr ? std::string() : history->event(app->id, call.parameters[1]);
  return event.empty() ? not_found("event") : kept_response("event", event);
}

/// The body is the event itself.
inline Response explain_event(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto event = read_event(call, *app, call.request.body);
  if (!event) return failure(event.error());
  const auto explained = call.router.explain(call.request.body, audience_of(call, *app));
  if (!explained) return failure(explained.error());
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key("explanation");
      write_json(out, *explained);
    });
  });
}

/// Server-sent events; the host writes them, since they have not happened yet.
inline Response stream(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  call.outcome.stream_app_id = app->id;
  Response response;
  response.headers.push_back({"Content-Type", "text/event-stream; charset=utf-8"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
