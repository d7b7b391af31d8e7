// What a WordingCompiler makes of slots that choose between words, and of lists.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/text/ascii.hpp"
#include "notifier/vocabulary/wording_compiler.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// "path?yes/no", "path#one/many" or "path#none/one/many".
NOTIFIER_NOINLINE inline void WordingCompiler::compile_words(std::string_view slot, std::size_t mark) {
  const std::string_view words = slot.substr(mark);
  const auto slashes = std::count(words.begin(), words.end(), '/');
  const bool is_count = words[0] == '#';
  if (slashes == 0) fail(words.data(), "there are two words, with '/' between them");
  if (is_count && slashes > 2) fail(words.data(), "there are two words, or three, with '/' between them");
  Op& op = emit_slot(is_count ? Op::Code::count : Op::Code::choice, slot, mark);
  op.is_active = !is_inert(words);
}

/// "path*3:template" or "path*3+path:template".
NOTIFIER_NOINLINE inline void WordingCompiler::compile_list(std::string_view slot, std::size_t star) {
  constexpr std::size_t most_shown = 99;
  if (is_element_) return fail(slot.data(), "a list stands in no list");
  const std::size_t colon = (std::min)(slot.find(':', star), slot.size());
  std::size_t at = star + 1;
  std::size_t most = 0;
  for (; at < colon && most <= most_shown && is_digit(slot[at]); ++at) {
    most = most * 10 + static_cast<std::size_t>(slot[at] - '0');
  }
  const bool adds = at + 1 < colon && slot[at] == '+';
  if (most == 0 || most > most_shown || (at != colon && !adds) || colon + 1 >= slot.size()) {
    return fail(slot.data() + star, "a list says how many it shows, at most 99, and how: as in {items*3:{name}}");
  }
  const std::uint16_t head = here();
  emit_slot(Op::Code::list, slot.substr(0, star), star);
  Op& more = emit(Op::Code::list_more);
  more.target = static_cast<std::uint16_t>(most);
  if (adds) set_path(more, slot.substr(at + 1, colon - at - 1), colon - at - 1);
  is_element_ = true;
  compile_part(slot.substr(colon + 1), Must::try_to);
  is_element_ = false;
  out_.ops_[head].target = here();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
