// Writes what the platforms would get: `payloads EVENTS.ndjson` prints one JSON line per message, for each event of the
// file and for hostile messages, with the payloads and what a reader must find in them.

#include <cstdio>
#include <string>
#include <string_view>

#include "../../unit/hostile_text.hpp"
#include "notifier/format/format.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/model/event.hpp"

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

void print(const Message& message) {
  Buffer slack, rocket_chat, mail, out;
  EmailBody body;
  Truncations slack_cut, rocket_chat_cut, mail_cut;
  const std::string_view to[] = {"ops@example.com", "on-call.team@example.org"};
  format_slack(message, slack, slack_cut);
  format_rocket_chat(message, rocket_chat, rocket_chat_cut);
  format_email_body(message, "example.com", Timestamp{1526291202077}, body, mail_cut);
  format_email(body, "Notifier, Inc. <notifier@example.com>", to, 2, "msg_0123456789abcdef0123456789abcdef",
               "example.com", mail);

  json::Writer line(out);
  line.object([&] {
    line.member("title", message.title());
    line.member("sentence", message.sentence());
    line.member("link", message.link());
    line.member("actor", message.actor());
    line.key("fields");
    line.array([&] {
      for (std::size_t i = 0; i < message.field_count(); ++i) {
        line.object([&] {
          line.member("label", message.field(i).label);
          line.member("value", message.field(i).value);
          line.key("is_code");
          line.boolean(message.field(i).is_code);
        });
      }
    });
    line.key("slack");
    line.raw(slack.view());
    write_cut(line, "slack_cut", slack_cut);
    line.key("rocket_chat");
    line.raw(rocket_chat.view());
    write_cut(line, "rocket_chat_cut", rocket_chat_cut);
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
