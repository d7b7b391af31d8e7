#pragma once

#include <cstddef>

#include "notifier/message/message.hpp"
#include "notifier/model/digest.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Says in plain words what a digest tells: a title that counts ("shop: 41 more crash events in 10 minutes"), a
/// sentence with the kinds, and the first events as fields, each a link where it has one; then how many more there
/// were. Its severity is the worst. Formats take it as they take any message, within their limits.
///
/// @param out          cleared first
/// @param most_fields  how many fields a format shows (PlatformRow::most_fields), that of how many more among them
/// @param vocabulary   whose languages there are
/// @param language     as for an event; the events' titles are in the one that they were described in
void describe(const Digest& digest, Message& out, std::size_t most_fields,
              const Vocabulary& vocabulary = *Vocabulary::standard(), std::string_view language = {});

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/message/date.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// "1 crash event", "3 more events": of a kind where it is one, and a name that reads as such.
inline void append_events(Buffer& out, const Digest& digest, const Language* language) {
  const bool is_of_one_kind = digest.kinds.size() == 1 && digest.other_kinds == 0;
  const std::string_view kind = is_of_one_kind ? std::string_view(digest.kinds[0].type) : std::string_view();
  const bool names_kind = !kind.empty() && kind.size() <= 40;
  const Phrase phrase = Phrase::count + ((digest.follows ? std::size_t{1} : std::size_t{0}) +
                                         (names_kind ? std::size_t{2} : std::size_t{0}));
  append_filled(out, form_of(say(language, phrase), digest.count == 1), [&](std::string_view slot) {
    if (slot == "#") return out.append(decimal(digest.count));
    for (const char c : kind) out.append(c == '_' ? ' ' : c);
  });
}

/// " in 10 minutes"; nothing of less than a second, or where the clock stepped back.
inline void append_length(Buffer& out, std::int64_t ms, const Language* language) {
  constexpr std::int64_t units[] = {86'400'000, 3'600'000, 60'000, 1000};  // as Phrase has them
  for (std::size_t i = 0; i < std::size(units); ++i) {
    const std::int64_t unit = units[i];
    if (ms < (unit == 1000 ? unit : 2 * unit)) continue;
    out.append(' ');
    return append_counted(out, say(language, Phrase::in_days + i), (ms + unit / 2) / unit);
  }
}

}  // namespace detail

NOTIFIER_INLINE void describe(const Digest& digest, Message& out, std::size_t most_fields, const Vocabulary& vocabulary,
                              std::string_view language_tag) {
  using detail::Phrase;
  const detail::Language* const language = vocabulary.state().find_language(language_tag);
  out.clear();
  if (language != nullptr) out.set_language(*language);
  out.severity = digest.worst;
  const std::string about = digest.subject.empty() ? std::string() : digest.subject + ": ";
  Buffer title;
  title.append(about);
  detail::append_events(title, digest, language);
  detail::append_length(title, digest.last.ms - digest.first.ms, language);
  out.set_title(title.view());

  Buffer sentence;
  if (digest.last.ms - digest.first.ms >= 60'000) {
    detail::append_filled(sentence, say(language, Phrase::between), [&](std::string_view slot) {
      detail::append_date(sentence, civil_time(slot == "from" ? digest.first : digest.last), language);
    });
  } else {
    detail::append_date(sentence, civil_time(digest.last), language);
  }
  std::string_view separator = ": ";
  for (const Digest::Kind& kind : digest.kinds) {
    sentence.append(separator);
    sentence.append(detail::decimal(kind.count));
    sentence.append(" ");
    sentence.append(kind.type.empty() ? say(language, Phrase::without_type) : std::string_view(kind.type));
    separator = ", ";
  }
  if (digest.other_kinds != 0) {
    sentence.append(separator);
    detail::append_counted(sentence, say(language, Phrase::of_other_kinds),
                           static_cast<std::int64_t>(digest.other_kinds));
  }
  sentence.append(".");
  out.set_sentence(sentence.view());
  out.set_subject(digest.subject);
  out.set_time(digest.last, language);

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
  if (is_all) return;
  Buffer more;
  detail::append_counted(more, say(language, Phrase::more), static_cast<std::int64_t>(digest.count - named));
  out.add_field(say(language, Phrase::more_events), more.view(), false);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
