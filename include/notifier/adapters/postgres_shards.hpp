// The tables of ShardLeases in PostgreSQL: looked at, and changed where they are still as a plan expects.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_outbox_rows.hpp"
#include "notifier/adapters/postgres_outbox_sql.hpp"
#include "notifier/outbox/leases.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// A number for a worker that nobody else has or had. It counts as alive once a plan announces it.
inline Result<std::uint64_t> add_worker(PostgresConnection& connection, std::string_view name) {
  auto done = connection.execute(postgres_sql::forget_workers);
  if (!done) return std::move(done).error();
  const auto row = connection.run(postgres_sql::insert_worker, PostgresParameters().add(name));
  if (!row) return row.error();
  return static_cast<std::uint64_t>(row->integer(0, 0));
}

/// Shards and workers at one moment, by the database's clock.
inline Result<ShardView> look(PostgresConnection& connection) {
  const auto rows = connection.run(postgres_sql::select_view);
  if (!rows) return rows.error();
  ShardView view;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto number = static_cast<std::uint64_t>(rows->integer(row, 1));
    if (rows->integer(row, 0) < 0) {
      view.workers.push_back(number);
    } else {
      view.shards.push_back({number, static_cast<std::uint64_t>(rows->integer(row, 2)), rows->is_true(row, 3)});
    }
  }
  if (view.shards.size() != shards) return row_fault(errc::storage, "the database has lost shards");
  return view;
}

inline PostgresParameters columns_of(const std::vector<ShardEpoch>& rows, std::uint64_t worker) {
  PostgresParameters parameters;
  parameters.add_all(rows, [](const ShardEpoch& each) { return std::int64_t{each.shard}; });
  parameters.add_all(rows, [](const ShardEpoch& each) { return static_cast<std::int64_t>(each.epoch); });
  parameters.add(static_cast<std::int64_t>(worker));
  return parameters;
}

/// Applies a plan, each part where the row is as it expects.
inline Result<LeaseGrants> apply(PostgresConnection& connection, std::uint64_t worker, const LeasePlan& plan,
                                 std::int64_t lease_ms) {
  LeaseGrants grants;
  const auto number = static_cast<std::int64_t>(worker);
  const auto collect = [](const Result<PostgresRows>& rows, std::vector<std::uint32_t>& out) {
    for (std::size_t row = 0; rows && row < rows->size(); ++row)
      out.push_back(static_cast<std::uint32_t>(rows->integer(row, 0)));
    return done(rows);
  };
  auto applied = connection.transaction([&]() -> Result<void> {
    std::vector<ShardEpoch> touched = plan.renew;
    touched.insert(touched.end(), plan.give.begin(), plan.give.end());
    // In one order, so that no two wait for each other. What is to be taken is not waited for: an owner that stood
    // still while it wrote has it locked until the database ends its session, and would hold up the renewal of all
    // others.
    Result<void> each = done(connection.run(
        postgres_sql::lock_shards,
        PostgresParameters().add_all(touched, [](const ShardEpoch& row) { return std::int64_t{row.shard}; })));
    if (each && (plan.announces || plan.leaves)) {
      each = done(connection.run(postgres_sql::announce,
                                 PostgresParameters().add(number).add(plan.announces ? lease_ms : std::int64_t{0})));
    }
    if (each && !plan.renew.empty()) {
      each = collect(connection.run(postgres_sql::renew_shards, columns_of(plan.renew, worker).add(lease_ms)),
                     grants.renewed);
    }
    if (each && !plan.take.empty()) {
      each =
          collect(connection.run(postgres_sql::take_shards, columns_of(plan.take, worker).add(lease_ms)), grants.taken);
    }
    if (each && !plan.give.empty()) {
      each = done(connection.run(postgres_sql::give_shards, columns_of(plan.give, worker)));
    }
    return each;
  });
  if (!applied) return std::move(applied).error();
  return grants;
}

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
