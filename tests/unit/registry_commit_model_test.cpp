// Planners in each other's way, on one registry and one store, against a plain model: whatever the order of their steps
// and whatever the store answers, what is acknowledged is what is seen and what a restart loads.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/registry/registry.hpp"
#include "registry_commit_model.hpp"

using namespace notifier;
using namespace registry_commit_model;

namespace {

/// A database in a file.
class FileStore final : public Store {
 public:
  FileStore() : path_("/tmp/notifier_commit_model_" + std::to_string(::getpid()) + ".db") {
    remove();
    store_ = open();
  }
  ~FileStore() override {
    store_.reset();
    remove();
  }
  Result<void> store(const std::vector<Outcome*>& outcomes) override { return store_->store(outcomes); }
  void load(Registry& registry) override {
    const auto loaded = open()->load(registry);
    REQUIRE_MESSAGE(loaded, loaded.error().message);
  }
  Deliveries deliveries() override {
    Deliveries all;
    for (int notifier = 0; notifier < 12; ++notifier) {
      const std::string id = "no-" + std::to_string(notifier);
      std::vector<std::string> page;
      const std::size_t count = store_->deliveries("", id, 0, 100000, page);
      CHECK(page.size() == count);
      for (const std::string& json : page) {
        json::Document document;
        all.emplace(id, std::string((*document.parse(json))["id"].string()));
      }
    }
    return all;
  }

 private:
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path_ + suffix).c_str());
  }
  std::unique_ptr<SqliteStore> open() const {
    SqliteOptions options;
    options.path = path_;
    options.synchronous = SqliteOptions::Synchronous::normal;
    options.with_outbox = true;
    auto store = SqliteStore::open(options);
    REQUIRE_MESSAGE(store, store.error().message);
    return std::move(*store);
  }

  std::string path_;
  std::unique_ptr<SqliteStore> store_;
};

// ---- planners, step by step -----------------------------------------------------------------------------------------

class Machine {
 public:
  Machine(unsigned seed, std::size_t planner_count, Store& store)
      : random_(seed), store_(store), registry_(options()), planners_(planner_count) {}

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      Planner& planner = planners_[draw(static_cast<unsigned>(planners_.size()))];
      switch (planner.state) {
        case Planner::State::idle: draw(8) == 0 ? commit_at_once() : plan(planner); break;
        case Planner::State::planned: prepare(planner); break;
        case Planner::State::prepared: store(planner); break;
        case Planner::State::stored: publish(planner); break;
      }
      if (draw(10) == 0) somebody_else();
      if (draw(10) == 0) change_what_is_reserved();
      compare();
      if (draw(40) == 0) restart_finds();
    }
    for (Planner& planner : planners_) {
      if (planner.state == Planner::State::stored) publish(planner);
      planner = Planner();
    }
    compare();
    restart_finds();
    CHECK(seen_ == stored_);
  }

  int acknowledged = 0;
  int refused = 0;

 private:
  struct Planner {
    enum class State { idle, planned, prepared, stored };
    State state = State::idle;
    std::vector<Planned> planned;
    std::vector<std::size_t> accepted;
    std::vector<Touched> touched;  // of the accepted
    std::optional<Prepared> prepared;
  };

  RegistryOptions options() {
    RegistryOptions options;
    options.new_id = [this](std::string_view prefix) { return std::string(prefix) + std::to_string(draw(12)); };
    return options;
  }
  unsigned draw(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  std::string some_app() { return "app-" + std::to_string(draw(5)); }
  std::string some_name() { return "name " + std::to_string(draw(6)); }

  Result<std::vector<Change>> plan_something() {
    const auto one = [](Result<Change> change) -> Result<std::vector<Change>> {
      if (!change) return change.error();
      return std::vector<Change>{*change};
    };
    NotifierDraft draft;
    draft.name = some_name();
    draft.platform = "webhook";
    draft.type_data = R"({"webhook_url":"https://h.example/x"})";
    const std::string app = some_app();
    const auto notifiers = registry_.list(app);
    const std::string id = notifiers.empty() ? "none" : notifiers[draw(static_cast<unsigned>(notifiers.size()))].id;
    AppPatch patch;
    UserPatch person;
    switch (draw(12)) {
      case 0:
      case 1: return registry_.plan_add_app({draw(2) == 0 ? app : "", some_name(), {}, {}}, draw(2) == 0);
      case 2: patch.name = some_name(); return one(registry_.plan_update_app(app, patch));
      case 3: patch.project_id = "pr-" + std::to_string(draw(3)); return one(registry_.plan_update_app(app, patch));
      case 4: return registry_.plan_remove_app(app);
      case 5:
      case 6: return one(registry_.plan_add(app, draft));
      case 7:
      case 8: draft.platform.reset(); return one(registry_.plan_update(app, id, draft));
      case 9: return one(registry_.plan_remove(app, id));
      case 10:
        person.username = some_name();
        return one(registry_.plan_update_user("us-" + std::to_string(draw(3)), person));
      default: return one(registry_.plan_remove_user("us-" + std::to_string(draw(3))));
    }
  }

  std::optional<Planned> plan_one() {
    Planned planned;
    if (draw(5) != 0) {
      auto changes = plan_something();
      if (!changes) return std::nullopt;
      planned.outcome.changes = std::move(*changes);
    }
    for (const Change& change : planned.outcome.changes)
      planned.before.push_back(change.expected.empty() ? std::nullopt : find(seen_, key_of(change)));
    for (unsigned i = draw(3); i > 0; --i) {
      const int key = draw(4) == 0 ? static_cast<int>(draw(30)) : next_key_++;
      planned.outcome.deliveries.push_back(delivery_of("no-" + std::to_string(key % 12), std::to_string(key)));
    }
    return planned;
  }

  void plan(Planner& planner) {
    for (unsigned i = 1 + draw(3); i > 0; --i)
      if (auto one = plan_one()) planner.planned.push_back(std::move(*one));
    if (!planner.planned.empty()) planner.state = Planner::State::planned;
  }

  /// Judges outcomes by the model. Returns those that may be done, in the order given.
  std::vector<std::size_t> judge_all(const std::vector<Planned>& planned, std::vector<Touched>& touched) {
    std::vector<std::size_t> accepted;
    Rows rows = seen_;
    for (std::size_t i = 0; i < planned.size(); ++i) {
      const Touched mine(planned[i], rows);
      const auto collides = [&](const Touched& other) { return mine.collides(other); };
      bool is_free = std::none_of(touched.begin(), touched.end(), collides);
      for (const Planner& other : planners_) {
        is_free = is_free && std::none_of(other.touched.begin(), other.touched.end(), collides);
      }
      if (!is_free || !judge(planned[i], rows)) continue;
      accepted.push_back(i);
      touched.push_back(mine);
    }
    return accepted;
  }

  void prepare(Planner& planner) {
    std::vector<const std::vector<Change>*> changes;
    for (const Planned& planned : planner.planned) changes.push_back(&planned.outcome.changes);
    std::vector<Touched> touched;
    planner.accepted = judge_all(planner.planned, touched);
    planner.touched = std::move(touched);
    planner.prepared = registry_.prepare(changes);
    std::vector<std::size_t> accepted;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (planner.prepared->results()[i]) accepted.push_back(i);
    }
    CHECK(accepted == planner.accepted);
    refused += static_cast<int>(planner.planned.size() - accepted.size());
    planner.state = Planner::State::prepared;
  }

  /// What a store does with some outcomes, by the model; null where it refuses them.
  Result<void> store_some(const std::vector<Outcome*>& outcomes, const std::vector<const Planned*>& planned) {
    if (draw(6) == 0) {
      Error error;
      error.code = draw(2) == 0 ? errc::storage : errc::conflict;
      return error;
    }
    Rows rows = stored_;
    const bool is_right =
        std::all_of(planned.begin(), planned.end(), [&](const Planned* one) { return judge(*one, rows); });
    const auto stored = store_.store(outcomes);
    CHECK(stored.has_value() == is_right);
    if (!stored) CHECK(stored.error().code == errc::conflict);
    if (!stored) return stored;
    stored_ = std::move(rows);
    for (const Outcome* const outcome : outcomes) {
      std::vector<std::size_t> known;
      for (std::size_t i = 0; i < outcome->deliveries.size(); ++i) {
        const Delivery& delivery = outcome->deliveries[i];
        if (!deliveries_.emplace(delivery.notifier_id, delivery.idempotency_key).second) known.push_back(i);
      }
      CHECK(outcome->known == known);
    }
    return stored;
  }

  void store(Planner& planner) {
    std::vector<Outcome*> outcomes;
    std::vector<const Planned*> planned;
    for (const std::size_t i : planner.accepted) {
      outcomes.push_back(&planner.planned[i].outcome);
      planned.push_back(&planner.planned[i]);
    }
    if (store_some(outcomes, planned)) {
      planner.state = Planner::State::stored;
    } else {
      if (draw(2) == 0) planner.prepared->abandon();
      planner = Planner();
    }
  }

  void publish(Planner& planner) {
    planner.prepared->publish();
    for (const std::size_t i : planner.accepted) {
      for (const Change& change : planner.planned[i].outcome.changes) put(seen_, change);
      ++acknowledged;
    }
    planner = Planner();
  }

  /// The three steps in one, where nobody has anything reserved that it would wait for.
  void commit_at_once() {
    for (const Planner& planner : planners_)
      if (!planner.touched.empty()) return;
    std::vector<Planned> planned;
    for (unsigned i = 1 + draw(4); i > 0; --i)
      if (auto one = plan_one()) planned.push_back(std::move(*one));
    std::vector<Outcome*> outcomes;
    for (Planned& one : planned) outcomes.push_back(&one.outcome);
    std::vector<const Planned*> done;
    const auto results = registry_.commit(outcomes, [&](const std::vector<Outcome*>& accepted) {
      std::vector<const Planned*> these;
      for (Outcome* const outcome : accepted) {
        these.push_back(&planned[static_cast<std::size_t>(std::find(outcomes.begin(), outcomes.end(), outcome) -
                                                          outcomes.begin())]);
      }
      auto stored = store_some(accepted, these);
      if (stored) done.insert(done.end(), these.begin(), these.end());
      return stored;
    });
    for (const Planned* const one : done) {
      CHECK(results[static_cast<std::size_t>(one - planned.data())]);
      for (const Change& change : one->outcome.changes) put(seen_, change);
      ++acknowledged;
    }
    CHECK(static_cast<std::size_t>(std::count_if(
              results.begin(), results.end(), [](const auto& result) { return result.has_value(); })) == done.size());
  }

  /// Another machine stores something; the registry follows as soon as it may.
  void somebody_else() {
    Planned planned;
    planned.outcome.changes.resize(1);
    Change& change = planned.outcome.changes[0];
    change.op = Change::Op::put_user;
    change.user = {"us-" + std::to_string(draw(3)), "they " + std::to_string(draw(100)), {}};
    if (find(stored_, key_of(change)) != find(seen_, key_of(change))) return;
    if (const auto present = registry_.find_user(change.user.id)) change.expected = version_of(*present);
    planned.before.push_back(find(stored_, key_of(change)));
    std::vector<Touched> touched;
    const bool is_free = !judge_all({planned}, touched).empty();
    if (!is_free && draw(2) == 0) return;  // else who has it reserved finds out from the store
    REQUIRE(store_.store({&planned.outcome}));
    put(stored_, change);
    CHECK(registry_.apply(planned.outcome.changes).has_value() == is_free);
    if (is_free) {
      put(seen_, change);
    } else {
      to_follow_.push_back(change);
    }
  }

  void follow() {
    for (auto change = to_follow_.begin(); change != to_follow_.end();) {
      if (registry_.apply({*change})) {
        put(seen_, *change);
        change = to_follow_.erase(change);
      } else {
        ++change;
      }
    }
  }

  void change_what_is_reserved() {
    follow();
    for (const Planner& planner : planners_) {
      for (const Touched& touched : planner.touched) {
        for (const auto& [kind, id] : touched.own) {
          if (kind == "notifier" && registry_.find(id)) {
            CHECK(registry_.remove(registry_.find(id)->app_id, id).error().code == errc::conflict);
          }
          if (kind == "app" && registry_.find_app(id)) {
            CHECK(registry_.rename_app(id, "taken at once").error().code == errc::conflict);
          }
          if (kind == "user") CHECK(registry_.put_user({id, "x", {}}).error().code == errc::conflict);
        }
        if (!touched.own.empty()) CHECK(registry_.load(R"({"apps":[]})").error().code == errc::conflict);
      }
    }
  }

  void compare() { CHECK(rows_of(registry_) == seen_); }

  void restart_finds() {
    follow();
    Registry again;
    store_.load(again);
    CHECK(rows_of(again) == stored_);
    CHECK(store_.deliveries() == deliveries_);
  }

  std::mt19937 random_;
  Store& store_;
  Registry registry_;
  std::vector<Planner> planners_;
  Rows seen_, stored_;
  Deliveries deliveries_;
  std::vector<Change> to_follow_;
  int next_key_ = 100;
};

}  // namespace

TEST_CASE("two and three planners and a store in memory: acknowledged is seen is stored, nothing else") {
  int acknowledged = 0;
  int refused = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    MemoryStore store;
    Machine machine(seed, 2 + seed % 2, store);
    machine.run(300);
    acknowledged += machine.acknowledged;
    refused += machine.refused;
  }
  CHECK(acknowledged > 1000);
  CHECK(refused > 200);
}

TEST_CASE("two and three planners and a database: acknowledged is seen is stored, nothing else") {
  int acknowledged = 0;
  for (unsigned seed = 101; seed <= 112; ++seed) {
    CAPTURE(seed);
    FileStore store;
    Machine machine(seed, 2 + seed % 2, store);
    machine.run(200);
    acknowledged += machine.acknowledged;
  }
  CHECK(acknowledged > 100);
}
