// What is on its way into the store: one batch at a time, in the order in which it came to pass.

#pragma once

#include <cstdint>
#include <vector>

#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes that are to be stored together, all or none, in their order.
struct OutboxBatch {
  std::uint64_t number = 0;  ///< from 1; the same when the same writes are given again
  std::vector<OutboxWrite> writes;
};

namespace detail {

class OutboxBatches {
 public:
  /// One more, to be filled in.
  OutboxWrite& add() { return gathered_.emplace_back(); }

  /// @return nullptr where one is out, or there is nothing to write
  const OutboxBatch* take() {
    if (is_out_ || (out_.writes.empty() && gathered_.empty())) return nullptr;
    if (out_.writes.empty()) {
      out_.writes.swap(gathered_);
      ++out_.number;
    }
    is_out_ = true;
    return &out_;
  }

  /// @return whether that batch was out
  bool written(std::uint64_t number) {
    if (!is_out_ || number != out_.number) return false;
    out_.writes.clear();
    is_out_ = false;
    has_failed_ = false;
    return true;
  }

  bool failed(std::uint64_t number) {
    if (!is_out_ || number != out_.number) return false;
    is_out_ = false;
    has_failed_ = true;
    return true;
  }

  /// Whether the last one failed, and none was written since.
  bool has_failed() const noexcept { return has_failed_; }
  /// The number of the batch that what is added now will be written with.
  std::uint64_t next_number() const noexcept { return out_.number + 1; }
  bool is_written(std::uint64_t number) const noexcept {
    return number < out_.number || (number == out_.number && out_.writes.empty());
  }
  bool is_empty() const noexcept { return out_.writes.empty() && gathered_.empty(); }

 private:
  OutboxBatch out_;
  std::vector<OutboxWrite> gathered_;
  bool is_out_ = false;
  bool has_failed_ = false;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
