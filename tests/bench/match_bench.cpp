// How fast notifiers are found, how much memory they take, and what readers feel of a writer.
//
//     match_bench [most notifiers, 1000000] [--quick]

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "notifier/notifier.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::duration duration) { return std::chrono::duration<double, std::nano>(duration).count(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::size_t heap_bytes() {
#if defined(__GLIBC__)
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

// ---- the corpus -----------------------------------------------------------------------------------------------------

struct Corpus {
  std::string config;
  std::vector<std::string> app_ids;
  std::size_t notifiers = 0;
  std::size_t text_bytes = 0;      ///< of the notifiers' ids, names and type_data
  std::size_t app_text_bytes = 0;  ///< of the apps' ids and names
};

std::string hex(std::mt19937_64& random, std::size_t digits) {
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[random() % 16];
  return text;
}

/// Apps as they are: most have one to three notifiers, some have dozens.
Corpus make_corpus(std::size_t notifiers, std::uint64_t seed) {
  const auto catalogue = notifier::Catalogue::standard();
  const auto& types = catalogue->event_types();
  std::mt19937_64 random(seed);
  Corpus corpus;
  notifier::Buffer buffer;
  notifier::json::Writer out(buffer);
  const notifier::Platform platforms[] = {notifier::Platform::slack, notifier::Platform::webhook,
                                          notifier::Platform::email, notifier::Platform::rocket_chat};
  out.begin_object();
  out.key("apps");
  out.begin_array();
  while (corpus.notifiers < notifiers) {
    const std::uint64_t draw = random() % 100;
    std::size_t count = draw < 45   ? 1
                        : draw < 70 ? 2
                        : draw < 85 ? 3
                        : draw < 95 ? 4 + random() % 6
                                    : 10 + random() % 30;
    count = (std::min)(count, notifiers - corpus.notifiers);
    const std::string app_id = hex(random, 24);
    const std::string app_name = "app-" + hex(random, 12);
    corpus.app_text_bytes += app_id.size() + app_name.size();
    out.begin_object();
    out.member("id", app_id);
    out.member("name", app_name);
    out.key("notifiers");
    out.begin_array();
    for (std::size_t i = 0; i < count; ++i) {
      const notifier::Platform platform = platforms[random() % 4];
      const std::string id = "no-" + hex(random, 8) + "-" + hex(random, 4) + "-" + hex(random, 4) + "-" +
                             hex(random, 4) + "-" + hex(random, 12);
      const std::string name = "Notifier " + std::to_string(i) + " of the team";
      out.begin_object();
      out.member("id", id);
      out.member("name", name);
      out.member("platform_id", notifier::platform_info(platform).id);
      out.key("active");
      out.boolean(random() % 10 != 0);
      out.key("send_all_alerts");
      out.boolean(random() % 4 == 0);
      out.key("send_all_events");
      out.boolean(random() % 4 == 0);
      out.key("selected_event_ids");
      out.begin_array();
      for (std::size_t n = random() % 7; n > 0; --n) out.string(types[random() % types.size()].id);
      out.end_array();
      out.member("created_at", "2018-05-14T09:46:42.077Z");
      out.member("updated_at", "2019-04-10T18:51:32.298Z");
      out.key("type_data");
      out.begin_object();
      corpus.text_bytes += id.size() + name.size();
      if (platform == notifier::Platform::email) {
        const std::string user = "us-" + hex(random, 32);
        const std::string email = hex(random, 10) + "@example.com";
        corpus.text_bytes += user.size() + email.size();
        out.key("user_ids");
        out.array([&] { out.string(user); });
        out.key("emails");
        out.array([&] { out.string(email); });
      } else {
        const std::string url = "https://hooks.example.com/services/" + hex(random, 9) + "/" + hex(random, 24);
        corpus.text_bytes += url.size();
        out.member("webhook_url", url);
      }
      out.end_object();
      out.end_object();
    }
    out.end_array();
    out.end_object();
    corpus.app_ids.push_back(app_id);
    corpus.notifiers += count;
  }
  out.end_array();
  out.end_object();
  corpus.config = buffer.str();
  return corpus;
}

/// Events of random apps and kinds, as they are once their JSON is read: their text was touched a moment ago.
struct Events {
  std::vector<notifier::Event> list;
  std::string text;
};

Events make_events(const Corpus& corpus, std::size_t count) {
  const auto& kinds = notifier::Catalogue::standard()->event_kinds();
  std::mt19937_64 random(7);
  Events events;
  events.list.resize(count);
  events.text.reserve(count * 24);
  for (notifier::Event& event : events.list) {
    const std::string& id = corpus.app_ids[random() % corpus.app_ids.size()];
    events.text += id;
    event.app_id = std::string_view(events.text).substr(events.text.size() - id.size());
    event.type = kinds[random() % kinds.size()].type;
  }
  return events;
}

// ---- the peer: what one writes without thinking much about it -------------------------------------------------------

struct PeerNotifier {
  std::string id;
  bool active;
  bool send_all_alerts;
  bool send_all_events;
  std::vector<std::string> selected;
};
using Peer = std::unordered_map<std::string, std::vector<PeerNotifier>>;

Peer make_peer(const notifier::Registry& registry, const Corpus& corpus) {
  Peer peer;
  for (const std::string& app : corpus.app_ids) {
    for (const notifier::Notifier& notifier : registry.list(app)) {
      std::vector<std::string> names;
      for (const std::string& id : notifier.selected_event_ids) {
        names.emplace_back(registry.catalogue().find_event_type_by_id(id)->name);
      }
      peer[app].push_back({notifier.id, notifier.active, notifier.send_all_alerts, notifier.send_all_events, names});
    }
  }
  return peer;
}

std::unordered_map<std::string, std::string> make_peer_kinds() {
  std::unordered_map<std::string, std::string> kinds;
  for (const notifier::EventKind& kind : notifier::Catalogue::standard()->event_kinds()) {
    kinds.emplace(kind.type, kind.selectable_as);
  }
  return kinds;
}

template <class Sink>
void peer_match(const Peer& peer, const std::unordered_map<std::string, std::string>& kinds,
                const notifier::Event& event, Sink&& sink) {
  const auto app = peer.find(std::string(event.app_id));
  if (app == peer.end()) return;
  const auto kind = kinds.find(std::string(event.type));
  const std::string name = kind == kinds.end() ? std::string() : kind->second;
  for (const PeerNotifier& notifier : app->second) {
    if (!notifier.active) continue;
    const bool all = event.type == "alert" ? notifier.send_all_alerts : notifier.send_all_events;
    if (all || (!name.empty() &&
                std::find(notifier.selected.begin(), notifier.selected.end(), name) != notifier.selected.end())) {
      sink(std::string_view(notifier.id));
    }
  }
}

// ---- measures -------------------------------------------------------------------------------------------------------

/// So that nothing is optimised away, and so that all ways are seen to find the same.
struct Check {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  void operator()(std::string_view id) {
    ++count;
    sum += static_cast<unsigned char>(id[id.size() - 1]);
  }
};

void measure_match(const Corpus& corpus, int rounds) {
  notifier::Registry registry;
  const auto loaded = registry.load(corpus.config);
  if (!loaded) {
    std::printf("load failed: %s\n", loaded.error().message.c_str());
    std::exit(1);
  }
  const Peer peer = make_peer(registry, corpus);
  const auto kinds = make_peer_kinds();
  const Events made = make_events(corpus, 100000);
  const std::vector<notifier::Event>& events = made.list;
  notifier::Router router(registry);
  std::vector<double> one, batch, plain;
  Check found_one, found_batch, found_plain;
  const double per_event = 1.0 / static_cast<double>(events.size());
  for (int round = 0; round < rounds; ++round) {
    auto start = Clock::now();
    for (const notifier::Event& event : events) router.match(event, found_one);
    one.push_back(nanoseconds(Clock::now() - start) * per_event);

    start = Clock::now();
    router.match(events.data(), events.size(), [&](std::size_t, std::string_view id) { found_batch(id); });
    batch.push_back(nanoseconds(Clock::now() - start) * per_event);

    start = Clock::now();
    for (const notifier::Event& event : events) peer_match(peer, kinds, event, found_plain);
    plain.push_back(nanoseconds(Clock::now() - start) * per_event);
  }
  if (found_one.sum != found_plain.sum || found_batch.sum != found_plain.sum) {
    std::printf("the matches differ\n");
    std::exit(1);
  }
  std::printf(
      "match %8zu notifiers: one %6.1f ns, batch %6.1f ns, unordered_map %7.1f ns (%.1f, %.1f times), %.2f matches an "
      "event\n",
      corpus.notifiers, median(one), median(batch), median(plain), median(plain) / median(one),
      median(plain) / median(batch),
      static_cast<double>(found_one.count) / static_cast<double>(events.size()) / rounds);
}

void measure_load(const Corpus& corpus, int rounds) {
  std::vector<double> seconds;
  double memory = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::size_t before = heap_bytes();
    notifier::Registry registry;
    const auto start = Clock::now();
    if (!registry.load(corpus.config)) std::exit(1);
    seconds.push_back(nanoseconds(Clock::now() - start) * 1e-9);
    memory = static_cast<double>(heap_bytes() - before);
  }
  const double count = static_cast<double>(corpus.notifiers);
  const double text = static_cast<double>(corpus.text_bytes);
  const double app_text = static_cast<double>(corpus.app_text_bytes);
  std::printf("load  %8zu notifiers in %zu apps: %.2f s, %.0f MB/s\n", corpus.notifiers, corpus.app_ids.size(),
              median(seconds), static_cast<double>(corpus.config.size()) / median(seconds) * 1e-6);
  std::printf("memory: %.1f bytes a notifier beyond its own text (%.1f beyond the apps' text too); text %.1f\n",
              (memory - text) / count, (memory - text - app_text) / count, text / count);
}

struct Percentiles {
  double p50, p99, p999;
};

/// How long single calls of the reader take.
template <class Call>
Percentiles sample(std::size_t calls, Call&& call) {
  std::vector<double> samples;
  samples.reserve(calls);
  for (std::size_t i = 0; i < calls; ++i) {
    const auto start = Clock::now();
    call(i);
    samples.push_back(nanoseconds(Clock::now() - start));
  }
  std::sort(samples.begin(), samples.end());
  return {samples[calls / 2], samples[calls * 99 / 100], samples[calls * 999 / 1000]};
}

void measure_updates(const Corpus& corpus) {
  notifier::Registry registry;
  if (!registry.load(corpus.config)) std::exit(1);
  notifier::Router router(registry);
  const Events made = make_events(corpus, 1 << 16);
  const std::vector<notifier::Event>& events = made.list;
  Check found;
  std::string event_json;
  const auto match = [&](std::size_t i) { router.match(events[i & 0xFFFF], found); };
  const auto route = [&](std::size_t i) {
    const notifier::Event& event = events[i & 0xFFFF];
    event_json.assign(R"({"id":"54dcdd4a73636100011a0000","app_id":")").append(event.app_id);
    event_json.append(R"(","app_name":"x","type":")").append(event.type).append(R"(","type_data":{}})");
    if (!router.route(event_json, [&](const notifier::DeliveryView& delivery) { found(delivery.notifier_id); })) {
      std::exit(1);
    }
  };
  constexpr std::size_t calls = 2000000;
  sample(calls / 4, match);
  sample(calls / 4, route);
  const Percentiles idle_match = sample(calls, match);
  const Percentiles idle_route = sample(calls, route);

  std::atomic<bool> stop{false};
  std::uint64_t updates = 0;
  double busy = 0;
  std::thread writer([&] {
    std::mt19937_64 random(3);
    auto next = Clock::now();
    while (!stop) {
      next += std::chrono::milliseconds(1);
      std::this_thread::sleep_until(next);
      const auto start = Clock::now();
      const std::string& app = corpus.app_ids[random() % corpus.app_ids.size()];
      const auto list = registry.list(app);
      notifier::NotifierDraft patch;
      patch.active = random() % 2 == 0;
      if (!registry.update(app, list[random() % list.size()].id, patch)) std::exit(1);
      busy += nanoseconds(Clock::now() - start);
      ++updates;
    }
  });
  const auto start = Clock::now();
  const Percentiles busy_match = sample(calls, match);
  const Percentiles busy_route = sample(calls, route);
  const double seconds = nanoseconds(Clock::now() - start) * 1e-9;
  stop = true;
  writer.join();
  std::printf("readers under %.0f updates a second of %.1f us each (idle, busy, ratio; ns):\n",
              static_cast<double>(updates) / seconds, busy / static_cast<double>(updates) * 1e-3);
  const auto print = [](const char* what, const Percentiles& idle, const Percentiles& under) {
    std::printf("  %-6s p50 %5.0f %5.0f %.2f  p99 %5.0f %5.0f %.2f  p99.9 %6.0f %6.0f %.2f\n", what, idle.p50,
                under.p50, under.p50 / idle.p50, idle.p99, under.p99, under.p99 / idle.p99, idle.p999, under.p999,
                under.p999 / idle.p999);
  };
  print("match", idle_match, busy_match);
  print("route", idle_route, busy_route);
}

/// One app with ten thousand notifiers.
void measure_large_app() {
  notifier::Registry registry;
  if (!registry.add_app({"a", "large", {}, {}})) std::exit(1);
  notifier::NotifierDraft draft;
  draft.platform = "slack";
  draft.type_data = R"({"webhook_url":"https://hooks.example.com/services/AAAAAAAAA/bbbbbbbbbbbbbbbbbbbbbbbb"})";
  std::vector<std::string> ids;
  auto start = Clock::now();
  for (int i = 0; i < 10000; ++i) {
    draft.name = "notifier " + std::to_string(i);
    const auto added = registry.add("a", draft);
    if (!added) std::exit(1);
    ids.push_back(added->id);
  }
  const double add = nanoseconds(Clock::now() - start) / 10000;
  std::mt19937_64 random(5);
  notifier::NotifierDraft patch;
  start = Clock::now();
  for (int i = 0; i < 10000; ++i) {
    patch.send_all_events = i % 2 == 0;
    if (!registry.update("a", ids[random() % ids.size()], patch)) std::exit(1);
  }
  const double update = nanoseconds(Clock::now() - start) / 10000;
  notifier::Router router(registry);
  notifier::Event event;
  event.app_id = "a";
  event.type = "restart";
  Check found;
  start = Clock::now();
  for (int i = 0; i < 1000; ++i) router.match(event, found);
  std::printf("10000 notifiers in one app: add %.1f us, update %.1f us, match %.1f us (%.0f matches)\n", add * 1e-3,
              update * 1e-3, nanoseconds(Clock::now() - start) * 1e-6, static_cast<double>(found.count) / 1000);
}

}  // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[argc - 1], "--quick") == 0;
  const std::size_t most = argc > 1 && std::atoi(argv[1]) > 0 ? static_cast<std::size_t>(std::atoi(argv[1])) : 1000000;
  const int rounds = quick ? 3 : 11;
  for (const std::size_t size : {std::size_t{10}, std::size_t{1000}, std::size_t{30000}, std::size_t{1000000}}) {
    if (size <= most) measure_match(make_corpus(size, size), rounds);
  }
  const Corpus corpus = make_corpus(most, 42);
  measure_load(corpus, quick ? 1 : 5);
  measure_large_app();
  measure_updates(corpus);
}
