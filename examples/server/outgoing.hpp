// What is on its way to a client: an answer, or the head of a stream and the messages after it.

#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "event_stream.hpp"

namespace server {

class Outgoing {
 public:
  /// @param is_chunked  whether messages go as chunks, else as their text
  void begin(std::string head, std::string body, bool is_chunked) {
    head_ = std::move(head);
    body_ = std::move(body);
    is_chunked_ = is_chunked;
    sent_ = 0;
  }
  void add(std::shared_ptr<const StreamMessage> message) {
    backlog_ += message->chunk().size();
    messages_.push_back(std::move(message));
  }

  bool is_empty() const { return !is_in_answer() && messages_.empty(); }
  std::size_t body_size() const { return body_.size(); }
  bool has_messages() const { return !messages_.empty(); }
  std::size_t message_count() const { return messages_.size(); }
  /// Bytes of messages that have not gone out whole.
  std::size_t backlog() const { return backlog_; }

  /// What to send next. Nothing is empty.
  std::array<boost::asio::const_buffer, 2> next() const {
    if (sent_ < head_.size()) {
      return {boost::asio::buffer(head_.data() + sent_, head_.size() - sent_), boost::asio::buffer(body_)};
    }
    if (is_in_answer()) {
      const std::size_t of_body = sent_ - head_.size();
      return {boost::asio::buffer(body_.data() + of_body, body_.size() - of_body), {}};
    }
    const std::string_view rest = front().substr(message_sent_);
    return {boost::asio::buffer(rest.data(), rest.size()), {}};
  }

  /// Takes down that so many bytes of next() were sent.
  /// @return whether they were a message's
  bool sent(std::size_t count) {
    if (count == 0) return false;
    if (is_in_answer()) {
      sent_ += count;
      return false;
    }
    message_sent_ += count;
    if (message_sent_ < front().size()) return true;
    backlog_ -= messages_.front()->chunk().size();
    messages_.pop_front();
    message_sent_ = 0;
    return true;
  }

  /// Leaves the message that the client may be in the middle of, and no other.
  void keep_first_message() {
    while (messages_.size() > 1) {
      backlog_ -= messages_.back()->chunk().size();
      messages_.pop_back();
    }
  }
  void clear_messages() {
    messages_.clear();
    backlog_ = message_sent_ = 0;
  }
  /// Forgets the answer, and gives its memory back.
  void clear_answer() { begin({}, {}, is_chunked_); }

 private:
  bool is_in_answer() const { return sent_ < head_.size() + body_.size(); }
  std::string_view front() const { return is_chunked_ ? messages_.front()->chunk() : messages_.front()->text(); }

  std::string head_;
  std::string body_;
  std::size_t sent_ = 0;  // of both
  std::list<std::shared_ptr<const StreamMessage>> messages_;
  std::size_t message_sent_ = 0;  // of the first
  std::size_t backlog_ = 0;
  bool is_chunked_ = true;
};

}  // namespace server
