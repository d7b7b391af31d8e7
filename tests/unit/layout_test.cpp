// How values of events are laid out in text: message/layout.hpp and net/link.hpp.

#include "notifier/message/layout.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace notifier::detail;
using notifier::Buffer;
namespace json = notifier::json;

namespace {

/// A value as `append` lays it out behind other text, in English where that matters. It is inert where `append` says
/// so.
template <class F>
std::string laid_out(F&& append, std::string_view text) {
  json::Document document;
  const auto value = document.parse(text);
  REQUIRE(value);
  Buffer out;
  out.append("before");
  bool inert = true;
  bool any{};
  if constexpr (std::is_invocable_v<F, Buffer&, json::View, const Language*, bool&>) {
    any = append(out, *value, nullptr, inert);
  } else {
    any = append(out, *value, inert);
  }
  CHECK((!inert || is_inert(out.view(6))));
  REQUIRE(out.view().substr(0, 6) == "before");
  CHECK(any == (out.size() != 6));
  return any ? std::string(out.view(6)) : "(nothing)";
}

std::string label(std::string_view key) {
  Buffer out;
  append_label(out, key, nullptr);
  return out.str();
}

std::string segment(std::string_view text) {
  Buffer out;
  append_path_segment(out, text);
  return out.str();
}

}  // namespace

TEST_CASE("layout: scalars stand alone, and arrays of them in lists and series") {
  CHECK(laid_out(append_list, R"(["a",1,true,null,{},"b"])") == "a, 1, true, b");
  CHECK(laid_out(append_list, R"("a")") == "a");
  CHECK(laid_out(append_list, R"([null," "])") == "(nothing)");
  CHECK(laid_out(append_list, "{}") == "(nothing)");
  CHECK(laid_out(append_series, R"(["a"])") == "a");
  CHECK(laid_out(append_series, R"(["a","b"])") == "a and b");
  CHECK(laid_out(append_series, R"(["a","b",3])") == "a, b and 3");
  CHECK(laid_out(append_series, R"([null,"a",{},"b","c",null])") == "a, b and c");
  CHECK(laid_out(append_series, R"([null,"a",[]])") == "a");
  CHECK(laid_out(append_series, R"([" ",null])") == "(nothing)");
  CHECK(laid_out(append_series, R"(["one and a half","two, three","four"])") == "one and a half, two, three and four");
  CHECK(laid_out(append_names, R"([{"name":"a"},{"name":7},{"name":null},{},3])") == "a, 7");
}

TEST_CASE("layout: of a text, the first line") {
  CHECK(laid_out(append_first_line, R"("Fix it\n\nIt was broken.")") == "Fix it");
  CHECK(laid_out(append_first_line, R"("Fix it\r\nnow")") == "Fix it");
  CHECK(laid_out(append_first_line, R"("Fix it")") == "Fix it");
  const std::string subject(160, 'x');
  CHECK(laid_out(append_first_line, ("\"" + subject + "\\nbody\"").c_str()) == subject);
  CHECK(laid_out(append_first_line, ("\"" + subject + "y\\nbody\"").c_str()) == subject + "\xE2\x80\xA6");
  CHECK(laid_out(append_first_line, ("\"" + subject.substr(2) + "\xF0\x9F\x9A\x80\"").c_str()) ==
        subject.substr(2) + "\xE2\x80\xA6");
  for (const char* other : {R"("\nb")", R"("")", "1", "null", "[]"}) {
    CHECK(laid_out(append_first_line, other) == "(nothing)");
  }
}

TEST_CASE("layout: of where code is, all but passwords and queries") {
  for (const auto& [place, told] :
       {std::pair("https://github.com/a/b.git", "https://github.com/a/b.git"),
        std::pair("https://u:s3cr3t@github.com/a/b", "https://github.com/a/b"),
        std::pair("https://s3cr3t@github.com/a@b", "https://github.com/a@b"),
        std::pair("https://x.example/a?token=s3cr3t#s3cr3t", "https://x.example/a"),
        std::pair("git@github.com:a/b.git", "git@github.com:a/b.git"),
        std::pair("u:s3cr3t@github.com:a/b", "github.com:a/b"), std::pair("u:a@s3cr3t@h/b", "h/b"),
        std::pair("ssh://git@example.com:22/a", "ssh://example.com:22/a"), std::pair("a/b", "a/b"),
        std::pair("https://", "(nothing)"), std::pair("https://?a", "(nothing)"), std::pair("?a", "(nothing)"),
        std::pair("u:p@", "(nothing)"), std::pair("<your repository>", "(nothing)"), std::pair("", "(nothing)")}) {
    CHECK(laid_out(append_repository, '"' + std::string(place) + '"') == told);
  }
  CHECK(laid_out(append_repository, "[1]") == "(nothing)");
}

TEST_CASE("layout: containers are told by type, amount and size") {
  CHECK(laid_out(append_formation, R"({"web":"2:M","worker":1,"clock":"1:","":3,"none":null,"odd":":S"})") ==
        "web 2 (M), worker 1, clock 1");
  CHECK(laid_out(append_formation, R"({"web":null,"worker":"2: "})") == "worker 2");
  CHECK(laid_out(append_formation, "{}") == "(nothing)");
}

TEST_CASE("layout: a pair is told as a transition, changes by name, and no value of a secret name") {
  CHECK(laid_out(append_transition, R"(["running","suspended"])") == "from running to suspended");
  CHECK(laid_out(append_transition, R"(["running"])") == "to running");
  CHECK(laid_out(append_transition, R"([null,"running"])") == "to running");
  CHECK(laid_out(append_transition, R"(["running",null])") == "from running");
  CHECK(laid_out(append_changes, R"([{"name":"a","old_value":1,"value":2},{"name":"b","value":3},{"value":4}])") ==
        "a from 1 to 2; b to 3");
  CHECK(laid_out(append_changes, R"([{"name":"c","old_value":5,"value":null}])") == "c from 5");
  CHECK(laid_out(append_changes, R"([{"name":"api_key","old_value":"s1","value":"s2"},{"name":"b","value":3}])") ==
        "api_key; b to 3");
}

TEST_CASE("layout: a commit's hash has seven hexadecimal digits or more") {
  CHECK(laid_out(append_commit, R"("9c1185a")") == "9c1185a");
  CHECK(laid_out(append_commit, R"("09afAF09afAF09afAF0")") == "09afAF0");
  for (const char* other : {R"("9c1185")", R"("9c1185g")", R"("9c1185G")", R"("9c1185/")", R"("9c1185:")",
                            R"("9c1185@")", R"("9c1185`")", R"("9c1185a5c5e9fc54x")", "9118512", "null"}) {
    CHECK(laid_out(append_commit, other) == "(nothing)");
  }
}

TEST_CASE("layout: durations") {
  for (const auto& [seconds, told] :
       {std::pair("0", "0 s"), std::pair("1", "1 s"), std::pair("59", "59 s"), std::pair("60", "1 min"),
        std::pair("119", "1 min 59 s"), std::pair("3599", "59 min 59 s"), std::pair("3600", "1 h"),
        std::pair("3659", "1 h"), std::pair("3660", "1 h 1 min"), std::pair("86399", "23 h 59 min"),
        std::pair("86400", "1 d"), std::pair("89999", "1 d"), std::pair("90000", "1 d 1 h"),
        std::pair("\"61\"", "1 min 1 s"), std::pair("61.9", "1 min 1 s"), std::pair("\"61.99\"", "1 min 1 s"),
        std::pair("-1", "-1")}) {
    CHECK(laid_out(append_duration, seconds) == told);
  }
  // Up to eighteen digits are a number, also within a string.
  CHECK(laid_out(append_duration, "\"000000000000000061\"") == "1 min 1 s");
  CHECK(laid_out(append_duration, "\"0000000000000000061\"") == "0000000000000000061");
  for (const char* other : {R"("61.")", R"("61.5.5")", R"("61.x")", R"(".5")", R"("6a")", R"("a.1")", R"("-61")"}) {
    const std::string text(other);
    CHECK(laid_out(append_duration, text) == (text == R"("61.")" ? "1 min 1 s" : text.substr(1, text.size() - 2)));
  }
  CHECK(laid_out(append_duration, "[]") == "(nothing)");
}

TEST_CASE("layout: sizes in bytes, with one decimal from a thousand on") {
  for (const auto& [bytes, told] :
       {std::pair("0", "0 bytes"), std::pair("1", "1 bytes"), std::pair("999", "999 bytes"),
        std::pair("1000", "1.0 kB"), std::pair("1099", "1.0 kB"), std::pair("1100", "1.1 kB"),
        std::pair("999999", "999.9 kB"), std::pair("1000000", "1.0 MB"), std::pair("2990000000", "2.9 GB"),
        std::pair("5000000000000", "5.0 TB"), std::pair("7600000000000000", "7.6 PB"), std::pair("-1", "-1"),
        std::pair("\"much\"", "much"), std::pair("[]", "(nothing)")}) {
    CHECK(laid_out(append_bytes, bytes) == told);
  }
}

TEST_CASE("layout: money has two decimals or more, and nothing else is money") {
  for (const auto& [amount, told] :
       {std::pair("5", "5.00 EUR"), std::pair("12.5", "12.50 EUR"), std::pair("12.55", "12.55 EUR"),
        std::pair("0.333", "0.333 EUR"), std::pair("-5", "-5.00 EUR"), std::pair("\"7\"", "7.00 EUR"),
        std::pair("\"7.\"", "7.00 EUR"), std::pair("1e300", "(nothing)"), std::pair("\"7 EUR\"", "(nothing)"),
        std::pair("null", "(nothing)"), std::pair("true", "(nothing)")}) {
    CHECK(laid_out(append_money, amount) == told);
  }
}

TEST_CASE("layout: times, links, and values that have words of their own") {
  CHECK(laid_out(append_time, R"("2018-05-14T11:46:42+02:00")") == "14 May 2018, 09:46 UTC");
  CHECK(laid_out(append_time, R"("soon")") == "soon");
  CHECK(laid_out(append_link, R"("https://example.org/a")") == "https://example.org/a");
  CHECK(laid_out(append_link, R"("ftp://example.org/a")") == "(nothing)");
  const WordSets sets = builtin_word_sets();
  const auto words = [&sets](std::string_view set) {
    return [&sets, set](Buffer& out, json::View value, bool& inert) {
      return append_words(out, value, *sets.find(set), inert);
    };
  };
  for (const Translation& translation : translations) CHECK(is_inert(translation.text));
  CHECK(sets.size() == 9);
  CHECK(laid_out(words("origin"), R"("periodic")") == "periodic");
  CHECK(laid_out(words("origin"), R"("other")") == "(nothing)");
  CHECK(laid_out(words("payment"), R"("stripe")") == "by card");
  CHECK(laid_out(words("reason"), R"("other")") == "other");
  CHECK(laid_out(words("metric"), R"("5XX")") == "number of 5xx errors");
  CHECK(laid_out(words("metric"), R"("6XX")") == "(nothing)");
  CHECK(laid_out(words("payment"), R"("")") == "(nothing)");
}

TEST_CASE("layout: a key becomes a label of letters, digits and spaces, forty at most") {
  CHECK(label("order_id") == "Order id");
  CHECK(label("orderId") == "Order id");
  CHECK(label("ID") == "ID");
  CHECK(label("aZ09z") == "A z09z");
  CHECK(label("AZaz") == "AZaz");
  CHECK(label("zone9") == "Zone9");
  CHECK(label("9A0") == "9A0");
  CHECK(label("__a--b__") == "A b");
  CHECK(label("a@`[{/:b") == "A b");
  CHECK(label("zZ") == "Z z");
  CHECK(label("") == "Data");
  CHECK(label("_\xC3\xA9") == "Data");
  CHECK(label(std::string(38, 'x')) == "X" + std::string(37, 'x'));
  CHECK(label(std::string(39, 'x')) == "X" + std::string(38, 'x'));
  CHECK(label(std::string(40, 'x')) == "X" + std::string(38, 'x'));
  CHECK(label(std::string(38, 'x') + "Y") == "X" + std::string(37, 'x') + " y");
  CHECK(label(std::string(38, 'x') + "_y") == "X" + std::string(37, 'x'));
}

TEST_CASE("a path's segment holds the characters that RFC 3986 calls unreserved, and all others percent-encoded") {
  const std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string_view digits = "0123456789ABCDEF";
    const std::string encoded = {'%', digits[static_cast<std::size_t>(byte) / 16],
                                 digits[static_cast<std::size_t>(byte) % 16]};
    CHECK(segment(std::string(1, c)) == (unreserved.find(c) == std::string_view::npos ? encoded : std::string(1, c)));
  }
}

TEST_CASE("a link is an http or https URL with a host, without a user and without controls") {
  const std::string_view in_host = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]";
  const std::string_view in_target =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%";
  const auto appended = [](const std::string& url) {
    notifier::Buffer out;
    const std::string padded = url + std::string(notifier::detail::text_padding, '\0');
    return notifier::detail::append_url(out, std::string_view(padded).substr(0, url.size())) ? out.str() : "(nothing)";
  };
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    CAPTURE(byte);
    const bool ends_host = c == '/' || c == '?' || c == '#';
    CHECK(is_link(std::string("https://a") + c) == (ends_host || in_host.find(c) != std::string_view::npos));
    const bool is_control = byte < 0x20 || byte == 0x7F;
    CHECK(is_link(std::string("HTTP://a/") + c) == !is_control);
    CHECK(is_link(std::string("http://a?") + c + "x") == !is_control);
    const std::string hex = {'%', "0123456789ABCDEF"[byte / 16], "0123456789ABCDEF"[byte % 16]};
    const std::string shown = in_target.find(c) != std::string_view::npos ? std::string(1, c) : hex;
    CHECK(appended(std::string("HTTP://a/") + c + "x") == (is_control ? "(nothing)" : "http://a/" + shown + "x"));
  }
  for (const char* bad : {"", "https", "https:/", "https://", "http://", "https:///a", "http://:80", "http://a:80\\@b",
                          "httpx://a", "xhttp://a", "ftp://a", "//a", "https:a"}) {
    CHECK_FALSE(is_link(bad));
  }
  const std::string longest = "http://a/" + std::string(NOTIFIER_MAX_URL_BYTES - 9, 'x');
  CHECK(is_link(longest));
  CHECK_FALSE(is_link(longest + "x"));
}
