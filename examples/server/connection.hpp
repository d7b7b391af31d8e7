// One connection, read and written through buffers, within limits of time and size.

#pragma once

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <string>

namespace server {

struct Limits {
  std::size_t header_bytes = 64 * 1024;             ///< of a request: its first line and all headers
  std::size_t body_bytes = 8 * 1024 * 1024 + 4096;  ///< and its body as it comes over the wire
  std::chrono::milliseconds request{30'000};        ///< from a request's first byte to its last
  std::chrono::milliseconds idle{60'000};           ///< between requests
  std::chrono::milliseconds write{30'000};          ///< for the client to take what was written
};

/// What httplib reads a request from and writes the response to. The library's own stream has a limit for each read, so
/// that a client may take for ever; here there is one for the whole request. It also writes headers and body in one
/// piece.
class Connection final : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(socket_t socket, const Limits& limits) : socket_(socket), limits_(limits) {
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Lets the client read what was written to it before the connection goes: closing with unread input would reset it.
  ~Connection() override {
    flush();
    ::shutdown(socket_, SHUT_WR);
    const auto end = Clock::now() + std::chrono::seconds(1);
    for (int i = 0; i < 256 && poll_until(POLLIN, end); ++i) {
      if (::recv(socket_, input_, sizeof input_, 0) <= 0) break;
    }
    ::close(socket_);
  }

  /// Waits for the next request's first byte. False where none comes in time, the client has gone, or `stop()` says so.
  template <class Stop>
  bool wait_for_request(Stop&& stop) {
    const auto end = Clock::now() + limits_.idle;
    while (next_ == end_) {
      const auto slice = std::min(end, Clock::now() + std::chrono::milliseconds(250));
      if (poll_until(POLLIN, slice)) {
        if (!receive()) return false;
      } else if (stop() || Clock::now() >= end) {
        return false;
      }
    }
    deadline_ = Clock::now() + limits_.request;
    budget_ = limits_.header_bytes;
    return true;
  }

  /// The headers are read; the body follows.
  void begin_body() {
    body_read_ = 0;
    budget_ = limits_.body_bytes;
  }
  std::size_t body_read() const { return body_read_; }

  ssize_t read(char* data, std::size_t size) override {
    if (next_ == end_) {
      if (!flush() || !poll_until(POLLIN, deadline_) || !receive()) return -1;
    }
    const std::size_t count = std::min(size, end_ - next_);
    if (count > budget_) return -1;
    std::memcpy(data, input_ + next_, count);
    next_ += count;
    budget_ -= count;
    body_read_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* data, std::size_t size) override {
    output_.append(data, size);
    if (output_.size() >= flush_at && !flush()) return -1;
    return static_cast<ssize_t>(size);
  }

  /// Sends all that was written.
  bool flush() const {
    const auto end = Clock::now() + limits_.write;
    std::size_t sent = 0;
    while (sent < output_.size()) {
      const ssize_t count = ::send(socket_, output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) {
        sent += static_cast<std::size_t>(count);
      } else if ((errno != EAGAIN && errno != EINTR) || !poll_until(POLLOUT, end)) {
        break;
      }
    }
    const bool all = sent == output_.size();
    output_.clear();
    if (output_.capacity() > 2 * flush_at) output_.shrink_to_fit();
    return all;
  }

  bool is_readable() const override { return next_ < end_ || poll_until(POLLIN, Clock::now()); }
  /// Sends what was written, and tells whether the client is still there; a stream asks before each piece.
  bool is_writable() const override {
    if (!flush()) return false;
    pollfd state{socket_, POLLRDHUP, 0};
    return ::poll(&state, 1, 0) == 0;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override { describe(::getpeername, ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { describe(::getsockname, ip, port); }
  socket_t socket() const override { return socket_; }

 private:
  static constexpr std::size_t flush_at = 64 * 1024;

  bool poll_until(short event, Clock::time_point end) const {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
      pollfd state{socket_, event, 0};
      const int ready = ::poll(&state, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (ready >= 0) return ready > 0;
      if (errno != EINTR) return false;
    }
  }

  bool receive() {
    const ssize_t count = ::recv(socket_, input_, sizeof input_, 0);
    if (count <= 0) return false;
    next_ = 0;
    end_ = static_cast<std::size_t>(count);
    return true;
  }

  template <class GetName>
  void describe(GetName&& get_name, std::string& ip, int& port) const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (get_name(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
      port = ntohs(v6.sin6_port);
    } else {
      const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
      inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
      port = ntohs(v4.sin_port);
    }
    ip = text;
  }

  socket_t socket_;
  const Limits& limits_;
  Clock::time_point deadline_{};
  std::size_t budget_ = 0;
  std::size_t body_read_ = 0;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  mutable std::string output_;
  char input_[16 * 1024];
};

}  // namespace server
