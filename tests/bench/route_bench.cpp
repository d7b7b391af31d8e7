// Event in, payloads out: against programs without this library that write the same bytes.

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "corpus.hpp"
#include "harness.hpp"
#include "notifier/notifier.hpp"
#include "peer/nlohmann.hpp"
#include "peer/picojson.hpp"
#include "peer/program.hpp"
#include "peer/rapidjson.hpp"

namespace {

template <class Json>
peer::Program<Json> make_peer(const notifier::Registry& registry) {
  peer::Program<Json> program;
  for (const notifier::App& app : registry.apps()) {
    for (const notifier::Notifier& n : registry.list(app.id)) {
      peer::Notifier copy;
      copy.id = n.id;
      copy.platform = std::string(to_string(n.platform));
      copy.url = n.type_data.webhook_url;
      copy.active = n.active;
      copy.send_all_events = n.send_all_events;
      if (!n.type_data.emails.empty()) copy.email = n.type_data.emails[0];
      for (const notifier::EventKind& kind : registry.catalogue().event_kinds()) {
        const notifier::EventType* type = registry.catalogue().find_event_type_by_name(kind.selectable_as);
        for (const std::string& id : n.selected_event_ids) {
          if (type != nullptr && id == type->id) copy.selected.insert(std::string(kind.type));
        }
      }
      program.add(app.id, std::move(copy));
    }
  }
  return program;
}

/// Stops the benchmark where the two sides do not agree: a ratio between different work means nothing.
void check_same(notifier::Router& router, const std::vector<std::string>& events,
                const peer::Program<peer::Nlohmann>& program) {
  for (const std::string& event : events) {
    std::vector<std::pair<std::string, std::string>> ours, theirs;
    auto routed =
        router.route(event, [&](const notifier::DeliveryView& d) { ours.emplace_back(d.notifier_id, d.body); });
    program.route(event, [&](const peer::Notifier& n, const std::string& body) { theirs.emplace_back(n.id, body); });
    if (!routed || ours != theirs) {
      std::fprintf(stderr, "the peer writes something else for\n%s\n", event.c_str());
      for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
        if (ours[i] != theirs[i])
          std::fprintf(stderr, "ours:   %s %s\ntheirs: %s %s\n", ours[i].first.c_str(), ours[i].second.c_str(),
                       theirs[i].first.c_str(), theirs[i].second.c_str());
      }
      std::exit(1);
    }
  }
}

template <class Json>
void run_peer(const peer::Program<Json>& program, const std::vector<std::string>& events) {
  std::size_t bytes = 0;
  for (const std::string& event : events) {
    program.route(event, [&bytes](const peer::Notifier&, const std::string& body) { bytes += body.size(); });
  }
  bench::keep(bytes);
}

}  // namespace

int main(int argc, char** argv) {
  const char* json_path = argc == 3 && std::strcmp(argv[1], "--json") == 0 ? argv[2] : nullptr;
  bench::Report report;

  notifier::Registry registry;
  auto loaded = registry.load(bench::make_snapshot(30000, true));
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 1;
  }
  bench::CorpusOptions options;
  options.events = 2000;
  const std::vector<std::string> events = bench::make_events(options);
  const std::vector<std::string> few(events.begin(), events.begin() + 200);
  notifier::Router router(registry);

  auto nlohmann = make_peer<peer::Nlohmann>(registry);
  auto picojson = make_peer<peer::Picojson>(registry);
  auto rapidjson = make_peer<peer::Rapidjson>(registry);
  check_same(router, events, nlohmann);

  auto ours = [&] {
    std::size_t bytes = 0;
    for (const std::string& event : events) {
      auto routed = router.route(event, [&bytes](const notifier::DeliveryView& d) { bytes += d.body.size(); });
      bench::keep(routed);
    }
    bench::keep(bytes);
  };
  double n = static_cast<double>(events.size()), k = static_cast<double>(few.size());
  auto against = [&](const char* name, const bench::Work& peer, double must, double aim) {
    bench::Medians m = bench::alternate(ours, n, peer, k);
    report.add({"event to Slack, email and webhook, 30,000 notifiers", m.ours, m.peer, "ns", name, must, aim});
  };
  against(
      "nlohmann", [&] { run_peer(nlohmann, few); }, 45, 60);
  against(
      "picojson", [&] { run_peer(picojson, few); }, 33, 45);
  against(
      "RapidJSON", [&] { run_peer(rapidjson, few); }, 0, 0);

#if NOTIFIER_SIMDJSON
  simdjson::dom::parser parser;
  auto parse = [&] {
    for (const std::string& event : events) bench::keep(parser.parse(event.data(), event.size(), true).error());
  };
  bench::Medians m = bench::alternate(ours, n, parse, n);
  report.add({"end to end, beyond the bare simdjson DOM parse", m.ours - m.peer, m.peer, "ns", "simdjson DOM", 1.0, 0.7,
              true});
#endif

  std::vector<notifier::json::Document> documents(events.size());
  std::vector<notifier::Event> read;
  std::vector<notifier::Message> messages(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    read.push_back(notifier::Event::read(*documents[i].parse(events[i]), events[i]));
    notifier::describe(read[i], "", messages[i]);
  }
  notifier::Message message;
  notifier::Buffer out;
  notifier::Truncations cut;
  notifier::EmailBody mail;
  notifier::json::Document document;
  auto each = [&](const char* name, auto&& work) {
    bench::Medians once = bench::alternate(
        [&] {
          for (std::size_t i = 0; i < events.size(); ++i) work(i);
        },
        n, [] {}, 1);
    report.add({name, once.ours, 0, "ns", "", 0, 0});
  };
  each("stage: Document::parse", [&](std::size_t i) { bench::keep(document.parse(events[i])); });
  each("stage: Event::read", [&](std::size_t i) {
    bench::keep(notifier::Event::read(document.parse("{}").has_value() ? read[i].user : read[i].user, events[i]));
  });
  each("stage: describe", [&](std::size_t i) {
    notifier::describe(read[i], "", message);
    bench::keep(message);
  });
  each("stage: format_slack", [&](std::size_t i) {
    out.clear();
    cut.clear();
    notifier::format_slack(messages[i], out, cut);
    bench::keep(out);
  });
  each("stage: format_email_body", [&](std::size_t i) {
    cut.clear();
    notifier::format_email_body(messages[i], "example.com", {}, mail, cut);
    bench::keep(mail);
  });
  report.print();
  return json_path == nullptr || report.write_json(json_path) ? 0 : 1;
}
