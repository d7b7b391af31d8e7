// The grammar of vocabulary/wording.hpp: what wordings may say, and that a mistake in one is found.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "notifier/vocabulary/builtin_words.hpp"
#include "notifier/vocabulary/wording_compiler.hpp"

using notifier::Severity;
using notifier::detail::BuiltinWords;
using notifier::detail::KindProgram;
using notifier::detail::KindWords;
using notifier::detail::SecretNames;
using notifier::detail::WordingCompiler;
using notifier::detail::WordingFault;
using notifier::detail::WordingRow;
using notifier::detail::WordingRules;
using notifier::detail::WordSets;

namespace {

/// The first fault of the rows of one kind, all of whose texts have bytes behind them.
/// @param rules  null: they are the library's own
WordingFault fault_of(const std::vector<WordingRow>& rows, const WordingRules* rules = nullptr) {
  KindProgram program;
  WordingCompiler compiler(program, rules);
  for (const WordingRow& row : rows) compiler.add(row);
  return compiler.fault();
}

/// The same of a host's rows.
WordingFault own_fault_of(const std::vector<WordingRow>& rows, std::string_view kind = "a") {
  static const WordSets sets = notifier::detail::builtin_word_sets();
  static const SecretNames names = {{"badge"}, {"token"}};
  const WordingRules rules = {kind, &sets, &names};
  return fault_of(rows, &rules);
}

bool is_sound(const std::vector<WordingRow>& rows) { return fault_of(rows).message.empty(); }

bool is_sound_sentence(const std::string& sentence) {
  return is_sound({{"crash", "", Severity::error, "crashed", sentence}});
}

bool are_sound_fields(const std::string& fields) {
  const std::vector<WordingRow> rows = {{"crash", "", Severity::error, "crashed", "It crashed.", fields}};
  return is_sound(rows) && own_fault_of(rows).message.empty();
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a sentence is never dropped: what may be absent is in a clause, and the last clause is always there") {
  CHECK(is_sound_sentence("It crashed."));
  CHECK(is_sound_sentence("It crashed[ in {stack}|]."));
  CHECK(is_sound_sentence("[{name}|It] crashed[ in {stack}|]."));
  CHECK(is_sound_sentence("[{a}|[{b}|c]]"));
  CHECK_FALSE(is_sound_sentence("It crashed in {stack}."));
  CHECK_FALSE(is_sound_sentence("{@app} crashed."));
  CHECK_FALSE(is_sound_sentence("[{a}|{b}] crashed."));
  CHECK_FALSE(is_sound_sentence("[{a}|[{b}|{c}]] crashed."));
  CHECK(is_sound_sentence("It crashed[ in {stack}]."));
  CHECK_FALSE(is_sound({{"crash", "", Severity::error, "{name}", "It crashed."}}));
  CHECK(are_sound_fields("Stack: {stack}; Name: [{a}|{b}]"));
}

TEST_CASE("brackets and braces of a template are closed, and stand where they mean something") {
  for (const char* broken : {"a]", "a|b", "[a", "[{a}|b", "[{a}", "[[{a}|b]", "[{a}|b]]", "{a", "[{a", "[{a|b]"}) {
    INFO(std::string(broken));
    CHECK_FALSE(is_sound_sentence(broken));
    CHECK_FALSE(are_sound_fields(std::string("Name: ") + broken));
  }
}

TEST_CASE("a clause after one that is always there would never be told") {
  CHECK_FALSE(is_sound_sentence("[{a}|b|c]"));
  CHECK_FALSE(is_sound_sentence("[a|b]"));
  CHECK_FALSE(is_sound_sentence("[{a}||b]"));
}

TEST_CASE("a slot names a key, and lays it out in a way that there is") {
  for (const char* slot : {"{a}", "{a.b.c}", "{a|b}", "{a.b|c}", "{size:bytes}", "{a|b:time}", "{why:reason}",
                           "{how:metric}", "{ssl?on/off}", "{a.ssl?on/}", "{@app}", "{@project}", "{@user}",
                           "{@variables}", "{@scaling}", "{@deployment_page}", "{'a}", "{'a.b|c}", "{'@project}"}) {
    INFO(std::string(slot));
    CHECK(are_sound_fields(std::string("Name: ") + slot));
  }
  for (const char* slot :
       {"{a#one/# many}", "{a.b#no/one/# many}", "{a#/one/many}", "{a*3:{b}}", "{a.b*99:[{c.d}|{e:time}|-]}",
        "{a*1+b.c:{.}}", "{a*2:{'b}, {c#one/many}, {d?x/y}, {@app}}", "{a*3:{.:time}}", "{a*3:x}"}) {
    INFO(std::string(slot));
    CHECK(are_sound_fields(std::string("Name: ") + slot));
  }
  for (const char* slot : {"{}", "{|a}", "{a|}", "{.a}", "{:bytes}", "{a:byte}", "{a:}", "{ssl?on}", "{?on/off}", "{@}",
                           "{@nobody}", "{@apps}", "{'}", "{'@}", "{''}", "{''a}"}) {
    INFO(std::string(slot));
    CHECK_FALSE(are_sound_fields(std::string("Name: ") + slot));
  }
}

TEST_CASE("of a count and of a list, a fault says what is missing") {
  const auto fault = [](const char* title) {
    const WordingFault found = own_fault_of({{"", "", Severity::info, title, ""}});
    return std::to_string(found.character) + ": " + found.message;
  };
  const std::string how = "a list says how many it shows, at most 99, and how: as in {items*3:{name}}";
  for (const char* list : {"{a*:{b}}", "{a*0:{b}}", "{a*100:{b}}", "{a*3}", "{a*3:}", "{a*3+:{b}}", "{a*x:{b}}",
                           "{a*3-b:{c}}", "{a*3b:{c}}", "{a*3", "{a*99999999999999999999:{b}}"}) {
    INFO(std::string(list));
    CHECK(fault(list) == (std::string(list) == "{a*3" ? "1: a slot has no '}'" : "3: " + how));
  }
  CHECK(fault("{a*3:{b*3:{c}}}") == "7: a list stands in no list");
  CHECK(fault("{a*3:{b}") == "1: a slot has no '}'");
  CHECK(fault("{a*3:{}}") == "7: a slot has no name");
  CHECK(fault("{a*3:{.b}}") == "7: a slot has no name");
  CHECK(fault("{.}") == "2: a slot has no name");
  CHECK(fault("{a*3:{b:tim}}").find("9: no layout is called 'tim'") == 0);
  CHECK(fault("{a*3:{b}]}").find("9: there is no clause here") == 0);
  CHECK(fault("{a*3:{apiKey}}").find("7: 'apiKey' may be a secret") == 0);
  CHECK(fault("{a.password*3:{b}}").find("4: 'password' may be a secret") == 0);
  CHECK(fault("{a*3+secret:{b}}").find("6: 'secret' may be a secret") == 0);
  CHECK(fault("{'a*3:{b}}") == "2: a list is not set apart: what is in it may be");
  CHECK(fault("{a#one}") == "3: there are two words, with '/' between them");
  CHECK(fault("{a#1/2/3/4}") == "3: there are two words, or three, with '/' between them");
  CHECK(fault("{apiKey#one/many}").find("2: 'apiKey' may be a secret") == 0);
}

TEST_CASE("each field has a label") {
  CHECK(are_sound_fields(""));
  CHECK(are_sound_fields("Name: {a}; =Reason: {b};`Logs: {c}; >Page: {d:link}; ?By: {e}"));
  CHECK_FALSE(are_sound_fields("Name"));
  CHECK_FALSE(are_sound_fields("Name:{a}"));
  CHECK_FALSE(are_sound_fields("Name: {a}; {b}"));
}

TEST_CASE("a condition has a key and a value") {
  const auto row = [](const char* when) { return WordingRow{"a", when, Severity::info, "title", "Sentence."}; };
  CHECK(is_sound({row("x=1"), row("x=*,y=*-error"), row("")}));
  CHECK_FALSE(is_sound({row("x"), row("")}));
  CHECK_FALSE(is_sound({row("x=1,y"), row("")}));
  CHECK_FALSE(is_sound({row("=1"), row("")}));
}

TEST_CASE("a row behind one that applies always is a fault") {
  const auto row = [](const char* when) { return WordingRow{"a", when, Severity::info, "title", "Sentence."}; };
  const auto fault = fault_of({row("x=1"), row(""), row("y=1")});
  CHECK(fault.row == 2);
  CHECK(fault.member == "when");
}

TEST_CASE("a host's template may be dropped, is one line, and names no secret") {
  const auto fault = [](const char* title, std::string_view kind = "a") {
    return own_fault_of({{"", "", Severity::info, title, ""}}, kind).message;
  };
  CHECK(fault("{furnace} is overheating") == "");
  CHECK(fault("{apiKey}") == "'apiKey' may be a secret; where it is none, name it in open_names");
  CHECK(fault("{owner.password}").find("'password'") == 0);
  CHECK(fault("{badge}").find("'badge'") == 0);
  CHECK(fault("{client_secret?yes/no}").find("'client_secret'") == 0);
  CHECK(fault("{token} {value} {keyboard} {exit_code}") == "");
  CHECK(fault("{value}", "edit_variable").find("'value'") == 0);
  for (const char* text : {"a\nb", "a\x7F", "\xE2\x80\xAE", "\xE2\x80\xA8"})
    CHECK(fault(text) == "there is a control character");
  const std::string longest(2048, 'x');
  CHECK(fault(longest.c_str()) == "");
  CHECK(fault((longest + "x").c_str()) == "it is longer than 2048 bytes");
}

TEST_CASE("the built-in rows of a kind stand together, the last applies always, and no row has a fault") {
  std::vector<std::string_view> kinds;
  BuiltinWords::instance().for_each([&](std::string_view kind, const KindWords& words) {
    CAPTURE(std::string(kind));
    CHECK(std::find(kinds.begin(), kinds.end(), kind) == kinds.end());
    kinds.push_back(kind);
    std::vector<WordingRow> rows(words.begin(), words.end());
    CHECK(rows.back().when.empty());
    CHECK(fault_of(rows).message == "");
    CHECK(words.program().rows_end() - words.program().rows_begin() == static_cast<std::ptrdiff_t>(rows.size()));
  });
  CHECK(kinds.size() == 97);
}

TEST_CASE("a fault names the row, the member, the character, and what was probably meant") {
  const auto fault = own_fault_of({{"a", "x=1", Severity::info, "title", "Sentence."},
                                   {"a", "", Severity::info, "title", "\xC3\x9C[ber {since:tim}]."}});
  CHECK(fault.row == 1);
  CHECK(fault.member == "sentence");
  CHECK(fault.character == 14);
  CHECK(fault.message == "no layout is called 'tim'; did you mean time?");
  CHECK(fault_of({{"a", "", Severity::info, "t", "s", "A: {b}; C: {d"}}).character == 12);
}

TEST_CASE("wordings that are too large are refused: their keys, their steps, their depth") {
  const auto of_keys = [](std::size_t count) {
    std::string clauses;
    for (std::size_t i = 0; i < count; ++i) clauses += "{key" + std::to_string(i) + "}|";
    return "[" + clauses + "]";
  };
  CHECK(is_sound_sentence(of_keys(159)));
  CHECK_FALSE(is_sound_sentence(of_keys(160)));

  const auto of_steps = [](std::size_t count) { return "[" + repeated("{a}", count) + "|]"; };
  CHECK(is_sound_sentence(of_steps(KindProgram::max_ops - 12)));
  CHECK_FALSE(is_sound_sentence(of_steps(KindProgram::max_ops)));

  const auto of_depth = [](std::size_t count) { return repeated("[{a}|", count) + "b" + repeated("]", count); };
  CHECK(is_sound_sentence(of_depth(8)));
  CHECK_FALSE(is_sound_sentence(of_depth(9)));
}

TEST_CASE("kinds are compiled when they are asked for, by any number of threads at once") {
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < 80; ++i)
    sentences.push_back("The {key" + std::to_string(i) + "} of " + std::to_string(i));
  std::vector<WordingRow> rows;
  for (const std::string& sentence : sentences) rows.push_back({"a", "", Severity::info, "t", "s", {}, sentence});
  std::vector<KindWords> kinds(sentences.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i].borrow(&rows[i], 1);

  std::vector<std::thread> threads;
  std::atomic<std::size_t> right{0};
  for (std::size_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      for (std::size_t step = 0; step < kinds.size(); ++step) {
        const std::size_t i = (step * (2 * seed + 1) + seed) % kinds.size();
        const KindProgram& program = kinds[i].program();
        const auto* op = &program.op(program.rows_begin()->actor);
        const bool begins =
            op[0].text == "The " && op[1].key == program.key("key" + std::to_string(i)) && op[1].key != 0;
        if (begins && op[2].text == " of " + std::to_string(i)) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4 * kinds.size());
  CHECK(kinds[7].program().key("key8") == 0);
}
