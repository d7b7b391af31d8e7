// The reading seam: all the rest of the library knows of reading JSON.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/json/view.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
/// Reading JSON and writing it.
namespace json {

struct Fault;

/// Reads JSON, again and again into the same memory: no allocation once it has grown to size (but for picojson's).
///
/// Accepts exactly RFC 8259 in valid UTF-8 without a BOM, nested at most NOTIFIER_MAX_DEPTH deep, numbers of any size;
/// the same on every backend (json/scan.hpp is the arbiter). Used by one thread at a time.
class Document {
 public:
  Document();
  ~Document();
  /// The views of the document move with it. A document moved from may be parsed into again.
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  /// @param text       copied; need not outlive the call.
  /// @param max_bytes  longest text accepted.
  /// @return the root; or errc::invalid_json or errc::too_deep and the byte offset of the first fault, or
  ///         errc::too_large. The views of the document parsed before are invalid either way.
  Result<View> parse(std::string_view text, std::size_t max_bytes = NOTIFIER_MAX_EVENT_BYTES) &;

 private:
  struct State;
  static constexpr std::size_t root = 0;

  Fault read(std::string_view text);

  std::unique_ptr<State> state_;
};

}  // namespace json
NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/json/duplicate_key.hpp"
#include "notifier/json/fault.hpp"
#include "notifier/json/scan.hpp"
#include "notifier/json/tape.hpp"
#include "notifier/json/tape_builder.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#if NOTIFIER_SIMDJSON
#include "notifier/json/simdjson.hpp"
#elif NOTIFIER_PICOJSON
#include "notifier/json/picojson.hpp"
#endif

NOTIFIER_NAMESPACE_BEGIN
namespace json {

struct Document::State {
  detail::Tape tape;
  detail::TapeBuilder builder;
#if NOTIFIER_SIMDJSON
  detail::SimdjsonReader simdjson;
#endif
};

NOTIFIER_INLINE Document::Document() : state_(std::make_unique<State>()) {}
NOTIFIER_INLINE Document::~Document() = default;
NOTIFIER_INLINE Document::Document(Document&&) noexcept = default;
NOTIFIER_INLINE Document& Document::operator=(Document&&) noexcept = default;

NOTIFIER_INLINE Result<View> Document::parse(std::string_view text, std::size_t max_bytes) & {
  // A Tape's indexes and offsets have 32 bits, and no text needs many more words than it has bytes.
  constexpr std::size_t most = 0xFFFF0000u;
  max_bytes = (std::min)(max_bytes, most);
  if (text.size() > max_bytes) {
    Error error;
    error.code = errc::too_large;
    error.message = notifier::detail::joined("the text has ", notifier::detail::decimal(text.size()),
                                             " bytes, the limit is ", notifier::detail::decimal(max_bytes));
    return error;
  }
  if (state_ == nullptr) state_ = std::make_unique<State>();
  if (const Fault fault = read(text)) return to_error(fault, text.size());
  return View(state_->tape, root);
}

/// The scanner has the last word where the backend refuses a text: it says why, or reads it after all, as where
/// picojson cannot represent a string, or there was no memory.
NOTIFIER_INLINE Fault Document::read(std::string_view text) {
  detail::TapeBuilder& builder = state_->builder;
#if NOTIFIER_SIMDJSON
  if (state_->simdjson.read(text, state_->tape)) return Fault();
#elif NOTIFIER_PICOJSON
  if (const Fault fault = scan(text)) return fault;
  if (detail::read_with_picojson(text, builder)) {
    state_->tape = builder.tape();
    return Fault();
  }
#endif
  builder.clear();
  const Fault fault = scan(text, builder);
  state_->tape = builder.tape();
  return fault;
}

}  // namespace json

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
