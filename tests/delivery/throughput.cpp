// How many webhook deliveries a second: by the transport alone, and through an outbox in a SQLite file, synced.
//
//     throughput COUNT FOLDER [LEAST LEAST-THROUGH-OUTBOX]
//
// The receiver is a process of its own on loopback that reads every request and answers 200. Fails where a delivery is
// missing, memory grows with the number of deliveries, or there were fewer in a second than asked for.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "notifier/adapters/courier.hpp"
#include "notifier/adapters/sqlite.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

/// Resident memory in megabytes.
double memory() {
  std::ifstream statm("/proc/self/statm");
  long total = 0;
  long resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// Answers what is complete in a connection's buffer. Requests have a Content-Length and come one after the other.
/// @return how many
std::size_t answer(int connection, std::string& buffer) {
  std::size_t count = 0;
  std::string replies;
  while (true) {
    const std::size_t end = buffer.find("\r\n\r\n");
    if (end == std::string::npos) break;
    const std::size_t at = buffer.find("Content-Length: ");
    const std::size_t length = at < end ? std::strtoul(buffer.c_str() + at + 16, nullptr, 10) : 0;
    if (buffer.size() < end + 4 + length) break;
    buffer.erase(0, end + 4 + length);
    replies += "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    ++count;
  }
  return replies.empty() || ::write(connection, replies.data(), replies.size()) > 0 ? count : 0;
}

/// The receiver: counts requests where the parent can see it.
[[noreturn]] void receive(int listener, std::atomic<std::size_t>& received) {
  std::vector<pollfd> sockets{{listener, POLLIN, 0}};
  std::vector<std::string> buffers(1);
  static char data[65536];
  while (true) {
    ::poll(sockets.data(), sockets.size(), -1);
    if ((sockets[0].revents & POLLIN) != 0) {
      sockets.push_back({::accept(listener, nullptr, nullptr), POLLIN, 0});
      buffers.emplace_back();
    }
    for (std::size_t i = 1; i < sockets.size(); ++i) {
      if (sockets[i].revents == 0) continue;
      const ssize_t size = ::read(sockets[i].fd, data, sizeof data);
      if (size <= 0) {
        ::close(sockets[i].fd);
        sockets.erase(sockets.begin() + static_cast<std::ptrdiff_t>(i));
        buffers.erase(buffers.begin() + static_cast<std::ptrdiff_t>(i));
        --i;
        continue;
      }
      buffers[i].append(data, static_cast<std::size_t>(size));
      received += answer(sockets[i].fd, buffers[i]);
    }
  }
}

notifier::Delivery delivery(std::size_t number, int port) {
  notifier::Delivery delivery;
  delivery.idempotency_key = "msg_" + std::to_string(number);
  delivery.notifier_id = "no-" + std::to_string(number % 8);
  delivery.notifier_name = "a notifier";
  delivery.app_id = "app-1";
  delivery.event_id = "ev-" + std::to_string(number);
  delivery.event_type = "deployment";
  delivery.platform = notifier::Platform::webhook;
  delivery.method = "POST";
  delivery.url = "http://127.0.0.1:" + std::to_string(port) + "/" + delivery.notifier_id;
  delivery.headers = {{"Content-Type", "application/json"}, {"webhook-id", delivery.idempotency_key}};
  delivery.body = "{\"text\":\"" + std::string(700, 'x') + "\"}";
  return delivery;
}

std::unique_ptr<notifier::CurlTransport> new_transport() {
  notifier::CurlOptions options;
  options.guard.allow_all();
  auto transport = notifier::CurlTransport::create(std::move(options));
  return transport ? *std::move(transport) : nullptr;
}

struct Figures {
  double per_second = 0;
  double growth = 0;  ///< megabytes between a quarter of the way and its end
};

Figures without_outbox(std::size_t count, int port) {
  const auto transport = new_transport();
  const auto begun = Clock::now();
  std::size_t started = 0;
  std::size_t arrived = 0;
  double early = 0;
  while (arrived < count) {
    while (started < count && transport->in_flight() < 64) {
      transport->start(started, delivery(started, port));
      ++started;
    }
    transport->run(1000, [&](notifier::CurlResult&& result) {
      if (result.verdict.action == notifier::Verdict::Action::delivered) {
        ++arrived;
      } else {
        transport->start(result.tag, std::move(result.delivery));
      }
      if (arrived == count / 4) early = memory();
    });
  }
  return {static_cast<double>(count) / seconds_since(begun), memory() - early};
}

Figures through_outbox(std::size_t count, int port, const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
  notifier::SqliteOptions options;
  options.path = path;
  options.with_outbox = true;
  auto store = notifier::SqliteStore::open(std::move(options));
  if (!store) return {};
  const auto transport = new_transport();
  notifier::SqliteOutbox& storage = *(*store)->outbox();
  storage.on_arrival([&] { transport->wake(); });
  notifier::Outbox outbox(storage);
  std::size_t arrived = 0;
  double early = 0;
  notifier::CourierOptions courier_options;
  courier_options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep& step, const notifier::Verdict&) {
    arrived += step.state == notifier::OutboxState::delivered;
    if (arrived == count / 4) early = memory();
  };
  notifier::Courier courier(outbox, *transport, std::move(courier_options));

  const auto begun = Clock::now();
  std::atomic<std::size_t> sent{0};
  std::thread api([&] {  // as an API would: events come in, each commit takes what has gathered, a backlog is bounded
    for (std::size_t stored = 0; stored < count;) {
      while (stored > sent + 2000) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      notifier::Outcome outcome;
      for (int i = 0; i < 100 && stored < count; ++i) outcome.deliveries.push_back(delivery(stored++, port));
      if (!(*store)->store({&outcome})) std::_Exit(1);
    }
  });
  while (arrived < count) {
    for (const auto& record : storage.take_arrivals()) outbox.admit(record, notifier::system_moment());
    courier.turn(1000);
    sent = arrived;
  }
  const double taken = seconds_since(begun);
  api.join();
  return {static_cast<double>(count) / taken, memory() - early};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::size_t count = std::strtoul(argv[1], nullptr, 10);
  const std::string folder = argv[2];
  const double least = argc > 4 ? std::atof(argv[3]) : 0;
  const double least_through_outbox = argc > 4 ? std::atof(argv[4]) : 0;

  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 1024) != 0) return 1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* received = new (shared) std::atomic<std::size_t>(0);
  const pid_t receiver = ::fork();
  if (receiver == 0) receive(listener, *received);

  const int port = ntohs(address.sin_port);
  const Figures plain = without_outbox(count, port);
  const std::size_t by_transport = *received;
  const Figures durable = through_outbox(count, port, folder + "/throughput.db");
  const std::size_t by_outbox = *received - by_transport;
  ::kill(receiver, SIGKILL);
  ::waitpid(receiver, nullptr, 0);
  std::printf("%zu deliveries by the transport: %.0f a second, memory %+.1f MB\n", by_transport, plain.per_second,
              plain.growth);
  std::printf("%zu deliveries through the outbox: %.0f a second, memory %+.1f MB\n", by_outbox, durable.per_second,
              durable.growth);
  const bool is_complete = by_transport == count && by_outbox == count;
  const bool is_flat = plain.growth < 8 && durable.growth < 16;
  const bool is_quick = plain.per_second >= least && durable.per_second >= least_through_outbox;
  if (!is_complete) std::puts("deliveries are missing, or came twice");
  if (!is_flat) std::puts("memory grows");
  if (!is_quick) std::puts("slower than asked for");
  return is_complete && is_flat && is_quick ? 0 : 1;
}
