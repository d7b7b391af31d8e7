// What becomes of a registry's notifiers where another vocabulary is put in place of theirs.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/message/body_template.hpp"
#include "notifier/registry/moved_platforms.hpp"
#include "notifier/registry/settings_links.hpp"
#include "notifier/registry/state_builder.hpp"
#include "notifier/registry/voice.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Where the event types of one vocabulary are in another, by their ids.
class MovedTypes {
 public:
  MovedTypes(const Vocabulary& from, const Vocabulary& to);

  /// Every notifier's row stays as it is.
  bool is_unmoved() const noexcept { return is_unmoved_; }

  /// What these bits become, which are of types that are there.
  void move(std::vector<EventBit>& bits) const {
    for (EventBit& bit : bits) bit = bits_[bit];
  }

  /// A problem for each type that is gone and selected: it names who selects it first.
  void check_in_use(const State& state, Problems& problems) const;

 private:
  static constexpr EventBit gone = 0xFFFFFFFF;

  const Vocabulary& from_;
  std::vector<EventBit> bits_;  // of each type of `from`
  bool is_unmoved_ = true;
};

NOTIFIER_NOINLINE inline MovedTypes::MovedTypes(const Vocabulary& from, const Vocabulary& to) : from_(from) {
  is_unmoved_ = from.bit_count() == to.bit_count() && from.alert_bit() == to.alert_bit();
  bits_.reserve(from.event_types().size());
  for (const EventType& type : from.event_types()) {
    const EventType* const found = to.find_event_type_by_id(type.id);
    is_unmoved_ = is_unmoved_ && found != nullptr && to.bit_of(*found) == bits_.size();
    bits_.push_back(found != nullptr ? to.bit_of(*found) : gone);
  }
}

NOTIFIER_NOINLINE inline void MovedTypes::check_in_use(const State& state, Problems& problems) const {
  if (std::find(bits_.begin(), bits_.end(), gone) == bits_.end()) return;
  struct Use {
    std::size_t count;
    const AppBlock* app;
    std::string_view first;
  };
  std::vector<Use> uses(bits_.size());
  Notifier notifier;
  std::vector<EventBit> selected;
  for (const AppBlock* const app : state.apps_in_order()) {
    app->for_each_record([&](Record record) {
      record.read(notifier, selected);
      for (const EventBit bit : selected) {
        if (uses[bit].count++ == 0) uses[bit] = {1, app, record.name()};
      }
    });
  }
  for (std::size_t bit = 0; bit < uses.size(); ++bit) {
    const Use& use = uses[bit];
    if (use.count == 0 || bits_[bit] != gone) continue;
    const EventType& type = from_.event_types()[bit];
    std::string text("lack ");
    text.append(detail::quoted(type.name))
        .append(" with the id ")
        .append(detail::quoted(type.id))
        .append(", which the notifier ");
    text.append(detail::quoted(use.first)).append(" of ").append(detail::quoted(use.app->name()));
    if (use.count > 1)
      text.append(" and ").append(decimal(use.count - 1)).append(use.count == 2 ? " other" : " others");
    problems.add("event_types", text.append(use.count == 1 ? " selects" : " select"), "in_use");
  }
}

/// A problem for each body of notifiers that names words which the vocabulary lacks, or its secrets.
NOTIFIER_NOINLINE inline void check_bodies(const Voices& voices, const Vocabulary& vocabulary, Problems& problems) {
  for (std::size_t number = 0; number < voices.end(); ++number) {
    const Voice& voice = voices[static_cast<std::uint16_t>(number)];
    const std::shared_ptr<const BodyTemplate>& body = voice.body;
    std::string fault;
    if (!body || is_own(voice.platform) || BodyTemplate::compile(body->json(), &vocabulary, fault) != nullptr) continue;
    problems.add("words", detail::joined("do not fit a webhook's body, ", fault), "in_use");
  }
}

/// A problem where notifiers or apps ask for a language that the vocabulary lacks, or the settings do.
/// @param counts_settings  another server's change is followed whatever this one's settings are: they are in English
NOTIFIER_NOINLINE inline void check_languages(const State& state, const Vocabulary& vocabulary, bool counts_settings,
                                              Problems& problems) {
  const auto check = [&](std::string_view language) {
    if (language.empty() || language == english || vocabulary.state().find_language(language) != nullptr) return;
    if (problems.has("languages")) return;
    problems.add("languages", joined("lack ", quoted(language), ", which is asked for"), "in_use");
  };
  for (std::size_t number = 0; number < state.voices().end(); ++number) {
    check(state.voices()[static_cast<std::uint16_t>(number)].language);
  }
  for (const AppBlock* const app : state.apps_in_order()) check(app->language());
  if (counts_settings) check(state.settings->language);
}

/// Puts another vocabulary in a state that is not published, whose notifiers are kept anew where event types have other
/// places in it, and the settings' links are read anew. If it fails, the state is of no use.
/// @param counts_settings  see check_languages()
NOTIFIER_NOINLINE inline Result<void> put_vocabulary(std::shared_ptr<const Vocabulary> vocabulary, bool counts_settings,
                                                     State& next) {
  const MovedTypes moved(*next.vocabulary, *vocabulary);
  Problems problems;
  moved.check_in_use(next, problems);
  check_bodies(next.voices(), *vocabulary, problems);
  check_languages(next, *vocabulary, counts_settings, problems);
  MovedPlatforms platforms(*next.vocabulary, *vocabulary);
  platforms.check(next, problems);
  auto pages = compile_links(next.settings->links, vocabulary->state(), problems);
  if (!problems.empty()) return std::move(problems).to_error("vocabulary");
  number_platforms(*vocabulary, &problems);
  if (!problems.empty()) return std::move(problems).to_error("vocabulary");
  next.pages = std::move(pages);
  if (moved.is_unmoved() && platforms.is_unmoved()) {
    next.vocabulary = std::move(vocabulary);
    return {};
  }
  StateBuilder builder(std::move(vocabulary), 0);
  builder.state().hash = next.hash;
  builder.state().settings = next.settings;
  builder.state().pages = next.pages;
  builder.reserve(next.app_count(), next.notifier_count());
  Notifier notifier;
  std::vector<EventBit> selected;
  Result<void> result;
  for (const AppBlock* const app : next.apps_in_order()) {
    const App whole = app->app();
    builder.begin_app(whole);
    app->for_each_record([&](Record record) {
      next.read(*app, record, notifier);
      record.read(notifier, selected);
      platforms.move(notifier);
      moved.move(selected);
      if (result) result = builder.add(notifier, selected, next.hash(notifier.id));
    });
    if (!result) return result;
    builder.end_app(whole);
  }
  for (const UserBlock* const user : next.users_in_order()) builder.add_user(user->user());
  next = *builder.finish();
  return {};
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
