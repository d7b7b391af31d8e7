// A connection that is told events as they happen: what it is sent, how far behind it may be, and how it ends.

#pragma once

#include <algorithm>
#include <boost/asio/socket_base.hpp>
#include <memory>
#include <string>
#include <utility>

#include "connection.hpp"

namespace server {

inline void Connection::push(const std::shared_ptr<const StreamMessage>& message) {
  if (is_closed_ || is_ending_) return;
  out_.add(message);
  if (out_.backlog() > floor_.limits.stream_bytes && out_.message_count() > 1) return cut();
  if (out_.message_count() > floor_.limits.stream_messages) return cut();
  write();
}

inline void Connection::stream(std::string app_id) {
  ConnectionTable<Connection>& table = floor_.table;
  if (table.size(Phase::streaming) >= table.most() / 2 || floor_.is_stopping) return refuse_for_now();
  keeps_ = false;
  name_request();
  const auto kind = head_.is_1_0 ? AnswerHead::Body::until_close : AnswerHead::Body::chunked;
  out_.begin(AnswerHead::write(response_, kind, !head_.is_1_0, false), {}, !head_.is_1_0);
  // What the system holds for a client that does not read is memory, too.
  boost::system::error_code ignored;
  socket_.socket().set_option(boost::asio::socket_base::send_buffer_size(64 * 1024), ignored);
  enter(Phase::streaming);
  moved_ = pinged_ = since_;
  stream_app_id_ = std::move(app_id);
  floor_.service.streams().add(stream_app_id_, *this);
  write();
  if (!is_closed_) wait_to_read();
}

inline void Connection::tick_stream(Clock::time_point now) {
  if (!out_.has_messages()) {
    if (now - std::max(pinged_, moved_) < floor_.limits.ping) return;
    pinged_ = now;
    push(std::make_shared<StreamMessage>(floor_.service.streams().budget(), ": still here\n\n"));
  } else if (now - std::max(pinged_, moved_) >= floor_.limits.write) {
    close();
  }
}

inline void Connection::end_stream() {
  if (is_ending_) return;
  floor_.service.streams().remove(stream_app_id_, *this);
  // The last chunk, after what the client is in the middle of.
  out_.keep_first_message();
  if (!head_.is_1_0) out_.add(std::make_shared<StreamMessage>(floor_.service.streams().budget(), ""));
  is_ending_ = true;
  write();
}

}  // namespace server
