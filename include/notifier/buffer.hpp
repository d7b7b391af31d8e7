#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A growing run of bytes that is written at its end and keeps its capacity when cleared.
///
/// std::string cannot be grown without being filled (that takes C++23), and the writers store whole vectors past the
/// end; so they ask once for the worst case, write unchecked, and say how far they came:
///
///     char* p = buffer.room(6 * text.size());
///     buffer.set_end(escape(text, p));
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  /// Makes room for `bytes` more, and returns where to write them. Invalidates every view and pointer into the buffer.
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return data_.get() + size_;
  }
  /// Says that everything before `end` is written; `end` comes from room() and lies within it.
  void set_end(const char* end) noexcept { size_ = static_cast<std::size_t>(end - data_.get()); }

  /// Adds a copy of `text`, which lies outside of the buffer.
  void append(std::string_view text) {
    char* p = room(text.size());
    if (!text.empty()) std::memcpy(p, text.data(), text.size());
    size_ += text.size();
  }
  /// Adds one byte.
  void append(char c) {
    *room(1) = c;
    ++size_;
  }
  /// Empties the buffer and keeps its capacity.
  void clear() noexcept { size_ = 0; }
  /// Forgets all after the first `size` bytes; `size` is at most size().
  void truncate(std::size_t size) noexcept { size_ = size; }

  /// What was written. Valid until the next call that may grow the buffer, or its end.
  std::string_view view() const noexcept { return {data_.get(), size_}; }
  /// The same without its first `from` bytes, of which there are as many.
  std::string_view view(std::size_t from) const noexcept { return {data_.get() + from, size_ - from}; }
  std::string str() const { return std::string(view()); }
  char* data() noexcept { return data_.get(); }
  const char* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  void grow(std::size_t bytes) {
    std::size_t capacity = capacity_ + capacity_ / 2 + 256;
    if (capacity < size_ + bytes) capacity = size_ + bytes;
    std::unique_ptr<char[]> data(new char[capacity]);
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

NOTIFIER_NAMESPACE_END
