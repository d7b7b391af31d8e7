#pragma once

#include <cstddef>

#include "notifier/message/message.hpp"
#include "notifier/model/digest.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Says in plain words what a digest tells: a title that counts ("shop: 41 more crash events in 10 minutes"), a
/// sentence with the kinds, and the first events as fields, each a link where it has one; then how many more there
/// were. Its severity is the worst. Formats take it as they take any message, within their limits.
///
/// @param out          cleared first
/// @param most_fields  how many fields a format shows (PlatformRow::most_fields), that of how many more among them
void describe(const Digest& digest, Message& out, std::size_t most_fields);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// "1 crash event", "3 more events": of a kind where it is one, and a name that reads as such.
inline std::string count_events(std::uint64_t count, bool follows, std::string_view kind) {
  std::string text = decimal(count);
  if (follows) text += " more";
  if (!kind.empty() && kind.size() <= 40) {
    text += ' ';
    for (const char c : kind) text += c == '_' ? ' ' : c;
  }
  return text += count == 1 ? " event" : " events";
}

/// " in 10 minutes"; nothing of less than a second, or where the clock stepped back.
inline std::string length_text(std::int64_t ms) {
  struct Length {
    const char* name;
    std::int64_t ms;
  };
  constexpr Length units[] = {{"day", 86'400'000}, {"hour", 3'600'000}, {"minute", 60'000}, {"second", 1000}};
  for (const Length& unit : units) {
    const bool is_smallest = unit.ms == 1000;
    if (ms < (is_smallest ? unit.ms : 2 * unit.ms)) continue;
    const auto count = static_cast<std::uint64_t>((ms + unit.ms / 2) / unit.ms);
    return std::string(" in ").append(decimal(count)).append(" ").append(unit.name).append(count == 1 ? "" : "s");
  }
  return {};
}

}  // namespace detail

NOTIFIER_INLINE void describe(const Digest& digest, Message& out, std::size_t most_fields) {
  out.clear();
  out.severity = digest.worst;
  const bool is_of_one_kind = digest.kinds.size() == 1 && digest.other_kinds == 0;
  const std::string about = digest.subject.empty() ? std::string() : digest.subject + ": ";
  std::string title = about;
  title += detail::count_events(digest.count, digest.follows, is_of_one_kind ? digest.kinds[0].type : "");
  out.set_title(title += detail::length_text(digest.last.ms - digest.first.ms));

  Buffer sentence;
  if (digest.last.ms - digest.first.ms >= 60'000) {
    sentence.append("Between ");
    append_readable(sentence, digest.first);
    sentence.append(" and ");
    append_readable(sentence, digest.last);
  } else {
    append_readable(sentence, digest.last);
  }
  std::string_view separator = ": ";
  for (const Digest::Kind& kind : digest.kinds) {
    sentence.append(separator);
    sentence.append(detail::decimal(kind.count));
    sentence.append(" ");
    sentence.append(kind.type.empty() ? std::string_view("without a type") : std::string_view(kind.type));
    separator = ", ";
  }
  if (digest.other_kinds != 0) {
    sentence.append(separator);
    sentence.append(detail::decimal(digest.other_kinds));
    sentence.append(" of other kinds");
  }
  sentence.append(".");
  out.set_sentence(sentence.view());
  out.set_subject(digest.subject);
  out.set_time(digest.last);

  const auto is_same = [&](const DigestItem& item) { return item.link == digest.items[0].link; };
  const bool is_one_link = std::all_of(digest.items.begin(), digest.items.end(), is_same);
  if (is_one_link && !digest.items.empty() && !digest.items[0].link.empty()) out.set_link(digest.items[0].link);
  const bool is_all = digest.items.size() == digest.count && digest.items.size() <= most_fields;
  const std::size_t named = is_all ? digest.items.size() : (std::min)(digest.items.size(), most_fields - 1);
  for (std::size_t i = 0; i < named; ++i) {
    const DigestItem& item = digest.items[i];
    // "shop: deployment failed" stands below a title that begins with "shop: ".
    std::string_view text = item.title;
    if (text.substr(0, about.size()) == about) text.remove_prefix(about.size());
    if (is_one_link || item.link.empty() || text.empty()) {
      out.add_field(detail::decimal(i + 1), text, false);
    } else {
      out.add_link(text, item.link);
    }
  }
  if (!is_all) out.add_field("More", detail::with_number("and ", digest.count - named, " more"), false);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
