// What came of an attempt: judged by what the target answered, or by how it failed to.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/delivery/classify_retry_after.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/platform.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What is to be done after an attempt, and why.
struct Verdict {
  enum class Action : std::uint8_t {
    delivered,  ///< it has arrived
    retry,      ///< try again later, by the schedule
    throttle,   ///< try again later, and send this target nothing else until then
    disable,    ///< never again, nor anything else: the target is gone. The notifier is to be switched off
    fail,       ///< never again: this delivery will not be taken
    postpone,   ///< no attempt was made: the machine here lacks what it takes. Soon again, and nothing counts
  };

  Action action = Action::fail;
  int status = 0;  ///< the HTTP status or SMTP code; 0 where none came
  std::string_view
      reason;  ///< one static English sentence without a final full stop; nothing of the request or the reply
  std::optional<std::int64_t>
      retry_after_ms;  ///< how long the target asks to wait, at most a year; not capped by policy yet
};

/// What became of a mail's recipients in one attempt: each has a reply of its own (RFC 5321 section 3.3). Empty where
/// it became the same of all.
struct MailRecipients {
  std::vector<std::string> remaining;  ///< refused for now: with a verdict of `retry`, only they are tried again
  std::vector<std::string> refused;    ///< refused for good
  bool some_accepted = false;          ///< others got it
};

/// The action's name: "delivered", "retry", "throttle", "disable", "fail", "postpone".
constexpr std::string_view to_string(Verdict::Action action) noexcept;

/// A complete HTTP reply, or as much of it as was read. Borrows everything; nothing of it is trusted.
struct HttpReply {
  int status = 0;
  const HeaderView* headers = nullptr;  ///< names in any case
  std::size_t header_count = 0;
  std::string_view body;  ///< only the first NOTIFIER_MAX_REPLY_BYTES are looked at
};

/// Why there is no reply at all.
enum class TransportFailure : std::uint8_t {
  unresolved,  ///< the name has no address
  refused,     ///< no connection could be made
  tls,         ///< the certificate is not valid for the name, or no cipher fits
  timeout,     ///< too slow to connect or to answer
  broken,      ///< the connection was lost, or what came is not the protocol
  blocked,     ///< the address guard forbids the target
  local,       ///< no descriptor, port or memory is left here: nothing was sent, and the target has no part in it
};

/// Judges an HTTP reply by the rules of the platform.
///
/// A redirect is a failure: following it would lead around the address guard. Server errors are worth another attempt,
/// other refusals are not. Slack says "ok" in the body (https://api.slack.com/messaging/webhooks#handling_errors) and
/// Rocket.Chat `"success":true`; a 200 without that is no success.
///
/// @param now  what a Retry-After with a date is counted from, unless the reply has a valid Date of its own.
Verdict classify(Platform platform, const HttpReply& reply, Timestamp now);

/// Judges an SMTP reply (RFC 5321 section 4.2.1): the last one the server gave, whatever command it answers.
///
/// @param code  three digits
/// @param text  the reply's text, with its enhanced status code (RFC 3463) if it has one; only its beginning is looked
/// at.
Verdict classify_smtp(int code, std::string_view text) noexcept;

/// Judges an attempt that brought no reply.
Verdict classify(TransportFailure failure) noexcept;

// ---- implementation -------------------------------------------------------------------------------------------------

constexpr std::string_view to_string(Verdict::Action action) noexcept {
  switch (action) {
    case Verdict::Action::delivered: return "delivered";
    case Verdict::Action::retry: return "retry";
    case Verdict::Action::throttle: return "throttle";
    case Verdict::Action::disable: return "disable";
    case Verdict::Action::fail: return "fail";
    case Verdict::Action::postpone: return "postpone";
  }
  return "unknown";
}

namespace detail::net {

using Action = Verdict::Action;

constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// The value of the first header of that name which `read` makes something of.
template <class Read>
auto find_header(const HttpReply& reply, std::string_view lower_name, Read read) -> decltype(read(std::string_view())) {
  for (std::size_t i = 0; i < reply.header_count; ++i) {
    if (!equals_lower(reply.headers[i].name, lower_name)) continue;
    if (auto value = read(trimmed(reply.headers[i].value))) return value;
  }
  return std::nullopt;
}

inline std::optional<std::int64_t> retry_after(const HttpReply& reply, Timestamp now) {
  const auto date = find_header(reply, "date", [&](std::string_view value) { return parse_http_date(value, now); });
  return find_header(reply, "retry-after",
                     [&](std::string_view value) { return parse_retry_after(value, date.value_or(now)); });
}

struct KnownError {
  std::string_view text;
  Action action;
  std::string_view reason;
};

// What a Slack webhook says in its body, whatever the status.
inline constexpr KnownError slack_errors[] = {
    {"no_service", Action::disable, "Slack: this webhook was removed or disabled (no_service)"},
    {"no_service_id", Action::disable, "Slack: this webhook does not exist (no_service_id)"},
    {"no_active_hooks", Action::disable, "Slack: this webhook is disabled (no_active_hooks)"},
    {"no_team", Action::disable, "Slack: the workspace does not exist (no_team)"},
    {"team_disabled", Action::disable, "Slack: the workspace is disabled (team_disabled)"},
    {"invalid_token", Action::disable, "Slack: the webhook's token is not valid (invalid_token)"},
    {"channel_not_found", Action::disable, "Slack: the channel does not exist (channel_not_found)"},
    {"channel_is_archived", Action::disable, "Slack: the channel is archived (channel_is_archived)"},
    {"user_not_found", Action::disable, "Slack: the user does not exist (user_not_found)"},
    {"action_prohibited", Action::fail, "Slack: an administrator forbids it (action_prohibited)"},
    {"posting_to_general_channel_denied", Action::fail, "Slack: posting to this channel is not allowed"},
    {"invalid_payload", Action::fail, "Slack: the message was not understood (invalid_payload)"},
    {"invalid_blocks", Action::fail, "Slack: the message was not understood (invalid_blocks)"},
    {"no_text", Action::fail, "Slack: the message has no text (no_text)"},
    {"too_many_attachments", Action::fail, "Slack: the message has too many attachments (too_many_attachments)"},
    {"rollup_error", Action::retry, "Slack: something went wrong there (rollup_error)"},
};

inline Verdict classify_status(const HttpReply& reply, Timestamp now) {
  const int status = reply.status;
  const auto make = [&](Action action, std::string_view reason) {
    return Verdict{action, status, reason, std::nullopt};
  };
  if (status >= 200 && status <= 299) return make(Action::delivered, "the target took it");
  if (status >= 300 && status <= 399) return make(Action::fail, "the target redirects, which is not followed");
  if (status == 410) return make(Action::disable, "the target is gone for good");
  if (status == 429) {
    return {Action::throttle, status, "the target asks to send less often", retry_after(reply, now)};
  }
  if (status == 408 || status == 425)
    return {Action::retry, status, "the target asks to try again", retry_after(reply, now)};
  if (status >= 400 && status <= 499) return make(Action::fail, "the target refuses it");
  if (status >= 500 && status <= 599) {
    const auto wait = retry_after(reply, now);
    return {status == 503 && wait ? Action::throttle : Action::retry, status, "the target has a fault of its own",
            wait};
  }
  return make(Action::retry, "the target's answer has no valid status");
}

inline Verdict classify_slack(const HttpReply& reply, Timestamp now) {
  const Verdict verdict = classify_status(reply, now);
  const std::string_view body = trimmed(reply.body);
  if (verdict.action == Action::throttle || (verdict.action == Action::delivered && body == "ok")) return verdict;
  for (const KnownError& error : slack_errors) {
    if (body == error.text) return {error.action, reply.status, error.reason, verdict.retry_after_ms};
  }
  if (verdict.action != Action::delivered) return verdict;
  return {Action::fail, reply.status, "the target answered success, but not the \"ok\" that Slack says", std::nullopt};
}

inline Verdict classify_rocket_chat(const HttpReply& reply, Timestamp now) {
  const Verdict verdict = classify_status(reply, now);
  std::string_view reason = "the target answered success, but not the \"success\":true that Rocket.Chat says";
  if (verdict.action == Action::delivered) {
    json::Document document;
    const auto root = document.parse(reply.body, NOTIFIER_MAX_REPLY_BYTES);
    const json::View success = root ? (*root)["success"] : json::View();
    if (success.boolean()) return verdict;
    if (success.kind() == json::Kind::boolean)
      reason = "the target refuses it (\"success\":false in an answer of success)";
  }
  // Older servers report their rate limit as 400, or inside a 200.
  if (reply.body.find("error-too-many-requests") != std::string_view::npos) {
    return {Action::throttle, reply.status, "the target asks to send less often", retry_after(reply, now)};
  }
  if (verdict.action != Action::delivered) return verdict;
  return {Action::fail, reply.status, reason, std::nullopt};
}

}  // namespace detail::net

inline Verdict classify(Platform platform, const HttpReply& original, Timestamp now) {
  HttpReply reply = original;
  reply.body = reply.body.substr(0, NOTIFIER_MAX_REPLY_BYTES);
  // The body of a redirect need not be the platform's.
  if (reply.status >= 300 && reply.status <= 399) return detail::net::classify_status(reply, now);
  switch (platform) {
    case Platform::slack: return detail::net::classify_slack(reply, now);
    case Platform::rocket_chat: return detail::net::classify_rocket_chat(reply, now);
    default: return detail::net::classify_status(reply, now);
  }
}

inline Verdict classify_smtp(int code, std::string_view text) noexcept {
  using detail::net::Action;
  const auto make = [&](Action action, std::string_view reason) { return Verdict{action, code, reason, std::nullopt}; };
  const auto enhanced = [&](std::string_view status) { return text.substr(0, status.size()) == status; };
  if (code >= 200 && code <= 299) return make(Action::delivered, "the mail server took it");
  if (code == 421) return make(Action::retry, "the mail server is closing its connection");
  if (code == 450 || code == 451) {
    return enhanced("4.7.") ? make(Action::retry, "the mail server asks to try again, as greylisting does")
                            : make(Action::retry, "the mailbox is busy");
  }
  if (code == 452) return make(Action::retry, "the mail server has no room");
  if (code >= 400 && code <= 499) return make(Action::retry, "the mail server asks to try again");
  // About the session with our own mail server, not about this mail (RFC 4954 section 6).
  if (code == 530 || code == 534 || code == 535 || code == 538) {
    return make(Action::retry, "the mail server does not accept our login");
  }
  if (code == 552 || enhanced("5.2.2")) return make(Action::fail, "the mailbox is full, or the mail is too big for it");
  if (code == 550 || code == 551 || code == 553 || enhanced("5.1.")) {
    return make(Action::fail, "the mail server does not know or accept an address");
  }
  if (code >= 500 && code <= 599) return make(Action::fail, "the mail server refuses it");
  return make(Action::retry, "the mail server's answer is not SMTP");
}

inline Verdict classify(TransportFailure failure) noexcept {
  using detail::net::Action;
  const auto retry = [](std::string_view reason) { return Verdict{Action::retry, 0, reason, std::nullopt}; };
  switch (failure) {
    case TransportFailure::unresolved: return retry("the target's name has no address");
    case TransportFailure::refused: return retry("no connection to the target");
    case TransportFailure::tls: return retry("no trusted TLS connection to the target");
    case TransportFailure::timeout: return retry("the target did not answer in time");
    case TransportFailure::broken: return retry("the target's connection broke, or it does not speak the protocol");
    case TransportFailure::local:
      return {Action::postpone, 0, "this machine has no descriptor, port or memory left for it", std::nullopt};
    case TransportFailure::blocked: break;
  }
  return {Action::fail, 0, "the target's address is not allowed", std::nullopt};
}

NOTIFIER_NAMESPACE_END
