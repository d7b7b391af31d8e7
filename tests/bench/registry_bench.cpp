// What keeping notifiers costs: loading a million, their memory, changes, and what readers feel of them.
//
//     registry_bench [JSON-FILE]

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "registry_corpus.hpp"
#include "report.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void measure_load(const bench::RegistryCorpus& corpus, bench::Report& report) {
  std::vector<double> seconds;
  double memory = 0;
  for (int round = 0; round < 5; ++round) {
    const std::size_t before = heap_bytes();
    notifier::Registry registry;
    const double begin = bench::thread_time();
    if (!registry.load(corpus.snapshot)) std::exit(1);
    seconds.push_back((bench::thread_time() - begin) * 1e-9);
    memory = static_cast<double>(heap_bytes() - before);
  }
  report.figure("bulk load of a million notifiers", bench::median(seconds), "s", {2, 1, true});
  report.figure("bulk load, a second", static_cast<double>(corpus.snapshot.size()) / bench::median(seconds) * 1e-6,
                "MB");
  const double beyond = memory - static_cast<double>(corpus.text_bytes);
  report.figure("memory of a notifier among a million, beyond its own text", beyond / 1e6, "bytes", {100, 48, true});
  report.figure("memory of a notifier among a million, its own text", static_cast<double>(corpus.text_bytes) / 1e6,
                "bytes");
}

struct Percentiles {
  double p50, p99, p999;
};

/// How long single calls of the reader take.
template <class Call>
Percentiles sample(Call&& call) {
  constexpr std::size_t calls = 200000;
  static std::vector<double> samples(calls);
  for (std::size_t i = 0; i < calls; ++i) {
    const auto start = Clock::now();
    call(i);
    samples[i] = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
  }
  std::sort(samples.begin(), samples.end());
  return {samples[calls / 2], samples[calls * 99 / 100], samples[calls * 999 / 1000]};
}

/// Changes a notifier every millisecond, while it is told to.
class Writer {
 public:
  Writer(notifier::Registry& registry, const bench::RegistryCorpus& corpus)
      : registry_(registry), corpus_(corpus), thread_([this] { run(); }) {}
  ~Writer() {
    stop_ = true;
    thread_.join();
  }
  void set_busy(bool busy) { busy_ = busy; }
  double microseconds_each() const { return took_ / static_cast<double>(updates_) * 1e-3; }
  std::uint64_t updates() const { return updates_; }

 private:
  void run() {
    bench::Random random(3);
    auto next = Clock::now();
    while (!stop_) {
      next += std::chrono::milliseconds(1);
      std::this_thread::sleep_until(next);
      if (!busy_) continue;
      const double begin = bench::thread_time();
      const std::string& app = corpus_.app_ids[random.below(corpus_.app_ids.size())];
      const auto list = registry_.list(app);
      notifier::NotifierDraft patch;
      patch.active = random.below(2) == 0;
      if (!registry_.update(app, list[random.below(list.size())].id, patch)) std::exit(1);
      took_ = took_ + (bench::thread_time() - begin);
      ++updates_;
    }
  }

  notifier::Registry& registry_;
  const bench::RegistryCorpus& corpus_;
  std::atomic<bool> busy_{false}, stop_{false};
  std::atomic<double> took_{0};
  std::atomic<std::uint64_t> updates_{0};
  std::thread thread_;
};

void measure_readers(const bench::RegistryCorpus& corpus, bench::Report& report) {
  notifier::Registry registry;
  if (!registry.load(corpus.snapshot)) std::exit(1);
  notifier::Router router(registry);
  const bench::EventStream events(corpus, 1 << 16, false);
  notifier::Event event;
  std::size_t found = 0;
  std::string json;
  const auto match = [&](std::size_t i) {
    events.read(i % events.size(), event);
    router.match(event, [&found](std::string_view id) { found += id.size(); });
  };
  const auto route = [&](std::size_t i) {
    events.read(i % events.size(), event);
    json.assign(R"({"id":"54dcdd4a73636100011a0000","app_id":")").append(event.app_id);
    json.append(R"(","app_name":"x","type":")").append(event.type).append(R"(","type_data":{}})");
    if (!router.route(json, [&found](const notifier::DeliveryView& d) { found += d.body.size(); })) std::exit(1);
  };
  Writer writer(registry, corpus);
  sample(match);
  sample(route);
  const auto compare = [&](const std::string& what, auto&& call) {
    std::vector<double> idle[3], busy[3];
    for (int round = 0; round < 15; ++round) {
      for (const bool is_busy : {false, true}) {
        writer.set_busy(is_busy);
        const Percentiles p = sample(call);
        auto& times = is_busy ? busy : idle;
        times[0].push_back(p.p50);
        times[1].push_back(p.p99);
        times[2].push_back(p.p999);
      }
    }
    const std::string under = what + " under 1000 updates a second, ";
    report.compare(under + "p50", bench::median(busy[0]), bench::median(idle[0]), "idle", {0, 0, true});
    report.compare(under + "p99", bench::median(busy[1]), bench::median(idle[1]), "idle", {2, 1.5, true});
    report.compare(under + "p99.9", bench::median(busy[2]), bench::median(idle[2]), "idle", {0, 0, true});
  };
  compare("match among a million", match);
  compare("route among a million", route);
  report.figure("an update among a million", writer.microseconds_each(), "us");
  bench::keep(found);
}

/// One app with ten thousand notifiers.
void measure_large_app(bench::Report& report) {
  notifier::Registry registry;
  if (!registry.add_app({"a", "large", {}, {}})) std::exit(1);
  notifier::NotifierDraft draft;
  draft.platform = "slack";
  draft.type_data = R"({"webhook_url":"https://hooks.example.com/services/AAAAAAAAA/bbbbbbbbbbbbbbbbbbbbbbbb"})";
  std::vector<std::string> ids;
  double begin = bench::thread_time();
  for (int i = 0; i < 10000; ++i) {
    draft.name = "notifier " + std::to_string(i);
    const auto added = registry.add("a", draft);
    if (!added) std::exit(1);
    ids.push_back(added->id);
  }
  report.figure("add to an app of up to 10000 notifiers", (bench::thread_time() - begin) * 1e-7, "us");
  bench::Random random(5);
  notifier::NotifierDraft patch;
  begin = bench::thread_time();
  for (int i = 0; i < 10000; ++i) {
    patch.send_all_events = i % 2 == 0;
    if (!registry.update("a", ids[random.below(ids.size())], patch)) std::exit(1);
  }
  report.figure("update in an app of 10000 notifiers", (bench::thread_time() - begin) * 1e-7, "us");
}

}  // namespace

int main(int argc, char** argv) {
  bench::Report report;
  const bench::RegistryCorpus corpus = bench::make_registry(1000000);
  measure_load(corpus, report);
  measure_large_app(report);
  measure_readers(corpus, report);
  return report.write_json(argc > 1 ? argv[1] : nullptr) ? 0 : 1;
}
