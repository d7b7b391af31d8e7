// Who may use the server: bearer token, Host and Origin, CORS.

#pragma once

#include <httplib.h>

#include <string>
#include <string_view>

#include "notifier/api/errors.hpp"

namespace server {

/// Judges a request before anything of it is done.
///
/// Without a token only programs on this machine are served, and web pages are programs of strangers: a page can make a
/// browser send requests here, by a form or under a name of its own that it points to 127.0.0.1 (DNS rebinding). Both
/// show in Origin and Host.
class Access {
 public:
  Access(std::string token, std::string cors_origin) : token_(std::move(token)), cors_origin_(std::move(cors_origin)) {}

  /// True where the request may go on; else `response` is the answer.
  bool admit(const httplib::Request& request, httplib::Response& response) const {
    const std::string origin = request.get_header_value("Origin");
    const bool is_cors = !origin.empty() && (origin == cors_origin_ || cors_origin_ == "*");
    if (is_cors) {
      response.set_header("Access-Control-Allow-Origin", origin);
      response.set_header("Vary", "Origin");
    }
    if (token_.empty()) {
      const std::string host = request.get_header_value("Host");
      if (!is_this_machine(host))
        return refuse(response, "foreign_host", "This server answers to localhost and 127.0.0.1 only");
      if (!origin.empty() && !is_cors && origin != "http://" + host) {
        return refuse(response, "foreign_origin", "Web pages of other origins may not use this server; see --cors");
      }
    }
    if (is_cors && request.method == "OPTIONS" && request.has_header("Access-Control-Request-Method")) {
      response.status = 204;
      response.set_header("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, PUT, DELETE");
      response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-None-Match");
      response.set_header("Access-Control-Max-Age", "600");
      return false;
    }
    if (token_.empty() || is_public(request) || has_token(request)) return true;
    answer(response, notifier::detail::api::error_response(401, "The bearer token is missing or wrong"));
    response.set_header("WWW-Authenticate", "Bearer");
    return false;
  }

  /// Hands an answer of the Api to the HTTP library.
  static void answer(httplib::Response& response, notifier::Response from) {
    response.status = from.status;
    for (const notifier::Header& header : from.headers) response.set_header(header.name, header.value);
    response.body = std::move(from.body);
  }

 private:
  static bool refuse(httplib::Response& response, std::string_view code, std::string_view message) {
    answer(response, notifier::detail::api::json_response(403, [&](notifier::json::Writer& out) {
             out.object([&] {
               out.member("error", message);
               out.member("code", code);
             });
           }));
    return false;
  }

  static bool is_this_machine(std::string_view host) {
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && host.back() != ']') {
      host = host.substr(0, colon);
    }
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  }

  static bool is_public(const httplib::Request& request) {
    if (request.method != "GET" && request.method != "HEAD") return false;
    const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
    constexpr std::string_view platforms = "/v1/notification_platforms";
    return path == "/v1/event_types" || path == "/v1/event_categories" || path == platforms ||
           (path.substr(0, platforms.size()) == platforms && path[platforms.size()] == '/');
  }

  /// Takes as long for a wrong token as for the right one of the same length.
  bool has_token(const httplib::Request& request) const {
    constexpr std::string_view scheme = "Bearer ";
    const std::string header = request.get_header_value("Authorization");
    if (header.size() != scheme.size() + token_.size() || header.compare(0, scheme.size(), scheme) != 0) return false;
    unsigned different = 0;
    for (std::size_t i = 0; i < token_.size(); ++i) {
      different |= static_cast<unsigned>(header[scheme.size() + i] ^ token_[i]);
    }
    return different == 0;
  }

  std::string token_;
  std::string cors_origin_;
};

}  // namespace server
