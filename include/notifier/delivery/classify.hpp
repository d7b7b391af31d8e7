// What came of an attempt: judged by what the target answered, or by how it failed to.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/model/header_view.hpp"
#include "notifier/model/mail_recipients.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/model/time.hpp"
#include "notifier/model/verdict.hpp"
#include "notifier/range.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A complete HTTP reply, or as much of it as was read. Borrows everything; nothing of it is trusted.
struct HttpReply {
  int status = 0;
  Range<HeaderView> headers;  ///< names in any case
  std::string_view body;      ///< only the first NOTIFIER_MAX_REPLY_BYTES are looked at
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
/// other refusals are not. What a platform says in the body beyond that is in its row: a 200 without it is no success.
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

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <string>
#include <vector>

#include "notifier/delivery/classify_retry_after.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/table.hpp"

NOTIFIER_NAMESPACE_BEGIN

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
  for (const HeaderView& header : reply.headers) {
    if (!equals_lower(header.name, lower_name)) continue;
    if (auto value = read(trimmed(header.value))) return value;
  }
  return std::nullopt;
}

inline std::optional<std::int64_t> retry_after(const HttpReply& reply, Timestamp now) {
  const auto date = find_header(reply, "date", [&](std::string_view value) { return parse_http_date(value, now); });
  return find_header(reply, "retry-after",
                     [&](std::string_view value) { return parse_retry_after(value, date.value_or(now)); });
}

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

/// The body of a reply, read as JSON when something asks for it.
class ReplyBody {
 public:
  explicit ReplyBody(std::string_view text) noexcept : text_(text) {}

  std::string_view text() const noexcept { return text_; }
  /// @param path  names with dots between them
  json::View member(std::string_view path) {
    if (!is_read_) {
      const auto root = document_.parse(text_, NOTIFIER_MAX_REPLY_BYTES);
      if (root) root_ = *root;
      is_read_ = true;
    }
    json::View view = root_;
    for (std::size_t at = 0; at < path.size();) {
      const std::size_t end = (std::min)(path.find('.', at), path.size());
      view = view[path.substr(at, end - at)];
      at = end + 1;
    }
    return view;
  }

 private:
  std::string_view text_;
  json::Document document_;
  json::View root_;
  bool is_read_ = false;
};

inline bool is_known(const KnownReply& known, int status, ReplyBody& body) {
  if (known.status != 0 && known.status != status) return false;
  if (!known.member.empty()) return body.member(known.member).text() == known.text;
  if (known.text.empty()) return known.status != 0;
  return known.is_whole ? trimmed(body.text()) == known.text : body.text().find(known.text) != std::string_view::npos;
}

/// What a success has of a member's text: a number, a word for a boolean, or any other word.
constexpr json::Kind kind_of_success(std::string_view text) noexcept {
  if (text[0] >= '0' && text[0] <= '9') return json::Kind::number;
  return text == "true" ? json::Kind::boolean : json::Kind::string;
}

/// What speaks against a success that the status tells of; empty where it is one.
inline std::string_view doubt_success(const ReplyRules& rules, int status, ReplyBody& body) {
  const Range<int>& statuses = rules.success_statuses;
  if (!statuses.empty() && std::find(statuses.begin(), statuses.end(), status) == statuses.end())
    return rules.unlike_success;
  if (!rules.success_body.empty() && trimmed(body.text()) != rules.success_body) return rules.unlike_success;
  if (rules.success_member.empty()) return {};
  const json::View success = body.member(rules.success_member);
  const json::Kind kind = rules.success_is_text ? json::Kind::string : kind_of_success(rules.success_text);
  if (success.kind() != kind) return rules.unlike_success;
  return success.text() == rules.success_text ? std::string_view() : rules.denied_success;
}

/// How long the JSON of a reply asks to wait.
inline std::optional<std::int64_t> retry_after(const ReplyRules& rules, ReplyBody& body, Timestamp now) {
  if (rules.retry_after.empty()) return std::nullopt;
  auto wait = parse_retry_after(body.member(rules.retry_after).text(), now);
  if (wait && rules.retry_after_is_ms) wait = (*wait + 999) / 1000;
  return wait;
}

/// What a success calls the message; empty where it is not as it has to be.
inline std::string read_receipt(const ReplyRules& rules, ReplyBody& body) {
  if (rules.receipt.empty()) return {};
  std::string text = body.member(rules.receipt).text();
  if (!rules.receipt_behind.empty()) {
    const std::size_t at = text.find(rules.receipt_behind);
    text.erase(0, at == std::string::npos ? at : at + rules.receipt_behind.size());
  }
  const bool is_visible = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  return is_visible && text.size() <= max_receipt_bytes ? text : std::string();
}

inline Verdict classify_by(const ReplyRules& rules, const HttpReply& reply, Timestamp now) {
  Verdict verdict = classify_status(reply, now);
  // The body of a redirect need not be the platform's.
  if (reply.status >= 300 && reply.status <= 399) return verdict;
  ReplyBody body(reply.body);
  const bool is_success = verdict.action == Action::delivered;
  const std::string_view doubt = is_success ? doubt_success(rules, reply.status, body) : std::string_view();
  if (is_success && doubt.empty()) {
    if (!rules.taken.empty()) verdict.reason = rules.taken;
    verdict.receipt = read_receipt(rules, body);
    return verdict;
  }
  const auto said = retry_after(rules, body, now);
  if (verdict.action == Action::throttle && said) verdict.retry_after_ms = said;
  for (const KnownReply& known : rules.replies) {
    const bool throttles = known.action == Action::throttle;
    if ((verdict.action == Action::throttle && !throttles) || !is_known(known, reply.status, body)) continue;
    const auto wait = throttles && said ? said : throttles ? retry_after(reply, now) : verdict.retry_after_ms;
    return {known.action, reply.status, known.reason, wait};
  }
  return is_success ? Verdict{Action::fail, reply.status, doubt, std::nullopt} : verdict;
}

}  // namespace detail::net

NOTIFIER_INLINE Verdict classify(Platform platform, const HttpReply& original, Timestamp now) {
  HttpReply reply = original;
  reply.body = reply.body.substr(0, NOTIFIER_MAX_REPLY_BYTES);
  return detail::net::classify_by(detail::rules_of(platform_info(platform)), reply, now);
}

NOTIFIER_INLINE Verdict classify_smtp(int code, std::string_view text) noexcept {
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

NOTIFIER_INLINE Verdict classify(TransportFailure failure) noexcept {
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

#endif  // NOTIFIER_BODIES
