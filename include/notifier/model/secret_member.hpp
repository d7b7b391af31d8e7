// Which members of data that nobody described are taken for secrets: by whole words of their names, so that `api_key`,
// `apiKey` and `X-Api-Key` are, and `keyboard` and `tokenizer` are not.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The words of a name in lower case, each between underscores: "_x_api_key_" of "X-Api-Key", "xApiKey" and "XApiKey".
inline std::string words_of(std::string_view name) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::string words = "_";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const char before = i == 0 ? '_' : name[i - 1];
    const char after = i + 1 < name.size() ? name[i + 1] : '_';
    const bool is_letter =
        is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    const bool begins_word = is_upper(c) && (!is_upper(before) || is_lower(after));
    if ((begins_word || !is_letter) && words.back() != '_') words += '_';
    if (is_letter) words += is_upper(c) ? static_cast<char>(c | 0x20) : c;
  }
  if (words.back() != '_') words += '_';
  return words;
}

/// Whether what goes by this name may be a secret.
NOTIFIER_NOINLINE inline bool is_secret_name(std::string_view name) {
  constexpr std::string_view secrets[] = {
      "_authorization_", "_auth_",       "_token_",   "_tokens_",   "_secret_",     "_secrets_",     "_password_",
      "_passwd_",        "_passphrase_", "_pwd_",     "_cookie_",   "_cookies_",    "_credential_",  "_credentials_",
      "_bearer_",        "_apikey_",     "_api_key_", "_api_keys_", "_access_key_", "_private_key_", "_signing_key_"};
  const std::string words = words_of(name);
  for (const std::string_view secret : secrets) {
    if (words.find(secret) != std::string::npos) return true;
  }
  return false;
}

/// Whether a member is a secret or holds one. Of `headers` also where they are a list, as [["Authorization", "..."]].
inline bool is_secret(std::string_view key, json::View value, bool names_are_values = false) {
  if (is_secret_name(key)) return true;
  if (names_are_values && value.is_string()) return is_secret_name(value.string());
  const bool is_list = names_are_values || words_of(key) == "_headers_";
  bool found = false;
  value.for_each_member(
      [&](std::string_view name, json::View inner) { found = found || is_secret(name, inner, is_list); });
  value.for_each_element([&](json::View inner) { found = found || is_secret({}, inner, is_list); });
  return found;
}

/// Writes the members that are no secrets and hold none: a part of one would come back with the next change, and stand
/// in place of the whole.
/// @param members  of a JSON object, without its braces; or empty
NOTIFIER_NOINLINE inline void write_without_secrets(json::Writer& out, const std::string& members) {
  json::Document document;
  const std::string text = joined("{", members, "}");
  const auto object = document.parse(text, text.size());
  if (!object) return;
  std::string value;
  object->for_each_member([&](std::string_view key, json::View member) {
    if (is_secret(key, member)) return;
    value.clear();
    member.append_json(value);
    out.escaped_key(key);
    out.raw(value);
  });
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
