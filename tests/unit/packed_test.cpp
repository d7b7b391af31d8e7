#include "notifier/text/packed.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <string_view>

#include "notifier/vocabulary/vocabulary.hpp"

namespace {

enum class Colour : unsigned char { red, green };

struct Row {
  std::string_view name;
  Colour colour = Colour::red;
  bool is_known = false;
  std::string_view note = {};
};

constexpr Row table[] = {
    {"a", Colour::green, true, "first"},
    {"", Colour::red, false, ""},
    {"a long name, with \t and \xC3\xA9", Colour::green, false},
};

using Table = notifier::detail::Packed<table, &Row::name, &Row::colour, &Row::is_known, &Row::note>;

}  // namespace

TEST_CASE("a packed table has the rows that it was made of") {
  const Table::Rows rows;
  REQUIRE(std::size(rows.all) == std::size(table));
  for (std::size_t i = 0; i < std::size(table); ++i) {
    CHECK(rows.all[i].name == table[i].name);
    CHECK(rows.all[i].colour == table[i].colour);
    CHECK(rows.all[i].is_known == table[i].is_known);
    CHECK(rows.all[i].note == table[i].note);
  }
}

TEST_CASE("a member that is not named is as in a row without it") {
  const notifier::detail::Packed<table, &Row::note>::Rows rows;
  CHECK(rows.all[0].name.empty());
  CHECK(rows.all[0].note == "first");
}

TEST_CASE("texts of a packed table last as long as the program") {
  std::string_view name;
  {
    const Table::Rows rows;
    name = rows.all[2].name;
  }
  CHECK(name == table[2].name);
}

TEST_CASE("the vocabulary holds the built-in event types and kinds as their tables say") {
  const auto vocabulary = notifier::Vocabulary::standard();
  REQUIRE(vocabulary->event_types().size() == std::size(notifier::builtin_event_types));
  for (std::size_t i = 0; i < vocabulary->event_types().size(); ++i) {
    const notifier::EventType& held = vocabulary->event_types()[i];
    const notifier::EventType& row = notifier::builtin_event_types[i];
    CHECK(held.id == row.id);
    CHECK(held.name == row.name);
    CHECK(held.display_name == row.display_name);
    CHECK(held.description == row.description);
    CHECK(held.category_id == row.category_id);
    CHECK(held.selectable_on_every_platform == row.selectable_on_every_platform);
  }
  REQUIRE(vocabulary->event_kinds().size() == std::size(notifier::builtin_event_kinds));
  for (std::size_t i = 0; i < vocabulary->event_kinds().size(); ++i) {
    const notifier::EventKind& held = vocabulary->event_kinds()[i];
    const notifier::EventKind& row = notifier::builtin_event_kinds[i];
    CHECK(held.type == row.type);
    CHECK(held.scope == row.scope);
    CHECK(held.selectable_as == row.selectable_as);
  }
}
