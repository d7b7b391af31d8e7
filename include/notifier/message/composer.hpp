#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "notifier/message/body_escape.hpp"
#include "notifier/message/layout.hpp"
#include "notifier/message/members.hpp"
#include "notifier/message/message.hpp"
#include "notifier/message/said.hpp"
#include "notifier/model/event.hpp"
#include "notifier/vocabulary/kind_words.hpp"
#include "notifier/vocabulary/language.hpp"
#include "notifier/vocabulary/pages.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Writes one Message.
class Composer {
 public:
  /// @param language  one of the vocabulary's; nullptr: English
  Composer(const Event& event, Message& out, const Vocabulary& vocabulary, const Language* language)
      : event_(event), out_(out), text_(out.text_), vocabulary_(vocabulary), language_(language) {}

  /// @param pages  what Settings::links says, compiled; null: nothing
  void compose(std::string_view link_base, const KindWords* pages) {
    link_base_ = link_base;
    pages_ = pages;
    compose_envelope();
    if (const KindProgram::Row* const row = find_row()) {
      compose_known_kind(*row);
    } else {
      compose_unknown_kind();
    }
    if (is_alert()) out_.alert = out_.severity == Severity::success ? Message::Alert::ends : Message::Alert::begins;
    const bool has_pages = pages_ != nullptr || !link_base_.empty();
    if (out_.link_.empty() && !is_without_link_ && has_pages) out_.link_ = written([&] { return append_page(); });
    out_.pad();
  }

 private:
  friend class BodyComposer;
  using Span = Message::Span;
  static constexpr std::size_t max_unknown_fields = 32;
  static constexpr std::size_t short_value = 40;
  static constexpr std::size_t most_text = 1u << 20;  // and four times the event

  void compose_envelope() {
    if (language_ != nullptr) out_.set_language(*language_);
    event_.user.for_each_member([&](std::string_view key, json::View value) {
      // Of keys of one length, the comparison is of a constant size: no call.
      if (key.size() == 8 && std::memcmp(key.data(), "username", 8) == 0) user_ = value.string();
      if (key.size() == 5 && std::memcmp(key.data(), "email", 5) == 0) email_ = value.string();
    });
    if (read_timestamp(event_.created_at, out_.time_, out_.civil_time_) != TimeText::none) out_.write_time(language_);
    out_.set_event_id(event_.id);
    out_.set_kind(event_.type);
    out_.set_actor(user_);
    if (out_.actor_.empty()) out_.set_actor(email_);
    user_span_ = out_.actor_;
    app_ = written([&] { return append_either(event_.app_name, event_.app_id); });
    project_ = written([&] { return append_either(event_.project_name, event_.project_id); });
    out_.subject_ = !app_.empty() ? app_ : project_;
  }

  /// Reads type_data, and finds the row that applies; nullptr where there is none.
  const KindProgram::Row* find_row();

  NOTIFIER_ALWAYS_INLINE void use(const KindProgram& program) {
    program_ = &program;
    ops_ = program.ops();
    if (program.is_own()) read_envelope();
    event_.type_data.for_each_member([&](std::string_view name, json::View value) {
      if (const std::size_t key = program_->key(name)) members_.set(key, value);
    });
  }

  NOTIFIER_NOINLINE void read_envelope() {
    event_.root.for_each_member([&](std::string_view name, json::View value) {
      if (const std::size_t key = program_->key(name)) members_.set(key, value);
    });
  }

  const KindWords* find_words() noexcept;
  bool is_alert() const noexcept;

  const Op* step(std::size_t index) const noexcept { return ops_ + index; }

  bool applies(const Op* condition) const noexcept {
    while (condition->code == Op::Code::condition && holds_condition(members_[condition->key], condition->text))
      ++condition;
    return condition->code == Op::Code::done;
  }

  void compose_known_kind(const KindProgram::Row& row) {
    out_.severity = row.has_severity ? row.severity : own_severity();
    is_without_link_ = row.is_without_link;
    compose_title([&] {
      const std::size_t begin = text_.size();
      if (!run_text(step(row.title)) || text_.size() == begin) compose_own_title(begin);
    });
    is_sentence_ = true;
    out_.sentence_ = written([&] { return run_text(step(row.sentence)); });
    is_sentence_ = false;
    if (out_.sentence_.empty()) {
      out_.names_.clear();
      compose_own_sentence();
    }
    if (row.actor != KindProgram::empty_template) {
      const Span actor = written([&] { return run_text(step(row.actor)); });
      if (!actor.empty()) out_.actor_ = actor;
    }
    if (row.link != KindProgram::empty_template) {
      out_.link_ = written([&] { return program_->is_own() ? run_link(row) : run(step(row.link)); });
    }
    if (!row.has_link && program_->is_own()) compose_own_link();
    if (row.has_fields) {
      compose_fields(step(row.fields));
    } else {
      compose_own_fields();
    }
  }

  /// The subject's name, then what `append` appends.
  template <class F>
  void compose_title(F&& append) {
    const std::size_t begin = start();
    append_span(out_.subject_);
    if (!out_.subject_.empty()) text_.append(": ");
    append();
    char& first = text_.data()[begin];
    if (out_.subject_.empty() && text_.size() != begin && first >= 'a' && first <= 'z') first ^= 0x20;
    out_.title_ = since(begin);
  }

  void compose_fields(const Op* field) {
    const bool is_own = program_->is_own() || language_ != nullptr;
    for (; field->code == Op::Code::field; field = step(field->target)) {
      if (field->key == '>' && is_linked(field[1])) continue;
      const std::size_t begin = start();
      is_code_ = field->key == '`';
      if (is_own) {
        compose_own_row_field(*field, begin);
      } else if (run_field(field + 1) && text_.size() != begin && !is_said(*field, text_.view(begin))) {
        push_field(*field, field->text.data(), field->text.size(), since(begin));
      }
    }
    is_code_ = false;
  }

  void compose_own_row_field(const Op& field, std::size_t begin);

  void push_field(const Op& field, const char* label, std::size_t label_size, Span value) {
    out_.push_field(label, label_size, value, field.key == 0 || field.key == '?', is_code_);
    if (field.key == '>') out_.fields_.back().is_link = true;
  }

  /// Whether a slot holds the very text that the message's link is: is_said() would find out, but later.
  bool is_linked(const Op& slot) const noexcept {
    const bool is_whole = slot.code == Op::Code::value && slot.text.empty() && !out_.link_.empty();
    return is_whole && members_[slot.key].string() == out_.link();
  }

  /// Whether a field says again what sentence or actor say already, and shall not, or leads where the message does.
  bool is_said(const Op& field, std::string_view value) const noexcept {
    return field.key == '>' ? value == out_.link() : field.key == '?' && is_said(value);
  }
  bool is_said(std::string_view value) const noexcept;

  /// The same as run(), quicker for what most fields are: one slot.
  bool run_field(const Op* op) {
    if (op->code == Op::Code::value) op = step(append_slot(*op) ? op->target : op->absent);
    return op->code == Op::Code::done || (op->code != Op::Code::failed && run(op));
  }

  /// Runs the template of a text; a host's may end with spaces.
  bool run_text(const Op* op) { return program_->is_own() ? run_and_trim(op) : run(op); }
  bool run_and_trim(const Op* op);

  /// Runs a template. Whether it is complete; where not, what it wrote is to be dropped.
  NOTIFIER_NOINLINE bool run(const Op* op) {
    std::size_t marks[KindProgram::max_depth];
    for (;;) {
      // Most steps are one of these three: branches are foreseen more often than where a switch leads.
      if (op->code == Op::Code::literal) {
        append_padded(op->text.data(), op->text.size());
        is_inert_ = is_inert_ && !op->is_active;
        ++op;
        continue;
      }
      if (op->code == Op::Code::value) {
        op = step(append_slot(*op) ? op->target : op->absent);
        continue;
      }
      if (op->code == Op::Code::done) return true;
      bool there = true;
      switch (op->code) {
        case Op::Code::literal:
        case Op::Code::value:
        case Op::Code::done:
        case Op::Code::failed:
        case Op::Code::field:
        case Op::Code::condition:
        case Op::Code::list_more: return false;
        case Op::Code::open:
          marks[op->key] = text_.size();
          ++op;
          continue;
        case Op::Code::undo:
          forget(marks[op->key]);
          ++op;
          continue;
        case Op::Code::jump: op = step(op->target); continue;
        case Op::Code::give_up: op = step(op->absent); continue;
        case Op::Code::quote:
          if (is_sentence_ && op->key == 0) out_.names_.push_back({text_.size(), 0});
          text_.append('"');
          if (is_sentence_ && op->key != 0) out_.names_.back().end = text_.size();
          is_inert_ = false;
          ++op;
          continue;
        case Op::Code::guard:
          if (text_.size() > most_text + 4 * event_.body.size()) return false;
          ++op;
          continue;
        case Op::Code::encode: encode_part((op++)->key); continue;
        case Op::Code::choice: there = append_choice(*op); break;
        case Op::Code::count: there = append_count(*op); break;
        case Op::Code::list: there = append_list(op); break;
        case Op::Code::app: there = append_span(app_); break;
        case Op::Code::project: there = append_span(project_); break;
        case Op::Code::user: there = append_span(user_span_); break;
        case Op::Code::is_operator: there = append_word(is_operator(), *op, op->text); break;
        case Op::Code::variables: there = append_variables(); break;
        case Op::Code::scaling: there = append_scaling(); break;
        case Op::Code::deployment_page: there = append_deployment_page(); break;
        case Op::Code::told: there = append_told(op->key); break;
      }
      op = step(there ? op->target : op->absent);
    }
  }

  static json::View follow(json::View value, std::string_view path) noexcept {
    while (!path.empty()) {
      const std::string_view name = path.substr(0, path.find('.'));
      value = value[name];
      path.remove_prefix((std::min)(name.size() + 1, path.size()));
    }
    return value;
  }

  bool append_slot(const Op& op) {
    if (!members_.has(op.key)) return false;
    const json::View value = follow(members_[op.key], op.text);
    if (op.layout == Layout::plain && value.is_string()) {
      if (!is_code_) return append_string(value.string());
      is_inert_ = false;
      return append_block<true>(text_, value.string());
    }
    if (op.layout >= Layout::words) return append_words_of(op.layout, value);
    return append_value(text_, value, op.layout, language_, is_inert_);
  }

  bool append_words_of(Layout layout, json::View value);

  bool append_either(std::string_view name, std::string_view id) {
    return append_line(text_, name, is_inert_) || append_line(text_, id, is_inert_);
  }

  bool append_string(std::string_view text) {  // padded, as all strings of a json::View are
    return append_padded_line(text_, text, is_inert_);
  }

  bool append_choice(const Op& op);
  bool append_count(const Op& op);
  bool append_list(const Op* op);
  /// Before an element that is not the first.
  void append_separator(bool is_last);

  /// Takes back what was written since, and the names in it.
  void forget(std::size_t mark) noexcept {
    text_.truncate(mark);
    while (!out_.names_.empty() && out_.names_.back().begin >= mark) out_.names_.pop_back();
  }

  bool is_operator() const noexcept;
  bool append_word(bool yes, const Op& op, std::string_view words);

  bool append_span(Span span) {
    text_.room(span.size() + 2 * Bytes::size);  // no growth between here and the copy, which reads beyond the span
    append_padded(text_.data() + span.begin(), span.size());
    is_inert_ = is_inert_ && span.is_inert();
    return !span.empty();
  }

  /// Copies whole vectors: a few stores where a call would cost more than the copy.
  /// @param text  with 15 readable bytes behind it
  void append_padded(const char* text, std::size_t size) {
    char* const end = text_.room(size + Bytes::size);
    for (std::size_t at = 0; at < size; at += Bytes::size) Bytes::load(text + at).store(end + at);
    text_.set_end(end + size);
  }

  bool append_variables();
  bool append_told(std::size_t part);
  bool append_scaling();

  bool run_link(const KindProgram::Row& row);
  void encode_part(std::size_t how);
  /// Where the host shows what the event is about.
  bool append_page();
  bool append_page(Page page);
  bool append_app_page();

  /// Where its log is. Recorded events have a `deployment_uuid`, documented ones a `deployment_id` alone.
  bool append_deployment_page();

  /// The event type of a kind without a wording, which a host added; else nullptr.
  const EventType* find_own_type() const noexcept;

  NOTIFIER_NOINLINE void compose_unknown_kind() {
    out_.severity = own_severity();
    compose_title([&] { compose_own_title(text_.size()); });
    compose_own_sentence();
    compose_own_link();
    compose_own_fields();
  }

  /// What the event says of itself. Not of the built-in kinds, whose rows know better.
  SaidMembers& said();
  Severity own_severity();
  void compose_own_link();
  /// A title for what no row has one for.
  /// @param begin  where it begins
  void compose_own_title(std::size_t begin);
  void compose_own_sentence();
  /// What does not look like a secret, lists and objects one level deep; of a key that is given twice, the last.
  void compose_own_fields();
  bool append_own_value(json::View value);
  bool append_inside(json::View value);
  bool is_secret(std::string_view name, json::View value) const;

  template <class F>
  Span written(F&& append) {
    const std::size_t begin = start();
    if (!append()) text_.truncate(begin);
    return since(begin);
  }

  /// Where the next span begins.
  std::size_t start() noexcept {
    is_inert_ = language_ == nullptr;
    return text_.size();
  }
  Span since(std::size_t begin) const noexcept { return out_.since(begin, is_inert_); }

  const Event& event_;
  Message& out_;
  Buffer& text_;
  const KindProgram* program_ = nullptr;
  const Op* ops_ = nullptr;  // the program's
  const Vocabulary& vocabulary_;
  const Language* language_;
  std::uint32_t kind_ = NameIndex::npos;  // its place in the vocabulary
  Members members_;
  std::string_view link_base_;
  const KindWords* pages_ = nullptr;
  const Message* told_ = nullptr;
  SaidMembers* said_ = nullptr;
  alignas(SaidMembers) unsigned char said_room_[sizeof(SaidMembers)];  // what nobody asks for is not set up
  std::size_t url_part_ = 0;                                           // where what is to be encoded begins
  OwnPlatform::Escape escape_ = OwnPlatform::Escape::plain;            // of a body's texts
  bool leads_up_ = false;                                              // a part of the link does
  std::string_view user_;
  std::string_view email_;
  Span user_span_, app_, project_;
  bool is_sentence_ = false;  // its names are remembered
  bool is_code_ = false;
  bool is_without_link_ = false;
  bool is_inert_ = true;  // what was written since start(), for sure
};

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/message/composer_own.hpp"
#include "notifier/message/composer_words.hpp"
