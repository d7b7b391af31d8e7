// Many events told with one message: the part of RouterEngine that renders a digest.

#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/json/writer.hpp"
#include "notifier/message/digest.hpp"
#include "notifier/registry/plan_errors.hpp"
#include "notifier/routing/engine.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline void RouterEngine::begin(const Digest& digest, std::string_view key, const State& state, const AppBlock* app,
                                Record record) {
  digest_.clear();
  json::Writer out(digest_);
  out.object([&] {
    out.key("count");
    out.integer(static_cast<std::int64_t>(digest.count));
    out.key("events");
    out.array([&] {
      for (const DigestItem& item : digest.items) {
        if (!item.event.empty()) out.raw(item.event);
      }
    });
  });
  event_ = Event();
  event_.id = key;
  event_.type = "digest";
  if (app != nullptr) event_.app_id = app->id();
  if (app != nullptr) event_.app_name = app->name();
  event_.body = digest_.view();
  rendering_.begin(event_, state, ++rendered_);
  const Language* const language = rendering_.language(record.voice());
  describe(digest, rendering_.message, row_of(record.platform()).most_fields, *state.vocabulary,
           language == nullptr ? std::string_view() : std::string_view(language->tag));
  rendering_.described_in = language;
  rendering_.is_described = true;
  rendering_.is_digest = true;
}

inline Result<DeliveryView> RouterEngine::digest(std::string_view app_id, std::string_view notifier_id,
                                                 const Digest& digest, std::string_view key) {
  const State& state = refresh();
  const AppBlock* const app = state.find_app_by_id(app_id);
  const AppBlock::Place place = app != nullptr ? state.find_notifier(*app, notifier_id) : AppBlock::Place();
  if (!place.exists) return no_notifier(notifier_id);
  const Record record = app->record(place);
  begin(digest, key, state, app, record);
  return renderer_.render(rendering_, record, app->id(), app);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
