#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "notifier/api/response.hpp"
#include "notifier/net/url.hpp"
#include "notifier/text/decimal.hpp"

namespace server {

/// Writes the head of an answer (RFC 9112, 4).
class AnswerHead {
 public:
  enum class Body { counted, chunked, until_close };

  /// @param keeps  whether the connection goes on after it
  static std::string write(const notifier::Response& response, Body body, bool keeps, bool is_1_0) {
    std::string out;
    out.reserve(384);
    out.append("HTTP/1.1 ").append(notifier::detail::decimal(static_cast<std::size_t>(response.status)));
    out.append(" ").append(reason(response.status)).append("\r\n");
    bool has_length = false;
    bool has_cache_control = false;
    bool has_options = false;
    for (const notifier::Header& header : response.headers) {
      has_length = has_length || header.name == "Content-Length";
      has_cache_control = has_cache_control || header.name == "Cache-Control";
      has_options = has_options || header.name == "X-Content-Type-Options";
      add(out, header.name, header.value);
    }
    if (!has_options) add(out, "X-Content-Type-Options", "nosniff");
    if (!has_cache_control) add(out, "Cache-Control", "no-store");
    add(out, "Date", date());
    const bool has_content = response.status >= 200 && response.status != 204 && response.status != 304;
    if (body == Body::chunked) {
      add(out, "Transfer-Encoding", "chunked");
    } else if (body == Body::counted && has_content && !has_length) {
      add(out, "Content-Length", notifier::detail::decimal(response.body.size()));
    }
    // A client that knows how long an idle connection lasts sends nothing into one that is about to end.
    if (!keeps) add(out, "Connection", "close");
    if (keeps && is_1_0) add(out, "Connection", "keep-alive");
    if (keeps) add(out, "Keep-Alive", "timeout=60");
    return out.append("\r\n");
  }

 private:
  /// A line break would begin another header.
  static void add(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    out.append("\r\n");
  }

  /// Now, as RFC 9110, 5.6.7 has it.
  static std::string_view date() {
    thread_local std::time_t written = 0;
    thread_local char text[32] = "";
    const std::time_t seconds = std::time(nullptr);
    if (seconds == written) return text;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    written = seconds;
    return text;
  }

  static std::string_view reason(int status) {
    switch (status) {
      case 200: return "OK";
      case 201: return "Created";
      case 202: return "Accepted";
      case 204: return "No Content";
      case 304: return "Not Modified";
      case 400: return "Bad Request";
      case 401: return "Unauthorized";
      case 403: return "Forbidden";
      case 404: return "Not Found";
      case 405: return "Method Not Allowed";
      case 408: return "Request Timeout";
      case 409: return "Conflict";
      case 413: return "Content Too Large";
      case 414: return "URI Too Long";
      case 415: return "Unsupported Media Type";
      case 422: return "Unprocessable Content";
      case 429: return "Too Many Requests";
      case 500: return "Internal Server Error";
      case 501: return "Not Implemented";
      case 503: return "Service Unavailable";
      case 505: return "HTTP Version Not Supported";
      default: return "Unknown";
    }
  }
};

}  // namespace server
