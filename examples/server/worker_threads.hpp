#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace server {

/// A few threads for what would hold up the loop: requests are handled here.
class WorkerThreads {
 public:
  /// Where the system gives fewer threads than `count`, those do it; std::system_error where it gives none.
  WorkerThreads(std::size_t count, std::size_t most_waiting) : most_waiting_(most_waiting) {
    threads_.reserve(count);
    while (threads_.size() < count) {
      try {
        threads_.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        if (threads_.empty()) throw;
        break;
      }
    }
  }
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;
  ~WorkerThreads() { stop(); }

  /// False where too many tasks wait already. @param task  throws nothing
  bool post(std::function<void()> task) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (is_stopping_ || tasks_.size() >= most_waiting_) return false;
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
  }

  /// Does what waits, and ends the threads.
  void stop() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return is_stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      {
        const std::function<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
      }
      lock.lock();
    }
  }

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  bool is_stopping_ = false;
};

}  // namespace server
