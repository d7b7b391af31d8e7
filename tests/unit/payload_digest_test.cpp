// Payloads are the same bytes with every compiler, on every machine and in WebAssembly, down to where they are cut.
// Many messages, most of them too long in some part, are formatted here and their payloads hashed. Who changes a
// payload on purpose looks at what other tests say of it, and then writes the new hash here.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/platform/discord.hpp"
#include "notifier/platform/email.hpp"
#include "notifier/platform/google_chat.hpp"
#include "notifier/platform/gotify.hpp"
#include "notifier/platform/matrix.hpp"
#include "notifier/platform/mattermost.hpp"
#include "notifier/platform/microsoft_teams.hpp"
#include "notifier/platform/ntfy.hpp"
#include "notifier/platform/pagerduty.hpp"
#include "notifier/platform/pushover.hpp"
#include "notifier/platform/rocket_chat.hpp"
#include "notifier/platform/slack.hpp"
#include "notifier/platform/telegram.hpp"
#include "notifier/text/hash.hpp"

using namespace notifier;

namespace {

/// Numbers that are the same everywhere.
class Numbers {
 public:
  std::size_t below(std::size_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_ = 1;
};

/// Text of about so many bytes: plain, of many scripts, or of what platforms take for markup.
std::string text_of(Numbers& numbers, std::size_t size) {
  static const std::string_view pieces[] = {
      "a",         "word ", "_",  "*b*", "<x>",   "&",        "\"",           "\n",
      "\\",        "`",     "=",  ".",   "From ", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\xA6\x84",
      "e\xCC\x81", "@here", ":)", "\t"};
  std::string text;
  const bool is_plain = numbers.below(3) == 0;
  while (text.size() < size) text += is_plain ? "x" : pieces[numbers.below(std::size(pieces))];
  return text;
}

/// Sizes from nothing to far beyond, and those around `limit`.
std::size_t size_around(Numbers& numbers, std::size_t limit) {
  switch (numbers.below(4)) {
    case 0: return numbers.below(20);
    case 1: return limit - 2 + numbers.below(5);
    case 2: return numbers.below(limit);
    default: return numbers.below(3 * limit);
  }
}

Message message_of(Numbers& numbers) {
  Message message;
  message.severity = static_cast<Severity>(numbers.below(4));
  message.set_title(text_of(numbers, size_around(numbers, numbers.below(2) == 0 ? 150 : 240)));
  message.set_sentence(text_of(numbers, size_around(numbers, numbers.below(2) == 0 ? 500 : 3000)));
  if (numbers.below(2) == 0) message.set_actor(text_of(numbers, size_around(numbers, 150)));
  if (numbers.below(2) == 0) message.set_kind(text_of(numbers, size_around(numbers, 50)));
  if (numbers.below(2) == 0) message.set_event_id(text_of(numbers, 10));
  if (numbers.below(2) == 0) {
    message.set_time(Timestamp{static_cast<std::int64_t>(numbers.below(2000000000)) * 1000});
  }
  if (numbers.below(2) == 0) {
    message.set_link("https://example.org/?q=" + std::string(size_around(numbers, 2900), '&'));
  }
  for (std::size_t i = numbers.below(numbers.below(2) == 0 ? 8 : 60); i > 0; --i) {
    const bool is_code = numbers.below(4) == 0;
    const std::size_t limit = numbers.below(2) == 0 ? 60 : is_code ? 2800 : 1900;
    const std::string label = text_of(numbers, numbers.below(70));
    const std::string value = text_of(numbers, size_around(numbers, limit));
    message.add_field(label, value, numbers.below(2) == 0, is_code);
  }
  return message;
}

/// Hashes what `format(message, out, cut)` gives for many messages.
template <class Format>
std::string digest(Format&& format) {
  Numbers numbers;
  Hash128 hash;
  for (int i = 0; i < 150; ++i) {
    const Message message = message_of(numbers);
    Buffer out;
    Truncations cut;
    format(message, out, cut);
    hash.add(out.view());
    for (const Truncation& part : cut) {
      hash.add(part.part).add(std::to_string(part.length) + " " + std::to_string(part.kept));
    }
  }
  char text[32];
  hash.write_hex(text);
  return std::string(text, sizeof text);
}

}  // namespace

TEST_CASE("payloads for Slack are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_slack(message, out, cut); }) ==
        "687714e950a458a14237946774fbb16c");
}

TEST_CASE("payloads for Rocket.Chat are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_rocket_chat(message, out, cut); }) ==
        "b5ce734a377172b621e8676374eb29c6");
}

TEST_CASE("payloads for Mattermost are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_mattermost(message, out, cut); }) ==
        "a30ee1540e44e044f7ae9468ed45d44d");
}

TEST_CASE("payloads for Discord are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_discord(message, out, cut); }) ==
        "3385f65033509d13946fb5fbaad8c9fb");
}

TEST_CASE("payloads for Microsoft Teams are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) {
          format_microsoft_teams(message, out, cut);
        }) == "d42c5407246f537b09bdcaa557b4ed72");
}

TEST_CASE("payloads for Google Chat are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_google_chat(message, out, cut); }) ==
        "2e1606ef2bfd058695192c77079060fe");
}

TEST_CASE("payloads for Telegram are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_telegram(message, out, cut); }) ==
        "6d0091f6d970bfd69cd53173b2145d8d");
}

TEST_CASE("payloads for ntfy are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_ntfy(message, out, cut); }) ==
        "5be98be10549237ad44ce09b4c83b640");
}

TEST_CASE("payloads for Gotify are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_gotify(message, out, cut); }) ==
        "bdc1a098a84830bdc6936da323225bff");
}

TEST_CASE("payloads for Matrix are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_matrix(message, out, cut); }) ==
        "dbc065f3d111b861b8a698eeb5618ac8");
}

TEST_CASE("payloads for Pushover are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_pushover(message, out, cut); }) ==
        "61e3a0ebdaacf8ffc13c932f4927ad82");
}

TEST_CASE("payloads for PagerDuty are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) { format_pagerduty(message, out, cut); }) ==
        "1cdb92ef8bf769803bf136498fc77da6");
}

TEST_CASE("mails are the same bytes everywhere") {
  CHECK(digest([](const Message& message, Buffer& out, Truncations& cut) {
          EmailBody body;
          format_email_body(message, "example.org", Timestamp{1526291202077}, body, cut);
          const std::string name(message.actor().substr(0, message.actor().size() % 90));
          const std::string from = name + " <notifier@example.org>";
          const std::string first = std::string(message.title().size() % 90, 'a') + "@example.org";
          const std::string_view to[] = {first, "b@example.org", "\"c d\"@example.org", "e f@example.org"};
          format_email(body, from, to, message.field_count() % 5, "msg_0123456789abcdef0123456789abcdef",
                       std::string(message.sentence().size() % 90, 'd'), out);
        }) == "d5c5d3c2f2cdf56bce91b71fdd520e15");
}
