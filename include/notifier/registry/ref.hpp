#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Base of the immutable pieces that successive snapshots share. Born with one owner.
class Counted {
 public:
  Counted() noexcept = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  void retain() const noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  /// True for the last owner, who frees.
  bool release() const noexcept { return owners_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  bool has_one_owner() const noexcept { return owners_.load(std::memory_order_acquire) == 1; }

 private:
  mutable std::atomic<std::uint32_t> owners_{1};
};

/// Shares a Counted piece. A pointer wide, where std::shared_ptr takes two and a block of its own: there are millions.
///
/// @tparam T  derived from Counted, with `static void destroy(const T*) noexcept`: the pieces end in arrays.
template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  /// Takes over the one owner of a new piece.
  explicit Ref(T* piece) noexcept : piece_(piece) {}
  Ref(const Ref& other) noexcept : piece_(other.piece_) {
    if (piece_ != nullptr) piece_->retain();
  }
  Ref(Ref&& other) noexcept : piece_(std::exchange(other.piece_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(piece_, other.piece_);
    return *this;
  }
  ~Ref() {
    if (piece_ != nullptr && piece_->release()) T::destroy(piece_);
  }

  T* get() const noexcept { return piece_; }
  T& operator*() const noexcept { return *piece_; }
  T* operator->() const noexcept { return piece_; }
  explicit operator bool() const noexcept { return piece_ != nullptr; }
  /// The same piece, not one like it.
  friend bool operator==(const Ref& a, const T* b) noexcept { return a.piece_ == b; }

 private:
  T* piece_ = nullptr;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
