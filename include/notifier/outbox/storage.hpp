// What an outbox keeps, and where: the seam behind which SQLite, a file or a host's own database stand.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/delivery/retry.hpp"
#include "notifier/function.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/mail_recipients.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/verdict.hpp"
#include "notifier/outbox/filter.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// Why what is asked to be sent again is not, as it is not dead: errc::conflict.
inline Error not_to_be_resent(OutboxState state) {
  Error error;
  error.code = errc::conflict;
  error.message = state == OutboxState::delivered ? "the delivery has arrived, and is not sent again"
                  : state == OutboxState::held    ? "the delivery is held until its notifier is switched on"
                  : state == OutboxState::grouped ? "the event is told together with others"
                                                  : "the delivery is to be sent already";
  return error;
}

/// Why what is asked to be withdrawn is not, as it waits for nothing: errc::conflict.
inline Error not_to_be_cancelled(OutboxState state) {
  Error error;
  error.code = errc::conflict;
  error.message = state == OutboxState::delivered ? "the delivery has arrived, and cannot be withdrawn"
                  : state == OutboxState::dead    ? "the delivery has ended already"
                                                  : "the event is told together with others";
  return error;
}

/// Why what was asked to be withdrawn has ended.
inline constexpr std::string_view withdrawn_by_hand = "it was withdrawn by hand";

}  // namespace detail

/// One attempt, or another turn that a delivery took (`status` is 0 then).
struct DeliveryAttempt {
  Timestamp at;
  Verdict::Action action = Verdict::Action::fail;
  int status = 0;
  std::string reason;  ///< without secrets
  /// Of a mail that not all of its recipients got: who has yet to get it, and whom the relay refused for good.
  std::vector<std::string> remaining = {};
  std::vector<std::string> refused = {};
  std::string reply = {};    ///< the beginning of what the target said, without secrets; see reply_excerpt()
  std::string receipt = {};  ///< what the platform calls the message; see Verdict::receipt
  std::optional<std::int64_t> duration_ms = {};  ///< how long it took, where that is known
};

/// What is known of one delivery, without its content and its secrets.
struct OutboxRecord {
  std::uint64_t sequence = 0;  ///< given by the storage, growing from 1: the order of arrival
  std::string key;             ///< the idempotency key: unique among the deliveries of one notifier
  std::string notifier_id;
  std::string app_id;
  std::string event_id;
  std::string event_type;
  Platform platform = Platform::webhook;
  std::uint64_t target = 0;  ///< a hash: deliveries of one target share their limits
  std::uint64_t host = 0;    ///< a hash: the same for all targets of one server
  /// Of the target; without concurrency: as of a webhook's. A storage may leave them out where it knows the platform's.
  TargetLimits limits;
  OutboxState state = OutboxState::pending;
  unsigned attempts = 0;  ///< since it was enqueued or sent again by hand
  Timestamp created_at;
  Timestamp next_at;  ///< OutboxState::pending: not before then; held: it is given up then; else when it ended
  /// How long it was to wait for `next_at` when that was decided, so that a clock which was set since cannot make it
  /// longer; -1 where that is not known.
  std::int64_t wait_ms = 0;
  std::vector<DeliveryAttempt> history;  ///< oldest first; only find() and list() fill it
};

/// A step of one delivery.
struct OutboxChange {
  std::uint64_t sequence = 0;
  OutboxState state = OutboxState::pending;
  unsigned attempts = 0;
  Timestamp next_at;
  std::int64_t wait_ms = 0;
  std::optional<DeliveryAttempt> attempt = std::nullopt;  ///< to be added to the history
  std::vector<std::string> recipients = {};               ///< all that are left to a mail; empty: as they are
};

/// What a store remembers of the time, so that a clock which is wrong for a moment makes it forget nothing.
struct OutboxClock {
  Timestamp wall;  ///< the time of day when it was last looked at
  Timestamp kept;  ///< the time that counts for how long records are kept: never goes back, follows `wall` by and by
};

/// One thing to be stored.
struct OutboxWrite {
  enum class Kind : std::uint8_t { change, health, clock };

  Kind kind = Kind::change;
  OutboxChange change;      ///< Kind::change. One whose record is not there is left out
  std::string notifier_id;  ///< Kind::health: whose; good health (no failures) need not be kept
  NotifierHealth health;
  OutboxClock clock;  ///< Kind::clock: in place of the one before
};

/// What a store knows of a group: events of a notifier that are told together.
struct StoredGroup {
  std::string key;  ///< Arrival::group
  std::string app_id;
  std::string notifier_id;
  GroupState state;  ///< one that is not open is forgotten
  std::uint64_t target =
      0;  ///< OutboxRecord::target of the delivery that opened it, for stores that are shared out by it
};

/// Which records are forgotten.
struct OutboxForget {
  Timestamp delivered_before;  ///< those that arrived, or were counted, before then,
  Timestamp dead_before;       ///< those that died before then
  /// What ended later than this was dated by a clock that was wrong: it is dated so before it is judged.
  Timestamp latest;
};

/// Which records to list, newest first.
struct OutboxQuery {
  std::string_view notifier_id;  ///< empty: of all notifiers
  std::optional<OutboxState> state;
  std::size_t offset = 0;
  std::size_t limit = 50;
  std::uint64_t up_to = 0;  ///< only those of at most this sequence, though others count in all; 0: any
};

/// Whether a record is one of those asked for.
inline bool matches(const OutboxRecord& record, const DeliveryFilter& filter) {
  const auto is = [](std::string_view wanted, std::string_view value) { return wanted.empty() || wanted == value; };
  return record.app_id == filter.app_id && is(filter.key, record.key) && is(filter.notifier_id, record.notifier_id) &&
         is(filter.event_id, record.event_id) && is(filter.event_type, record.event_type) &&
         (!filter.state || *filter.state == record.state) && !(record.created_at < filter.since);
}

/// A durable store of deliveries, which answers at once: see OutboxMachine for one that answers later. Implementations
/// answer errc::storage where they cannot read or write; then nothing of what they were told is stored.
///
/// One Outbox at a time uses a storage, from one thread; others may insert what they hand to Outbox::admit(). There is
/// no need to store what is claimed: after a crash every pending delivery is due again, under the same key.
class OutboxStorage {
 public:
  virtual ~OutboxStorage() = default;

  /// Adds deliveries with their records and histories, all or none, and lasts when it returns. One whose notifier has a
  /// delivery of that key already, in whatever state, or earlier among these, is left out.
  /// @param records     as many as there are deliveries. Gets their sequences, each greater than all before; 0 for one
  ///                    that is left out
  /// @param deliveries  the first of them
  virtual Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) = 0;
  /// Stores all of it or none, in order, and lasts when it returns. What was delivered needs its content no longer.
  virtual Result<void> write(const std::vector<OutboxWrite>& writes) = 0;
  /// A step of groups: stores all of this or nothing, and lasts when it returns.
  /// @param writes      what becomes of the deliveries that were taken into groups
  /// @param groups      in place of those of the same keys
  /// @param digests     as for insert(), and so the next
  virtual Result<void> regroup(const std::vector<OutboxWrite>& writes, const std::vector<StoredGroup>& groups,
                               std::vector<OutboxRecord>& digests, const Delivery* deliveries);
  /// Calls back with every group that is open; it may not call the storage.
  virtual Result<void> each_group(const Function<void(StoredGroup&&)>& call);

  /// Forgets what has ended and is not kept any longer, by and by where it is much.
  /// @return how many deliveries were forgotten
  virtual Result<std::size_t> forget(const OutboxForget& what) = 0;

  /// The content of a delivery, a mail's with the recipients that are left. errc::not_found or errc::invalid where it
  /// is lost for good.
  virtual Result<Delivery> load(std::uint64_t sequence) = 0;
  /// By when an attempt at what load() gave last has to be over, since others make it after that: in milliseconds of
  /// std::chrono::steady_clock.
  virtual std::int64_t attempt_until() const noexcept { return (std::numeric_limits<std::int64_t>::max)(); }
  /// Calls back with every record that is pending, held or grouping, in order of sequence; it may not call the storage.
  virtual Result<void> each_waiting(const Function<void(const OutboxRecord&)>& call) = 0;
  virtual Result<void> each_health(const Function<void(std::string_view, const NotifierHealth&)>& call) = 0;
  /// The clock that was written last, or none.
  virtual Result<std::optional<OutboxClock>> clock() = 0;
  virtual Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) = 0;
  /// Appends a page of records to `out`.
  /// @return how many records match in all
  virtual Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) = 0;
  /// Appends a page of an app's records to `out`, newest first. A storage need not look at more than some thousands: a
  /// page may have fewer than `limit`, or none, and go on nevertheless. Who does not override this looks at all of
  /// the notifier's, or at all there are, in the order in which they came.
  /// @param place  0: the newest; or what an earlier call gave. Gets where the next page begins; 0: there is none
  virtual Result<void> search(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                              std::vector<OutboxRecord>& out);
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <utility>

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE Result<void> OutboxStorage::regroup(const std::vector<OutboxWrite>&, const std::vector<StoredGroup>&,
                                                    std::vector<OutboxRecord>&, const Delivery*) {
  Error error;
  error.code = errc::unsupported;
  error.message = "this storage keeps no groups";
  return error;
}

NOTIFIER_INLINE Result<void> OutboxStorage::each_group(const Function<void(StoredGroup&&)>&) { return {}; }

NOTIFIER_INLINE Result<void> OutboxStorage::search(const DeliveryFilter& filter, std::uint64_t& place,
                                                   std::size_t limit, std::vector<OutboxRecord>& out) {
  constexpr std::size_t at_once = 500;
  const std::size_t first = out.size();
  std::vector<OutboxRecord> page;
  do {
    page.clear();
    const auto listed = list({filter.notifier_id, filter.state, 0, at_once, place}, page);
    if (!listed) return listed.error();
    place = 0;
    for (OutboxRecord& record : page) {
      if (out.size() - first == limit) {
        place = record.sequence;
        return {};
      }
      if (matches(record, filter)) out.push_back(std::move(record));
    }
    if (page.size() == at_once) place = page.back().sequence - 1;
  } while (place != 0);
  return {};
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
