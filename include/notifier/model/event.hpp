#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/json/document.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The envelope of an event, read once from its JSON. Every part may be absent: then it is empty or missing. Borrows
/// from the Document and from the bytes it was parsed from.
struct Event {
  std::string_view id;          ///< a number counts as its text, as it stands in the event: 42 is "42", 1e2 is "1e2"
  std::string_view created_at;  ///< as it came; read_timestamp() reads it
  std::string_view type;        ///< the event kind
  std::string_view app_id;
  std::string_view app_name;
  std::string_view project_id;
  std::string_view project_name;
  json::View root;        ///< all of it: what filters look into
  json::View user;        ///< {username, email, id}
  json::View type_data;   ///< whatever the kind carries
  std::string_view body;  ///< the whole event, byte for byte as it came in

  /// Reads the envelope in one pass over the members; values of a wrong type count as absent (an id may be a number),
  /// the last of a duplicate counts.
  /// @param whole_event  an object; see Document::parse.
  static Event read(json::View whole_event, std::string_view body) noexcept;
  /// The same, in place of what was here.
  void assign(json::View whole_event, std::string_view whole) noexcept;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <cstring>

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE Event Event::read(json::View whole_event, std::string_view body) noexcept {
  Event event;
  event.assign(whole_event, body);
  return event;
}

NOTIFIER_INLINE void Event::assign(json::View whole_event, std::string_view whole) noexcept {
  // One by one: compilers clear a whole Event with a slow instruction, and hand a value on through memory.
  id = std::string_view();
  created_at = std::string_view();
  type = std::string_view();
  app_id = std::string_view();
  app_name = std::string_view();
  project_id = std::string_view();
  project_name = std::string_view();
  root = whole_event;
  user = json::View();
  type_data = json::View();
  body = whole;
  const auto object = [](json::View value) { return value.is_object() ? value : json::View(); };
  // Of keys of one length, the comparison is of a constant size: no call.
  whole_event.for_each_member([&](std::string_view key, json::View value) {
    const auto is = [&](const char* name, std::size_t size) { return std::memcmp(key.data(), name, size) == 0; };
    switch (key.size()) {
      case 2:
        if (is("id", 2)) {
          id = value.string();
          if (id.empty()) id = value.digits();
        }
        break;
      case 4:
        if (is("type", 4)) type = value.string();
        if (is("user", 4)) user = object(value);
        break;
      case 6:
        if (is("app_id", 6)) app_id = value.string();
        break;
      case 8:
        if (is("app_name", 8)) app_name = value.string();
        break;
      case 9:
        if (is("type_data", 9)) type_data = object(value);
        break;
      case 10:
        if (is("created_at", 10)) created_at = value.string();
        if (is("project_id", 10)) project_id = value.string();
        break;
      case 12:
        if (is("project_name", 12)) project_name = value.string();
        break;
      default: break;
    }
  });
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
