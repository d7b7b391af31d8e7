// What this machine lacks is no attempt: deliveries that are due while no descriptor can be opened arrive once one can,
// and count one attempt.

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/adapters/courier.hpp"
#include "notifier/adapters/curl_shortage.hpp"
#include "notifier/outbox/memory.hpp"

namespace {

/// A process that answers every connection: HTTP requests with 200, and mail as a relay that takes everything.
class Receiver {
 public:
  explicit Receiver(bool is_relay) {
    void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    connections = new (shared) std::atomic<int>(0);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = std::to_string(ntohs(address.sin_port));
    process_ = ::fork();
    if (process_ == 0) serve(is_relay);
  }
  ~Receiver() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::close(listener_);
  }
  std::atomic<int>* connections;
  std::string port;

 private:
  /// Each connection has a process of its own, which ends with it.
  [[noreturn]] void serve(bool is_relay) {
    ::signal(SIGCHLD, SIG_IGN);
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      ++*connections;
      if (::fork() == 0) {
        answer(connection, is_relay);
        ::_exit(0);
      }
      ::close(connection);
    }
  }
  static void answer(int connection, bool is_relay) {
    std::string text;
    char data[4096];
    if (is_relay) say(connection, "220 here\r\n");
    bool in_mail = false;
    for (ssize_t size = 1; size > 0;) {
      size = ::read(connection, data, sizeof data);
      if (size <= 0) break;
      text.append(data, static_cast<std::size_t>(size));
      if (!is_relay && text.find("\r\n\r\n{}") != std::string::npos) {
        say(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        break;
      }
      for (auto end = text.find("\r\n"); is_relay && end != std::string::npos; end = text.find("\r\n")) {
        const std::string line = text.substr(0, end);
        text.erase(0, end + 2);
        if (in_mail && line != ".") continue;
        in_mail = line == "DATA";
        say(connection, in_mail ? "354 go\r\n" : "250 ok\r\n");
      }
    }
  }
  static void say(int connection, std::string_view text) {
    [[maybe_unused]] const ssize_t written = ::write(connection, text.data(), text.size());
  }

  int listener_;
  pid_t process_;
};

/// Takes all descriptors that there are but for so many.
std::vector<int> take_descriptors(std::size_t left) {
  std::vector<int> taken;
  for (int one = ::open("/dev/null", O_RDONLY); one >= 0; one = ::open("/dev/null", O_RDONLY)) taken.push_back(one);
  for (; left > 0; --left) {
    ::close(taken.back());
    taken.pop_back();
  }
  return taken;
}

/// In a process of its own: five deliveries are due while only `left` descriptors can be opened, and more a second
/// later.
/// @return 0, or the line where it was not as it has to be
int send_in_want(const std::string& url, bool is_mail, std::size_t left) {
  notifier::CurlOptions options;
  options.guard.allow_all();
  if (is_mail) options.relay = *notifier::SmtpRelay::parse(url);
  auto transport = notifier::CurlTransport::create(std::move(options));
  if (!transport) return __LINE__;
  notifier::MemoryOutboxStorage storage;
  notifier::Outbox outbox(storage);
  std::vector<notifier::Delivery> deliveries(5);
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    deliveries[i].idempotency_key = "msg_" + std::to_string(i);
    deliveries[i].notifier_id = "no-1";
    deliveries[i].platform = is_mail ? notifier::Platform::email : notifier::Platform::webhook;
    deliveries[i].url = url;
    deliveries[i].to = {"ann@example.com"};
    deliveries[i].from = "n@example.com";
    deliveries[i].body = is_mail ? "Subject: x\r\n\r\nText\r\n" : "{}";
  }
  if (!outbox.enqueue(deliveries, notifier::system_moment())) return __LINE__;
  std::size_t postponed = 0;
  std::size_t delivered = 0;
  std::size_t others = 0;
  notifier::CourierOptions courier_options;
  courier_options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep& step,
                                const notifier::Verdict& verdict) {
    if (verdict.action == notifier::Verdict::Action::postpone && step.attempts == 0) {
      ++postponed;
    } else if (verdict.action == notifier::Verdict::Action::delivered && step.attempts == 1) {
      ++delivered;
    } else {
      ++others;
    }
  };
  notifier::Courier courier(outbox, **transport, std::move(courier_options));

  const rlimit limit{64, 64};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return __LINE__;
  const std::vector<int> taken = take_descriptors(left);
  for (int i = 0; i < 50 && postponed < 5; ++i) courier.turn(10);
  if (others != 0 || (left == 0 && (postponed < 5 || outbox.pending() != 5))) return __LINE__;
  for (const int one : taken) ::close(one);
  for (int i = 0; i < 3000 && delivered < 5; ++i) courier.turn(10);
  if (delivered != 5 || others != 0 || outbox.pending() != 0) return __LINE__;
  for (const notifier::Delivery& delivery : deliveries) {
    const auto record = storage.find("no-1", delivery.idempotency_key);
    if (!record || !*record || (*record)->attempts != 1 || (*record)->history.size() != 1) return __LINE__;
  }
  return 0;
}

int in_a_process(const std::string& url, bool is_mail, std::size_t left = 0) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(send_in_want(url, is_mail, left) == 0 ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a request that finds no descriptor is no attempt, by address and by name") {
  Receiver receiver(false);
  CHECK(in_a_process("http://127.0.0.1:" + receiver.port + "/", false) == 0);
  CHECK(*receiver.connections == 5);
  CHECK(in_a_process("http://localhost:" + receiver.port + "/", false) == 0);
  CHECK(*receiver.connections == 10);
}

TEST_CASE("a few descriptors are enough for none or some, and the others wait for theirs") {
  Receiver receiver(false);
  for (const std::size_t left : {std::size_t{1}, std::size_t{3}}) {
    CAPTURE(left);
    CHECK(in_a_process("http://localhost:" + receiver.port + "/", false, left) == 0);
  }
  CHECK(*receiver.connections == 10);
}

TEST_CASE("a mail that finds no descriptor is no attempt") {
  Receiver receiver(true);
  CHECK(in_a_process("smtp://127.0.0.1:" + receiver.port, true) == 0);
  CHECK(*receiver.connections >= 1);
}

TEST_CASE("an address that this machine cannot connect from is not taken for a lack of ports") {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  here.sin_port = htons(9);
  CHECK(notifier::detail::net::lacks_ports(reinterpret_cast<const sockaddr*>(&here), sizeof here));
  sockaddr_in6 nowhere{};
  nowhere.sin6_family = AF_INET6;
  nowhere.sin6_addr.s6_addr[0] = 0xFE;  // a link-local address without its link
  nowhere.sin6_addr.s6_addr[1] = 0x80;
  nowhere.sin6_addr.s6_addr[15] = 1;
  nowhere.sin6_port = htons(9);
  CHECK_FALSE(notifier::detail::net::lacks_ports(reinterpret_cast<const sockaddr*>(&nowhere), sizeof nowhere));
  CHECK_FALSE(notifier::detail::net::lacks_descriptors());
}
