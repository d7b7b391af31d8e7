// What a vocabulary says in another language than English.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/vocabulary/kind_words.hpp"
#include "notifier/vocabulary/name_index.hpp"
#include "notifier/vocabulary/phrases.hpp"
#include "notifier/vocabulary/words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::string_view english = "en";

/// A language of a vocabulary, ready for use. Immutable once it is in one. English is the key of everything in it, and
/// what it lacks comes in English.
struct Language {
  struct Kind {
    std::string type;
    std::shared_ptr<const KindWords> words;  ///< all rows of the kind, in English where it has none of its own
  };
  struct Label {
    std::string english;
    std::string text;
  };

  std::string tag;                       ///< as "fr" or "pt-BR"
  std::string json;                      ///< what it was read from, but for what has no place in the vocabulary
  WordSets word_sets;                    ///< the vocabulary's, with its own words in them
  std::string_view texts[phrase_count];  ///< of each Phrase
  std::vector<Kind> kinds;
  std::vector<Label> labels;
  NameIndex kind_index;
  NameIndex label_index;

  /// nullptr where it has none of its own.
  const KindWords* find_words(std::string_view type) const noexcept {
    const std::uint32_t at = kind_index.find(type);
    return at == NameIndex::npos ? nullptr : kinds[at].words.get();
  }
  /// What is said in place of a label, or of a type's name.
  std::string_view label(std::string_view english_text) const noexcept {
    const std::uint32_t at = label_index.find(english_text);
    return at == NameIndex::npos ? english_text : std::string_view(labels[at].text);
  }
};

/// @param language  nullptr: English
inline std::string_view say(const Language* language, Phrase phrase) noexcept {
  const auto at = static_cast<std::size_t>(phrase);
  return language == nullptr ? phrases[at] : language->texts[at];
}

inline std::string_view say(const Language* language, std::string_view label) noexcept {
  return language == nullptr ? label : language->label(label);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
