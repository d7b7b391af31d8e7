// What an outbox keeps, and where: the seam behind which SQLite, a file or a host's own database stand.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/catalogue/platform.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/delivery/delivery.hpp"
#include "notifier/delivery/retry.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a delivery stands.
enum class OutboxState : std::uint8_t {
  pending,    ///< to be sent, now or later
  delivered,  ///< it has arrived
  dead,       ///< given up; can be sent again
};

/// "pending", "delivered" or "dead".
constexpr std::string_view to_string(OutboxState state) noexcept {
  switch (state) {
    case OutboxState::pending: return "pending";
    case OutboxState::delivered: return "delivered";
    case OutboxState::dead: return "dead";
  }
  return "unknown";
}

/// One attempt, or another turn that a delivery took (`status` is 0 then).
struct DeliveryAttempt {
  Timestamp at;
  Verdict::Action action = Verdict::Action::fail;
  int status = 0;
  std::string reason;  ///< without secrets
};

/// What is known of one delivery, without its content and its secrets.
struct OutboxRecord {
  std::uint64_t sequence = 0;  ///< given by the storage, growing from 1: the order of arrival
  std::string key;             ///< the idempotency key
  std::string notifier_id;
  std::string app_id;
  std::string event_id;
  std::string event_type;
  Platform platform = Platform::webhook;
  std::uint64_t target = 0;  ///< a hash: deliveries of one target share their limits
  std::uint64_t host = 0;    ///< a hash: the same for all targets of one server
  OutboxState state = OutboxState::pending;
  unsigned attempts = 0;  ///< since it was enqueued or sent again by hand
  Timestamp created_at;
  Timestamp next_at;                     ///< OutboxState::pending: not before then; else when it ended
  std::vector<DeliveryAttempt> history;  ///< oldest first; only find() and list() fill it
};

/// A step of one delivery.
struct OutboxChange {
  std::uint64_t sequence = 0;
  OutboxState state = OutboxState::pending;
  unsigned attempts = 0;
  Timestamp next_at;
  std::optional<DeliveryAttempt> attempt;  ///< to be added to the history
};

/// Which records to list, newest first.
struct OutboxQuery {
  std::string_view notifier_id;  ///< empty: of all notifiers
  std::optional<OutboxState> state;
  std::size_t offset = 0;
  std::size_t limit = 50;
};

/// A durable store of deliveries. Implementations answer errc::storage where they cannot read or write.
///
/// One Outbox at a time uses a storage, from one thread. What insert(), update(), set_health() and forget() do lasts
/// from the next commit() on: until then a crash may undo it, all together or in part, but never out of order. There is
/// no need to store what is claimed: after a crash every pending delivery is due again, under the same key.
class OutboxStorage {
 public:
  virtual ~OutboxStorage() = default;

  /// Adds a delivery, with the record's history, unless its key is there already, in whatever state.
  /// @return its sequence, greater than all before; 0 where the key was there
  virtual Result<std::uint64_t> insert(const OutboxRecord& record, const Delivery& delivery) = 0;
  /// Changes a record. One that is not there is left so.
  virtual Result<void> update(const OutboxChange& change) = 0;
  /// Keeps a notifier's health; good health (no failures) need not be kept.
  virtual Result<void> set_health(std::string_view notifier_id, const NotifierHealth& health) = 0;
  /// Forgets what was delivered, and what died, before a moment.
  /// @return how many deliveries were forgotten
  virtual Result<std::size_t> forget(Timestamp delivered_before, Timestamp dead_before) = 0;

  /// Makes everything until now last. After an error nothing is known to last; it may be called again.
  virtual Result<void> commit() = 0;
  /// Undoes everything since the last commit().
  virtual void rollback() = 0;

  /// The content of a delivery. errc::not_found or errc::invalid where it is lost for good.
  virtual Result<Delivery> load(std::uint64_t sequence) = 0;
  /// Calls back with every pending record, in order of sequence; it may not call the storage.
  virtual Result<void> each_pending(const std::function<void(const OutboxRecord&)>& call) = 0;
  virtual Result<void> each_health(const std::function<void(std::string_view, const NotifierHealth&)>& call) = 0;
  virtual Result<std::optional<OutboxRecord>> find(std::string_view key) = 0;
  /// Appends a page of records to `out`.
  /// @return how many records match in all
  virtual Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) = 0;
};

NOTIFIER_NAMESPACE_END
