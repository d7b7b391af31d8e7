// How much memory a payload asks for: once, before it is written, and as much as its texts may become at worst. It is
// what a host pays for each event, so a change of it belongs into a commit.

#include <doctest/doctest.h>

#include <string>

#include "notifier/platform/email.hpp"
#include "notifier/platform/rocket_chat.hpp"
#include "notifier/platform/slack.hpp"

using namespace notifier;

namespace {

/// A message whose texts are each `size` long, with so many fields.
Message make(std::size_t size, int fields) {
  const std::string text(size, 'x');
  Message message;
  message.set_title(text);
  message.set_sentence(text);
  message.set_actor(text);
  message.set_kind(text);
  message.set_link(text);
  for (int i = 0; i < fields; ++i) message.add_field(text, text);
  return message;
}

const Message empty, small = make(20, 3), many = make(20, 100), large = make(100'000, 4);

template <class Format>
std::size_t capacity(Format format, const Message& message) {
  Buffer out;
  Truncations cut;
  format(message, out, cut);
  return out.capacity();
}

}  // namespace

TEST_CASE("memory: Slack") {
  CHECK(capacity(format_slack, empty) == 2181);
  CHECK(capacity(format_slack, small) == 4749);
  CHECK(capacity(format_slack, many) == 33621);
  CHECK(capacity(format_slack, large) == 391445);
}

TEST_CASE("memory: Rocket.Chat") {
  CHECK(capacity(format_rocket_chat, empty) == 626);
  CHECK(capacity(format_rocket_chat, small) == 2762);
  CHECK(capacity(format_rocket_chat, many) == 25426);
  CHECK(capacity(format_rocket_chat, large) == 282738);
}

TEST_CASE("memory: mail") {
  CHECK(detail::EmailContent::room(empty) == 4348);
  CHECK(detail::EmailContent::room(small) == 10364);
  CHECK(detail::EmailContent::room(many) == 114348);
  CHECK(detail::EmailContent::room(large) == 850204);
}
