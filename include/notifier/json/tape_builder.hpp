// Writes a Tape, value by value in document order: for the readers that are not simdjson.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
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
    text_.clear();
    open_ = none;
  }

  /// Valid until the next call that changes the builder.
  Tape tape() const noexcept { return {words_.data(), text_.data()}; }

  void begin_object() override { begin(Tag::object); }
  void end_object() override { end(); }
  void begin_array() override { begin(Tag::array); }
  void end_array() override { end(); }

  void key(std::string_view raw, bool escaped) override { words_.push_back(keep(raw, escaped)); }
  void string(std::string_view raw, bool escaped) override { push(Tag::string, keep(raw, escaped)); }
  void number(std::string_view raw) override { push(Tag::number, keep(raw, false)); }
  void boolean(bool value) override { push(value ? Tag::yes : Tag::no, {}); }
  void null() override { push(Tag::null, {}); }

 private:
  static constexpr std::size_t none = 0xFFFFFFFFu;

  // The head of an open bracket holds the index of the next outer one until it is closed.
  void begin(Tag tag) {
    const std::size_t at = words_.size();
    words_.push_back(Tape::head(tag, open_));
    words_.emplace_back();
    open_ = at;
  }

  void end() {
    const Tape tape = this->tape();
    const std::size_t outer = tape.after(open_);
    words_[open_] = Tape::head(tape.tag(open_), words_.size());
    open_ = outer;
  }

  void push(Tag tag, std::uint64_t slice) {
    words_.push_back(Tape::head(tag, words_.size() + 2));
    words_.push_back(slice);
  }

  std::uint64_t keep(std::string_view raw, bool escaped) {
    const std::size_t offset = text_.size();
    char* const begin = text_.room(raw.size() + notifier::detail::text_padding);
    char* end = begin + raw.size();
    if (escaped) {
      end = unescape(raw, begin);
    } else if (!raw.empty()) {
      std::memcpy(begin, raw.data(), raw.size());
    }
    text_.set_end(end);
    return Tape::slice_word(offset, static_cast<std::size_t>(end - begin));
  }

  std::vector<std::uint64_t> words_;
  Buffer text_;
  std::size_t open_ = none;
};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
