// Writing JSON: straight into a reused buffer, in the order written.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Writes `text` escaped for a JSON string (without quotes) to `out` and returns the new end. Escapes `"`, `\`, and
/// controls below 0x20 (short forms \b \f \n \r \t, else \u00xx); everything else passes, so the result is ASCII only
/// where the text was. `text` is valid UTF-8. `out` has room for 6 * text.size() + 32 bytes: whole vectors are stored.
char* escape(std::string_view text, char* out) noexcept;

/// Writes JSON compactly. Commas and colons are put by the writer; well-formedness beyond that is the caller's.
///
///     json::Writer w(buffer);
///     w.object([&] { w.member("text", message.sentence()); w.key("fields"); w.array([&] { ... }); });
class Writer {
 public:
  explicit Writer(Buffer& out) noexcept : out_(&out) {}

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  /// A key: ASCII that needs no escape, usually a literal.
  void key(std::string_view name);
  /// A key from data, escaped.
  void escaped_key(std::string_view name);
  void string(std::string_view value);
  void integer(std::int64_t value);
  void boolean(bool value);
  void null();
  /// A value that is JSON already.
  void raw(std::string_view json);

  template <class F>
  void object(F&& body) { begin_object(); body(); end_object(); }
  template <class F>
  void array(F&& body) { begin_array(); body(); end_array(); }
  void member(std::string_view name, std::string_view value) { key(name); string(value); }

  Buffer& buffer() noexcept { return *out_; }

 private:
  Buffer* out_;
  bool comma_ = false;
};

}  // namespace json
NOTIFIER_NAMESPACE_END
