#pragma once

#include <string_view>

#include "notifier/json/document.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The envelope of an event, read once from its JSON. Every part may be absent: then it is empty or missing. Borrows from the
/// Document and from the bytes it was parsed from.
struct Event {
  std::string_view id;
  std::string_view created_at;  ///< RFC 3339, as it came
  std::string_view type;        ///< the event kind
  std::string_view app_id;
  std::string_view app_name;
  std::string_view project_id;
  std::string_view project_name;
  json::View user;       ///< {username, email, id}
  json::View type_data;  ///< whatever the kind carries
  std::string_view body; ///< the whole event, byte for byte as it came in

  /// Reads the envelope in one pass over the members; values of a wrong type count as absent, the last of a duplicate counts.
  /// @param root  an object; see Document::parse.
  static Event read(json::View root, std::string_view body) noexcept;
};

NOTIFIER_NAMESPACE_END
