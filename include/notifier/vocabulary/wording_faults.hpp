// What a WordingCompiler says of mistakes.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/model/known_keys.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"
#include "notifier/vocabulary/wording_compiler.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

NOTIFIER_NOINLINE inline void WordingCompiler::fail(const char* at, std::string_view message) {
  if (failed()) return;
  const std::string_view before =
      at == nullptr ? std::string_view() : template_.substr(0, static_cast<std::size_t>(at - template_.data()));
  fault_.row = out_.rows_.size();
  fault_.member = member_;
  fault_.character = 1 + static_cast<std::size_t>(std::count_if(before.begin(), before.end(), [](char c) {
                       return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                     }));
  fault_.message = message;
}

/// Of a host's: it is not too long, and is one line.
NOTIFIER_NOINLINE inline void WordingCompiler::check_text() {
  if (rules_ == nullptr) return;
  if (template_.size() > NOTIFIER_MAX_TEMPLATE_BYTES) {
    fail(nullptr, detail::with_number("it is longer than ", NOTIFIER_MAX_TEMPLATE_BYTES, " bytes"));
  }
  if (is_body_ || is_without(template_, may_begin_control)) return;
  for (std::size_t i = 0; i < template_.size() && !failed(); ++i) {
    if (control_at(template_.substr(i)).effect != Effect::none)
      fail(template_.data() + i, "there is a control character");
  }
}

/// Whether a slot's path is that of some slot of a text.
inline bool has_path(std::string_view text, std::string_view path) noexcept {
  constexpr std::string_view before = "{'|+";
  constexpr std::string_view after = "}:|?#*+";
  for (std::size_t at = text.find(path); at != std::string_view::npos; at = text.find(path, at + 1)) {
    const std::size_t end = at + path.size();
    if (at == 0 || end == text.size() || before.find(text[at - 1]) == std::string_view::npos) continue;
    if (after.find(text[end]) != std::string_view::npos) return true;
  }
  return false;
}

/// Of a host's: no part of a slot's path may be a secret. A translation says no more than what it translates.
NOTIFIER_NOINLINE inline void WordingCompiler::check_path(std::string_view path) {
  if (rules_ != nullptr && !rules_->english.empty() && !has_path(rules_->english, path)) {
    fail(path.data(), detail::joined("the English wordings have no slot ", detail::quoted(path)));
  }
  while (rules_ != nullptr && rules_->names != nullptr && !path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    if (name.find_first_of("{ ") == 0) fail(name.data(), "a slot is {name}");
    if (rules_->names->is_secret(rules_->kind, name)) {
      fail(name.data(),
           detail::joined(detail::quoted(name), " may be a secret; where it is none, name it in open_names"));
    }
    path.remove_prefix((std::min)(name.size() + 1, path.size()));
  }
}

/// Of a host's: what is no layout is a set of words.
NOTIFIER_NOINLINE inline void WordingCompiler::check_word_set(std::string_view name) {
  if (rules_->sets == nullptr || rules_->sets->find(name) != nullptr) return;
  std::string known;
  for (const LayoutName& layout : layouts) known.append(layout.name).append(" ");
  for (const WordSet& set : *rules_->sets) known.append(set.name).append(" ");
  known.pop_back();
  fail(name.data(), detail::with_quoted("no layout is called ", name, nearest_or_all(name, known)));
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
