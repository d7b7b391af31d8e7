// How a connection has its request handled: by the workers, and what comes of it goes back to the loop.

#pragma once

#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <new>
#include <thread>
#include <utility>

#include "connection.hpp"

namespace server {

inline void Connection::handle() {
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

inline void Connection::ask() {
  try {
    if (auto response = floor_.operations.answer(request_, floor_.routes.pattern(route_.route))) {
      notifier::Outcome answered;
      answered.response = *std::move(response);
      return finish(std::move(answered));
    }
    floor_.service.answer(request_,
                          [self = shared_from_this()](notifier::Outcome outcome) { self->finish(std::move(outcome)); });
  } catch (...) {
    notifier::Outcome failed;
    failed.response.status = 503;
    finish(std::move(failed));
  }
}

inline void Connection::finish(notifier::Outcome outcome) noexcept {
  // Where clients have more to take than they should, what is large is not kept for yet another; who asks for little is
  // served. What changes something is told of, whatever it takes.
  const bool is_read = request_.method == "GET" || request_.method == "HEAD";
  if (is_read && outcome.response.body.size() > MemoryBudget::small &&
      floor_.answers.used() > 2 * floor_.limits.answer_bytes_at_once) {
    outcome = notifier::Outcome();
    outcome.response.status = 503;
  }
  floor_.audit.write(asker_, {}, outcome);
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

inline void Connection::take_outcome() {
  if (is_closed_) return;
  notifier::Outcome outcome = std::move(outcome_);
  outcome_ = notifier::Outcome();
  body_share_.clear();
  if (outcome.response.status == 503 && outcome.response.body.empty()) return refuse_for_now();
  Access::add(response_, std::move(outcome.response));
  if (!outcome.stream_app_id.empty()) return stream(std::move(outcome.stream_app_id));
  answer();
}

}  // namespace server
