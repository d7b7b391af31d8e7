#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/text/plain_text.hpp"
#include "notifier/vocabulary/kind_program.hpp"
#include "notifier/vocabulary/wording_rules.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Compiles the rows of one kind, and names the first fault.
class WordingCompiler {
 public:
  /// @param rules  of a host's rows; null: they are the library's own, whose titles and sentences are never dropped
  WordingCompiler(KindProgram& out, const WordingRules* rules) : out_(out), rules_(rules) {
    out_.is_own_ = rules != nullptr;
    finish(KindProgram::empty_template);
  }

  /// Adds a row.
  /// @param row  its texts outlive the program, and have 15 readable bytes behind them
  void add(const WordingRow& row);
  /// Adds a text of a body, which may say what people are told; returns where its steps begin.
  /// @param escapes  what its slots stand for is to be escaped
  std::uint16_t add_text(std::string_view text, bool escapes = false);
  const WordingFault& fault() const noexcept { return fault_; }

 private:
  static constexpr std::uint16_t open_end = 0xFFFF;  // a target that is not known yet
  enum class Must { succeed, try_to };

  bool failed() const noexcept { return !fault_.message.empty(); }
  /// @param at  within the template that is compiled; null: its beginning
  void fail(const char* at, std::string_view message);

  Op& emit(Op::Code code, std::string_view text = {}, std::size_t key = {}) {
    if (out_.ops_.size() == KindProgram::max_ops) {
      fail(template_.data(), "the wordings of this kind are too long together");
      return out_.ops_[0];
    }
    Op& op = out_.ops_.emplace_back();
    op.code = code;
    op.text = text;
    op.key = static_cast<std::uint8_t>(key);
    return op;
  }
  /// @param slot  begins with a path
  Op& emit_slot(Op::Code code, std::string_view slot, std::size_t path_size);
  void set_path(Op& op, std::string_view slot, std::size_t path_size);
  std::uint16_t here() const noexcept { return static_cast<std::uint16_t>(out_.ops_.size()); }

  // What compiles a template is many functions that are not put into one another: the loop that they would make is so
  // long that V8 optimises it while the first event waits, for 3 ms in WebAssembly.

  /// Whether a slot since `begin` does not know yet where to go when it is absent.
  NOTIFIER_NOINLINE bool may_be_absent(std::size_t begin) const noexcept {
    return std::any_of(out_.ops_.begin() + static_cast<std::ptrdiff_t>(begin), out_.ops_.end(),
                       [](const Op& op) { return op.absent == open_end; });
  }
  NOTIFIER_NOINLINE void lead_absent_here(std::size_t begin) {
    for (std::size_t i = begin; i < out_.ops_.size(); ++i) {
      if (out_.ops_[i].absent == open_end) out_.ops_[i].absent = here();
    }
  }
  std::size_t key_number(std::string_view name);
  /// std::string_view::find_first_of() calls memchr for every character: 3 ms of a cold start in WebAssembly.
  static bool is_syntax(char c) noexcept { return c == '{' || c == '[' || c == '|' || c == ']'; }
  static std::size_t find_slot_end(std::string_view text, std::size_t at) noexcept;
  static std::size_t find_path_end(std::string_view slot) noexcept;
  static bool needs_undo(std::string_view text) noexcept;

  std::uint16_t compile_template(std::string_view member, std::string_view text, Must must = Must::try_to);
  std::uint16_t compile_part(std::string_view text, Must must);
  void check_text();
  void check_path(std::string_view path);
  void finish(std::size_t begin);
  std::size_t compile_sequence(std::string_view text, std::size_t depth);
  std::size_t compile_group(std::string_view text, std::size_t depth);
  void compile_slot(std::string_view slot);
  void compile_url_slot(std::string_view slot);
  void compile_escaped_slot(std::string_view slot);
  void compile_any_slot(std::string_view slot);
  void check_url(std::string_view literal);
  void compile_words(std::string_view slot, std::size_t mark);
  void compile_list(std::string_view slot, std::size_t star);
  void compile_envelope_slot(std::string_view slot);
  Layout find_layout(std::string_view name);
  void check_word_set(std::string_view name);
  std::uint16_t compile_conditions(std::string_view when);
  std::uint16_t compile_fields(std::string_view fields);

  KindProgram& out_;
  const WordingRules* rules_;
  WordingFault fault_;
  std::string_view member_;
  std::string_view template_;
  bool is_element_ = false;  // slots are of a list's element
  bool is_body_ = false;
  bool escapes_ = false;
  enum class Url { none, start, within } url_ = Url::none;  // what is compiled is to be a URL
};

// ---- implementation -------------------------------------------------------------------------------------------------

NOTIFIER_NOINLINE inline void WordingCompiler::add(const WordingRow& wording) {
  KindProgram::Row row{};
  row.severity = wording.severity;
  row.has_severity = wording.says_severity;
  row.has_fields = wording.fields.data() != nullptr;
  row.has_link = wording.link.data() != nullptr;
  row.is_without_link = wording.link == no_link;
  if (!out_.rows_.empty() && out_.rows_.back().when == KindProgram::empty_template) {
    member_ = "when";
    fail(nullptr, "the row before applies always: this one never does");
  }
  row.when = compile_conditions(wording.when);
  row.title = compile_template("title", wording.title, Must::succeed);
  row.sentence = compile_template("sentence", wording.sentence, Must::succeed);
  row.fields = compile_fields(wording.fields);
  row.actor = compile_template("actor", wording.actor);
  url_ = Url::start;
  row.link = row.is_without_link ? KindProgram::empty_template : compile_template("link", wording.link);
  url_ = Url::none;
  out_.rows_.push_back(row);
}

inline std::size_t WordingCompiler::key_number(std::string_view name) {
  const std::size_t number = name.empty() ? 0 : out_.keys_.add(name);
  if (name.empty()) fail(name.data(), "a slot has no name");
  if (number == 0) fail(name.data(), "the wordings of this kind name too many members: at most 159");
  return number;
}

inline std::uint16_t WordingCompiler::compile_template(std::string_view member, std::string_view text, Must must) {
  member_ = member;
  template_ = text;
  check_text();
  if (text.empty() && must == Must::succeed) return KindProgram::dropped_template;
  return text.empty() ? KindProgram::empty_template : compile_part(text, must);
}

inline std::uint16_t WordingCompiler::compile_part(std::string_view text, Must must) {
  const std::uint16_t begin = here();
  const std::size_t end = compile_sequence(text, 0);
  if (end != text.size()) fail(text.data() + end, "there is no clause here: '|' and ']' stand within '[' and ']'");
  if (must == Must::succeed && rules_ == nullptr && may_be_absent(begin))
    fail(text.data(), "it may be dropped: a slot stands in no clause");
  finish(begin);
  return begin;
}

inline void WordingCompiler::finish(std::size_t begin) {
  emit(Op::Code::done);
  lead_absent_here(begin);
  emit(Op::Code::failed);
}

/// Compiles up to the end, or to the '|' or ']' that ends a branch; returns how far it came.
inline std::size_t WordingCompiler::compile_sequence(std::string_view text, std::size_t depth) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != '|' && text[at] != ']' && !failed()) {
    if (text[at] == '{') {
      const std::size_t end = find_slot_end(text, at);
      if (end == text.size()) {
        fail(text.data() + at, "a slot has no '}'");
        break;
      }
      compile_any_slot(text.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (text[at] == '[') {
      at += 1 + compile_group(text.substr(at + 1), depth);
    } else {
      std::size_t end = at;
      while (end < text.size() && !is_syntax(text[end])) ++end;
      const std::string_view literal = text.substr(at, end - at);
      if (url_ != Url::none) check_url(literal);
      emit(Op::Code::literal, literal).is_active = !is_inert(literal);
      at = end;
    }
  }
  return at;
}

/// Whether a group may have written something when a slot in it turns out to be absent: not where each clause has one
/// slot at most, and begins with it; a name begins with a quote.
NOTIFIER_NOINLINE inline bool WordingCompiler::needs_undo(std::string_view text) noexcept {
  bool has_written = false;
  for (std::size_t at = 0; at < text.size() && text[at] != ']'; ++at) {
    if (text[at] == '[' || (text[at] == '{' && (has_written || text.substr(at + 1, 1) == "'"))) return true;
    if (text[at] == '{') at = find_slot_end(text, at);
    has_written = at < text.size() && text[at] != '|';
  }
  return false;
}

/// Compiles clauses to the group's ']'; returns how far it came.
NOTIFIER_NOINLINE inline std::size_t WordingCompiler::compile_group(std::string_view text, std::size_t depth) {
  if (depth == KindProgram::max_depth) {
    fail(text.data(), "clauses stand in clauses too deep: eight at most");
    return text.size();
  }
  const bool undo = needs_undo(text);
  if (undo) emit(Op::Code::open, {}, depth);
  std::size_t at = 0;
  std::size_t clauses = 0;
  std::uint16_t last_jump = 0;
  const Url url = url_;
  for (bool more = true; more; ++clauses) {
    const std::uint16_t begin = here();
    url_ = url;
    at += compile_sequence(text.substr(at), depth + 1);
    if (at == text.size()) fail(text.data() - 1, "a clause has no ']'");
    if (failed()) return text.size();
    more = text[at++] == '|';
    if (!may_be_absent(begin)) {
      if (more) fail(text.data() + at, "this clause is never told: the one before is always complete");
      break;
    }
    emit(Op::Code::jump).target = last_jump;
    last_jump = static_cast<std::uint16_t>(here() - 1);
    lead_absent_here(begin);
    if (undo) emit(Op::Code::undo, {}, depth);
    if (!more && clauses > 0) emit(Op::Code::give_up).absent = open_end;
  }
  while (!failed() && last_jump != 0) {
    const std::uint16_t previous = out_.ops_[last_jump].target;
    out_.ops_[last_jump].target = here();
    last_jump = previous;
  }
  return at;
}

NOTIFIER_NOINLINE inline void WordingCompiler::set_path(Op& op, std::string_view slot, std::size_t path_size) {
  const std::string_view path = slot.substr(0, path_size);
  check_path(path);
  if (is_element_) {
    if (path.empty() || (path[0] == '.' && path.size() > 1)) fail(path.data(), "a slot has no name");
    op.text = slot.substr(path == "." ? 1 : 0);
    return;
  }
  const std::size_t dot = path.find('.');
  op.key = static_cast<std::uint8_t>(key_number(path.substr(0, dot)));
  op.text = slot.substr(dot < path_size ? dot + 1 : path_size);
}

NOTIFIER_NOINLINE inline Op& WordingCompiler::emit_slot(Op::Code code, std::string_view slot, std::size_t path_size) {
  Op& op = emit(code);
  set_path(op, slot, path_size);
  op.absent = open_end;
  op.target = here();
  return op;
}

/// Where the slot at `at` has its '}', or the text's end: a list has slots within.
NOTIFIER_NOINLINE inline std::size_t WordingCompiler::find_slot_end(std::string_view text, std::size_t at) noexcept {
  for (std::size_t depth = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) break;
  }
  return at;
}

/// Where a slot goes on behind its path, or paths.
inline std::size_t WordingCompiler::find_path_end(std::string_view slot) noexcept {
  std::size_t at = 0;
  while (at < slot.size() && slot[at] != ':' && slot[at] != '?' && slot[at] != '#' && slot[at] != '*') ++at;
  return at;
}

NOTIFIER_NOINLINE inline void WordingCompiler::compile_slot(std::string_view slot) {
  const std::size_t mark = find_path_end(slot);
  const char kind = mark == slot.size() ? ':' : slot[mark];
  if (slot.substr(0, 1) == "'") {
    if (slot.substr(1, 1) == "'") return fail(slot.data() + 1, "a name is set apart once");
    if (kind == '*') return fail(slot.data(), "a list is not set apart: what is in it may be");
    emit(Op::Code::quote);
    compile_slot(slot.substr(1));
    emit(Op::Code::quote, {}, 1);
    return;
  }
  if (rules_ != nullptr) emit(Op::Code::guard);
  if (slot.substr(0, 1) == "@") return compile_envelope_slot(slot.substr(1));
  if (kind == '*') return compile_list(slot, mark);
  if (kind != ':') return compile_words(slot, mark);
  const Layout layout = mark == slot.size() ? Layout::plain : find_layout(slot.substr(mark + 1));
  const std::uint16_t begin = here();
  for (std::size_t at = 0; at <= mark;) {
    const std::size_t end = (std::min)(slot.find('|', at), mark);
    lead_absent_here(begin);
    emit_slot(Op::Code::value, slot.substr(at, end - at), end - at).layout = layout;
    at = end + 1;
  }
  for (std::size_t i = begin; i < out_.ops_.size(); ++i) out_.ops_[i].target = here();
}

inline Layout WordingCompiler::find_layout(std::string_view name) {
  for (const LayoutName& layout : layouts) {
    if (layout.name == name) return layout.layout;
  }
  if (name.empty()) fail(name.data(), "a slot ends with ':'");
  if (rules_ != nullptr && !name.empty()) check_word_set(name);
  auto& sets = out_.word_sets_;
  std::size_t number = static_cast<std::size_t>(std::find(sets.begin(), sets.end(), name) - sets.begin());
  if (number == KindProgram::max_word_sets) {
    fail(name.data(), "the wordings of this kind name too many sets of words: at most 100");
    number = 0;
  } else if (number == sets.size()) {
    sets.push_back(name);
  }
  return static_cast<Layout>(static_cast<std::size_t>(Layout::words) + number);
}

NOTIFIER_NOINLINE inline std::uint16_t WordingCompiler::compile_conditions(std::string_view when) {
  member_ = "when";
  template_ = when;
  check_text();
  if (when.empty()) return KindProgram::empty_template;
  const std::uint16_t begin = here();
  while (!when.empty()) {
    const std::string_view condition = when.substr(0, when.find(','));
    const std::size_t equals = condition.find('=');
    if (equals == std::string_view::npos) {
      fail(when.data(), "a condition has no '='");
      break;
    }
    const std::string_view key = condition.substr(0, equals);
    const std::string_view value = condition.substr(equals + 1);
    const auto ends_in = [](std::string_view text, const char* any) {
      return !text.empty() && std::string_view(any).find(text.back()) != std::string_view::npos;
    };
    if (ends_in(key, " !<>") || ends_in(key.substr(0, 1), " ") || ends_in(value, " ") ||
        ends_in(value.substr(0, 1), " =")) {
      fail(condition.data(), "a condition is key=value, without spaces around it");
    }
    Op& op = emit(Op::Code::condition, value, key_number(key));
    op.absent = open_end;
    op.target = here();
    when.remove_prefix((std::min)(condition.size() + 1, when.size()));
  }
  finish(begin);
  return begin;
}

NOTIFIER_NOINLINE inline std::uint16_t WordingCompiler::compile_fields(std::string_view fields) {
  member_ = "fields";
  template_ = fields;
  check_text();
  if (fields.empty()) return KindProgram::empty_template;
  const std::uint16_t begin = here();
  while (!fields.empty() && !failed()) {
    const std::string_view field = fields.substr(0, fields.find(';'));
    fields.remove_prefix((std::min)(field.size() + 1, fields.size()));
    while (!fields.empty() && fields[0] == ' ') fields.remove_prefix(1);

    const std::size_t colon = field.find(": ");
    const bool has_style = !field.empty() && std::string_view("=`>?").find(field[0]) != std::string_view::npos;
    if (colon == std::string_view::npos || colon == std::size_t{has_style}) {
      fail(field.data(), "a field is a label, \": \" and a template");
      break;
    }
    const std::uint16_t head = here();
    const std::string_view label = field.substr(has_style ? 1 : 0, colon - (has_style ? 1 : 0));
    Op& op = emit(Op::Code::field, label, has_style ? static_cast<std::size_t>(field[0]) : 0);
    op.is_active = !is_inert(label);
    if (colon + 2 < field.size()) compile_part(field.substr(colon + 2), Must::try_to);
    out_.ops_[head].target = here();
  }
  emit(Op::Code::done);
  return begin;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/vocabulary/wording_faults.hpp"
#include "notifier/vocabulary/wording_words.hpp"
