// The programs that the library is measured beside write the same payloads, to the byte. Nothing is timed here: a
// change of what people read that leaves them behind is told by the tests, and not by the benchmark that then refuses
// to run.

#include "peers_agree.hpp"

#include "corpus.hpp"
#include "peer/boost_json.hpp"
#include "peer/nlohmann.hpp"
#include "peer/picojson.hpp"
#include "peer/rapidjson.hpp"

namespace {

template <class Json>
bool agrees(const char* name, const notifier::Registry& registry, const bench::Events& events) {
  notifier::Router router(registry);
  if (bench::peer_agrees(router, events, bench::make_peer<Json>(registry))) return true;
  std::fprintf(stderr, "that is %s's peer\n", name);
  return false;
}

}  // namespace

int main() {
  notifier::Registry registry;
  if (!registry.load(bench::make_snapshot(300))) return 1;
  bench::CorpusOptions options;
  options.events = 300;
  options.apps = 100;
  bench::Events events = bench::make_events(options);
  options.mixed = true;
  for (std::string& event : bench::make_events(options)) events.push_back(std::move(event));
  return agrees<peer::Nlohmann>("nlohmann", registry, events) && agrees<peer::Picojson>("picojson", registry, events) &&
                 agrees<peer::Rapidjson>("RapidJSON", registry, events) &&
                 agrees<peer::BoostJson>("Boost.JSON", registry, events)
             ? 0
             : 1;
}
