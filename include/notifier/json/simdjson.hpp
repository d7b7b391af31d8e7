// The reader of NOTIFIER_SIMDJSON=1: simdjson's DOM parser, 3.0 or later.

#pragma once

#include "simdjson.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "notifier/json/tape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// Reads what simdjson can represent, and refuses some valid documents too: scan() then has the last word.
class SimdjsonReader {
 public:
  /// `tape` is valid until the next call.
  bool read(std::string_view text, Tape& tape) {
    // Newer versions skip a byte order mark.
    if (text.empty() || text.front() == '\xEF' || !reserve(text.size())) return false;
    std::memcpy(padded_.get(), text.data(), text.size());
    if (parser_.parse(padded_.get(), text.size(), false).error() != simdjson::SUCCESS) return false;
    tape = {parser_.doc.tape.get(), parser_.doc.string_buf.get()};
    return true;
  }

 private:
  bool reserve(std::size_t size) {
    if (size <= capacity_) return true;
    constexpr std::size_t step = 16 * 1024;
    const std::size_t capacity = (size + step - 1) / step * step;
    if (capacity < size) return false;
    padded_.reset(new (std::nothrow) unsigned char[capacity + simdjson::SIMDJSON_PADDING]);
    capacity_ = 0;
    // simdjson counts a level only when something is in it, and refuses one level earlier than its maximum: all that it
    // takes with this one is within the limit, and what it refuses for its depth alone is read in the slower way.
    if (padded_ == nullptr || parser_.allocate(capacity, NOTIFIER_MAX_DEPTH) != simdjson::SUCCESS ||
        parser_.doc.allocate(capacity) != simdjson::SUCCESS) {
      return false;
    }
    capacity_ = capacity;
    return true;
  }

  simdjson::dom::parser parser_;
  std::unique_ptr<unsigned char[]> padded_;
  std::size_t capacity_ = 0;
};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
