// The reader of NOTIFIER_PICOJSON=1: picojson, on texts that scan() has accepted.

#pragma once

#include "picojson.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/json/tape_builder.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// Receives what picojson finds, in document order; picojson's own value type loses that order, and repeated keys.
class PicojsonContext {
 public:
  using Input = picojson::input<const char*>;

  explicit PicojsonContext(TapeBuilder& builder) noexcept : builder_(builder) {}

  /// Reads the value that comes next. Numbers are taken as they stand: picojson would read them by the process's
  /// locale, and as doubles.
  bool value(Input& in) {
    in.skip_ws();
    const char* const begin = in.cur();
    int c = in.getc();
    const bool number = c == '-' || (c >= '0' && c <= '9');
    while (number && ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'))
      c = in.getc();
    in.ungetc();
    if (!number) return picojson::_parse(*this, in);
    builder_.number({begin, static_cast<std::size_t>(in.cur() - begin)});
    return true;
  }

  bool set_null() { return builder_.null(), true; }
  bool set_bool(bool value) { return builder_.boolean(value), true; }
  bool set_int64(std::int64_t) { return false; }
  bool set_number(double) { return false; }
  bool parse_string(Input& in) {
    string_.clear();
    if (!picojson::_parse_string(string_, in)) return false;
    builder_.string(string_, false);
    return true;
  }
  bool parse_array_start() { return builder_.begin_array(), true; }
  bool parse_array_item(Input& in, std::size_t) { return value(in); }
  bool parse_array_stop(std::size_t) { return builder_.end_array(), true; }
  bool parse_object_start() { return builder_.begin_object(), true; }
  bool parse_object_item(Input& in, const std::string& key) { return builder_.key(key, false), value(in); }
  bool parse_object_stop() { return builder_.end_object(), true; }

 private:
  TapeBuilder& builder_;
  std::string string_;
};

/// Fills `builder`, or returns false where picojson cannot represent the text: a string with a lone surrogate. `text`
/// is valid.
inline bool read_with_picojson(std::string_view text, TapeBuilder& builder) {
  builder.clear();
  PicojsonContext context(builder);
  PicojsonContext::Input in(text.data(), text.data() + text.size());
  return context.value(in);
}

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
