// Writes what the platforms would get: `payloads EVENTS.ndjson` prints one JSON line per message, for each event of the
// file and for hostile messages, with the payloads and what a reader must find in them.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "../../unit/hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/model/event.hpp"
#include "notifier/net/email_address.hpp"
#include "notifier/platform/table.hpp"

namespace {

using namespace notifier;

std::string read_file(const char* path) {
  std::string out;
  if (std::FILE* file = std::fopen(path, "rb")) {
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof(buffer), file)) != 0;) out.append(buffer, n);
    std::fclose(file);
  }
  return out;
}

void write_cut(json::Writer& line, std::string_view name, const Truncations& cut) {
  line.key(name);
  line.array([&] {
    for (const Truncation& t : cut) line.string(t.part);
  });
}

/// Who sends, as a host writes it, and the name that a reader sees.
struct Sender {
  std::string_view from;
  std::string_view name;
};

constexpr Sender senders[] = {
    {"Notifier, Inc. <notifier@example.com>", "Notifier, Inc."},
    {"Zo\xC3\xAB <notifier@example.com>", "Zo\xC3\xAB"},
    {"St. John <notifier@example.com>", "St. John"},
    {"Notifier (prod) <notifier@example.com>", "Notifier (prod)"},
    {"\"already quoted\" <notifier@example.com>", "already quoted"},
    {"\"Zo\xC3\xAB \\\"Z\\\" \\\\ Co.\" <notifier@example.com>", "Zo\xC3\xAB \"Z\" \\ Co."},
    {"Ann \"A\" N <notifier@example.com>", "Ann \"A\" N"},
    {"Ops: alerts; all [prod] <notifier@example.com>", "Ops: alerts; all [prod]"},
    {"ops@work <notifier@example.com>", "ops@work"},
    {"\"Ops <a@b.c>, more\" <notifier@example.com>", "Ops <a@b.c>, more"},
    {"=?not an encoded word <notifier@example.com>", "=?not an encoded word"},
    {"\xE2\x98\x83 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xF0\x9F\xA6\x84 <notifier@example.com>",
     "\xE2\x98\x83 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xF0\x9F\xA6\x84"},
    {"The operations team of the company with the very long name, that is all of us (in Z\xC3\xBCrich) and the night "
     "shift <notifier@example.com>",
     "The operations team of the company with the very long name, that is all of us (in Z\xC3\xBCrich) and the night "
     "shift"},
    {"A name in ASCII that is longer than one line of a header can be, comma included, and then a bit "
     "<notifier@example.com>",
     "A name in ASCII that is longer than one line of a header can be, comma included, and then a bit"},
    {"Plain Name<notifier@example.com>", "Plain Name"},
    {"notifier@example.com", ""},
};

std::size_t printed = 0;

void print(const Message& message) {
  Buffer slack, rocket_chat, mail, out;
  EmailBody body;
  Truncations slack_cut, rocket_chat_cut, mail_cut;
  const std::string_view to[] = {"ops@example.com", "on-call.team@example.org"};
  format_slack(message, slack, slack_cut);
  format_rocket_chat(message, rocket_chat, rocket_chat_cut);
  format_email_body(message, "example.com", Timestamp{1526291202077}, body, mail_cut);
  const Sender& sender = senders[printed++ % std::size(senders)];
  Mailbox mailbox;
  if (!parse_mailbox(sender.from, mailbox)) std::abort();
  format_email(body, sender.from, to, 2, "msg_0123456789abcdef0123456789abcdef", "example.com", mail);

  json::Writer line(out);
  line.object([&] {
    line.member("title", message.title());
    line.member("sentence", message.sentence());
    line.member("link", message.link());
    line.key("names");
    line.integer(static_cast<std::int64_t>(message.name_count()));
    line.member("actor", message.actor());
    line.member("severity", to_string(message.severity));
    line.member("alert", message.alert == Message::Alert::ends ? "ends" : "");
    line.key("fields");
    line.array([&] {
      for (std::size_t i = 0; i < message.field_count(); ++i) {
        line.object([&] {
          line.member("label", message.field(i).label);
          line.member("value", message.field(i).value);
          line.key("is_code");
          line.boolean(message.field(i).is_code);
          line.key("is_link");
          line.boolean(message.field(i).is_link);
        });
      }
    });
    line.key("slack");
    line.raw(slack.view());
    write_cut(line, "slack_cut", slack_cut);
    line.key("rocket_chat");
    line.raw(rocket_chat.view());
    write_cut(line, "rocket_chat_cut", rocket_chat_cut);
    for (const PlatformRow& row : builtin_platforms) {
      if (row.platform < Platform::mattermost) continue;
      Buffer payload;
      Truncations cut;
      detail::writer_of(row)(message, payload, cut);
      line.key(row.name);
      line.raw(payload.view());
      write_cut(line, std::string(row.name) + "_cut", cut);
    }
    line.member("email_from_name", sender.name);
    line.member("email", mail.view());
    write_cut(line, "email_cut", mail_cut);
  });
  std::printf("%.*s\n", static_cast<int>(out.size()), out.data());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string events = read_file(argc > 1 ? argv[1] : "");
  std::string_view rest = events;
  json::Document document;
  Message message;
  int count = 0;
  while (!rest.empty()) {
    const std::size_t end = (std::min)(rest.find('\n'), rest.size());
    auto root = document.parse(rest.substr(0, end));
    if (!root) {
      std::fprintf(stderr, "%s\n", root.error().message.c_str());
      return 1;
    }
    describe(Event::read(*root, rest.substr(0, end)), "https://dashboard.example.com", message);
    print(message);
    ++count;
    rest.remove_prefix((std::min)(end + 1, rest.size()));
  }
  if (count == 0) {
    std::fprintf(stderr, "no events\n");
    return 1;
  }
  hostile::Random random(4);
  for (int i = 0; i < 600; ++i) {
    hostile::fill(random, message);
    print(message);
  }
}
