// Power fails at any moment: what was stored is there afterwards, what was not is wholly absent.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/registry/registry.hpp"
#include "power_loss.hpp"

namespace {

using power_loss::disk;
using power_loss::faulty_vfs;

/// What a store has acknowledged: names of notifiers, and how many events.
struct Acknowledged {
  std::map<std::string, std::string> names;  ///< by notifier id
  std::size_t events = 0;
};

notifier::NotifierDraft draft_named(const std::string& name) {
  notifier::NotifierDraft draft;
  draft.platform_id = "59c52ac27651ce002c1d4620";
  draft.name = name;
  return draft;
}

/// Adds, edits and removes notifiers, each with an event, until the power goes.
/// @param in_doubt  the change that was under way then; it may be there or not, but whole
void work(const std::string& path, Acknowledged& acknowledged, Acknowledged& in_doubt) {
  notifier::SqliteOptions options;
  options.path = path;
  options.vfs = faulty_vfs();
  options.events_per_app = 100000;
  auto store = notifier::SqliteStore::open(options);
  if (!store) return;
  static int counter = 0;
  notifier::RegistryOptions registry_options;
  registry_options.new_id = [](std::string_view prefix) { return std::string(prefix) + std::to_string(++counter); };
  notifier::Registry registry(registry_options);
  if (!(*store)->load(registry)) return;

  while (!disk.is_dead) {
    notifier::Outcome outcome;
    in_doubt = acknowledged;
    if (registry.app_count() == 0) {
      outcome.changes = *registry.plan_add_app({"app", "shop", {}, {}}, false);
    } else {
      const auto notifiers = registry.list("shop");
      const std::string name = "n" + std::to_string(disk.random());
      const std::size_t dice = disk.random() % 10;
      if (notifiers.empty() || dice < 5) {
        outcome.changes = {*registry.plan_add("shop", draft_named(name))};
      } else if (dice < 8) {
        outcome.changes = {
            *registry.plan_update("shop", notifiers[disk.random() % notifiers.size()].id, draft_named(name))};
      } else {
        outcome.changes = {*registry.plan_remove("shop", notifiers[disk.random() % notifiers.size()].id)};
      }
      const notifier::Change& change = outcome.changes[0];
      if (change.op == notifier::Change::Op::remove_notifier) {
        in_doubt.names.erase(change.notifier.id);
      } else {
        in_doubt.names[change.notifier.id] = change.notifier.name;
      }
      outcome.events.push_back({"app", "e" + std::to_string(++counter), "{}"});
      ++in_doubt.events;
    }
    if (!(*store)->store({&outcome})) return;
    acknowledged = in_doubt;
    REQUIRE(registry.apply(outcome.changes));
  }
}

Acknowledged read_back(const std::string& path) {
  power_loss::restore_power();
  notifier::SqliteOptions options;
  options.path = path;
  options.vfs = faulty_vfs();
  const auto store = notifier::SqliteStore::open(options);
  REQUIRE_MESSAGE(store, store.error().message);
  notifier::Registry registry;
  const auto loaded = (*store)->load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  Acknowledged found;
  for (const auto& notifier : registry.list("shop")) found.names[notifier.id] = notifier.name;
  std::vector<std::string> events;
  found.events = (*store)->events("app", 0, 0, events);
  return found;
}

}  // namespace

TEST_CASE("what was stored survives a power failure at any moment, and what was not is wholly absent") {
  const std::string path = "/tmp/notifier_power_loss_" + std::to_string(::getpid()) + ".db";
  std::size_t lost = 0;
  std::size_t survived = 0;
  std::size_t events = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
    Acknowledged acknowledged;
    disk.random.seed(seed);
    for (int failure = 0; failure < 4; ++failure) {
      power_loss::restore_power(static_cast<long>(disk.random() % 400));
      Acknowledged in_doubt = acknowledged;
      work(path, acknowledged, in_doubt);
      std::remove((path + "-shm").c_str());

      const Acknowledged found = read_back(path);
      const bool is_acknowledged = found.names == acknowledged.names && found.events == acknowledged.events;
      const bool is_one_more = found.names == in_doubt.names && found.events == in_doubt.events;
      CHECK_MESSAGE((is_acknowledged || is_one_more), "seed " << seed << ", failure " << failure);
      ++(is_acknowledged ? lost : survived);
      acknowledged = found;
    }
    events += acknowledged.events;
  }
  CHECK(lost > 50);
  CHECK(events > 1000);
  CHECK(lost + survived == 240);
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
}
