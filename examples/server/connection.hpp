// One connection on the loop: a request is read, handled elsewhere, and its answer written, as far as the client takes
// it, again and again.

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "access.hpp"
#include "access_log.hpp"
#include "connection_table.hpp"
#include "event_stream.hpp"
#include "http_answer.hpp"
#include "http_head.hpp"
#include "http_parser.hpp"
#include "memory_budget.hpp"
#include "service.hpp"
#include "worker_threads.hpp"

namespace server {

struct Limits {
  std::size_t head_bytes = 64 * 1024;           ///< of a request: its first line and all headers
  std::size_t body_bytes_at_once = 96 << 20;    ///< of all requests that come in or are handled
  std::size_t answer_bytes_at_once = 64 << 20;  ///< of all answers that clients have not taken yet
  std::size_t stream_bytes = 16 << 20;          ///< that one stream's client may be behind
  std::size_t stream_messages = 1000;           ///< and in messages
  std::chrono::milliseconds request{30'000};    ///< from a request's first byte to its last
  std::chrono::milliseconds idle{60'000};       ///< between requests
  std::chrono::milliseconds write{30'000};      ///< for the client to take an answer, and a second for each 32 KB
  std::chrono::milliseconds linger{1'000};      ///< for the client to read the last answer
  std::chrono::milliseconds ping{15'000};       ///< how long a stream is silent
};

class Connection;

/// What all connections share. Used by the loop's thread, but for what says otherwise.
struct Floor {
  Floor(Service& the_service, Access the_access, AccessLog the_log, Limits the_limits, std::size_t most_connections)
      : service(the_service),
        access(std::move(the_access)),
        log(the_log),
        limits(the_limits),
        bodies(limits.body_bytes_at_once, limits.body_bytes_at_once / 4),
        answers(limits.answer_bytes_at_once),
        table(most_connections) {}

  Service& service;
  Access access;
  AccessLog log;
  Limits limits;
  MemoryBudget bodies;
  MemoryBudget answers;
  boost::asio::io_context loop{1};  // ends after what its handlers keep, and before what that is counted in
  ConnectionTable<Connection> table;
  WorkerThreads* workers = nullptr;
  bool is_stopping = false;
  /// Streams that have something to write. They take turns, a piece each, and between some of them everybody else has
  /// his: a big message to many streams holds up nobody.
  std::list<std::shared_ptr<Connection>> turns;
  bool are_turns_taken = false;
  std::atomic<std::size_t> asked{0};  ///< requests whose answer is not there yet
  std::array<char, 64 * 1024> input;  ///< what is being read: idle connections have no buffer of their own
};

class Connection final : public Subscriber, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::ip::tcp::socket;

  Connection(Floor& floor, Socket socket, const boost::asio::ip::address& peer)
      : floor_(floor),
        socket_(std::move(socket)),
        address_(ConnectionTable<Connection>::address_of(peer)),
        client_(peer.to_string()),
        input_share_(floor.bodies),
        body_share_(floor.answers) {}

  void start() { wait_to_read(); }

  /// Ends it at once, whatever it is doing. May destroy it.
  void close() {
    if (is_closed_) return;
    is_closed_ = true;
    const auto self = shared_from_this();
    if (phase_ == Phase::streaming) log(0);
    if (!stream_app_id_.empty()) floor_.service.streams().remove(stream_app_id_, *this);
    boost::system::error_code ignored;
    socket_.close(ignored);
    floor_.table.remove(*this);
    if (phase_ == Phase::handling) return;  // others read of it until they are done
    messages_.clear();
    body_share_.clear();
  }

  /// No more requests: what is handled is answered, what is incomplete is cut.
  void stop() {
    switch (phase_) {
      case Phase::waiting:
      case Phase::reading:
      case Phase::lingering: return close();
      case Phase::streaming: return end_stream();
      case Phase::handling:
      case Phase::writing: keeps_ = false;
    }
  }

  /// Its time may be over. Called several times a second where it is.
  void tick(Clock::time_point now) {
    switch (phase_) {
      case Phase::waiting:
        if (now - since_ >= floor_.limits.idle) close();
        return;
      case Phase::reading:
        if (now - since_ < floor_.limits.request) return;
        if (parser_) return refuse({400, "The body could not be read"});
        return refuse({408, "The request did not come in time"});
      case Phase::writing:
        if (now >= deadline_) close();
        return;
      case Phase::streaming: return tick_stream(now);
      case Phase::lingering:
        if (now - since_ >= floor_.limits.linger) close();
        return;
      case Phase::handling: return;
    }
  }

  /// Of a stream.
  void push(const std::shared_ptr<const StreamMessage>& message) override {
    if (is_closed_ || is_ending_) return;
    backlog_ += message->chunk().size();
    messages_.push_back(message);
    if (backlog_ > floor_.limits.stream_bytes && messages_.size() > 1) return cut();
    if (messages_.size() > floor_.limits.stream_messages) return cut();
    write();
  }
  std::size_t backlog() const override { return backlog_; }

  /// Lets some of the streams that wait write.
  static void take_turns(Floor& floor) {
    if (floor.are_turns_taken || floor.turns.empty()) return;
    floor.are_turns_taken = true;
    boost::asio::post(floor.loop, [&floor] {
      floor.are_turns_taken = false;
      for (int i = 0; i < 8 && !floor.turns.empty(); ++i) {
        const std::shared_ptr<Connection> next = std::move(floor.turns.front());
        floor.turns.pop_front();
        next->has_turn_ = false;
        if (!next->is_closed_) next->write_piece();
      }
      take_turns(floor);
    });
  }
  void cut() override { close(); }

 private:
  friend class ConnectionTable<Connection>;

  void enter(Phase phase) {
    since_ = Clock::now();
    floor_.table.move(*this, phase);
  }

  // ---- reading ----

  void wait_to_read() {
    if (is_reading_) return;
    is_reading_ = true;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](boost::system::error_code code) {
      self->is_reading_ = false;
      if (self->is_closed_) return;
      if (code) return self->close();
      self->read();
    });
  }

  void read() {
    boost::system::error_code code;
    const std::size_t count = socket_.read_some(boost::asio::buffer(floor_.input), code);
    if (code == boost::asio::error::would_block || code == boost::asio::error::try_again) return wait_to_read();
    if (code) return close();
    // What a client says that is told events, or that has had its last answer, is not listened to.
    if (phase_ == Phase::streaming || phase_ == Phase::lingering) return wait_to_read();
    input_.append(floor_.input.data(), count);
    if (!parser_ && !input_share_.grow(count)) return refuse_for_now();
    take_input();
  }

  /// Goes on with the request as far as it has come.
  void take_input() {
    if (phase_ == Phase::waiting && !input_.empty()) {
      enter(Phase::reading);
      started_ = since_;
    }
    if (phase_ != Phase::reading) return wait_to_read();
    if (parser_) return take_body();
    // An empty line before a request is nobody's (RFC 9112, 2.2).
    if (scanned_ == 0 && input_.size() >= 2 && input_.compare(0, 2, "\r\n") == 0) {
      input_.erase(0, 2);
      if (input_.empty()) return wait_to_read();
    }
    // A line ends in CR LF, no less: Beast waits for that, others take a bare LF for an end.
    while (true) {
      const std::size_t line_feed = input_.find('\n', scanned_);
      if (line_feed == std::string::npos) break;
      scanned_ = line_feed + 1;
      if (line_feed == 0 || input_[line_feed - 1] != '\r') return refuse({400, not_understood});
      if (line_feed >= 3 && input_.compare(line_feed - 3, 4, "\r\n\r\n") == 0) {
        if (scanned_ > floor_.limits.head_bytes) return refuse({400, "The headers are too long"});
        return take_head(scanned_);
      }
    }
    scanned_ = input_.size();
    if (input_.size() > floor_.limits.head_bytes) return refuse({400, "The headers are too long"});
    wait_to_read();
  }

  void take_head(std::size_t size) {
    head_bytes_.assign(input_, 0, size);
    input_.erase(0, size);
    scanned_ = 0;
    input_share_.clear();
    if (const auto fault = HeadReader::read(head_bytes_, head_)) return refuse(*fault);
    parser_.emplace(floor_.bodies);
    if (parser_->begin(head_bytes_) == BodyParser::Outcome::not_understood) return refuse({400, not_understood});
    const bool is_chunked = head_.has("transfer-encoding");
    const std::string_view length = head_.value("content-length");
    const bool has_body = is_chunked || length.find_first_not_of('0') != std::string_view::npos;
    const bool takes_body =
        head_.method == "POST" || head_.method == "PUT" || head_.method == "PATCH" || head_.method == "DELETE";
    // A body that is not read must not be taken for the next request.
    keeps_ = parser_->keep_alive() && !(has_body && !takes_body) && !floor_.is_stopping;
    if (!floor_.access.admit(head_, response_)) {
      keeps_ = keeps_ && !has_body;
      return answer();
    }
    if (is_multipart()) return refuse({415, "The body must be JSON"});
    if (length.size() > 9 || number(length) > NOTIFIER_MAX_EVENT_BYTES) return refuse({413, too_large});
    if (!has_body || !takes_body) return handle();
    if (notifier::detail::net::equals_lower(head_.value("expect"), "100-continue") && input_.empty() && !head_.is_1_0) {
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      boost::system::error_code code;
      if (socket_.write_some(boost::asio::buffer(go_on.data(), go_on.size()), code) != go_on.size()) return close();
    }
    take_body();
  }

  bool is_multipart() const {
    constexpr std::string_view multipart = "multipart/form-data";
    return notifier::detail::net::equals_lower(head_.value("content-type").substr(0, multipart.size()), multipart);
  }

  static std::size_t number(std::string_view digits) {
    std::size_t value = 0;
    for (const char c : digits) value = value * 10 + static_cast<std::size_t>(c - '0');
    return value;
  }

  void take_body() {
    std::size_t consumed = 0;
    const BodyParser::Outcome outcome = parser_->put(input_, consumed);
    input_.erase(0, consumed);
    if (input_.empty()) input_.shrink_to_fit();
    switch (outcome) {
      case BodyParser::Outcome::complete: return handle();
      case BodyParser::Outcome::more: return wait_to_read();
      case BodyParser::Outcome::not_understood: return refuse({400, "The body could not be read"});
      case BodyParser::Outcome::too_large: return refuse({413, too_large});
      case BodyParser::Outcome::no_room: return refuse_for_now();
    }
  }

  // ---- handling ----

  void handle() {
    enter(Phase::handling);
    request_ = notifier::Request();
    request_.method = head_.method;
    request_.target = head_.target;
    request_.body = parser_->body();
    request_.headers = head_.fields;
    floor_.asked.fetch_add(1);
    if (floor_.workers->post([self = shared_from_this()] { self->ask(); })) return;
    floor_.asked.fetch_sub(1);
    refuse_for_now();
  }

  /// In a thread of the workers.
  void ask() {
    try {
      if (floor_.answers.used() > 2 * floor_.limits.answer_bytes_at_once) throw std::bad_alloc();
      floor_.service.answer(
          request_, [self = shared_from_this()](notifier::Outcome outcome) { self->finish(std::move(outcome)); });
    } catch (...) {
      notifier::Outcome failed;
      failed.response.status = 503;
      finish(std::move(failed));
    }
  }

  /// In a thread of the workers, or the committing one: the loop goes on with it.
  void finish(notifier::Outcome outcome) noexcept {
    outcome_ = std::move(outcome);
    body_share_.hold(outcome_.response.body.size());
    while (true) {
      try {
        boost::asio::post(floor_.loop, [self = shared_from_this()] { self->take_outcome(); });
        break;
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    floor_.asked.fetch_sub(1);
  }

  void take_outcome() {
    if (is_closed_) return;
    notifier::Outcome outcome = std::move(outcome_);
    outcome_ = notifier::Outcome();
    body_share_.clear();
    if (outcome.response.status == 503) return refuse_for_now();
    Access::add(response_, std::move(outcome.response));
    if (!outcome.stream_app_id.empty()) return stream(std::move(outcome.stream_app_id));
    answer();
  }

  // ---- writing ----

  static constexpr std::size_t kept_bytes = 2048;  // of buffers, from request to request
  static constexpr std::string_view not_understood = "This is no HTTP request that this server understands";
  static constexpr std::string_view too_large = "The body is larger than this server takes";

  /// Answers a request that is not served, or not whole: nothing is read after it.
  void refuse(const Fault& fault) {
    keeps_ = false;
    Access::add(response_, notifier::detail::api::error_response(fault.status, fault.message));
    answer();
  }

  void refuse_for_now() {
    response_.headers.push_back({"Retry-After", "1"});
    refuse({503, "The server has more to do than it can hold; try again soon"});
  }

  void answer() {
    keeps_ = keeps_ && !floor_.is_stopping;
    out_head_ = AnswerHead::write(response_, AnswerHead::Body::counted, keeps_, head_.is_1_0);
    if (head_.method == "HEAD") response_.body.clear();
    out_body_ = std::move(response_.body);
    sent_ = 0;
    // Who takes his answer more slowly than others theirs makes room.
    auto& writers = floor_.table.list(Phase::writing);
    while (!writers.empty() && floor_.answers.used() + out_body_.size() > floor_.limits.answer_bytes_at_once)
      writers.front()->close();
    body_share_.hold(out_body_.size());
    enter(Phase::writing);
    deadline_ = since_ + floor_.limits.write + std::chrono::seconds(out_body_.size() / (32 * 1024));
    write();
  }

  /// Sends as much as the client takes now; of a stream, when it is its turn.
  void write() {
    if (is_writing_) return;
    if (phase_ == Phase::streaming) {
      if (has_turn_) return;
      floor_.turns.push_back(shared_from_this());
      has_turn_ = true;
      return take_turns(floor_);
    }
    boost::system::error_code code;
    while (!code && has_output()) written(socket_.write_some(next_output(), code));
    if (code) return write_later(code);
    end_answer();
  }

  void write_piece() {
    boost::system::error_code code;
    if (has_output()) written(socket_.write_some(next_output(), code));
    if (code) return write_later(code);
    if (has_output()) return write();
    if (is_ending_) end_answer();
  }

  void write_later(boost::system::error_code why) {
    if (why != boost::asio::error::would_block && why != boost::asio::error::try_again) return close();
    is_writing_ = true;
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](boost::system::error_code failed) {
      self->is_writing_ = false;
      if (self->is_closed_) return;
      if (failed) return self->close();
      self->write();
    });
  }

  bool has_output() const { return sent_ < out_head_.size() + out_body_.size() || !messages_.empty(); }

  std::array<boost::asio::const_buffer, 2> next_output() const {
    if (sent_ < out_head_.size()) {
      return {boost::asio::buffer(out_head_.data() + sent_, out_head_.size() - sent_), boost::asio::buffer(out_body_)};
    }
    const std::size_t of_body = sent_ - out_head_.size();
    if (of_body < out_body_.size()) {
      return {boost::asio::buffer(out_body_.data() + of_body, out_body_.size() - of_body), {}};
    }
    const std::string_view message = text_of(*messages_.front()).substr(message_sent_);
    return {boost::asio::buffer(message.data(), message.size()), {}};
  }

  std::string_view text_of(const StreamMessage& message) const {
    return head_.is_1_0 ? message.text() : message.chunk();
  }

  void written(std::size_t count) {
    if (count == 0) return;
    if (sent_ < out_head_.size() + out_body_.size()) {
      sent_ += count;
      return;
    }
    message_sent_ += count;
    moved_ = Clock::now();
    if (message_sent_ < text_of(*messages_.front()).size()) return;
    backlog_ -= messages_.front()->chunk().size();
    messages_.pop_front();
    message_sent_ = 0;
  }

  void end_answer() {
    log(out_body_.size());
    const bool goes_on = keeps_ && !floor_.is_stopping;
    parser_.reset();
    head_ = Head();
    response_ = notifier::Response();
    out_head_ = std::string();
    out_body_ = std::string();
    body_share_.clear();
    sent_ = 0;
    if (head_bytes_.capacity() > kept_bytes) head_bytes_ = std::string();
    if (input_.capacity() > kept_bytes) input_.shrink_to_fit();
    if (!goes_on) return linger();
    enter(Phase::waiting);
    if (input_.empty()) return wait_to_read();
    // Not at once: requests that came in one piece would be answered one within the other.
    boost::asio::post(floor_.loop, [self = shared_from_this()] {
      if (!self->is_closed_) self->take_input();
    });
  }

  /// Closing with unread input would reset the connection, and the answer with it (RFC 9112, 9.6).
  void linger() {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    is_ending_ = false;
    input_ = std::string();
    enter(Phase::lingering);
    wait_to_read();
  }

  void log(std::size_t bytes) const {
    floor_.log.write(client_, head_.method, head_.target, response_.status, bytes, Clock::now() - started_);
  }

  // ---- streaming ----

  void stream(std::string app_id) {
    ConnectionTable<Connection>& table = floor_.table;
    if (table.size(Phase::streaming) >= table.most() / 2 || floor_.is_stopping) return refuse_for_now();
    keeps_ = false;
    const auto kind = head_.is_1_0 ? AnswerHead::Body::until_close : AnswerHead::Body::chunked;
    out_head_ = AnswerHead::write(response_, kind, !head_.is_1_0, false);
    // What the system holds for a client that does not read is memory, too.
    boost::system::error_code ignored;
    socket_.set_option(boost::asio::socket_base::send_buffer_size(64 * 1024), ignored);
    enter(Phase::streaming);
    moved_ = pinged_ = since_;
    stream_app_id_ = std::move(app_id);
    floor_.service.streams().add(stream_app_id_, *this);
    write();
    if (!is_closed_) wait_to_read();
  }

  void tick_stream(Clock::time_point now) {
    if (messages_.empty()) {
      if (now - std::max(pinged_, moved_) < floor_.limits.ping) return;
      pinged_ = now;
      push(std::make_shared<StreamMessage>(floor_.service.streams().budget(), ": still here\n\n"));
    } else if (now - std::max(pinged_, moved_) >= floor_.limits.write) {
      close();
    }
  }

  void end_stream() {
    if (is_ending_) return;
    floor_.service.streams().remove(stream_app_id_, *this);
    // The last chunk, after what the client is in the middle of.
    if (messages_.size() > 1) messages_.erase(std::next(messages_.begin()), messages_.end());
    if (!head_.is_1_0) messages_.push_back(std::make_shared<StreamMessage>(floor_.service.streams().budget(), ""));
    is_ending_ = true;
    write();
  }

  Floor& floor_;
  Socket socket_;
  const ConnectionTable<Connection>::Address address_;
  const std::string client_;
  ConnectionTable<Connection>::List::iterator place_;
  Phase phase_ = Phase::waiting;
  Clock::time_point since_ = Clock::now();  // in this phase
  Clock::time_point started_ = since_;      // the request
  Clock::time_point deadline_{};
  bool is_closed_ = false;
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_ending_ = false;
  bool has_turn_ = false;
  bool keeps_ = true;

  std::string input_;  // what has come and is not yet understood
  MemoryShare input_share_;
  std::size_t scanned_ = 0;
  std::string head_bytes_;
  Head head_;
  std::optional<BodyParser> parser_;
  notifier::Request request_;
  notifier::Outcome outcome_;

  notifier::Response response_;
  std::string out_head_;
  std::string out_body_;
  MemoryShare body_share_;
  std::size_t sent_ = 0;

  std::string stream_app_id_;
  std::list<std::shared_ptr<const StreamMessage>> messages_;
  std::size_t backlog_ = 0;
  std::size_t message_sent_ = 0;
  Clock::time_point moved_{};
  Clock::time_point pinged_{};
};

}  // namespace server
