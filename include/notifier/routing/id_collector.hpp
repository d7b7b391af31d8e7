#pragma once

#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

#include "notifier/function_ref.hpp"
#include "notifier/routing/matched_id.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Collects ids, and hands them on as soon as there are so many that a call for all of them costs next to nothing.
class IdCollector {
 public:
  using Ids = FunctionRef<void(const MatchedId* first, std::size_t count)>;

  explicit IdCollector(Ids take) noexcept : take_(take) {}

  void add(std::size_t event, std::string_view id) {
    if (size_ == most) flush();
    new (room_ + sizeof(MatchedId) * size_++) MatchedId{event, id};
  }
  /// @return how many there were in all
  std::size_t end() {
    if (size_ != 0) flush();
    return flushed_;
  }

 private:
  static constexpr std::size_t most = 64;

  void flush() {
    flushed_ += size_;
    take_(reinterpret_cast<const MatchedId*>(room_), std::exchange(size_, 0));
  }

  Ids take_;
  std::size_t size_ = 0;
  std::size_t flushed_ = 0;
  alignas(MatchedId) unsigned char room_[most * sizeof(MatchedId)];
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
