// Keys that are given twice: legal JSON, and an error in the bodies of an API.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/heap_sort.hpp"
#include "notifier/json/scan.hpp"
#include "notifier/json/unescape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// The byte offset of the first key that is given a second time in one object (escapes resolved), or Error::no_offset.
/// `text` is valid JSON.
std::size_t find_duplicate_key(std::string_view text);

namespace detail {

/// Collects every key of a document together with the object it belongs to.
class KeyCollector final : public Listener {
 public:
  explicit KeyCollector(std::string_view text) noexcept : text_(text) {}

  void begin_object() override { open_.push_back(objects_++); }
  void end_object() override { open_.pop_back(); }
  void key(std::string_view raw, bool escaped) override {
    const std::size_t offset = static_cast<std::size_t>(raw.data() - 1 - text_.data());
    keys_.push_back({open_.back(), offset, escaped ? unescaped(raw) : raw});
  }

  std::size_t first_repeated() {
    notifier::detail::heap_sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) {
      if (a.object != b.object) return a.object < b.object;
      const int order = a.name.compare(b.name);
      return order != 0 ? order < 0 : a.offset < b.offset;
    });
    std::size_t first = Error::no_offset;
    for (std::size_t i = 1; i < keys_.size(); ++i) {
      if (keys_[i].object == keys_[i - 1].object && keys_[i].name == keys_[i - 1].name) {
        first = (std::min)(first, keys_[i].offset);
      }
    }
    return first;
  }

 private:
  struct Key {
    std::size_t object;
    std::size_t offset;
    std::string_view name;
  };

  // All names together are shorter than the text, so the buffer, once made that large, never moves.
  std::string_view unescaped(std::string_view raw) {
    if (names_.empty()) names_.room(text_.size());
    char* const begin = names_.room(raw.size());
    char* const end = unescape(raw, begin);
    names_.set_end(end);
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  std::string_view text_;
  std::size_t objects_ = 0;
  std::vector<std::size_t> open_;
  std::vector<Key> keys_;
  Buffer names_;
};

}  // namespace detail

inline std::size_t find_duplicate_key(std::string_view text) {
  detail::KeyCollector keys(text);
  scan(text, keys);
  return keys.first_repeated();
}

}  // namespace json
NOTIFIER_NAMESPACE_END
