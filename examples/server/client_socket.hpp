// A client's socket, and TLS upon it where the server speaks that. Nothing here waits.

#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <utility>

#include "tls.hpp"

namespace server {

class ClientSocket {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Error = boost::system::error_code;

  /// @param certificate  where it is none, what goes over the socket is plain
  ClientSocket(Socket socket, const TlsCertificate& certificate) : socket_(std::move(socket)) {
    if (!certificate.is_there()) return;
    tls_.reset(SSL_new(certificate.context()));
    if (tls_ == nullptr || SSL_set_fd(tls_.get(), static_cast<int>(socket_.native_handle())) != 1) is_broken_ = true;
    if (tls_ != nullptr) SSL_set_accept_state(tls_.get());
  }

  Socket& socket() { return socket_; }
  /// Whether something has come that read_some() gives without waiting for more.
  bool has_more() const { return tls_ != nullptr && SSL_pending(tls_.get()) > 0; }
  /// Whether a handshake is over, where there is one.
  bool is_ready() const { return tls_ == nullptr || SSL_is_init_finished(tls_.get()) != 0; }
  /// What is to be waited for where read_some() or write_some() would block.
  Socket::wait_type waits_for() const { return waits_for_; }
  /// Whether a client spoke HTTP without TLS, where that is asked for: from then on the socket is plain, so that it can
  /// be told. What it said is lost.
  bool is_without_tls() const { return is_without_tls_; }

  /// @param code  would_block where there is nothing now; see waits_for()
  std::size_t read_some(boost::asio::mutable_buffer to, Error& code) {
    if (tls_ == nullptr) return read_plain(to, code);
    ERR_clear_error();
    const int count = SSL_read(tls_.get(), to.data(), length(to.size()));
    if (count > 0) return done(static_cast<std::size_t>(count), code);
    if (!SSL_is_init_finished(tls_.get()) && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
      is_without_tls_ = true;
      tls_.reset();
      return done(0, code);
    }
    return failed(count, code);
  }

  /// Sends some of it, at most the first part.
  std::size_t write_some(const std::array<boost::asio::const_buffer, 2>& from, Error& code) {
    if (tls_ != nullptr) return write_some(from[0], code);
    waits_for_ = Socket::wait_write;
    return is_broken_ ? failed(0, code) : socket_.write_some(from, code);
  }
  std::size_t write_some(boost::asio::const_buffer from, Error& code) {
    waits_for_ = Socket::wait_write;
    if (is_broken_) return failed(0, code);
    if (tls_ == nullptr) return socket_.write_some(from, code);
    ERR_clear_error();
    const int count = SSL_write(tls_.get(), from.data(), length(from.size()));
    return count > 0 ? done(static_cast<std::size_t>(count), code) : failed(count, code);
  }

  /// Tells the client that no more will come.
  void shutdown_send() {
    if (tls_ != nullptr && SSL_is_init_finished(tls_.get())) SSL_shutdown(tls_.get());
    ERR_clear_error();
    Error ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  void close() {
    Error ignored;
    socket_.close(ignored);
  }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  /// Of one record; what is more is for the next call.
  static int length(std::size_t size) { return static_cast<int>(std::min(size, std::size_t{16 * 1024})); }

  std::size_t read_plain(boost::asio::mutable_buffer to, Error& code) {
    waits_for_ = Socket::wait_read;
    return is_broken_ ? failed(0, code) : socket_.read_some(boost::asio::buffer(to), code);
  }

  static std::size_t done(std::size_t count, Error& code) {
    code = {};
    return count;
  }

  std::size_t failed(int count, Error& code) {
    const int why = tls_ == nullptr ? SSL_ERROR_SSL : SSL_get_error(tls_.get(), count);
    ERR_clear_error();
    waits_for_ = why == SSL_ERROR_WANT_WRITE ? Socket::wait_write : Socket::wait_read;
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
      code = boost::asio::error::would_block;
    } else if (why == SSL_ERROR_ZERO_RETURN) {
      code = boost::asio::error::eof;
    } else {
      // After this nothing may be said any more, not even goodbye.
      is_broken_ = true;
      tls_.reset();
      code = boost::asio::error::connection_aborted;
    }
    return 0;
  }

  Socket socket_;
  std::unique_ptr<SSL, Free> tls_;
  Socket::wait_type waits_for_ = Socket::wait_read;
  bool is_broken_ = false;
  bool is_without_tls_ = false;
};

}  // namespace server
