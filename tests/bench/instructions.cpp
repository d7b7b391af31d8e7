// Fixed inputs through each stage, for callgrind to count their instructions: see instructions.py. Not the reading of
// JSON: which of its kernels simdjson takes depends on the machine.

#include <valgrind/callgrind.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "corpus.hpp"
#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "registry_corpus.hpp"

namespace {

/// Counts what `work(i)` takes for i in [0, count), once all buffers have grown to size.
template <class Work>
void count(const char* stage, std::size_t count, Work&& work) {
  for (std::size_t i = 0; i < count; ++i) work(i);
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (std::size_t i = 0; i < count; ++i) work(i);
  CALLGRIND_DUMP_STATS_AT(stage);
  CALLGRIND_STOP_INSTRUMENTATION;
}

}  // namespace

int main() {
  bench::CorpusOptions options;
  options.events = 256;
  options.apps = 300;
  const std::vector<std::string> events = bench::make_events(options);
  const std::size_t n = events.size();
  std::vector<notifier::json::Document> documents(n);
  std::vector<notifier::Event> read;
  std::vector<notifier::Message> messages(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto root = documents[i].parse(events[i]);
    if (!root) return 1;
    read.push_back(notifier::Event::read(*root, events[i]));
    notifier::describe(read[i], "", messages[i]);
  }
  const bench::RegistryCorpus corpus = bench::make_registry(1000);
  notifier::Registry skewed;
  if (!skewed.load(corpus.snapshot)) return 1;
  notifier::Router matching(skewed);
  const bench::EventStream stream(corpus, 4096, false);
  std::vector<notifier::Event> made(stream.size());
  for (std::size_t i = 0; i < made.size(); ++i) stream.read(i, made[i]);

  notifier::Message message;
  notifier::Buffer out;
  notifier::Truncations cut;
  notifier::EmailBody mail;
  std::size_t found = 0;
  count("match", 4096,
        [&](std::size_t i) { matching.match(made[i], [&](std::string_view id) { found += id.size(); }); });
  count("match in batches", 4096 / 256, [&](std::size_t i) {
    matching.match(&made[256 * i], 256, [&](std::size_t, std::string_view id) { found += id.size(); });
  });
  count("describe", n, [&](std::size_t i) { notifier::describe(read[i], "", message); });
  count("slack", n, [&](std::size_t i) {
    out.clear();
    notifier::format_slack(messages[i], out, cut);
  });
  count("rocket_chat", n, [&](std::size_t i) {
    out.clear();
    notifier::format_rocket_chat(messages[i], out, cut);
  });
  count("email", n, [&](std::size_t i) { notifier::format_email_body(messages[i], "example.com", {}, mail, cut); });
  bench::keep(found);
}
