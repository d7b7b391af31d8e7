// The reader of NOTIFIER_SIMDJSON=1: the first stage of simdjson, 3.0 or later, and ours.

#pragma once

#include "simdjson.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "notifier/json/stage2.hpp"
#include "notifier/json/tape.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

class SimdjsonReader {
 public:
  /// False where `text` is not JSON, which scan() can say more about, or there is no memory. `tape` is valid until the
  /// next call.
  bool read(std::string_view text, Tape& tape) {
    if (text.empty() || !reserve(text.size())) return false;
    std::memcpy(text_.get(), text.data(), text.size());
    std::memset(text_.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text_.get());
    if (parser_->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) return false;
    const std::size_t count = parser_->n_structural_indexes;
    if (!reserve_words(Stage2<NOTIFIER_MAX_DEPTH>::max_words(count))) return false;
    std::uint32_t* const structurals = parser_->structural_indexes.get();
    structurals[count] = static_cast<std::uint32_t>(text.size());
    if (!Stage2<NOTIFIER_MAX_DEPTH>::read(text_.get(), text.size(), structurals, words_.get())) return false;
    tape = {words_.get(), text_.get()};
    return true;
  }

 private:
  static_assert(simdjson::SIMDJSON_PADDING >= notifier::detail::text_padding);

  bool reserve(std::size_t size) {
    if (size <= capacity_) return true;
    constexpr std::size_t step = 16 * 1024;
    const std::size_t capacity = (size + step - 1) / step * step;
    if (capacity < size) return false;
    capacity_ = 0;
    text_.reset(new (std::nothrow) char[capacity + simdjson::SIMDJSON_PADDING]);
    // The first stage knows nothing of depth; the second, which does, is not used.
    constexpr std::size_t depth = 1;
    if (text_ == nullptr || simdjson::get_active_implementation()->create_dom_parser_implementation(
                                capacity, depth, parser_) != simdjson::SUCCESS) {
      return false;
    }
    capacity_ = capacity;
    return true;
  }

  bool reserve_words(std::size_t count) {
    if (count <= word_capacity_) return true;
    word_capacity_ = 0;
    words_.reset(new (std::nothrow) std::uint64_t[count]);
    if (words_ == nullptr) return false;
    word_capacity_ = count;
    return true;
  }

  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
  std::unique_ptr<char[]> text_;
  std::size_t capacity_ = 0;
  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t word_capacity_ = 0;
};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
