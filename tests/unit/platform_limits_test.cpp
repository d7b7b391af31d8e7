// Every platform's limits, each in its own unit, for whatever text comes in: read from the table, so that a new
// platform is tested here without being named.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/json/document.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/text/is_utf8.hpp"
#include "notifier/text/utf8.hpp"

using notifier::PayloadLimit;
using notifier::PlatformField;
using notifier::PlatformRow;
using Unit = notifier::PayloadLimit::Unit;

namespace {

/// Each is repeated. In JSON, so that there can be halves of a surrogate pair.
const std::vector<std::string> hostile_pieces = {
    "a",
    "word ",
    R"(\u00e9)",
    "\xE2\x82\xAC",
    "\xF0\x9F\x98\x80",                                                          // beyond the 16 bits of a UTF-16 unit
    R"(\ud83d\ude00)",                                                           // the same, escaped
    R"(\ud83d)",                                                                 // half of it
    R"(\ude00x)",                                                                // the other half
    "e\xCC\x81\xCC\x82\xCC\x83",                                                 // marks on a letter
    "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",  // one picture of several
    "\xE2\x80\xAE\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D\xE2\x81\xA6",                  // from right to left
    R"(\u0000\u0007\u007f)",
    R"(\r\n)",
    R"(\r\nBcc: x@evil.example\r\n\r\n)",
    R"(\"\\)",
    "&",
    "<>",
    "&amp;lt;",
    "<!channel>",
    "<@U012AB3CD>",
    "<users/all>",
    "<at>all</at>",
    "@everyone @here @all ",
    "[a](http://evil.example)",
    "<http://evil.example|a>",
    "***__~~||``` ",
    "`",
    "# \\n> - ",
    ":tada:",
    "=?utf-8?Q?=0D=0A?=",
    R"(\n.\n)",
    R"(\u2028)",
    "http://evil.example/?a=b&c=d ",
};

std::size_t measure(std::string_view text, Unit unit) {
  switch (unit) {
    case Unit::code_points: return notifier::count_code_points(text);
    case Unit::utf16: return notifier::count_utf16(text);
    default: return text.size();
  }
}

/// Calls back with what stands at a path: texts, or arrays.
template <class F>
void for_each_at(notifier::json::View view, std::string_view path, F&& f) {
  if (path.empty()) return f(view);
  const std::string_view name = path.substr(0, path.find('.'));
  const std::string_view rest = path.substr((std::min)(name.size() + 1, path.size()));
  const bool is_each = name.size() > 2 && name.substr(name.size() - 2) == "[]";
  const notifier::json::View member = view[is_each ? name.substr(0, name.size() - 2) : name];
  if (!member.exists()) return;
  if (!is_each) return for_each_at(member, rest, f);
  member.for_each_element([&](notifier::json::View element) { for_each_at(element, rest, f); });
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = (std::min)(text.find("\r\n"), text.size());
    longest = (std::max)(longest, end);
    text.remove_prefix((std::min)(end + 2, text.size()));
  }
  return longest;
}

/// The most that a body has of what a limit is for.
std::size_t most_of(const PayloadLimit& limit, std::string_view body, notifier::json::View root) {
  if (limit.part.empty()) return measure(body, limit.unit);
  if (limit.part == "line") return longest_line(body);
  std::size_t most = 0;
  for_each_at(root, limit.part, [&](notifier::json::View found) {
    most = (std::max)(most, limit.unit == Unit::elements ? found.size() : measure(found.string(), limit.unit));
  });
  return most;
}

notifier::Notifier sample(const PlatformRow& row) {
  notifier::Notifier notifier;
  notifier.id = "no-1";
  notifier.name = "x";
  notifier.platform = row.platform;
  for (const PlatformField& field : row.fields) {
    if (field.kind == PlatformField::Kind::url) notifier.type_data.set_text(field.key(), "https://example.com/hook");
    if (field.kind == PlatformField::Kind::addresses) notifier.type_data.set_texts(field.key(), {"a@example.com"});
    if (field.is_required && field.kind == PlatformField::Kind::token) notifier.type_data.set_text(field.key(), "t");
    if (field.is_required && field.kind == PlatformField::Kind::text) notifier.type_data.set_text(field.key(), "t");
  }
  return notifier;
}

/// Events that have the text wherever somebody else's text gets into a message.
std::vector<std::string> events_with(const std::string& text) {
  const std::string head = R"({"id":"e-1","created_at":"2024-05-01T10:00:00Z","app_id":"1","app_name":"shop",)";
  return {
      head + R"("type":"deployment","user":{"username":")" + text +
          R"("},"type_data":{"status":"success","git_ref":")" + text + R"(","pusher":")" + text + R"("}})",
      head + R"("type":"crash","type_data":{"container_type":")" + text + R"(","crash_logs":")" + text + R"("}})",
      head + R"("type":")" + text + R"(","type_data":{"a":")" + text + R"(",")" + text + R"(":"b","list":[")" + text +
          R"("]}})",
  };
}

std::string repeated(const std::string& piece, std::size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  return text;
}

class Bench {
 public:
  Bench() : router_(registry_) {}

  /// Sends an event to a sample of the platform, and holds what comes out against its limits.
  /// @return whether something was cut
  bool check(const PlatformRow& row, const std::string& event) {
    const auto delivery = router_.preview(sample(row), event);
    REQUIRE_MESSAGE(delivery, delivery.error().message);
    CHECK(notifier::is_utf8(delivery->body));
    const bool is_mail = row.transport == notifier::Transport::smtp;
    notifier::json::Document document;
    notifier::json::View root;
    if (!is_mail) {
      auto parsed = document.parse(delivery->body, delivery->body.size());
      REQUIRE(parsed);
      root = *parsed;
    }
    for (const PayloadLimit& limit : notifier::detail::limits_of(row)) {
      CAPTURE(limit.part);
      CHECK(most_of(limit, delivery->body, root) <= limit.amount);
    }
    for (const notifier::Truncation& cut : delivery->truncations) CHECK(cut.kept <= cut.length);
    return !delivery->truncations.empty();
  }

 private:
  notifier::Registry registry_;
  notifier::Router router_;
};

template <class F>
void for_each_row(F&& f) {
  for (const PlatformRow* row = notifier::platforms_begin(); row != notifier::platforms_end(); ++row) {
    CAPTURE(row->name);
    f(*row);
  }
}

}  // namespace

// Every platform with every limit and every text; the events take turns.
TEST_CASE("no platform is sent more of anything than it takes, whatever an event holds, and at whatever length") {
  Bench bench;
  for_each_row([&](const PlatformRow& row) {
    std::vector<std::size_t> sizes = {1, 60, 700};
    for (const PayloadLimit& limit : notifier::detail::limits_of(row)) {
      if (limit.unit == Unit::elements) continue;
      const std::size_t far_beyond = (std::min)(4 * limit.amount, limit.amount + 20'000);
      for (const std::size_t size : {limit.amount - 1, limit.amount + 1, far_beyond}) sizes.push_back(size);
    }
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    for (std::size_t piece = 0; piece < hostile_pieces.size(); ++piece) {
      CAPTURE(hostile_pieces[piece]);
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        CAPTURE(sizes[i]);
        const std::vector<std::string> events = events_with(repeated(hostile_pieces[piece], sizes[i]));
        bench.check(row, events[(piece + i) % events.size()]);
      }
    }
  });
}

// Each two of platform, piece and event meet; all three would take minutes where it is slow to read five megabytes.
TEST_CASE("what is cut of five megabytes is told, and little comes out") {
  Bench bench;
  std::size_t turn = 0;
  for (const std::string piece : {"x", "\xF0\x9F\x98\x80", R"(\ud83d)", "&<>", "*_`~|[]", "@everyone "}) {
    CAPTURE(piece);
    const std::vector<std::string> events = events_with(repeated(piece, 5'000'000 / 3));
    ++turn;
    std::size_t place = turn;
    for_each_row([&](const PlatformRow& row) {
      if (!row.sends_event) CHECK(bench.check(row, events[place++ % events.size()]));
    });
  }
}

TEST_CASE("hundreds of fields are no more than a platform takes") {
  Bench bench;
  std::string event = R"({"id":"e-1","type":"something_new","app_id":"1","app_name":"shop","type_data":{"a":1)";
  for (int i = 0; i < 600; ++i) event += ",\"key_" + std::to_string(i) + "\":\"" + repeated("value ", 300) + "\"";
  event += "}}";
  for_each_row([&](const PlatformRow& row) { bench.check(row, event); });
}
