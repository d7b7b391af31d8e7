// What words that are read at run time cost beside those that are built in, and how long reading them takes.
//
//     vocabulary_bench EVENTS [JSON-FILE]

#include <cstdio>
#include <string>
#include <vector>

#include "../unit/thousand_kinds.hpp"
#include "corpus.hpp"
#include "harness.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "report.hpp"

namespace {

/// The built-in vocabulary, written out whole and read again.
notifier::Vocabulary read_again() {
  notifier::Buffer json;
  notifier::json::Writer out(json);
  const notifier::Vocabulary none = notifier::Vocabulary::empty();
  notifier::detail::RowWriter(out, notifier::Vocabulary::standard()->state(), none.state()).write();
  return *notifier::Vocabulary::read(json.view());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  bench::Report report;
  bench::CorpusOptions options;
  options.events = 500;
  options.mixed = true;
  options.rare = bench::read_lines(argv[1]);
  const std::vector<std::string> events = bench::make_events(options);
  std::vector<notifier::json::Document> documents(events.size());
  std::vector<notifier::Event> read;
  for (std::size_t i = 0; i < events.size(); ++i) {
    read.push_back(notifier::Event::read(*documents[i].parse(events[i]), events[i]));
  }
  const notifier::Vocabulary own = read_again();
  notifier::Message message;
  const std::vector<double> times = bench::alternate(
      events.size(), [&](std::size_t i) { notifier::describe(read[i], "", message); },
      [&](std::size_t i) { notifier::describe(read[i], "", message, own); });
  report.compare("describing by words read at run time", times[1], times[0], "built in", {1.3, 1.1, true});
  const std::string json = thousand_kinds();
  const std::vector<double> reading =
      bench::alternate(1, [&](std::size_t) { bench::keep(notifier::Vocabulary::read(json)); });
  report.figure("reading 1,000 kinds", reading[0] / 1e6, "ms", {20, 10, true});
  return report.write_json(argc > 2 ? argv[2] : nullptr) ? 0 : 1;
}
