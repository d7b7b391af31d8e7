// What a relay says in one transaction of mail, and what became of each recipient by that.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/delivery/classify.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::net {

/// What came of one transaction, recipients by their place in the envelope.
struct SmtpOutcome {
  std::size_t taken = 0;               ///< how many recipients the relay took the mail for
  std::vector<std::size_t> remaining;  ///< refused for now, or not answered
  std::vector<std::size_t> refused;    ///< refused for good
  Verdict verdict;                     ///< of those that remain, else of those that were refused, else of the mail
  /// Whether all that remain were refused only because the mail has more recipients than the relay takes at once, or
  /// has room for now (452): another transaction may follow (RFC 5321 section 4.5.3.1.10).
  bool is_to_go_on = false;
  std::string said = {};  ///< the beginning of the reply that the verdict is by, its code first; empty where none came
};

/// The dialogue of one transaction. Commands and replies are told as they pass, so that each reply is known by the
/// command that it answers, also where commands are sent ahead of their replies, and where a connection is used again.
///
/// Recipients are independent (RFC 5321 section 3.3): each is accepted, refused for now (4yz) or refused for good
/// (5yz), and those that are accepted share what becomes of the mail.
class SmtpSession {
 public:
  struct Reply {
    int code = 0;      ///< 0: none came
    std::string text;  ///< the beginning of its last line
    std::string said;  ///< the beginning of all its lines, its code first; empty where a recipient was accepted
  };

  void clear() { *this = {}; }

  /// Takes what was sent: a command at its beginning. What is no command, as an answer to AUTH, counts as one that is
  /// about no mail.
  void command(std::string_view text) {
    const Kind kind = text.substr(0, 5) == "MAIL "                 ? Kind::mail
                      : text.substr(0, 5) == "RCPT "               ? Kind::recipient
                      : is_in_mail_ && text.substr(0, 4) == "DATA" ? Kind::data
                      : text.substr(0, 4) == "QUIT"                ? Kind::quit
                                                                   : Kind::other;
    is_in_mail_ = is_in_mail_ || kind == Kind::mail;
    waiting_.push_back(kind);
  }

  /// Takes a line of a reply; only the last one of each counts, but for what is shown of it.
  void line(std::string_view line) {
    if (line.size() < 3) return;
    Reply reply;
    for (const char c : line.substr(0, 3)) {
      if (c < '0' || c > '9') return;
      reply.code = reply.code * 10 + (c - '0');
    }
    const std::string_view text = line.substr(line.size() > 4 ? 4 : line.size());
    if (lines_.empty()) lines_ = line.substr(0, 3);
    if (lines_.size() < most_said) lines_.append(1, ' ').append(text.substr(0, most_said - lines_.size()));
    if (line.size() > 3 && line[3] == '-') return;
    reply.text = text.substr(0, 16);
    reply.said = std::exchange(lines_, {});
    const Kind kind = answered_ < waiting_.size() ? waiting_[answered_++] : has_begun_ ? Kind::end : Kind::other;
    if (kind == Kind::data && reply.code < 400) {
      has_begun_ = reply.code == 354;
    } else if (kind == Kind::recipient) {
      if (reply.code < 400) reply.said.clear();
      recipients_.push_back(std::move(reply));
    } else if (kind == Kind::data || kind == Kind::end) {
      if (end_.code == 0) end_ = std::move(reply);
    } else if (kind != Kind::quit) {
      refusal_ = reply.code < 400 ? Reply() : std::move(reply);
    }
  }

  /// What came of it.
  /// @param count    how many recipients there were
  /// @param failure  how the transport failed, or nothing
  SmtpOutcome outcome(std::size_t count, std::optional<TransportFailure> failure) const;

 private:
  static constexpr std::size_t most_said = 512;
  enum class Kind : std::uint8_t { other, mail, recipient, data, end, quit };

  static Verdict judge(const Reply& reply) { return classify_smtp(reply.code, reply.text); }

  std::string lines_;          // of a reply that goes on
  std::vector<Kind> waiting_;  // commands in order; those before answered_ have their replies
  std::size_t answered_ = 0;
  bool is_in_mail_ = false;        // MAIL was sent
  bool has_begun_ = false;         // DATA was accepted
  std::vector<Reply> recipients_;  // in order
  Reply end_;                      // to DATA where it was refused, else to the mail itself
  Reply refusal_;                  // of another command, where nothing was accepted since
};

using Action = Verdict::Action;

inline SmtpOutcome SmtpSession::outcome(std::size_t count, std::optional<TransportFailure> failure) const {
  SmtpOutcome outcome;
  const Verdict lost = classify(failure.value_or(TransportFailure::broken));
  const Verdict mail = end_.code != 0 ? judge(end_) : lost;
  std::optional<Verdict> waiting;
  std::optional<Verdict> refused;
  std::string_view waiting_said;
  std::string_view refused_said;
  outcome.is_to_go_on = true;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_answered = i < recipients_.size();
    const Verdict own = is_answered ? judge(recipients_[i]) : refusal_.code != 0 ? judge(refusal_) : lost;
    const bool is_mails = is_answered && own.action == Action::delivered;
    const Verdict verdict = is_mails ? mail : own;
    const std::string_view said = is_mails ? end_.said : is_answered ? recipients_[i].said : refusal_.said;
    if (verdict.action == Action::delivered && is_answered) {
      ++outcome.taken;
    } else if (verdict.action == Action::fail) {
      outcome.refused.push_back(i);
      if (!refused) refused_said = said;
      if (!refused) refused = verdict;
    } else {
      outcome.remaining.push_back(i);
      if (!waiting) waiting_said = said;
      if (!waiting) waiting = verdict;
      if (!is_answered || recipients_[i].code != 452) outcome.is_to_go_on = false;
    }
  }
  outcome.is_to_go_on = outcome.is_to_go_on && !outcome.remaining.empty() && outcome.taken > 0;
  const bool is_refused = outcome.taken == 0 && refused;
  outcome.verdict = waiting ? *waiting : is_refused ? *refused : mail;
  outcome.said = waiting ? waiting_said : is_refused ? refused_said : std::string_view(end_.said);
  return outcome;
}

}  // namespace detail::net
NOTIFIER_NAMESPACE_END
