#pragma once

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace server {

/// Threads for connections: one each while it lives, made when none is free, up to a limit. The library's own pool has
/// a fixed eight, so that eight idle clients shut out the ninth.
class WorkerPool final : public httplib::TaskQueue {
 public:
  explicit WorkerPool(std::size_t most) : most_(most) {}

  void enqueue(std::function<void()> task) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() <= idle_ || workers_ == most_) {
      wake_.notify_one();
      return;
    }
    ++workers_;
    std::thread([this] { work(); }).detach();
  }

  /// Waits for all tasks to end.
  void shutdown() override {
    std::unique_lock<std::mutex> lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    ended_.wait(lock, [this] { return workers_ == 0; });
  }

  /// Whether connections wait for a worker.
  bool is_short() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return tasks_.size() > idle_;
  }

 private:
  void work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      ++idle_;
      wake_.wait_for(lock, std::chrono::seconds(10), [this] { return stopping_ || !tasks_.empty(); });
      --idle_;
      if (tasks_.empty()) break;
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
    --workers_;
    ended_.notify_all();
  }

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<std::function<void()>> tasks_;
  std::size_t idle_ = 0;
  std::size_t workers_ = 0;
  bool stopping_ = false;
};

}  // namespace server
