// What is told of an event whose kind nobody described: its name, its values, and none that may be a secret.

#include <doctest/doctest.h>

#include <iterator>
#include <string>

#include "describer.hpp"

using notifier::Message;
using notifier::Severity;

TEST_CASE("of an unknown kind, nothing that looks like a secret is told") {
  Describer describe;
  const Message& message = describe(event_of(
      "order/placed",
      R"({"value":"1312","ApiKey":"s3cr3t","api_token":"s3cr3t","DB_PASSWORD":"s3cr3t","passwd":"s3cr3t",)"
      R"("clientSecret":"s3cr3t","webhook":"s3cr3t","credentials":"s3cr3t","Authorization":"s3cr3t","session_id":"s3cr3t",)"
      R"("cookie":"s3cr3t","exit_code":137,"pin":1234,"auth":"s3cr3t","voucher":"s3cr3t","dsn":"s3cr3t","drain":"s3cr3t",)"
      R"("private":true,"db":"postgres://u:s3cr3t@db/x","note":"see https://x.example.org/?t=s3cr3t now",)"
      R"("mirror":"http://a.example.org and ftp://me:s3cr3t@b.example.org","key":"OPS-7","signature":"s3cr3t",)"
      R"("author":"anna","shipping":"fast","docs":"https://x.example.org/a@b"})"));
  for (const char* secret : {"s3cr3t", "1234"}) CHECK(all_text_of(message).find(secret) == std::string::npos);
  REQUIRE(message.field_count() == 7);
  CHECK(field_of(message, "Value") + field_of(message, "Exit code") + field_of(message, "Private") +
            field_of(message, "Key") ==
        "1312137trueOPS-7");
  CHECK(field_of(message, "Author") + field_of(message, "Shipping") == "annafast");
  CHECK(field_of(message, "Docs") == "https://x.example.org/a@b");
}

TEST_CASE("an unknown kind is told by its name and its values") {
  Describer describe;
  const Message& message = describe(
      event_of(
          "order_placed/by-hand",
          R"({"orderId":"A-1","total_price":59.9,"gift":false,"count":3,"nothing":null,"blank":" ","list":[1],)"
          R"("object":{"a":1},"note":"two\nlines","long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})",
          R"("user":{"username":"anna"},"app_name":"shop","created_at":"2026-01-02T03:04:05.678Z",)"),
      "https://dashboard.example.org");
  CHECK(message.title() == "shop: order placed by hand");
  CHECK(message.sentence() == "The event \"order_placed/by-hand\" happened on shop.");
  CHECK(message.severity == Severity::info);
  CHECK(message.actor() == "anna");
  CHECK(message.link() == "https://dashboard.example.org/apps/shop");
  CHECK(message.time() == notifier::Timestamp{1767323045678});
  REQUIRE(message.field_count() == 8);
  CHECK(field_of(message, "List") == "1");
  CHECK(field_of(message, "Object") == "A: 1");
  CHECK(message.field(0).label == "Order id");
  CHECK(field_of(message, "Total price") == "59.9");
  CHECK(field_of(message, "Gift") == "false");
  CHECK(field_of(message, "Count") == "3");
  CHECK(field_of(message, "Note") == "two lines");
  CHECK(message.field(6).is_short);
  CHECK_FALSE(message.field(7).is_short);
}

TEST_CASE("an unknown kind may have any name and any keys") {
  Describer describe;
  CHECK(describe(event_of("", "{}")).title() == "shop: event");
  CHECK(describe(event_of("", "{}")).sentence() == "An event happened on shop.");
  CHECK(describe(event_of("x\\r\\nBcc: a@b", "{}", "")).title() == "X Bcc: a@b");
  CHECK(describe(event_of("\\u00e9t\\u00e9", "{}", "")).sentence() == "The event \"\xC3\xA9t\xC3\xA9\" happened.");
  const Message& message = describe(
      event_of("x", R"({"":"empty","<b>*_@here":"tags","\u65e5\u672c":"script","a\nb":"break",)"
                    R"("kEY2x":"no","aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":"long","ID":"up"})"));
  REQUIRE(message.field_count() == 7);
  const char* labels[] = {"Data", "B here", "Data", "A b", "K eY2x"};
  for (std::size_t i = 0; i < std::size(labels); ++i) CHECK(message.field(i).label == labels[i]);
  CHECK(message.field(5).label.size() <= 40);
  CHECK(message.field(6).label == "ID");
}

TEST_CASE("of an unknown kind with very many values, the first are told and the rest counted") {
  std::string type_data = "{\"a\":0";
  for (int i = 1; i < 100; ++i) type_data += ",\"v" + std::to_string(i) + "\":" + std::to_string(i);
  Describer describe;
  const Message& message = describe(event_of("x", type_data + "}"));
  REQUIRE(message.field_count() == 33);
  CHECK(message.field(31).value == "31");
  CHECK(message.field(32).label == "Further values");
  CHECK(message.field(32).value == "68");
}
