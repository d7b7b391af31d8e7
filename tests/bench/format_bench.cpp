// How long one payload takes, from a message that is filled already.
//
//     format_bench EVENTS [JSON-FILE]

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "corpus.hpp"
#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "peer/nlohmann.hpp"
#include "peer/program.hpp"
#include "peer/rapidjson.hpp"
#include "report.hpp"

namespace {

using Events = std::vector<std::string>;

class FormatBench {
 public:
  /// @param known  whether the programs without this library have words for these events
  FormatBench(const Events& events, bool known) : documents_(events.size()), ours_(events.size()) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      notifier::describe(notifier::Event::read(*documents_[i].parse(events[i]), events[i]), "", ours_[i]);
      if (known) theirs_.push_back(peer::describe<peer::Nlohmann>(peer::Nlohmann::parse(events[i])));
      slack(i);
      slack_.push_back(out_.str());
      email_body(i);
      email();
      mail_.push_back(out_.str());
    }
  }

  /// Slack payloads built and dumped, and written, by others.
  void slack_beside_peers(bench::Report& report) {
    for (std::size_t i = 0; i < ours_.size(); ++i) {
      slack(i);
      if (out_.view() == peer::Nlohmann::slack(theirs_[i]) && out_.view() == peer::Rapidjson::slack(theirs_[i]))
        continue;
      std::fprintf(stderr, "the peer writes something else for\n%s\n", out_.str().c_str());
      std::exit(1);
    }
    const std::vector<double> times = bench::alternate(
        ours_.size(), [&](std::size_t i) { slack(i); },
        [&](std::size_t i) { bench::keep(peer::Nlohmann::slack(theirs_[i])); },
        [&](std::size_t i) { bench::keep(peer::Rapidjson::slack(theirs_[i])); },
        [&](std::size_t i) { bench::keep(peer::mail(theirs_[i], from, to, key, "example.com")); },
        [&](std::size_t i) {
          email_body(i);
          email();
        });
    report.compare("Slack payload from a message", times[0], times[1], "nlohmann, build and dump", {60, 100});
    report.compare("Slack payload from a message", times[0], times[2], "RapidJSON, Writer");
    report.compare("mail from a message", times[4], times[3], "std::string, hand-written");
  }

  void each(const std::string& what, bench::Report& report) {
    const std::vector<double> times = bench::alternate(
        ours_.size(), [&](std::size_t i) { slack(i); }, [&](std::size_t i) { rocket_chat(i); },
        [&](std::size_t i) { email_body(i); }, [&](std::size_t) { email(); }, [&](std::size_t i) { copy(slack_[i]); },
        [&](std::size_t i) { copy(mail_[i]); });
    const auto bytes = [&](auto&& format) {
      std::size_t sum = 0;
      for (std::size_t i = 0; i < ours_.size(); ++i) {
        format(i);
        sum += out_.size();
      }
      return ", " + std::to_string(sum / ours_.size()) + " bytes";
    };
    report.compare("Slack, " + what + bytes([&](std::size_t i) { slack(i); }), times[0], times[4], "memcpy of it",
                   {0, 0, true});
    report.figure("Rocket.Chat, " + what + bytes([&](std::size_t i) { rocket_chat(i); }), times[1], "ns");
    const std::string size = bytes([&](std::size_t i) {
      email_body(i);
      email();
    });
    report.compare("mail, " + what + size, times[2] + times[3], times[5], "memcpy of it", {0, 0, true});
    report.figure("of that, what all mails of an event share", times[2], "ns");
  }

 private:
  void copy(const std::string& payload) {
    out_.clear();
    out_.append(payload);
    bench::keep(out_.data());
  }

  static constexpr const char* from = "Notifier <notifier@example.com>";
  static constexpr const char* to = "ops@example.com";
  static constexpr const char* key = "msg_0123456789abcdef0123456789abcdef";

  void slack(std::size_t i) {
    out_.clear();
    cut_.clear();
    notifier::format_slack(ours_[i], out_, cut_);
  }
  void rocket_chat(std::size_t i) {
    out_.clear();
    cut_.clear();
    notifier::format_rocket_chat(ours_[i], out_, cut_);
  }
  void email_body(std::size_t i) {
    cut_.clear();
    notifier::format_email_body(ours_[i], "example.com", {}, body_, cut_);
  }
  void email() {
    const std::string_view recipient = to;
    out_.clear();
    notifier::format_email(body_, from, &recipient, 1, key, "example.com", out_);
  }

  std::vector<notifier::json::Document> documents_;
  std::vector<notifier::Message> ours_;
  std::vector<peer::Message> theirs_;
  std::vector<std::string> slack_, mail_;  // ours, written
  notifier::Buffer out_;
  notifier::EmailBody body_;
  notifier::Truncations cut_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  bench::Report report;
  bench::CorpusOptions options;
  options.events = 500;
  FormatBench compact(bench::make_events(options), true);
  compact.slack_beside_peers(report);
  compact.each("compact events", report);
  options.mixed = true;
  options.rare = bench::read_lines(argv[1]);
  FormatBench(bench::make_events(options), false).each("mixed events of all kinds", report);
  return report.write_json(argc > 2 ? argv[2] : nullptr) ? 0 : 1;
}
