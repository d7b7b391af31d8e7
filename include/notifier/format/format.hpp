// What each platform gets to see of a Message. One file per platform; all limits of the platforms are kept for any
// input. A webhook's body is the event itself.

#pragma once

#include "notifier/format/email.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/format/rocket_chat.hpp"
#include "notifier/format/slack.hpp"
#include "notifier/format/webhook.hpp"
