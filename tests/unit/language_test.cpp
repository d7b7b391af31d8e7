// What a vocabulary says in other languages: row by row, and in English what they lack.

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "describer.hpp"
#include "notifier/message/digest.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

using namespace notifier;

namespace {

constexpr std::string_view german = R"({
  "event_kinds": [
    {"type": "crash", "wordings": [{"when": "", "title": "[{container_type}|Container] abgest\u00fcrzt"}]},
    {"type": "restart", "standard": true, "wordings": [
      {"when": "", "sentence": "[{@app}|Die App] startet neu[ ({reason:reason})][, {scope:series}]."}]}],
  "words": {"reason": {"user_restart": "auf Wunsch"}},
  "labels": {"View details": "Ansehen", "Logs": "Protokoll", "and": "und", "and # more": "und # weiteres/und # weitere",
             "{day} {month} {year}, {hour}:{minute} UTC": "{day}. {month} {year}, {hour}:{minute} Uhr UTC",
             "May": "Mai", "bytes": "Byte", "kB": "KB", ".": ",", "Order id": "Bestellung",
             "The event \"{kind}\" happened on {subject}.": "Auf {subject} geschah \"{kind}\".",
             "# more event/# more events": "# weiteres Ereignis/# weitere Ereignisse", "in # minute/in # minutes": "in # Min./in # Min."}
})";

Vocabulary with_german() {
  Vocabulary vocabulary;
  const auto put = vocabulary.put_language("de", german);
  REQUIRE_MESSAGE(put, put.error().message);
  return vocabulary;
}

std::string fault(std::string_view json, std::string_view tag = "de") {
  Vocabulary vocabulary;
  const auto put = vocabulary.put_language(tag, json);
  CHECK(vocabulary.languages().size() == (put ? 2 : 1));
  if (put) return {};
  const FieldError& problem = put.error().fields.at(0);
  return problem.field + ": " + problem.message;
}

/// Describes in a language.
class Told {
 public:
  const Message& operator()(const std::string& event, const Vocabulary& vocabulary, std::string_view language) {
    auto root = document_.parse(event);
    REQUIRE(root);
    describe(Event::read(*root, event), "", message_, vocabulary, language);
    return message_;
  }

 private:
  json::Document document_;
  Message message_;
};

NotifierDraft draft_of(std::string_view type_data, std::string_view platform, std::string_view language) {
  NotifierDraft draft;
  draft.platform = std::string(platform);
  draft.name = std::string(platform) + std::string(language);
  draft.send_all_events = true;
  draft.type_data = std::string(type_data);
  if (!language.empty()) draft.language = std::string(language);
  return draft;
}

const std::string crash =
    R"({"id":"1","type":"crash","app_id":"a","app_name":"shop","created_at":"2018-05-14T09:46:42Z","type_data":{"container_type":"web","crash_logs":"x","logs_url":"https://logs.example/x"}})";

}  // namespace

TEST_CASE("a language says what it has, and what it lacks comes in English") {
  const Vocabulary vocabulary = with_german();
  Told told;
  const Message& message = told(crash, vocabulary, "de");
  CHECK(message.title() == "shop: web abgest\xC3\xBCrzt");
  CHECK(message.sentence() == "The container web of shop crashed.");
  CHECK(message.severity == Severity::error);
  CHECK(message.link() == "https://logs.example/x");
  CHECK(message.link_title() == "Ansehen");
  CHECK(message.language() == "de");
  CHECK(message.readable_time() == "14. Mai 2018, 09:46 Uhr UTC");
  REQUIRE(message.field_count() == 1);
  CHECK(message.field(0).label == "Protokoll");

  const std::string restart =
      R"({"id":"1","type":"restart","app_name":"shop","type_data":{"scope":["a","b","c"],"reason":"user_restart"}})";
  CHECK(told(restart, vocabulary, "de").sentence() == "shop startet neu (auf Wunsch), a, b und c.");
  const std::string failed = R"({"id":"1","type":"restart","type_data":{"reason":"unexpected_failure"}})";
  CHECK(told(failed, vocabulary, "de").sentence() ==
        "All containers of the app are restarting after an unexpected failure.");
  CHECK(told(R"({"id":"1","type":"restart","type_data":{"reason":"user_stop"}})", vocabulary, "de").sentence() ==
        "Die App startet neu (asked for by a user).");
  const std::string unknown =
      R"({"id":"1","type":"order","app_name":"shop","type_data":{"order_id":7,"lines":[1,2,3,4,5,6,7,8,9,10]}})";
  CHECK(told(unknown, vocabulary, "de").sentence() == "Auf shop geschah \"order\".");
  CHECK(told(unknown, vocabulary, "de").field(0).label == "Bestellung");
  CHECK(told(unknown, vocabulary, "de").field(1).value == "1, 2, 3, 4, 5, 6, 7, 8 und 2 weitere");
  for (const std::string_view language : {"", "en", "fr", "DE"}) {
    CHECK(told(crash, vocabulary, language).title() == "shop: web crashed");
    CHECK(told(crash, vocabulary, language).link_title() == "View details");
    CHECK(told(crash, vocabulary, language).language() == "en");
  }
}

TEST_CASE("English itself may be said otherwise, and other forms of a language have tags of their own") {
  Vocabulary vocabulary;
  REQUIRE(vocabulary.put_language("en", R"({"labels":{"View details":"Open"}})"));
  REQUIRE(vocabulary.put_language("pt-BR", R"({"labels":{"View details":"Ver"}})"));
  CHECK(vocabulary.languages() == std::vector<std::string_view>{"en", "pt-BR"});
  Told told;
  CHECK(told(crash, vocabulary, "en").link_title() == "Open");
  CHECK(told(crash, vocabulary, "pt-BR").link_title() == "Ver");
  REQUIRE(vocabulary.remove_language("en"));
  CHECK_FALSE(vocabulary.remove_language("en"));
  CHECK(told(crash, vocabulary, "en").link_title() == "View details");
}

TEST_CASE("faults of a language name row, member and character, and nothing is taken over") {
  CHECK(fault(R"({"event_kinds":[{"type":"crash","wordings":[{"when":"","title":"{container_type:tim}"}]}]})") ==
        "languages.de.event_kinds[0].wordings[0].title: character 17: no layout is called 'tim'; did you mean time?");
  CHECK(fault(R"({"event_kinds":[{"type":"restart","wordings":[{"when":"reason=x","title":"a"}]}]})") ==
        "languages.de.event_kinds[0].wordings[0].when: is that of no English wording of this kind, which have "
        "'reason=unexpected_failure', ''");
  CHECK(fault(R"({"event_kinds":[{"type":"crash","wordings":[{"when":"","title":"{password}"}]}]})") ==
        "languages.de.event_kinds[0].wordings[0].title: character 2: the English wordings have no slot 'password'");
  CHECK(fault(R"({"event_kinds":[{"type":"new_variable","wordings":[{"title":"{value}"}]}]})") ==
        "languages.de.event_kinds[0].wordings[0].title: character 2: the English wordings have no slot 'value'");
  CHECK(fault(R"({"event_kinds":[{"type":"crahs"}]})") ==
        "languages.de.event_kinds[0].type: is no kind that has wordings: 'crahs'; did you mean crash?");
  CHECK(fault(R"({"event_kinds":[{"type":"crash"},{"type":"crash"}]})") ==
        "languages.de.event_kinds[1].type: is given twice");
  CHECK(fault(R"({"event_kinds":[{"type":"crash","wordings":[{"severity":"info"}]}]})")
            .find("languages.de.event_kinds[0].wordings[0].severity: is not known here") == 0);
  CHECK(fault(R"({"label":{}})") == "languages.de.label: is not known here; did you mean labels?");
  CHECK(fault(R"({"labels":{"and # more":"und mehr"}})") ==
        "languages.de.labels.and # more: must have the same slots as the English text, and no others");
  CHECK(fault(R"({"labels":{"View details":"<b>"}})") ==
        "languages.de.labels.View details: must be a short text of letters, digits and spaces");
  CHECK(fault(R"({"labels":{"Stack":""}})") == "languages.de.labels.Stack: must be a text that is not empty");
  CHECK(fault(R"({"labels":{"Between {from} and {to}":"{from} {to} {x}"}})") ==
        "languages.de.labels.Between {from} and {to}: has a bracket that is none of a slot");
  CHECK(fault(R"({"words":{"reason":{"user_stop":3}}})") == "languages.de.words.reason.user_stop: must be a string");
  CHECK(fault("{}", "d e") == "languages: have a name that is no tag of a language, as fr or pt-BR: 'd e'");
  CHECK(fault("{}").empty());
}

TEST_CASE("a language is written as it was read, and read again where it is layered") {
  const Vocabulary vocabulary = with_german();
  Buffer buffer;
  json::Writer out(buffer);
  write_json(out, vocabulary);
  const auto again = Vocabulary::read(buffer.view());
  REQUIRE_MESSAGE(again, again.error().message);
  Buffer second;
  json::Writer second_out(second);
  write_json(second_out, *again);
  CHECK(second.view() == buffer.view());
  Told told;
  CHECK(told(crash, *again, "de").title() == "shop: web abgest\xC3\xBCrzt");
  // Equal rows are compiled once.
  const auto shared = Vocabulary::read(buffer.view(), vocabulary);
  REQUIRE(shared);
  const auto* const before = vocabulary.state().find_language("de")->find_words("crash");
  CHECK(shared->state().find_language("de")->find_words("crash") == before);
  const auto removed = Vocabulary::read(R"({"languages":{"de":null}})", vocabulary);
  REQUIRE(removed);
  CHECK(removed->languages() == std::vector<std::string_view>{"en"});
}

TEST_CASE("a language follows the rows that it translates") {
  Vocabulary vocabulary = with_german();
  Told told;
  // Of the built-in rows of another kind nothing is said.
  REQUIRE(
      vocabulary.replace_event_kind({"restart", Scope::app, ""}, {{"", Severity::info, "again", "It runs again."}}));
  CHECK(told(R"({"id":"1","type":"restart"})", vocabulary, "de").sentence() == "It runs again.");
  REQUIRE(vocabulary.put_word("reason", "user_stop", "by hand"));
  CHECK(vocabulary.state().find_language("de")->word_sets.find("reason")->words.size() == 7);
  REQUIRE(vocabulary.remove_event_kind("crash"));
  CHECK(told(crash, vocabulary, "de").title() == "shop: crash");
  Buffer buffer;
  json::Writer out(buffer);
  write_json(out, vocabulary);
  const auto again = Vocabulary::read(buffer.view());
  REQUIRE_MESSAGE(again, again.error().message);
  CHECK(told(R"({"id":"1","type":"restart"})", *again, "de").sentence() == "It runs again.");
  // Those of a host's own kind are.
  REQUIRE(vocabulary.put_language("de", R"({"event_kinds":[{"type":"restart","wordings":[{"title":"wieder"}]}]})"));
  CHECK(told(R"({"id":"1","type":"restart"})", vocabulary, "de").title() == "Wieder");
}

TEST_CASE("notifiers of one app are told in their languages, else in that of the settings") {
  Registry registry;
  REQUIRE(registry.put_vocabulary(with_german()));
  REQUIRE(registry.add_app({"a", "shop", {}, {}}));
  const std::string slack = R"({"webhook_url":"https://hooks.slack.com/services/x"})";
  const std::string discord = R"({"webhook_url":"https://discord.com/api/webhooks/1/x"})";
  REQUIRE(registry.add("a", draft_of(slack, "slack", "de")));
  REQUIRE(registry.add("a", draft_of(slack, "slack", "")));
  REQUIRE(registry.add("a", draft_of(discord, "discord", "de")));
  REQUIRE(registry.add("a", draft_of(slack, "slack", "en")));
  REQUIRE(registry.add("a", draft_of(R"({"emails":["a@example.com"]})", "email", "de")));
  Router router(registry);
  const auto bodies = [&] {
    std::vector<std::string> all;
    REQUIRE(router.route(crash, [&](const DeliveryView& delivery) { all.emplace_back(delivery.body); }));
    return all;
  };
  auto all = bodies();
  REQUIRE(all.size() == 5);
  const auto is_german = [](const std::string& body) { return body.find("Ansehen") != std::string::npos; };
  const auto is_english = [](const std::string& body) { return body.find("View details") != std::string::npos; };
  CHECK(is_german(all[0]));
  CHECK(is_english(all[1]));
  CHECK(is_german(all[2]));
  CHECK(is_english(all[3]));
  CHECK(is_german(all[4]));
  CHECK(all[4].find("<html lang=3D\"de\">") != std::string::npos);

  Settings settings;
  settings.language = "de";
  REQUIRE(registry.set_settings(settings));
  all = bodies();
  CHECK(is_german(all[1]));
  CHECK(is_english(all[3]));

  settings.language = "dee";
  const auto refused = registry.set_settings(settings);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "the settings is not valid: language is none that is known: 'dee'; did you mean de?");
}

TEST_CASE("a notifier's language is one that is known, and stays with it") {
  Registry registry;
  REQUIRE(registry.put_vocabulary(with_german()));
  REQUIRE(registry.add_app({"a", "shop", {}, {}}));
  const std::string slack = R"({"webhook_url":"https://hooks.slack.com/services/x"})";
  const auto refused = registry.add("a", draft_of(slack, "slack", "french"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fields[0].field == "language");
  CHECK(refused.error().fields[0].code == "unknown_language");
  CHECK(refused.error().fields[0].message == "is none that is known: 'french'; there are en, de");
  const auto added = registry.add("a", draft_of(slack, "slack", "de"));
  REQUIRE(added);
  CHECK(added->language == "de");
  const std::string snapshot = registry.snapshot();
  Registry loaded;
  const auto taken = loaded.load(snapshot);
  REQUIRE_MESSAGE(taken, taken.error().message);
  CHECK(loaded.snapshot() == snapshot);
  CHECK(loaded.find(added->id)->language == "de");

  // A vocabulary without it is refused while somebody asks for it.
  CHECK(registry.put_vocabulary(Vocabulary()).error().fields[0].message == "lack 'de', which is asked for");
  NotifierDraft none;
  none.language.emplace();
  REQUIRE(registry.update("a", added->id, none));
  CHECK(registry.find("a", added->id)->language.empty());
  CHECK(registry.put_vocabulary(Vocabulary()));
}

TEST_CASE("an app's language counts where its notifier names none, and before that of the settings") {
  Registry registry;
  REQUIRE(registry.put_vocabulary(with_german()));
  REQUIRE(registry.add_app({"a", "shop", {}, "front", "de"}));
  REQUIRE(registry.add_app({"b", "site", {}, "front", {}}));
  const std::string slack = R"({"webhook_url":"https://hooks.slack.com/services/x"})";
  const auto first = registry.add("a", draft_of(slack, "slack", ""));
  REQUIRE(first);
  REQUIRE(registry.add("a", draft_of(slack, "slack", "en")));
  REQUIRE(registry.add("b", draft_of(slack, "slack", "")));
  Router router(registry);
  const auto languages = [&](const std::string& event) {
    std::string all;
    std::map<std::uint64_t, std::string> rests;  // what is shared of a body is in one language
    REQUIRE(router.route(event, [&](const DeliveryView& delivery) {
      const std::string body(delivery.body);
      all += body.find("Ansehen") != std::string::npos ? "de " : "en ";
      CHECK(rests.emplace(delivery.rest_id, body).first->second == body);
    }));
    return all;
  };
  const std::string of_project =
      R"({"id":"2","type":"crash","project_id":"front","type_data":{"logs_url":"https://logs.example/x"}})";
  CHECK(languages(crash) == "de en ");
  // What apps share of a body is not the same in another language.
  CHECK(languages(of_project) == "de en en ");
  // A preview of what is not stored reads as it will.
  Notifier draft = *registry.find(first->id);
  draft.id.clear();
  const auto shown = router.preview(draft, crash);
  REQUIRE(shown);
  CHECK(shown->body.find("Ansehen") != std::string_view::npos);

  Settings settings;
  settings.language = "de";
  REQUIRE(registry.set_settings(settings));
  AppPatch english;
  english.language = "en";
  REQUIRE(registry.update_app("a", english));
  CHECK(languages(crash) == "en en ");
  CHECK(languages(of_project) == "en en de ");
  // Without one of its own it is the settings' again.
  AppPatch none;
  none.language.emplace();
  REQUIRE(registry.update_app("a", none));
  CHECK(registry.find_app("a")->language.empty());
  CHECK(languages(of_project) == "de en de ");
}

TEST_CASE("an app's language is one that is known, and stays with it") {
  Registry registry;
  REQUIRE(registry.put_vocabulary(with_german()));
  const auto refused = registry.add_app({"a", "shop", {}, {}, "dee"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fields.at(0).message == "is none that is known: 'dee'; did you mean de?");
  REQUIRE(registry.add_app({"a", "shop", {}, {}, {}}));
  const std::string before = version_of(*registry.find_app("a"));
  AppPatch in_german;
  in_german.language = "fr";
  CHECK(registry.update_app("a", in_german).error().fields.at(0).code == "unknown_language");
  in_german.language = "de";
  REQUIRE(registry.update_app("a", in_german));
  CHECK(version_of(*registry.find_app("a")) != before);

  const std::string snapshot = registry.snapshot();
  CHECK(snapshot.find(R"("name":"shop","language":"de")") != std::string::npos);
  Registry loaded;
  const auto taken = loaded.load(snapshot);
  REQUIRE_MESSAGE(taken, taken.error().message);
  CHECK(loaded.snapshot() == snapshot);
  CHECK(loaded.load(R"({"apps":[{"name":"shop","language":"de"}]})").error().fields.at(0).code == "unknown_language");
  // A vocabulary without it is refused, though no notifier asks for it.
  CHECK(registry.put_vocabulary(Vocabulary()).error().fields.at(0).message == "lack 'de', which is asked for");
}

TEST_CASE("the settings' language keeps a vocabulary from being put that lacks it, but not another server's") {
  Registry registry;
  REQUIRE(registry.put_vocabulary(with_german()));
  Settings settings;
  settings.language = "de";
  REQUIRE(registry.set_settings(settings));
  CHECK_FALSE(registry.put_vocabulary(Vocabulary()));
  CHECK_FALSE(registry.plan_put_vocabulary(Vocabulary()));
  std::vector<Change> followed(1);
  followed[0].op = Change::Op::put_vocabulary;
  followed[0].vocabulary = Vocabulary::standard();
  followed[0].expected = "*";
  CHECK(registry.apply(followed));
}

TEST_CASE("a digest counts in the language, too") {
  Digest digest;
  digest.count = 41;
  digest.follows = true;
  digest.subject = "shop";
  digest.first = Timestamp{1526291202000};
  digest.last = Timestamp{1526291202000 + 600'000};
  digest.kinds = {{"crash", 40}, {"stop", 1}};
  Message message;
  describe(digest, message, 10, with_german(), "de");
  CHECK(message.title() == "shop: 41 weitere Ereignisse in 10 Min.");
  CHECK(message.sentence() == "Between 14. Mai 2018, 09:46 Uhr UTC and 14. Mai 2018, 09:56 Uhr UTC: 40 crash, 1 stop.");
  CHECK(message.field(0).value == "und 41 weitere");
  CHECK(message.readable_time() == "14. Mai 2018, 09:56 Uhr UTC");
}
