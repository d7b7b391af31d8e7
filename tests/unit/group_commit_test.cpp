// Group commit without a thread for each request: what is asked is answered once, whatever becomes of it.

#include "notifier/adapters/group_commit.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "registry_commit_world.hpp"

using namespace notifier;
using namespace registry_commit_world;

namespace {

/// A store that waits until it may go on, and then does as it is told.
struct Gate {
  Result<void> pass(const std::vector<Outcome*>& outcomes) {
    std::unique_lock<std::mutex> lock(mutex);
    batches.push_back(outcomes.size());
    changed.notify_all();
    changed.wait(lock, [this] { return is_open; });
    if (!fails) return {};
    Error error;
    error.code = errc::storage;
    return error;
  }
  void open() {
    const std::lock_guard<std::mutex> lock(mutex);
    is_open = true;
    changed.notify_all();
  }
  void wait_for_batch(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return batches.size() >= count; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::size_t> batches;
  bool is_open = false;
  bool fails = false;
};

/// Answers as they come, from whichever thread.
struct Answers {
  void add(Outcome outcome) {
    const std::lock_guard<std::mutex> lock(mutex);
    statuses.push_back(outcome.response.status);
    threads.push_back(std::this_thread::get_id());
  }
  std::mutex mutex;
  std::vector<int> statuses;
  std::vector<std::thread::id> threads;
};

Outcome with(Changes changes) {
  Outcome outcome;
  outcome.changes = std::move(changes);
  return outcome;
}

}  // namespace

TEST_CASE("one thread asks for many things, waits for none of them, and they are stored together") {
  World world;
  Gate gate;
  Answers answers;
  {
    GroupCommit commits(world.registry, [&](const std::vector<Outcome*>& outcomes) { return gate.pass(outcomes); });
    const auto done = [&](Outcome outcome) { answers.add(std::move(outcome)); };
    commits.settle([&] { return with({*world.registry.plan_add("shop", webhook("zeroth"))}); }, done);
    gate.wait_for_batch(1);
    for (int i = 0; i < 100; ++i) {
      commits.settle([&, i] { return with({*world.registry.plan_add("shop", webhook("n" + std::to_string(i)))}); },
                     done);
    }
    CHECK(answers.statuses.empty());
    gate.open();
  }
  CHECK(answers.statuses == std::vector<int>(101, 200));
  CHECK(gate.batches == std::vector<std::size_t>{1, 100});
  CHECK(world.registry.list("shop").size() == 103);
}

TEST_CASE("where there is nothing to store, the answer is there before the call returns") {
  World world;
  Gate gate;
  Answers answers;
  GroupCommit commits(world.registry, [&](const std::vector<Outcome*>& outcomes) { return gate.pass(outcomes); });
  commits.settle([] { return Outcome(); }, [&](Outcome outcome) { answers.add(std::move(outcome)); });
  CHECK(answers.statuses == std::vector<int>{200});
  CHECK(answers.threads[0] == std::this_thread::get_id());
  CHECK(gate.batches.empty());
}

TEST_CASE("whom others overtake is asked again, and all of many that want the same get their turn") {
  World world;
  Gate gate;
  Answers answers;
  std::atomic<int> asked{0};
  std::atomic<int> stored{0};
  {
    GroupCommitOptions options;
    options.on_stored = [&](const Outcome&) { ++stored; };
    GroupCommit commits(
        world.registry, [&](const std::vector<Outcome*>& outcomes) { return gate.pass(outcomes); }, options);
    for (int i = 0; i < 50; ++i) {
      commits.settle(
          [&] {
            ++asked;
            return with(world.update(world.first, world.name_of(world.first) + "x"));
          },
          [&](Outcome outcome) { answers.add(std::move(outcome)); });
    }
    gate.open();
  }
  CHECK(answers.statuses == std::vector<int>(50, 200));
  CHECK(world.name_of(world.first) == "first" + std::string(50, 'x'));
  CHECK(asked > 50);
  CHECK(stored == 50);
}

TEST_CASE("what is asked again and finds nothing to do is answered with that") {
  World world;
  Gate gate;
  Answers answers;
  {
    GroupCommit commits(world.registry, [&](const std::vector<Outcome*>& outcomes) { return gate.pass(outcomes); });
    const auto remove = [&] {
      auto changes = world.registry.plan_remove("app-1", world.second);
      Outcome outcome;
      if (!changes) {
        outcome.response.status = 404;
      } else {
        outcome.changes = {*changes};
      }
      return outcome;
    };
    for (int i = 0; i < 3; ++i) commits.settle(remove, [&](Outcome outcome) { answers.add(std::move(outcome)); });
    gate.open();
  }
  CHECK(answers.statuses.size() == 3);
  CHECK(std::count(answers.statuses.begin(), answers.statuses.end(), 200) == 1);
  CHECK(std::count(answers.statuses.begin(), answers.statuses.end(), 404) == 2);
}

TEST_CASE("where the store fails, each is answered with 500 once, and nothing has changed") {
  World world;
  Gate gate;
  Answers answers;
  gate.fails = true;
  gate.open();
  {
    GroupCommit commits(world.registry, [&](const std::vector<Outcome*>& outcomes) { return gate.pass(outcomes); });
    for (int i = 0; i < 5; ++i) {
      commits.settle([&] { return with({*world.registry.plan_add("shop", webhook("lost"))}); },
                     [&](Outcome outcome) { answers.add(std::move(outcome)); });
    }
  }
  CHECK(answers.statuses == std::vector<int>(5, 500));
  CHECK(world.registry.list("shop").size() == 2);
}

TEST_CASE("another program that is faster every time is a conflict in the end") {
  World world;
  Answers answers;
  unsigned stores = 0;
  {
    GroupCommitOptions options;
    options.most_tries = 4;
    GroupCommit commits(
        world.registry,
        [&](const std::vector<Outcome*>&) -> Result<void> {
          ++stores;
          Error error;
          error.code = errc::conflict;
          return error;
        },
        options);
    commits.settle([&] { return with(world.update(world.first, "never")); },
                   [&](Outcome outcome) { answers.add(std::move(outcome)); });
  }
  CHECK(answers.statuses == std::vector<int>{409});
  CHECK(stores == 4);
  CHECK(world.name_of(world.first) == "first");
}

TEST_CASE("those that wait and those that do not are stored together") {
  World world;
  Gate gate;
  Answers answers;
  {
    GroupCommit commits(world.registry, [&](const std::vector<Outcome*>& outcomes) { return gate.pass(outcomes); });
    commits.settle([&] { return with({*world.registry.plan_add("shop", webhook("zeroth"))}); },
                   [&](Outcome outcome) { answers.add(std::move(outcome)); });
    gate.wait_for_batch(1);
    std::thread waiting([&] {
      const Outcome outcome = commits.settle([&] { return with({*world.registry.plan_add("shop", webhook("one"))}); });
      CHECK(outcome.response.status == 200);
    });
    commits.settle([&] { return with({*world.registry.plan_add("shop", webhook("two"))}); },
                   [&](Outcome outcome) { answers.add(std::move(outcome)); });
    gate.open();
    waiting.join();
  }
  CHECK(answers.statuses == std::vector<int>{200, 200});
  CHECK(world.registry.list("shop").size() == 5);
}
