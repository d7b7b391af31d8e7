// What a notifier would be sent, stored or not: the part of RouterEngine that renders previews.

#pragma once

#include <string_view>
#include <utility>

#include "notifier/routing/engine.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline Result<void> RouterEngine::draft(const Notifier& notifier, const State& state) {
  if (notifier.id.size() > NOTIFIER_MAX_ID_BYTES) {
    return invalid("notifier", "id", too_long(NOTIFIER_MAX_ID_BYTES), "too_long");
  }
  preview_.clear();
  Notifier named = notifier;
  if (named.id.empty()) named.id = "preview";
  Record::append(preview_, named, {}, Voices::none);
  preview_app_id_ = notifier.app_id;
  const AppBlock* const app = state.find_app_by_id(preview_app_id_);
  rendering_.unregistered = Voice::of(named, app != nullptr ? app->language() : std::string_view());
  return {};
}

inline Result<DeliveryView> RouterEngine::preview(const Notifier& notifier, std::string_view event_json) {
  if (auto error = read(event_json, document_, event_)) return *std::move(error);
  const State& state = refresh();
  if (auto drafted = draft(notifier, state); !drafted) return std::move(drafted).error();
  Audience audience;
  audience.app_ids.push_back(preview_app_id_);
  if (event_.app_name.empty()) event_.app_name = name_app(state, event_, audience);
  rendering_.begin(event_, state, ++rendered_);
  return renderer_.render(rendering_, Record(preview_.data()), preview_app_id_, state.find_app_by_id(preview_app_id_));
}

inline Result<DeliveryView> RouterEngine::preview(const Notifier& notifier, const Digest& digest,
                                                  std::string_view key) {
  const State& state = refresh();
  if (auto drafted = draft(notifier, state); !drafted) return std::move(drafted).error();
  const AppBlock* const app = state.find_app_by_id(preview_app_id_);
  const Record record(preview_.data());
  begin(digest, key, state, app, record);
  return renderer_.render(rendering_, record, preview_app_id_, app);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
