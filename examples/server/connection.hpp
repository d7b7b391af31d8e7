// One connection on the loop: a request is read, handled elsewhere, and its answer written, as far as the client takes
// it, again and again.

#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "access.hpp"
#include "asker.hpp"
#include "client_socket.hpp"
#include "connection_floor.hpp"
#include "connection_table.hpp"
#include "event_stream.hpp"
#include "head_end.hpp"
#include "http_answer.hpp"
#include "http_head.hpp"
#include "http_parser.hpp"
#include "memory_budget.hpp"
#include "outgoing.hpp"

namespace server {

class Connection final : public Subscriber, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::ip::tcp::socket;

  Connection(Floor& floor, Socket socket, const boost::asio::ip::address& peer)
      : floor_(floor),
        socket_(std::move(socket), floor.certificate),
        address_(ConnectionTable<Connection>::address_of(peer)),
        input_share_(floor.bodies),
        body_share_(floor.answers) {
    route_.route = floor.routes.other();
    asker_.client = peer.to_string();
  }

  void start() {
    // A handshake may take no longer than a request.
    if (floor_.certificate.is_there()) enter(Phase::reading);
    wait_to_read();
  }

  /// Ends it at once, whatever it is doing. May destroy it.
  void close() {
    if (is_closed_) return;
    is_closed_ = true;
    const auto self = shared_from_this();
    if (phase_ == Phase::streaming) log(0);
    if (!stream_app_id_.empty()) floor_.service.streams().remove(stream_app_id_, *this);
    socket_.close();
    floor_.table.remove(*this);
    if (phase_ == Phase::handling) return;  // others read of it until they are done
    out_.clear_messages();
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
        if (!socket_.is_ready()) return close();
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
  void push(const std::shared_ptr<const StreamMessage>& message) override;
  std::size_t backlog() const override { return out_.backlog(); }
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
    auto go_on = [self = shared_from_this()](boost::system::error_code code) {
      self->is_reading_ = false;
      if (self->is_closed_) return;
      if (code) return self->close();
      self->read();
    };
    if (socket_.has_more()) {
      boost::asio::post(floor_.loop, [go_on = std::move(go_on)] { go_on({}); });
    } else {
      const bool is_to_write = is_reading_blocked_ && socket_.waits_for() == Socket::wait_write;
      socket_.socket().async_wait(is_to_write ? Socket::wait_write : Socket::wait_read, std::move(go_on));
    }
    is_reading_blocked_ = false;
  }

  void read() {
    boost::system::error_code code;
    const std::size_t count = socket_.read_some(boost::asio::buffer(floor_.input), code);
    is_reading_blocked_ = code == boost::asio::error::would_block || code == boost::asio::error::try_again;
    if (is_reading_blocked_) return wait_to_read();
    if (code) return close();
    if (count == 0 && socket_.is_without_tls() && phase_ == Phase::reading)
      return refuse({400, "This server speaks TLS here: ask for https"});
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
    switch (head_end_.look(input_, floor_.limits.head_bytes)) {
      case HeadEnd::Found::nothing: return wait_to_read();
      case HeadEnd::Found::head: return take_head(head_end_.size());
      case HeadEnd::Found::bare_line_feed: return refuse({400, not_understood});
      case HeadEnd::Found::too_much: return refuse({400, "The headers are too long"});
    }
  }

  void take_head(std::size_t size) {
    head_bytes_.assign(input_, 0, size);
    input_.erase(0, size);
    head_end_ = HeadEnd();
    input_share_.clear();
    if (const auto fault = HeadReader::read(head_bytes_, head_)) return refuse(*fault);
    if (const auto given = head_.value("x-request-id"); is_request_id(given)) asker_.request_id = given;
    if (asker_.request_id.empty()) asker_.request_id = new_id("req-");
    parser_.emplace(floor_.bodies);
    if (parser_->begin(head_bytes_) == BodyParser::Outcome::not_understood) return refuse({400, not_understood});
    const bool is_chunked = head_.has("transfer-encoding");
    const std::string_view length = head_.value("content-length");
    const bool has_body = is_chunked || length.find_first_not_of('0') != std::string_view::npos;
    const bool takes_body =
        head_.method == "POST" || head_.method == "PUT" || head_.method == "PATCH" || head_.method == "DELETE";
    // A body that is not read must not be taken for the next request.
    keeps_ = parser_->keep_alive() && !(has_body && !takes_body) && !floor_.is_stopping;
    route_ = floor_.routes.find(head_.method, head_.target);
    if (route_.route == floor_.routes.other() && floor_.operations.has_file(head_.method, head_.target))
      route_ = {floor_.routes.dashboard(), Scope::open, {}};
    if (!floor_.access.admit(head_, route_, response_, asker_.token)) {
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

  // ---- handling: connection_handling.hpp ----

  void handle();
  /// In a thread of the workers.
  void ask();
  /// In a thread of the workers, or the committing one: the loop goes on with it.
  void finish(notifier::Outcome outcome) noexcept;
  void take_outcome();

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
    name_request();
    keeps_ = keeps_ && !floor_.is_stopping;
    std::string head = AnswerHead::write(response_, AnswerHead::Body::counted, keeps_, head_.is_1_0);
    if (head_.method == "HEAD") response_.body.clear();
    out_.begin(std::move(head), std::move(response_.body), !head_.is_1_0);
    // Who takes his answer more slowly than others theirs makes room.
    auto& writers = floor_.table.list(Phase::writing);
    while (!writers.empty() && floor_.answers.used() + out_.body_size() > floor_.limits.answer_bytes_at_once)
      writers.front()->close();
    body_share_.hold(out_.body_size());
    enter(Phase::writing);
    deadline_ = since_ + floor_.limits.write + std::chrono::seconds(out_.body_size() / (32 * 1024));
    write();
  }

  void name_request() {
    if (asker_.request_id.empty()) asker_.request_id = new_id("req-");
    response_.headers.push_back({"X-Request-Id", asker_.request_id});
  }

  /// Sends as much as the client takes now; of a stream, when it is its turn.
  void write() {
    if (is_writing_) return;
    if (phase_ == Phase::streaming) {
      if (has_turn_) return;
      has_turn_ = true;
      return floor_.turns.ask([self = shared_from_this()] {
        self->has_turn_ = false;
        if (!self->is_closed_) self->write_piece();
      });
    }
    boost::system::error_code code;
    while (!code && !out_.is_empty()) send_some(code);
    if (code) return write_later(code);
    end_answer();
  }

  void write_piece() {
    boost::system::error_code code;
    if (!out_.is_empty()) send_some(code);
    if (code) return write_later(code);
    if (!out_.is_empty()) return write();
    if (is_ending_) end_answer();
  }

  void write_later(boost::system::error_code why) {
    if (why != boost::asio::error::would_block && why != boost::asio::error::try_again) return close();
    is_writing_ = true;
    socket_.socket().async_wait(socket_.waits_for(), [self = shared_from_this()](boost::system::error_code failed) {
      self->is_writing_ = false;
      if (self->is_closed_) return;
      if (failed) return self->close();
      self->write();
    });
  }

  void send_some(boost::system::error_code& code) {
    if (out_.sent(socket_.write_some(out_.next(), code))) moved_ = Clock::now();
  }

  void end_answer() {
    log(out_.body_size());
    const bool goes_on = keeps_ && !floor_.is_stopping;
    parser_.reset();
    head_ = Head();
    asker_.token.clear();
    asker_.request_id.clear();
    route_.route = floor_.routes.other();
    response_ = notifier::Response();
    out_.clear_answer();
    body_share_.clear();
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
    socket_.shutdown_send();
    is_ending_ = false;
    input_ = std::string();
    enter(Phase::lingering);
    wait_to_read();
  }

  void log(std::size_t bytes) const {
    const auto taken = Clock::now() - started_;
    floor_.metrics.request(route_.route, head_.method, response_.status, taken, phase_ == Phase::streaming);
    floor_.log.write(asker_, head_.method, head_.target, response_.status, bytes, taken);
  }

  // ---- streaming: connection_streaming.hpp ----

  void stream(std::string app_id);
  void tick_stream(Clock::time_point now);
  void end_stream();

  Floor& floor_;
  ClientSocket socket_;
  const ConnectionTable<Connection>::Address address_;
  ConnectionTable<Connection>::List::iterator place_;
  Phase phase_ = Phase::waiting;
  Clock::time_point since_ = Clock::now();  // in this phase
  Clock::time_point started_ = since_;      // the request
  Clock::time_point deadline_{};
  bool is_closed_ = false;
  bool is_reading_ = false;
  bool is_reading_blocked_ = false;  // the last read could not go on
  bool is_writing_ = false;
  bool is_ending_ = false;
  bool has_turn_ = false;
  bool keeps_ = true;

  std::string input_;  // what has come and is not yet understood
  MemoryShare input_share_;
  HeadEnd head_end_;
  std::string head_bytes_;
  Head head_;
  RouteMatch route_;
  Asker asker_;
  std::optional<BodyParser> parser_;
  notifier::Request request_;
  notifier::Outcome outcome_;

  notifier::Response response_;
  Outgoing out_;
  MemoryShare body_share_;

  std::string stream_app_id_;
  Clock::time_point moved_{};
  Clock::time_point pinged_{};
};

}  // namespace server

#include "connection_handling.hpp"
#include "connection_streaming.hpp"
