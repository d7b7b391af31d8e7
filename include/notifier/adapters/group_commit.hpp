// Group commit: what the requests of many threads change is stored together, with one sync to the disk.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/api/api.hpp"
#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a GroupCommit takes from its host; every member has a default.
struct GroupCommitOptions {
  /// Called in the committing thread for each outcome that is stored and seen, before its commit() returns: hand over
  /// and return. Throws nothing.
  std::function<void(const Outcome&)> on_stored;
  /// Called in the committing thread with what a store failed of. Throws nothing.
  std::function<void(const Error&)> on_error;
  std::size_t most_at_once = 1024;  ///< outcomes that are stored together
  unsigned most_tries = 64;         ///< how often settle() has a request handled that others overtake
};

/// A thread that commits outcomes: while it stores some, others gather, and the next store takes them all.
///
///     notifier::GroupCommit commits(registry, [&](const auto& outcomes) { return store.store(outcomes); });
///     const notifier::Outcome outcome = commits.settle([&] { return api.handle(request); });   // on any thread
///     send(outcome.response);
///
/// A host that has no thread to spare for each request does not wait for the store:
///
///     commits.settle([=] { return api.handle(request); }, [=](notifier::Outcome outcome) { send_later(outcome); });
///
/// Thread-safe. Requests are handled before they come here, on the registry as it was then; where another was faster
/// with the same thing, Registry::commit() turns the outcome back, and the request is handled again.
class GroupCommit {
 public:
  /// As for Registry::commit(). Called in the committing thread alone.
  using Store = std::function<Result<void>(const std::vector<Outcome*>&)>;

  /// @param registry  outlives this
  GroupCommit(Registry& registry, Store store, GroupCommitOptions options = {})
      : registry_(registry), store_(std::move(store)), options_(std::move(options)), thread_([this] { run(); }) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  /// Commits what waits. No other thread calls any more.
  ~GroupCommit();

  /// Returns when the outcome is stored and seen, or is neither and will not be.
  /// @return as for an outcome of Registry::commit()
  Result<void> commit(Outcome& outcome);

  /// Has a request handled until its outcome is stored, or there is nothing to store.
  /// @param ask  called as `Outcome()`, more than once where others are faster
  /// @return the outcome whose response may be given: the last one that was asked for; or Api::conflict(), where others
  ///         were faster every time; or Api::storage_failed()
  template <class Ask>
  Outcome settle(Ask&& ask);

  /// The same, without waiting for the store. Throws std::bad_alloc alone, and nothing comes of the request then.
  /// @param ask   called here before this returns; and in the committing thread where others were faster, which cannot
  ///              happen again there but by another program
  /// @param done  called once, with what the other settle() returns: before this returns, where there is nothing to
  ///              store, else in the committing thread: hand over and return. Throws nothing.
  void settle(std::function<Outcome()> ask, std::function<void(Outcome)> done);

 private:
  /// What is left to do for a request that nobody waits for.
  struct Later {
    Outcome outcome;
    std::function<Outcome()> ask;
    std::function<void(Outcome)> done;
  };
  struct Waiting {
    Outcome* outcome = nullptr;
    Result<void> result;
    bool is_done = false;
    std::condition_variable done;
    std::unique_ptr<Later>
        later;  // null: a thread waits, and has this on its stack; else this is the queue's to delete
  };

  static bool is_nothing(const Outcome& outcome) noexcept {
    return outcome.changes.empty() && outcome.events.empty() && outcome.deliveries.empty();
  }
  static bool is_overtaken(const Error& error) noexcept {
    return error.code == errc::conflict || error.code == errc::not_found || error.code == errc::invalid;
  }

  void run();
  void finish(Waiting& waiting);
  std::vector<Result<void>> commit(const std::vector<Outcome*>& outcomes);

  Registry& registry_;
  Store store_;
  GroupCommitOptions options_;
  std::mutex turns_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting*> queue_;
  bool is_stopping_ = false;
  std::thread thread_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline GroupCommit::~GroupCommit() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

inline Result<void> GroupCommit::commit(Outcome& outcome) {
  Waiting waiting;
  waiting.outcome = &outcome;
  std::unique_lock<std::mutex> lock(mutex_);
  queue_.push_back(&waiting);
  wake_.notify_one();
  waiting.done.wait(lock, [&] { return waiting.is_done; });
  return std::move(waiting.result);
}

template <class Ask>
Outcome GroupCommit::settle(Ask&& ask) {
  // Whom others overtook a few times goes on alone among those, so that each of many gets a turn.
  constexpr unsigned at_once = 3;
  std::unique_lock<std::mutex> turn(turns_, std::defer_lock);
  for (unsigned tries = 0; tries < options_.most_tries; ++tries) {
    if (tries == at_once) turn.lock();
    Outcome outcome = ask();
    if (is_nothing(outcome)) return outcome;
    const auto done = commit(outcome);
    if (done) return outcome;
    if (is_overtaken(done.error())) continue;
    Outcome failed;
    failed.response = Api::storage_failed();
    return failed;
  }
  Outcome overtaken;
  overtaken.response = Api::conflict();
  return overtaken;
}

inline void GroupCommit::settle(std::function<Outcome()> ask, std::function<void(Outcome)> done) {
  Outcome outcome = ask();
  if (is_nothing(outcome)) return done(std::move(outcome));
  auto waiting = std::make_unique<Waiting>();
  waiting->later.reset(new Later{std::move(outcome), std::move(ask), std::move(done)});
  waiting->outcome = &waiting->later->outcome;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(waiting.get());
  }
  static_cast<void>(waiting.release());  // finish() deletes it
  wake_.notify_one();
}

inline void GroupCommit::finish(Waiting& waiting) {
  const std::unique_ptr<Waiting> owner(&waiting);
  Later& later = *waiting.later;
  // All that is committed here is committed by this thread: asked again, nobody of this process is faster.
  for (unsigned tries = 1; !waiting.result && is_overtaken(waiting.result.error()) && tries < options_.most_tries;
       ++tries) {
    waiting.result = detail::or_out_of_memory([&]() -> Result<void> {
      later.outcome = later.ask();
      return is_nothing(later.outcome) ? Result<void>() : commit(std::vector<Outcome*>{&later.outcome}).front();
    });
    if (waiting.result && !is_nothing(later.outcome) && options_.on_stored) options_.on_stored(later.outcome);
  }
  if (!waiting.result) {
    const bool is_conflict = is_overtaken(waiting.result.error());
    later.outcome = Outcome();
    later.outcome.response.status = is_conflict ? 409 : 500;  // where there is no memory to say more
    static_cast<void>(detail::or_out_of_memory([&]() -> Result<void> {
      later.outcome.response = is_conflict ? Api::conflict() : Api::storage_failed();
      return {};
    }));
  }
  later.done(std::move(later.outcome));
}

inline std::vector<Result<void>> GroupCommit::commit(const std::vector<Outcome*>& outcomes) {
  return registry_.commit(outcomes, [this](const std::vector<Outcome*>& accepted) {
    auto stored = store_(accepted);
    if (!stored && stored.error().code != errc::conflict && options_.on_error) options_.on_error(stored.error());
    return stored;
  });
}

inline void GroupCommit::run() {
  std::vector<Waiting*> batch;
  std::vector<Outcome*> outcomes;
  batch.reserve(options_.most_at_once);
  outcomes.reserve(options_.most_at_once);
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    batch.clear();
    outcomes.clear();
    for (; !queue_.empty() && batch.size() < options_.most_at_once; queue_.pop_front()) {
      batch.push_back(queue_.front());
      outcomes.push_back(queue_.front()->outcome);
    }
    lock.unlock();
    const auto done = detail::or_out_of_memory([&]() -> Result<void> {
      std::vector<Result<void>> results = commit(outcomes);
      for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->result = std::move(results[i]);
      return {};
    });
    for (Waiting* const waiting : batch) {
      if (!done) waiting->result = done;
      if (waiting->result && options_.on_stored) options_.on_stored(*waiting->outcome);
    }
    lock.lock();
    for (Waiting*& waiting : batch) {
      if (waiting->later) continue;
      waiting->is_done = true;
      waiting->done.notify_one();  // with the lock: the waiting thread takes this with it
      waiting = nullptr;
    }
    lock.unlock();
    for (Waiting* const waiting : batch)
      if (waiting != nullptr) finish(*waiting);
    lock.lock();
  }
}

NOTIFIER_NAMESPACE_END
