#include <doctest/doctest.h>

#include <string>

#include "notifier/model/email_address.hpp"
#include "notifier/text/is_utf8.hpp"

using namespace notifier;

TEST_CASE("addresses that mail programs agree on are taken") {
  for (const char* good :
       {"a@b", "a@b.c", "first.last@example.org", "a+b@example.org", "!#$%&'*+-/=?^_`{|}~@example.org",
        "root@localhost", "x@xn--bcher-kva.example", "a@1.2", "A@B.C", "a@a-b.c"}) {
    CAPTURE(good);
    CHECK(is_email_address(good));
  }
  CHECK(is_email_address(std::string(64, 'a').append("@b.c")));
  CHECK(is_email_address("a@" + std::string(63, 'b').append(".c")));
}

TEST_CASE("anything that could be read in two ways, or break a header, is refused") {
  for (const char* bad : {"",         "@",       "a",       "a@",        "@b",           "a@b.",
                          "a@.b",     "a@b..c",  ".a@b.c",  "a.@b.c",    "a..b@c.d",     "a b@c.d",
                          "a@b c.d",  "a@b.c ",  " a@b.c",  "a@b@c",     "\"a\"@b.c",    "a@[127.0.0.1]",
                          "a@b_c.d",  "a@-b.c",  "a@b-.c",  "a@b.c\r\n", "a\n@b.c",      "a@b.c\t",
                          "a,b@c.d",  "a;b@c.d", "<a@b.c>", "a(b)@c.d",  "\xC3\xBC@b.c", "a@\xC3\xBC.c",
                          "a@b.c\x7F"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_email_address(bad));
  }
  CHECK_FALSE(is_email_address(std::string("a\0@b.c", 6)));
  CHECK_FALSE(is_email_address(std::string(65, 'a').append("@b.c")));
  CHECK_FALSE(is_email_address("a@" + std::string(64, 'b').append(".c")));
  std::string domain;
  for (int i = 0; i < 63; ++i) domain += "abc.";
  CHECK(is_email_address("a@" + domain.substr(0, 251)));
  CHECK_FALSE(is_email_address("aaaa@" + domain.substr(0, 251)));
}

TEST_CASE("every character has its places, and all others have none") {
  constexpr std::string_view alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view signs = "!#$%&'*+-/=?^_`{|}~";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string c(1, static_cast<char>(byte));
    const bool is_alphanumeric = alphanumeric.find(c) != std::string_view::npos;
    const bool is_atom = is_alphanumeric || signs.find(c) != std::string_view::npos;
    CAPTURE(byte);
    CHECK(is_email_address("a" + c + "b@c") == (is_atom || c == "."));
    CHECK(is_email_address(c + "@c") == is_atom);
    CHECK(is_email_address("a@b" + c + "c") == (is_alphanumeric || c == "-" || c == "."));
    CHECK(is_email_address("a@" + c) == is_alphanumeric);
    Mailbox mailbox;
    CHECK(parse_mailbox("a" + c + "b <a@b.c>", mailbox) == (is_atom || c == " "));
    CHECK(parse_mailbox("\"a" + c + "b\" <a@b.c>", mailbox) == (byte >= 0x20 && byte <= 0x7E && c != "\""));
  }
}

TEST_CASE("each label of a domain has 63 characters, wherever it is") {
  const std::string longest(63, 'b');
  CHECK(is_email_address("a@" + longest + "." + longest));
  CHECK(is_email_address("a@c." + longest));
  CHECK_FALSE(is_email_address("a@c." + longest + "b"));
  CHECK_FALSE(is_email_address("a@" + longest + "." + longest + "b"));
  CHECK_FALSE(is_email_address("a@b--"));
  CHECK(is_email_address("a@b--c"));
}

TEST_CASE("domains of the same mailbox differ in case, local parts do not") {
  CHECK(same_mailbox("a@EXAMPLE.org", "a@example.ORG"));
  CHECK_FALSE(same_mailbox("A@example.org", "a@example.org"));
  CHECK_FALSE(same_mailbox("a@example.org", "a@example.or"));
  CHECK_FALSE(same_mailbox("a@example.org", "b@example.org"));
  CHECK_FALSE(same_mailbox("a@x.m", "a@x-m"));
}

TEST_CASE("a From is an address, or a name and an address in angle brackets") {
  Mailbox mailbox;
  REQUIRE(parse_mailbox("a@b.c", mailbox));
  CHECK(mailbox.name.empty());
  CHECK(mailbox.address == "a@b.c");
  CHECK(mailbox.domain() == "b.c");
  REQUIRE(parse_mailbox("The Ops Team  <ops@example.org>", mailbox));
  CHECK(mailbox.name == "The Ops Team");
  CHECK(mailbox.address == "ops@example.org");
  REQUIRE(parse_mailbox(R"("Ops, \"all\" <of> them" <ops@example.org>)", mailbox));
  CHECK(mailbox.name == R"("Ops, \"all\" <of> them")");
  REQUIRE(parse_mailbox("<a@b.c>", mailbox));
  CHECK(mailbox.name.empty());
  REQUIRE(parse_mailbox("  Ops  <a@b.c>", mailbox));
  CHECK(mailbox.name == "Ops");
  REQUIRE(parse_mailbox("\"\" <a@b.c>", mailbox));
  CHECK(mailbox.name == "\"\"");
  REQUIRE(parse_mailbox(R"("a\\" <a@b.c>)", mailbox));
  CHECK(mailbox.name == R"("a\\")");
  for (const char* bad : {"", "Ops", "Ops <>", "Ops <a@b.c", "Ops a@b.c>", "a@b.c <a@b.c>", "Ops: <a@b.c>",
                          "\"Ops <a@b.c>", "\"Ops\\\" <a@b.c>", "\" <a@b.c>", R"("a\\"b" <a@b.c>)",
                          "Ops\r\nBcc: x@y.z <a@b.c>", "\xC3\x9Cps <a@b.c>", "Ops <a@b.c> x", "<<a@b.c>"}) {
    CAPTURE(bad);
    Mailbox untouched;
    CHECK_FALSE(parse_mailbox(bad, untouched));
    CHECK(untouched.address.empty());
  }
}

TEST_CASE("UTF-8 is told from what only looks like it") {
  for (const char* good : {"", "a", "\xC3\xBC", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF", "long enough for words \xE2\x82\xAC and more of it"}) {
    CHECK(is_utf8(good));
  }
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\x80", "\xED\xA0\x80", "\xEF\xBF", "\xF0\x8F\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "0123456\x80", "01234567\x80",
        "\xE2\x82"
        "a",
        "\xF0\x9F\x98"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}
