// What is held back for a notifier, to be told together: as far as the host keeps a History.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/previews.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// What a group waits for.
inline std::string_view awaited_by(const GroupState& state, const Notifier& notifier, Timestamp now) noexcept {
  switch (state.waits) {
    case GroupState::Waits::steady: return "window";
    case GroupState::Waits::daytime: return "time_of_day";
    case GroupState::Waits::released: break;
  }
  return notifier.muted_until && now < *notifier.muted_until ? "mute" : "quiet_hours";
}

inline void write_time(json::Writer& out, std::string_view key, Timestamp time) { out.member(key, to_rfc3339(time)); }

inline void write_count(json::Writer& out, std::string_view key, std::uint64_t count) {
  out.key(key);
  out.integer(static_cast<std::int64_t>(count));
}

/// Writes what is held back in one group, and the message that would tell of it now.
inline void write_group(json::Writer& out, Call& call, const Notifier& notifier, std::string_view key,
                        const GroupState& state) {
  const Digest& held = state.held;
  out.object([&] {
    write_count(out, "events", held.count);
    write_time(out, "first_at", held.first);
    write_time(out, "last_at", held.last);
    write_time(out, "told_at", state.closes.wall);
    out.member("waits_for", awaited_by(state, notifier, call.now()));
    out.member("severity", to_string(held.worst));
    out.member("subject", held.subject);
    out.key("kinds");
    out.array([&] {
      for (const Digest::Kind& kind : held.kinds) {
        out.object([&] {
          out.member("type", kind.type);
          write_count(out, "events", kind.count);
        });
      }
    });
    write_count(out, "other_kinds", held.other_kinds);
    out.key("preview");
    const Notifier shown = masked(notifier, false);
    const std::string id = digest_key(key, state.window);  // the preview borrows both
    const auto delivery = call.router.preview(shown, held, id);
    if (!delivery) return out.null();
    write_preview(out, *delivery, notifier, false);
  });
}

/// What waits to be told together, in how many messages and when, and each of them as it would be told now.
inline Response show_digest(Call& call) {
  constexpr std::size_t most_shown = 20;
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto notifier = call.registry.find(app->id, call.notifier_id());
  if (!notifier) return not_found("base");
  std::vector<std::string> groups;
  HeldBack held;
  if (const History* history = call.options.history)
    held = history->held_back(app->id, notifier->id, most_shown, groups);
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key("digest");
      out.object([&] {
        write_count(out, "events", held.events);
        write_count(out, "total", held.groups);
        out.key("groups");
        out.array([&] {
          for (const std::string& group : groups) {
            const auto root = call.document.parse(group, NOTIFIER_MAX_SNAPSHOT_BYTES);
            if (root) write_group(out, call, *notifier, root->string("key"), group_state_from_json(*root));
          }
        });
      });
    });
  });
}

/// Has it told now.
inline Response tell_digest(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (!call.registry.find(app->id, call.notifier_id())) return not_found("base");
  History* history = call.options.history;
  std::vector<std::string> none;
  const HeldBack held = history == nullptr ? HeldBack() : history->held_back(app->id, call.notifier_id(), 0, none);
  if (held.events == 0) return error_response(409, "Nothing is held back for this notifier");
  const auto done = history->tell_now(app->id, call.notifier_id());
  if (!done) return failure(done.error());
  return json_response(202, [&](json::Writer& out) {
    out.object([&] {
      out.key("digest");
      out.object([&] { write_count(out, "events", held.events); });
    });
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
