// What is kept of a reply. The cases are those that the npm package is held to.

#include "notifier/adapters/reply_excerpt.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "event_corpus.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/text/is_utf8.hpp"

using notifier::Delivery;
using notifier::reply_excerpt;

TEST_CASE(
    "the beginning of a reply is one line without the secrets of its request, as tests/data/reply_excerpts.ndjson "
    "says") {
  std::istringstream file(read_test_data("reply_excerpts.ndjson"));
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    notifier::json::Document document;
    const auto test = document.parse(line);
    REQUIRE(test);
    const std::string what((*test)["what"].string());
    CAPTURE(what);
    Delivery delivery;
    delivery.url = (*test)["url"].string();
    const auto* const row = notifier::find_platform_by_name((*test).string("platform"));
    if (row != nullptr) delivery.platform = row->platform;
    delivery.body = (*test).string("request");
    (*test)["headers"].for_each_member([&](std::string_view name, notifier::json::View value) {
      delivery.headers.push_back({std::string(name), std::string(value.string())});
    });
    std::vector<std::string> secrets;
    (*test)["secrets"].for_each_element([&](notifier::json::View secret) { secrets.emplace_back(secret.string()); });
    std::string body;
    std::int64_t times = 0;
    REQUIRE((*test)["times"].integer(times));
    for (; times > 0; --times) body.append((*test)["body"].string());
    CHECK(reply_excerpt(body, delivery, secrets) == (*test)["excerpt"].string());
  }
  CHECK(count > 15);
}

TEST_CASE("a receipt in which a secret of its request stands is none") {
  Delivery delivery;
  delivery.url = "https://discord.com/api/webhooks/1288200000000000000/ABCDsecretABCD?wait=true";
  delivery.headers = {{"content-type", "application/json"}, {"authorization", "Bearer topsecret"}};
  const auto kept = [&](const char* receipt) {
    return notifier::kept_receipt(receipt, delivery, {"github:my own one"});
  };
  for (const char* const fine : {"", "1", "1288200000000000001", "12882000", "$a:example.org", "wait", "true"}) {
    CHECK(kept(fine) == fine);
  }
  for (const char* const secret : {"ABCDsecretABCD", "x-ABCDsecretABCD-y", "topsecret", "1288200000000000000"}) {
    CHECK(kept(secret).empty());
  }
  CHECK(kept("my own one").empty());
}

TEST_CASE("whatever bytes a reply is made of, its excerpt is valid UTF-8 of at most 512 bytes, without controls") {
  Delivery delivery;
  delivery.url = "https://hooks.example.com/abcdefgh";
  CHECK(reply_excerpt("a\xFF\xFE\x80z", delivery, {}) == "a\xEF\xBF\xBDz");
  CHECK(reply_excerpt("cut \xE2\x82", delivery, {}) == "cut \xEF\xBF\xBD");
  unsigned state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string body;
    for (int i = 0; i < round * 2; ++i) {
      state = state * 1'103'515'245u + 12'345u;
      body.push_back(static_cast<char>(state >> 16));
    }
    const std::string excerpt = reply_excerpt(body, delivery, {});
    CHECK(excerpt.size() <= notifier::reply_excerpt_bytes);
    CHECK(notifier::is_utf8(excerpt));
    for (const char c : excerpt) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
  }
}
