// What a text of a message has to be for formats to copy it without a look.

#pragma once

#include <string_view>

#include "notifier/message/message.hpp"

inline bool is_of(std::string_view text, std::string_view first_to_last, std::string_view but) {
  for (const char c : text) {
    if (c < first_to_last.front() || c > first_to_last.back() || but.find(c) != std::string_view::npos) return false;
  }
  return true;
}

/// Formats copy a text that calls itself inert without a look.
inline bool is_inert_or_does_not_say_so(const notifier::Message::Text& text) {
  return !text.is_inert || (is_of(text, " ~", "\"&<=>\\") && (text.empty() || text.back() != ' '));
}

/// In a label of a chat service, other characters are replaced.
inline bool is_of_letters_digits_and_spaces(std::string_view label) {
  return is_of(label, " z", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`") && label.back() != ' ';
}
