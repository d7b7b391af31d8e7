// What a WordingCompiler makes of slots that are more than a value: words to choose from, lists, parts of URLs, the
// envelope.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "notifier/net/link.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/vocabulary/wording_compiler.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

NOTIFIER_NOINLINE inline std::uint16_t WordingCompiler::add_text(std::string_view text, bool escapes) {
  is_body_ = true;
  escapes_ = escapes;
  return compile_template("body", text);
}

/// A link is escaped in another way.
NOTIFIER_NOINLINE inline void WordingCompiler::compile_escaped_slot(std::string_view slot) {
  emit(Op::Code::encode);
  const std::uint16_t begin = here();
  compile_slot(slot);
  bool is_link = slot == "@link";
  for (std::size_t i = begin; i < out_.ops_.size(); ++i) is_link = is_link || out_.ops_[i].layout == Layout::link;
  emit(Op::Code::encode, {}, is_link ? 4 : 3);
}

NOTIFIER_NOINLINE inline void WordingCompiler::compile_any_slot(std::string_view slot) {
  if (escapes_ && !is_element_) return compile_escaped_slot(slot);
  if (url_ == Url::none || is_element_) return compile_slot(slot);
  compile_url_slot(slot);
}

/// A slot of a link: at the start it is a URL, behind that a part of one.
NOTIFIER_NOINLINE inline void WordingCompiler::compile_url_slot(std::string_view slot) {
  const bool is_part = url_ == Url::within;
  url_ = Url::within;
  if (is_part) emit(Op::Code::encode);
  const std::uint16_t begin = here();
  compile_slot(slot);
  bool is_path = false;
  for (std::size_t i = begin; i < out_.ops_.size(); ++i) {
    Op& op = out_.ops_[i];
    is_path = is_path || op.layout == Layout::path;
    if (!is_part && op.code == Op::Code::value && op.layout == Layout::plain) op.layout = Layout::link;
  }
  if (is_part) emit(Op::Code::encode, {}, is_path ? 2 : 1);
}

NOTIFIER_NOINLINE inline void WordingCompiler::check_url(std::string_view literal) {
  if (is_element_) return;
  const bool is_start = url_ == Url::start;
  url_ = Url::within;
  if (is_start && literal != "http://" && web_scheme_size(literal) == 0) {
    return fail(literal.data(), "a link begins with https:// or http://, or with a slot that does");
  }
  for (const char& c : literal) {
    if (!is_url_byte(c)) return fail(&c, "no URL holds this character");
  }
}

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

NOTIFIER_NOINLINE inline void WordingCompiler::compile_envelope_slot(std::string_view slot) {
  const bool is_path = slot == "app:path" || slot == "project:path";
  if (is_path) slot.remove_suffix(5);
  const std::string_view name = slot.substr(0, slot.find('?'));
  Op::Code code = Op::Code::failed;
  if (slot == "app") code = Op::Code::app;
  if (slot == "project") code = Op::Code::project;
  if (slot == "user") code = Op::Code::user;
  if (slot == "variables") code = Op::Code::variables;
  if (name == "is_operator" && slot.find('/') != std::string_view::npos) code = Op::Code::is_operator;
  if (slot == "scaling") code = Op::Code::scaling;
  if (slot == "deployment_page") code = Op::Code::deployment_page;
  constexpr std::string_view told[] = {"title", "sentence", "severity", "link"};
  const auto* const part = std::find(std::begin(told), std::end(told), slot);
  if (is_body_ && part != std::end(told)) code = Op::Code::told;
  if (code == Op::Code::failed) {
    fail(slot.data(), is_body_ ? "beside members there are @title, @sentence, @severity, @link, @app, @project and "
                                 "@user, and @event where it is all of a string"
                               : "of the envelope there are @app, @project and @user");
  }
  Op& op = emit(code, slot.substr(name.size()), static_cast<std::size_t>(part - std::begin(told)));
  op.is_active = !is_inert(slot);
  if (is_path) op.layout = Layout::path;
  op.absent = open_end;
  op.target = here();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
