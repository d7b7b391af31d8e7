#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "notifier/registry/state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Makes a State of a million notifiers at once. Ids and names are unique: the caller has seen to that.
///
///     builder.begin_app(app);
///     builder.add(notifier, selected);
///     builder.end_app(app);
class StateBuilder {
 public:
  StateBuilder(std::shared_ptr<const Vocabulary> vocabulary, std::uint64_t hash_seed)
      : state_(std::make_shared<State>(std::move(vocabulary), hash_seed)) {}

  State& state() noexcept { return *state_; }

  void reserve(std::size_t app_count, std::size_t notifier_count) {
    apps_.reserve(app_count);
    names_.reserve(app_count);
    notifiers_.reserve(notifier_count);
  }

  void begin_app(const App& app) {
    language_ = app.language;
    records_.clear();
    rows_.clear();
    ends_.clear();
    hashes_.clear();
  }
  /// @param id_hash  of the notifier's id.
  /// @return errc::invalid where the notifier would need one voice too many
  NOTIFIER_NOINLINE Result<void> add(const Notifier& notifier, const std::vector<EventBit>& selected,
                                     std::uint64_t id_hash) {
    const Voice voice = Voice::of(notifier, language_);
    const std::uint16_t number = state_->voices_.add(voice, voice.hash(state_->hash));
    if (number == Voices::none) return too_many_voices();
    const auto filter = state_->exchange_filter(notifier.filter, Record::no_filter);
    if (!filter) return filter.error();
    Record::append(records_, notifier, selected, number, *filter);
    ends_.push_back(records_.size());
    rows_.resize(rows_.size() + state_->shape.words);
    state_->shape.write(notifier, selected, rows_.data() + (rows_.size() - state_->shape.words));
    hashes_.push_back(id_hash);
    return {};
  }
  void end_app(const App& app);
  NOTIFIER_NOINLINE void add_user(const User& user) {
    users_.push_back({state_->short_hash(user.id), UserBlock::make(user, state_->next_sequence_++)});
  }

  NOTIFIER_NOINLINE std::shared_ptr<const State> finish() {
    state_->apps_ = decltype(State::apps_)::build(std::move(apps_));
    state_->names_ = decltype(State::names_)::build(std::move(names_));
    state_->projects_ = decltype(State::projects_)::build(std::move(projects_));
    state_->notifiers_ = decltype(State::notifiers_)::build(std::move(notifiers_));
    state_->users_ = decltype(State::users_)::build(std::move(users_));
    return std::move(state_);
  }

 private:
  using HashEntry = HashIndex<std::uint32_t>::Entry;

  std::shared_ptr<State> state_;
  std::vector<HashIndex<Ref<const AppBlock>>::Entry> apps_;
  std::vector<HashEntry> names_, projects_, notifiers_;
  std::vector<HashIndex<Ref<const UserBlock>>::Entry> users_;
  // of the app at hand
  std::string language_;
  Buffer records_;
  std::vector<std::size_t> ends_;
  std::vector<std::uint64_t> rows_;
  std::vector<std::uint64_t> hashes_;
  std::vector<RowItem> items_;
};

NOTIFIER_NOINLINE inline void StateBuilder::end_app(const App& app) {
  const std::size_t words = state_->shape.words;
  const std::uint32_t app_hash = state_->short_hash(app.id);
  items_.clear();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    items_.push_back({rows_.data() + i * words, records_.data() + begin, ends_[i] - begin, State::tag(hashes_[i])});
    notifiers_.push_back({State::shorten(hashes_[i]), app_hash});
    begin = ends_[i];
  }
  apps_.push_back({app_hash, AppBlock::make(app, state_->next_sequence_++, items_, words)});
  names_.push_back({state_->short_hash(app.name), app_hash});
  if (!app.project_id.empty()) projects_.push_back({state_->short_hash(app.project_id), app_hash});
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
