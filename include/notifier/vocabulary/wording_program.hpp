#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <string_view>

#include "notifier/text/bytes.hpp"
#include "notifier/text/packed.hpp"
#include "notifier/text/plain_text.hpp"
#include "notifier/vocabulary/small_index.hpp"
#include "notifier/vocabulary/wordings.hpp"
#include "notifier/vocabulary/words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A step of a template; see WordingProgram.
struct Op {
  enum class Code : std::uint8_t {
    literal,          ///< appends `text`, which is inert where `key` is 0
    value,            ///< appends what type_data has at `key`, then along the path `text`, in `layout`
    choice,           ///< the same for a boolean: `text` is "path?yes/no"
    app,              ///< appends the app's name
    project,          ///< appends the project's name
    user,             ///< appends the user's name
    quote,            ///< a name begins or ends
    variables,        ///< appends the names of the variables of an edit_variables event
    scaling,          ///< appends what changed between the containers of a scale event
    deployment_page,  ///< appends where the host's dashboard shows a deployment
    condition,        ///< type_data has at `key` what the pattern `text` says; steps of these alone, then `done`
    open,             ///< a group begins: remembers how much was written, at depth `key`
    undo,             ///< forgets what was written since, and goes on
    jump,             ///< goes to `target`
    give_up,          ///< goes to `absent`
    field,            ///< label `text`, style `key`, then its template; the next field is at `target`
    done,             ///< the template is complete
    failed,           ///< the template is to be dropped
  };

  std::string_view text;
  Code code = Code::failed;
  std::uint8_t key{};
  Layout layout = Layout::plain;
  std::uint16_t target{};  ///< of slots: where to go when the value is there
  std::uint16_t absent{};  ///< of slots: where to go when it is not
};

/// The table of wordings, compiled into steps that need no more parsing and look up no key twice. Rows of a kind are
/// compiled when an event of it first comes: most processes see a few kinds of a hundred. Any number of threads may
/// look while one compiles, as what is compiled never moves.
class WordingProgram {
 public:
  struct Row {
    std::uint16_t when, title, sentence, fields, actor, link;  ///< indexes of steps
    Severity severity;
  };
  static constexpr std::uint16_t empty_template = 0;
  static constexpr std::size_t max_keys = 160;
  static constexpr std::size_t max_depth = 8;

  static WordingProgram& instance() {
    using Table = Packed<wordings::table, &Wording::kind, &Wording::when, &Wording::severity, &Wording::title,
                         &Wording::sentence, &Wording::fields, &Wording::actor, &Wording::link>;
    static const typename Table::Rows table;
    static WordingProgram program(table.all, row_count);
    return program;
  }

  /// @param table  outlives the program, and its texts, too.
  /// @param rows   at most as many as the library's own has.
  WordingProgram(const Wording* table, std::size_t rows) : table_(table), table_size_(rows) {
    finish(empty_template);
    for (std::size_t i = 0; i < rows; ++i) {
      if (i == 0 || table[i - 1].kind != table[i].kind) {
        if (kinds_.find(table[i].kind) != 0) sound_ = false;
        first_rows_[kinds_.add(table[i].kind)] = static_cast<std::uint8_t>(i);
      }
      const bool is_last_of_kind = i + 1 == rows || table[i + 1].kind != table[i].kind;
      if (is_last_of_kind && !table[i].when.empty()) sound_ = false;
    }
  }
  WordingProgram(const WordingProgram&) = delete;  // steps point at its literals

  /// The number of the kind's first row, whose steps there are from now on; or no_row.
  std::size_t first_row(std::string_view kind) {
    const std::size_t number = kinds_.find(kind);
    if (number == 0) return no_row;
    if (!compiled_[number].load(std::memory_order_acquire)) compile(number);
    return first_rows_[number];
  }
  static constexpr std::size_t no_row = static_cast<std::size_t>(-1);

  const Row& row(std::size_t number) const noexcept { return rows_[number]; }
  const Op& op(std::size_t index) const noexcept { return ops_[index]; }
  /// The number of a top-level key that some template uses, from 1; 0 for all others.
  std::size_t key(std::string_view name) const noexcept { return keys_.find(name); }

  /// Whether the table obeys its grammar and fits. Tests see to it.
  bool is_sound() {
    for (std::size_t number = 1; number <= kinds_.size(); ++number) compile(number);
    return sound_;
  }

 private:
  static constexpr std::size_t row_count = std::size(wordings::table);
  static constexpr std::size_t max_kinds = 120;
  static constexpr std::size_t max_ops = 4096;
  static constexpr std::size_t max_literals = 32 * 1024;
  static constexpr std::uint16_t open_end = 0xFFFF;  // a target that is not known yet

  NOTIFIER_NOINLINE void compile(std::size_t kind) {
    const std::lock_guard<std::mutex> lock(compiling_);
    if (compiled_[kind].load(std::memory_order_relaxed)) return;
    const std::size_t first = first_rows_[kind];
    for (std::size_t i = first; i < table_size_ && table_[i].kind == table_[first].kind; ++i) {
      const Wording& wording = table_[i];
      Row& row = rows_[i];
      row.when = compile_conditions(wording.when);
      row.title = compile_template(wording.title, Must::succeed);
      row.sentence = compile_template(wording.sentence, Must::succeed);
      row.fields = compile_fields(wording.fields);
      row.actor = compile_template(wording.actor);
      row.link = compile_template(wording.link);
      row.severity = wording.severity;
    }
    compiled_[kind].store(true, std::memory_order_release);
  }

  Op& emit(Op::Code code, std::string_view text = {}, std::size_t key = {}) {
    if (op_count_ + 1 == max_ops) sound_ = false;
    Op& op = ops_[sound_ ? op_count_++ : 0];
    op.code = code;
    op.text = text;
    op.key = static_cast<std::uint8_t>(key);
    return op;
  }

  // What compiles a template is many functions that are not put into one another: the loop that they would make is so
  // long that V8 optimises it while the first event waits, for 3 ms in WebAssembly.

  /// A copy with readable bytes behind it: literals are copied by whole vectors.
  NOTIFIER_NOINLINE std::string_view keep_padded(std::string_view text) {
    if (max_literals - literals_size_ < text.size() + text_padding) {
      sound_ = false;
      return {};
    }
    char* const copy = literals_ + literals_size_;
    std::copy(text.begin(), text.end(), copy);
    literals_size_ += text.size() + text_padding;  // its own, as others may read it while the next is written
    return {copy, text.size()};
  }
  std::uint16_t here() const noexcept { return static_cast<std::uint16_t>(op_count_); }

  /// Whether a slot since `begin` does not know yet where to go when it is absent.
  NOTIFIER_NOINLINE bool may_be_absent(std::size_t begin) const noexcept {
    return std::any_of(ops_ + begin, ops_ + op_count_, [](const Op& op) { return op.absent == open_end; });
  }
  NOTIFIER_NOINLINE void lead_absent_here(std::size_t begin) {
    for (std::size_t i = begin; i < op_count_; ++i) {
      if (ops_[i].absent == open_end) ops_[i].absent = here();
    }
  }

  std::size_t key_number(std::string_view name) {
    const std::size_t number = keys_.add(name);
    if (number == 0 || name.empty()) sound_ = false;
    return number;
  }

  enum class Must { succeed, try_to };

  std::uint16_t compile_template(std::string_view text, Must must = Must::try_to) {
    if (text.empty()) return empty_template;
    const std::uint16_t begin = here();
    if (compile_sequence(text, 0) != text.size()) sound_ = false;
    if (must == Must::succeed && may_be_absent(begin)) sound_ = false;
    finish(begin);
    return begin;
  }

  void finish(std::size_t begin) {
    emit(Op::Code::done);
    lead_absent_here(begin);
    emit(Op::Code::failed);
  }

  /// std::string_view::find_first_of() calls memchr for every character: 3 ms of a cold start in WebAssembly.
  static bool is_syntax(char c) noexcept { return c == '{' || c == '[' || c == '|' || c == ']'; }

  /// Compiles up to the end, or to the '|' or ']' that ends a branch; returns how far it came.
  std::size_t compile_sequence(std::string_view text, std::size_t depth) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != '|' && text[at] != ']') {
      if (text[at] == '{') {
        const std::size_t end = text.find('}', at);
        if (end == std::string_view::npos) {
          sound_ = false;
          break;
        }
        compile_slot(text.substr(at + 1, end - at - 1));
        at = end + 1;
      } else if (text[at] == '[') {
        at += 1 + compile_group(text.substr(at + 1), depth);
      } else {
        std::size_t end = at;
        while (end < text.size() && !is_syntax(text[end])) ++end;
        const std::string_view literal = text.substr(at, end - at);
        emit(Op::Code::literal, keep_padded(literal), is_inert(literal) ? 0 : 1);
        at = end;
      }
    }
    return at;
  }

  /// Whether a group may have written something when a slot in it turns out to be absent: not where each clause has one
  /// slot at most, and begins with it; a name begins with a quote.
  NOTIFIER_NOINLINE static bool needs_undo(std::string_view text) noexcept {
    bool has_written = false;
    for (std::size_t at = 0; at < text.size() && text[at] != ']'; ++at) {
      if (text[at] == '[' || (text[at] == '{' && (has_written || text.substr(at + 1, 1) == "'"))) return true;
      if (text[at] == '{') at = (std::min)(text.find('}', at), text.size());
      has_written = at < text.size() && text[at] != '|';
    }
    return false;
  }

  /// Compiles clauses to the group's ']'; returns how far it came.
  NOTIFIER_NOINLINE std::size_t compile_group(std::string_view text, std::size_t depth) {
    const bool undo = needs_undo(text);
    if (undo) emit(Op::Code::open, {}, depth);
    std::size_t at = 0;
    std::size_t clauses = 0;
    std::uint16_t last_jump = 0;
    for (bool more = true; more; ++clauses) {
      const std::uint16_t begin = here();
      if (depth < max_depth) at += compile_sequence(text.substr(at), depth + 1);
      if (depth == max_depth || at == text.size() || !sound_) {
        sound_ = false;
        return text.size();
      }
      more = text[at++] == '|';
      if (!may_be_absent(begin)) {
        if (more) sound_ = false;
        break;
      }
      emit(Op::Code::jump).target = last_jump;
      last_jump = static_cast<std::uint16_t>(here() - 1);
      lead_absent_here(begin);
      if (undo) emit(Op::Code::undo, {}, depth);
      if (!more && clauses > 0) emit(Op::Code::give_up).absent = open_end;
    }
    while (sound_ && last_jump != 0) {
      const std::uint16_t previous = ops_[last_jump].target;
      ops_[last_jump].target = here();
      last_jump = previous;
    }
    return at;
  }

  NOTIFIER_NOINLINE void compile_slot(std::string_view slot) {
    if (slot.substr(0, 1) == "'") {
      emit(Op::Code::quote);
      compile_slot(slot.substr(1));
      emit(Op::Code::quote);
      return;
    }
    if (slot.substr(0, 1) == "@") return compile_envelope_slot(slot.substr(1));
    if (const std::size_t question = slot.find('?'); question != std::string_view::npos) {
      const std::size_t dot = slot.substr(0, question).find('.');
      const std::size_t name_end = (std::min)(dot, question);
      if (slot.find('/', question) == std::string_view::npos || !is_inert(slot)) sound_ = false;
      emit_slot(Op::Code::choice, slot.substr(dot < question ? dot + 1 : question), slot.substr(0, name_end));
      ops_[op_count_ - 1].target = here();
      return;
    }
    const std::size_t colon = (std::min)(slot.find(':'), slot.size());
    const Layout layout = colon == slot.size() ? Layout::plain : find_layout(slot.substr(colon + 1));
    const std::uint16_t begin = here();
    for (std::size_t at = 0; at <= colon;) {
      const std::size_t end = (std::min)(slot.find('|', at), colon);
      const std::string_view path = slot.substr(at, end - at);
      const std::size_t dot = (std::min)(path.find('.'), path.size());
      lead_absent_here(begin);
      emit_slot(Op::Code::value, path.substr((std::min)(dot + 1, path.size())), path.substr(0, dot)).layout = layout;
      at = end + 1;
    }
    for (std::size_t i = begin; i < op_count_; ++i) ops_[i].target = here();
  }

  NOTIFIER_NOINLINE void compile_envelope_slot(std::string_view slot) {
    Op::Code code = Op::Code::failed;
    if (slot == "app") code = Op::Code::app;
    if (slot == "project") code = Op::Code::project;
    if (slot == "user") code = Op::Code::user;
    if (slot == "variables") code = Op::Code::variables;
    if (slot == "scaling") code = Op::Code::scaling;
    if (slot == "deployment_page") code = Op::Code::deployment_page;
    if (code == Op::Code::failed) sound_ = false;
    Op& op = emit(code);
    op.absent = open_end;
    op.target = here();
  }

  Op& emit_slot(Op::Code code, std::string_view text, std::string_view key) {
    Op& op = emit(code, text, key_number(key));
    op.absent = open_end;
    return op;
  }

  NOTIFIER_NOINLINE Layout find_layout(std::string_view name) {
    for (const LayoutName& layout : layouts) {
      if (layout.name == name) return layout.layout;
    }
    for (std::size_t i = 0; i < std::size(translations); ++i) {
      if (translations[i].set == name) return static_cast<Layout>(static_cast<std::size_t>(Layout::words) + i);
    }
    sound_ = false;
    return Layout::plain;
  }

  NOTIFIER_NOINLINE std::uint16_t compile_conditions(std::string_view when) {
    if (when.empty()) return empty_template;
    const std::uint16_t begin = here();
    while (!when.empty()) {
      const std::string_view condition = when.substr(0, when.find(','));
      const std::size_t equals = condition.find('=');
      if (equals == std::string_view::npos) {
        sound_ = false;
        break;
      }
      emit_slot(Op::Code::condition, condition.substr(equals + 1), condition.substr(0, equals));
      when.remove_prefix((std::min)(condition.size() + 1, when.size()));
    }
    finish(begin);
    return begin;
  }

  /// Rows often share their fields: then they share the steps too.
  NOTIFIER_NOINLINE std::uint16_t compile_fields(std::string_view fields) {
    for (std::size_t i = 0; i < table_size_; ++i) {
      if (rows_[i].fields != 0 && table_[i].fields == fields) return rows_[i].fields;
    }
    const std::uint16_t begin = here();
    while (!fields.empty()) {
      const std::string_view field = fields.substr(0, fields.find(';'));
      fields.remove_prefix((std::min)(field.size() + 1, fields.size()));
      while (!fields.empty() && fields[0] == ' ') fields.remove_prefix(1);

      const std::size_t colon = field.find(": ");
      if (colon == std::string_view::npos) {
        sound_ = false;
        break;
      }
      const bool has_style = std::string_view("=`>?").find(field[0]) != std::string_view::npos;
      const std::uint16_t head = here();
      emit(Op::Code::field, keep_padded(field.substr(has_style ? 1 : 0, colon - (has_style ? 1 : 0))),
           has_style ? static_cast<std::size_t>(field[0]) : 0);
      compile_template(field.substr(colon + 2));
      ops_[head].target = here();
    }
    emit(Op::Code::done);
    return begin;
  }

  const Wording* table_;
  std::size_t table_size_;
  SmallIndex<max_kinds> kinds_;
  SmallIndex<max_keys - 1> keys_;  // its numbers begin at 1
  std::uint8_t first_rows_[max_kinds + 1] = {};
  std::mutex compiling_;
  std::atomic<bool> compiled_[max_kinds + 1] = {};
  Row rows_[row_count] = {};
  Op ops_[max_ops];
  std::size_t op_count_ = 0;
  char literals_[max_literals] = {};
  std::size_t literals_size_ = 0;
  bool sound_ = true;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
