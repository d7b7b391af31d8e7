// One snapshot of a Registry: all that readers see, immutable once it is published.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/heap_sort.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/registry/app_block.hpp"
#include "notifier/registry/hash_index.hpp"
#include "notifier/registry/kept_filter.hpp"
#include "notifier/registry/settings.hpp"
#include "notifier/registry/user_block.hpp"
#include "notifier/registry/voice.hpp"
#include "notifier/result.hpp"
#include "notifier/text/fast_hash.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What was kept first comes first: an order of pointers to what has a sequence().
struct BySequence {
  template <class T>
  bool operator()(const T* a, const T* b) const noexcept {
    return a->sequence() < b->sequence();
  }
};

/// What all rows of a snapshot have in common.
struct RowShape {
  std::size_t words;
  std::size_t bits;
  EventBit alert_bit;

  explicit RowShape(const Vocabulary& vocabulary) noexcept
      : words((vocabulary.bit_count() + 63) / 64), bits(vocabulary.bit_count()), alert_bit(vocabulary.alert_bit()) {}

  /// Writes the row of a notifier: which events it accepts.
  void write(const Notifier& notifier, const std::vector<EventBit>& selected, std::uint64_t* row) const noexcept;
};

class State {
 public:
  State(std::shared_ptr<const Vocabulary> types, std::uint64_t hash_seed)
      : vocabulary(std::move(types)),
        settings(std::make_shared<const Settings>()),
        hash(hash_seed),
        shape(*vocabulary) {}

  // ---- reading ----

  /// nullptr where there is none, as in all of these.
  const AppBlock* find_app_by_id(std::string_view id) const { return find_app_by_id(id, short_hash(id)); }
  const AppBlock* find_app_by_id(std::string_view id, std::uint32_t id_hash) const;
  const AppBlock* find_app_by_name(std::string_view name) const;
  const AppBlock* find_app(std::string_view id_or_name) const;
  /// Puts the apps of a project, oldest first, in place of what `out` holds.
  void find_project(std::string_view project_id, std::vector<const AppBlock*>& out) const;
  const UserBlock* find_user(std::string_view id) const;

  struct Found {
    const AppBlock* app = nullptr;
    AppBlock::Place place;
  };
  Found find_notifier(std::string_view id) const;
  AppBlock::Place find_notifier(const AppBlock& app, std::string_view id) const { return app.find(id, tag(hash(id))); }
  /// The notifier as its own value, `app_id` and `selected_event_ids` included.
  void read(const AppBlock& app, Record record, Notifier& out) const;

  std::vector<const AppBlock*> apps_in_order() const;
  std::vector<const UserBlock*> users_in_order() const;
  std::size_t app_count() const noexcept { return apps_.size(); }
  std::size_t notifier_count() const noexcept { return notifiers_.size(); }
  bool has_users() const noexcept { return users_.size() != 0; }
  const Voices& voices() const noexcept { return voices_; }
  const KeptFilters& filters() const noexcept { return filters_; }

  /// Looks for an app in steps, between which what the next one reads has time to come from memory.
  class AppLookup {
   public:
    void begin(const State& state, std::string_view id) noexcept;
    /// Starts to load the entry of the index. After begin().
    void load_entry(const State& state) const noexcept { state.apps_.prefetch_leaf(hash_); }
    /// Starts to load the app. After begin().
    void load_app(const State& state) noexcept;
    /// @param id  as for begin(). After load_app().
    const AppBlock* find(const State& state, std::string_view id) const noexcept;

   private:
    std::uint32_t hash_ = 0;
    const AppBlock* candidate_ = nullptr;  // has this hash: nearly always the app that is looked for
  };

  // ---- changing a copy that is not published yet; if one throws, the copy is of no use ----

  /// @return errc::invalid where its notifiers would need one voice too many in its language
  Result<void> put_app(const App& app);
  void put_user(const User& user);
  /// @param selected  the bits of `notifier.selected_event_ids`.
  /// @return errc::invalid where the notifier would need one voice too many; then nothing has changed
  Result<void> put_notifier(const AppBlock& app, const Notifier& notifier, const std::vector<EventBit>& selected);
  void remove_notifier(const AppBlock& app, AppBlock::Place place);
  /// @param app  has no notifiers
  void remove_app(const AppBlock& app);
  void remove_user(const UserBlock& user);

  std::shared_ptr<const Vocabulary> vocabulary;
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<const KindWords> pages;  // the settings' links, compiled; null: none
  Hasher hash;
  RowShape shape;

 private:
  friend class StateBuilder;
  using AppRef = Ref<const AppBlock>;
  using UserRef = Ref<const UserBlock>;

  static std::uint32_t shorten(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }
  static std::uint16_t tag(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash); }
  std::uint32_t short_hash(std::string_view text) const noexcept { return shorten(hash(text)); }

  /// Calls `visit(const AppBlock&)` for the apps that an index of app hashes gives for a text, until it returns true.
  template <class Visit>
  void visit_apps(const HashIndex<std::uint32_t>& index, std::string_view text, Visit&& visit) const;
  void replace_app(const AppBlock& old, AppRef block);
  /// Puts an app in place of an older state of it, which spoke another language.
  Result<void> speak(const AppBlock& old, const App& app);
  /// The number of the voice of a notifier that comes, or comes in place of another.
  /// @param old  the number that the other has, or none
  Result<std::uint16_t> exchange_voice(const Voice& voice, std::uint16_t old);
  /// The same of its filter; Record::no_filter where it has none.
  Result<std::uint16_t> exchange_filter(std::string_view filter, std::uint16_t old);

  // What is found by another text than its app's id leads to the hash of that id, so that a change of an app's
  // notifiers changes one index alone.
  HashIndex<AppRef> apps_;
  HashIndex<std::uint32_t> names_;
  HashIndex<std::uint32_t> projects_;
  HashIndex<std::uint32_t> notifiers_;
  HashIndex<UserRef> users_;
  Voices voices_;
  KeptFilters filters_;
  std::uint64_t next_sequence_ = 0;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline void RowShape::write(const Notifier& notifier, const std::vector<EventBit>& selected,
                            std::uint64_t* row) const noexcept {
  const auto set = [row](std::size_t bit) { row[bit / 64] |= std::uint64_t{1} << bit % 64; };
  std::fill(row, row + words, std::uint64_t{0});
  if (!notifier.active) return;
  if (notifier.send_all_events) {
    std::fill(row, row + words, ~std::uint64_t{0});
    row[words - 1] >>= words * 64 - bits;
    if (alert_bit < bits) row[alert_bit / 64] &= ~(std::uint64_t{1} << alert_bit % 64);
  }
  if (notifier.send_all_alerts && alert_bit < bits) set(alert_bit);
  for (const EventBit bit : selected) set(bit);
}

inline const AppBlock* State::find_app_by_id(std::string_view id, std::uint32_t id_hash) const {
  const AppBlock* found = nullptr;
  apps_.find(id_hash, [&](const AppRef& app) {
    if (app->id() != id) return false;
    found = app.get();
    return true;
  });
  return found;
}

inline void State::AppLookup::begin(const State& state, std::string_view id) noexcept {
  hash_ = state.short_hash(id);
  state.apps_.prefetch_slot(hash_);
}

inline void State::AppLookup::load_app(const State& state) noexcept {
  candidate_ = nullptr;
  state.apps_.find(hash_, [this](const AppRef& app) {
    candidate_ = app.get();
    candidate_->prefetch();
    return true;
  });
}

inline const AppBlock* State::AppLookup::find(const State& state, std::string_view id) const noexcept {
  if (candidate_ == nullptr || candidate_->id() == id) return candidate_;
  return state.find_app_by_id(id, hash_);
}

template <class Visit>
void State::visit_apps(const HashIndex<std::uint32_t>& index, std::string_view text, Visit&& visit) const {
  index.find(short_hash(text), [&](std::uint32_t app_hash) {
    bool done = false;
    apps_.find(app_hash, [&](const AppRef& app) { return done = visit(*app); });
    return done;
  });
}

inline const AppBlock* State::find_app_by_name(std::string_view name) const {
  const AppBlock* found = nullptr;
  visit_apps(names_, name, [&](const AppBlock& app) {
    if (app.name() != name) return false;
    found = &app;
    return true;
  });
  return found;
}

inline const AppBlock* State::find_app(std::string_view id_or_name) const {
  const AppBlock* const app = find_app_by_id(id_or_name);
  return app != nullptr ? app : find_app_by_name(id_or_name);
}

inline void State::find_project(std::string_view project_id, std::vector<const AppBlock*>& out) const {
  out.clear();
  visit_apps(projects_, project_id, [&](const AppBlock& app) {
    if (app.project_id() == project_id) out.push_back(&app);
    return false;
  });
  heap_sort(out.begin(), out.end(), BySequence());
  // Two apps of the project whose hashes are the same are each found twice.
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

inline const UserBlock* State::find_user(std::string_view id) const {
  const UserBlock* found = nullptr;
  users_.find(short_hash(id), [&](const UserRef& user) {
    if (user->id() != id) return false;
    found = user.get();
    return true;
  });
  return found;
}

inline State::Found State::find_notifier(std::string_view id) const {
  Found found;
  visit_apps(notifiers_, id, [&](const AppBlock& app) {
    found.place = find_notifier(app, id);
    if (found.place.exists) found.app = &app;
    return found.place.exists;
  });
  return found;
}

inline void State::read(const AppBlock& app, Record record, Notifier& out) const {
  std::vector<EventBit> selected;
  record.read(out, selected);
  out.app_id = app.id();
  out.app = app.name();
  out.filter.clear();
  if (record.filter() != Record::no_filter) out.filter = filters_[record.filter()].filter->json();
  out.selected_event_ids.resize(selected.size());
  for (std::size_t i = 0; i < selected.size(); ++i) {
    out.selected_event_ids[i] = vocabulary->event_types()[selected[i]].id;
  }
}

inline std::vector<const AppBlock*> State::apps_in_order() const {
  std::vector<const AppBlock*> apps;
  apps.reserve(apps_.size());
  apps_.for_each([&](const AppRef& app) { apps.push_back(app.get()); });
  heap_sort(apps.begin(), apps.end(), BySequence());
  return apps;
}

inline std::vector<const UserBlock*> State::users_in_order() const {
  std::vector<const UserBlock*> users;
  users.reserve(users_.size());
  users_.for_each([&](const UserRef& user) { users.push_back(user.get()); });
  heap_sort(users.begin(), users.end(), BySequence());
  return users;
}

inline void State::replace_app(const AppBlock& old, AppRef block) {
  const std::uint32_t app_hash = short_hash(block->id());
  apps_.replace(app_hash, std::move(block), &old);
}

inline Result<void> State::put_app(const App& app) {
  const std::uint32_t app_hash = short_hash(app.id);
  const AppBlock* const old = find_app_by_id(app.id);
  const std::string_view old_name = old != nullptr ? old->name() : std::string_view();
  const std::string_view old_project = old != nullptr ? old->project_id() : std::string_view();
  if (old_name != app.name || old == nullptr) {
    if (old != nullptr) names_.erase(short_hash(old_name), app_hash);
    names_.insert(short_hash(app.name), app_hash);
  }
  if (old_project != app.project_id) {
    if (!old_project.empty()) projects_.erase(short_hash(old_project), app_hash);
    if (!app.project_id.empty()) projects_.insert(short_hash(app.project_id), app_hash);
  }
  if (old == nullptr) {
    apps_.insert(app_hash, AppBlock::make(app, next_sequence_++, {}, shape.words));
  } else if (old->language() == app.language || old->notifier_count() == 0) {
    replace_app(*old, old->with_app(app));
  } else {
    return speak(*old, app);
  }
  return {};
}

inline void State::put_user(const User& user) {
  const std::uint32_t user_hash = short_hash(user.id);
  if (const UserBlock* const old = find_user(user.id)) {
    users_.replace(user_hash, UserBlock::make(user, old->sequence()), old);
  } else {
    users_.insert(user_hash, UserBlock::make(user, next_sequence_++));
  }
}

/// One value more than a Record has numbers for.
inline Error too_many_voices() {
  Error error;
  error.code = errc::invalid;
  error.message = "the notifiers shape their messages in too many different ways: at most 65535 fit in a registry";
  return error;
}

inline Result<std::uint16_t> State::exchange_filter(std::string_view filter, std::uint16_t old) {
  static_assert(Record::no_filter == KeptFilters::none);
  KeptFilter kept;
  if (!filter.empty()) {
    auto compiled = Filter::compile(filter);
    if (!compiled) return std::move(compiled).error();
    kept.filter = *std::move(compiled);
  }
  if (old != KeptFilters::none) filters_.remove(old);
  if (!kept.filter) return Record::no_filter;
  const std::uint16_t number = filters_.add(kept, kept.hash(hash));
  if (number != KeptFilters::none) return number;
  if (old != KeptFilters::none) filters_.add_user(old);
  Error error;
  error.message = "the notifiers have too many different filters: at most 65535 fit in a registry";
  return error;
}

inline Result<std::uint16_t> State::exchange_voice(const Voice& voice, std::uint16_t old) {
  if (old != Voices::none) voices_.remove(old);
  const std::uint16_t number = voices_.add(voice, voice.hash(hash));
  if (number != Voices::none) return number;
  // Others have the old one, too, or there would have been a place for the new one.
  if (old != Voices::none) voices_.add_user(old);
  return too_many_voices();
}

inline Result<void> State::put_notifier(const AppBlock& app, const Notifier& notifier,
                                        const std::vector<EventBit>& selected) {
  const std::uint64_t id_hash = hash(notifier.id);
  const AppBlock::Place place = app.find(notifier.id, tag(id_hash));
  const auto voice =
      exchange_voice(Voice::of(notifier, app.language()), place.exists ? app.record(place).voice() : Voices::none);
  if (!voice) return voice.error();
  const auto filter = exchange_filter(notifier.filter, place.exists ? app.record(place).filter() : Record::no_filter);
  if (!filter) {
    voices_.remove(*voice);
    if (place.exists) voices_.add_user(app.record(place).voice());
    return filter.error();
  }
  Buffer record;
  Record::append(record, notifier, selected, *voice, *filter);
  std::vector<std::uint64_t> row(shape.words);
  shape.write(notifier, selected, row.data());
  const RowItem item{row.data(), record.data(), record.size(), tag(id_hash)};
  if (place.exists) {
    replace_app(app, app.with_replaced(place, item));
  } else {
    notifiers_.insert(shorten(id_hash), short_hash(app.id()));
    replace_app(app, app.with_added(item));
  }
  return {};
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
