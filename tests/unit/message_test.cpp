#include "notifier/message/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using notifier::Message;
using notifier::Severity;

namespace {

std::string line(std::string_view text) {
  Message message;
  message.set_title(text);
  return std::string(message.title());
}

std::string block(std::string_view text) {
  Message message;
  message.add_field("Logs", text, false, true);
  return message.field_count() == 0 ? "(none)" : std::string(message.field(0).value);
}

}  // namespace

TEST_CASE("a new message is empty") {
  const Message message;
  CHECK(message.title().empty());
  CHECK(message.sentence().empty());
  CHECK(message.link().empty());
  CHECK(message.field_count() == 0);
  CHECK(message.severity == Severity::info);
  CHECK_FALSE(message.time());
}

TEST_CASE("a host describes an event in its own words") {
  Message message;
  message.severity = Severity::success;
  message.set_subject("shop");
  message.set_title("shop: order placed");
  message.set_sentence("Somebody bought three cups.");
  message.set_actor("anna");
  message.set_kind("order/placed");
  message.set_event_id("ev-1");
  message.set_link("https://shop.example.org/orders/1");
  message.add_field("Order", "A-1042");
  message.add_field("Note", "gift wrap,\nplease", false);
  message.add_field("Request", "GET /\r\nHost: shop", false, true);
  CHECK(message.subject() == "shop");
  CHECK(message.title() == "shop: order placed");
  CHECK(message.sentence() == "Somebody bought three cups.");
  CHECK(message.actor() == "anna");
  CHECK(message.kind() == "order/placed");
  CHECK(message.event_id() == "ev-1");
  CHECK(message.link() == "https://shop.example.org/orders/1");
  REQUIRE(message.field_count() == 3);
  CHECK(message.field(0).label == "Order");
  CHECK(message.field(0).value == "A-1042");
  CHECK(message.field(0).is_short);
  CHECK_FALSE(message.field(0).is_code);
  CHECK(message.field(1).value == "gift wrap, please");
  CHECK_FALSE(message.field(1).is_short);
  CHECK(message.field(2).value == "GET /\nHost: shop");
  CHECK(message.field(2).is_code);
}

TEST_CASE("a text is inert where no format has to escape anything in it") {
  Message message;
  const auto is_inert = [&](std::string_view text) {
    message.clear();
    message.set_title(text);
    message.set_sentence(text);
    message.add_field("Text", text);
    CHECK(message.title().is_inert == message.sentence().is_inert);
    CHECK(message.title().is_inert == message.field(0).value.is_inert);
    return message.title().is_inert;
  };
  CHECK(is_inert("shop: order #12 placed (3 cups, 50 %) - it's *here*, `now`; {really}?!"));
  CHECK(is_inert("exactly sixteen."));
  for (const char* active : {"\"", "&", "<", "=", ">", "\\", "\x7F", "\xC3\xA9", "\xF0\x9F\xA6\x84"}) {
    CAPTURE(active);
    CHECK_FALSE(is_inert(std::string("a") + active + "b"));
    CHECK_FALSE(is_inert(std::string("fifteen letters") + active));
    CHECK_FALSE(is_inert(active + std::string("and more than sixteen letters")));
  }
  CHECK_FALSE(message.field(0).label.is_inert);
  message.add_field("Log", "all of it", false, true);
  CHECK_FALSE(message.field(1).value.is_inert);
}

TEST_CASE("a link is inert where it needs no escape and is a URL through and through") {
  const auto is_inert = [](std::string_view url) {
    Message message;
    message.set_link(url);
    CHECK(message.link() == url);
    return message.link().is_inert;
  };
  CHECK(is_inert("https://git.example/shop/commit/5f4dcc3b5aa765d61d8327deb882cf99#L10"));
  CHECK(is_inert("https://x/"));
  for (const char* other : {"?a=1", "&", "\"", "<", ">", " x", "^", "`", "{", "|", "}", "\\", "\xC3\xA9"}) {
    CAPTURE(other);
    CHECK_FALSE(is_inert(std::string("https://x/") + other));
    CHECK_FALSE(is_inert(std::string("https://git.example/shop/commit/") + other + "5f4dcc3b5aa765d61d8327deb882cf99"));
  }
}

TEST_CASE("clearing empties everything") {
  Message message;
  message.severity = Severity::error;
  message.set_time(notifier::Timestamp{5});
  message.set_title("t");
  message.set_link("https://example.org");
  message.add_field("a", "b");
  message.clear();
  CHECK(message.severity == Severity::info);
  CHECK_FALSE(message.time());
  CHECK(message.readable_time().empty());
  CHECK(message.title().empty());
  CHECK(message.link().empty());
  CHECK(message.field_count() == 0);
}

TEST_CASE("a message can be moved and refilled") {
  Message message;
  message.set_title("before");
  Message moved = std::move(message);
  CHECK(moved.title() == "before");
  message = Message();
  message.set_title("after");
  CHECK(message.title() == "after");
}

TEST_CASE("parts stay on one line") {
  CHECK(line("plain") == "plain");
  CHECK(line("") == "");
  CHECK(line("   ") == "");
  CHECK(line("\r\n\t\x01") == "");
  CHECK(line(" both ends ") == "both ends");
  CHECK(line("a\r\nSubject: b") == "a Subject: b");
  CHECK(line("a \r\n \t b") == "a b");
  CHECK(line("two  spaces stay") == "two  spaces stay");
  CHECK(line(std::string_view("nul\0nul", 7)) == "nul nul");
  CHECK(line("del\x7F-del") == "del -del");
  CHECK(line("exactly sixteen.") == "exactly sixteen.");
  CHECK(line("sixteen and one..\n") == "sixteen and one..");
  CHECK(line("a long line that has its \n break beyond the first block") ==
        "a long line that has its break beyond the first block");
}

TEST_CASE("Unicode's line breaks and controls break a line too, other characters pass") {
  CHECK(line("a\xC2\x85"
             "b") == "a b");  // next line
  CHECK(line("a\xE2\x80\xA8"
             "b\xE2\x80\xA9"
             "c") == "a b c");  // line and paragraph separator
  CHECK(line("\xC2\xA0\xC2\xBFqu\xC3\xA9?") == "\xC2\xA0\xC2\xBFqu\xC3\xA9?");
  CHECK(line("\xE2\x82\xAC 5 \xE2\x80\x93 \xF0\x9F\x92\xA9") == "\xE2\x82\xAC 5 \xE2\x80\x93 \xF0\x9F\x92\xA9");
  CHECK(line("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB") == "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB");
}

TEST_CASE("directional overrides and isolates vanish, right-to-left text stays") {
  CHECK(line("user\xE2\x80\xAEgpj.exe") == "usergpj.exe");
  CHECK(line("\xE2\x81\xA7 a \xE2\x81\xA9") == "a");
  CHECK(line("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D") == "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D");
}

TEST_CASE("bytes that are no UTF-8 at the end of a text are not read past") {
  CHECK(line("cut \xE2") == "cut \xE2");
  CHECK(line("cut \xE2\x80") == "cut \xE2\x80");
  CHECK(line("cut \xC2") == "cut \xC2");
}

TEST_CASE("every length around the block size comes out whole") {
  std::string text;
  for (int i = 0; i < 70; ++i) {
    CHECK(line(text) == text);
    CHECK(line("\n" + text + "\n") == text);
    CHECK(block(text + " ") == (text.empty() ? "(none)" : text));
    text += static_cast<char>('a' + i % 26);
  }
}

TEST_CASE("code keeps its lines and loses its colours") {
  CHECK(block("a\nb") == "a\nb");
  CHECK(block("a\r\nb\rc") == "a\nb\nc");
  CHECK(block("\n\n  indented\n\tmore\n\n \t\n") == "  indented\n\tmore");
  CHECK(block("\x1B[1;31mred\x1B[0m and \x1B[Kplain") == "red and plain");
  CHECK(block("\x1B[") == "[");
  CHECK(block("\x1B]0;title\x07text") == "]0;titletext");
  CHECK(block("a\x01\x7F"
              "b\xC2\x9B"
              "c\xE2\x80\xAE"
              "d") == "abcd");
  CHECK(block(" \n\t\r ") == "(none)");
}

TEST_CASE("blank values make no field") {
  Message message;
  message.add_field("a", "");
  message.add_field("b", " \n");
  message.add_field("c", "\x01", true, true);
  CHECK(message.field_count() == 0);
  message.add_field("d", "x");
  REQUIRE(message.field_count() == 1);
  CHECK(message.field(0).label == "d");
}

TEST_CASE("severities have names") {
  CHECK(to_string(Severity::info) == "info");
  CHECK(to_string(Severity::success) == "success");
  CHECK(to_string(Severity::warning) == "warning");
  CHECK(to_string(Severity::error) == "error");
}
