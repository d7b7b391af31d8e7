#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/vocabulary/wording_compiler.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The wordings of one kind, and, from its first use on, the program that they make. Any number of threads may use it.
class KindWords {
 public:
  KindWords() = default;
  KindWords(const KindWords&) = delete;
  KindWords& operator=(const KindWords&) = delete;
  ~KindWords() { delete program_.load(std::memory_order_relaxed); }

  /// Says where the rows are, before the first use.
  /// @param rows  without a fault; they and their texts outlive this, and their texts have 15 readable bytes behind
  void borrow(const WordingRow* rows, std::size_t count) noexcept {
    rows_ = rows;
    count_ = count;
  }

  const WordingRow* begin() const noexcept { return rows_; }
  const WordingRow* end() const noexcept { return rows_ + count_; }

  const KindProgram& program() const {
    const KindProgram* const program = program_.load(std::memory_order_acquire);
    return program != nullptr ? *program : compile();
  }

 protected:
  void adopt(std::unique_ptr<const KindProgram> program) noexcept {
    program_.store(program.release(), std::memory_order_release);
  }

 private:
  NOTIFIER_NOINLINE const KindProgram& compile() const {
    static std::mutex compiling;
    const std::lock_guard<std::mutex> lock(compiling);
    if (const KindProgram* const program = program_.load(std::memory_order_relaxed)) return *program;
    auto program = std::make_unique<KindProgram>();
    WordingCompiler compiler(*program, nullptr);
    for (const WordingRow& row : *this) compiler.add(row);
    program_.store(program.get(), std::memory_order_release);
    return *program.release();
  }

  const WordingRow* rows_ = nullptr;
  std::size_t count_ = 0;
  mutable std::atomic<const KindProgram*> program_{nullptr};
};

/// A host's wordings, which own their text and are compiled at once: that is how they are checked.
class OwnKindWords : public KindWords {
 public:
  /// @param rows   their texts are copied
  /// @param fault  what is wrong with them, if anything
  /// @return null where there is a fault
  static std::shared_ptr<const KindWords> make(std::vector<WordingRow> rows, const WordingRules& rules,
                                               WordingFault& fault);

 private:
  std::string text_;
  std::vector<WordingRow> rows_;
};

NOTIFIER_NOINLINE inline std::shared_ptr<const KindWords> OwnKindWords::make(std::vector<WordingRow> rows,
                                                                             const WordingRules& rules,
                                                                             WordingFault& fault) {
  auto words = std::make_shared<OwnKindWords>();
  words->rows_ = std::move(rows);
  const auto for_each_text = [&](auto&& f) {
    for (WordingRow& row : words->rows_) {
      for (std::string_view* text : {&row.when, &row.title, &row.sentence, &row.fields, &row.actor, &row.link})
        f(*text);
    }
  };
  for_each_text([&](std::string_view& text) { words->text_.append(text); });
  words->text_.append(text_padding, ' ');
  const char* next = words->text_.data();
  for_each_text([&](std::string_view& text) {
    if (text.data() != nullptr) text = {next, text.size()};
    next += text.size();
  });
  words->borrow(words->rows_.data(), words->rows_.size());

  auto program = std::make_unique<KindProgram>();
  WordingCompiler compiler(*program, &rules);
  for (const WordingRow& row : words->rows_) compiler.add(row);
  fault = compiler.fault();
  if (!fault.message.empty()) return nullptr;
  words->adopt(std::move(program));
  return words;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
