// Answers that a client may keep, and asks for again only where they have changed.

#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "notifier/api/call.hpp"
#include "notifier/net/url.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// What holds nothing to protect may be kept by who asked, and is asked for again before it is used: by its ETag, and
/// the answer is 304 where it is still the same (RFC 9110, 13.1.2).
inline Response without_secrets(const Call& call, Response response) {
  char tag[34] = {'"'};
  *Hash128().add(response.body).write_hex(tag + 1) = '"';
  const std::string_view etag(tag, sizeof tag);
  for (Header& header : response.headers) {
    if (header.name == "Cache-Control") header.value = "private, no-cache";
  }
  response.headers.push_back({"ETag", std::string(etag)});
  for (const HeaderView& header : call.request.headers) {
    if (!net::equals_lower(header.name, "if-none-match")) continue;
    // In a list of tags no quote stands within one, so that ours is found where it is one of them, W/ before it or not.
    if (header.value != "*" && header.value.find(etag) == std::string_view::npos) continue;
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
