#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "notifier/registry/record.hpp"
#include "notifier/registry/ref.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A notifier on its way into Rows, borrowed.
struct RowItem {
  const std::uint64_t* bits;  ///< as many words as all rows of the registry have
  const char* record;
  std::size_t record_size;
  std::uint16_t tag;  ///< of its id's hash
};

/// Some notifiers of one app, packed: what an event has to look at comes first and close together, what only a
/// notifier that accepts it needs comes last.
///
///     header | bits of each row | tag of each id | offset of each record | records
///
/// A row's bit is set where the notifier accepts an event of that bit; inactive notifiers have none.
class Rows {
 public:
  static constexpr std::size_t most_rows = 32;
  static constexpr std::size_t most_record_bytes = 8 * 1024;  ///< but one record always fits, however long

  static std::size_t bytes(const RowItem* items, std::size_t count, std::size_t words) noexcept {
    std::size_t records = 0;
    for (std::size_t i = 0; i < count; ++i) records += items[i].record_size;
    return records_offset(count, words) + records;
  }
  /// Writes rows to memory of `bytes()` that is aligned for 64-bit words.
  static void write(const RowItem* items, std::size_t count, std::size_t words, void* memory) noexcept;

  std::size_t count() const noexcept { return count_; }
  std::size_t words() const noexcept { return words_; }
  const std::uint64_t* bits(std::size_t row) const noexcept {
    return reinterpret_cast<const std::uint64_t*>(this + 1) + row * words_;
  }
  bool accepts(std::size_t row, EventBit bit) const noexcept { return (bits(row)[bit / 64] >> bit % 64 & 1) != 0; }
  /// One bit for each row, the lowest for the first: which of them accept. No branch depends on what they say.
  std::uint32_t accepting(EventBit bit) const noexcept {
    static_assert(most_rows <= 32);
    const std::uint64_t* word = bits(0) + bit / 64;
    std::uint32_t rows = 0;
    for (unsigned row = 0; row < count_; ++row, word += words_) {
      rows |= static_cast<std::uint32_t>(*word >> bit % 64 & 1) << row;
    }
    return rows;
  }
  Record record(std::size_t row) const noexcept { return Record(record_data(row)); }

  RowItem item(std::size_t row) const noexcept {
    const std::size_t end = row + 1 < count_ ? offsets()[row + 1] : records_size_;
    return {bits(row), record_data(row), end - offsets()[row], tags()[row]};
  }
  void append_items(std::vector<RowItem>& out) const {
    for (std::size_t row = 0; row < count_; ++row) out.push_back(item(row));
  }
  /// The row of this notifier, or count().
  std::size_t find(std::string_view id, std::uint16_t tag) const noexcept {
    std::size_t row = 0;
    while (row < count_ && (tags()[row] != tag || record(row).id() != id)) ++row;
    return row;
  }

 private:
  Rows(std::size_t count, std::size_t words, std::size_t records_size) noexcept
      : count_(static_cast<std::uint16_t>(count)),
        words_(static_cast<std::uint16_t>(words)),
        records_size_(static_cast<std::uint32_t>(records_size)) {}

  static std::size_t records_offset(std::size_t count, std::size_t words) noexcept {
    return sizeof(Rows) + count * (words * sizeof(std::uint64_t) + 2 * sizeof(std::uint16_t));
  }
  const std::uint16_t* tags() const noexcept { return reinterpret_cast<const std::uint16_t*>(bits(count_)); }
  const std::uint16_t* offsets() const noexcept { return tags() + count_; }
  const char* record_data(std::size_t row) const noexcept {
    return reinterpret_cast<const char*>(offsets() + count_) + offsets()[row];
  }

  std::uint16_t count_;
  std::uint16_t words_;
  std::uint32_t records_size_;
};

inline void Rows::write(const RowItem* items, std::size_t count, std::size_t words, void* memory) noexcept {
  char* const base = static_cast<char*>(memory);
  std::uint64_t* const bits = reinterpret_cast<std::uint64_t*>(base + sizeof(Rows));
  std::uint16_t* const tags = reinterpret_cast<std::uint16_t*>(bits + count * words);
  std::uint16_t* const offsets = tags + count;
  char* const records = reinterpret_cast<char*>(offsets + count);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(bits + i * words, items[i].bits, words * sizeof(std::uint64_t));
    tags[i] = items[i].tag;
    offsets[i] = static_cast<std::uint16_t>(offset);
    std::memcpy(records + offset, items[i].record, items[i].record_size);
    offset += items[i].record_size;
  }
  new (memory) Rows(count, words, offset);
}

/// Rows that the blocks of an app share from change to change.
class alignas(std::uint64_t) Run : public Counted {
 public:
  static Run* make(const RowItem* items, std::size_t count, std::size_t words) {
    Run* const run = new (::operator new(sizeof(Run) + Rows::bytes(items, count, words))) Run;
    Rows::write(items, count, words, run + 1);
    return run;
  }
  static void destroy(const Run* run) noexcept {
    run->~Run();
    ::operator delete(const_cast<Run*>(run));
  }
  const Rows& rows() const noexcept { return *reinterpret_cast<const Rows*>(this + 1); }

 private:
  Run() noexcept = default;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
