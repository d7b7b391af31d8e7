#pragma once

#include <string_view>

#include "notifier/message/composer.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/event.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Says in plain words what an event tells: title, one sentence, severity, fields, link, time, actor.
///
/// Every kind of the catalogue has its own wording; any other is described generically by its name and scalar data.
/// Missing, null and wrongly typed data are survived: what is not known is left out. Values of variables, notifier
/// URLs, log drain URLs, tokens and voucher codes are never used; of an unknown kind, nothing whose name looks like a
/// secret.
///
/// @param event      see Event::read.
/// @param link_base  absolute URL of the host's dashboard without a final slash, or empty; an event of an app that has
///                   no link of its own then gets `<link_base>/apps/<app name>`.
/// @param out        cleared first; allocates nothing once it has grown to size.
void describe(const Event& event, std::string_view link_base, Message& out);

// ---- implementation -------------------------------------------------------------------------------------------------

inline void describe(const Event& event, std::string_view link_base, Message& out) {
  out.clear();
  detail::Composer(event, out).compose(link_base);
}

NOTIFIER_NAMESPACE_END
