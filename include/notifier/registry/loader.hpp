// Reading a snapshot or a hand-written configuration: all or nothing, every fault named by its path.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/function_ref.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/registry/derive_id.hpp"
#include "notifier/registry/kept_texts.hpp"
#include "notifier/registry/settings_links.hpp"
#include "notifier/registry/state_builder.hpp"
#include "notifier/registry/stored_notifier.hpp"
#include "notifier/registry/unique_texts.hpp"
#include "notifier/registry/vocabulary_json.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Faults of a document, the first hundred of them with their text.
class Faults {
 public:
  static constexpr std::size_t most = 100;

  bool empty() const noexcept { return count_ == 0; }
  void add(const std::string& path, FieldError fault) {
    if (count_++ >= most) return;
    fault.field = path.empty() ? fault.field : joined(path, ".", fault.field);
    list_.push_back(std::move(fault));
  }
  /// Takes the problems of the value at a path.
  NOTIFIER_NOINLINE void take(const std::string& path, Problems& problems) {
    for (FieldError& problem : problems.list()) add(path, std::move(problem));
    problems.clear();
  }
  NOTIFIER_NOINLINE Error to_error() && {
    Error error;
    error.code = errc::invalid;
    error.message = "the document has " + decimal(count_) + (count_ == 1 ? " fault: " : " faults, the first: ") +
                    list_[0].field + " " + list_[0].message;
    error.field = list_[0].field;
    error.fields = std::move(list_);
    return error;
  }

 private:
  std::size_t count_ = 0;
  std::vector<FieldError> list_;
};

class Loader {
 public:
  /// @param now  created_at of the notifiers that do not say.
  /// @param zones  see RegistryOptions; outlives the loader
  Loader(std::shared_ptr<const Vocabulary> vocabulary, std::uint64_t hash_seed, Timestamp now, const ZoneLookup& zones)
      : builder_(std::move(vocabulary), hash_seed), now_(now), zones_(zones) {}

  /// @param needs_apps  an absent list of apps is a fault
  Result<std::shared_ptr<const State>> load(json::View root, bool needs_apps);

 private:
  /// Makes room for what the document says that there is.
  void reserve(json::View apps);
  void load_app(json::View value, std::size_t position);
  void load_notifiers(json::View list, std::size_t app_position);
  void load_notifier(json::View value, std::size_t position);
  void name_remedies();
  void load_id(json::View value, std::size_t position);
  std::string_view derive_notifier_id(std::size_t position);
  void load_user(json::View value, std::size_t position);
  void load_settings(json::View root);

  NOTIFIER_NOINLINE static std::string at(std::string_view list, std::size_t position) {
    return joined(list, "[", decimal(position), "]");
  }
  NOTIFIER_NOINLINE void add_type_fault(std::string_view field, const char* message) {
    faults_.add({}, {std::string(field), message, "type"});
  }
  /// A problem where the text was there before.
  void claim(UniqueTexts& texts, std::string_view text, std::uint64_t text_hash, std::string_view field) {
    if (!texts.insert(text, text_hash)) problems_.add(field, "has already been taken", "taken");
  }
  void claim(UniqueTexts& texts, std::string_view text, std::string_view field) {
    claim(texts, text, hash(text), field);
  }
  std::uint64_t hash(std::string_view text) { return builder_.state().hash(text); }
  /// Calls `f(View, position)` for the elements of a list that may be absent. `path()` says where the list is.
  void for_each(json::View list, FunctionRef<std::string()> path, FunctionRef<void(json::View, std::size_t)> f);

  StateBuilder builder_;
  Timestamp now_;
  const ZoneLookup& zones_;
  Faults faults_;
  Problems problems_;
  UniqueTexts app_ids_, app_names_, notifier_ids_, user_ids_;
  KeptTexts kept_;  // ids that are not in the document
  // reused from notifier to notifier
  App app_;
  json::View siblings_;      // all notifiers of the app at hand
  UniqueTexts sibling_ids_;  // empty until one of them has no id
  DraftView draft_;
  Notifier notifier_;
  std::vector<EventBit> selected_;
  std::uint64_t id_hash_ = 0;
};

NOTIFIER_NOINLINE inline void Loader::for_each(json::View list, FunctionRef<std::string()> path,
                                               FunctionRef<void(json::View, std::size_t)> f) {
  if (!list.exists() || list.is_null()) return;
  if (!list.is_array()) return add_type_fault(path(), "must be an array");
  std::size_t position = 0;
  list.for_each_element([&](json::View element) {
    if (element.is_object()) {
      f(element, position);
    } else {
      add_type_fault(at(path(), position), "must be an object");
    }
    ++position;
  });
}

inline Result<std::shared_ptr<const State>> Loader::load(json::View root, bool needs_apps) {
  check_keys(root, document_keys, {}, problems_);
  if (needs_apps && (!root["apps"].exists() || root["apps"].is_null()))
    problems_.add("apps", "is missing: an array of apps, [] for none", "missing");
  number_platforms(*builder_.state().vocabulary, &problems_);
  faults_.take({}, problems_);
  reserve(root["apps"]);
  const auto named = [](const char* name) { return [name] { return std::string(name); }; };
  for_each(root["apps"], named("apps"), [this](json::View app, std::size_t position) { load_app(app, position); });
  for_each(root["users"], named("users"), [this](json::View user, std::size_t position) { load_user(user, position); });
  load_settings(root);
  if (!faults_.empty()) return std::move(faults_).to_error();
  return builder_.finish();
}

inline void Loader::reserve(json::View apps) {
  std::size_t notifier_count = 0;
  apps.for_each_element([&](json::View app) { notifier_count += app["notifiers"].size(); });
  app_ids_.reserve(apps.size());
  app_names_.reserve(apps.size());
  notifier_ids_.reserve(notifier_count);
  builder_.reserve(apps.size(), notifier_count);
}

inline void Loader::load_app(json::View value, std::size_t position) {
  check_keys(value, app_keys, {}, problems_);
  check_keys(value["owner"], user_keys, "owner.", problems_);
  read_app(value, app_, problems_);
  if (app_.id.empty() && problems_.empty()) app_.id = derive_id("app-", app_.name, {}, {}, 0);
  check_app(app_, problems_);
  check_language(*builder_.state().vocabulary, app_.language, true, problems_);
  if (problems_.empty()) {
    const json::View id = value["id"];
    claim(app_ids_, id.string() == app_.id ? id.string() : kept_.keep(app_.id), "id");
    claim(app_names_, value.string("name"), "name");
  }
  const std::string path = problems_.empty() ? std::string() : at("apps", position);
  faults_.take(path, problems_);

  builder_.begin_app(app_);
  load_notifiers(value["notifiers"], position);
  if (faults_.empty()) builder_.end_app(app_);
}

inline void Loader::load_notifiers(json::View list, std::size_t app_position) {
  siblings_ = list;
  sibling_ids_.clear();
  const auto path = [app_position] { return joined(at("apps", app_position), ".notifiers"); };
  for_each(list, path, [&](json::View value, std::size_t position) {
    load_notifier(value, position);
    if (!problems_.empty()) faults_.take(at(path(), position), problems_);
  });
}

inline void Loader::load_notifier(json::View value, std::size_t position) {
  draft_.read(value, problems_);
  for (const std::string_view key : draft_.unknown) refuse_key(key, DraftView::keys, {}, problems_);
  id_hash_ = hash(draft_.id.string());
  notifier_ids_.prefetch(id_hash_);  // for load_id(), below
  const PlatformInfo* const platform = read_platform(draft_, builder_.state().vocabulary.get(), problems_);
  if (platform == nullptr) return;
  notifier_.platform = platform->platform;
  notifier_.active = true;
  notifier_.send_all_alerts = false;
  notifier_.send_all_events = false;
  notifier_.type_data.clear();
  notifier_.filter.clear();
  notifier_.grouping.clear();
  notifier_.quiet.clear();
  notifier_.muted_until.reset();
  notifier_.muted_pass_errors = false;
  notifier_.language.clear();
  selected_.clear();
  NotifierCheck(*builder_.state().vocabulary, NotifierCheck::Mode::create, notifier_, selected_, problems_, &zones_)
      .apply(draft_);
  if (!problems_.empty()) name_remedies();
  notifier_.created_at = now_;
  read_time(draft_.created_at, "created_at", notifier_.created_at, problems_);
  notifier_.updated_at = notifier_.created_at;
  read_time(draft_.updated_at, "updated_at", notifier_.updated_at, problems_);
  // A zero Timestamp means "must not exist yet" in a Change.
  if (notifier_.updated_at == Timestamp()) notifier_.updated_at.ms = 1;
  read_switched_off(draft_.switched_off, notifier_, problems_);
  if (!problems_.empty()) return;
  load_id(draft_.id, position);
  if (!problems_.empty() || !faults_.empty()) return;
  if (const auto added = builder_.add(notifier_, selected_, id_hash_); !added) {
    problems_.add("base", added.error().message, "too_many");
  }
}

/// Ids of events are an installation's own; in a document, their names and new types can stand.
NOTIFIER_NOINLINE inline void Loader::name_remedies() {
  for (FieldError& problem : problems_.list()) {
    if (problem.code != "unknown_event_type") continue;
    problem.message += problem.field == "selected_event_ids"
                           ? "; name the event in selected_events, or declare its type in event_types"
                           : "; declare its type in event_types";
  }
}

inline void Loader::load_id(json::View value, std::size_t position) {
  const std::string_view given = DraftView::read_text(value, "id", problems_).value_or(std::string_view());
  if (!problems_.empty()) return;
  if (!given.empty()) {
    if (!check_text("id", given, NOTIFIER_MAX_ID_BYTES, problems_)) return;
    notifier_.id = given;
    return claim(notifier_ids_, given, id_hash_, "id");
  }
  const std::string_view derived = derive_notifier_id(position);
  notifier_.id = derived;
  claim(notifier_ids_, derived, id_hash_, "id");
}

/// An id that none of the app's notifiers has, and its hash.
NOTIFIER_NOINLINE inline std::string_view Loader::derive_notifier_id(std::size_t position) {
  if (sibling_ids_.empty()) {
    siblings_.for_each_element([&](json::View sibling) {
      const std::string_view id = sibling.string("id");
      sibling_ids_.insert(id, hash(id));
    });
  }
  std::string_view id;
  do {
    id = kept_.keep(derive_id("no-", app_.id, to_string(notifier_.platform), notifier_.name, position++));
    id_hash_ = hash(id);
  } while (!sibling_ids_.insert(id, id_hash_));
  return id;
}

NOTIFIER_NOINLINE inline void Loader::load_user(json::View value, std::size_t position) {
  User user;
  check_keys(value, user_keys, {}, problems_);
  read_user(value, {}, user, problems_);
  check_user({}, user, problems_);
  if (problems_.empty()) claim(user_ids_, value.string("id"), "id");
  if (problems_.empty()) {
    builder_.add_user(user);
  } else {
    faults_.take(at("users", position), problems_);
  }
}

inline void Loader::load_settings(json::View root) {
  Settings settings;
  const auto read = [&](std::string_view key, std::string& out) {
    if (const auto text = DraftView::read_text(root[key], key, problems_)) out = *text;
  };
  read("email_from", settings.email_from);
  read("link_base", settings.link_base);
  read("logo_url", settings.logo_url);
  read("language", settings.language);
  read_links(root["links"], settings.links, problems_);
  check_settings(settings, problems_);
  State& state = builder_.state();
  check_language(*state.vocabulary, settings.language, true, problems_);
  state.pages = compile_links(settings.links, state.vocabulary->state(), problems_);
  faults_.take({}, problems_);
  state.settings = std::make_shared<const Settings>(std::move(settings));
}

/// The document's version is one that is known. Hand-written ones may leave it out.
inline Result<void> check_version(json::View root) {
  const json::View version = root["version"];
  std::int64_t number = 0;
  if (!version.exists() || (version.integer(number) && number == 1)) return {};
  Error error;
  error.code = errc::unsupported;
  error.message = "the document has a version that is not known here: this program reads version 1";
  error.field = "version";
  return error;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
