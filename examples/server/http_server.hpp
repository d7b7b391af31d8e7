// The server's loop: it accepts, keeps time, and stops.

#pragma once

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connection.hpp"

namespace server {

/// Raises the limit of descriptors to what this user may have.
/// @return how many of them connections may take: the others are for the database and for deliveries
inline std::size_t descriptors_for_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 128;
  constexpr rlim_t most = 65'536;
  const rlim_t wanted = std::min(limit.rlim_max, std::max(most, limit.rlim_cur));
  if (wanted > limit.rlim_cur) {
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  }
  const auto all = static_cast<std::size_t>(std::min(limit.rlim_cur, most));
  return all - std::min(all / 2, std::size_t{768});
}

/// HTTP/1.1 in one thread, and a few more in which requests are handled.
class HttpServer {
 public:
  HttpServer(Service& service, Operations& operations, Metrics& metrics, const RouteTable& routes, Access access,
             AccessLog log, AuditLog& audit, Limits limits = {})
      : floor_(service, operations, metrics, routes, std::move(access), log, audit, limits,
               descriptors_for_connections()),
        acceptor_(floor_.loop),
        next_accept_(floor_.loop),
        next_tick_(floor_.loop),
        signals_(floor_.loop, SIGTERM, SIGINT),
        hangups_(floor_.loop, SIGHUP),
        workers_(std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 8), most_waiting_requests) {
    floor_.workers = &workers_;
    service.streams().attach([this](std::function<void()> call) { boost::asio::post(floor_.loop, std::move(call)); });
  }
  ~HttpServer() { floor_.service.streams().attach({}); }

  /// @param port  0: a free one
  /// @return the port, or -1.
  int bind(const std::string& host, int port) {
    using Tcp = boost::asio::ip::tcp;
    boost::system::error_code code;
    Tcp::resolver resolver(floor_.loop);
    const auto found = resolver.resolve(host, std::to_string(port), Tcp::resolver::passive, code);
    for (const auto& each : found) {
      acceptor_.open(each.endpoint().protocol(), code);
      if (!code) acceptor_.set_option(Tcp::acceptor::reuse_address(true), code);
      if (!code) acceptor_.bind(each.endpoint(), code);
      if (!code) acceptor_.listen(Tcp::acceptor::max_listen_connections, code);
      if (!code) acceptor_.non_blocking(true, code);
      if (!code) return acceptor_.local_endpoint().port();
      acceptor_.close(code);
    }
    return -1;
  }

  /// Sets what is called with each SIGHUP, in the loop's thread. To be called before run().
  void on_hangup(std::function<void(Access&)> call) { on_hangup_ = std::move(call); }

  /// Speaks TLS with connections that begin from now on. In the loop's thread, or before run().
  void use(TlsCertificate certificate) { floor_.certificate = std::move(certificate); }

  /// Serves until SIGTERM or SIGINT. @param on_stop  called when one comes: what else is to end may begin to
  void run(std::function<void()> on_stop) {
    on_stop_ = std::move(on_stop);
    signals_.async_wait([this](boost::system::error_code code, int) {
      if (!code) stop();
    });
    wait_for_hangup();
    accept();
    tick();
    while (!is_ended_) {
      try {
        floor_.loop.run();
        break;
      } catch (const std::exception&) {  // most of all std::bad_alloc
        // Whose it was has gone with its handler. What must go on is begun again.
        if (!is_accepting_) accept_later();
        if (!is_ticking_) tick();
      }
    }
    workers_.stop();
    // What is being stored is stored before the loop goes, to which its answer is handed.
    while (floor_.asked.load() != 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

 private:
  static constexpr std::size_t most_waiting_requests = 4096;
  static constexpr std::chrono::milliseconds tick_interval{200};
  static constexpr std::chrono::milliseconds patience_at_stop{1'000};

  void wait_for_hangup() {
    hangups_.async_wait([this](boost::system::error_code code, int) {
      if (code) return;
      if (on_hangup_) on_hangup_(floor_.access);
      wait_for_hangup();
    });
  }

  void accept() {
    is_accepting_ = true;
    acceptor_.async_wait(boost::asio::ip::tcp::acceptor::wait_read, [this](boost::system::error_code code) {
      is_accepting_ = false;
      if (code == boost::asio::error::operation_aborted || floor_.is_stopping) return;
      take_connections();
    });
  }

  void take_connections() {
    for (int i = 0; i < 64; ++i) {
      boost::system::error_code code;
      boost::asio::ip::tcp::endpoint peer;
      auto socket = acceptor_.accept(peer, code);
      if (code == boost::asio::error::would_block || code == boost::asio::error::try_again) break;
      if (code == boost::asio::error::connection_aborted || code == boost::asio::error::interrupted) continue;
      if (code) {
        // Descriptors or memory are short, more than was set aside: the client waits, and somebody makes room.
        floor_.table.end_oldest();
        return accept_later();
      }
      begin(std::move(socket), peer.address());
    }
    accept();
  }

  void accept_later() {
    is_accepting_ = true;
    next_accept_.expires_after(std::chrono::milliseconds(50));
    next_accept_.async_wait([this](boost::system::error_code code) {
      is_accepting_ = false;
      if (!code && !floor_.is_stopping) accept();
    });
  }

  void begin(Connection::Socket socket, const boost::asio::ip::address& peer) {
    boost::system::error_code code;
    socket.non_blocking(true, code);
    socket.set_option(boost::asio::ip::tcp::no_delay(true), code);
    if (!floor_.table.make_room(ConnectionTable<Connection>::address_of(peer))) {
      constexpr std::string_view full =
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n"
          "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n";
      // Who speaks TLS is not there yet to be told.
      if (!floor_.certificate.is_there()) socket.write_some(boost::asio::buffer(full.data(), full.size()), code);
      ++floor_.metrics.refusals;
      return;
    }
    auto connection = std::make_shared<Connection>(floor_, std::move(socket), peer);
    floor_.table.add(connection);
    connection->start();
  }

  void tick() {
    is_ticking_ = true;
    next_tick_.expires_after(tick_interval);
    next_tick_.async_wait([this](boost::system::error_code code) {
      is_ticking_ = false;
      if (code) return;
      const auto now = Connection::Clock::now();
      for (std::size_t i = 0; i < floor_.metrics.connections.size(); ++i)
        floor_.metrics.connections[i] = floor_.table.size(static_cast<Phase>(i));
      // In these phases all have the same time, so that the first is due first.
      for (const Phase phase : {Phase::waiting, Phase::reading, Phase::lingering}) {
        auto& list = floor_.table.list(phase);
        for (const Connection* last = nullptr; !list.empty() && list.front().get() != last;) {
          const std::shared_ptr<Connection> first = list.front();
          last = first.get();
          first->tick(now);
          if (!list.empty() && list.front() == first) break;
        }
      }
      for (const Phase phase : {Phase::writing, Phase::streaming})
        for (const auto& each : copy(phase)) each->tick(now);
      if (floor_.is_stopping && (floor_.table.size() == 0 || now >= end_at_)) return end();
      tick();
    });
  }

  std::vector<std::shared_ptr<Connection>> copy(Phase phase) {
    const auto& list = floor_.table.list(phase);
    return {list.begin(), list.end()};
  }

  void stop() {
    floor_.is_stopping = true;
    end_at_ = Connection::Clock::now() + patience_at_stop;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    hangups_.cancel(ignored);
    if (on_stop_) on_stop_();
    for (const Phase phase :
         {Phase::waiting, Phase::reading, Phase::lingering, Phase::streaming, Phase::handling, Phase::writing}) {
      for (const auto& each : copy(phase)) each->stop();
    }
  }

  void end() {
    for (const Phase phase :
         {Phase::waiting, Phase::reading, Phase::lingering, Phase::streaming, Phase::handling, Phase::writing}) {
      for (const auto& each : copy(phase)) each->close();
    }
    is_ended_ = true;
    floor_.loop.stop();
  }

  Floor floor_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer next_accept_;
  boost::asio::steady_timer next_tick_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangups_;
  std::function<void(Access&)> on_hangup_;
  std::function<void()> on_stop_;
  Connection::Clock::time_point end_at_{};
  bool is_accepting_ = false;
  bool is_ticking_ = false;
  bool is_ended_ = false;
  WorkerThreads workers_;  // last: they use the others until they end
};

}  // namespace server
