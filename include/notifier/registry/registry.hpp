#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/catalogue/catalogue.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a Registry takes from its host. Every member has a default; with the defaults it reads no clock and draws no randomness.
struct RegistryOptions {
  std::shared_ptr<const Catalogue> catalogue;  ///< null: Catalogue::standard()
  /// The present moment, for created_at and updated_at. Empty: a moment that moves by one millisecond a call, from 1970.
  std::function<Timestamp()> clock;
  /// New notifier ids (`prefix` is "no-") and app ids. Empty: derived from app, platform, name and position, reproducibly.
  std::function<std::string(std::string_view prefix)> new_id;
  /// Seeds the hash of app ids; set it from a random source where app ids come from strangers.
  std::uint64_t hash_seed = 0x9e3779b97f4a7c15u;
};

/// Settings that travel with a snapshot.
struct Settings {
  std::string email_from = "notifier@localhost";  ///< From of mails: an address, or `Name <address>`
  std::string link_base;                          ///< URL of the host's dashboard, without a final slash; empty: no such links
};

/// Keeps apps, notifiers and users, validates what goes in, and answers quickly who is told of an event.
///
/// Thread-safe. Changes are made one at a time; readers (every const member, and Routers on other threads) never wait for one
/// and see each whole or not at all. Strings that come out own their bytes.
class Registry {
 public:
  explicit Registry(RegistryOptions options = {});
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  const Catalogue& catalogue() const noexcept;
  Settings settings() const;
  Result<void> set_settings(Settings settings);

  // ---- apps and users ----

  /// Adds an app and, where `default_notifier`, its email notifier "Default '<name>' notifier" to the owner for crashes.
  /// @param app  an empty id is drawn. errc::invalid where id or name is empty, too long or taken.
  Result<App> add_app(App app, bool default_notifier = false);
  /// By id, else by name.
  std::optional<App> find_app(std::string_view id_or_name) const;
  std::vector<App> apps() const;  ///< oldest first
  Result<void> put_user(User user);
  std::optional<User> find_user(std::string_view id) const;
  std::vector<User> users() const;

  // ---- notifiers; `app` is an id or a name ----

  /// Validates and stores. errc::not_found with field "app" or "notification_platform"; errc::invalid with all problems.
  Result<Notifier> add(std::string_view app, const NotifierDraft& draft);
  /// Merges by the rules of the wire contract, section 4. errc::not_found ("app", "base"), errc::invalid.
  Result<Notifier> update(std::string_view app, std::string_view id, const NotifierDraft& patch);
  Result<Notifier> remove(std::string_view app, std::string_view id);
  std::optional<Notifier> find(std::string_view app, std::string_view id) const;
  std::optional<Notifier> find(std::string_view id) const;  ///< in any app
  std::vector<Notifier> list(std::string_view app) const;   ///< oldest first; empty for an unknown app
  std::size_t notifier_count() const;
  std::size_t app_count() const;

  // ---- the same in two steps, for hosts with a store: plan, store, apply ----

  /// What add() would do; changes nothing. The notifier to be is in Change::notifier.
  Result<Change> plan_add(std::string_view app, const NotifierDraft& draft) const;
  Result<Change> plan_update(std::string_view app, std::string_view id, const NotifierDraft& patch) const;
  Result<Change> plan_remove(std::string_view app, std::string_view id) const;
  /// The changes add_app() would make: the app, then perhaps its default notifier.
  Result<std::vector<Change>> plan_add_app(App app, bool default_notifier) const;
  /// All or nothing. errc::conflict where something moved since the plan.
  Result<void> apply(const std::vector<Change>& changes);

  // ---- snapshots (wire contract, section 8) ----

  /// Replaces everything by the document, or changes nothing and names every fault by its path in Error::fields. Loads a
  /// hand-written configuration too. Event types in it extend a copy of the catalogue.
  Result<void> load(std::string_view json);
  /// One JSON document that load() takes. It holds secrets: webhook URLs and signing keys.
  std::string snapshot() const;

 private:
  friend class Router;
  // the owner of this file designs it
};

/// Judges a draft without storing it: the fields' problems, as add() would report them. For live validation and previews.
Result<Notifier> validate(const NotifierDraft& draft, const Catalogue& catalogue);

NOTIFIER_NAMESPACE_END
