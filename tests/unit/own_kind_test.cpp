// Messages about kinds of events that a host adds to the vocabulary.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "notifier/message/describe.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

using namespace notifier;

namespace {

struct OwnKinds {
  OwnKinds() {
    const std::string_view category = vocabulary.categories()[0].id;
    REQUIRE(vocabulary.add_event_type({"own-1", "order_placed", "Order placed", "An order\nwas placed", category}));
    REQUIRE(vocabulary.add_event_type({"own-2", "order_lost", "order_lost", "Where is it?", category}));
    REQUIRE(vocabulary.add_event_type({"own-3", "bare", "bare", "", category}));
    REQUIRE(vocabulary.add_event_kind({"order/placed", Scope::app, "order_placed"}));
    REQUIRE(vocabulary.add_event_kind({"order/lost", Scope::app, "order_lost"}));
    REQUIRE(vocabulary.add_event_kind({"bare", Scope::app, "bare"}));
    REQUIRE(vocabulary.add_event_kind({"unselectable", Scope::app, ""}));
  }

  /// Title and sentence.
  std::string told(std::string_view kind) {
    const std::string event = R"({"app_name":"shop","type":")" + std::string(kind) + R"(","type_data":{"total":5}})";
    const auto root = document.parse(event);
    REQUIRE(root);
    describe(Event::read(*root, event), "", message, vocabulary);
    return std::string(message.title()) + " | " + std::string(message.sentence());
  }

  Vocabulary vocabulary;
  json::Document document;
  Message message;
};

}  // namespace

TEST_CASE_FIXTURE(OwnKinds, "a host's own kind is told in the words of the event type that selects it") {
  CHECK(told("order/placed") == "shop: Order placed | An order was placed.");
  REQUIRE(message.field_count() == 1);
  CHECK(message.field(0).label == "Total");
  CHECK(message.field(0).value == "5");
}

TEST_CASE_FIXTURE(OwnKinds, "where the event type has no words, the kind's name tells") {
  CHECK(told("order/lost") == "shop: order lost | Where is it?");
  CHECK(told("bare") == "shop: bare | The event \"bare\" happened on shop.");
  CHECK(told("unselectable") == "shop: unselectable | The event \"unselectable\" happened on shop.");
  CHECK(told("nobody/knows") == "shop: nobody knows | The event \"nobody/knows\" happened on shop.");
}

TEST_CASE_FIXTURE(OwnKinds, "a built-in kind keeps its wording") {
  CHECK(told("restart") == "shop: restarting | All containers of shop are restarting.");
}

TEST_CASE("each of a hundred own event types is selected by itself") {
  std::string types, notifiers;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    types += (i == 0 ? "" : ",") + std::string(R"({"id":"et-)") + n + R"(","name":"type_)" + n + "\"}";
    notifiers += (i == 0 ? "" : ",") + std::string(R"({"id":"no-)") + n +
                 R"(","name":"n","platform":"email","selected_event_ids":["et-)" + n + "\"]}";
  }
  Registry registry;
  REQUIRE(registry.load(R"({"event_types":[)" + types + R"(],"apps":[{"id":"1","name":"a","notifiers":[)" + notifiers +
                        "]}]}"));
  Router router(registry);
  for (int i = 0; i < 100; ++i) {
    std::string told;
    const std::string event = R"({"app_id":"1","type":"type_)" + std::to_string(i) + "\"}";
    REQUIRE(router.match(event, [&](std::string_view id) { told += std::string(id) + " "; }));
    CHECK(told == "no-" + std::to_string(i) + " ");
  }
}
