// The grammar of vocabulary/wording.hpp: what a table of wordings may say, and that a mistake in one is found.

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "notifier/vocabulary/wording_program.hpp"

using notifier::Severity;
using notifier::detail::Wording;
using notifier::detail::WordingProgram;

namespace {

bool is_sound(const std::vector<Wording>& table) {
  return std::make_unique<WordingProgram>(table.data(), table.size())->is_sound();
}

bool is_sound_sentence(const std::string& sentence) {
  return is_sound({{"crash", "", Severity::error, "crashed", sentence}});
}

bool are_sound_fields(const std::string& fields) {
  return is_sound({{"crash", "", Severity::error, "crashed", "It crashed.", fields}});
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
  for (const char* slot : {"{}", "{|a}", "{a|}", "{.a}", "{:bytes}", "{a:byte}", "{a:}", "{ssl?on}", "{?on/off}", "{@}",
                           "{@nobody}", "{@apps}", "{'}", "{'@}", "{''}"}) {
    INFO(std::string(slot));
    CHECK_FALSE(are_sound_fields(std::string("Name: ") + slot));
  }
}

TEST_CASE("each field has a label") {
  CHECK(are_sound_fields(""));
  CHECK(are_sound_fields("Name: {a}; =Reason: {b};`Logs: {c}; >Page: {d:link}; ?By: {e}"));
  CHECK_FALSE(are_sound_fields("Name"));
  CHECK_FALSE(are_sound_fields("Name:{a}"));
  CHECK_FALSE(are_sound_fields("Name: {a}; {b}"));
}

TEST_CASE("the rows of a kind stand together, and the last applies always") {
  const auto row = [](const char* kind, const char* when) {
    return Wording{kind, when, Severity::info, "title", "Sentence."};
  };
  CHECK(is_sound({row("a", ""), row("b", "")}));
  CHECK(is_sound({row("a", "x=1"), row("a", "x=*,y=*-error"), row("a", ""), row("b", "")}));
  CHECK_FALSE(is_sound({row("a", "x=1")}));
  CHECK_FALSE(is_sound({row("a", "x=1"), row("b", "")}));
  CHECK_FALSE(is_sound({row("b", ""), row("a", "x=1")}));
  CHECK_FALSE(is_sound({row("a", ""), row("b", ""), row("a", "")}));
  CHECK_FALSE(is_sound({row("a", "x"), row("a", "")}));
  CHECK_FALSE(is_sound({row("a", "x=1,y"), row("a", "")}));
  CHECK_FALSE(is_sound({row("a", "=1"), row("a", "")}));
}

TEST_CASE("a table that is too large is not sound: its keys, its steps, its literals, its depth") {
  const auto of_keys = [](std::size_t count) {
    std::string clauses;
    for (std::size_t i = 0; i < count; ++i) clauses += "{key" + std::to_string(i) + "}|";
    return "[" + clauses + "]";
  };
  CHECK(is_sound_sentence(of_keys(159)));
  CHECK_FALSE(is_sound_sentence(of_keys(160)));

  const auto of_steps = [](std::size_t count) { return "[" + repeated("{a}", count) + "|]"; };
  CHECK(is_sound_sentence(of_steps(4084)));  // and eleven more: 4095 in all
  CHECK_FALSE(is_sound_sentence(of_steps(4085)));

  const auto of_letters = [](std::size_t count) { return std::string(count, 'x'); };
  const std::size_t room = 32 * 1024 - std::string("crashed").size() - 2 * notifier::detail::text_padding;
  CHECK(is_sound_sentence(of_letters(room)));
  CHECK_FALSE(is_sound_sentence(of_letters(room + 1)));

  const auto of_depth = [](std::size_t count) { return repeated("[{a}|", count) + "b" + repeated("]", count); };
  CHECK(is_sound_sentence(of_depth(8)));
  CHECK_FALSE(is_sound_sentence(of_depth(9)));
}

TEST_CASE("kinds are compiled when they are asked for, by any number of threads at once") {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 80; ++i) texts.push_back(std::to_string(i));
  std::vector<std::string> sentences;
  for (const std::string& text : texts) sentences.push_back("The {key" + text + "} of " + text);
  std::vector<Wording> table;
  for (std::size_t i = 0; i < texts.size(); ++i)
    table.push_back({texts[i], "", Severity::info, "title", "Sentence.", {}, sentences[i]});

  const auto program = std::make_unique<WordingProgram>(table.data(), table.size());
  CHECK(program->first_row("80") == WordingProgram::no_row);
  CHECK(program->key("key7") == 0);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> right{0};
  for (std::size_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      for (std::size_t step = 0; step < texts.size(); ++step) {
        const std::size_t i = (step * (2 * seed + 1) + seed) % texts.size();
        if (program->first_row(texts[i]) != i) continue;
        const auto* op = &program->op(program->row(i).actor);
        const bool begins = op[0].text == "The " && op[1].key == program->key("key" + texts[i]) && op[1].key != 0;
        if (begins && op[2].text == " of " + texts[i]) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4 * texts.size());
  CHECK(program->is_sound());
}
