// Reading a snapshot or a hand-written configuration: all or nothing, every fault named by its path.

#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/registry/catalogue_json.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/registry/derive_id.hpp"
#include "notifier/registry/state_builder.hpp"
#include "notifier/registry/unique_texts.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Faults of a document, the first hundred of them with their text.
class Faults {
 public:
  static constexpr std::size_t most = 100;

  bool empty() const noexcept { return count_ == 0; }
  void add(const std::string& path, FieldError fault) {
    if (count_++ >= most) return;
    fault.field = path.empty() ? fault.field : path + "." + fault.field;
    list_.push_back(std::move(fault));
  }
  /// Takes the problems of the value at a path.
  void take(const std::string& path, Problems& problems) {
    for (FieldError& problem : problems.list()) add(path, std::move(problem));
    problems.clear();
  }
  Error to_error() && {
    Error error;
    error.code = errc::invalid;
    error.message = "the document has " + std::to_string(count_) + (count_ == 1 ? " fault: " : " faults, the first: ") +
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
  Loader(std::shared_ptr<const Catalogue> catalogue, std::uint64_t hash_seed, Timestamp now)
      : builder_(std::move(catalogue), hash_seed), now_(now) {}

  Result<std::shared_ptr<const State>> load(json::View root);

 private:
  /// Makes room for what the document says that there is.
  void reserve(json::View apps);
  void load_app(json::View value, std::size_t position);
  void load_notifiers(json::View list, const std::string& app_path);
  void load_notifier(json::View value, std::size_t position);
  void load_id(json::View value, std::size_t position);
  std::string derive_notifier_id(std::size_t position);
  void load_user(json::View value, std::size_t position);
  void load_settings(json::View root);

  static std::string at(std::string_view list, std::size_t position) {
    return std::string(list) + "[" + std::to_string(position) + "]";
  }
  void add_fault(const std::string& path, std::string_view field, std::string message, std::string_view code) {
    faults_.add(path, {std::string(field), std::move(message), std::string(code)});
  }
  /// False, and a fault, where the text was there before.
  bool claim(UniqueTexts& texts, std::string_view text, std::string_view field) {
    if (texts.insert(text, builder_.state().hash(text))) return true;
    problems_.add(field, "has already been taken", "taken");
    return false;
  }
  std::string_view keep(std::string text) { return kept_.emplace_front(std::move(text)); }
  /// Calls `f(View, position)` for the elements of a list that may be absent.
  template <class F>
  void for_each(json::View list, const std::string& path, F&& f);

  StateBuilder builder_;
  Timestamp now_;
  Faults faults_;
  Problems problems_;
  UniqueTexts app_ids_, app_names_, notifier_ids_, user_ids_;
  std::forward_list<std::string> kept_;  // ids that are not in the document
  // reused from notifier to notifier
  App app_;
  json::View siblings_;                     // all notifiers of the app at hand
  std::optional<UniqueTexts> sibling_ids_;  // where one of them has no id
  DraftView draft_;
  Notifier notifier_;
  std::vector<EventBit> selected_;
};

template <class F>
void Loader::for_each(json::View list, const std::string& path, F&& f) {
  if (!list.exists() || list.is_null()) return;
  if (!list.is_array()) return faults_.add({}, {path, "must be an array", "type"});
  std::size_t position = 0;
  list.for_each_element([&](json::View element) {
    if (element.is_object()) {
      f(element, position);
    } else {
      faults_.add({}, {at(path, position), "must be an object", "type"});
    }
    ++position;
  });
}

inline Result<std::shared_ptr<const State>> Loader::load(json::View root) {
  reserve(root["apps"]);
  for_each(root["apps"], "apps", [this](json::View app, std::size_t position) { load_app(app, position); });
  for_each(root["users"], "users", [this](json::View user, std::size_t position) { load_user(user, position); });
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
  read_app(value, app_, problems_);
  if (app_.id.empty() && problems_.empty()) app_.id = derive_id("app-", app_.name, {}, {}, 0);
  check_app(app_, problems_);
  if (problems_.empty()) {
    const json::View id = value["id"];
    claim(app_ids_, id.string() == app_.id ? id.string() : keep(app_.id), "id");
    claim(app_names_, value["name"].string(), "name");
  }
  const std::string path = problems_.empty() ? std::string() : at("apps", position);
  faults_.take(path, problems_);

  builder_.begin_app();
  load_notifiers(value["notifiers"], at("apps", position));
  if (faults_.empty()) builder_.end_app(app_);
}

inline void Loader::load_notifiers(json::View list, const std::string& app_path) {
  siblings_ = list;
  sibling_ids_.reset();
  for_each(list, app_path + ".notifiers", [&](json::View value, std::size_t position) {
    load_notifier(value, position);
    if (!problems_.empty()) faults_.take(at(app_path + ".notifiers", position), problems_);
  });
}

inline void Loader::load_notifier(json::View value, std::size_t position) {
  draft_.read(value, problems_);
  notifier_ids_.prefetch(builder_.state().hash(draft_.id.string()));  // for load_id(), below
  const PlatformInfo* const platform = read_platform(draft_, problems_);
  if (platform == nullptr) return;
  notifier_.platform = platform->platform;
  notifier_.active = true;
  notifier_.send_all_alerts = false;
  notifier_.send_all_events = false;
  notifier_.type_data.webhook_url.clear();
  notifier_.type_data.user_ids.clear();
  notifier_.type_data.emails.clear();
  notifier_.type_data.signing_secrets.clear();
  notifier_.type_data.other.clear();
  selected_.clear();
  NotifierCheck(*builder_.state().catalogue, NotifierCheck::Mode::create, notifier_, selected_, problems_)
      .apply(draft_);
  notifier_.created_at = now_;
  read_time(draft_.created_at, "created_at", notifier_.created_at, problems_);
  notifier_.updated_at = notifier_.created_at;
  read_time(draft_.updated_at, "updated_at", notifier_.updated_at, problems_);
  // A zero Timestamp means "must not exist yet" in a Change.
  if (notifier_.updated_at == Timestamp()) notifier_.updated_at.ms = 1;
  if (!problems_.empty()) return;
  load_id(draft_.id, position);
  if (problems_.empty() && faults_.empty()) builder_.add(notifier_, selected_);
}

inline void Loader::load_id(json::View value, std::size_t position) {
  const std::string_view given = DraftView::read_text(value, "id", problems_).value_or(std::string_view());
  if (!problems_.empty()) return;
  if (!given.empty()) {
    if (!check_text("id", given, NOTIFIER_MAX_ID_BYTES, problems_)) return;
    notifier_.id = given;
    claim(notifier_ids_, given, "id");
    return;
  }
  notifier_.id = derive_notifier_id(position);
  claim(notifier_ids_, keep(notifier_.id), "id");
}

/// An id that none of the app's notifiers has.
inline std::string Loader::derive_notifier_id(std::size_t position) {
  const detail::Hasher& hash = builder_.state().hash;
  if (!sibling_ids_) {
    sibling_ids_.emplace();
    siblings_.for_each_element([&](json::View sibling) {
      const std::string_view id = sibling["id"].string();
      sibling_ids_->insert(id, hash(id));
    });
  }
  std::string id;
  do {
    id = derive_id("no-", app_.id, to_string(notifier_.platform), notifier_.name, position++);
  } while (!sibling_ids_->insert(keep(id), hash(id)));
  return id;
}

inline void Loader::load_user(json::View value, std::size_t position) {
  User user;
  read_user(value, {}, user, problems_);
  check_user({}, user, problems_);
  if (problems_.empty()) claim(user_ids_, value["id"].string(), "id");
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
  check_settings(settings, problems_);
  faults_.take({}, problems_);
  builder_.state().settings = std::make_shared<const Settings>(std::move(settings));
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
