// Reads any bytes as JSON by every backend there is, and stops where they disagree with each other or with the scanner.
//
// Compile this file with NOTIFIER_SIMDJSON=1, which compares simdjson with the scanner, and, to compare with picojson
// too, once more with 0, and link both objects.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/json/document.hpp"
#include "require.hpp"

namespace json_fuzz {

/// All that can be observed of a document, in types that no configuration changes.
struct Reading {
  bool accepted = false;
  int code = 0;
  std::size_t offset = 0;
  std::string message;
  std::string json;
  std::string walk;
  std::size_t duplicate = 0;
};

/// Checks the text by picojson and the scanner alone, and gives what picojson read.
__attribute__((weak)) Reading read_with_picojson(std::string_view text);

}  // namespace json_fuzz

namespace {

namespace json = notifier::json;
using json_fuzz::Reading;

void walk(json::View view, std::string& out) {
  out += static_cast<char>('0' + static_cast<int>(view.kind()));
  out += std::to_string(view.size());
  std::int64_t integer = 0;
  if (view.integer(integer)) out += "i" + std::to_string(integer);
  if (view.boolean()) out += '!';
  view.append_text(out);
  view.for_each_element([&](json::View element) { walk(element, out); });
  view.for_each_member([&](std::string_view key, json::View value) {
    out.append(key) += ':';
    walk(value, out);
    // The member found by this key is the last one of the name.
    out += std::to_string(view[key].size()) + view[key].text();
  });
}

Reading read(std::string_view text) {
  static json::Document document;  // kept, so that what one text leaves behind meets the next
  Reading reading;
  const auto root = document.parse(text);
  reading.accepted = root.has_value();
#if NOTIFIER_SIMDJSON
  static json::detail::SimdjsonReader quick;
  json::detail::Tape tape;
  require(quick.read(text, tape) == reading.accepted, "the quick reader and the scanner disagree", text);
#endif
  if (root) {
    root->append_json(reading.json);
    walk(*root, reading.walk);
    reading.duplicate = json::find_duplicate_key(text);
  } else {
    reading.code = static_cast<int>(root.error().code);
    reading.offset = root.error().offset;
    reading.message = root.error().message;
  }
  return reading;
}

}  // namespace

namespace {

void check(std::string_view text) {
  const Reading reading = read(text);
  const json::Fault fault = json::scan(text);
  require(reading.accepted == !fault, "the backend and the scanner disagree", text);
  if (fault) {
    require(reading.offset == fault.offset && reading.code == static_cast<int>(fault.code), "another fault", text);
    require(fault.offset <= text.size(), "a fault outside of the text", text);
    const json::Fault before = json::scan(text.substr(0, fault.offset));
    require(!before || before.offset == fault.offset, "a fault before the first", text);
    if (fault.offset < text.size()) {
      require(json::scan(text.substr(0, fault.offset + 1)).offset == fault.offset, "a fault that is none", text);
    }
  } else {
    const Reading again = read(reading.json);
    require(again.accepted && again.json == reading.json, "the JSON written is not what was read", text);
    require((again.duplicate == notifier::Error::no_offset) == (reading.duplicate == notifier::Error::no_offset),
            "keys given twice got lost", text);
  }
}

}  // namespace

#if NOTIFIER_SIMDJSON
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text);
  if (&json_fuzz::read_with_picojson == nullptr) return 0;
  const Reading a = read(text);
  const Reading b = json_fuzz::read_with_picojson(text);
  require(a.accepted == b.accepted, "one backend refuses", text);
  require(a.code == b.code && a.offset == b.offset && a.message == b.message, "the faults differ", text);
  require(a.json == b.json, "the JSON differs", text);
  require(a.walk == b.walk, "the values differ", text);
  require(a.duplicate == b.duplicate, "the repeated keys differ", text);
  return 0;
}
#else
json_fuzz::Reading json_fuzz::read_with_picojson(std::string_view text) {
  check(text);
  return read(text);
}
#endif
