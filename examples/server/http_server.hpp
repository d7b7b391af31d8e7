// cpp-httplib around the Service: its parser and its threads' loop, our connections, limits and rules.

#pragma once

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "access.hpp"
#include "access_log.hpp"
#include "connection.hpp"
#include "event_stream.hpp"
#include "service.hpp"
#include "worker_pool.hpp"

namespace server {

class HttpServer final : public httplib::Server {
 public:
  HttpServer(Service& service, Access access, AccessLog log, Limits limits = {})
      : service_(service), access_(std::move(access)), log_(log), limits_(limits) {
    set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(limits_.idle).count());
    set_keep_alive_max_count(1'000'000);
    new_task_queue = [this] { return workers_ = new WorkerPool(max_connections); };
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return begin(request, response) ? HandlerResponse::Unhandled : HandlerResponse::Handled;
    });
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                  const httplib::ContentReader& read) { answer_with_body(request, response, read); };
    Post(".*", with_body);
    Put(".*", with_body);
    Patch(".*", with_body);
    Delete(".*", with_body);
    set_error_handler([](const httplib::Request&, httplib::Response& response) { explain(response); });
    set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
      Access::answer(response, notifier::Api::storage_failed());
    });
    set_logger(
        [this](const httplib::Request& request, const httplib::Response& response) { log_.write(request, response); });
  }

  /// @param port  0: a free one
  /// @return the port, or -1.
  int bind(const std::string& host, int port) {
    const int bound = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
    if (bound > 0) ::listen(svr_sock_, SOMAXCONN);
    return bound;
  }

 private:
  static constexpr std::size_t max_connections = 512;

  bool is_stopping() const { return svr_sock_ == INVALID_SOCKET; }

  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket, limits_);
    while (connection.wait_for_request([this] { return is_stopping() || workers_.load()->is_short(); })) {
      AccessLog::begin();
      bool is_closing = false;
      bool is_understood = false;
      std::size_t length = 0;
      const bool ok = process_request(connection, is_stopping(), is_closing, [&](httplib::Request& request) {
        is_understood = true;
        connection.begin_body();
        const auto declared = body_length(request);
        length = declared.value_or(0);
        is_closing = is_closing || !declared || is_chunked(request);
        request.ranges.clear();
        request.headers.erase("Accept-Encoding");
      });
      // What is left of a request must not be taken for the next one.
      if (!connection.flush() || !ok || !is_understood || is_closing || connection.body_read() != length) break;
    }
    return true;
  }

  static bool is_chunked(const httplib::Request& request) { return request.has_header("Transfer-Encoding"); }

  /// What Content-Length says, 0 where there is none; nothing where it is not clear how long the body is.
  static std::optional<std::size_t> body_length(const httplib::Request& request) {
    const std::string text = request.get_header_value("Content-Length");
    if (request.get_header_value_count("Content-Length") > 1 || (is_chunked(request) && !text.empty()) ||
        text.size() > 15) {
      return std::nullopt;
    }
    std::size_t length = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      length = length * 10 + static_cast<std::size_t>(c - '0');
    }
    return length;
  }

  /// True where a body is to be read first; else the request is answered.
  bool begin(const httplib::Request& request, httplib::Response& response) {
    const auto length = body_length(request);
    const bool has_body = !length || *length != 0 || is_chunked(request);
    const bool takes_body =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH" || request.method == "DELETE";
    if (!access_.admit(request, response)) {
      // The answer is there already.
    } else if (!length) {
      refuse(response, 400, "The length of the body is not clear");
    } else if (request.is_multipart_form_data()) {
      refuse(response, 415, "The body must be JSON");
    } else if (*length > NOTIFIER_MAX_EVENT_BYTES) {
      refuse(response, 413, too_large);
    } else if (has_body && takes_body) {
      return true;
    } else {
      answer(request, response, {});
    }
    if (has_body) response.set_header("Connection", "close");
    return false;
  }

  static void refuse(httplib::Response& response, int status, std::string_view message) {
    Access::answer(response, notifier::detail::api::error_response(status, message));
  }

  void answer_with_body(const httplib::Request& request, httplib::Response& response,
                        const httplib::ContentReader& read) {
    std::string body;
    bool fits = true;
    const bool complete = read([&](const char* data, std::size_t size) {
      fits = body.size() + size <= NOTIFIER_MAX_EVENT_BYTES;
      if (fits) body.append(data, size);
      return fits;
    });
    if (!fits) return refuse(response, 413, too_large);
    if (!complete) return refuse(response, 400, "The body could not be read");
    answer(request, response, body);
  }

  void answer(const httplib::Request& request, httplib::Response& response, std::string_view body) {
    notifier::Request asked;
    asked.method = request.method;
    asked.target = request.target;
    asked.body = body;
    for (const auto& [name, value] : request.headers) asked.headers.push_back({name, value});
    notifier::Outcome outcome = service_.answer(asked);
    if (outcome.stream_app_id.empty()) return Access::answer(response, std::move(outcome.response));
    stream(std::move(outcome.stream_app_id), response);
  }

  void stream(std::string app_id, httplib::Response& response) {
    auto subscription = service_.streams().subscribe(std::move(app_id));
    auto silent_since = std::make_shared<Connection::Clock::time_point>();
    response.status = 200;
    response.set_header("Cache-Control", "no-store");
    response.set_chunked_content_provider(
        "text/event-stream; charset=utf-8", [this, subscription, silent_since](std::size_t, httplib::DataSink& sink) {
          std::string messages;
          const bool keeps_up = subscription->pull(std::chrono::milliseconds(250), messages);
          const auto now = Connection::Clock::now();
          if (messages.empty() && now - *silent_since >= std::chrono::seconds(15)) messages = ": still here\n\n";
          if (!messages.empty()) {
            *silent_since = now;
            if (!sink.write(messages.data(), messages.size())) return false;
          }
          return sink.is_writable() && keeps_up && !is_stopping();
        });
  }

  /// The bodies of the errors that httplib itself finds.
  static void explain(httplib::Response& response) {
    if (!response.body.empty() || response.status < 400) return;
    const std::string_view message = response.status == 413   ? too_large
                                     : response.status == 414 ? "The URL is too long"
                                                              : "This is no HTTP request that this server understands";
    refuse(response, response.status, message);
  }

  static constexpr std::string_view too_large = "The body is larger than this server takes";

  Service& service_;
  Access access_;
  AccessLog log_;
  Limits limits_;
  std::atomic<WorkerPool*> workers_{nullptr};
};

}  // namespace server
