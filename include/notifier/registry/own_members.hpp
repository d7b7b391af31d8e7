// What of a request's body is a notifier's own.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "notifier/model/platform_row.hpp"
#include "notifier/model/type_data.hpp"
#include "notifier/net/url.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whether what it is sent to takes no notice of members that are the notifier's own.
inline bool is_deaf(const PlatformRow& row, const TypeData& data) {
  if (row.deaf_hosts.empty()) return false;
  const auto url = parse_http_url(data.text(row.fields[0].key()));
  for (std::string_view rest = row.deaf_hosts; url && !rest.empty();) {
    const std::size_t end = (std::min)(rest.find(' '), rest.size());
    if (net::is_host_or_below(url->host, rest.substr(0, end))) return true;
    rest.remove_prefix((std::min)(end + 1, rest.size()));
  }
  return false;
}

/// The first field whose value is to stand in the body; nullptr where there is none.
inline const PlatformField* first_own_member(const PlatformRow& row, const TypeData& data) noexcept {
  for (const PlatformField& field : row.fields) {
    if (field.in == Place::body && !(field.fallback.empty() && data.text(field.key()).empty())) return &field;
  }
  return nullptr;
}

/// Whether a body has members that are its notifier's own, or may have.
inline bool has_own_members(const PlatformRow& row, const TypeData& data) {
  return row.key_in == Place::body || !row.thread_member.empty() ||
         (first_own_member(row, data) != nullptr && !is_deaf(row, data));
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
