// Who may use the server, and for what: bearer tokens, Host and Origin, CORS.

#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http_head.hpp"
#include "notifier/api/errors.hpp"
#include "notifier/registry/registry.hpp"
#include "rate_limit.hpp"
#include "route_table.hpp"
#include "tokens.hpp"

namespace server {

/// Judges a request before anything of it is done.
///
/// Without a token only programs on this machine are served, and web pages are programs of strangers: a page can make a
/// browser send requests here, by a form, an image, or under a name of its own that it points to 127.0.0.1 (DNS
/// rebinding). That shows in Origin, Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) and Host.
class Access {
 public:
  /// @param registry             outlives this
  /// @param tokens               nothing: none is asked for
  /// @param requests_per_second  of a token that has no limit of its own; 0: any number
  Access(const notifier::Registry& registry, std::optional<Tokens> tokens, double requests_per_second,
         std::string cors_origin)
      : registry_(registry),
        asks_for_token_(tokens.has_value()),
        tokens_(tokens ? *std::move(tokens) : Tokens()),
        requests_per_second_(requests_per_second),
        cors_origin_(std::move(cors_origin)) {}

  /// From now on these count.
  void replace(Tokens tokens) { tokens_ = std::move(tokens); }

  /// True where the request may go on; else `response` is the answer. Adds what any answer to it must have.
  /// @param name  gets that of the token, where there is one
  bool admit(const Head& head, const RouteMatch& route, notifier::Response& response, std::string& name) {
    const std::string_view origin = head.value("origin");
    const bool is_cors = !origin.empty() && (origin == cors_origin_ || cors_origin_ == "*");
    if (is_cors) {
      response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
      response.headers.push_back({"Vary", "Origin"});
      response.headers.push_back({"Access-Control-Expose-Headers", "ETag, Retry-After, X-Request-Id"});
    }
    if (!asks_for_token_) {
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
          {"Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"});
      response.headers.push_back({"Access-Control-Max-Age", "600"});
      return false;
    }
    if (!asks_for_token_ || route.scope == Scope::open) return true;
    const Token* const token = find_token(head.value("authorization"));
    if (token == nullptr) {
      add(response, notifier::detail::api::error_response(401, "The bearer token is missing or wrong"));
      response.headers.push_back({"WWW-Authenticate", "Bearer"});
      return false;
    }
    name = token->name;
    const double most = token->requests_per_second > 0 ? token->requests_per_second : requests_per_second_;
    if (const int wait = most > 0 ? rate_limit_.take(name, most, RateLimit::Clock::now()) : 0; wait > 0) {
      add(response,
          notifier::detail::api::error_response(429, "This token has sent too many requests; try again soon"));
      response.headers.push_back({"Retry-After", std::to_string(wait)});
      return false;
    }
    if (!token->may(route.scope)) {
      std::string message = "This token may not do that: it would have to have the scope ";
      return refuse(response, "missing_scope", message.append(to_string(route.scope)));
    }
    return is_for(*token, route.app) || refuse(response, "other_app", "This token is for other apps");
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

  /// What stands behind the scheme, whose case is the client's choice (RFC 9110, 11.1), and so is how many spaces
  /// follow it.
  const Token* find_token(std::string_view credentials) const {
    constexpr std::string_view scheme = "bearer ";
    if (!notifier::detail::net::equals_lower(credentials.substr(0, scheme.size()), scheme)) return nullptr;
    std::string_view given = credentials.substr(scheme.size());
    given.remove_prefix(std::min(given.find_first_not_of(' '), given.size()));
    return tokens_.find(given);
  }

  /// Whether a token that is only for some apps is for the one that the path names, whatever that is called by.
  bool is_for(const Token& token, const std::string& app) const {
    if (token.apps.empty()) return true;
    if (app.empty()) return false;
    const auto found = registry_.find_app(app);
    return std::any_of(token.apps.begin(), token.apps.end(), [&](const std::string& each) {
      return found ? each == found->id || each == found->name : each == app;
    });
  }

  const notifier::Registry& registry_;
  bool asks_for_token_;
  Tokens tokens_;
  double requests_per_second_;
  RateLimit rate_limit_;
  std::string cors_origin_;
};

}  // namespace server
