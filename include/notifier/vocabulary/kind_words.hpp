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

}  // namespace detail
NOTIFIER_NAMESPACE_END
