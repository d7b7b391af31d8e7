// What a planned change does to a Registry: judged by what it expects, then done.

#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/registry/plan_errors.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/registry_core.hpp"
#include "notifier/registry/stored_notifier.hpp"
#include "notifier/registry/vocabulary_change.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

// ---- what a State forgets -------------------------------------------------------------------------------------------

inline void State::remove_notifier(const AppBlock& app, AppBlock::Place place) {
  const std::uint32_t app_hash = short_hash(app.id());
  const Record record = app.record(place);
  voices_.remove(record.voice());
  if (record.filter() != Record::no_filter) filters_.remove(record.filter());
  notifiers_.erase(short_hash(record.id()), app_hash);
  replace_app(app, app.with_removed(place));
}

inline void State::remove_app(const AppBlock& app) {
  const std::uint32_t app_hash = short_hash(app.id());
  names_.erase(short_hash(app.name()), app_hash);
  if (!app.project_id().empty()) projects_.erase(short_hash(app.project_id()), app_hash);
  apps_.erase(app_hash, &app);
}

inline void State::remove_user(const UserBlock& user) { users_.erase(short_hash(user.id()), &user); }

// ---- what another language of an app changes ------------------------------------------------------------------------

/// What notifiers share of a body follows from the language: those without one of their own get another voice.
NOTIFIER_NOINLINE inline Result<void> State::speak(const AppBlock& old, const App& app) {
  std::vector<RowItem> items;
  old.for_each_rows([&](const Rows& rows) { rows.append_items(items); });
  std::size_t bytes = 0;
  for (const RowItem& item : items) bytes += item.record_size;
  std::string records;
  records.reserve(bytes);  // so that what the items borrow stays where it is
  for (RowItem& item : items) {
    const Record record(item.record);
    if (record.has_language()) continue;
    Voice voice = voices_[record.voice()];
    voice.language = app.language;
    const auto number = exchange_voice(voice, record.voice());
    if (!number) return number.error();
    char* const own = &records[0] + records.size();
    records.append(item.record, item.record_size);
    Record::set_voice(own, *number);
    item.record = own;
  }
  replace_app(old, AppBlock::make(app, old.sequence(), items, shape.words));
  return {};
}

// ---- one change -----------------------------------------------------------------------------------------------------

/// Whether what there is is what a change expects.
/// @param version  of what there is: present_version()
inline bool is_as_expected(const Change& change, std::string_view version) {
  return change.expected == "*" || change.expected == version;
}

inline Error unexpected(const Change& change, std::string_view version, std::string_view what) {
  std::string text(what);
  text += version.empty()           ? " was removed since the change was planned"
          : change.expected.empty() ? " with this id is there already"
                                    : " has changed since the change was planned";
  return conflict(text);
}

/// The version of what is there, as all of these; empty where there is nothing.
inline std::string present_version(const AppBlock* app) {
  return app != nullptr ? version_of(app->app()) : std::string();
}
inline std::string present_version(const UserBlock* user) {
  return user != nullptr ? version_of(user->user()) : std::string();
}
inline std::string present_version(const AppBlock* app, AppBlock::Place place) {
  return place.exists ? to_rfc3339(app->record(place).updated_at()) : std::string();
}

inline Result<void> apply_app(const Change& change, State& next) {
  Problems problems;
  check_text("id", change.app.id, NOTIFIER_MAX_ID_BYTES, problems);
  check_app(change.app, problems);
  check_language(*next.vocabulary, change.app.language, false, problems);
  if (!problems.empty()) return std::move(problems).to_error("app");
  const AppBlock* const present = next.find_app_by_id(change.app.id);
  if (const std::string version = present_version(present); !is_as_expected(change, version)) {
    return unexpected(change, version, change.expected.empty() ? "an app" : "the app");
  }
  const AppBlock* const namesake = next.find_app_by_name(change.app.name);
  if (namesake != nullptr && namesake != present) return conflict("an app with this name is there already");
  return next.put_app(change.app);
}

inline Result<void> apply_app_removal(const Change& change, State& next) {
  const AppBlock* const app = next.find_app_by_id(change.app.id);
  if (const std::string version = present_version(app); app == nullptr || !is_as_expected(change, version)) {
    return unexpected(change, version, "the app");
  }
  if (app->notifier_count() != 0) return conflict("the app has notifiers, which are to be removed before it");
  next.remove_app(*app);
  return {};
}

inline Result<void> apply_notifier(const Change& change, State& next) {
  if (const PlatformRow* const row = stale_platform(change.notifier.platform, *next.vocabulary)) {
    Change fresh = change;
    fresh.notifier.platform = row->platform;
    return apply_notifier(fresh, next);
  }
  const Notifier& notifier = change.notifier;
  const AppBlock* const app = next.find_app_by_id(notifier.app_id);
  if (app == nullptr) return no_app(notifier.app_id);
  Problems problems;
  std::vector<EventBit> selected;
  check_stored(notifier, problems);
  if (is_own(notifier.platform) && next.vocabulary->state().find_platform(to_string(notifier.platform)) == nullptr)
    problems.add("platform", "is not in the vocabulary any more", "unknown_platform");
  if (!find_selected(*next.vocabulary, notifier, selected)) {
    problems.add("selected_event_ids", "holds an unknown event type id", "unknown_event_type");
  }
  if (!problems.empty()) return std::move(problems).to_error("notifier");
  const State::Found present = next.find_notifier(notifier.id);
  const std::string version = present_version(present.app, present.place);
  if ((present.app != nullptr && present.app != app) || !is_as_expected(change, version)) {
    return unexpected(change, version, change.expected.empty() ? "a notifier" : "the notifier");
  }
  return next.put_notifier(*app, notifier, selected);
}

inline Result<void> apply_removal(const Change& change, State& next) {
  const AppBlock* const app = next.find_app_by_id(change.notifier.app_id);
  if (app == nullptr) return no_app(change.notifier.app_id);
  const AppBlock::Place place = next.find_notifier(*app, change.notifier.id);
  if (const std::string version = present_version(app, place); !place.exists || !is_as_expected(change, version)) {
    return unexpected(change, version, "the notifier");
  }
  next.remove_notifier(*app, place);
  return {};
}

inline Result<void> apply_user(const Change& change, State& next) {
  Problems problems;
  check_user({}, change.user, problems);
  if (!problems.empty()) return std::move(problems).to_error("user");
  const std::string version = present_version(next.find_user(change.user.id));
  if (!is_as_expected(change, version)) {
    return unexpected(change, version, change.expected.empty() ? "a person" : "the person");
  }
  next.put_user(change.user);
  return {};
}

inline Result<void> apply_user_removal(const Change& change, State& next) {
  const UserBlock* const user = next.find_user(change.user.id);
  if (const std::string version = present_version(user); user == nullptr || !is_as_expected(change, version)) {
    return unexpected(change, version, "the person");
  }
  next.remove_user(*user);
  return {};
}

inline Result<void> apply_vocabulary(const Change& change, State& next) {
  if (change.vocabulary == nullptr) return invalid("change", "vocabulary", "can't be blank", "blank");
  const std::string version = change.expected.empty() ? std::string() : version_of(*next.vocabulary);
  if (!is_as_expected(change, version)) return unexpected(change, version, "the vocabulary");
  return put_vocabulary(change.vocabulary, change.expected != "*", next);
}

inline Result<void> apply(const Change& change, State& next) {
  switch (change.op) {
    case Change::Op::put_app: return apply_app(change, next);
    case Change::Op::put_notifier: return apply_notifier(change, next);
    case Change::Op::remove_notifier: return apply_removal(change, next);
    case Change::Op::put_user: return apply_user(change, next);
    case Change::Op::remove_app: return apply_app_removal(change, next);
    case Change::Op::put_vocabulary: return apply_vocabulary(change, next);
    case Change::Op::remove_user: break;
  }
  return apply_user_removal(change, next);
}

inline Result<void> apply(const std::vector<Change>& changes, State& next) {
  for (const Change& change : changes)
    if (auto applied = apply(change, next); !applied) return applied;
  return {};
}

}  // namespace detail

// ---- at once --------------------------------------------------------------------------------------------------------

NOTIFIER_INLINE Result<void> Registry::make(const std::vector<Change>& changes) {
  const auto newest = current();
  if (!core_->reserved.empty() && !core_->reserved.are_free(detail::ReservedKeys::of(changes, *newest))) {
    return detail::is_reserved();
  }
  auto next = std::make_shared<State>(*newest);
  auto applied = detail::apply(changes, *next);
  if (applied) publish(std::move(next));
  return applied;
}

NOTIFIER_INLINE Result<std::vector<Change>> Registry::made(Result<std::vector<Change>> planned) {
  if (!planned) return planned;
  auto result = make(*planned);
  if (!result) return std::move(result).error();
  return planned;
}

NOTIFIER_INLINE Result<void> Registry::apply(const std::vector<Change>& changes) {
  const std::lock_guard<std::mutex> lock(core_->writing);
  show_stored();
  return make(changes);
}

template <class Plan>
Result<std::vector<Change>> Registry::change(Plan&& plan) {
  const std::lock_guard<std::mutex> lock(core_->writing);
  show_stored();
  return made(plan(*current()));
}

namespace detail {

/// A plan of one change as one of several.
inline Result<std::vector<Change>> listed(Result<Change> planned) {
  if (!planned) return std::move(planned).error();
  std::vector<Change> changes;
  changes.push_back(*std::move(planned));
  return changes;
}

/// What a member of the first change is after a change.
template <class T>
Result<T> taken(Result<std::vector<Change>>&& changed, T Change::*member) {
  if (!changed) return std::move(changed).error();
  return std::move(changed->front().*member);
}

}  // namespace detail

NOTIFIER_INLINE Result<Notifier> Registry::add(std::string_view app, const NotifierDraft& draft) {
  return detail::taken(change([&](const State& state) { return detail::listed(plan_add(state, app, draft)); }),
                       &Change::notifier);
}

NOTIFIER_INLINE Result<Notifier> Registry::update(std::string_view app, std::string_view id,
                                                  const NotifierDraft& patch) {
  return detail::taken(change([&](const State& state) { return detail::listed(plan_update(state, app, id, patch)); }),
                       &Change::notifier);
}

NOTIFIER_INLINE Result<Notifier> Registry::remove(std::string_view app, std::string_view id) {
  return detail::taken(change([&](const State& state) { return detail::listed(plan_remove(state, app, id)); }),
                       &Change::notifier);
}

NOTIFIER_INLINE Result<App> Registry::add_app(App app, bool default_notifier) {
  return detail::taken(
      change([&](const State& state) { return plan_add_app(state, std::move(app), default_notifier); }), &Change::app);
}

NOTIFIER_INLINE Result<App> Registry::update_app(std::string_view app, const AppPatch& patch) {
  return detail::taken(change([&](const State& state) { return detail::listed(plan_update_app(state, app, patch)); }),
                       &Change::app);
}

NOTIFIER_INLINE Result<App> Registry::rename_app(std::string_view app, std::string name) {
  AppPatch patch;
  patch.name = std::move(name);
  return update_app(app, patch);
}

NOTIFIER_INLINE Result<App> Registry::remove_app(std::string_view app) {
  auto changed = change([&](const State& state) { return plan_remove_app(state, app); });
  if (!changed) return std::move(changed).error();
  return std::move(changed->back().app);
}

NOTIFIER_INLINE Result<void> Registry::put_user(User user) {
  std::vector<Change> changes(1);
  changes[0].op = Change::Op::put_user;
  changes[0].user = std::move(user);
  changes[0].expected = "*";
  return apply(changes);
}

NOTIFIER_INLINE Result<void> Registry::put_vocabulary(Vocabulary vocabulary) {
  std::vector<Change> changes(1);
  changes[0].op = Change::Op::put_vocabulary;
  changes[0].vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary));
  return apply(changes);
}

NOTIFIER_INLINE Result<User> Registry::update_user(std::string_view id, const UserPatch& patch) {
  return detail::taken(change([&](const State& state) { return detail::listed(plan_update_user(state, id, patch)); }),
                       &Change::user);
}

NOTIFIER_INLINE Result<User> Registry::remove_user(std::string_view id) {
  return detail::taken(change([&](const State& state) { return detail::listed(plan_remove_user(state, id)); }),
                       &Change::user);
}

NOTIFIER_NAMESPACE_END
