// Event in, payloads out: beside programs without this library that write the same bytes.
//
//     route_bench EVENTS [JSON-FILE]      EVENTS: lines of events of all kinds, for the rarer ones

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "corpus.hpp"
#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "peer/boost_json.hpp"
#include "peer/nlohmann.hpp"
#include "peer/picojson.hpp"
#include "peer/program.hpp"
#include "peer/rapidjson.hpp"
#include "peers_agree.hpp"
#include "report.hpp"

namespace {

using bench::Events;
using bench::make_peer;

class RouteBench {
 public:
  RouteBench(const notifier::Registry& registry, bench::Report& report) : router_(registry), report_(report) {}

  /// Both sides over the same events, and the bare parse beside them.
  template <class Json>
  void against(const std::string& what, const Events& events, const peer::Program<Json>& program, const char* name,
               bench::Bounds bounds = {}) {
    if (!bench::peer_agrees(router_, events, program)) std::exit(1);
    const std::vector<std::string_view> views(events.begin(), events.end());
    const std::vector<double> times = bench::alternate(
        events.size(), [&](std::size_t i) { route(events[i]); }, [&](std::size_t i) { route_batch(views, i); },
        [&](std::size_t i) {
          std::size_t bytes = 0;
          program.route(events[i], [&bytes](const peer::Notifier&, const std::string& body) { bytes += body.size(); });
          bench::keep(bytes);
        });
    report_.compare(what, times[0], times[2], name, bounds);
    report_.compare(what + ", in batches", times[1], times[2], name, bounds);
  }

  /// What is added to what nobody can do without. The parser is handed padded bytes, and so need not copy.
  void beyond_parse(const std::string& what, const Events& events, bench::Bounds bounds) {
    simdjson::dom::parser parser;
    std::vector<simdjson::padded_string> padded(events.begin(), events.end());
    for (const auto& event : padded) bench::keep(parser.parse(event).error());  // it has grown to size from here on
    std::string copy(std::size_t{1} << 16, ' ');
    const std::vector<double> times = bench::alternate(
        events.size(), [&](std::size_t i) { route(events[i]); },
        [&](std::size_t i) { bench::keep(parser.parse(padded[i]).error()); },
        [&](std::size_t i) { bench::keep(document_.parse(events[i])); },
        [&](std::size_t i) {
          const auto* const bytes = reinterpret_cast<const std::uint8_t*>(padded[i].data());
          bench::keep(parser.implementation->stage1(bytes, padded[i].size(), simdjson::stage1_mode::regular));
        },
        [&](std::size_t i) {
          events[i].copy(&copy[0], events[i].size());
          bench::keep(copy[0]);
        });
    report_.compare(what + ", beyond the bare parse", times[0] - times[1], times[1], "simdjson DOM", bounds);
    report_.compare(what + ", all of it", times[0], times[1], "simdjson DOM", {0, 0, true});
    report_.compare(what + ", our reading of it", times[2], times[1], "simdjson DOM", {0, 0, true});
    report_.compare(what + ", our reading of it", times[2], times[3], "simdjson stage 1: UTF-8 and structure",
                    {0, 0, true});
    report_.compare(what + ", our reading of it", times[2], times[4], "memcpy of the event", {0, 0, true});
  }

  /// Of single calls, clock included.
  void latency(const std::string& what, const Events& events) {
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t calls = 200000;
    std::vector<double> samples(calls);
    for (std::size_t i = 0; i < calls; ++i) {
      const auto begin = Clock::now();
      route(events[i % events.size()]);
      samples[i] = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
    }
    std::sort(samples.begin(), samples.end());
    report_.figure(what + ", latency p50", samples[calls / 2], "ns");
    report_.figure(what + ", latency p99", samples[calls * 99 / 100], "ns");
    report_.figure(what + ", latency p99.9", samples[calls * 999 / 1000], "ns");
  }

  /// Each stage on its own, its input ready in the caches.
  void stages(const Events& events) {
    std::vector<notifier::json::Document> documents(events.size());
    std::vector<notifier::json::View> roots;
    std::vector<notifier::Event> read;
    for (std::size_t i = 0; i < events.size(); ++i) {
      roots.push_back(*documents[i].parse(events[i]));
      read.push_back(notifier::Event::read(roots[i], events[i]));
    }
    const std::vector<double> times = bench::alternate(
        events.size(), [&](std::size_t i) { bench::keep(document_.parse(events[i])); },
        [&](std::size_t i) { bench::keep(notifier::Event::read(roots[i], events[i])); },
        [&](std::size_t i) { router_.match(read[i], [](std::string_view id) { bench::keep(id); }); },
        [&](std::size_t i) {
          notifier::describe(read[i], "", message_);
          bench::keep(message_);
        });
    constexpr const char* names[] = {"read and validate", "find the envelope", "match", "describe in words"};
    for (std::size_t i = 0; i < times.size(); ++i) report_.figure(std::string("stage: ") + names[i], times[i], "ns");
  }

 private:
  /// Routes a batch at its last event.
  void route_batch(const std::vector<std::string_view>& events, std::size_t i) {
    constexpr std::size_t batch = 64;
    if (i % batch != batch - 1 && i + 1 != events.size()) return;
    const std::size_t first = i - i % batch;
    std::size_t bytes = 0;
    router_.route(
        &events[first], i + 1 - first, [&](std::size_t, const notifier::DeliveryView& d) { bytes += d.body.size(); },
        [](std::size_t, const notifier::Error&) {});
    bench::keep(bytes);
  }

  void route(const std::string& event) {
    std::size_t bytes = 0;
    const auto routed = router_.route(event, [&bytes](const notifier::DeliveryView& d) { bytes += d.body.size(); });
    bench::keep(routed);
    bench::keep(bytes);
  }

  notifier::Router router_;
  bench::Report& report_;
  notifier::json::Document document_;
  notifier::Message message_;
};

/// Validated reading of whole events, nothing else.
void measure_parse(const std::string& what, const Events& events, bench::Report& report) {
  notifier::json::Document document;
  const auto ours = [&](std::size_t i) { bench::keep(document.parse(events[i])); };
  const auto against = [&](const char* name, auto&& peer) {
    const std::vector<double> times = bench::alternate(events.size(), ours, peer);
    report.compare(what, times[0], times[1], name);
  };
  against("nlohmann", [&](std::size_t i) { bench::keep(nlohmann::json::parse(events[i])); });
  against("picojson", [&](std::size_t i) { bench::keep(peer::Picojson::parse(events[i])); });
  against("RapidJSON", [&](std::size_t i) { bench::keep(peer::Rapidjson::parse(events[i])); });
  against("Boost.JSON", [&](std::size_t i) { bench::keep(peer::BoostJson::parse(events[i])); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  bench::Report report;
  notifier::Registry registry;
  if (const auto loaded = registry.load(bench::make_snapshot(30000)); !loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 1;
  }
  bench::CorpusOptions options;
  options.events = 2000;
  const Events compact = bench::make_events(options);
  options.mixed = true;
  const Events mixed = bench::make_events(options);
  options.rare = bench::read_lines(argv[1]);
  const Events all_kinds = bench::make_events(options);

  const auto nlohmann = make_peer<peer::Nlohmann>(registry);
  const auto picojson = make_peer<peer::Picojson>(registry);
  const auto rapidjson = make_peer<peer::Rapidjson>(registry);
  const auto boost = make_peer<peer::BoostJson>(registry);
  RouteBench bench(registry, report);
  const std::string compact_name = "event to Slack, email and webhook, 30000 notifiers";
  const std::string mixed_name = "the same, events of 300 to 20000 bytes, pretty, escaped, not ASCII";
  bench.against(compact_name, compact, nlohmann, "nlohmann", {45, 60});
  bench.against(compact_name, compact, picojson, "picojson", {33, 45});
  bench.against(compact_name, compact, rapidjson, "RapidJSON");
  bench.against(compact_name, compact, boost, "Boost.JSON");
  bench.against(mixed_name, mixed, nlohmann, "nlohmann");
  bench.against(mixed_name, mixed, picojson, "picojson");
  bench.against(mixed_name, mixed, rapidjson, "RapidJSON");
  bench.against(mixed_name, mixed, boost, "Boost.JSON");
  bench.beyond_parse("end to end, compact", compact, {1.0, 0.7, true});
  bench.beyond_parse("end to end, all kinds, mixed", all_kinds, {0, 0, true});
  bench.latency("end to end, compact", compact);
  bench.latency("end to end, all kinds, mixed", all_kinds);
  bench.stages(compact);
  measure_parse("validated parse, compact", compact, report);
  measure_parse("validated parse, all kinds, mixed", all_kinds, report);
  return report.write_json(argc > 2 ? argv[2] : nullptr) ? 0 : 1;
}
