#pragma once

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Numbers that are part of a function's name.
template <unsigned long long... values>
struct Numbers {};

/// The limits of config.hpp. A compiled library with others than a source that uses it is not linked with it.
using Limits = Numbers<NOTIFIER_MAX_EVENT_BYTES, NOTIFIER_MAX_BODY_BYTES, NOTIFIER_MAX_SNAPSHOT_BYTES,
                       NOTIFIER_MAX_DEPTH, NOTIFIER_MAX_NAME_BYTES, NOTIFIER_MAX_ID_BYTES, NOTIFIER_MAX_URL_BYTES,
                       NOTIFIER_MAX_REPLY_BYTES, NOTIFIER_MAX_SELECTED_EVENTS, NOTIFIER_MAX_RECIPIENTS,
                       NOTIFIER_MAX_SIGNING_SECRETS, NOTIFIER_MAX_TYPE_DATA_BYTES, NOTIFIER_ROCKET_CHAT_MAX_MESSAGE>;

}  // namespace detail
NOTIFIER_NAMESPACE_END
