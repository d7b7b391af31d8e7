// The table of wordings, kind by kind.

#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

#include "notifier/text/packed.hpp"
#include "notifier/vocabulary/kind_words.hpp"
#include "notifier/vocabulary/wordings.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

constexpr std::size_t count_builtin_wordings() noexcept {
  std::size_t count = 1;
  for (std::size_t i = 1; i < std::size(wordings::table); ++i) {
    if (wordings::table[i - 1].kind != wordings::table[i].kind) ++count;
  }
  return count;
}

class BuiltinWords {
 public:
  /// There as long as the program is: threads may outlive what is destroyed at its end.
  static const BuiltinWords& instance() {
    static const BuiltinWords& words = *new BuiltinWords;
    return words;
  }

  /// Calls `f(kind, const KindWords&)` for each kind.
  template <class F>
  void for_each(F&& f) const {
    for (const KindWords& words : kinds_) f(words.begin()->kind, words);
  }

 private:
  using Table = Packed<wordings::table, &WordingRow::kind, &WordingRow::when, &WordingRow::severity, &WordingRow::title,
                       &WordingRow::sentence, &WordingRow::fields, &WordingRow::actor, &WordingRow::link>;

  BuiltinWords() noexcept {
    KindWords* words = kinds_;
    for (const WordingRow *row = table_.all, *const end = std::end(table_.all); row != end;) {
      const WordingRow* last = row;
      while (last != end && last->kind == row->kind) ++last;
      (words++)->borrow(row, static_cast<std::size_t>(last - row));
      row = last;
    }
  }

  const typename Table::Rows table_;
  KindWords kinds_[count_builtin_wordings()];
};

/// What the test of a notifier says, in every vocabulary that has nothing else to say of it.
NOTIFIER_NOINLINE inline const KindWords* test_words() {
  const KindWords* found = nullptr;
  BuiltinWords::instance().for_each([&](std::string_view kind, const KindWords& words) {
    if (kind == "test") found = &words;
  });
  return found;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
