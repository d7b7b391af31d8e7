// The outbox of a PostgresStore: the deliveries of the shards that this worker owns, among others on one database.

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_listener.hpp"
#include "notifier/adapters/postgres_outbox_rows.hpp"
#include "notifier/adapters/postgres_outbox_sql.hpp"
#include "notifier/adapters/postgres_shards.hpp"
#include "notifier/outbox/leases.hpp"
#include "notifier/outbox/outbox.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/outbox/target.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How a PostgresOutbox works beside others.
struct PostgresOutboxOptions {
  std::string name = "notifier";  ///< of this worker, for whoever looks at the table
  LeaseOptions leases;            ///< `attempt_ms`: what the transport takes at most; `shards` is the schema's
  std::int64_t look_ms = 500;     ///< how often it is looked who owns what
  std::int64_t poll_ms = 200;     ///< how often it is looked what others have inserted; a fifth as often while what
                                  ///< they tell of it is heard
};

/// How the shards stand with one worker.
struct PostgresShardFigures {
  std::uint64_t worker = 0;
  std::size_t owned = 0;        ///< shards that are this worker's
  std::size_t workers = 0;      ///< that were alive at the last look
  std::int64_t renewed_ms = 0;  ///< how long ago the leases were renewed last
  std::uint64_t taken = 0;      ///< shards that were taken over so far
  std::uint64_t lost = 0;       ///< and those of them that were lost: to others, since this worker could not renew
};

/// Keeps deliveries. Anybody inserts; of each shard one worker alone reads what waits and writes what came of it, under
/// the epoch of its lease. A thread of its own, from start() to stop(), renews leases and looks for what has arrived.
///
/// An Outbox drives it from one thread, which takes the news before each of its turns:
///
///     storage.on_arrival([&] { wake_the_sending_thread(); });
///     storage.start(options);
///     ...
///     storage.turn(outbox, now, [&](const OutboxRecord& record) { ... });   // admits what arrived, drops what is lost
///
/// Outbox::recover() finds nothing here: what waits in a shard arrives when the shard is taken over.
class PostgresOutbox final : public OutboxStorage {
 public:
  ~PostgresOutbox() override { stop(); }

  /// Begins to own shards. @return errc::storage
  Result<void> start(PostgresOutboxOptions options);
  /// Hands all shards over, and ends the thread. What is under way comes to nothing here: another attempts it again.
  void stop();
  /// Begins to hand over: nothing new is claimed.
  void begin_stop();

  /// Takes up what has happened to shards, in the sending thread: what is another's is dropped from the outbox, what
  /// has arrived is admitted.
  /// What was asked for, on whichever server, is done.
  /// @param admitted   is told of each delivery that arrived
  /// @param withdrawn  is told of each that was withdrawn by cancel(), and is dead now
  Result<void> turn(Outbox& outbox, Moment now, const Function<void(const OutboxRecord&)>& admitted,
                    const Function<void(const OutboxRecord&)>& withdrawn = nullptr);
  /// Sets what is called, in any thread, when turn() has something to do. To be set before start().
  void on_arrival(std::function<void()> call) { on_arrival_ = std::move(call); }
  /// On any thread.
  PostgresShardFigures figures() const;

  /// As of a SqliteOutbox, on any server and thread, whoever owns the shard.
  Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view key, Timestamp now);
  Result<std::size_t> retry_all(DeliveryFilter filter, std::uint64_t& place, std::size_t limit, Timestamp now);
  /// The same: turn() withdraws it, where its shard is owned.
  Result<void> cancel(std::string_view app_id, std::string_view notifier_id, std::string_view key);
  /// What is held back for a notifier, to be told together, whoever owns its shards. On any thread.
  Result<void> each_group_of(std::string_view app_id, std::string_view notifier_id,
                             const Function<void(StoredGroup&&)>& call);
  /// Has it told: turn() does, where its shards are owned. On any thread.
  Result<void> tell_now(std::string_view app_id, std::string_view notifier_id);

  /// errc::unsupported: PostgresStore::store() puts deliveries in, and they arrive with the owner of their shard.
  Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) override;
  /// What belongs to a shard that is another's by now is left out, and the shard is lost.
  Result<void> write(const std::vector<OutboxWrite>& writes) override;
  /// @return errc::lost where one of the shards is another's by now, and nothing is stored
  Result<void> regroup(const std::vector<OutboxWrite>& writes, const std::vector<StoredGroup>& groups,
                       std::vector<OutboxRecord>& digests, const Delivery* deliveries) override;
  Result<void> each_group(const Function<void(StoredGroup&&)>& call) override;
  Result<std::size_t> forget(const OutboxForget& what) override;
  /// errc::storage also where the lease would not outlast an attempt, where it is to be attempted.
  Result<Delivery> load(std::uint64_t sequence) override;
  std::int64_t attempt_until() const noexcept override { return attempt_until_; }
  Result<void> each_waiting(const Function<void(const OutboxRecord&)>&) override { return {}; }
  Result<void> each_health(const Function<void(std::string_view, const NotifierHealth&)>& call) override;
  Result<std::optional<OutboxClock>> clock() override;
  Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) override;
  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) override;
  Result<void> search(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                      std::vector<OutboxRecord>& out) override;

 private:
  friend class PostgresStore;
  using Clock = std::chrono::steady_clock;
  using Sequences = std::vector<std::int64_t>;
  /// A row of `outbox_commands`.
  struct Command {
    std::int64_t number = 0;
    std::uint32_t shard = 0;
    std::string name;
    std::string app_id;
    std::string notifier_id;
    std::string key;
  };

  /// What waited in a shard when it was taken up, as far as it is not read yet.
  struct Unread {
    std::int64_t after = 0;            // the sequence of the last that was read
    std::string before;                // of transactions before this one
    std::vector<OutboxRecord> behind;  // what has arrived since
  };

  PostgresOutbox(std::string url, detail::postgres::Listener& listener) : url_(std::move(url)), listener_(&listener) {}
  Result<void> open();
  /// Adds deliveries within a transaction of the store; settle() says that it is committed.
  /// @param known  gets the places of those that were left out, ascending
  Result<void> add(PostgresConnection& connection, const std::vector<Delivery>& deliveries, Timestamp now,
                   std::vector<std::size_t>& known);
  /// @return the shards of others where something has become due, a bit for each
  std::uint64_t settle(bool is_stored);
  /// There is something to look for.
  void hear(const detail::postgres::Hint& hint);

  static std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
  }
  static std::uint64_t number(std::string_view digits) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  void watch();
  void look();
  void poll();
  Result<void> take_up(std::uint32_t shard);
  bool read_on();
  void arrive(OutboxRecord&& record, std::uint64_t xact);
  std::int64_t head();
  /// The registry has come to show more.
  void show();
  void take_news();
  void forget_arrivals(std::uint32_t shard);
  void wake() {
    if (on_arrival_) on_arrival_();
  }
  Result<std::set<std::uint32_t>> strangers(const Sequences& sequences, const std::vector<std::uint32_t>& shards,
                                            std::map<std::int64_t, std::uint32_t>& shard_of_each);
  Result<void> read_histories(std::vector<OutboxRecord>& records, std::size_t first);
  Result<void> read_records(const PostgresRows& rows, std::vector<OutboxRecord>& out);

  Result<std::size_t> make_due(const Sequences& sequences, Timestamp now);
  Result<void> ask(std::string_view name, std::string_view app_id, std::string_view notifier_id, std::string_view key,
                   const std::vector<std::uint32_t>& shards);
  Result<void> look_for_commands(const std::set<std::uint32_t>& shards);
  bool obey(Outbox& outbox, const Command& command, Moment now, const Function<void(const OutboxRecord&)>& withdrawn);
  void obey_all(Outbox& outbox, std::vector<Command> commands, Moment now,
                const Function<void(const OutboxRecord&)>& withdrawn);
  void forget_obeyed();

  std::string url_;
  detail::postgres::Listener* listener_;
  PostgresOutboxOptions options_;
  std::uint64_t worker_ = 0;
  std::function<bool(std::int64_t)> shows_;  // whether the registry shows a revision; empty: there is none that follows

  // The sending thread's.
  PostgresConnection writer_;
  std::map<std::uint32_t, std::uint64_t> working_;           // shards that turn() has taken up, and under which epoch
  std::map<std::uint32_t, std::uint64_t> leaving_;           // those of them that are to be handed over
  std::vector<Command> to_obey_;                             // what could not be done yet
  std::vector<std::pair<std::int64_t, ShardEpoch>> obeyed_;  // the numbers of those that are to be taken away
  std::unordered_map<std::int64_t, std::weak_ptr<const std::string>> rests_;
  json::Document document_;
  std::int64_t attempt_until_ = 0;

  std::mutex read_mutex_;
  PostgresConnection reader_;

  // The watching thread's.
  PostgresConnection watcher_;
  std::string since_ = "0";  // all transactions before this one have ended, and what they made due has arrived

  mutable std::mutex mutex_;  // of all that follows
  std::condition_variable woken_;
  std::optional<ShardLeases> leases_;
  std::vector<ShardNews> news_;                                            // not yet seen by turn()
  std::vector<OutboxRecord> arrivals_;                                     // the same
  std::vector<Command> commands_;                                          // the same
  std::int64_t needed_ = 0;                                                // the revision that both may speak of
  std::map<std::int64_t, std::uint32_t> asked_;                            // commands that are known, and their shards
  std::map<std::uint32_t, Unread> unread_;                                 // by shard
  std::uint32_t read_last_ = 0;                                            // the shard of the last page
  std::set<std::uint32_t> polled_;                                         // shards whose arrivals are looked for
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> seen_;  // {transaction, sequence}: has arrived
  std::vector<std::pair<OutboxRecord, std::uint64_t>> unsettled_;          // of an open transaction of the store
  PostgresShardFigures figures_;
  bool is_told_ = false;  // that there is something to poll for
  std::int64_t looked_at_ = 0;
  std::int64_t renewed_at_ = 0;
  bool is_stopping_ = false;

  std::function<void()> on_arrival_;
  std::thread thread_;
};

NOTIFIER_NAMESPACE_END

#include "notifier/adapters/postgres_outbox_asked.hpp"
#include "notifier/adapters/postgres_outbox_reading.hpp"
#include "notifier/adapters/postgres_outbox_watching.hpp"
#include "notifier/adapters/postgres_outbox_writing.hpp"
