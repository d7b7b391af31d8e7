// Words that a value chooses between, and lists: the Composer's part of vocabulary/wording_words.hpp.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/message/composer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline const KindWords* Composer::find_words() noexcept {
  const VocabularyState& state = vocabulary_.state();
  kind_ = state.find_kind(event_.type);
  const KindWords* const translated = language_ == nullptr ? nullptr : language_->find_words(event_.type);
  if (translated != nullptr) return translated;
  const KindWords* const words = kind_ == NameIndex::npos ? nullptr : state.kind_facts[kind_].words.get();
  return words == nullptr && event_.type == "test" ? test_words() : words;
}

inline const KindProgram::Row* Composer::find_row() {
  const KindWords* const words = find_words();
  if (words == nullptr) return nullptr;
  use(words->program());
  for (const KindProgram::Row* row = program_->rows_begin(); row != program_->rows_end(); ++row) {
    if (applies(step(row->when))) return row;
  }
  return nullptr;
}

NOTIFIER_NOINLINE inline bool Composer::is_said(std::string_view value) const noexcept {
  if (value == out_.actor()) return true;
  const std::string_view sentence = out_.sentence();
  const auto ends_word = [&](std::size_t at) {
    return std::string_view(" \"'().,:;").find(sentence[at]) != std::string_view::npos;
  };
  for (std::size_t at = sentence.find(value); at != std::string_view::npos; at = sentence.find(value, at + 1)) {
    const std::size_t end = at + value.size();
    if ((at == 0 || ends_word(at - 1)) && (end == sentence.size() || ends_word(end))) return true;
  }
  return false;
}

NOTIFIER_NOINLINE inline bool Composer::run_and_trim(const Op* op) {
  const std::size_t begin = text_.size();
  if (!run(op)) return false;
  while (text_.size() > begin && text_.data()[text_.size() - 1] == ' ') text_.truncate(text_.size() - 1);
  return true;
}

NOTIFIER_NOINLINE inline bool Composer::append_words_of(Layout layout, json::View value) {
  const WordSets& sets = language_ == nullptr ? vocabulary_.state().word_sets : language_->word_sets;
  const WordSet* const set = sets.find(program_->word_set(layout));
  return set == nullptr ? append_scalar(text_, value, is_inert_) : append_words(text_, value, *set, is_inert_);
}

/// @param part  of what people are told; see Op::Code::told
NOTIFIER_NOINLINE inline bool Composer::append_told(std::size_t part) {
  const std::string_view parts[] = {told_->title(), told_->sentence(), to_string(told_->severity), told_->link()};
  text_.append(parts[part]);
  return !parts[part].empty();
}

NOTIFIER_NOINLINE inline bool Composer::is_operator() const noexcept {
  const std::string_view email = vocabulary_.state().operator_email;
  return !email.empty() && email_ == email;
}

/// @param words  "?yes/no"
inline bool Composer::append_word(bool yes, const Op& op, std::string_view words) {
  is_inert_ = is_inert_ && !op.is_active;
  const std::size_t slash = words.find('/');
  const std::string_view word = yes ? words.substr(1, slash - 1) : words.substr(slash + 1);
  text_.append(word);
  return !word.empty();
}

inline bool Composer::append_choice(const Op& op) {
  const std::size_t question = op.text.find('?');
  const json::View value = follow(members_[op.key], op.text.substr(0, question));
  const bool yes = value.boolean() || value.string() == "true";
  const bool no = value.kind() == json::Kind::boolean || value.string() == "false";
  return (yes || no) && append_word(yes, op, op.text.substr(question));
}

NOTIFIER_NOINLINE inline bool Composer::append_count(const Op& op) {
  const std::size_t mark = op.text.find('#');
  const json::View value = follow(members_[op.key], op.text.substr(0, mark));
  const std::size_t begin = text_.size();
  if (value.is_array()) {
    append_integer(text_, static_cast<std::int64_t>(value.size()));
  } else {
    value.append_text(text_);
  }
  char digits[24];
  const std::size_t size = text_.size() - begin;
  const bool is_number = size != 0 && size <= sizeof digits &&
                         text_.view(begin).find_first_not_of("-.0123456789") == std::string_view::npos;
  if (is_number) std::copy_n(text_.data() + begin, size, digits);
  text_.truncate(begin);
  if (!is_number) return false;
  const std::string_view number(digits, size);

  std::string_view words = op.text.substr(mark + 1);
  const std::size_t first = words.find('/');
  if (words.find('/', first + 1) == std::string_view::npos) {
    words = number == "1" ? words.substr(0, first) : words.substr(first + 1);
  } else if (number == "0") {
    words = words.substr(0, first);
  } else {
    words.remove_prefix(first + 1);
    const std::size_t second = words.find('/');
    words = number == "1" ? words.substr(0, second) : words.substr(second + 1);
  }
  is_inert_ = is_inert_ && !op.is_active;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string_view literal = words.substr(at, words.substr(at).find('#'));
    text_.append(literal);
    at += literal.size();
    if (at < words.size()) text_.append(number);
  }
  return !words.empty();
}

/// @param op  followed by how many the list leaves out, then by its elements' template
NOTIFIER_NOINLINE inline bool Composer::append_list(const Op* op) {
  const Op& more = op[1];
  const json::View list = follow(members_[op->key], op->text);
  const std::size_t count = list.is_array() ? list.size() : 0;
  if (count == 0) return false;
  std::int64_t left = 0;
  if (more.key == 0 || !read_integer(follow(members_[more.key], more.text), text_, left) || left < 0) left = 0;
  const std::size_t total = count + static_cast<std::size_t>(left);
  std::size_t seen = 0;
  std::size_t shown = 0;
  list.for_each_element([&](json::View element) {
    if (seen++ >= more.target) return;
    const std::size_t begin = text_.size();
    if (shown != 0) append_separator(shown + 1 == total);
    const std::size_t middle = text_.size();
    members_.set(0, element);
    if (run(op + 2) && text_.size() != middle) {
      ++shown;
    } else {
      forget(begin);
    }
  });
  if (shown == 0 || shown == total) return shown != 0;
  text_.append(is_code_ ? '\n' : ' ');
  append_counted(text_, say(language_, Phrase::more), static_cast<std::int64_t>(total - shown));
  return true;
}

inline void Composer::append_separator(bool is_last) {
  if (is_code_) return text_.append('\n');
  if (!is_last) return text_.append(", ");
  text_.append(' ');
  text_.append(say(language_, Phrase::conjunction));
  text_.append(' ');
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
