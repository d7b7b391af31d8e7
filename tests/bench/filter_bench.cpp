// What filters cost: from an event's bytes to the notifiers that want it, beside reading the event alone.
//
//     filter_bench PAYLOADS [JSON-FILE]

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "filter_corpus.hpp"
#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "report.hpp"

namespace {

using Events = std::vector<std::string>;

/// An app with a notifier for each filter.
std::string snapshot(const Events& filters) {
  std::string json = R"({"apps":[{"id":"1","name":"a","notifiers":[)";
  for (const std::string& filter : filters) {
    json +=
        R"({"platform":"webhook","name":"n","send_all_events":true,"type_data":{"webhook_url":"https://h.example/"},)";
    json += "\"filter\":" + filter + "},";
  }
  json.back() = ']';
  return json + "}]}";
}

/// What every filter says of every event, asked alone.
std::size_t count_matches(const Events& filters, const Events& events) {
  std::vector<notifier::Filter> compiled;
  for (const std::string& filter : filters) compiled.push_back(*notifier::Filter::compile(filter));
  notifier::json::Document document;
  std::size_t count = 0;
  for (const std::string& event : events) {
    const auto root = document.parse(event);
    for (const notifier::Filter& filter : compiled) count += filter.matches(*root) ? 1u : 0u;
  }
  return count;
}

void measure(const Events& events, const Events& filters, double matched, bench::Bounds bounds, bench::Report& report) {
  notifier::Registry registry;
  if (!registry.load(snapshot(filters))) std::exit(1);
  notifier::Router router(registry);
  notifier::json::Document document;
  std::size_t found = 0;
  const auto match = [&](std::size_t i) {
    static_cast<void>(router.match(events[i], [&](std::string_view) { ++found; }));
  };
  for (int round = 0; round < 2; ++round) {
    found = 0;
    for (std::size_t i = 0; i < events.size(); ++i) match(i);
  }
  if (found != count_matches(filters, events)) {
    std::fprintf(stderr, "filters decide otherwise together than alone\n");
    std::exit(1);
  }
  const std::vector<double> times = bench::alternate(events.size(), match, [&](std::size_t i) {
    const auto root = document.parse(events[i]);
    bench::keep(root);
  });
  char part[32];
  std::snprintf(part, sizeof part, "%.1f", 100 * matched);
  report.compare("read and match, filters: " + std::to_string(filters.size()) + ", of which match: " + part + " %",
                 times[0], times[1], "reading alone", bounds);
}

}  // namespace

int main(int argc, char** argv) {
  const Events events = bench::read_payloads(argc > 1 ? argv[1] : "");
  if (events.empty()) return 1;
  bench::FilterCorpus corpus(events, 50, 21);
  bench::Report report;
  for (const std::size_t count :
       {std::size_t{1}, std::size_t{10}, std::size_t{100}, std::size_t{1000}, std::size_t{10000}}) {
    const Events filters = corpus.make(count, 0.02);
    const bench::Bounds bounds = count == 1       ? bench::Bounds{0.75, 0.85}
                                 : count == 10000 ? bench::Bounds{0.4, 0.5}
                                                  : bench::Bounds{};
    measure(events, filters, corpus.matched(), bounds, report);
  }
  return report.write_json(argc > 2 ? argv[2] : nullptr) ? 0 : 1;
}
