#include <doctest/doctest.h>

#include <string>

#include "notifier/net/email_address.hpp"
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
    const bool is_printable = byte >= 0x20 && byte <= 0x7E;
    CHECK(parse_mailbox("a" + c + "b <a@b.c>", mailbox) == (is_printable && c != "\"" && c != "<" && c != ">"));
    CHECK(parse_mailbox("\"a" + c + "b\" <a@b.c>", mailbox) == (is_printable && c != "\""));
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
  // As people write them.
  for (const char* name :
       {"Zo\xC3\xAB", "Acme, Inc.", "St. John", "Notifier (prod)", "Ops: alerts; all", "O'Neil @ work", "a@b.c",
        "Ann \"A\" N", "Ann \"A\"", "C:\\ops", "=?utf-8?Q?Zo=C3=AB?=", "=?", "[ops]",
        "\"Zo\xC3\xAB, \\\"all\\\" <of> them\"", "\"a@b.c, d@e.f\"", "\xE2\x98\x83", "\xF0\x9F\xA6\x84 \xD7\xA9"}) {
    CAPTURE(name);
    const std::string text = " " + std::string(name) + "<a@b.c> ";
    REQUIRE(parse_mailbox(text, mailbox));
    CHECK(mailbox.name == name);
    CHECK(mailbox.address == "a@b.c");
  }
  REQUIRE(parse_mailbox(" a@b.c ", mailbox));
  CHECK(mailbox.address == "a@b.c");
  for (const char* bad : {"",
                          "Ops",
                          "Ops <>",
                          "Ops <a@b.c",
                          "Ops a@b.c>",
                          "\"Ops <a@b.c>",
                          "\"Ops\\\" <a@b.c>",
                          "\" <a@b.c>",
                          R"("a\\"b" <a@b.c>)",
                          "Ops\r\nBcc: x@y.z <a@b.c>",
                          "Ops <a@b.c> x",
                          "<<a@b.c>",
                          "A <a@b.c>, B <d@e.f>",
                          "a@b.c, B <d@e.f>",
                          "a@b.c; B <d@e.f>",
                          "a@b.c, d@e.f",
                          "Ann \"A <a@b.c>",
                          "\"A\" B <a@b.c>",
                          "\"A\" \"B\" <a@b.c>",
                          "Ops <a@b.c\r\n>",
                          "Ops\t<a@b.c>",
                          "Ops\n<a@b.c>",
                          "Ops\x7F <a@b.c>",
                          "Zo\xEB <a@b.c>",
                          "\"Zo\xEB\" <a@b.c>",
                          "O\xC2\x85ps <a@b.c>",
                          "\"O\xC2\x9Fps\" <a@b.c>",
                          "O\xE2\x80\xA8ps <a@b.c>",
                          "O\xE2\x80\xA9ps <a@b.c>",
                          "Ops <\xC3\xBC@b.c>",
                          "Ops <a@b\xC3\xBC.c>"}) {
    CAPTURE(bad);
    Mailbox untouched;
    CHECK_FALSE(parse_mailbox(bad, untouched));
    CHECK(untouched.address.empty());
  }
}

TEST_CASE("what is wrong with an address names the form that its domain has in ASCII") {
  const std::string domain = "must have its domain in ASCII, as xn--bcher-kva.example";
  CHECK(notifier::email_address_fault("user@b\xC3\xBC"
                                      "cher.example") == domain);
  CHECK(notifier::email_address_fault("\xC3\xBC@b\xC3\xBC"
                                      "cher.example") == domain);
  CHECK(notifier::email_address_fault("zo\xC3\xAB@example.com") ==
        std::string("must be in ASCII before its @: not every mail server takes more"));
  for (const char* other : {"",
                            "b\xC3\xBC"
                            "cher.example",
                            "a@b@c", "a@b\xFC.c", "a b@c"}) {
    CAPTURE(other);
    CHECK(notifier::email_address_fault(other) == std::string("is not a valid email address"));
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
