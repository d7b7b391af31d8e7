// What a change of an app, of a person or of the vocabulary would be.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/registry/checks.hpp"
#include "notifier/registry/plan_errors.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/registry_core.hpp"
#include "notifier/registry/vocabulary_change.hpp"

NOTIFIER_NAMESPACE_BEGIN
NOTIFIER_INLINE Result<Change> Registry::plan_update_app(const State& state, std::string_view app_name,
                                                         const AppPatch& patch) {
  const detail::AppBlock* const block = state.find_app(app_name);
  if (block == nullptr) return detail::no_app(app_name);
  Change change;
  change.op = Change::Op::put_app;
  change.app = block->app();
  change.expected = version_of(change.app);
  if (patch.name) change.app.name = *patch.name;
  if (patch.owner) change.app.owner = *patch.owner;
  if (patch.project_id) change.app.project_id = *patch.project_id;
  if (patch.language) change.app.language = *patch.language;

  detail::Problems problems;
  detail::check_app(change.app, problems);
  if (patch.language) detail::check_language(*state.vocabulary, change.app.language, true, problems);
  if (problems.empty()) {
    const detail::AppBlock* const namesake = state.find_app_by_name(change.app.name);
    if (namesake != nullptr && namesake != block) problems.add("name", "has already been taken", "taken");
  }
  if (!problems.empty()) return std::move(problems).to_error("app");
  return change;
}

NOTIFIER_INLINE Result<std::vector<Change>> Registry::plan_remove_app(const State& state, std::string_view app_name) {
  const detail::AppBlock* const block = state.find_app(app_name);
  if (block == nullptr) return detail::no_app(app_name);
  std::vector<Change> changes;
  changes.reserve(block->notifier_count() + 1);
  block->for_each_record([&](detail::Record record) {
    Change& change = changes.emplace_back();
    change.op = Change::Op::remove_notifier;
    state.read(*block, record, change.notifier);
    change.expected = version_of(change.notifier);
  });
  Change& last = changes.emplace_back();
  last.op = Change::Op::remove_app;
  last.app = block->app();
  last.expected = version_of(last.app);
  return changes;
}

NOTIFIER_INLINE Result<Change> Registry::plan_update_user(const State& state, std::string_view id,
                                                          const UserPatch& patch) {
  const detail::UserBlock* const block = state.find_user(id);
  if (block == nullptr) return detail::no_user(id);
  Change change;
  change.op = Change::Op::put_user;
  change.user = block->user();
  change.expected = version_of(change.user);
  if (patch.username) change.user.username = *patch.username;
  if (patch.email) change.user.email = *patch.email;
  detail::Problems problems;
  detail::check_user({}, change.user, problems);
  if (!problems.empty()) return std::move(problems).to_error("user");
  return change;
}

NOTIFIER_INLINE Result<Change> Registry::plan_remove_user(const State& state, std::string_view id) {
  const detail::UserBlock* const block = state.find_user(id);
  if (block == nullptr) return detail::no_user(id);
  Change change;
  change.op = Change::Op::remove_user;
  change.user = block->user();
  change.expected = version_of(change.user);
  return change;
}

NOTIFIER_INLINE Result<Change> Registry::plan_update_app(std::string_view app, const AppPatch& patch) const {
  return plan_update_app(*current(), app, patch);
}

NOTIFIER_INLINE Result<std::vector<Change>> Registry::plan_remove_app(std::string_view app) const {
  return plan_remove_app(*current(), app);
}

NOTIFIER_INLINE Result<Change> Registry::plan_update_user(std::string_view id, const UserPatch& patch) const {
  return plan_update_user(*current(), id, patch);
}

NOTIFIER_INLINE Result<Change> Registry::plan_remove_user(std::string_view id) const {
  return plan_remove_user(*current(), id);
}

NOTIFIER_INLINE Result<Change> Registry::plan_put_vocabulary(Vocabulary vocabulary) const {
  State next(*current());
  Change change;
  change.op = Change::Op::put_vocabulary;
  change.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary));
  change.expected = version_of(*next.vocabulary);
  if (auto fine = detail::put_vocabulary(change.vocabulary, true, next); !fine) return std::move(fine).error();
  return change;
}

NOTIFIER_NAMESPACE_END
