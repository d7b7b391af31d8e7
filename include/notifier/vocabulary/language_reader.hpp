// Reading the languages of a Vocabulary from JSON. Each is read against the rows that it translates, and anew when they
// change.

#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/model/draft_view.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"
#include "notifier/vocabulary/row_edit.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::string_view language_keys = "event_kinds words labels";
inline constexpr std::string_view language_kind_keys = "type standard wordings";
inline constexpr std::string_view language_wording_keys = "when title sentence fields actor";
inline constexpr std::size_t most_languages = 64;

/// Whether a text looks like a tag of BCP 47.
inline bool is_language_tag(std::string_view tag) noexcept {
  if (tag.size() < 2 || tag.size() > 35 || !is_letter(tag.front()) || tag.back() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

/// Puts the languages of a document into a state, and reads anew those that it has.
class LanguageReader {
 public:
  /// @param donor  where it has equal rows, what they are compiled into is shared; null: nowhere
  LanguageReader(VocabularyState& state, const VocabularyState* donor, Problems& problems) noexcept
      : state_(state), donor_(donor), problems_(problems) {}

  void read(json::View languages);
  void read_language(std::string_view tag, json::View value);
  /// What the rows, which have changed, have no place for is passed over.
  void renew();

 private:
  void put(std::shared_ptr<const Language> language);
  void read_kind(Language& language, json::View row);
  bool read_wordings(json::View list, std::vector<WordingRow>& rows, std::vector<std::size_t>& given);
  void read_words(Language& language, json::View sets);
  void read_labels(Language& language, json::View labels);
  std::string_view phrase_fault(Phrase phrase, std::string_view text) const;
  void add(std::string_view field, std::string_view message, std::string_view code) {
    problems_.add(joined(path_, field), message, code);
  }
  /// Whether a member is an object, or what else it has to be, or not there.
  bool is_fine(bool is_right, json::View value, std::string_view field, std::string_view what) {
    if (!is_right && value.exists() && !value.is_null()) add(field, what, "type");
    return is_right;
  }
  static const KindWords* words_of(const VocabularyState& state, std::string_view type) {
    const KindWords* const words = state.find_words(type);
    return words == nullptr && type == "test" ? test_words() : words;
  }

  VocabularyState& state_;
  const VocabularyState* donor_;
  Problems& problems_;
  std::string path_;  // of what is read, with its final dot
};

inline void LanguageReader::put(std::shared_ptr<const Language> language) {
  for (auto& present : state_.languages) {
    if (present->tag != language->tag) continue;
    present = std::move(language);
    return;
  }
  state_.languages.push_back(std::move(language));
}

NOTIFIER_NOINLINE inline void LanguageReader::renew() {
  const auto present = state_.languages;
  for (const auto& language : present) {
    json::Document document;
    Problems ignored;
    const auto root = document.parse(language->json, language->json.size());
    if (root) LanguageReader(state_, &state_, ignored).read_language(language->tag, *root);
  }
}

NOTIFIER_NOINLINE inline void LanguageReader::read(json::View languages) {
  if (!state_.languages.empty()) renew();
  if (!languages.exists() || languages.is_null()) return;
  if (!languages.is_object()) return problems_.add("languages", "must be an object", "type");
  languages.for_each_member([&](std::string_view tag, json::View value) {
    if (!value.is_null()) return read_language(tag, value);
    const std::size_t place = find_row(state_.languages, [&](const auto& one) { return one->tag == tag; });
    if (place != state_.languages.size()) erase_at(state_.languages, place);
  });
  path_ = "languages";
  if (state_.languages.size() > most_languages) {
    add({}, detail::with_number("are too many: at most ", most_languages), "too_many");
  }
}

NOTIFIER_NOINLINE inline void LanguageReader::read_language(std::string_view tag, json::View value) {
  path_ = joined("languages.", tag, ".");
  if (!is_language_tag(tag)) {
    return problems_.add("languages", with_quoted("have a name that is no tag of a language, as fr or pt-BR: ", tag),
                         "invalid_text");
  }
  if (!value.is_object()) return problems_.add(joined("languages.", tag), "must be an object, or null", "type");
  check_keys(value, language_keys, path_, problems_);
  const auto language = std::make_shared<Language>();
  language->tag = tag;
  language->word_sets = state_.word_sets;
  read_words(*language, value["words"]);
  read_labels(*language, value["labels"]);

  const json::View kinds = value["event_kinds"];
  if (is_fine(kinds.is_array(), kinds, "event_kinds", "must be an array")) {
    std::size_t position = 0;
    language->kinds.reserve(kinds.size());
    kinds.for_each_element([&](json::View row) {
      path_ = joined("languages.", tag, ".event_kinds[", decimal(position++), "].");
      const std::size_t before = problems_.list().size();
      read_kind(*language, row);
      if (problems_.list().size() != before) return;
      language->json.append(language->json.empty() ? "{\"event_kinds\":[" : ",");
      row.append_json(language->json);
    });
    if (!language->json.empty()) language->json.append("]");
  }
  for (const std::string_view key : {"words", "labels"}) {
    if (!value[key].is_object()) continue;
    language->json.append(language->json.empty() ? "{\"" : ",\"").append(key).append("\":");
    value[key].append_json(language->json);
  }
  language->json.append(language->json.empty() ? "{}" : "}");
  for (std::uint32_t i = 0; i < language->kinds.size(); ++i) language->kind_index.insert(language->kinds[i].type, i);
  put(language);
}

NOTIFIER_NOINLINE inline void LanguageReader::read_kind(Language& language, json::View row) {
  if (!row.is_object()) return add({}, "must be an object", "type");
  check_keys(row, language_kind_keys, path_, problems_);
  const std::string_view type = row.string("type");
  const json::View standard = row["standard"];
  const bool is_standard = standard.boolean();
  is_fine(standard.kind() == json::Kind::boolean, standard, "standard", "must be true or false");
  const KindWords* const own = words_of(state_, type);
  const KindWords* const words = is_standard ? words_of(*VocabularyState::standard(), type) : own;
  if (words == nullptr) {
    std::string known;
    for (const EventKind& kind : state_.kinds) known.append(kind.type).append(" ");
    const std::string_view nearest = nearest_key(type, known);
    const std::string hint = nearest.empty() ? std::string() : joined("; did you mean ", nearest, "?");
    return add("type", joined("is no kind that has wordings: ", quoted(type), hint), "unknown");
  }
  const auto is_same = [&](const Language::Kind& kind) { return kind.type == type; };
  const auto present = std::find_if(language.kinds.begin(), language.kinds.end(), is_same);
  if (present != language.kinds.end()) return add("type", "is given twice", "taken");

  std::vector<WordingRow> rows(words->begin(), words->end());
  std::vector<std::size_t> given(rows.size());
  if (!read_wordings(row["wordings"], rows, given)) return;
  std::string translated;
  for (const WordingRow& one : *words) {
    for (const std::string_view text : {one.title, one.sentence, one.fields, one.actor, one.link})
      translated.append(text);
  }
  const Language* const donor = donor_ == nullptr ? nullptr : donor_->find_language(language.tag);
  const KindWords* const others = donor == nullptr ? nullptr : donor->find_words(type);
  std::shared_ptr<const KindWords> made;
  if (others != nullptr && std::equal(rows.begin(), rows.end(), others->begin(), others->end())) {
    made = donor->kinds[donor->kind_index.find(type)].words;
  } else {
    WordingFault fault;
    made = OwnKindWords::make(std::move(rows), {type, &language.word_sets, nullptr, translated}, fault);
    if (made == nullptr) {
      return add(joined("wordings[", decimal(given[fault.row]), "].", fault.member),
                 joined("character ", decimal(fault.character), ": ", fault.message), "wording");
    }
  }
  // Of the built-in wordings, where the vocabulary has others.
  if (own != words && (own == nullptr || !std::equal(own->begin(), own->end(), words->begin(), words->end()))) return;
  language.kinds.push_back({std::string(type), std::move(made)});
}

/// Puts texts into rows that are the English ones.
/// @param given  of each row, which of the list it is told by
NOTIFIER_NOINLINE inline bool LanguageReader::read_wordings(json::View list, std::vector<WordingRow>& rows,
                                                            std::vector<std::size_t>& given) {
  if (!is_fine(list.is_array(), list, "wordings", "must be an array")) return !list.exists() || list.is_null();
  const std::size_t before = problems_.list().size();
  const std::string path = path_;
  std::size_t position = 0;
  list.for_each_element([&](json::View value) {
    path_ = joined(path, "wordings[", decimal(position), "].");
    if (!value.is_object()) return add({}, "must be an object", "type");
    check_keys(value, language_wording_keys, path_, problems_);
    const std::string_view when = value.string("when");
    const std::size_t place = find_row(rows, [&](const WordingRow& row) { return row.when == when; });
    const auto read = [&](std::string_view key, std::string_view& out) {
      const json::View text = value[key];
      if (is_fine(text.is_string(), text, key, "must be a string")) {
        out = text.string().data() != nullptr ? text.string() : std::string_view("");
      }
    };
    if (place == rows.size()) {
      std::string_view separator = "is that of no English wording of this kind, which have ";
      std::string message;
      for (const WordingRow& row : rows) {
        message.append(separator).append(quoted(row.when));
        separator = ", ";
      }
      add("when", message, "unknown");
    } else {
      WordingRow& row = rows[place];
      given[place] = position;
      read("title", row.title);
      read("sentence", row.sentence);
      read("fields", row.fields);
      read("actor", row.actor);
    }
    ++position;
  });
  path_ = path;
  return problems_.list().size() == before;
}

NOTIFIER_NOINLINE inline void LanguageReader::read_words(Language& language, json::View sets) {
  if (!is_fine(sets.is_object(), sets, "words", "must be an object")) return;
  const std::string path = path_;
  sets.for_each_member([&](std::string_view set, json::View words) {
    path_ = joined(path, "words.", set, ".");
    if (!words.is_object()) return add({}, "must be an object of words", "type");
    words.for_each_member([&](std::string_view value, json::View word) {
      if (!word.is_string()) return add(value, "must be a string", "type");
      const Result<void> result = put_word(language.word_sets, set, value, word.string());
      if (!result) add(value, result.error().fields[0].message, result.error().fields[0].code);
    });
  });
  path_ = path;
}

NOTIFIER_NOINLINE inline void LanguageReader::read_labels(Language& language, json::View labels) {
  std::copy(std::begin(phrases), std::end(phrases), language.texts);
  if (!is_fine(labels.is_object(), labels, "labels", "must be an object")) return;
  const std::string path = std::exchange(path_, path_ + "labels.");
  language.labels.reserve(labels.size());
  labels.for_each_member([&](std::string_view key, json::View value) {
    const std::string_view text = value.string();
    const bool has_control = [&] {
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (control_at(text.substr(i)).effect != Effect::none) return true;
      }
      return false;
    }();
    const auto* const known = std::find(std::begin(phrases), std::end(phrases), key);
    const auto phrase = static_cast<Phrase>(known - std::begin(phrases));
    const std::string_view fault = text.empty()                                ? "must be a text that is not empty"
                                   : text.size() > NOTIFIER_MAX_TEMPLATE_BYTES ? "is too long"
                                   : has_control                               ? "holds a control character"
                                   : known != std::end(phrases)                ? phrase_fault(phrase, text)
                                                                               : std::string_view();
    if (!fault.empty()) return add(key, fault, "invalid_text");
    language.labels.push_back({std::string(key), std::string(text)});
    if (known != std::end(phrases)) language.texts[known - std::begin(phrases)] = language.labels.back().text;
  });
  for (std::uint32_t i = 0; i < language.labels.size(); ++i) {
    const std::string_view key = language.labels[i].english;
    if (language.label_index.find(key) == NameIndex::npos) language.label_index.insert(key, i);
  }
  path_ = path;
}

/// What is wrong with a text in place of one of ours; empty: nothing.
NOTIFIER_NOINLINE inline std::string_view LanguageReader::phrase_fault(Phrase phrase, std::string_view text) const {
  const std::string_view own = phrases[static_cast<std::size_t>(phrase)];
  const auto is_mark = [](char c) {
    return !is_letter_or_digit(c) && c != ' ' && static_cast<unsigned char>(c) < 0x80;
  };
  if (phrase == Phrase::link_title) {
    if (text.size() <= 100 && std::none_of(text.begin(), text.end(), is_mark)) return {};
    return "must be a short text of letters, digits and spaces";
  }
  for (const std::string_view slot :
       {"{day}", "{month}", "{year}", "{hour}", "{minute}", "{kind}", "{subject}", "{from}", "{to}", "#"}) {
    if ((own.find(slot) != std::string_view::npos) != (text.find(slot) != std::string_view::npos)) {
      return "must have the same slots as the English text, and no others";
    }
  }
  // A number chooses between two forms at most, also where English has but one.
  const auto slashes = std::count(text.begin(), text.end(), '/');
  if (slashes > (own.find('#') == std::string_view::npos ? 0 : 1)) return "has a '/' too many";
  // Nothing else in brackets, and no bracket alone.
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '}') return "has a bracket that is none of a slot";
    if (text[at] != '{') continue;
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos || own.find(text.substr(at, end - at + 1)) == std::string_view::npos) {
      return "has a bracket that is none of a slot";
    }
    at = end;
  }
  return {};
}

NOTIFIER_NOINLINE inline void renew_languages(VocabularyState& state) {
  Problems ignored;
  LanguageReader(state, nullptr, ignored).renew();
}

NOTIFIER_NOINLINE inline Result<void> put_language(VocabularyState& state, std::string_view tag,
                                                   std::string_view json) {
  json::Document document;
  const auto root = document.parse(json, NOTIFIER_MAX_EVENT_BYTES);
  if (!root) return root.error();
  Problems problems;
  VocabularyState with(state);
  LanguageReader(with, &state, problems).read_language(tag, *root);
  if (!problems.empty()) return std::move(problems).to_error("language");
  state.languages = std::move(with.languages);
  return {};
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
