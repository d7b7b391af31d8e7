// Rows of hosts' own platforms, and an app that has them.

#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/notifier.hpp"

namespace own_platform_world {

using namespace notifier;

/// Webex, as its API reference has it.
inline constexpr std::string_view webex =
    R"({"name":"webex","display_name":"Webex","description":"Posts to a space of Webex.",
  "fields":[{"key":"bot_token","label":"Bot token","kind":"token","required":true,"secret":true},
            {"key":"room_id","label":"Space","kind":"token","required":true,"help":"Its id."}],
  "request":{"url":"https://webexapis.com/v1/messages","headers":{"Authorization":"Bearer {@notifier.bot_token}"},
             "body":{"roomId":"{@notifier.room_id}","markdown":"**{@title}** {@sentence}"}},
  "escape":"markdown","limits":[{"part":"markdown","amount":7439,"unit":"bytes"}],
  "success":{"status":[200]},
  "errors":[{"status":401,"verdict":"disable","reason":"the bot token is not accepted"},
            {"status":404,"verdict":"disable","reason":"there is no such space"}],
  "receipt":"id","target":["bot_token","room_id"],"rate":[{"count":5,"per_ms":1000}],"concurrency":1})";

inline std::string vocabulary_of(std::string_view rows) { return R"({"platforms":[)" + std::string(rows) + "]}"; }

/// The first fault of a row.
inline std::string fault_of(std::string row) {
  const auto read = Vocabulary::read(vocabulary_of(row));
  if (read) return "none";
  return read.error().fields[0].field + ": " + read.error().fields[0].message;
}

/// A row with nothing but what must be there.
inline std::string row_with(std::string_view more, std::string_view body = R"({"text":"{@title}"})",
                            std::string_view url = "https://example.com/{@notifier.key}") {
  return R"({"name":"own","fields":[{"key":"key","kind":"token","secret":true}],"request":{"url":")" +
         std::string(url) + R"(","body":)" + std::string(body) + "}" + std::string(more) + "}";
}

struct World {
  explicit World(std::string_view rows) {
    auto read = Vocabulary::read(vocabulary_of(rows));
    REQUIRE_MESSAGE(read, (read ? std::string() : read.error().message));
    RegistryOptions options;
    options.vocabulary = std::make_shared<const Vocabulary>(*std::move(read));
    registry = std::make_unique<Registry>(std::move(options));
    REQUIRE(registry->add_app({"a1", "shop", {}, {}}, false));
  }

  Result<Notifier> add(std::string_view platform, std::string_view type_data) {
    NotifierDraft draft;
    draft.platform = platform;
    draft.name = "mine";
    draft.send_all_events = true;
    draft.type_data = type_data;
    return registry->add("a1", draft);
  }

  std::vector<Delivery> route(std::string_view event) {
    Router router(*registry);
    std::vector<Delivery> out;
    REQUIRE(router.route(event, [&](const DeliveryView& view) { out.push_back(Delivery::own(view)); }));
    return out;
  }

  std::unique_ptr<Registry> registry;
};

inline constexpr std::string_view event =
    R"({"id":"e1","type":"furnace","app_id":"a1","app_name":"shop","created_at":"2018-05-14T09:46:42Z",)"
    R"("type_data":{"title":"It *is* [hot](http://evil.example) @all","message":"Look"}})";

inline Verdict judge(Platform platform, int status, std::string_view body) {
  HttpReply reply;
  reply.status = status;
  reply.body = body;
  return classify(platform, reply, {});
}

}  // namespace own_platform_world
