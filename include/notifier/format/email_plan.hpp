// How long the parts of a mail may get, and what stays of them where the whole would be too long.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "notifier/config.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/message/message.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Limits of a mail, ours, in bytes of the text before it is encoded.
namespace email_limits {
inline constexpr std::size_t subject = 255;  ///< a widespread mail program keeps no more
inline constexpr std::size_t title = 1000;
inline constexpr std::size_t sentence = 8000;
inline constexpr std::size_t label = 200;
inline constexpr std::size_t origin = 200;  ///< an actor's name, an event's kind
inline constexpr std::size_t value = 4000;
inline constexpr std::size_t code = 24000;
inline constexpr std::size_t fields = 100;
inline constexpr std::size_t all_values = 48000;  ///< together
/// What format_email_body() writes, encoded: a webmail service shows the first 102,000 bytes of a mail and hides the
/// rest. The lines of sender and recipients come on top.
inline constexpr std::size_t whole = 92000;
}  // namespace email_limits

namespace detail {

/// How much of each text stands in a mail that would be too long otherwise, in bytes before it is encoded.
class EmailPlan {
 public:
  /// Whatever the message holds, what is planned stays within email_limits::whole.
  NOTIFIER_NOINLINE explicit EmailPlan(const Message& message) noexcept {
    spend(cost(message.link().substr(0, NOTIFIER_MAX_URL_BYTES)));
    spend(cost(message.actor().substr(0, email_limits::origin)));
    spend(cost(message.kind().substr(0, email_limits::origin)));
    spend(cost(message.title().substr(0, email_limits::title)));
    sentence_ = fitting(message.sentence(), email_limits::sentence, left_ / 2);
    spend(cost(message.sentence().substr(0, sentence_)));
    const std::size_t count = (std::min)(message.field_count(), email_limits::fields);
    std::size_t values = email_limits::all_values;
    for (const bool is_code : {false, true}) {
      for (std::size_t i = 0; i < count; ++i) {
        const Message::Field field = message.field(i);
        if (field.is_code != is_code) continue;
        const std::size_t around = frame + cost(field.label.substr(0, email_limits::label));
        if (left_ <= around) continue;
        // A link stands twice in HTML.
        const std::size_t left = (left_ - around) / (field.is_link ? 2 : 1);
        const std::size_t limit = (std::min)(is_code ? email_limits::code : email_limits::value, values);
        fields_[i] = fitting(field.value, limit, left);
        if (fields_[i] < least && fields_[i] < field.value.size()) {
          fields_[i] = 0;
          continue;
        }
        values -= (std::min)(field.value.size(), fields_[i]);
        spend(around + cost(field.value.substr(0, fields_[i])) * (field.is_link ? 2 : 1));
      }
    }
  }

  std::size_t sentence() const noexcept { return sentence_; }
  /// 0: it is left out.
  std::size_t field(std::size_t index) const noexcept { return fields_[index]; }

 private:
  static constexpr std::size_t skeleton = 6000;  // headers with a long subject, and the HTML around texts
  static constexpr std::size_t frame = 600;      // HTML around a field
  static constexpr std::size_t least = 100;      // so much of a value is worth a line

  /// Most bytes that one takes in both forms together.
  static std::size_t cost(char c) noexcept {
    if (c == '\n' || c == '\r') return 16;  // also where a space before it is encoded
    const bool is_plain = c >= 0x20 && c < 0x7F && std::string_view("\"<>&=").find(c) == std::string_view::npos;
    return is_plain ? 2 : 7;
  }
  static std::size_t cost(std::string_view text) noexcept {
    std::size_t bytes = ellipsis_cost;
    for (const char c : text) bytes += cost(c);
    return with_breaks(bytes);
  }
  /// With soft line breaks, and what may not begin a line.
  static std::size_t with_breaks(std::size_t bytes) noexcept { return bytes + bytes / 10; }
  static constexpr std::size_t ellipsis_cost = 18;

  /// How much of a text costs no more than `left`.
  static std::size_t fitting(std::string_view text, std::size_t limit, std::size_t left) noexcept {
    std::size_t bytes = ellipsis_cost;
    std::size_t kept = 0;
    for (; kept < text.size() && kept < limit; ++kept) {
      bytes += cost(text[kept]);
      if (with_breaks(bytes) > left) break;
    }
    return kept < text.size() ? kept : limit;
  }
  void spend(std::size_t bytes) noexcept { left_ -= (std::min)(left_, bytes); }

  std::size_t left_ = email_limits::whole - skeleton;
  std::size_t sentence_ = 0;
  std::size_t fields_[email_limits::fields] = {};
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
