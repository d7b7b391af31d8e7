// The head of a request, by the letter of RFC 9110 and 9112.

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/model/delivery.hpp"
#include "notifier/net/url.hpp"

namespace server {

/// Why a request is not served, and the connection ends after the answer.
struct Fault {
  int status;
  std::string_view message;
};

/// A request's first line and fields: views of the bytes that it was read from, nothing decoded, nothing joined.
struct Head {
  std::string_view method;
  std::string_view target;     ///< path and query, or `*`
  std::string_view authority;  ///< who is asked: of the target where that names one, else Host
  bool is_1_0 = false;
  std::vector<notifier::HeaderView> fields;

  /// The value of the first field of that name, in lower case; empty where there is none.
  std::string_view value(std::string_view name) const {
    const auto found = find(name);
    return found == fields.end() ? std::string_view() : found->value;
  }
  bool has(std::string_view name) const { return find(name) != fields.end(); }

 private:
  std::vector<notifier::HeaderView>::const_iterator find(std::string_view name) const {
    return std::find_if(fields.begin(), fields.end(), [&](const notifier::HeaderView& field) {
      return notifier::detail::net::equals_lower(field.name, name);
    });
  }
};

/// Reads the bytes of a head, and holds them against the grammar before a parser sees them.
///
/// Beast's parser reads the same bytes after this, and the body. It would let pass what is refused here: folded lines
/// (RFC 9112, 5.2), which it joins; bytes above 0x7F, `#` and `"` in a target (3.2); no Host, two, or one that is none
/// (3.2); several fields where only one may be (RFC 9110, 5.3), of which it keeps all; equal lengths said twice, and
/// lists of them (RFC 9112, 6.3); a Transfer-Encoding that does not end in `chunked`, after which it takes the body for
/// the next request (6.1); one by HTTP/1.0 (6.1).
class HeadReader {
 public:
  static constexpr std::size_t most_target_bytes = 8192;
  static constexpr std::size_t most_fields = 128;

  /// @param bytes  up to and with the empty line; outlives `head`
  static std::optional<Fault> read(std::string_view bytes, Head& head) {
    head = Head();
    std::size_t end = bytes.find("\r\n");
    if (auto fault = read_first_line(bytes.substr(0, end), head)) return fault;
    for (std::size_t start = end + 2; start + 2 < bytes.size(); start = end + 2) {
      end = bytes.find("\r\n", start);
      if (end == std::string_view::npos) return not_understood;
      if (auto fault = read_field(bytes.substr(start, end - start), head)) return fault;
    }
    return judge(head);
  }

  /// Whether a name or address, and a port where one is named, may stand there (RFC 3986, 3.2).
  static bool is_authority(std::string_view text) {
    const std::size_t colon = port_colon(text);
    for (const char c : text.substr(std::min(colon, text.size())))
      if (c != ':' && (c < '0' || c > '9')) return false;
    if (colon < text.size() && text.size() - colon > 6) return false;
    const std::string_view host = text.substr(0, colon);
    if (!host.empty() && host.front() == '[') {
      return host.size() > 3 && host.back() == ']' &&
             host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
    }
    for (const char c : host)
      if (!is_alphanumeric(c) && std::string_view("-._~!$&'()*+,;=%").find(c) == std::string_view::npos) return false;
    return true;
  }

  /// Where a host ends and `:port` begins, or npos.
  static std::size_t port_colon(std::string_view authority) {
    const std::size_t bracket = authority.rfind(']');
    return authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  }

 private:
  static constexpr Fault not_understood{400, "This is no HTTP request that this server understands"};

  static bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  static bool is_token(std::string_view text) {
    for (const char c : text)
      if (!is_alphanumeric(c) && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos) return false;
    return !text.empty();
  }

  static std::optional<Fault> read_first_line(std::string_view line, Head& head) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return not_understood;
    const std::size_t last = line.rfind(' ');
    if (last == space) return not_understood;
    head.method = line.substr(0, space);
    head.target = line.substr(space + 1, last - space - 1);
    const std::string_view version = line.substr(last + 1);
    if (version.size() == 8 && version.substr(0, 5) == "HTTP/" && version != "HTTP/1.1" && version != "HTTP/1.0") {
      return Fault{505, "This server speaks HTTP/1.1"};
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return not_understood;
    head.is_1_0 = version == "HTTP/1.0";
    constexpr std::string_view methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    if (std::find(std::begin(methods), std::end(methods), head.method) == std::end(methods)) return not_understood;
    return read_target(head);
  }

  static std::optional<Fault> read_target(Head& head) {
    if (head.target.empty()) return not_understood;
    if (head.target.size() > most_target_bytes) return Fault{414, "The URL is too long"};
    for (const char c : head.target) {
      if (c <= ' ' || c >= 0x7F || std::string_view("\"#<>\\^`{|}").find(c) != std::string_view::npos)
        return not_understood;
    }
    if (head.target == "*") return head.method == "OPTIONS" ? std::nullopt : std::optional<Fault>(not_understood);
    if (head.target.front() == '/') return std::nullopt;
    // The absolute form (RFC 9112, 3.2.2): what it names counts, not Host.
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!notifier::detail::net::equals_lower(head.target.substr(0, scheme.size()), scheme)) continue;
      const std::size_t path = std::min(head.target.find_first_of("/?", scheme.size()), head.target.size());
      head.authority = head.target.substr(scheme.size(), path - scheme.size());
      head.target = path == head.target.size() ? std::string_view("/") : head.target.substr(path);
      if (!head.authority.empty() && is_authority(head.authority) && head.target.front() == '/') return std::nullopt;
    }
    return not_understood;
  }

  static std::optional<Fault> read_field(std::string_view line, Head& head) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return Fault{400, "A header's name is none, or does not end in its colon"};
    }
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    for (const char c : value) {
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F)
        return Fault{400, "A header has a control character"};
    }
    if (head.fields.size() == most_fields) return Fault{400, "There are too many headers"};
    const notifier::HeaderView field{line.substr(0, colon), value};
    if (is_single(field.name) && head.has(lower(field.name)))
      return Fault{400, "A header that may come once came twice"};
    head.fields.push_back(field);
    return std::nullopt;
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  static std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return out;
  }
  /// What decides who asks, and for what. Of others a second one changes nothing.
  static bool is_single(std::string_view name) {
    for (const std::string_view known : {"host", "origin", "content-length", "transfer-encoding", "authorization",
                                         "content-type", "idempotency-key", "sec-fetch-site", "expect"}) {
      if (notifier::detail::net::equals_lower(name, known)) return true;
    }
    return false;
  }

  static std::optional<Fault> judge(Head& head) {
    if (!head.is_1_0 && !head.has("host")) return Fault{400, "There is no Host"};
    const std::string_view host = head.value("host");
    if (!is_authority(host)) return Fault{400, "The Host is none"};
    if (head.authority.empty()) head.authority = host;
    constexpr Fault unclear{400, "The length of the body is not clear"};
    const std::string_view length = head.value("content-length");
    if (head.has("content-length") &&
        (length.empty() || length.size() > 15 || length.find_first_not_of("0123456789") != std::string_view::npos)) {
      return unclear;
    }
    if (!head.has("transfer-encoding")) return std::nullopt;
    const std::string coding = lower(head.value("transfer-encoding"));
    if (head.is_1_0 || head.has("content-length")) return unclear;
    if (coding == "chunked") return std::nullopt;
    const std::size_t last = coding.find_last_of(", \t");
    if (last == std::string::npos || coding.substr(last + 1) != "chunked") return unclear;
    return Fault{501, "This server knows no transfer coding but chunked"};
  }
};

}  // namespace server
