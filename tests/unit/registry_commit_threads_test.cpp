// Threads that commit together, to a store that is slow, fails and is overtaken.

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/group_commit.hpp"
#include "notifier/registry/registry.hpp"
#include "registry_commit_model.hpp"
#include "registry_commit_world.hpp"

using namespace notifier;
using registry_commit_model::delivery_of;
using registry_commit_model::MemoryStore;

namespace {

/// A store in memory that is slow, fails and is overtaken, by turns; used by one thread.
class FickleStore {
 public:
  Result<void> store(const std::vector<Outcome*>& outcomes) {
    const unsigned turn = ++turns_;
    if (turn % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    Error error;
    error.code = turn % 5 == 0 ? errc::storage : errc::conflict;
    if (turn % 5 == 0 || turn % 7 == 0) return error;
    return store_.store(outcomes);
  }
  MemoryStore& kept() { return store_; }

 private:
  unsigned turns_ = 0;
  MemoryStore store_;
};

}  // namespace

TEST_CASE("threads commit together: no update is lost, and what was refused is nowhere") {
  constexpr int thread_count = 4;
  constexpr int steps = 60;
  std::atomic<int> next_id{0};
  RegistryOptions options;
  options.new_id = [&](std::string_view prefix) { return std::string(prefix) + std::to_string(++next_id); };
  Registry registry(options);
  FickleStore store;
  std::atomic<int> failures{0};
  std::atomic<int> seen_by_hook{0};
  GroupCommitOptions hooks;
  hooks.on_error = [&](const Error& error) { failures += error.code == errc::storage; };
  hooks.on_stored = [&](const Outcome& outcome) {
    // What is said to be stored is seen.
    for (const Change& change : outcome.changes) {
      const auto found = registry.find(change.notifier.id);
      if (change.op == Change::Op::put_notifier) CHECK(found);
      if (change.op == Change::Op::remove_notifier) CHECK_FALSE(found);
    }
    ++seen_by_hook;
  };
  {
    GroupCommit commits(
        registry, [&](const std::vector<Outcome*>& outcomes) { return store.store(outcomes); }, hooks);
    const auto until_stored = [&](auto&& plan) {
      for (int tries = 0; tries < 1000; ++tries) {
        bool is_planned = true;
        const Outcome outcome = commits.settle([&] {
          Outcome asked;
          auto planned = plan();
          is_planned = planned.has_value();
          if (planned) asked.changes = std::move(*planned);
          return asked;
        });
        if (!is_planned) return false;
        if (outcome.response.status == 200) return true;
        CHECK((outcome.response.status == 500 || outcome.response.status == 409));
        CHECK(outcome.changes.empty());
      }
      return false;
    };
    NotifierDraft draft;
    draft.platform = "webhook";
    draft.name = "0";
    draft.type_data = R"({"webhook_url":"https://h.example/x"})";
    REQUIRE(until_stored([&] { return registry.plan_add_app({"app-a", "a", {}, {}}, false); }));
    REQUIRE(until_stored([&] { return detail::listed(registry.plan_add("a", draft)); }));
    const std::string counter = registry.list("a")[0].id;

    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < thread_count; ++number) {
      threads.emplace_back([&, number] {
        for (int step = 0; step < steps; ++step) {
          // All of them count on the same notifier, and each adds and removes one of its own.
          const bool is_counted = until_stored([&] {
            while (true) {
              const Notifier read = *registry.find(counter);
              NotifierDraft patch;
              patch.name = std::to_string(std::stoi(read.name) + 1);
              auto planned = registry.plan_update("app-a", counter, patch);
              // Others may have counted between the two looks.
              if (!planned || planned->expected == version_of(read)) return detail::listed(std::move(planned));
            }
          });
          std::string own;
          const bool is_added = until_stored([&] {
            auto planned = detail::listed(registry.plan_add("app-a", draft));
            if (planned) own = planned->front().notifier.id;
            return planned;
          });
          const bool is_removed =
              step % 2 == 0 || until_stored([&] { return detail::listed(registry.plan_remove("app-a", own)); });
          const bool is_renamed = number != 0 || until_stored([&] {
                                    AppPatch patch;
                                    patch.name = "a" + std::to_string(step);
                                    return detail::listed(registry.plan_update_app("app-a", patch));
                                  });
          Outcome event;
          const std::string key = std::to_string(number) + "." + std::to_string(step);
          event.deliveries.push_back(delivery_of("no-1", key));
          while (!commits.commit(event)) {
          }
          if (!is_counted || !is_added || !is_removed || !is_renamed) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(registry.find(counter)->name == std::to_string(thread_count * steps));
    CHECK(registry.list("app-a").size() == 1 + thread_count * steps / 2);
    CHECK(registry.find_app("app-a")->name == "a" + std::to_string(steps - 1));
  }
  CHECK(failures > 0);
  CHECK(seen_by_hook == 2 + thread_count * (steps * 3 + steps / 2) + steps);
  CHECK(store.kept().deliveries().size() == thread_count * steps);
  Registry again;
  store.kept().load(again);
  CHECK(again.snapshot() == registry.snapshot());
}

TEST_CASE(
    "who has learned from the store of a new notifier finds it, though commit() is about to show it, or finds that it "
    "came to nothing") {
  using registry_commit_world::webhook;
  for (const bool is_stored : {true, false}) {
    registry_commit_world::World world;
    const std::vector<Change> added{*world.registry.plan_add("shop", webhook("third"))};
    const std::string id = added.front().notifier.id;
    Prepared prepared = world.prepare({added});
    CHECK_FALSE(world.registry.find("app-1", id));
    std::atomic<bool> is_asking{false};
    bool has_found = !is_stored;
    std::thread asking([&] {
      is_asking = true;
      has_found = world.registry.find_stored("app-1", id).has_value();
    });
    while (!is_asking) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (is_stored) {
      prepared.publish();
    } else {
      prepared.abandon();
    }
    asking.join();
    CHECK(has_found == is_stored);
    CHECK_FALSE(world.registry.find_stored("app-1", "nobody"));
    CHECK(world.registry.find_stored("app-1", world.first)->name == "first");
  }
}
