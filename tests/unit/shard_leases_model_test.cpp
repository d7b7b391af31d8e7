// Every way in which three workers can come to own four shards: looks, answers that are late or lost, pauses, ends.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "notifier/notifier.hpp"

using notifier::LeaseGrants;
using notifier::LeaseOptions;
using notifier::LeasePlan;
using notifier::shard_of;
using notifier::ShardLeases;
using notifier::ShardNews;
using notifier::ShardView;
using Stage = ShardLeases::Lease::Stage;

namespace {

// A tick is a millisecond here: an attempt takes one, a lease lasts three, and is renewed after one.
constexpr std::int64_t lease_ticks = 3;

LeaseOptions small(std::uint32_t shards) {
  LeaseOptions options;
  options.shards = shards;
  options.lease_ms = lease_ticks;
  options.renew_ms = 1;
  options.attempt_ms = 1;
  options.drift_ms = 0;
  return options;
}

/// The database's tables, and what it does with a plan.
struct Table {
  struct Row {
    std::uint64_t owner = 0;
    std::uint64_t epoch = 0;
    std::int64_t until = 0;
  };
  std::vector<Row> rows;
  std::vector<std::int64_t> alive_until;  // by worker, from 1

  ShardView look(std::int64_t now) const {
    ShardView view;
    for (const Row& row : rows) view.shards.push_back({row.owner, row.epoch, row.until <= now});
    for (std::size_t worker = 1; worker < alive_until.size(); ++worker)
      if (alive_until[worker] > now) view.workers.push_back(worker);
    return view;
  }

  LeaseGrants apply(std::uint64_t worker, const LeasePlan& plan, std::int64_t now) {
    LeaseGrants grants;
    if (plan.announces) alive_until[worker] = now + lease_ticks;
    if (plan.leaves) alive_until[worker] = now;
    for (const auto& [shard, epoch] : plan.renew) {
      if (rows[shard].owner != worker || rows[shard].epoch != epoch) continue;
      rows[shard].until = now + lease_ticks;
      grants.renewed.push_back(shard);
    }
    for (const auto& [shard, epoch] : plan.take) {
      Row& row = rows[shard];
      if (row.epoch != epoch || (row.owner != 0 && row.owner != worker && row.until > now)) continue;
      row = {worker, epoch + 1, now + lease_ticks};
      grants.taken.push_back(shard);
    }
    for (const auto& [shard, epoch] : plan.give)
      if (rows[shard].owner == worker && rows[shard].epoch == epoch) rows[shard] = {0, epoch, now};
    return grants;
  }
};

struct Worker {
  /// What is on its way: a plan to the database, or its answer back.
  struct Way {
    LeasePlan plan;
    std::int64_t asked_at = 0;
    std::optional<LeaseGrants> grants;  // none: it has yet to be applied
  };
  ShardLeases leases;
  std::optional<Way> way;
};

struct World {
  Table table;
  std::vector<Worker> workers;
  std::int64_t now = 10;

  World(std::size_t worker_count, std::uint32_t shards) {
    table.rows.resize(shards);
    table.alive_until.resize(worker_count + 1);
    for (std::size_t i = 0; i < worker_count; ++i) workers.push_back({ShardLeases(i + 1, small(shards)), {}});
  }

  void ask(std::size_t i) {
    Worker& worker = workers[i];
    LeasePlan plan = worker.leases.plan(table.look(now), now);
    for (const ShardNews& news : worker.leases.take_news()) static_cast<void>(news);
    if (!plan.is_empty()) worker.way = Worker::Way{std::move(plan), now, std::nullopt};
  }
  void apply(std::size_t i) { workers[i].way->grants = table.apply(i + 1, workers[i].way->plan, now); }
  void answer(std::size_t i) {
    const Worker::Way way = *std::exchange(workers[i].way, std::nullopt);
    workers[i].leases.applied(way.plan, *way.grants, way.asked_at);
    workers[i].leases.take_news();
  }
  void empty_all(std::size_t i) {
    for (std::uint32_t shard = 0; shard < table.rows.size(); ++shard) workers[i].leases.emptied(shard);
  }
  /// A whole turn of a worker that nothing holds up.
  void turn(std::size_t i) {
    if (workers[i].way) {
      if (!workers[i].way->grants) apply(i);
      answer(i);
    }
    empty_all(i);
    ask(i);
    if (!workers[i].way) return;
    apply(i);
    answer(i);
  }

  /// Two worlds with the same name go on alike: only how times and epochs stand to each other counts.
  std::string name() const {
    std::string text;
    const auto add = [&text](std::int64_t value, std::int64_t least, std::int64_t most) {
      text.push_back(static_cast<char>('a' + (std::min)((std::max)(value, least), most) - least));
    };
    for (std::size_t i = 1; i < table.alive_until.size(); ++i) add(table.alive_until[i] - now, 0, lease_ticks);
    for (const Table::Row& row : table.rows) {
      text.push_back(static_cast<char>('0' + row.owner));
      add(row.until - now, 0, lease_ticks);
    }
    for (const Worker& worker : workers) {
      add(worker.leases.renewal_at() - now, 0, 1);
      for (std::uint32_t shard = 0; shard < table.rows.size(); ++shard) {
        const auto& lease = worker.leases.lease(shard);
        text.push_back(static_cast<char>('0' + static_cast<int>(lease.stage)));
        if (lease.stage == Stage::none) continue;
        text.push_back(lease.epoch == table.rows[shard].epoch ? '=' : '<');
        add(lease.until - now, 0, lease_ticks);
      }
      text.push_back(!worker.way ? '.' : worker.way->grants ? '!' : '?');
      if (!worker.way) continue;
      add(worker.way->asked_at - now, -lease_ticks, 0);
      const LeasePlan& plan = worker.way->plan;
      text.push_back(plan.announces ? 'A' : plan.leaves ? 'L' : '-');
      const auto add_all = [&](const auto& list) {
        for (const auto& [shard, epoch] : list) {
          text.push_back(static_cast<char>('0' + shard));
          const std::uint64_t is = table.rows[shard].epoch;
          text.push_back(epoch == is ? '=' : epoch + 1 == is ? '-' : '<');
        }
        text.push_back('/');
      };
      add_all(plan.renew);
      add_all(plan.take);
      add_all(plan.give);
      if (!worker.way->grants) continue;
      for (const std::uint32_t shard : worker.way->grants->renewed) text.push_back(static_cast<char>('0' + shard));
      text.push_back('/');
      for (const std::uint32_t shard : worker.way->grants->taken) text.push_back(static_cast<char>('0' + shard));
    }
    return text;
  }

  /// Whoever may begin an attempt owns the shard, by the database, until that attempt has ended; so nobody else may.
  bool is_safe() const {
    for (std::size_t i = 0; i < workers.size(); ++i) {
      for (std::uint32_t shard = 0; shard < table.rows.size(); ++shard) {
        const Table::Row& row = table.rows[shard];
        if (!workers[i].leases.may_begin(shard, now)) continue;
        if (row.owner != i + 1 || row.epoch != workers[i].leases.lease(shard).epoch || row.until <= now + 1)
          return false;
      }
    }
    return true;
  }

  /// Whether, once only these go on, all shards come to be theirs, and evenly.
  bool settles(unsigned survivors) const {
    World world = *this;
    std::vector<std::size_t> owned(workers.size());
    std::size_t alive = 0;
    for (std::size_t i = 0; i < workers.size(); ++i) alive += (survivors >> i) & 1;
    for (int tick = 0; tick < 2 * lease_ticks + 2; ++tick) {
      ++world.now;
      for (std::size_t i = 0; i < workers.size(); ++i)
        if (((survivors >> i) & 1) != 0) world.turn(i);
    }
    for (std::uint32_t shard = 0; shard < table.rows.size(); ++shard) {
      const std::uint64_t owner = world.table.rows[shard].owner;
      if (owner == 0 || ((survivors >> (owner - 1)) & 1) == 0) return false;
      if (!world.workers[owner - 1].leases.may_begin(shard, world.now)) return false;
      ++owned[owner - 1];
    }
    const std::size_t least = table.rows.size() / alive;
    for (std::size_t i = 0; i < workers.size(); ++i) {
      if (((survivors >> i) & 1) != 0 && (owned[i] < least || owned[i] > least + 1)) return false;
    }
    return true;
  }
};

struct Explored {
  std::size_t worlds = 0;
  std::size_t unsafe = 0;
  std::size_t stuck = 0;
};

/// What may be late, or never come.
enum class Late { nothing, answers, plans_and_answers };

/// Goes through all worlds that there are.
Explored explore(std::size_t worker_count, std::uint32_t shards, Late late, std::size_t check_every) {
  Explored explored;
  std::unordered_set<std::string> known;
  std::deque<World> left;
  const auto visit = [&](World&& world) {
    if (!known.insert(world.name()).second) return;
    explored.unsafe += world.is_safe() ? 0u : 1u;
    if (known.size() % check_every == 0) {
      for (unsigned survivors = 1; survivors < (1u << worker_count); ++survivors)
        explored.stuck += world.settles(survivors) ? 0u : 1u;
    }
    left.push_back(std::move(world));
  };
  visit(World(worker_count, shards));
  while (!left.empty()) {
    const World world = std::move(left.front());
    left.pop_front();
    const auto step = [&](auto&& change) {
      World next = world;
      change(next);
      visit(std::move(next));
    };
    step([](World& next) { ++next.now; });
    for (std::size_t i = 0; i < worker_count; ++i) {
      const auto& way = world.workers[i].way;
      if (late == Late::nothing) {
        step([&](World& next) { next.turn(i); });
        continue;
      }
      if (!way) {
        step([&](World& next) {
          next.ask(i);
          if (late == Late::answers && next.workers[i].way) next.apply(i);
        });
      } else if (!way->grants) {
        step([&](World& next) { next.apply(i); });
        step([&](World& next) { next.workers[i].way.reset(); });
      } else {
        step([&](World& next) { next.answer(i); });
        step([&](World& next) { next.workers[i].way.reset(); });
      }
      step([&](World& next) { next.empty_all(i); });
    }
  }
  explored.worlds = known.size();
  return explored;
}

}  // namespace

TEST_CASE("of three workers and four shards, whoever may begin owns the shard alone, and every shard is owned again") {
  const Explored explored = explore(3, 4, Late::nothing, 60);
  MESSAGE(explored.worlds, " worlds");
  CHECK(explored.worlds > 100);
  CHECK(explored.unsafe == 0);
  CHECK(explored.stuck == 0);
}

TEST_CASE("the same holds where answers are late or lost") {
  const Explored explored = explore(2, 2, Late::answers, 50);
  MESSAGE(explored.worlds, " worlds");
  CHECK(explored.worlds > 1000);
  CHECK(explored.unsafe == 0);
  CHECK(explored.stuck == 0);
}

TEST_CASE("the same holds where a plan is late, and what it was made from has changed") {
  const Explored explored = explore(2, 1, Late::plans_and_answers, 10);
  MESSAGE(explored.worlds, " worlds");
  CHECK(explored.worlds > 1000);
  CHECK(explored.unsafe == 0);
  CHECK(explored.stuck == 0);
}

TEST_CASE("a worker that was stopped for longer than its lease begins nothing, and learns what it lost") {
  World world(2, 2);
  for (int i = 0; i < 3; ++i) world.turn(0);
  REQUIRE(world.workers[0].leases.held() == 2);
  world.now += lease_ticks + 1;
  CHECK_FALSE(world.workers[0].leases.may_begin(0, world.now));
  for (int i = 0; i < 3; ++i) world.turn(1);
  CHECK(world.table.rows[0].owner == 2);
  world.workers[0].leases.plan(world.table.look(world.now), world.now);
  const auto news = world.workers[0].leases.take_news();
  REQUIRE(news.size() == 2);
  CHECK(news[0].kind == ShardNews::Kind::lost);
  CHECK(world.workers[0].leases.held() == 0);
}

TEST_CASE("who leaves hands over what is empty, and the others have it at their next look") {
  World world(2, 4);
  for (int i = 0; i < 4; ++i) {
    world.turn(0);
    world.turn(1);
  }
  REQUIRE(world.workers[0].leases.held() == 2);
  world.workers[0].leases.leave();
  for (int i = 0; i < 2; ++i) world.turn(0);
  CHECK(world.workers[0].leases.held() == 0);
  world.turn(1);
  CHECK(world.workers[1].leases.held() == 4);
}

TEST_CASE("targets are dealt to shards for good") {
  CHECK(shard_of(130, 64) == 2);
  CHECK(shard_of(0xFFFFFFFFFFFFFFFF, 64) == 63);
}
