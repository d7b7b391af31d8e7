// Who has something to write takes turns: a big message to many streams holds up nobody.

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <list>
#include <utility>

namespace server {

/// Used by the loop's thread.
class Turns {
 public:
  explicit Turns(boost::asio::io_context& loop) : loop_(loop) {}

  /// Calls `turn` once those who asked before had theirs. Between some of them everybody else on the loop has his.
  void ask(std::function<void()> turn) {
    waiting_.push_back(std::move(turn));
    go_on();
  }

 private:
  static constexpr int at_once = 8;

  void go_on() {
    if (is_posted_ || waiting_.empty()) return;
    is_posted_ = true;
    boost::asio::post(loop_, [this] {
      is_posted_ = false;
      for (int i = 0; i < at_once && !waiting_.empty(); ++i) {
        const std::function<void()> turn = std::move(waiting_.front());
        waiting_.pop_front();
        turn();
      }
      go_on();
    });
  }

  boost::asio::io_context& loop_;
  std::list<std::function<void()>> waiting_;
  bool is_posted_ = false;
};

}  // namespace server
