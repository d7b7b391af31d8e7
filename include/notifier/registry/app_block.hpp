#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/heap_sort.hpp"
#include "notifier/model/app.hpp"
#include "notifier/registry/app_filters.hpp"
#include "notifier/registry/kept_filter.hpp"
#include "notifier/registry/rows.hpp"
#include "notifier/text/prefetch.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// An app with its notifiers, oldest first, immutable: a change makes another block.
///
///     header | id | rows, where they are few; else references to runs of rows | name, owner, project,
///     language
///
/// An app with few notifiers is one piece of memory, its id and rows in the first lines. One with many keeps them in
/// runs, so that a change copies one run and the references to the others.
class AppBlock : public Counted {
 public:
  /// Where a notifier is.
  struct Place {
    std::size_t run = 0;
    std::size_t row = 0;
    bool exists = false;
  };

  /// @param sequence  apps are listed in its order.
  static Ref<const AppBlock> make(const App& app, std::uint64_t sequence, const std::vector<RowItem>& items,
                                  std::size_t words);
  static void destroy(const AppBlock* block) noexcept;

  std::string_view id() const noexcept { return {reinterpret_cast<const char*>(this + 1), id_size_}; }
  std::string_view name() const noexcept { return text(0); }
  std::string_view project_id() const noexcept { return text(1); }
  std::string_view owner_id() const noexcept { return text(2); }
  std::string_view owner_email() const noexcept { return text(4); }
  std::string_view language() const noexcept { return text(5); }
  App app() const;
  std::uint64_t sequence() const noexcept { return sequence_; }
  std::size_t notifier_count() const noexcept { return notifier_count_; }

  /// Starts to load the id and the first rows.
  void prefetch() const noexcept {
    detail::prefetch(this);
    detail::prefetch(at(64));
  }

  /// Calls `f(const Rows&)` for all rows, oldest first.
  template <class F>
  void for_each_rows(F&& f) const {
    for (std::size_t run = 0; run < rows_count(); ++run) f(rows(run));
  }
  template <class F>
  void for_each_record(F&& f) const {
    for_each_rows([&](const Rows& rows) {
      for (std::size_t row = 0; row < rows.count(); ++row) f(rows.record(row));
    });
  }

  /// Its filters, where they are so many that they are better asked together; compiled by who asks first. nullptr where
  /// they are few.
  /// @param kept  of a state of the registry that has this block
  const AppFilters* filters(const KeptFilters& kept, const Hasher& hasher) const {
    if (NOTIFIER_FILTERS_TOGETHER == 0 || notifier_count_ < AppFilters::fewest) return nullptr;
    const AppFilters* const known = filters_.load(std::memory_order_acquire);
    if (known != nullptr || has_few_filters_.load(std::memory_order_relaxed)) return known;
    return compile_filters(kept, hasher);
  }

  Place find(std::string_view notifier_id, std::uint16_t tag) const noexcept;
  Record record(Place place) const noexcept { return rows(place.run).record(place.row); }

  Ref<const AppBlock> with_app(const App& app) const;
  Ref<const AppBlock> with_added(const RowItem& item) const;
  Ref<const AppBlock> with_replaced(Place place, const RowItem& item) const;
  Ref<const AppBlock> with_removed(Place place) const;

 private:
  static constexpr std::size_t most_inline_rows = 16;
  static constexpr std::size_t most_inline_bytes = 4 * 1024;

  /// What a block is made of; `runs` are taken where there are any.
  struct Parts {
    std::string_view id;
    std::string_view text;
    std::uint64_t sequence;
    std::size_t words;
    std::vector<Ref<const Run>> runs;
    std::vector<RowItem> items;
  };

  AppBlock(const Parts& parts, std::size_t notifier_count, std::size_t text_offset) noexcept
      : notifier_count_(static_cast<std::uint32_t>(notifier_count)),
        text_offset_(static_cast<std::uint32_t>(text_offset)),
        run_count_(static_cast<std::uint32_t>(parts.runs.size()) & 0xFFFFFFu),
        id_size_(static_cast<std::uint32_t>(parts.id.size()) & 0xFFu),
        sequence_(parts.sequence) {}

  static bool fits_inline(const std::vector<RowItem>& items, std::size_t words) noexcept;
  static Ref<const AppBlock> assemble(Parts parts);
  static void append_runs(const std::vector<RowItem>& items, std::size_t words, std::vector<Ref<const Run>>& out);
  static void append_text(Buffer& out, const App& app);

  static std::size_t body_offset(std::size_t id_size) noexcept { return sizeof(AppBlock) + (id_size + 7) / 8 * 8; }
  const char* at(std::size_t offset) const noexcept { return reinterpret_cast<const char*>(this) + offset; }
  const Rows& inline_rows() const noexcept { return *reinterpret_cast<const Rows*>(at(body_offset(id_size_))); }
  const Ref<const Run>* runs() const noexcept {
    return reinterpret_cast<const Ref<const Run>*>(at(body_offset(id_size_)));
  }
  const Rows& rows(std::size_t run) const noexcept { return run_count_ == 0 ? inline_rows() : runs()[run]->rows(); }
  std::size_t rows_count() const noexcept { return run_count_ == 0 ? 1 : run_count_; }
  const char* text() const noexcept { return at(text_offset_); }
  std::string_view text(int position) const noexcept;
  std::string_view whole_text() const noexcept;

  Parts parts() const { return {id(), whole_text(), sequence_, rows(0).words(), {}, {}}; }
  std::vector<RowItem> items_of(std::size_t run) const {
    std::vector<RowItem> items;
    rows(run).append_items(items);
    return items;
  }
  /// The block with these rows at `run`.
  Ref<const AppBlock> with_items(std::size_t run, std::vector<RowItem> items) const;

  std::uint32_t notifier_count_;
  std::uint32_t text_offset_;
  std::uint32_t run_count_ : 24;
  std::uint32_t id_size_ : 8;
  const AppFilters* compile_filters(const KeptFilters& kept, const Hasher& hasher) const;

  std::uint64_t sequence_;
  mutable std::atomic<const AppFilters*> filters_{nullptr};  // owned; once somebody asked for them
  mutable std::atomic<bool> has_few_filters_{false};         // there will be none
};

inline void AppBlock::append_text(Buffer& out, const App& app) {
  append_packed(out, app.name);
  append_packed(out, app.project_id);
  append_packed(out, app.owner.id);
  append_packed(out, app.owner.username);
  append_packed(out, app.owner.email);
  append_packed(out, app.language);
}

inline std::string_view AppBlock::whole_text() const noexcept {
  PackedReader reader(text());
  for (int i = 0; i < 6; ++i) reader.text();
  return {text(), static_cast<std::size_t>(reader.position() - text())};
}

inline std::string_view AppBlock::text(int position) const noexcept {
  PackedReader reader(text());
  while (position-- > 0) reader.text();
  return reader.text();
}

inline App AppBlock::app() const {
  App app;
  app.id = id();
  PackedReader reader(text());
  app.name = reader.text();
  app.project_id = reader.text();
  app.owner.id = reader.text();
  app.owner.username = reader.text();
  app.owner.email = reader.text();
  app.language = reader.text();
  return app;
}

inline Ref<const AppBlock> AppBlock::make(const App& app, std::uint64_t sequence, const std::vector<RowItem>& items,
                                          std::size_t words) {
  Buffer text;
  append_text(text, app);
  return assemble({app.id, text.view(), sequence, words, {}, items});
}

inline void AppBlock::destroy(const AppBlock* block) noexcept {
  for (std::size_t i = 0; i < block->run_count_; ++i) block->runs()[i].~Ref<const Run>();
  if (NOTIFIER_FILTERS_TOGETHER != 0) delete block->filters_.load(std::memory_order_acquire);
  block->~AppBlock();
  ::operator delete(const_cast<AppBlock*>(block));
}

inline void AppBlock::append_runs(const std::vector<RowItem>& items, std::size_t words,
                                  std::vector<Ref<const Run>>& out) {
  for (std::size_t begin = 0; begin < items.size();) {
    std::size_t end = begin;
    std::size_t bytes = 0;
    do {
      bytes += items[end++].record_size;
    } while (end < items.size() && end - begin < Rows::most_rows &&
             bytes + items[end].record_size <= Rows::most_record_bytes);
    out.emplace_back(Run::make(items.data() + begin, end - begin, words));
    begin = end;
  }
}

inline bool AppBlock::fits_inline(const std::vector<RowItem>& items, std::size_t words) noexcept {
  return items.size() <= 1 ||
         (items.size() <= most_inline_rows && Rows::bytes(items.data(), items.size(), words) <= most_inline_bytes);
}

inline Ref<const AppBlock> AppBlock::assemble(Parts parts) {
  std::vector<Ref<const Run>> source;  // keeps alive what the items borrow
  if (parts.runs.empty() && !fits_inline(parts.items, parts.words)) {
    append_runs(parts.items, parts.words, parts.runs);
  } else if (parts.runs.size() == 1 && parts.runs[0]->rows().count() <= most_inline_rows / 2) {
    parts.items.clear();
    parts.runs[0]->rows().append_items(parts.items);
    if (fits_inline(parts.items, parts.words)) source.swap(parts.runs);
  }

  const bool is_inline = parts.runs.empty();
  std::size_t bytes = 0;
  std::size_t notifier_count = 0;
  if (is_inline) {
    bytes = Rows::bytes(parts.items.data(), parts.items.size(), parts.words);
    notifier_count = parts.items.size();
  } else {
    bytes = parts.runs.size() * sizeof(Ref<const Run>);
    for (const Ref<const Run>& run : parts.runs) notifier_count += run->rows().count();
  }
  const std::size_t body = body_offset(parts.id.size());
  void* const memory = ::operator new(body + bytes + parts.text.size());
  char* const base = static_cast<char*>(memory);
  std::memcpy(base + sizeof(AppBlock), parts.id.data(), parts.id.size());
  std::memcpy(base + body + bytes, parts.text.data(), parts.text.size());
  if (is_inline) {
    Rows::write(parts.items.data(), parts.items.size(), parts.words, base + body);
  } else {
    Ref<const Run>* out = reinterpret_cast<Ref<const Run>*>(base + body);
    for (const Ref<const Run>& run : parts.runs) new (out++) Ref<const Run>(run);
  }
  return Ref<const AppBlock>(new (memory) AppBlock(parts, notifier_count, body + bytes));
}

NOTIFIER_NOINLINE inline const AppFilters* AppBlock::compile_filters(const KeptFilters& kept,
                                                                     const Hasher& hasher) const {
  struct Filtered {
    std::uint16_t filter;
    std::uint32_t row;
  };
  std::vector<Filtered> all;
  std::vector<std::uint32_t> unfiltered;
  std::vector<const char*> records;
  for_each_rows([&](const Rows& rows) {
    const std::size_t first = 32 * unfiltered.size();
    unfiltered.push_back(0);
    records.resize(first + 32);
    for (std::size_t row = 0; row < rows.count(); ++row) {
      const Record record = rows.record(row);
      records[first + row] = record.data();
      if (record.filter() == Record::no_filter) unfiltered.back() |= std::uint32_t{1} << row;
      if (record.filter() != Record::no_filter)
        all.push_back({record.filter(), static_cast<std::uint32_t>(first + row)});
    }
  });
  const auto by_filter = [](const Filtered& a, const Filtered& b) {
    return a.filter != b.filter ? a.filter < b.filter : a.row < b.row;
  };
  heap_sort(all.begin(), all.end(), by_filter);
  std::vector<std::uint32_t> firsts;  // of each filter, in `all`
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || all[i].filter != all[i - 1].filter) firsts.push_back(static_cast<std::uint32_t>(i));
  }
  if (firsts.size() < AppFilters::fewest) {
    has_few_filters_.store(true, std::memory_order_relaxed);
    return nullptr;
  }
  heap_sort(firsts.begin(), firsts.end(), [&](std::uint32_t a, std::uint32_t b) { return all[a].row < all[b].row; });
  std::vector<Filter> filters;
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> first_row;
  for (const std::uint32_t first : firsts) {
    filters.push_back(*kept[all[first].filter].filter);
    first_row.push_back(static_cast<std::uint32_t>(rows.size()));
    for (std::size_t i = first; i < all.size() && all[i].filter == all[first].filter; ++i) rows.push_back(all[i].row);
  }
  first_row.push_back(static_cast<std::uint32_t>(rows.size()));
  auto made = std::make_unique<AppFilters>(std::move(filters), hasher);
  made->unfiltered = std::move(unfiltered);
  made->rows = std::move(rows);
  made->first_row = std::move(first_row);
  made->records = std::move(records);
  for (std::size_t bit = 0; bit < 64 * this->rows(0).words(); ++bit) {
    for_each_rows([&](const Rows& piece) { made->accepting.push_back(piece.accepting(static_cast<EventBit>(bit))); });
  }
  // Another thread may have been faster.
  const AppFilters* known = nullptr;
  if (filters_.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) return made.release();
  return known;
}

inline AppBlock::Place AppBlock::find(std::string_view notifier_id, std::uint16_t tag) const noexcept {
  for (std::size_t run = 0; run < rows_count(); ++run) {
    const std::size_t row = rows(run).find(notifier_id, tag);
    if (row < rows(run).count()) return {run, row, true};
  }
  return {};
}

inline Ref<const AppBlock> AppBlock::with_items(std::size_t run, std::vector<RowItem> items) const {
  Parts changed = parts();
  if (run_count_ == 0) {
    changed.items = std::move(items);
  } else {
    changed.runs.reserve(run_count_ + 1);
    for (std::size_t i = 0; i < run; ++i) changed.runs.push_back(runs()[i]);
    append_runs(items, changed.words, changed.runs);
    for (std::size_t i = run + 1; i < run_count_; ++i) changed.runs.push_back(runs()[i]);
  }
  return assemble(std::move(changed));
}

inline Ref<const AppBlock> AppBlock::with_app(const App& app) const {
  Buffer text;
  append_text(text, app);
  Parts changed = parts();
  changed.text = text.view();
  if (run_count_ == 0) {
    inline_rows().append_items(changed.items);
  } else {
    changed.runs.reserve(run_count_);
    for (std::size_t i = 0; i < run_count_; ++i) changed.runs.push_back(runs()[i]);
  }
  return assemble(std::move(changed));
}

inline Ref<const AppBlock> AppBlock::with_added(const RowItem& item) const {
  const std::size_t run = rows_count() - 1;
  std::vector<RowItem> items = items_of(run);
  items.push_back(item);
  return with_items(run, std::move(items));
}

inline Ref<const AppBlock> AppBlock::with_replaced(Place place, const RowItem& item) const {
  std::vector<RowItem> items = items_of(place.run);
  items[place.row] = item;
  return with_items(place.run, std::move(items));
}

inline Ref<const AppBlock> AppBlock::with_removed(Place place) const {
  std::vector<RowItem> items = items_of(place.run);
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(place.row));
  return with_items(place.run, std::move(items));
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
