// Makes a message of any bytes and stops where a payload breaks a limit, is no JSON or no mail, or lets text of the
// message become a mention, a link, markup or a header.
//
// Chunks of the input end in 0xFF: title, sentence, actor, subject, kind, event id, link, then fields. A field's first
// byte says what it is and how often its text is repeated; its label ends at the first line break.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../unit/mail_reader.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/text/is_utf8.hpp"
#include "require.hpp"

namespace {

using namespace notifier;

/// The text with `?` for each byte that is no UTF-8.
std::string as_utf8(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    std::size_t size = 1;
    while (size < 4 && size < bytes.size() && !is_utf8(bytes.substr(0, size))) ++size;
    const bool valid = is_utf8(bytes.substr(0, size));
    out += valid ? bytes.substr(0, size) : std::string_view("?");
    bytes.remove_prefix(valid ? size : 1);
  }
  return out;
}

std::string_view next_chunk(std::string_view& input) {
  const std::size_t end = (std::min)(input.find('\xFF'), input.size());
  const std::string_view chunk = input.substr(0, end);
  input.remove_prefix((std::min)(end + 1, input.size()));
  return chunk;
}

void fill(std::string_view input, Message& message) {
  message.clear();
  message.severity = static_cast<Severity>(input.size() % 4);
  message.alert = static_cast<Message::Alert>(input.size() / 4 % 3);
  const notifier::Timestamp time{static_cast<std::int64_t>(input.size()) * 1000000007};
  if (input.size() % 3 != 0) message.set_time(time);
  message.set_title(as_utf8(next_chunk(input)));
  message.set_sentence(as_utf8(next_chunk(input)));
  message.set_actor(as_utf8(next_chunk(input)));
  message.set_subject(as_utf8(next_chunk(input)));
  message.set_kind(as_utf8(next_chunk(input)));
  message.set_event_id(as_utf8(next_chunk(input)));
  message.set_link(as_utf8(next_chunk(input)));
  std::size_t total = 0;
  while (!input.empty()) {
    std::string_view chunk = next_chunk(input);
    if (chunk.empty()) continue;
    const unsigned kind = static_cast<unsigned char>(chunk[0]);
    chunk.remove_prefix(1);
    const std::size_t line = (std::min)(chunk.find('\n'), chunk.size());
    const std::string label = as_utf8(chunk.substr(0, line));
    const std::string text = as_utf8(chunk.substr((std::min)(line + 1, chunk.size())));
    std::string value;
    for (unsigned i = 0; i < 1u << (kind >> 4) && total < 200000; ++i, total += text.size() + 1) value += text;
    if ((kind & 6) == 4) {
      message.add_link(label, value);
    } else {
      message.add_field(label, value, (kind & 1) != 0, (kind & 2) != 0);
    }
  }
}

bool is_escaped(std::string_view text) {
  if (text.find_first_of("<>") != std::string_view::npos) return false;
  for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const std::string_view rest = text.substr(at);
    if (rest.substr(0, 5) != "&amp;" && rest.substr(0, 4) != "&lt;" && rest.substr(0, 4) != "&gt;") return false;
  }
  return true;
}

void check_slack_object(json::View object, std::size_t limit) {
  const std::string_view text = object["text"].string();
  const std::size_t length = count_code_points(text);
  require(length >= 1 && length <= limit, "length of a Slack text", text);
  if (object["type"].string() == "plain_text") return require(is_escaped(text), "plain Slack text", text);
  require(object["verbatim"].boolean(), "Slack would look for links", text);
  if (text[0] == '<') {
    require(text.find('>') == text.size() - 1, "Slack link", text);
    require(text.find_first_of("|*_~`", text.find('|') + 1) == std::string_view::npos, "Slack link's label", text);
    return require(detail::web_scheme_size(text.substr(1)) != 0, "Slack link's scheme", text);
  }
  require(text[0] == '*' && is_escaped(text), "Slack markup", text);
  const std::string_view code = text.substr((std::min)(text.find('*', 1) + 1, text.size()));
  if (code.empty()) return;
  require(code.size() > 9 && code.substr(0, 5) == "\n```\n" && code.substr(code.size() - 4) == "\n```", "Slack fences",
          text);
  require(code.substr(5, code.size() - 9).find("``") == std::string_view::npos, "Slack fence in a log", text);
}

void check_slack(const Message& message) {
  static Buffer out;
  static Truncations cut;
  static json::Document document;
  out.clear();
  cut.clear();
  format_slack(message, out, cut);
  const auto root = document.parse(out.view());
  require(root.has_value(), "Slack's JSON", out.view());
  const std::string_view text = (*root)["text"].string();
  require(!text.empty() && count_code_points(text) <= 4000 && is_escaped(text), "Slack's text", text);
  std::size_t blocks = 0;
  const auto check_blocks = [&](json::View list) {
    list.for_each_element([&](json::View block) {
      ++blocks;
      if (block["text"].is_object()) check_slack_object(block["text"], block["type"].string() == "header" ? 150 : 3000);
      require(block["fields"].size() <= 10 && block["elements"].size() <= 10, "elements of a Slack block", out.view());
      block["fields"].for_each_element([](json::View field) { check_slack_object(field, 2000); });
      block["elements"].for_each_element([](json::View element) { check_slack_object(element, 3000); });
    });
  };
  check_blocks((*root)["blocks"]);
  (*root)["attachments"].for_each_element([&](json::View attachment) { check_blocks(attachment["blocks"]); });
  require(blocks <= 50, "Slack blocks", out.view());
  const std::string_view after_text = out.view(out.view().find("\"unfurl_media\":false") + 20);
  require(count_code_points(after_text) <= 13200, "Slack's blocks together", out.view());
  for (const Truncation& t : cut) require(t.kept <= t.length, "a cut that adds", t.part);
}

/// Neither mentions nor markup begin anywhere.
void check_prose(std::string_view text) {
  require(text.find_first_of("*~`$") == std::string_view::npos, "markup in Rocket.Chat prose", text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view("@#:.<>[]|&+!").find(text[i]) == std::string_view::npos) continue;
    const std::string_view after = text.substr(i + 1, 3);
    require(after.empty() || after[0] == ' ' || after[0] == '\n' || after == "\xE2\x80\x8D" || after == "\xE2\x80\xA6",
            "live text in Rocket.Chat prose", text.substr(i));
  }
}

/// Prose, but for the stars around the title, which is the first line or none.
void check_text(std::string_view text) {
  if (text.substr(0, 1) == "*") {
    const std::size_t end = (std::min)(text.find('\n'), text.size());
    require(end > 2 && text[end - 1] == '*', "Rocket.Chat's title in bold", text);
    check_prose(text.substr(1, end - 2));
    text.remove_prefix(end);
  }
  check_prose(text);
}

void check_rocket_chat(const Message& message) {
  static Buffer out;
  static Truncations cut;
  static json::Document document;
  out.clear();
  cut.clear();
  format_rocket_chat(message, out, cut);
  const auto root = document.parse(out.view());
  require(root.has_value(), "Rocket.Chat's JSON", out.view());
  require(count_utf16(out.view()) <= 5000, "Rocket.Chat's length", out.view());
  require(!(*root)["text"].string().empty() && !(*root)["channel"].exists(), "Rocket.Chat's text", out.view());
  check_text((*root)["text"].string());
  (*root)["attachments"].for_each_element([&](json::View attachment) {
    attachment["fields"].for_each_element([](json::View field) {
      check_prose(field["title"].string());
      const std::string_view value = field["value"].string();
      if (value.substr(0, 7) == "[View](") {
        return require(value.find_first_of("()*~ `\n", 7) == value.size() - 1, "Rocket.Chat link", value);
      }
      if (!value.empty() && value[0] != '`')
        return require(detail::is_plain_markdown(value), "Rocket.Chat value", value);
      require(value.size() > 2 && value.find_first_of("`\n", 1) == value.size() - 1, "Rocket.Chat value", value);
    });
    const std::string_view logs = attachment["text"].string();
    std::size_t fences = 0;
    for (std::size_t at = logs.find("``"); at != std::string_view::npos; at = logs.find("``", at + 3), ++fences) {
      require(logs.substr(at, 3) == "```" && at > 0 && logs[at - 1] == '\n', "Rocket.Chat fence in a log", logs);
    }
    require(fences % 2 == 0, "Rocket.Chat fences", logs);
  });
  for (const Truncation& t : cut) require(t.kept <= t.length, "a cut that adds", t.part);
}

/// Cards: within the limits of their rows, and cut by no more than they are long. What is alive in them is for the
/// platforms' parsers to say.
void check_card(const PlatformRow& row, const Message& message) {
  static Buffer out;
  static Truncations cut;
  static json::Document document;
  out.clear();
  cut.clear();
  detail::writer_of(row)(message, out, cut);
  const auto root = document.parse(out.view(), out.size());
  require(root.has_value(), "a card's JSON", out.view());
  for (const PayloadLimit& limit : detail::limits_of(row)) {
    if (limit.unit == PayloadLimit::Unit::elements || limit.part.find_first_of(".[") != std::string_view::npos)
      continue;
    const std::string_view text = limit.part.empty() ? out.view() : (*root)[limit.part].string();
    const std::size_t size = limit.unit == PayloadLimit::Unit::bytes   ? text.size()
                             : limit.unit == PayloadLimit::Unit::utf16 ? count_utf16(text)
                                                                       : count_code_points(text);
    require(size <= limit.amount, "a card's length", out.view());
  }
  for (const Truncation& t : cut) require(t.kept <= t.length, "a cut that adds", t.part);
}

void check_email(const Message& message) {
  static EmailBody body;
  static Buffer out;
  static Truncations cut;
  out.clear();
  cut.clear();
  format_email_body(message, message.subject(), Timestamp{}, body, cut);
  const std::string_view to[] = {"ops@example.com", message.actor(), message.kind()};
  format_email(body, "Notifier <notifier@example.com>", to, 1, "msg_1", "example.com", out);
  const mail_reader::Mail mail = mail_reader::read(out.view());
  for (const std::string& fault : mail.faults) require(false, fault.c_str(), out.view());
  require(mail.headers.size() == 9 + mail.count("X-Notifier-Event"), "a header of the message's own", out.view());
  for (const Truncation& t : cut) require(t.kept <= t.length, "a cut that adds", t.part);

  // From and To are the host's, but let no line break through either.
  char buffer[1 << 16];
  if (message.sentence().size() < 8000 && message.actor().size() + message.kind().size() < 8000) {
    for (const bool is_from : {true, false}) {
      const char* const end =
          is_from ? detail::put_from(message.sentence(), buffer, 6) : detail::put_to(to, 3, buffer, 4);
      const std::string_view value(buffer, static_cast<std::size_t>(end - buffer));
      for (std::size_t at = value.find_first_of("\r\n"); at != std::string_view::npos;
           at = value.find_first_of("\r\n", at + 2)) {
        require(value.substr(at, 2) == "\r\n" && (at + 2 == value.size() || value[at + 2] == ' '),
                "a header of our own", value);
      }
    }
  }

  const bool is_whole =
      std::all_of(cut.begin(), cut.end(), [](const Truncation& t) { return t.part == "subject" || t.part == "link"; });
  if (!is_whole) return;
  require(mail.text.find(message.title()) != std::string::npos, "title", out.view());
  require(mail.text.find(message.sentence()) != std::string::npos, "sentence", out.view());
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    require(mail.text.find(message.field(i).value) != std::string::npos, "value", message.field(i).value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Message message;
  fill({reinterpret_cast<const char*>(data), size}, message);
  check_slack(message);
  check_rocket_chat(message);
  for (const PlatformRow& row : builtin_platforms) {
    if (row.platform >= Platform::mattermost) check_card(row, message);
  }
  check_email(message);
  return 0;
}
