#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/limits.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/registry/options.hpp"
#include "notifier/registry/patches.hpp"
#include "notifier/registry/settings.hpp"
#include "notifier/result.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

class Prepared;
namespace detail {
class AppBlock;
class RouterEngine;
class State;
struct Preparation;
struct RegistryCore;
}  // namespace detail

/// Keeps apps, notifiers and users, validates what goes in, and answers quickly who is told of an event.
///
/// Thread-safe. Changes are made one at a time; readers (every const member, and Routers on other threads) never wait
/// for one and see each whole or not at all. Strings that come out own their bytes. Where memory runs out, and that
/// throws, everything is as it was.
///
/// A host that keeps nothing changes it at once: add(), update(), rename_app() ... One that has a store plans, and
/// commits what was planned:
///
///     notifier::Outcome outcome = api.handle(request);   // or anything that has `changes`, from the plan_...() calls
///     const auto done = registry.commit(std::vector{&outcome}, [&](const auto& accepted) { return store(accepted); });
///     if (!done[0]) ...                                  // errc::conflict: handle the request again
///
/// What changes while a store has it, nobody else changes: calls that change at once answer errc::conflict.
class Registry {
 public:
  explicit Registry(RegistryOptions options = {}) : Registry(std::move(options), detail::Limits()) {}
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The event types, kinds and categories there are now; put_vocabulary() and load() put others in their place.
  /// Shared: it stays valid for whoever holds it, and goes with the last one who does.
  std::shared_ptr<const Vocabulary> vocabulary() const;
  /// What it knows of time zones: RegistryOptions::zones.
  const ZoneLookup& zones() const noexcept;
  /// Puts another one in its place, whole; notifiers go on selecting what they selected. errc::invalid where it lacks
  /// event types that some select: `fields` says which, and who.
  Result<void> put_vocabulary(Vocabulary vocabulary);
  /// Reads one for put_vocabulary(): its rows are layered on those of RegistryOptions::vocabulary, and what is compiled
  /// of the present one is shared. See Vocabulary::read().
  Result<Vocabulary> read_vocabulary(json::View object) const;
  Settings settings() const;
  Result<void> set_settings(Settings settings);

  // ---- apps and users ----

  /// Adds an app and, where `default_notifier`, its email notifier "Default '<name>' notifier" to the owner for
  /// crashes.
  /// @param app  an empty id is drawn. errc::invalid where id or name is empty, too long or taken.
  Result<App> add_app(App app, bool default_notifier = false);
  /// By id, else by name.
  std::optional<App> find_app(std::string_view id_or_name) const;
  std::vector<App> apps() const;  ///< in the order they were added, which snapshots keep
  /// Changes name, owner or project. The app keeps its id, its place, its notifiers, and so what waits for them and
  /// its history.
  /// @param app  id or name
  /// @return errc::not_found ("app"), errc::invalid
  Result<App> update_app(std::string_view app, const AppPatch& patch);
  Result<App> rename_app(std::string_view app, std::string name);
  /// Removes an app with its notifiers, and gives what it was. Its events have nobody to go to from here on; what an
  /// outbox has for its notifiers, pending or held, is the host's to end, as for each notifier that is removed
  /// (Outbox::end()).
  Result<App> remove_app(std::string_view app);
  Result<void> put_user(User user);                                       ///< new, or in place of the one with this id
  Result<User> update_user(std::string_view id, const UserPatch& patch);  ///< errc::not_found ("user"), errc::invalid
  /// Removes a person. Notifiers that name the id keep it, and it stands for nobody: their mails go to the others, and
  /// one that has no others is to nobody. Who owns an app still does: that is a member of the app.
  Result<User> remove_user(std::string_view id);
  std::optional<User> find_user(std::string_view id) const;
  std::vector<User> users() const;

  // ---- notifiers; `app` is an id or a name ----

  /// Validates and stores. errc::not_found with field "app" or "notification_platform"; errc::invalid with all
  /// problems.
  Result<Notifier> add(std::string_view app, const NotifierDraft& draft);
  /// What is absent, a blank name or platform and an empty `type_data` leave things as they are; an empty selection
  /// clears it; `type_data` is merged key by key, where null removes a key. The platform cannot be changed.
  /// errc::not_found ("app", "base"), errc::invalid.
  Result<Notifier> update(std::string_view app, std::string_view id, const NotifierDraft& patch);
  Result<Notifier> remove(std::string_view app, std::string_view id);
  std::optional<Notifier> find(std::string_view app, std::string_view id) const;
  std::optional<Notifier> find(std::string_view id) const;  ///< in any app
  /// The same for who has learned from the store of what is stored for a notifier, which may be a moment before
  /// commit() shows it: where there is none, a change of it that is being stored is waited for.
  std::optional<Notifier> find_stored(std::string_view app_id, std::string_view id);
  std::vector<Notifier> list(
      std::string_view app) const;  ///< in the order they were added, which snapshots keep; empty for an unknown app
  std::size_t notifier_count() const;
  std::size_t app_count() const;

  // ---- the same for hosts with a store: plan, then commit ----

  /// What add() would do; changes nothing. The notifier to be is in Change::notifier, and what is remarked on it in
  /// Change::warnings.
  Result<Change> plan_add(std::string_view app, const NotifierDraft& draft) const;
  Result<Change> plan_update(std::string_view app, std::string_view id, const NotifierDraft& patch) const;
  Result<Change> plan_remove(std::string_view app, std::string_view id) const;
  /// What puts a notifier back that was removed, and that the host has kept: with all that it had, but for
  /// `updated_at`. errc::not_found ("app"); errc::conflict where its id is taken; errc::invalid where it would no
  /// longer be taken, as its event types are gone.
  Result<Change> plan_restore(std::string_view app, Notifier removed) const;
  /// The changes add_app() would make: the app, then perhaps its default notifier.
  Result<std::vector<Change>> plan_add_app(App app, bool default_notifier) const;
  Result<Change> plan_update_app(std::string_view app, const AppPatch& patch) const;
  /// Each of its notifiers is removed, then the app.
  Result<std::vector<Change>> plan_remove_app(std::string_view app) const;
  Result<Change> plan_update_user(std::string_view id, const UserPatch& patch) const;
  Result<Change> plan_remove_user(std::string_view id) const;
  Result<Change> plan_put_vocabulary(Vocabulary vocabulary) const;

  /// Checks what the changes of many outcomes expect, lets a store keep those that are right, and shows them to
  /// everybody: each outcome whole or not at all. No lock is held while the store runs, however long that is; what the
  /// changes touch is kept for them meanwhile. Waits for what others keep, so not to be called by a thread that holds
  /// a Prepared.
  ///
  /// @param outcomes  a container of pointers to what has `changes`, as Outcome does
  /// @param store     called as `Result<void>(const std::vector<POINTER>&)`: stores all of them or none, changes and
  ///                  whatever else is in them, durably. It may answer errc::conflict, where another machine was
  ///                  faster: then it is asked for each alone. Where it throws, nothing is stored.
  /// @return for each outcome, in their order: nothing, and it is stored and seen; or why it is neither:
  ///         errc::conflict, errc::invalid, errc::not_found, or what the store answered
  template <class Outcomes, class Store>
  std::vector<Result<void>> commit(const Outcomes& outcomes, Store&& store);
  /// The first half of commit(), for stores that answer later: what is reserved is conflict at once. Of outcomes that
  /// touch the same, the first is accepted.
  Prepared prepare(const std::vector<const std::vector<Change>*>& outcomes);
  /// Makes changes that are stored already, at a start or by somebody who is followed: all or nothing. errc::conflict
  /// where something is not as they expect, or is being changed.
  Result<void> apply(const std::vector<Change>& changes);

  // ---- snapshots ----

  /// Replaces everything by the document (settings it does not hold become the default ones), or changes nothing and
  /// names every fault by its path in Error::fields, up to a hundred of them. Loads a hand-written configuration too.
  /// Its `vocabulary` is layered on the one of RegistryOptions (see Vocabulary::read()). errc::unsupported for a
  /// version that is not known here, errc::conflict while a store has changes. A key that is not known is a fault, but
  /// in `type_data`; `apps` has to be there.
  /// @param json  a file as it is: a byte order mark before the document is skipped, and offsets count from behind it
  Result<void> load(std::string_view json);
  /// The same for what configuration() wrote, in any version: without apps, it is for a registry that has none yet.
  Result<void> load_configuration(std::string_view json);
  /// One JSON document that load() takes. It holds secrets: webhook URLs and signing keys.
  std::string snapshot() const;
  /// The snapshot without its apps and people: settings, and the vocabulary where it is not the built-in one.
  std::string configuration() const;

 private:
  friend class detail::RouterEngine;
  friend class Prepared;
  using State = detail::State;

  Registry(RegistryOptions options, detail::Limits);

  Result<void> load(std::string_view json, bool needs_apps);
  std::shared_ptr<const State> current() const;
  /// Makes a changed copy of the state what everybody sees from now on.
  void publish(std::shared_ptr<const State> next);

  Timestamp now() const;
  /// What is kept of a draft is of some use: errc::invalid for a URL that is refused, remarks for the rest.
  Result<void> look_at(const NotifierDraft& draft, const detail::AppBlock& app, Change& change) const;
  std::string draw_notifier_id(const State& state, const App& app, const Notifier& notifier,
                               std::size_t position) const;
  Result<std::string> draw_app_id(const State& state, const App& app) const;
  Result<Change> plan_add(const State& state, std::string_view app, const NotifierDraft& draft) const;
  Result<Change> plan_update(const State& state, std::string_view app, std::string_view id,
                             const NotifierDraft& patch) const;
  Result<Change> plan_remove(const State& state, std::string_view app, std::string_view id) const;
  Result<std::vector<Change>> plan_add_app(const State& state, App app, bool default_notifier) const;
  static Result<Change> plan_update_app(const State& state, std::string_view app, const AppPatch& patch);
  static Result<std::vector<Change>> plan_remove_app(const State& state, std::string_view app);
  static Result<Change> plan_update_user(const State& state, std::string_view id, const UserPatch& patch);
  static Result<Change> plan_remove_user(const State& state, std::string_view id);
  /// Plans on the newest state and applies with nobody in between.
  template <class Plan>
  Result<std::vector<Change>> change(Plan&& plan);

  // By who holds RegistryCore::writing, unless they say otherwise:
  /// Makes changes that everybody sees from now on, unless what they touch is reserved.
  Result<void> make(const std::vector<Change>& changes);
  /// What was planned, once it is made.
  Result<std::vector<Change>> made(Result<std::vector<Change>> planned);
  Prepared judge(const std::vector<const std::vector<Change>*>& outcomes);
  /// Takes RegistryCore::writing. At least one outcome is judged by what it expects.
  Prepared prepare_or_wait(const std::vector<const std::vector<Change>*>& outcomes);
  void publish(std::unique_ptr<detail::Preparation> preparation) noexcept;  ///< takes it, too
  void abandon(std::unique_ptr<detail::Preparation> preparation) noexcept;  ///< takes it, too
  void release(const detail::Preparation& preparation) noexcept;
  /// Publishes what is stored and could not be published for lack of memory. Comes before every other change.
  void show_stored();
  template <class Outcomes, class Store>
  Result<void> commit_some(const Outcomes& outcomes, Store& store, std::vector<std::size_t>& left,
                           std::vector<Result<void>>& results);

  std::unique_ptr<detail::RegistryCore> core_;
};

/// Judges a draft without storing it: the fields' problems, as add() would report them. For live validation and
/// previews.
/// @param zones  see RegistryOptions
Result<Notifier> validate(const NotifierDraft& draft, const Vocabulary& vocabulary, const ZoneLookup& zones = {});

NOTIFIER_NAMESPACE_END

#include "notifier/registry/commit.hpp"

#if NOTIFIER_BODIES
#include "notifier/registry/applying.hpp"
#include "notifier/registry/planning.hpp"
#include "notifier/registry/planning_apps.hpp"
#include "notifier/registry/prepare.hpp"
#include "notifier/registry/reading.hpp"
#include "notifier/registry/vocabulary_change.hpp"
#endif
