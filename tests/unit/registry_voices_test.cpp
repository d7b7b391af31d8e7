#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "notifier/registry/numbered.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/routing/renderer.hpp"

using namespace notifier;
using notifier::detail::Numbered;
using notifier::detail::Rendering;
using notifier::detail::State;
using notifier::detail::Voice;
using notifier::detail::Voices;

namespace {

std::uint32_t hash_of(int value) { return static_cast<std::uint32_t>(value % 7); }  // many collide

struct Heavy {
  friend bool operator==(const Heavy& a, const Heavy& b) { return *a.text == *b.text; }

  std::shared_ptr<const std::string> text;
};

Notifier notifier_of(Platform platform, const std::string& id) {
  Notifier notifier;
  notifier.id = id;
  notifier.platform = platform;
  notifier.type_data.set_text("webhook_url", "https://hooks.example/x");
  notifier.updated_at = Timestamp{1};
  return notifier;
}

}  // namespace

TEST_CASE("equal values have one number, others another") {
  Numbered<int> values;
  const auto one = values.add(1, hash_of(1));
  CHECK(values.add(1, hash_of(1)) == one);
  const auto eight = values.add(8, hash_of(8));
  CHECK(eight != one);
  CHECK(values.size() == 2);
  CHECK(values[one] == 1);
  CHECK(values[eight] == 8);
}

TEST_CASE("a value that nobody has any more is freed, and its number is given anew") {
  const auto text = std::make_shared<const std::string>("text");
  Numbered<Heavy> values;
  const auto one = values.add(Heavy{text}, 1);
  values.add(Heavy{text}, 1);
  values.add_user(one);
  values.remove(one);
  values.remove(one);
  CHECK(values[one].text.get() == text.get());
  CHECK(text.use_count() == 2);
  {
    const Numbered<Heavy> before = values;
    values.remove(one);
    CHECK(values.size() == 0);
    CHECK(before[one].text.get() == text.get());  // a copy keeps what it has
    CHECK(before.size() == 1);
    CHECK(text.use_count() == 2);
  }
  CHECK(text.use_count() == 1);
  CHECK(values.add(Heavy{std::make_shared<const std::string>("other")}, 1) == one);
  CHECK(values.end() == 1);
}

TEST_CASE("one value too many has no number, until another is gone") {
  Numbered<int, 3> values;
  for (int i = 0; i < 3; ++i) CHECK(values.add(i, hash_of(i)) != values.none);
  CHECK(values.add(3, hash_of(3)) == values.none);
  CHECK(values.size() == 3);
  CHECK(values.add(1, hash_of(1)) == 1);
  values.remove(2);
  CHECK(values.add(3, hash_of(3)) == 2);

  Numbered<int> all;
  for (int i = 0; i < 0xFFFF; ++i) {
    if (all.add(i, static_cast<std::uint32_t>(i) * 2654435761u) == all.none) FAIL(i);
  }
  CHECK(all.add(-1, 0) == all.none);
  CHECK(all[0xFFFE] == 0xFFFE);
}

TEST_CASE("numbered values and their copies are what a plain map says, through any changes") {
  std::mt19937 random(7);
  struct Kept {
    Numbered<int> values;
    std::map<int, int> users;
  };
  std::vector<Kept> kept(1);
  for (int step = 0; step < 20000; ++step) {
    const std::size_t at = random() % kept.size();
    Kept& here = kept[at];
    const int value = static_cast<int>(random() % 60);
    const std::uint16_t number = here.values.add(value, hash_of(value));
    REQUIRE(here.values[number] == value);
    ++here.users[value];
    for (int fewer = static_cast<int>(random() % 3); fewer > 0 && here.users[value] > 0; --fewer) {
      here.values.remove(number);
      --here.users[value];
    }
    if (here.users[value] == 0) here.users.erase(value);
    REQUIRE(here.values.size() == here.users.size());
    if (step % 50 == 0 && kept.size() < 6) kept.push_back(Kept(kept[at]));
    if (step % 170 == 0 && kept.size() > 1) kept.erase(kept.begin());
  }
  for (Kept& here : kept) {
    for (const auto& [value, users] : here.users) {
      const std::uint16_t number = here.values.add(value, hash_of(value));
      CHECK(here.values[number] == value);
      for (int i = 0; i <= users; ++i) here.values.remove(number);
    }
    CHECK(here.values.size() == 0);
  }
}

TEST_CASE("a registry has the voices of its notifiers, and no others") {
  State state(Vocabulary::standard(), 1);
  App app;
  app.id = "app";
  app.name = "shop";
  REQUIRE(state.put_app(app));
  const auto block = [&] { return state.find_app_by_id("app"); };
  const auto voice_of = [&](std::string_view id) { return block()->record(state.find_notifier(*block(), id)).voice(); };
  REQUIRE(state.put_notifier(*block(), notifier_of(Platform::slack, "a"), {}));
  REQUIRE(state.put_notifier(*block(), notifier_of(Platform::slack, "b"), {}));
  REQUIRE(state.put_notifier(*block(), notifier_of(Platform::webhook, "c"), {}));
  CHECK(state.voices().size() == 2);
  CHECK(voice_of("a") == voice_of("b"));
  CHECK(voice_of("a") != voice_of("c"));
  CHECK(state.voices()[voice_of("a")] == Voice{Platform::slack});

  const State before = state;
  REQUIRE(state.put_notifier(*block(), notifier_of(Platform::rocket_chat, "a"), {}));
  CHECK(state.voices().size() == 3);
  REQUIRE(state.put_notifier(*block(), notifier_of(Platform::rocket_chat, "b"), {}));
  CHECK(state.voices().size() == 2);
  CHECK(state.voices()[voice_of("b")] == Voice{Platform::rocket_chat});
  for (const char* id : {"a", "b", "c"}) {
    REQUIRE(state.put_notifier(*block(), notifier_of(Platform::rocket_chat, id), {}));
  }
  CHECK(state.voices().size() == 1);
  for (const char* id : {"a", "b", "c"}) state.remove_notifier(*block(), state.find_notifier(*block(), id));
  CHECK(state.voices().size() == 0);
  CHECK(before.voices().size() == 2);
}

TEST_CASE("each voice of an event has a payload of its own, however many there are") {
  const State state(Vocabulary::standard(), 1);
  Event event;
  Rendering rendering;
  std::mt19937 random(3);
  std::uint64_t number = 0;
  const auto text = [&](std::uint16_t voice) { return std::to_string(number) + "/" + std::to_string(voice); };
  for (const std::size_t count : {3u, 8u, 9u, 500u, 4u, 700u, 1u}) {
    for (int again = 0; again < 20; ++again) {
      rendering.begin(event, state, ++number);
      std::map<std::uint16_t, int> written;
      for (std::size_t i = 0; i < 2 * count; ++i) {
        const auto voice = static_cast<std::uint16_t>(random() % count == 0 ? Voices::none : random() % count * 90);
        Rendering::Payload& payload = rendering.payload(voice);
        if (payload.number == number) {
          CHECK(payload.body.view() == text(voice));
          CHECK(written[voice] == 1);
          continue;
        }
        CHECK(++written[voice] == 1);
        payload.number = number;
        payload.body.clear();
        payload.body.append(text(voice));
      }
    }
  }
}
