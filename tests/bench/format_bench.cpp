// How long one payload takes, from a Message that is filled already: nanoseconds, the least of 101 rounds.

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "harness.hpp"
#include "notifier/format/format.hpp"

namespace {

using namespace notifier;

void describe_deployment(Message& message) {
  message.severity = Severity::success;
  message.set_title("my-app: deployment succeeded");
  message.set_sentence("johndoe deployed 1a2b3c4 of main to my-app in 35 seconds.");
  message.set_actor("johndoe");
  message.set_subject("my-app");
  message.set_kind("deployment");
  message.set_event_id("54dcdd4a73636100011a0000");
  message.set_link("https://dashboard.example.com/apps/my-app?x=1&y=2");
  message.has_time = true;
  message.time.ms = 1526291202077;
  message.add_field("Git reference", "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b");
  message.add_field("Branch", "main");
  message.add_field("Duration", "35 s");
}

template <class F>
void report(const char* name, std::size_t bytes, F&& f) {
  constexpr std::size_t bytes_a_round = 1u << 20;
  const std::size_t calls = bytes_a_round / bytes + 1;
  std::vector<double> times;
  for (int round = 0; round < 101; ++round) {
    times.push_back(bench::nanoseconds([&] {
                      for (std::size_t i = 0; i < calls; ++i) f();
                    }) /
                    static_cast<double>(calls));
  }
  std::printf("%-48s %7zu bytes %8.1f ns\n", name, bytes, *std::min_element(times.begin(), times.end()));
}

void measure(const char* what, const Message& message) {
  Buffer out;
  EmailBody body;
  Truncations cut;
  const std::string_view to[] = {"ops@example.com", "on-call@example.org"};
  const std::string label = std::string(what) + ": ";
  const auto slack = [&] {
    out.clear();
    cut.clear();
    format_slack(message, out, cut);
    bench::keep(out.data());
  };
  const auto rocket_chat = [&] {
    out.clear();
    cut.clear();
    format_rocket_chat(message, out, cut);
    bench::keep(out.data());
  };
  const auto email_body = [&] {
    cut.clear();
    format_email_body(message, "example.com", Timestamp{}, body, cut);
    bench::keep(body.content.data());
  };
  const auto email = [&] {
    out.clear();
    format_email(body, "Notifier <notifier@example.com>", to, 2, "msg_0123456789abcdef0123456789abcdef", "example.com",
                 out);
    bench::keep(out.data());
  };
  slack();
  report((label + "slack").c_str(), out.size(), slack);
  rocket_chat();
  report((label + "rocket_chat").c_str(), out.size(), rocket_chat);
  email_body();
  report((label + "email, shared part").c_str(), body.headers.size() + body.content.size(), email_body);
  email();
  report((label + "email, per notifier").c_str(), out.size(), email);
}

}  // namespace

int main() {
  Message message;
  describe_deployment(message);
  measure("deployment", message);

  std::string log;
  for (int i = 0; log.size() < 2000; ++i) log += "npm ERR! line " + std::to_string(i) + " of \"build\" failed\n";
  message.add_field("Log", log, false, true);
  measure("deployment with a log of 2 KB", message);

  message.clear();
  describe_deployment(message);
  std::string text;
  while (text.size() < 20000) text += "d\xC3\xA9ploiement \xF0\x9F\x98\x80 & ";
  for (int i = 0; i < 8; ++i) message.add_field("Long", text, false, i % 2 == 0);
  measure("everything cut", message);
}
