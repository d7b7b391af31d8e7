// A registry with two apps, two notifiers and a person, and what changes them, for tests.

#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"

namespace registry_commit_world {

using namespace notifier;

using Changes = std::vector<Change>;

inline NotifierDraft webhook(std::string name) {
  NotifierDraft draft;
  draft.platform = "webhook";
  draft.name = std::move(name);
  draft.send_all_events = true;
  draft.type_data = R"({"webhook_url":"https://h.example/x"})";
  return draft;
}

inline NotifierDraft named(std::string name) {
  NotifierDraft draft;
  draft.name = std::move(name);
  return draft;
}

inline AppPatch app_named(std::string name) {
  AppPatch patch;
  patch.name = std::move(name);
  return patch;
}

/// Two apps, of which the first has two notifiers, and a person.
struct World {
  World() {
    REQUIRE(registry.add_app({"app-1", "shop", {}, "pr"}));
    REQUIRE(registry.add_app({"app-2", "blog", {}, {}}));
    first = registry.add("shop", webhook("first"))->id;
    second = registry.add("shop", webhook("second"))->id;
    REQUIRE(registry.put_user({"us-1", "anna", "anna@example.org"}));
  }

  Prepared prepare(const std::vector<Changes>& outcomes) {
    std::vector<const Changes*> pointers;
    for (const Changes& changes : outcomes) pointers.push_back(&changes);
    return registry.prepare(pointers);
  }
  Changes update(const std::string& id, std::string name) {
    return {*registry.plan_update("app-1", id, named(std::move(name)))};
  }
  Changes rename(std::string_view app, std::string name) {
    return {*registry.plan_update_app(app, app_named(std::move(name)))};
  }
  std::vector<Result<void>> commit(std::vector<Outcome>& outcomes) {
    std::vector<Outcome*> pointers;
    for (Outcome& outcome : outcomes) pointers.push_back(&outcome);
    return registry.commit(pointers, [this](const std::vector<Outcome*>& accepted) {
      batches.push_back(accepted.size());
      return Result<void>();
    });
  }
  std::string name_of(const std::string& id) { return registry.find(id)->name; }

  Registry registry;
  std::string first, second;
  std::vector<std::size_t> batches;
};

inline std::vector<Outcome> outcomes_of(std::vector<Changes> changes) {
  std::vector<Outcome> outcomes(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) outcomes[i].changes = std::move(changes[i]);
  return outcomes;
}

inline Error error_of(errc code) {
  Error error;
  error.code = code;
  error.message = "the store says so";
  return error;
}

inline bool is_conflict(const Result<void>& result) { return !result && result.error().code == errc::conflict; }

}  // namespace registry_commit_world
