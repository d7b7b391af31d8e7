// Mail over libcurl: the relay that a host names by URL, and what the relay says.

#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/delivery/classify.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The mail server that takes all mail.
struct SmtpRelay {
  enum class Starttls : std::uint8_t {
    wanted,    ///< TLS where the server offers it; never a password without it
    required,  ///< no mail without TLS
    off,       ///< plain text: for a relay on the same machine whose certificate nobody can verify
  };

  std::string url;  ///< scheme, host and port only
  std::string user;
  std::string password;  ///< a secret
  Starttls starttls = Starttls::wanted;

  /// Reads `smtp://` (port 25, or 587 with a user; STARTTLS) or `smtps://` (port 465; TLS from the first byte), then
  /// `user:password@` (percent-encoded) where the relay asks for a login, host and port, and
  /// `?starttls=required` or `?starttls=off`. With a user, STARTTLS is required.
  /// @return errc::invalid with a message that holds nothing of the URL
  static Result<SmtpRelay> parse(const std::string& url);
};

namespace detail::net {

inline Error relay_error(const char* message) {
  Error error;
  error.code = errc::invalid;
  error.message = message;
  return error;
}

/// The replies of one mail's session, as they come.
class SmtpReplies {
 public:
  struct Reply {
    int code = 0;
    std::string text;  ///< its beginning
  };

  void clear() { replies_.clear(); }

  /// Takes a line; only the last one of a reply counts.
  void add(std::string_view line) {
    if (line.size() < 3 || (line.size() > 3 && line[3] == '-')) return;
    int code = 0;
    for (const char c : line.substr(0, 3)) {
      if (c < '0' || c > '9') return;
      code = code * 10 + (c - '0');
    }
    if (code == 221) return;  // to QUIT, which libcurl sends when something has failed
    if (replies_.size() == most) replies_.erase(replies_.begin(), replies_.begin() + most / 2);
    replies_.push_back({code, std::string(line.substr(line.size() > 4 ? 4 : line.size(), 16))});
  }

  /// The last reply, or code 0.
  Reply last() const { return replies_.empty() ? Reply() : replies_.back(); }

  /// After 354: the replies to the recipients, which came just before it. Of those that refuse, one that may change its
  /// mind, else any, else code 0.
  Reply refusal_of_recipient(std::size_t recipients) const {
    std::size_t end = replies_.size();
    while (end > 0 && replies_[end - 1].code != 354) --end;
    return end == 0 ? Reply() : pick(end - 1, recipients, false);
  }

  /// Of the refusals that the session ended with: all recipients, or one command.
  Reply final_refusal(std::size_t recipients) const { return pick(replies_.size(), recipients, true); }

 private:
  static constexpr std::size_t most = 2048;

  Reply pick(std::size_t end, std::size_t count, bool is_contiguous) const {
    Reply found;
    for (std::size_t i = end; i > 0 && end - i < count; --i) {
      const Reply& reply = replies_[i - 1];
      if (reply.code < 400) {
        if (is_contiguous) break;
        continue;
      }
      if (found.code == 0 || reply.code < 500) found = reply;
    }
    return found;
  }

  std::vector<Reply> replies_;
};

}  // namespace detail::net

inline Result<SmtpRelay> SmtpRelay::parse(const std::string& text) {
  using detail::net::relay_error;
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return relay_error("is no URL like smtp://user:password@mail.example.com:587");
  }
  const auto part = [&](CURLUPart which, unsigned flags = 0) {
    char* value = nullptr;
    std::string out;
    if (curl_url_get(url.get(), which, &value, flags) == CURLUE_OK) out = value;
    curl_free(value);
    return out;
  };
  const std::string scheme = part(CURLUPART_SCHEME);
  if (scheme != "smtp" && scheme != "smtps") return relay_error("must begin with smtp:// or smtps://");
  const std::string path = part(CURLUPART_PATH);
  if ((!path.empty() && path != "/") || !part(CURLUPART_FRAGMENT).empty()) {
    return relay_error("must end after host and port, or with ?starttls=required or ?starttls=off");
  }
  SmtpRelay relay;
  relay.user = part(CURLUPART_USER, CURLU_URLDECODE);
  relay.password = part(CURLUPART_PASSWORD, CURLU_URLDECODE);
  const std::string query = part(CURLUPART_QUERY);
  if (query == "starttls=required") {
    relay.starttls = Starttls::required;
  } else if (query == "starttls=off") {
    relay.starttls = Starttls::off;
  } else if (!query.empty()) {
    return relay_error("has a query other than starttls=required and starttls=off");
  }
  if (!relay.user.empty()) {
    if (relay.starttls == Starttls::off && scheme == "smtp") {
      return relay_error("would send its password unencrypted: leave out starttls=off");
    }
    relay.starttls = Starttls::required;
  }
  std::string port = part(CURLUPART_PORT);
  if (port.empty()) port = scheme == "smtps" ? "465" : relay.user.empty() ? "25" : "587";
  relay.url = scheme + "://" + part(CURLUPART_HOST) + ":" + port;
  return relay;
}

NOTIFIER_NAMESPACE_END
