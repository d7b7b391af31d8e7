// Who may use the server: bearer token, Host and Origin, CORS.

#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "http_head.hpp"
#include "notifier/api/errors.hpp"
#include "route_table.hpp"

namespace server {

/// Judges a request before anything of it is done.
///
/// Without a token only programs on this machine are served, and web pages are programs of strangers: a page can make a
/// browser send requests here, by a form, an image, or under a name of its own that it points to 127.0.0.1 (DNS
/// rebinding). That shows in Origin, Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) and Host.
class Access {
 public:
  Access(std::string token, std::string cors_origin) : token_(std::move(token)), cors_origin_(std::move(cors_origin)) {}

  /// True where the request may go on; else `response` is the answer. Adds what any answer to it must have.
  bool admit(const Head& head, const RouteMatch& route, notifier::Response& response) const {
    const std::string_view origin = head.value("origin");
    const bool is_cors = !origin.empty() && (origin == cors_origin_ || cors_origin_ == "*");
    if (is_cors) {
      response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
      response.headers.push_back({"Vary", "Origin"});
    }
    if (token_.empty()) {
      if (!is_this_machine(head.authority))
        return refuse(response, "foreign_host", "This server answers to localhost and 127.0.0.1 only");
      if (!is_cors && (is_foreign(origin, head.authority) || is_foreign_site(head.value("sec-fetch-site")))) {
        return refuse(response, "foreign_origin", "Web pages of other origins may not use this server; see --cors");
      }
    }
    if (is_cors && head.method == "OPTIONS" && head.has("access-control-request-method")) {
      response.status = 204;
      response.headers.push_back({"Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, PUT, DELETE"});
      response.headers.push_back(
          {"Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-None-Match"});
      response.headers.push_back({"Access-Control-Max-Age", "600"});
      return false;
    }
    if (token_.empty() || route.scope == Scope::open || has_token(head.value("authorization"))) return true;
    add(response, notifier::detail::api::error_response(401, "The bearer token is missing or wrong"));
    response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return false;
  }

  /// Makes `response` the answer `from`, beside the headers that it has.
  static void add(notifier::Response& response, notifier::Response from) {
    response.status = from.status;
    response.headers.insert(response.headers.end(), std::make_move_iterator(from.headers.begin()),
                            std::make_move_iterator(from.headers.end()));
    response.body = std::move(from.body);
  }

 private:
  static bool refuse(notifier::Response& response, std::string_view code, std::string_view message) {
    add(response, notifier::detail::api::json_response(403, [&](notifier::json::Writer& out) {
          out.object([&] {
            out.member("error", message);
            out.member("code", code);
          });
        }));
    return false;
  }

  static bool is_foreign(std::string_view origin, std::string_view authority) {
    constexpr std::string_view scheme = "http://";
    return !origin.empty() && (origin.substr(0, scheme.size()) != scheme || origin.substr(scheme.size()) != authority);
  }

  /// A page of another site, or of another port of this machine, without an Origin: as an image, a script or a stream
  /// that it may not read, but that is opened all the same.
  static bool is_foreign_site(std::string_view site) {
    return !site.empty() && site != "same-origin" && site != "none";
  }

  static bool is_this_machine(std::string_view authority) {
    const std::string_view host = authority.substr(0, HeadReader::port_colon(authority));
    return notifier::detail::net::equals_lower(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
  }

  /// Takes as long for a wrong token as for the right one of the same length. The scheme's case is the client's choice
  /// (RFC 9110, 11.1), and so is how many spaces follow it.
  bool has_token(std::string_view credentials) const {
    constexpr std::string_view scheme = "bearer ";
    if (!notifier::detail::net::equals_lower(credentials.substr(0, scheme.size()), scheme)) return false;
    std::string_view given = credentials.substr(scheme.size());
    given.remove_prefix(std::min(given.find_first_not_of(' '), given.size()));
    if (given.size() != token_.size()) return false;
    unsigned different = 0;
    for (std::size_t i = 0; i < token_.size(); ++i) different |= static_cast<unsigned>(given[i] ^ token_[i]);
    return different == 0;
  }

  std::string token_;
  std::string cors_origin_;
};

}  // namespace server
