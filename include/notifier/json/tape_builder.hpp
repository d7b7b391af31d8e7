// Writes a Tape, value by value in document order: for the readers that are not simdjson.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/json/read_number.hpp"
#include "notifier/json/scan.hpp"
#include "notifier/json/tape.hpp"
#include "notifier/json/unescape.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// Listens to scan(), or to another reader; keeps its memory when cleared.
class TapeBuilder final : public Listener {
 public:
  void clear() {
    words_.clear();
    strings_.clear();
    open_ = 0;
    push(Tag::root, 0);
  }

  /// Valid until the next call that changes the builder.
  Tape tape() const noexcept { return {words_.data(), reinterpret_cast<const unsigned char*>(strings_.data())}; }

  void begin_object() override { begin(Tag::object); }
  void end_object() override { end(Tag::object_end); }
  void begin_array() override { begin(Tag::array); }
  void end_array() override { end(Tag::array_end); }

  void key(std::string_view raw, bool escaped) override {
    count();
    text(Tag::string, raw, escaped);
  }
  void string(std::string_view raw, bool escaped) override {
    element();
    text(Tag::string, raw, escaped);
  }
  void boolean(bool value) override {
    element();
    push(value ? Tag::yes : Tag::no, 0);
  }
  void null() override {
    element();
    push(Tag::null, 0);
  }
  void number(std::string_view raw) override {
    element();
    std::uint64_t bits = 0;
    switch (to_integer(raw, bits)) {
      case Integer::within_int64: return push(Tag::signed_int, 0), words_.push_back(bits);
      case Integer::within_uint64: return push(Tag::unsigned_int, 0), words_.push_back(bits);
      case Integer::none: break;
    }
    const bool integer = raw.find_first_of(".eE") == std::string_view::npos;
    const double value = integer ? 0.0 : to_double(raw);
    if (integer || std::isinf(value)) return text(Tag::numeral, raw, false);
    push(Tag::real, 0);
    words_.push_back(to_bits(value));
  }

 private:
  // The opening word of the innermost open bracket holds the index of the next outer one until it is closed.
  void begin(Tag tag) {
    element();
    const std::size_t at = words_.size();
    push(tag, open_);
    open_ = at;
  }

  void end(Tag tag) {
    const std::size_t begin = open_;
    push(tag, begin);
    open_ = static_cast<std::uint32_t>(words_[begin]);
    words_[begin] = (words_[begin] & ~std::uint64_t{0xFFFFFFFF}) | words_.size();
  }

  void element() {
    if (open_ != 0 && static_cast<Tag>(words_[open_] >> 56) == Tag::array) count();
  }

  void count() {
    constexpr std::uint64_t one = std::uint64_t{1} << 32;
    if ((words_[open_] / one & saturated_count) != saturated_count) words_[open_] += one;
  }

  void text(Tag tag, std::string_view raw, bool escaped) {
    push(tag, strings_.size());
    char* const header = strings_.room(sizeof(std::uint32_t) + raw.size() + 1 + notifier::detail::text_padding);
    char* const begin = header + sizeof(std::uint32_t);
    char* end = begin + raw.size();
    if (escaped) {
      end = unescape(raw, begin);
    } else if (!raw.empty()) {
      std::memcpy(begin, raw.data(), raw.size());
    }
    const std::uint32_t length = static_cast<std::uint32_t>(end - begin);
    std::memcpy(header, &length, sizeof length);
    *end = '\0';
    strings_.set_end(end + 1);
  }

  void push(Tag tag, std::uint64_t payload) { words_.push_back(static_cast<std::uint64_t>(tag) << 56 | payload); }

  std::vector<std::uint64_t> words_;
  Buffer strings_;
  std::size_t open_ = 0;
};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
