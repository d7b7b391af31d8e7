// What a change of a notifier would be, and the app that comes with one.

#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/platform/table.hpp"
#include "notifier/registry/applying.hpp"
#include "notifier/registry/derive_id.hpp"
#include "notifier/registry/plan_errors.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/registry_core.hpp"
#include "notifier/registry/remarks.hpp"
#include "notifier/registry/stored_notifier.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The event type of a crash that repeats: what the default notifier of a new app tells of.
inline constexpr std::string_view repeated_crash_id = "59c52a9c7651ce001f62f578";

/// What holds the parts of a draft that are JSON.
struct DraftDocuments {
  json::Document type_data;
  json::Document filter;
  json::Document grouping;
  json::Document quiet;
};

/// Borrows a draft for judging.
inline DraftView borrow(const NotifierDraft& draft, DraftDocuments& documents, Problems& problems) {
  problems.list() = draft.problems;
  DraftView view;
  view.platform_id = draft.platform_id;
  view.name = draft.name;
  view.active = draft.active;
  view.send_all_alerts = draft.send_all_alerts;
  view.send_all_events = draft.send_all_events;
  if (draft.selected_event_ids) {
    view.selection = DraftView::Selection::by_id;
    view.selected.assign(draft.selected_event_ids->begin(), draft.selected_event_ids->end());
  } else if (draft.selected_events) {
    view.selection = DraftView::Selection::by_name;
    view.selected.assign(draft.selected_events->begin(), draft.selected_events->end());
  }
  if (draft.type_data) {
    const auto root = documents.type_data.parse(*draft.type_data, NOTIFIER_MAX_BODY_BYTES);
    if (root && root->is_object()) {
      view.type_data = *root;
    } else {
      problems.add("type_data", "must be an object", "type");
    }
  }
  const auto read = [&](const std::optional<std::string>& json, const char* field, json::Document& document,
                        json::View& out) {
    if (!json) return;
    const auto root = document.parse(*json, NOTIFIER_MAX_BODY_BYTES);
    if (root) out = *root;
    if (!root) problems.add(field, "must be an object", "type");
  };
  read(draft.filter, "filter", documents.filter, view.filter);
  read(draft.grouping, "grouping", documents.grouping, view.grouping);
  read(draft.quiet, "quiet", documents.quiet, view.quiet);
  view.muted_until = draft.muted_until;
  view.muted_pass_errors = draft.muted_pass_errors;
  view.language = draft.language;
  return view;
}

/// The platform of a draft to add: by id, or for hosts that write drafts themselves by name.
inline Result<const PlatformInfo*> platform_of(const NotifierDraft& draft, const Vocabulary& vocabulary) {
  const bool by_id = draft.platform_id && !has_no_text(*draft.platform_id);
  const std::string_view given = by_id ? *draft.platform_id : draft.platform ? *draft.platform : std::string_view();
  const PlatformInfo* const found = by_id ? platform_of_id(given, vocabulary) : platform_named(given, vocabulary);
  if (found == nullptr) return no_platform(given, vocabulary);
  return found;
}

}  // namespace detail

NOTIFIER_INLINE Result<Notifier> validate(const NotifierDraft& draft, const Vocabulary& vocabulary,
                                          const ZoneLookup& zones) {
  const auto platform = detail::platform_of(draft, vocabulary);
  if (!platform) return platform.error();
  detail::DraftDocuments documents;
  detail::Problems problems;
  const detail::DraftView view = detail::borrow(draft, documents, problems);
  Notifier notifier;
  notifier.platform = (*platform)->platform;
  std::vector<EventBit> selected;
  detail::NotifierCheck(vocabulary, detail::NotifierCheck::Mode::create, notifier, selected, problems, &zones)
      .apply(view);
  if (!problems.empty()) return std::move(problems).to_error("notifier");
  detail::name_selected(vocabulary, selected, notifier);
  return notifier;
}

// ---- planning -------------------------------------------------------------------------------------------------------

NOTIFIER_INLINE Timestamp Registry::now() const {
  const Timestamp now = core_->options.clock ? core_->options.clock() : Timestamp{++core_->ticks};
  return (std::max)(first_timestamp, (std::min)(now, last_timestamp));
}

NOTIFIER_INLINE std::string Registry::draw_notifier_id(const State& state, const App& app, const Notifier& notifier,
                                                       std::size_t position) const {
  if (core_->options.new_id) return core_->options.new_id("no-");
  std::string id;
  do {
    id = detail::derive_id("no-", app.id, to_string(notifier.platform), notifier.name, position++);
  } while (state.find_notifier(id).app != nullptr);
  return id;
}

NOTIFIER_INLINE Result<void> Registry::look_at(const NotifierDraft& draft, const detail::AppBlock& app,
                                               Change& change) const {
  const Notifier& notifier = change.notifier;
  detail::Problems problems;
  for (const PlatformField& field : platform_info(notifier.platform).fields) {
    if (!core_->options.refuse_url || !draft.type_data || field.kind != PlatformField::Kind::url) continue;
    const std::string_view url = notifier.type_data.text(field.key());
    const std::string_view why = url.empty() ? std::string_view() : core_->options.refuse_url(url);
    if (why.empty()) continue;
    problems.add(field.path, detail::joined("can't be delivered to: ", why), "unreachable_url");
    return std::move(problems).to_error("notifier");
  }
  detail::remark_on(draft, notifier, change.expected.empty(), app, problems);
  change.warnings = std::move(problems.list());
  return {};
}

NOTIFIER_INLINE Result<Change> Registry::plan_add(const State& state, std::string_view app_name,
                                                  const NotifierDraft& draft) const {
  const detail::AppBlock* const block = state.find_app(app_name);
  if (block == nullptr) return detail::no_app(app_name);
  auto notifier = validate(draft, *state.vocabulary, core_->options.zones);
  if (!notifier) return std::move(notifier).error();

  Change change;
  change.op = Change::Op::put_notifier;
  change.notifier = std::move(*notifier);
  const App app = block->app();
  change.notifier.app_id = app.id;
  change.notifier.app = app.name;
  change.notifier.id = draw_notifier_id(state, app, change.notifier, block->notifier_count());
  if (state.find_notifier(change.notifier.id).app != nullptr) {
    return detail::conflict("a notifier with the new id is there already");
  }
  const Timestamp now = this->now();
  change.notifier.created_at = now;
  change.notifier.updated_at = now;
  if (now == Timestamp()) change.notifier.updated_at.ms = 1;
  if (auto fine = look_at(draft, *block, change); !fine) return std::move(fine).error();
  return change;
}

NOTIFIER_INLINE Result<Change> Registry::plan_update(const State& state, std::string_view app_name, std::string_view id,
                                                     const NotifierDraft& patch) const {
  const detail::AppBlock* const app = state.find_app(app_name);
  if (app == nullptr) return detail::no_app(app_name);
  const auto place = state.find_notifier(*app, id);
  if (!place.exists) return detail::no_notifier(id);

  Change change;
  change.op = Change::Op::put_notifier;
  Notifier& notifier = change.notifier;
  std::vector<EventBit> selected;
  state.read(*app, app->record(place), notifier);
  detail::find_selected(*state.vocabulary, notifier, selected);
  change.expected = version_of(notifier);
  const Timestamp before = notifier.updated_at;

  detail::DraftDocuments documents;
  detail::Problems problems;
  const detail::DraftView view = detail::borrow(patch, documents, problems);
  detail::NotifierCheck(*state.vocabulary, detail::NotifierCheck::Mode::update, notifier, selected, problems,
                        &core_->options.zones)
      .apply(view);
  if (!problems.empty()) return std::move(problems).to_error("notifier");
  detail::name_selected(*state.vocabulary, selected, notifier);
  if (notifier.active) notifier.switched_off.reset();
  notifier.updated_at = (std::max)(now(), Timestamp{before.ms + 1});
  if (notifier.updated_at == Timestamp()) notifier.updated_at.ms = 1;
  if (auto fine = look_at(patch, *app, change); !fine) return std::move(fine).error();
  return change;
}

NOTIFIER_INLINE Result<Change> Registry::plan_remove(const State& state, std::string_view app_name,
                                                     std::string_view id) const {
  const detail::AppBlock* const app = state.find_app(app_name);
  if (app == nullptr) return detail::no_app(app_name);
  const auto place = state.find_notifier(*app, id);
  if (!place.exists) return detail::no_notifier(id);
  Change change;
  change.op = Change::Op::remove_notifier;
  state.read(*app, app->record(place), change.notifier);
  change.expected = version_of(change.notifier);
  return change;
}

NOTIFIER_INLINE Result<Change> Registry::plan_restore(std::string_view app_name, Notifier removed) const {
  const std::shared_ptr<const State> state = current();
  const detail::AppBlock* const app = state->find_app(app_name);
  if (app == nullptr) return detail::no_app(app_name);
  Change change;
  change.op = Change::Op::put_notifier;
  change.notifier = std::move(removed);
  change.notifier.app_id = app->id();
  change.notifier.app = app->name();
  change.notifier.updated_at = (std::max)(now(), Timestamp{change.notifier.updated_at.ms + 1});
  if (change.notifier.updated_at == Timestamp()) change.notifier.updated_at.ms = 1;
  State trial = *state;
  if (auto fine = detail::apply_notifier(change, trial); !fine) return std::move(fine).error();
  return change;
}

NOTIFIER_INLINE Result<std::string> Registry::draw_app_id(const State& state, const App& app) const {
  if (core_->options.new_id) return core_->options.new_id("app-");
  std::string id;
  std::size_t position = 0;
  do {
    id = detail::derive_id("app-", app.name, {}, {}, position++);
  } while (state.find_app_by_id(id) != nullptr);
  return id;
}

NOTIFIER_INLINE Result<std::vector<Change>> Registry::plan_add_app(const State& state, App app,
                                                                   bool default_notifier) const {
  detail::Problems problems;
  detail::check_app(app, problems);
  detail::check_language(*state.vocabulary, app.language, true, problems);
  if (problems.empty() && state.find_app_by_name(app.name) != nullptr) {
    problems.add("name", "has already been taken", "taken");
  }
  if (problems.empty() && !app.id.empty() && state.find_app_by_id(app.id) != nullptr) {
    problems.add("id", "has already been taken", "taken");
  }
  if (!problems.empty()) return std::move(problems).to_error("app");
  if (app.id.empty()) {
    auto id = draw_app_id(state, app);
    if (!id) return std::move(id).error();
    app.id = std::move(*id);
    if (state.find_app_by_id(app.id) != nullptr) return detail::conflict("an app with the new id is there already");
  }

  std::vector<Change> changes(1);
  changes[0].op = Change::Op::put_app;
  changes[0].app = std::move(app);
  if (!default_notifier) return changes;

  const App& owner = changes[0].app;
  Change change;
  change.op = Change::Op::put_notifier;
  Notifier& notifier = change.notifier;
  notifier.platform = Platform::email;
  notifier.app_id = owner.id;
  notifier.app = owner.name;
  notifier.name = detail::joined("Default '", owner.name, "' notifier");
  if (!owner.owner.id.empty()) notifier.type_data.set_texts("user_ids", {owner.owner.id});
  if (state.vocabulary->find_event_type_by_id(detail::repeated_crash_id) != nullptr) {
    notifier.selected_event_ids.emplace_back(detail::repeated_crash_id);
  }
  notifier.id = draw_notifier_id(state, owner, notifier, 0);
  if (state.find_notifier(notifier.id).app != nullptr) {
    return detail::conflict("a notifier with the new id is there already");
  }
  notifier.created_at = notifier.updated_at = now();
  if (notifier.updated_at == Timestamp()) notifier.updated_at.ms = 1;
  changes.push_back(std::move(change));
  return changes;
}

NOTIFIER_INLINE Result<Change> Registry::plan_add(std::string_view app, const NotifierDraft& draft) const {
  return plan_add(*current(), app, draft);
}

NOTIFIER_INLINE Result<Change> Registry::plan_update(std::string_view app, std::string_view id,
                                                     const NotifierDraft& patch) const {
  return plan_update(*current(), app, id, patch);
}

NOTIFIER_INLINE Result<Change> Registry::plan_remove(std::string_view app, std::string_view id) const {
  return plan_remove(*current(), app, id);
}

NOTIFIER_INLINE Result<std::vector<Change>> Registry::plan_add_app(App app, bool default_notifier) const {
  return plan_add_app(*current(), std::move(app), default_notifier);
}

NOTIFIER_NAMESPACE_END
