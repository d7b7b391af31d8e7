// The beginning of a reply, as it may be kept and shown.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/secret_member.hpp"
#include "notifier/model/signing_secret.hpp"
#include "notifier/net/url.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/text/is_utf8.hpp"
#include "notifier/text/plain_text.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How much of a body reply_excerpt() looks at, and how much it gives. In bytes.
inline constexpr std::size_t reply_excerpt_source_bytes = 2048;
inline constexpr std::size_t reply_excerpt_bytes = 512;

namespace detail::net {

/// What must not stand in an excerpt: texts of which any may be a secret.
class ReplySecrets {
 public:
  /// Of a request: its URL, which is the whole secret of many a webhook, in all parts but the host; what its headers
  /// say, but for those that everybody may know; members of its body that are secrets by the platform's row, or look
  /// like it; and what it was signed with.
  ReplySecrets(const Delivery& delivery, const std::vector<std::string>& signing_secrets) {
    add_url(delivery.url);
    add_body(delivery);
    for (const Header& header : delivery.headers) {
      if (is_known(header.name)) continue;
      add(header.value);
      // What follows a scheme, as "Bearer".
      add(std::string_view(header.value).substr((std::min)(header.value.find(' '), header.value.size() - 1) + 1));
    }
    for (const std::string& signing_secret : signing_secrets) {
      const std::string_view secret = read_dialect(signing_secret).text;
      add(secret);
      add(secret.substr((std::min)(secret.find('_'), secret.size() - 1) + 1));
    }
    std::sort(texts_.begin(), texts_.end(), [](const std::string& left, const std::string& right) {
      return left.size() != right.size() ? left.size() > right.size() : left < right;
    });
    texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
  }

  /// Whether one of more than a few bytes stands in `text`, whole.
  bool is_in(std::string_view text) const noexcept {
    for (const std::string& secret : texts_) {
      if (secret.size() >= shortest_run && text.find(secret) != std::string_view::npos) return true;
    }
    return false;
  }

  /// How many bytes of a secret `text` begins with; 0 where it begins with none. One that `text` ends in counts.
  std::size_t begins(std::string_view text) const noexcept {
    for (const std::string& secret : texts_) {
      const std::size_t size = (std::min)(secret.size(), text.size());
      if (size >= shortest && std::string_view(secret).substr(0, size) == text.substr(0, size)) return size;
    }
    return 0;
  }

 private:
  static constexpr std::size_t shortest = 4;
  static constexpr std::size_t shortest_run = 8;

  static bool is_known(std::string_view name) noexcept {
    for (const std::string_view known : {"content-type", "user-agent", "webhook-id", "webhook-timestamp"})
      if (equals_lower(name, known)) return true;
    return false;
  }

  static bool is_plain(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  }

  static int digit(char c) noexcept {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  }

  void add_body(const Delivery& delivery) {
    std::string room;
    const std::string_view body = delivery.body.joined(room);
    if (body.substr(0, 1) != "{" && body.substr(0, 1) != "[") return;  // a mail
    json::Document document;
    const auto root = document.parse(body, body.size());
    if (!root) return;
    for (const PlatformField& field : platform_info(delivery.platform).fields) {
      const bool is_secret = field.in == Place::body && field.visibility != PlatformField::Visibility::open;
      if (is_secret) add((*root)[field.name_in_request()].text());
    }
    if (const OwnPlatform* const own = OwnPlatforms::find(delivery.platform)) {
      for (const std::string& path : own->secret_paths()) add(at_path(*root, path).text());
    }
    add_members(*root);
  }

  /// @param path  as "to[0].key"
  static json::View at_path(json::View value, std::string_view path) {
    while (!path.empty()) {
      const std::size_t end = (std::min)(path.find_first_of(".[", 1), path.size());
      std::string_view step = path.substr(0, end);
      path.remove_prefix(end);
      if (step[0] == '[') {
        std::size_t left = 0;
        for (const char c : step) left = c >= '0' && c <= '9' ? left * 10 + static_cast<std::size_t>(c - '0') : left;
        json::View found;
        value.for_each_element([&](json::View element) { found = left-- == 0 ? element : found; });
        value = found;
      } else {
        value = value[step.substr(step[0] == '.' ? 1 : 0)];
      }
    }
    return value;
  }

  /// What goes by the name of a secret, however deep.
  void add_members(json::View value) {
    value.for_each_element([this](json::View element) { add_members(element); });
    value.for_each_member([this](std::string_view key, json::View member) {
      if (detail::is_secret_name(key)) add(member.text());
      add_members(member);
    });
  }

  void add_url(std::string_view url) {
    if (url.empty()) return;
    add_whole(url);
    const std::size_t scheme = url.find("://");
    const std::size_t target = url.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3);
    if (target == std::string_view::npos) return;
    url.remove_prefix(target);
    add_whole(url);
    // Segments, names and values.
    while (!url.empty()) {
      const std::size_t size = (std::min)(url.find_first_of("/?#&=;"), url.size());
      add_part(url.substr(0, size));
      url.remove_prefix((std::min)(size + 1, url.size()));
    }
  }

  /// As it is, and what it stands for where it is percent-encoded.
  void add_part(std::string_view part) {
    add(part);
    std::string decoded;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const bool is_encoded =
          part[i] == '%' && i + 2 < part.size() && digit(part[i + 1]) >= 0 && digit(part[i + 2]) >= 0;
      decoded.push_back(is_encoded ? static_cast<char>(digit(part[i + 1]) * 16 + digit(part[i + 2])) : part[i]);
      if (is_encoded) i += 2;
    }
    if (decoded != part) add(decoded);
  }

  /// Whole, and what of it looks the same in JSON, HTML and a URL.
  void add(std::string_view text) {
    add_whole(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t first = i;
      while (i < text.size() && is_plain(text[i])) ++i;
      if (i - first >= shortest_run) add_whole(text.substr(first, i - first));
    }
  }

  void add_whole(std::string_view text) {
    if (text.size() >= shortest) texts_.emplace_back(text);
  }

  std::vector<std::string> texts_;  // the longest first
};

/// Any bytes as valid UTF-8: each run of what is none becomes U+FFFD.
inline std::string as_utf8(std::string_view bytes) {
  std::string text;
  bool was_broken = false;
  while (!bytes.empty()) {
    const std::size_t size = utf8_sequence(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    if (size != 0) {
      text.append(bytes.substr(0, size));
    } else if (!was_broken) {
      text.append("\xEF\xBF\xBD");
    }
    was_broken = size == 0;
    bytes.remove_prefix(size == 0 ? 1 : size);
  }
  return text;
}

}  // namespace detail::net

/// The beginning of a reply's body as one line of UTF-8, at most reply_excerpt_bytes: controls are spaces, and what the
/// request kept secret is "***", also where the receiver sends it back.
/// @param body             its beginning: no more than reply_excerpt_source_bytes are looked at
/// @param delivery         what was answered
/// @param signing_secrets  what it was signed with
inline std::string reply_excerpt(std::string_view body, const Delivery& delivery,
                                 const std::vector<std::string>& signing_secrets) {
  if (body.empty()) return {};
  if (body.size() > reply_excerpt_source_bytes) {
    std::size_t end = reply_excerpt_source_bytes;
    while (end != 0 && detail::is_continuation(body[end])) --end;
    body = body.substr(0, end);
  }
  Buffer line;
  bool is_inert = true;
  detail::append_line(line, detail::net::as_utf8(body), is_inert);
  const detail::net::ReplySecrets secrets(delivery, signing_secrets);
  std::string excerpt;
  for (std::string_view rest = line.view(); !rest.empty() && excerpt.size() <= reply_excerpt_bytes;) {
    const std::size_t secret = secrets.begins(rest);
    excerpt.append(secret == 0 ? rest.substr(0, 1) : std::string_view("***"));
    rest.remove_prefix(secret == 0 ? 1 : secret);
  }
  std::size_t end = (std::min)(excerpt.size(), reply_excerpt_bytes);
  while (end < excerpt.size() && end != 0 && detail::is_continuation(excerpt[end])) --end;
  excerpt.resize(end);
  return excerpt;
}

/// A receipt as it may be kept and shown: none where something stands in it that the request kept secret.
/// @param receipt          Verdict::receipt
/// @param signing_secrets  what the delivery was signed with
inline std::string kept_receipt(std::string receipt, const Delivery& delivery,
                                const std::vector<std::string>& signing_secrets) {
  if (!receipt.empty() && detail::net::ReplySecrets(delivery, signing_secrets).is_in(receipt)) receipt.clear();
  return receipt;
}

NOTIFIER_NAMESPACE_END
