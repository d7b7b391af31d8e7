// How fast notifiers are found, from an event that is read already, beside a map of strings.
//
//     match_bench [JSON-FILE]

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "registry_corpus.hpp"
#include "report.hpp"

namespace {

/// What one writes without thinking much about it: notifiers in an unordered_map by app, events by name.
class MapOfStrings {
 public:
  MapOfStrings(const notifier::Registry& registry, const bench::RegistryCorpus& corpus) {
    for (const notifier::EventKind& kind : notifier::Vocabulary::standard()->event_kinds()) {
      types_.emplace(kind.type, kind.selectable_as);
    }
    for (const std::string& app : corpus.app_ids) {
      for (const notifier::Notifier& n : registry.list(app)) {
        Notifier copy{n.id, n.active, n.send_all_alerts, n.send_all_events, {}};
        for (const std::string& id : n.selected_event_ids) {
          copy.selected.emplace_back(registry.vocabulary()->find_event_type_by_id(id)->name);
        }
        notifiers_[app].push_back(std::move(copy));
      }
    }
  }

  template <class Sink>
  void match(const notifier::Event& event, Sink&& sink) const {
    const auto app = notifiers_.find(std::string(event.app_id));
    if (app == notifiers_.end()) return;
    const auto type = types_.find(std::string(event.type));
    const std::string name = type == types_.end() ? std::string() : type->second;
    for (const Notifier& n : app->second) {
      if (!n.active) continue;
      const bool all = event.type == "alert" ? n.send_all_alerts : n.send_all_events;
      if (all || (!name.empty() && std::find(n.selected.begin(), n.selected.end(), name) != n.selected.end())) {
        sink(std::string_view(n.id));
      }
    }
  }

 private:
  struct Notifier {
    std::string id;
    bool active, send_all_alerts, send_all_events;
    std::vector<std::string> selected;
  };
  std::unordered_map<std::string, std::vector<Notifier>> notifiers_;
  std::unordered_map<std::string, std::string> types_;
};

/// The ids found so far: so that all ways are seen to find the same, and none is optimised away.
struct Found {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  void operator()(std::string_view id) {
    ++count;
    sum = sum * 31 + static_cast<unsigned char>(id[id.size() - 1]);
  }
  bool operator==(const Found& other) const { return count == other.count && sum == other.sum; }
};

struct Times {
  double one, batch, peer;
};

Times measure(const bench::RegistryCorpus& corpus, bool even) {
  notifier::Registry registry;
  if (const auto loaded = registry.load(corpus.snapshot); !loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    std::exit(1);
  }
  const MapOfStrings peer(registry, corpus);
  constexpr std::size_t count = 1 << 17;
  constexpr std::size_t batch = 256;
  const bench::EventStream events(corpus, count, even);
  notifier::Router router(registry);
  notifier::Event event;
  std::vector<notifier::Event> read(batch);

  Found one, many, plain;
  const auto match_one = [&](std::size_t i) {
    events.read(i, event);
    router.match(event, one);
  };
  const auto match_batch = [&](std::size_t i) {
    events.read(i, read[i % batch]);
    if (i % batch != batch - 1) return;
    router.match(read.data(), batch, [&](std::size_t, std::string_view id) { many(id); });
  };
  const auto match_plain = [&](std::size_t i) {
    events.read(i, event);
    peer.match(event, plain);
  };
  for (std::size_t i = 0; i < count; ++i) {
    match_one(i);
    match_batch(i);
    match_plain(i);
  }
  if (!(one == plain) || !(many == plain)) {
    std::fprintf(stderr, "the matches differ\n");
    std::exit(1);
  }

  const std::vector<double> times = bench::alternate(count, match_one, match_batch, match_plain);
  return {times[0], times[1], times[2]};
}

}  // namespace

int main(int argc, char** argv) {
  bench::Report report;
  Times at_ten{};
  for (const std::size_t size : {std::size_t{10}, std::size_t{1000}, std::size_t{30000}, std::size_t{1000000}}) {
    const bench::RegistryCorpus corpus = bench::make_registry(size);
    const std::string notifiers = std::to_string(size) + " notifiers";
    const Times times = measure(corpus, false);
    const bool most = size == 1000000;
    report.compare("match at " + notifiers + ", one at a time", times.one, times.peer, "unordered_map of strings");
    report.compare("match at " + notifiers + ", in batches", times.batch, times.peer, "unordered_map of strings",
                   most ? bench::Bounds{8, 20} : bench::Bounds{});
    if (size == 10) at_ten = times;
    if (!most) continue;
    report.compare("match at 1000000 notifiers, in batches, against our own at 10", times.batch, at_ten.batch,
                   "ours at 10", {3, 2, true});
    report.compare("match at 1000000 notifiers, one at a time, against our own at 10", times.one, at_ten.one,
                   "ours at 10", {0, 0, true});
    const Times even = measure(corpus, true);
    report.compare("match at 1000000 notifiers, all apps alike, one at a time", even.one, even.peer,
                   "unordered_map of strings");
    report.compare("match at 1000000 notifiers, all apps alike, in batches", even.batch, even.peer,
                   "unordered_map of strings");
  }
  return report.write_json(argc > 1 ? argv[1] : nullptr) ? 0 : 1;
}
