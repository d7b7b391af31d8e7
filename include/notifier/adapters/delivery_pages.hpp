// What a History is asked of deliveries, found in any outbox's storage; pages of them as the JSON that the API answers
// with.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/record_json.hpp"
#include "notifier/buffer.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline void append_json(const std::vector<OutboxRecord>& records, std::vector<std::string>& out) {
  for (const OutboxRecord& record : records) {
    Buffer json;
    json::Writer writer(json);
    to_json(writer, record);
    out.push_back(json.str());
  }
}

/// A delivery by its key: of a notifier, or of any of the app's where `notifier_id` is empty.
inline Result<OutboxRecord> the_delivery(OutboxStorage& storage, std::string_view app_id, std::string_view notifier_id,
                                         std::string_view key) {
  DeliveryFilter filter;
  filter.app_id = app_id;
  filter.notifier_id = notifier_id;
  filter.key = key;
  std::vector<OutboxRecord> found;
  std::uint64_t place = 0;
  if (!key.empty()) {
    if (auto done = storage.search(filter, place, 1, found); !done) return std::move(done).error();
  }
  if (found.empty()) return no_such_delivery();
  return std::move(found.front());
}

/// Appends a page of a notifier's records, newest first.
/// @return how many there are in all; 0 where the storage fails
inline std::size_t page_of_deliveries(OutboxStorage& storage, std::string_view notifier_id, std::size_t offset,
                                      std::size_t limit, std::vector<std::string>& out) {
  std::vector<OutboxRecord> records;
  const auto total = storage.list({notifier_id, std::nullopt, offset, limit}, records);
  if (!total) return 0;
  append_json(records, out);
  return *total;
}

/// The same from a sequence on.
/// @param place  0: from the newest. Gets where the next page begins; 0: there is none
inline std::size_t page_of_deliveries_from(OutboxStorage& storage, std::string_view notifier_id, std::uint64_t& place,
                                           std::size_t limit, std::vector<std::string>& out) {
  std::vector<OutboxRecord> records;
  // One more than the page: the next begins with it.
  const auto total = storage.list({notifier_id, std::nullopt, 0, limit + 1, std::exchange(place, 0)}, records);
  if (!total) return 0;
  if (records.size() > limit) {
    place = records.back().sequence;
    records.pop_back();
  }
  append_json(records, out);
  return *total;
}

/// Appends a page of an app's records; see OutboxStorage::search(). Nothing where the storage fails.
inline void page_of_found_deliveries(OutboxStorage& storage, const DeliveryFilter& filter, std::uint64_t& place,
                                     std::size_t limit, std::vector<std::string>& out) {
  std::vector<OutboxRecord> records;
  if (storage.search(filter, place, limit, records)) append_json(records, out);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
