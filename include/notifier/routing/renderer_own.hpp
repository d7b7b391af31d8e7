// What a Renderer makes for platforms of hosts' own.

#pragma once

#include <string_view>

#include "notifier/message/body_template.hpp"
#include "notifier/routing/renderer.hpp"
#include "notifier/vocabulary/own_platforms.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The body of a platform of a host's own: what names something of the notifier's is made for it alone.
NOTIFIER_NOINLINE inline void Renderer::render_own(Rendering& rendering, Record record) {
  const OwnPlatform& own = OwnPlatforms::at(record.platform());
  if (own.is_body_shared()) {
    const Rendering::Payload& shared = prepare(rendering, record.voice());
    view_.body = shared.body.view();
    view_.truncations = shared.cut;
    return;
  }
  const auto find = [this](std::string_view key) { return request_.field_text(key); };
  const BodyTemplate::FieldText fields(find);
  const Language* const language = rendering.language(record.voice());
  const Message& message = rendering.described(options_, language);
  own_body_.clear();
  own_cut_.clear();
  BodyTemplate::of(own)->write(*rendering.event, message, *rendering.state->vocabulary, language, rendering.scratch,
                               own_body_, own_cut_, &fields);
  if (message.refused_link() + message.left_out() != 0) tell_left_out(message, own_cut_);
  view_.rest_id = 0;
  view_.truncations = own_cut_;
  view_.body = own_body_.view();
  if (request_.front().size() <= 1) return;
  // Members that are the notifier's own stand before all others.
  const std::string_view rest = own_body_.view().substr(1);
  own_front_.clear();
  own_front_.append(request_.front().substr(0, request_.front().size() - (rest == "}")));
  own_front_.append(rest);
  view_.body = own_front_.view();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
