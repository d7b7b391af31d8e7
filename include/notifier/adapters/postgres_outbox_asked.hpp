// What requests ask of a PostgresOutbox, on whichever server: to send deliveries again, to withdraw them, or to
// tell what is held back.
//
// What is dead is nobody's, and made due by whoever is asked. What waits is its owner's to change: for that a command
// is left in the table `outbox_commands`, a row with a name for each shard that it concerns. The owner does what it
// says in its turn(), and takes the row away in the next one. An owner that ends in between leaves it to the next;
// so what a command does must do no harm when it is done again. A name that an owner does not know waits for one that
// does.

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/delivery_pages.hpp"
#include "notifier/adapters/postgres_outbox.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Makes due what of these is dead.
/// @return how many that were
inline Result<std::size_t> PostgresOutbox::make_due(const Sequences& sequences, Timestamp now) {
  if (sequences.empty()) return std::size_t{0};
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto rows =
      reader_.run(detail::postgres_sql::make_due,
                  PostgresParameters().add_all(sequences, [](std::int64_t each) { return each; }).add(now.ms));
  if (!rows) return rows.error();
  detail::postgres::Hint hint;
  for (std::size_t row = 0; row < rows->size(); ++row) hint.shards |= std::uint64_t{1} << rows->integer(row, 0);
  detail::postgres::tell(reader_, hint);
  return rows->size();
}

inline Result<void> PostgresOutbox::retry(std::string_view app_id, std::string_view notifier_id, std::string_view key,
                                          Timestamp now) {
  const auto which = detail::the_delivery(*this, app_id, notifier_id, key);
  if (!which) return which.error();
  if (which->state != OutboxState::dead) return detail::not_to_be_resent(which->state);
  const auto count = make_due({static_cast<std::int64_t>(which->sequence)}, now);
  if (!count) return count.error();
  return *count != 0 ? Result<void>() : Result<void>(detail::not_to_be_resent(OutboxState::pending));
}

inline Result<std::size_t> PostgresOutbox::retry_all(DeliveryFilter filter, std::uint64_t& place, std::size_t limit,
                                                     Timestamp now) {
  filter.state = OutboxState::dead;
  std::vector<OutboxRecord> found;
  do {
    if (auto done = search(filter, place, limit - found.size(), found); !done) return std::move(done).error();
  } while (place != 0 && found.size() < limit);
  Sequences sequences;
  for (const OutboxRecord& record : found) sequences.push_back(static_cast<std::int64_t>(record.sequence));
  return make_due(sequences, now);
}

inline Result<void> PostgresOutbox::cancel(std::string_view app_id, std::string_view notifier_id,
                                           std::string_view key) {
  const auto which = detail::the_delivery(*this, app_id, notifier_id, key);
  if (!which) return which.error();
  if (which->state != OutboxState::pending && which->state != OutboxState::held)
    return detail::not_to_be_cancelled(which->state);
  return ask("cancel", app_id, which->notifier_id, key, {shard_of(which->target, detail::postgres::shards)});
}

inline Result<void> PostgresOutbox::tell_now(std::string_view app_id, std::string_view notifier_id) {
  // Where its target was another before, what is held back may be in several.
  std::set<std::uint32_t> shards;
  const auto add = [&](StoredGroup&& group) {
    // What a throttle holds later waits for its window.
    if (group.state.held.count != 0) shards.insert(shard_of(group.target, detail::postgres::shards));
  };
  auto found = each_group_of(app_id, notifier_id, add);
  if (!found || shards.empty()) return found;
  return ask("tell_now", app_id, notifier_id, {}, {shards.begin(), shards.end()});
}

/// Leaves a command to whoever owns each of these shards.
/// @param name  one that obey() knows
inline Result<void> PostgresOutbox::ask(std::string_view name, std::string_view app_id, std::string_view notifier_id,
                                        std::string_view key, const std::vector<std::uint32_t>& shards) {
  PostgresParameters parameters;
  parameters.add_all(shards, [](std::uint32_t each) { return std::int64_t{each}; });
  parameters.add(name).add(app_id).add(notifier_id).add(key);
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto rows = reader_.run(detail::postgres_sql::insert_commands, parameters);
  if (!rows) return rows.error();
  detail::postgres::Hint hint;
  for (const std::uint32_t shard : shards) hint.shards |= std::uint64_t{1} << shard;
  detail::postgres::tell(reader_, hint);
  return {};
}

/// Looks for commands of these shards that are new, in the watching thread, and with the lock. Before it is looked for
/// arrivals: what a command names has arrived when it is obeyed.
inline Result<void> PostgresOutbox::look_for_commands(const std::set<std::uint32_t>& shards) {
  const auto rows =
      watcher_.run(detail::postgres_sql::select_commands,
                   PostgresParameters().add_all(shards, [](std::uint32_t shard) { return std::int64_t{shard}; }));
  if (!rows) return rows.error();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const std::int64_t number = rows->integer(row, 0);
    const auto shard = static_cast<std::uint32_t>(rows->integer(row, 1));
    if (!asked_.emplace(number, shard).second) continue;
    commands_.push_back({number, shard, std::string(rows->text(row, 2)), std::string(rows->text(row, 3)),
                         std::string(rows->text(row, 4)), std::string(rows->text(row, 5))});
  }
  return {};
}

/// Does what a command says, in the sending thread.
/// @return whether that is over and done with
inline bool PostgresOutbox::obey(Outbox& outbox, const Command& command, Moment now,
                                 const Function<void(const OutboxRecord&)>& withdrawn) {
  if (command.name == "cancel") {
    const auto done = outbox.cancel(command.notifier_id, command.key, detail::withdrawn_by_hand, now);
    const auto found = find(command.notifier_id, command.key);
    if (!found || (!done && done.error().code == errc::storage)) return false;
    // What is under way may yet arrive.
    if (done && withdrawn && *found && (*found)->state == OutboxState::dead) withdrawn(**found);
    const bool waits = *found && ((*found)->state == OutboxState::pending || (*found)->state == OutboxState::held);
    return done || !waits;  // or it has yet to arrive
  }
  if (command.name == "tell_now") {
    outbox.tell_now(command.notifier_id);
    return true;
  }
  return false;
}

/// Does what the commands of the shards that are this worker's say, and takes away what was done in earlier turns.
inline void PostgresOutbox::obey_all(Outbox& outbox, std::vector<Command> commands, Moment now,
                                     const Function<void(const OutboxRecord&)>& withdrawn) {
  forget_obeyed();
  for (Command& command : commands) to_obey_.push_back(std::move(command));
  std::vector<Command> later;
  for (Command& command : std::exchange(to_obey_, {})) {
    const auto working = working_.find(command.shard);
    if (working == working_.end() || leaving_.count(command.shard) != 0) continue;  // the next owner's
    if (obey(outbox, command, now, withdrawn)) {
      obeyed_.push_back({command.number, {command.shard, working->second}});
    } else {
      later.push_back(std::move(command));
    }
  }
  to_obey_ = std::move(later);
}

/// Where the shard was lost meanwhile, nothing of it may be stored.
inline void PostgresOutbox::forget_obeyed() {
  if (obeyed_.empty()) return;
  Sequences numbers;
  for (const auto& [number, where] : obeyed_) {
    const auto working = working_.find(where.shard);
    if (working != working_.end() && working->second == where.epoch) numbers.push_back(number);
  }
  const auto gone = writer_.run(detail::postgres_sql::forget_commands,
                                PostgresParameters().add_all(numbers, [](std::int64_t each) { return each; }));
  if (!gone) return;
  obeyed_.clear();
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::int64_t number : numbers) asked_.erase(number);
}

NOTIFIER_NAMESPACE_END
