// What each platform gets to see of a Message. One function per platform; all limits of the platforms are kept for any input.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/delivery/delivery.hpp"
#include "notifier/message/message.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What was cut while a payload was written; reused from event to event.
using Truncations = std::vector<Truncation>;

/// Appends the JSON body of a Slack incoming webhook: `text` (notification and fallback) and one attachment with the severity's
/// colour that holds the blocks.
void format_slack(const Message& message, Buffer& out, Truncations& cut);

/// Appends the JSON body of a Rocket.Chat incoming webhook: `text` and one attachment.
void format_rocket_chat(const Message& message, Buffer& out, Truncations& cut);

/// The part of a mail that depends on the event alone: Subject to the end of the body, formatted once and shared by all
/// recipients' mails.
struct EmailBody {
  Buffer headers;  ///< Subject, Date, MIME-Version, Content-Type, threading: whole lines with CRLF
  Buffer content;  ///< the MIME parts, from the first boundary to the closing one
};
/// @param thread_domain  domain of Message-ID, References and the boundary's owner, as "example.com"
/// @param now            the Date where the event has no time of its own
void format_email_body(const Message& message, std::string_view thread_domain, Timestamp now, EmailBody& out, Truncations& cut);

/// Appends a whole mail: From, To, Message-ID, then the shared part.
/// @param from   what follows `From: `: an address, or a display name and an address in angle brackets; validated at registration
/// @param to     valid addresses
/// @param key    the idempotency key: left part of the Message-ID
void format_email(const EmailBody& body, std::string_view from, const std::string* to, std::size_t to_count, std::string_view key,
                  std::string_view domain, Buffer& out);

NOTIFIER_NAMESPACE_END
