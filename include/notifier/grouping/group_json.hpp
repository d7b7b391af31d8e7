// A group's state as JSON, for a store.

#pragma once

#include "notifier/grouping/group.hpp"
#include "notifier/json/view.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes a state as one object. Of when its window closes, the time of day is kept: see restore().
void to_json(json::Writer& out, const GroupState& state);
/// Writes the members of that object, into one that has others, too.
void write_members(json::Writer& out, const GroupState& state);

/// Reads what to_json() wrote; what is missing is as in a state that is new.
GroupState group_state_from_json(json::View object);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::array<std::string_view, 3> group_waits = {"steady", "daytime", "released"};

inline std::uint64_t read_natural(json::View value) noexcept {
  std::int64_t number = 0;
  return value.integer(number) && number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

inline Timestamp read_ms(json::View value) noexcept {
  Timestamp time;
  static_cast<void>(value.integer(time.ms));
  return time;
}

inline void write_held(json::Writer& out, const Digest& held) {
  const auto number = [&](std::string_view key, std::uint64_t value) {
    out.key(key);
    out.integer(static_cast<std::int64_t>(value));
  };
  number("count", held.count);
  number("other_kinds", held.other_kinds);
  out.member("worst", to_string(held.worst));
  out.key("first");
  out.integer(held.first.ms);
  out.key("last");
  out.integer(held.last.ms);
  out.key("follows");
  out.boolean(held.follows);
  out.member("subject", held.subject);
  out.key("kinds");
  out.array([&] {
    for (const Digest::Kind& kind : held.kinds) {
      out.object([&] {
        out.member("type", kind.type);
        number("count", kind.count);
      });
    }
  });
  out.key("items");
  out.array([&] {
    for (const DigestItem& item : held.items) {
      out.object([&] {
        out.member("title", item.title);
        if (!item.link.empty()) out.member("link", item.link);
        out.member("severity", to_string(item.severity));
        if (!item.event.empty()) out.member("event", item.event);
      });
    }
  });
}

inline void read_held(json::View object, Digest& held) {
  held.count = read_natural(object["count"]);
  held.other_kinds = read_natural(object["other_kinds"]);
  held.worst = severity_named(object["worst"].string());
  held.first = read_ms(object["first"]);
  held.last = read_ms(object["last"]);
  held.follows = object["follows"].boolean();
  held.subject = object["subject"].string();
  object["kinds"].for_each_element([&](json::View kind) {
    held.kinds.push_back({std::string(kind["type"].string()), read_natural(kind["count"])});
  });
  object["items"].for_each_element([&](json::View item) {
    held.items.push_back({std::string(item["title"].string()), std::string(item["link"].string()),
                          severity_named(item["severity"].string()), std::string(item["event"].string())});
  });
}

}  // namespace detail

NOTIFIER_INLINE void to_json(json::Writer& out, const GroupState& state) {
  out.object([&] { write_members(out, state); });
}

NOTIFIER_INLINE void write_members(json::Writer& out, const GroupState& state) {
  out.key("window");
  out.integer(static_cast<std::int64_t>(state.window));
  out.key("is_open");
  out.boolean(state.is_open);
  out.member("waits", detail::group_waits[static_cast<std::size_t>(state.waits)]);
  out.key("closes");
  out.integer(state.closes.wall.ms);
  detail::write_held(out, state.held);
}

NOTIFIER_INLINE GroupState group_state_from_json(json::View object) {
  GroupState state;
  state.window = detail::read_natural(object["window"]);
  state.is_open = object["is_open"].boolean();
  for (std::size_t i = 0; i < detail::group_waits.size(); ++i) {
    if (object["waits"].string() == detail::group_waits[i]) state.waits = static_cast<GroupState::Waits>(i);
  }
  state.closes.wall = detail::read_ms(object["closes"]);
  detail::read_held(object, state.held);
  return state;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
