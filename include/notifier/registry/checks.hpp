// The rules for single values, and for what is made of them alone.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/model/app.hpp"
#include "notifier/model/draft_view.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/model/signing_secret.hpp"
#include "notifier/net/email_address.hpp"
#include "notifier/net/url.hpp"
#include "notifier/registry/settings.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/is_utf8.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline bool has_no_text(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\n\v\f\r") == std::string_view::npos;
}

inline std::string too_long(std::size_t most) {
  return detail::with_number("is too long (maximum is ", most, " bytes)");
}

/// Whether all characters are from the first to the last.
inline bool is_within(std::string_view text, char first, char last) noexcept {
  return std::all_of(text.begin(), text.end(), [=](char c) { return c >= first && c <= last; });
}

/// Whether a word is one of a list, which has spaces between its words.
inline bool is_one_of(std::string_view list, std::string_view word) noexcept {
  const bool is_word = !word.empty() && word.find(' ') == std::string_view::npos;
  for (std::size_t at = 0; is_word && at < list.size();) {
    const std::size_t end = (std::min)(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

/// Whether a name may stand among a notifier's own headers: a token of RFC 9110, and none that says how a request is
/// framed, or that is ours.
NOTIFIER_NOINLINE inline bool is_own_header(std::string_view name) {
  constexpr std::string_view ours =
      "host content-length transfer-encoding connection keep-alive proxy-connection te trailer upgrade expect "
      "content-type webhook-id webhook-timestamp webhook-signature";
  std::string lower(name.substr(0, NOTIFIER_MAX_ID_BYTES + 1));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return !name.empty() && name.size() <= NOTIFIER_MAX_ID_BYTES && is_within(name, '!', '~') &&
         name.find_first_of("\"(),/:;<=>?@[\\]{}") == std::string_view::npos && !is_one_of(ours, lower);
}

/// A text that must be there, and no longer than `most`.
inline bool check_text(std::string_view field, std::string_view text, std::size_t most, Problems& problems) {
  if (has_no_text(text)) {
    problems.add(field, "can't be blank", "blank");
  } else if (text.size() > most) {
    problems.add(field, too_long(most), "too_long");
  } else if (!is_utf8(text)) {
    problems.add(field, "must be UTF-8", "invalid_utf8");
  } else {
    return true;
  }
  return false;
}

inline bool check_optional_text(std::string_view field, std::string_view text, std::size_t most, Problems& problems) {
  return text.empty() || check_text(field, text, most, problems);
}

inline bool check_email(std::string_view field, std::string_view address, Problems& problems) {
  if (is_email_address(address)) return true;
  problems.add(field, detail::joined(detail::quoted(address), " ", email_address_fault(address)), "invalid_email");
  return false;
}

inline void check_user(std::string_view path, const User& user, Problems& problems) {
  const std::string prefix = path.empty() ? std::string() : detail::joined(path, ".");
  check_text(detail::joined(prefix, "id"), user.id, NOTIFIER_MAX_ID_BYTES, problems);
  check_optional_text(detail::joined(prefix, "username"), user.username, NOTIFIER_MAX_NAME_BYTES, problems);
  if (!user.email.empty()) check_email(detail::joined(prefix, "email"), user.email, problems);
}

inline void check_app(const App& app, Problems& problems) {
  check_optional_text("id", app.id, NOTIFIER_MAX_ID_BYTES, problems);
  check_text("name", app.name, NOTIFIER_MAX_NAME_BYTES, problems);
  check_optional_text("project_id", app.project_id, NOTIFIER_MAX_ID_BYTES, problems);
  const User& owner = app.owner;
  if (!owner.id.empty() || !owner.username.empty() || !owner.email.empty()) check_user("owner", owner, problems);
}

/// Checks the language that a notifier or the settings ask for.
/// @param is_known  it has to be one of the vocabulary's; else any that looks like one
NOTIFIER_NOINLINE inline void check_language(const Vocabulary& vocabulary, std::string_view language, bool is_known,
                                             Problems& problems) {
  if (language.empty() || language == english || vocabulary.state().find_language(language) != nullptr) return;
  std::string known;
  for (const std::string_view tag : vocabulary.languages()) known.append(known.empty() ? "" : " ").append(tag);
  if (is_known) {
    problems.add("language", with_quoted("is none that is known: ", language, nearest_or_all(language, known)),
                 "unknown_language");
  } else if (!is_language_tag(language)) {
    problems.add("language", "must be a tag of a language, as fr or pt-BR", "invalid_text");
  }
}

/// Checks settings and takes the final slash off the link base.
inline void check_settings(Settings& settings, Problems& problems) {
  Mailbox mailbox;
  if (settings.email_from.size() > NOTIFIER_MAX_ID_BYTES) {
    problems.add("email_from", too_long(NOTIFIER_MAX_ID_BYTES), "too_long");
  } else if (!parse_mailbox(settings.email_from, mailbox)) {
    const std::string_view address = address_of_mailbox(settings.email_from);
    const bool is_name = is_email_address(address);
    problems.add("email_from",
                 is_name
                     ? "must have before its <address> one name in UTF-8 without line ends, with its quotes in pairs"
                     : detail::joined("must be an email address, or `Name <address>`; ", detail::quoted(address), " ",
                                      email_address_fault(address)),
                 "invalid_email");
  }
  while (!settings.link_base.empty() && settings.link_base.back() == '/') settings.link_base.pop_back();
  const auto check_url = [&](std::string_view field, std::string_view url) {
    const auto parsed = parse_http_url(url);
    if (!url.empty() && !parsed) problems.add(field, parsed.error().message, "invalid_url");
  };
  check_url("link_base", settings.link_base);
  check_url("logo_url", settings.logo_url);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
