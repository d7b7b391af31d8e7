// Mail over libcurl: the relay that a host names by URL.

#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

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
