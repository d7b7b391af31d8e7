// The courier between an outbox whose storage fails and a target that answers.

#include "notifier/adapters/courier.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "notifier/outbox/memory.hpp"

namespace {

/// Answers one request for each connection with 200, and counts them.
class Receiver {
 public:
  Receiver() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Receiver() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  int port = 0;
  std::atomic<int> requests{0};

 private:
  void serve() {
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      std::string text;
      char data[4096];
      const auto is_whole = [&] { return text.find("\r\n\r\n{}") != std::string::npos; };
      while (!is_whole()) {
        const ssize_t size = ::read(connection, data, sizeof data);
        if (size <= 0) break;
        text.append(data, static_cast<std::size_t>(size));
      }
      if (is_whole()) ++requests;
      constexpr std::string_view reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
      [[maybe_unused]] const ssize_t written = ::write(connection, reply.data(), reply.size());
      ::close(connection);
    }
  }

  int listener_;
  std::thread thread_;
};

std::int64_t steady_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// A disk that is full on demand, and whose deliveries are another's after a while where that is asked for.
class FullStorage final : public notifier::MemoryOutboxStorage {
 public:
  bool is_full = false;
  std::optional<std::int64_t> attempt_ms;

  std::int64_t attempt_until() const noexcept override {
    return attempt_ms ? steady_ms() + *attempt_ms : MemoryOutboxStorage::attempt_until();
  }

  notifier::Result<void> write(const std::vector<notifier::OutboxWrite>& writes) override {
    return is_full ? notifier::Result<void>(error()) : MemoryOutboxStorage::write(writes);
  }

 private:
  static notifier::Error error() {
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "the disk is full";
    return error;
  }
};

notifier::Delivery make(int number, int port) {
  notifier::Delivery delivery;
  delivery.idempotency_key = "msg_" + std::to_string(number);
  delivery.notifier_id = "no-1";
  delivery.url = "http://127.0.0.1:" + std::to_string(port) + "/";
  delivery.body = "{}";
  return delivery;
}

/// An outbox, a transport and a courier.
struct Post {
  explicit Post(notifier::CourierOptions options = {}) : outbox(storage), transport(make_transport()) {
    courier.emplace(outbox, *transport, std::move(options));
  }
  static std::unique_ptr<notifier::CurlTransport> make_transport() {
    notifier::CurlOptions options;
    options.guard.allow_all();
    auto transport = notifier::CurlTransport::create(std::move(options));
    REQUIRE(transport);
    return *std::move(transport);
  }
  /// Turns until `done()`, or a minute has gone.
  template <class Done>
  bool turn_until(Done&& done) {
    for (int i = 0; i < 6000 && !done(); ++i) courier->turn(10);
    return done();
  }

  FullStorage storage;
  notifier::Outbox outbox;
  std::unique_ptr<notifier::CurlTransport> transport;
  std::optional<notifier::Courier> courier;
};

constexpr notifier::Moment long_ago{{1}, 1};

}  // namespace

TEST_CASE("while nothing can be recorded nothing else is sent, and what was sent is recorded later, not sent again") {
  Receiver receiver;
  int errors = 0;
  int steps = 0;
  notifier::CourierOptions options;
  options.places = 2;
  options.on_error = [&](const notifier::Error&) { ++errors; };
  options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep& step, const notifier::Verdict&) {
    CHECK(step.state == notifier::OutboxState::delivered);
    ++steps;
  };
  Post post(std::move(options));
  std::vector<notifier::Delivery> deliveries;
  for (int i = 0; i < 10; ++i) deliveries.push_back(make(i, receiver.port));
  REQUIRE(post.outbox.enqueue(deliveries, long_ago));
  post.storage.is_full = true;
  CHECK(post.turn_until([&] { return errors > 5 && receiver.requests == 2; }));
  CHECK(steps == 0);
  post.storage.is_full = false;
  CHECK(post.turn_until([&] { return steps == 10; }));
  CHECK(receiver.requests == 10);
  CHECK(post.outbox.pending() == 0);
}

TEST_CASE("who stands still between taking deliveries and sending them sends none that is another's by now") {
  Receiver receiver;
  bool is_still = true;
  std::vector<notifier::Verdict::Action> actions;
  notifier::CourierOptions options;
  options.dispatch = [&](const notifier::Delivery& delivery) {
    if (is_still && delivery.idempotency_key == "msg_2") std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return notifier::Dispatch();
  };
  options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep& step, const notifier::Verdict& verdict) {
    actions.push_back(verdict.action);
    CHECK(step.attempts == (verdict.action == notifier::Verdict::Action::delivered ? 1 : 0));
  };
  Post post(std::move(options));
  post.storage.attempt_ms = 200;
  std::vector<notifier::Delivery> deliveries;
  for (int i = 0; i < 3; ++i) deliveries.push_back(make(i, receiver.port));
  REQUIRE(post.outbox.enqueue(deliveries, long_ago));
  CHECK(post.turn_until([&] { return actions.size() == 3; }));
  CHECK(actions == std::vector(3, notifier::Verdict::Action::postpone));
  CHECK(receiver.requests == 0);
  is_still = false;
  post.storage.attempt_ms = 60'000;
  CHECK(post.turn_until([&] { return actions.size() == 6; }));
  CHECK(receiver.requests == 3);
}

TEST_CASE("what the host refuses is given up, and what cannot be signed is") {
  Receiver receiver;
  std::vector<std::string> reasons;
  notifier::CourierOptions options;
  options.dispatch = [](const notifier::Delivery& delivery) {
    notifier::Dispatch dispatch;
    if (delivery.idempotency_key == "msg_1") dispatch.refusal = "it is switched off";
    if (delivery.idempotency_key == "msg_2") dispatch.signing_secrets = {"whsec_broken"};
    return dispatch;
  };
  options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep&, const notifier::Verdict& verdict) {
    reasons.emplace_back(verdict.reason);
  };
  Post post(std::move(options));
  REQUIRE(post.outbox.enqueue({make(1, receiver.port), make(2, receiver.port), make(3, receiver.port)}, long_ago));
  CHECK(post.turn_until([&] { return reasons.size() == 3; }));
  CHECK(reasons[0] == "it is switched off");
  CHECK(reasons[1] == "the delivery could not be signed");
  CHECK(receiver.requests == 1);
  const auto record = post.storage.find("no-1", "msg_2");
  REQUIRE(record);
  CHECK((*record)->state == notifier::OutboxState::dead);
}

TEST_CASE("what the host finds switched off is held, not attempted, and goes once it is on again") {
  Receiver receiver;
  bool is_off = true;
  std::vector<notifier::OutboxState> states;
  notifier::CourierOptions options;
  options.dispatch = [&](const notifier::Delivery& delivery) {
    notifier::Dispatch dispatch;
    dispatch.is_held = is_off && delivery.event_type != "test";
    return dispatch;
  };
  options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep& step, const notifier::Verdict&) {
    states.push_back(step.state);
  };
  Post post(std::move(options));
  notifier::Delivery test = make(2, receiver.port);
  test.event_type = "test";
  REQUIRE(post.outbox.enqueue({make(1, receiver.port), test}, long_ago));
  CHECK(post.turn_until([&] { return states.size() == 2; }));
  CHECK(states[0] == notifier::OutboxState::held);
  CHECK(states[1] == notifier::OutboxState::delivered);
  CHECK(receiver.requests == 1);
  CHECK(post.outbox.held() == 1);
  CHECK((*post.storage.find("no-1", "msg_1"))->state == notifier::OutboxState::held);
  is_off = false;
  CHECK(post.outbox.resume("no-1", notifier::system_moment()) == 1);
  CHECK(post.turn_until([&] { return states.size() == 3; }));
  CHECK(states[2] == notifier::OutboxState::delivered);
  CHECK(receiver.requests == 2);
}

TEST_CASE("the courier knows no other time than the one it is handed") {
  Receiver receiver;
  notifier::Moment now{{1'700'000'000'000}, 1000};
  int steps = 0;
  notifier::CourierOptions options;
  options.clock = [&] { return now; };
  options.on_step = [&](const notifier::Delivery&, const notifier::OutboxStep& step, const notifier::Verdict&) {
    CHECK(step.next_at == now.wall);
    ++steps;
  };
  Post post(std::move(options));
  notifier::Delivery slack = make(1, receiver.port);
  slack.platform = notifier::Platform::slack;
  slack.limits = {1, 1000};
  notifier::Delivery second = slack;
  second.idempotency_key = "msg_2";
  REQUIRE(post.outbox.enqueue({slack, second}, now));
  CHECK(post.turn_until([&] { return steps == 1; }));
  // One a second: neither real time nor the time of day makes it pass.
  now.wall.ms += 3'600'000;
  for (int i = 0; i < 5; ++i) post.courier->turn(10);
  CHECK(receiver.requests == 1);
  now.steady_ms += 1000;
  CHECK(post.turn_until([&] { return steps == 2; }));
  CHECK(receiver.requests == 2);
}
