// Answers that a client may keep, asks for again only where they have changed, and changes only where they have not.

#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "notifier/api/call.hpp"
#include "notifier/net/url.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// The entity tag of an answer: of its bytes, in quotes.
struct EntityTag {
  explicit EntityTag(std::string_view body) { *Hash128().add(body).write_hex(text + 1) = '"'; }
  std::string_view view() const noexcept { return {text, sizeof text}; }
  /// In a list of tags no quote stands within one, so that ours is found where it is one of them, W/ before it or not:
  /// a proxy that compresses answers writes that, and what the tag is of is the same.
  bool is_in(std::string_view list) const noexcept {
    return list == "*" || list.find(view()) != std::string_view::npos;
  }

  char text[34] = {'"'};
};

/// Whether If-Match has it so, where the request has one (RFC 9110, 13.1.1).
/// @param shown  what GET answers now
inline bool may_change(const Call& call, const Response& shown) {
  bool is_asked = false;
  for (const HeaderView& header : call.request.headers) {
    if (!net::equals_lower(header.name, "if-match")) continue;
    is_asked = true;
    if (EntityTag(shown.body).is_in(header.value)) return true;
  }
  return !is_asked;
}

/// What holds nothing to protect may be kept by who asked, and is asked for again before it is used: by its ETag, and
/// the answer is 304 where it is still the same (RFC 9110, 13.1.2).
inline Response without_secrets(const Call& call, Response response) {
  const EntityTag tag(response.body);
  for (Header& header : response.headers) {
    if (header.name == "Cache-Control") header.value = "private, no-cache";
  }
  response.headers.push_back({"ETag", std::string(tag.view())});
  for (const HeaderView& header : call.request.headers) {
    if (!net::equals_lower(header.name, "if-none-match")) continue;
    if (!tag.is_in(header.value)) continue;
    response.status = 304;
    response.body.clear();
    const auto says_type = [](const Header& kept) { return kept.name == "Content-Type"; };  // of nothing
    response.headers.erase(std::remove_if(response.headers.begin(), response.headers.end(), says_type),
                           response.headers.end());
    break;
  }
  return response;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
