// Group commit: what many requests change goes to the disk with one sync.

#pragma once

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"

namespace server {

/// Stores outcomes and applies them to the registry, in one thread: the only one that changes either.
///
/// While one transaction syncs, others gather, and the next one takes them all. Requests are handled before they come
/// here, on the registry as it was then; an outcome that another one overtook is turned back, to be handled again.
class CommitQueue {
 public:
  enum class Verdict { stored, stale, failed };
  /// Called in the committing thread for each outcome that is stored and applied, before its request is answered.
  using OnStored = std::function<void(notifier::Outcome&)>;

  CommitQueue(notifier::Registry& registry, notifier::SqliteStore& store, OnStored on_stored)
      : registry_(registry), store_(store), on_stored_(std::move(on_stored)), thread_([this] { run(); }) {}
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  ~CommitQueue() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  /// Returns when the outcome is durable and applied, or is not and will not be.
  Verdict commit(notifier::Outcome& outcome) {
    Waiting waiting{&outcome, {}};
    auto verdict = waiting.verdict.get_future();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(&waiting);
    }
    wake_.notify_one();
    return verdict.get();
  }

 private:
  struct Waiting {
    notifier::Outcome* outcome;
    std::promise<Verdict> verdict;
  };
  using Batch = std::vector<Waiting*>;
  using Touched = std::set<std::pair<int, std::string>>;

  void run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const Batch batch = std::exchange(queue_, {});
      lock.unlock();
      commit(batch);
      lock.lock();
    }
  }

  void commit(const Batch& batch) {
    Batch fresh;
    Touched touched;
    std::vector<const notifier::Outcome*> outcomes;
    std::vector<notifier::Change> changes;
    for (Waiting* waiting : batch) {
      const notifier::Outcome& outcome = *waiting->outcome;
      if (is_stale(outcome, touched)) {
        waiting->verdict.set_value(Verdict::stale);
        continue;
      }
      fresh.push_back(waiting);
      outcomes.push_back(&outcome);
      changes.insert(changes.end(), outcome.changes.begin(), outcome.changes.end());
    }
    const auto stored = store_.store(outcomes);
    if (!stored) {
      std::fprintf(stderr, "notifier-server: %s\n", stored.error().message.c_str());
      for (Waiting* waiting : fresh) waiting->verdict.set_value(Verdict::failed);
      return;
    }
    const auto applied = registry_.apply(changes);
    if (!applied) {
      // The database is right and memory is not: start again from the database.
      std::fprintf(stderr, "notifier-server: stored changes do not apply: %s\n", applied.error().message.c_str());
      std::_Exit(70);
    }
    for (Waiting* waiting : fresh) {
      on_stored_(*waiting->outcome);
      waiting->verdict.set_value(Verdict::stored);
    }
  }

  /// Whether something that the outcome changes is not as it was when the request was handled, or changes in this batch
  /// already.
  bool is_stale(const notifier::Outcome& outcome, Touched& touched) const {
    using Op = notifier::Change::Op;
    Touched mine;
    for (const notifier::Change& change : outcome.changes) {
      if (change.op == Op::put_app) {
        if (change.expected == notifier::Timestamp{} &&
            (registry_.find_app(change.app.id) || registry_.find_app(change.app.name))) {
          return true;
        }
        mine.emplace(0, change.app.id);
        mine.emplace(1, change.app.name);
      } else if (change.op != Op::put_user) {
        const auto current = registry_.find(change.notifier.app_id, change.notifier.id);
        if ((current ? current->updated_at : notifier::Timestamp{}) != change.expected) return true;
        mine.emplace(2, change.notifier.id);
      }
    }
    for (const auto& key : mine) {
      if (touched.count(key) != 0) return true;
    }
    touched.merge(mine);
    return false;
  }

  notifier::Registry& registry_;
  notifier::SqliteStore& store_;
  OnStored on_stored_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Batch queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace server
