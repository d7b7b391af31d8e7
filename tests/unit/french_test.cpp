// The built-in vocabulary in French: complete, with every slot, and as sound as in English.

#include "notifier/adapters/french.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "describer.hpp"
#include "event_corpus.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

using namespace notifier;

namespace {

const Vocabulary& with_french() {
  static const Vocabulary vocabulary = [] {
    Vocabulary made;
    const auto put = made.put_language("fr", french);
    REQUIRE_MESSAGE(put, put.error().message);
    return made;
  }();
  return vocabulary;
}

const detail::Language& language() { return *with_french().state().find_language("fr"); }

/// The paths of a text's slots, without layouts and words.
std::set<std::string> slots_of(std::string_view text) {
  std::set<std::string> slots;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    std::string_view slot = text.substr(at + 1);
    slot = slot.substr(0, slot.find_first_of("}:?#*"));
    while (!slot.empty()) {
      const std::string_view one = slot.substr(0, slot.find('|'));
      slots.emplace(one.substr(one.substr(0, 1) == "'" ? 1 : 0));
      slot.remove_prefix((std::min)(one.size() + 1, slot.size()));
    }
  }
  return slots;
}

std::vector<std::string> labels_of(std::string_view fields) {
  std::vector<std::string> labels;
  while (!fields.empty()) {
    std::string_view field = fields.substr(0, fields.find(';'));
    fields.remove_prefix((std::min)(field.size() + 1, fields.size()));
    while (!fields.empty() && fields[0] == ' ') fields.remove_prefix(1);
    if (std::string_view("=`>?").find(field[0]) != std::string_view::npos) field.remove_prefix(1);
    labels.emplace_back(field.substr(0, field.find(": ")));
  }
  return labels;
}

bool has_label(std::string_view english) { return language().label_index.find(english) != detail::NameIndex::npos; }

/// Describes an event in English and in French, and calls `check(english, french)`.
template <class Check>
void in_both(const std::string& event, Check&& check) {
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message english, other;
  describe(Event::read(*root, event), "https://dash.example", english, with_french(), "en");
  describe(Event::read(*root, event), "https://dash.example", other, with_french(), "fr");
  INFO(event);
  check(english, other);
}

}  // namespace

TEST_CASE("French has every wording, and no slot of one is lost or made up") {
  std::size_t rows = 0;
  detail::BuiltinWords::instance().for_each([&](std::string_view kind, const detail::KindWords& english) {
    const detail::KindWords* const words = language().find_words(kind);
    INFO(kind);
    REQUIRE(words != nullptr);
    const detail::WordingRow* own = words->begin();
    for (const detail::WordingRow& row : english) {
      INFO(row.when);
      INFO(std::string(own->sentence));
      CHECK(own->when == row.when);
      CHECK(own->severity == row.severity);
      CHECK(own->link == row.link);
      // "test" is the same in both.
      if (kind != "test") CHECK(own->title != row.title);
      CHECK(own->sentence != row.sentence);
      CHECK(slots_of(own->title) == slots_of(row.title));
      CHECK(slots_of(own->sentence) == slots_of(row.sentence));
      CHECK(slots_of(own->fields) == slots_of(row.fields));
      CHECK(slots_of(own->actor) == slots_of(row.actor));
      // Labels are French in the row, or by the table.
      const auto labels = labels_of(row.fields);
      const auto own_labels = labels_of(own->fields);
      REQUIRE(labels.size() == own_labels.size());
      for (std::size_t i = 0; i < labels.size(); ++i) {
        INFO(labels[i]);
        CHECK((labels[i] != own_labels[i] || has_label(labels[i])));
      }
      ++own;
      ++rows;
    }
  });
  CHECK(rows == std::size(detail::wordings::table));
}

TEST_CASE("French has every phrase, category, event type and word that people would read in English") {
  for (const std::string_view phrase : detail::phrases) CHECK_MESSAGE(has_label(phrase), phrase);
  for (const Category& category : with_french().categories())
    CHECK_MESSAGE(has_label(category.display_name), category.name);
  for (const EventType& type : with_french().event_types()) {
    CHECK_MESSAGE(has_label(type.display_name), type.name);
    CHECK_MESSAGE(has_label(type.description), type.name);
  }
  // Names are names in French, too.
  const std::set<std::string> names = {"service", "platform", "method"};
  for (const detail::WordSet& set : Vocabulary::standard()->state().word_sets) {
    const detail::WordSet* const own = language().word_sets.find(set.name);
    REQUIRE(own != nullptr);
    REQUIRE(own->words.size() == set.words.size());
    for (std::size_t i = 0; i < set.words.size(); ++i) {
      CHECK(own->words[i].value == set.words[i].value);
      if (names.count(set.name) == 0 && !set.words[i].text.empty()) CHECK(own->words[i].text != set.words[i].text);
    }
  }
}

TEST_CASE("events in French say what they say in English, and nothing is dropped") {
  for (const std::string& event : event_corpus()) {
    in_both(event, [](const Message& english, const Message& other) {
      CHECK(other.severity == english.severity);
      CHECK(other.link() == english.link());
      CHECK(other.actor() == english.actor());
      // A status that the English sentence says in the same word is a field of its own.
      CHECK(other.field_count() >= english.field_count());
      CHECK_FALSE(other.title().empty());
      CHECK(other.sentence() != english.sentence());
      CHECK(other.sentence().back() == '.');
      CHECK(other.name_count() == english.name_count());
      CHECK(other.language() == "fr");
    });
  }
  for (const EventKind& kind : builtin_event_kinds) {
    for (const std::string_view type_data : {"{}", R"({"status":"success"})", R"({"activated":false})"}) {
      in_both(event_of(kind.type, type_data, ""), [&](const Message& english, const Message& other) {
        INFO(std::string(other.sentence()));
        CHECK(other.sentence() != english.sentence());
        CHECK(other.title() != english.title());
        CHECK(other.sentence().find("  ") == std::string_view::npos);
        CHECK(other.sentence().find(" .") == std::string_view::npos);
      });
    }
  }
}

TEST_CASE("French dates, numbers, lists and plurals") {
  const auto sentence = [](std::string_view kind, std::string_view type_data) {
    std::string text;
    in_both(event_of(kind, type_data), [&](const Message&, const Message& other) { text = other.sentence(); });
    return text;
  };
  CHECK(sentence("plan_database_maintenance", R"({"next_maintenance_window":"2024-08-06T22:00:00Z"})") ==
        "Maintenance planifi\xC3\xA9"
        "e de la base de donn\xC3\xA9"
        "es de l'application shop\xC2\xA0: 6 ao\xC3\xBBt 2024, 22:00 UTC.");
  CHECK(sentence("payment_attempt", R"({"amount":12.5,"status":"paid","payment_method":"card"})") ==
        "Votre paiement d'un montant de 12,50 EUR par carte a r\xC3\xA9ussi.");
  CHECK(sentence("restart", R"({"scope":["web","worker","clock"]})") ==
        "Red\xC3\xA9marrage des conteneurs web, worker et clock de l'application shop.");
  CHECK(sentence("deployment", R"({"status":"success","duration":93600})") ==
        "D\xC3\xA9ploiement d'une nouvelle version de l'application shop en 1 j 2 h.");
  CHECK(sentence("scale", R"({"previous_containers":{"web":1},"containers":{"web":"2:M"}})") ==
        "Mise \xC3\xA0 l'\xC3\xA9"
        "chelle de l'application shop\xC2\xA0: web de 1 \xC3\xA0 2 (M).");
  const auto changes = [](std::string_view remaining) {
    std::string text;
    in_both(event_of("deployment", R"({"status":"success","last_commits":{"commits":[{"message":"a"}],"remaining":)" +
                                       std::string(remaining) + "}}"),
            [&](const Message&, const Message& other) { text = field_of(other, "Changements"); });
    return text;
  };
  CHECK(changes("1") == "\"a\" et 1 autre");
  CHECK(changes("4") == "\"a\" et 4 autres");
}
