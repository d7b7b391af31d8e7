#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/outbox/filter.hpp"
#include "notifier/result.hpp"
#include "notifier/to_size.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How much is held back to be told together.
struct HeldBack {
  std::uint64_t events = 0;
  std::uint64_t groups = 0;  ///< each of which is told with a message of its own
};

/// What happened, for the API to show: kept by the host, since the Registry keeps only what is.
class History {
 public:
  virtual ~History() = default;

  /// A page of an app's events, newest first, each the event's own JSON, appended to `out`.
  /// @return how many events the app has in all.
  virtual std::size_t events(std::string_view app_id, std::size_t offset, std::size_t limit,
                             std::vector<std::string>& out) const = 0;

  /// A notifier's deliveries, newest first, each a JSON object with attempts and outcome, without secrets.
  virtual std::size_t deliveries(std::string_view app_id, std::string_view notifier_id, std::size_t offset,
                                 std::size_t limit, std::vector<std::string>& out) const = 0;

  /// The same pages by a place in the history, which what happens meanwhile does not move: nothing is seen twice, and
  /// nothing is left out but what is forgotten. Who overrides neither counts entries from the newest, which moves.
  /// @param place  where the page begins: 0, the newest, or what an earlier call gave. Gets where the next page begins;
  ///               0 where there is none
  virtual std::size_t events_from(std::string_view app_id, std::uint64_t& place, std::size_t limit,
                                  std::vector<std::string>& out) const {
    return next_by_offset(place, limit, events(app_id, detail::to_size(place), limit, out));
  }
  virtual std::size_t deliveries_from(std::string_view app_id, std::string_view notifier_id, std::uint64_t& place,
                                      std::size_t limit, std::vector<std::string>& out) const {
    return next_by_offset(place, limit, deliveries(app_id, notifier_id, detail::to_size(place), limit, out));
  }

  /// One of an app's events by its id, its own JSON; empty where none is kept.
  virtual std::string event(std::string_view app_id, std::string_view event_id) const {
    static_cast<void>(app_id);
    static_cast<void>(event_id);
    return {};
  }
  /// A page of an app's deliveries, as deliveries_from() gives them, except that it may have fewer than `limit`, or
  /// none, and go on nevertheless. Who does not override this shows none.
  virtual void find_deliveries(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                               std::vector<std::string>& out) const {
    static_cast<void>(filter);
    static_cast<void>(limit);
    static_cast<void>(out);
    place = 0;
  }

  /// A notifier of an app that was removed and may come back with its id: the Change that put it last, as write_json()
  /// writes it, with its secrets. Empty where none of this id is kept any more; for longer than a day none is. Who does
  /// not override this keeps none.
  virtual std::string removed_notifier(std::string_view app_id, std::string_view notifier_id) const {
    static_cast<void>(app_id);
    static_cast<void>(notifier_id);
    return {};
  }

  /// Makes a dead delivery due again. Not part of handle()'s purity: called once the request is accepted.
  /// @param notifier_id  empty: of any notifier of the app
  /// @return errc::not_found where there is none; errc::conflict where it is not dead, with a message that says what it
  ///         is; errc::storage
  virtual Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) = 0;
  /// The same with up to `limit` dead deliveries, the newest ones. Who does not override this sends none.
  /// @param filter  of its state there is nothing to say: dead
  /// @param place   as for find_deliveries(): where to begin, and where those are that are left
  /// @return how many
  virtual Result<std::size_t> retry_all(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit) {
    static_cast<void>(filter);
    static_cast<void>(limit);
    place = 0;
    return std::size_t{0};
  }
  /// Has a delivery withdrawn that is pending or held: soon it is dead, and what is under way is not tried again.
  /// @param notifier_id  as for retry(), and so what it returns; errc::conflict where it waits for nothing
  virtual Result<void> cancel(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) {
    static_cast<void>(app_id);
    static_cast<void>(notifier_id);
    static_cast<void>(delivery_id);
    return detail::no_such_delivery();
  }

  /// What is held back for a notifier, to be told together: its groups, those that are told first first, each a JSON
  /// object of `key` and what to_json() writes of a GroupState. Who does not override this holds nothing back.
  /// @param limit  so many groups are appended to `out` at most
  /// @return how much there is in all
  virtual HeldBack held_back(std::string_view app_id, std::string_view notifier_id, std::size_t limit,
                             std::vector<std::string>& out) const {
    static_cast<void>(app_id);
    static_cast<void>(notifier_id);
    static_cast<void>(limit);
    static_cast<void>(out);
    return {};
  }
  /// Has what is held back for a notifier told soon, as Outbox::tell_now() does. @return errc::storage
  virtual Result<void> tell_now(std::string_view app_id, std::string_view notifier_id) {
    static_cast<void>(app_id);
    static_cast<void>(notifier_id);
    return {};
  }

 private:
  static std::size_t next_by_offset(std::uint64_t& place, std::size_t limit, std::size_t total) noexcept {
    place = place < total && limit < total - place ? place + limit : 0;
    return total;
  }
};

NOTIFIER_NAMESPACE_END
