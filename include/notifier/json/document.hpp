// The reading seam: all the rest of the library knows of reading JSON.

#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/json/scan.hpp"
#include "notifier/json/tape.hpp"
#include "notifier/json/tape_builder.hpp"
#include "notifier/json/view.hpp"
#include "notifier/result.hpp"
#if NOTIFIER_SIMDJSON
#include "notifier/json/simdjson.hpp"
#else
#include "notifier/json/picojson.hpp"
#endif

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Reads JSON, again and again into the same memory: no allocation once it has grown to size (simdjson backend).
///
/// Accepts exactly RFC 8259 in valid UTF-8 without a BOM, nested at most NOTIFIER_MAX_DEPTH deep, numbers of any size;
/// the same on every backend (json/scan.hpp is the arbiter). Used by one thread at a time.
class Document {
 public:
  Document() : state_(std::make_unique<State>()) {}
  ~Document() = default;
  /// The views of the document move with it. A document moved from may be parsed into again.
  Document(Document&&) noexcept = default;
  Document& operator=(Document&&) noexcept = default;

  /// @param text       copied where the backend needs it; need not outlive the call.
  /// @param max_bytes  longest text accepted.
  /// @return the root; or errc::invalid_json and the byte offset of the first fault, errc::too_large, errc::too_deep.
  /// The
  ///         views of the document parsed before are invalid either way.
  Result<View> parse(std::string_view text, std::size_t max_bytes = NOTIFIER_MAX_EVENT_BYTES);

 private:
  struct State {
    detail::Tape tape;
    detail::Reader reader;
    detail::TapeBuilder builder;
  };
  static constexpr std::size_t root = 1;

  Fault read(std::string_view text);

  std::unique_ptr<State> state_;
};

/// The byte offset of the first key that is given twice in one object (escapes resolved), or Error::no_offset. `text`
/// is valid JSON. For API bodies, where a key given twice is an error.
std::size_t find_duplicate_key(std::string_view text);

inline Result<View> Document::parse(std::string_view text, std::size_t max_bytes) {
  // A Tape's indexes have 32 bits, and no text needs more words than it has bytes, but for a few.
  constexpr std::size_t most = 0xFFFFFF00u;
  max_bytes = (std::min)(max_bytes, most);
  if (text.size() > max_bytes) {
    Error error;
    error.code = errc::too_large;
    error.message = "the text has " + std::to_string(text.size()) + " bytes, the limit is " + std::to_string(max_bytes);
    return error;
  }
  if (state_ == nullptr) state_ = std::make_unique<State>();
  if (const Fault fault = read(text)) return to_error(fault, text.size());
  return View(state_->tape, root);
}

#if NOTIFIER_SIMDJSON
inline Fault Document::read(std::string_view text) {
  if (state_->reader.read(text, state_->tape)) return Fault();
  state_->builder.clear();
  const Fault fault = scan(text, state_->builder);
  state_->tape = state_->builder.tape();
  return fault;
}
#else
inline Fault Document::read(std::string_view text) {
  if (const Fault fault = scan(text)) return fault;
  if (state_->reader.read(text, state_->tape)) return Fault();
  state_->builder.clear();
  scan(text, state_->builder);
  state_->tape = state_->builder.tape();
  return Fault();
}
#endif

namespace detail {

/// Collects every key of a document together with the object it belongs to.
class KeyCollector : public Listener {
 public:
  explicit KeyCollector(std::string_view text) noexcept : text_(text) {}

  void begin_object() { open_.push_back(objects_++); }
  void end_object() { open_.pop_back(); }
  void key(std::string_view raw, bool escaped) {
    Key key{open_.back(), static_cast<std::size_t>(raw.data() - 1 - text_.data()), std::string(raw)};
    if (escaped) key.name.resize(static_cast<std::size_t>(unescape(raw, &key.name[0]) - key.name.data()));
    keys_.push_back(std::move(key));
  }

  std::size_t first_repeated() {
    std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) {
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
    std::string name;
  };
  std::string_view text_;
  std::size_t objects_ = 0;
  std::vector<std::size_t> open_;
  std::vector<Key> keys_;
};

}  // namespace detail

inline std::size_t find_duplicate_key(std::string_view text) {
  detail::KeyCollector keys(text);
  scan(text, keys);
  return keys.first_repeated();
}

}  // namespace json
NOTIFIER_NAMESPACE_END
