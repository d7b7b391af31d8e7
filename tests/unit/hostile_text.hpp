// Texts that break formats, and messages made of them. The same sequence on every machine.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/message/message.hpp"

namespace hostile {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>((state_ >> 33) % limit);
  }

 private:
  std::uint64_t state_;
};

inline constexpr std::string_view pieces[] = {
    "a",
    "word",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    ".",
    "\n.\n",
    "From ",
    "my-app",
    "my_app_db",
    "1a2b3c4",
    "10.0.0.1",
    "<!channel>",
    "<!here|here>",
    "<@U012AB3CD>",
    "<#C012AB3CD|general>",
    "<http://evil.example|click>",
    "<",
    ">",
    "&",
    "&lt;",
    "&amp;amp;",
    "&#64;all",
    "@all",
    "@here",
    "@channel",
    "@johndoe",
    "#general",
    "@",
    "#",
    "@.",
    "*bold*",
    "_it_",
    "~gone~",
    "**x**",
    "__y__",
    "~~z~~",
    "`code`",
    "```",
    "``",
    "`",
    "*",
    "_",
    "~",
    "[text](http://evil.example)",
    "![i](http://evil.example/i.png)",
    "[x]: http://evil.example",
    "http://evil.example/?a=b&c=d",
    "https://evil.example",
    "www.evil.example",
    "evil.example",
    "mail@evil.example",
    "mailto:a@b.example",
    "+33123456789",
    "# head",
    "> quote",
    "- item",
    "1. item",
    "- [x] task",
    "|a|b|",
    "||spoiler||",
    ":tada:",
    ":)",
    "$$x$$",
    "\\(x\\)",
    "\\",
    "\\*",
    "\"",
    "'",
    "\"}],\"x\":[{",
    "<t:1234567890:R>",
    "<script>alert(1)</script>",
    "<b>",
    "</td></tr></table>",
    "\" onclick=\"x",
    "%0d%0a",
    "=",
    "=3D",
    "=\r\n",
    "=?utf-8?Q?=0D=0ABcc:_x@evil.example?=",
    "\r\nBcc: x@evil.example\r\n\r\n",
    "--=_",
    "\xC3\xA9",
    "\xE2\x82\xAC",
    "\xF0\x9F\x98\x80",
    "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
    "\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7",
    "e\xCC\x81",
    "Z\xCC\x80\xCC\x81\xCC\x82\xCC\x83\xCC\x84",
    "\xE2\x80\x8B",
    "\xE2\x80\x8D",
    "\xE2\x80\xAE",
    "\xE2\x81\xA6",
    "\xEF\xBB\xBF",
    "\xE2\x80\xA8",
    "\xC2\x85",
    "\xEF\xBF\xBD",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
    "\xE6\xBC\xA2\xE5\xAD\x97",
    "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",
    "\xE2\x9C\x94\xEF\xB8\x8F",
    "\x1B[31m",
    "\x07",
    "\x7F"};

/// Pieces strung together up to about `size` bytes, valid UTF-8.
inline std::string text(Random& random, std::size_t size) {
  std::string out;
  const bool is_uniform = random.below(8) == 0;
  std::string_view piece = pieces[random.below(sizeof(pieces) / sizeof(pieces[0]))];
  while (out.size() < size) {
    out += piece;
    if (!is_uniform) piece = pieces[random.below(sizeof(pieces) / sizeof(pieces[0]))];
  }
  return out;
}

/// Mostly short, sometimes near a limit, seldom 100 KB.
inline std::size_t size(Random& random) {
  switch (random.below(12)) {
    case 0: return 0;
    case 1: return 100 + random.below(200);
    case 2: return 700 + random.below(1000);
    case 3: return 2800 + random.below(1000);
    case 4: return random.below(8) == 0 ? 100000 : 5000;
    default: return random.below(80);
  }
}

inline void fill(Random& random, notifier::Message& out) {
  out.clear();
  out.severity = static_cast<notifier::Severity>(random.below(4));
  const notifier::Timestamp time{static_cast<std::int64_t>(random.below(2000000000)) * 1000 + 77};
  if (random.below(4) != 0) out.set_time(time);
  out.set_title(text(random, size(random)));
  out.alert = static_cast<notifier::Message::Alert>(out.title().size() % 3);
  out.set_sentence(text(random, size(random)));
  out.set_actor(text(random, size(random)));
  out.set_subject(text(random, size(random)));
  out.set_kind(text(random, size(random)));
  out.set_event_id(text(random, size(random)));
  switch (random.below(4)) {
    case 0: out.set_link("https://dashboard.example.com/apps/my-app?tab=1&x=2"); break;
    case 1: out.set_link("https://evil.example/" + text(random, size(random))); break;
    case 2: out.set_link("javascript:alert(1)"); break;
    default: break;
  }
  const std::uint32_t fields = random.below(10) == 0 ? random.below(130) : random.below(6);
  for (std::uint32_t i = 0; i < fields; ++i) {
    const std::string label = random.below(4) == 0 ? text(random, size(random)) : "Label " + std::to_string(i);
    const std::string value = text(random, size(random));
    switch (random.below(12)) {
      case 0: out.add_link(label, value); break;
      case 1: out.add_link(label, "https://evil.example/" + value); break;
      default: out.add_field(label, value, random.below(2) == 0, random.below(4) == 0);
    }
  }
}

}  // namespace hostile
