#pragma once

#include <string_view>

#include "notifier/message/message.hpp"
#include "notifier/model/event.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Says in plain words what an event tells: title, one sentence, severity, fields, link, time, actor.
///
/// Every built-in kind has its own wording. Any other is told in the words that a host's vocabulary has for it; what
/// they leave out, by what the event says of itself, in `type_data` or in its envelope: `severity` or `level`, `title`,
/// `message`, `text`, `summary` or `description`, `url` or `link`; else by the display name and the description of the
/// event type that the vocabulary selects it by, or its own name. Its data is told in fields, lists and objects one
/// level deep; what is not, Message::left_out() counts. Missing, null and wrongly typed data are survived: what is not
/// known is left out. Values of variables, notifier URLs, log drain URLs, tokens and voucher codes are never used; of
/// an unknown kind, nothing whose name looks like a secret.
///
/// @param event      see Event::read.
/// @param link_base  absolute URL of the host's dashboard without a final slash, or empty; an event of an app that has
///                   no link of its own then gets `<link_base>/apps/<app name>`.
/// @param out        cleared first; allocates nothing once it has grown to size.
/// @param vocabulary  knows a host's own event types.
/// @param language    the tag of one of the vocabulary's languages; any other: English
void describe(const Event& event, std::string_view link_base, Message& out,
              const Vocabulary& vocabulary = *Vocabulary::standard(), std::string_view language = {});

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/message/composer.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE void describe(const Event& event, std::string_view link_base, Message& out,
                              const Vocabulary& vocabulary, std::string_view language) {
  out.clear();
  detail::Composer(event, out, vocabulary, vocabulary.state().find_language(language)).compose(link_base, nullptr);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
