// The shape of what is known of a platform. The rows themselves are in platform/, one file a platform; whatever differs
// from platform to platform is read from them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/model/platform.hpp"
#include "notifier/model/verdict.hpp"
#include "notifier/range.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How a delivery travels.
enum class Transport : std::uint8_t {
  http,  ///< a request to the URL of a field
  smtp,  ///< a mail to the users and addresses of two fields
};

/// A member of a platform's `type_data`: what may stand in it, and who may see it.
struct PlatformField {
  enum class Kind : std::uint8_t {
    url,              ///< one http or https URL, which is sent to
    users,            ///< ids of users
    addresses,        ///< email addresses
    signing_secrets,  ///< one or several, as standardwebhooks.com writes them
    refused,          ///< nothing: another platform's secret, which must not be taken for an unknown key, as these are
                      ///< shown
  };
  enum class Visibility : std::uint8_t {
    open,        ///< whoever sees the notifier, or hears of its changes
    secret,      ///< whoever may read the notifier; previews mask it, events and errors are silent about it
    write_only,  ///< nobody: only a store gets it
  };

  std::string_view path;  ///< "type_data." and the key
  Kind kind = Kind::refused;
  Visibility visibility = Visibility::open;
  bool is_required = false;
  std::string_view refusal = {};  ///< why nothing may stand there

  /// Its key in `type_data`.
  constexpr std::string_view key() const noexcept {
    constexpr std::size_t prefix = std::string_view("type_data.").size();
    return {path.data() + prefix, path.size() - prefix};
  }
  /// Whether it is kept as texts, else as a text.
  constexpr bool is_list() const noexcept {
    return kind == Kind::users || kind == Kind::addresses || kind == Kind::signing_secrets;
  }
  constexpr bool is_kept() const noexcept { return kind != Kind::refused; }
};

/// A reply that says more than its status.
struct KnownReply {
  std::string_view text;
  Verdict::Action action = Verdict::Action::fail;
  std::string_view reason;  ///< one sentence without a final full stop
  bool is_whole = true;     ///< the body is the text, but for white space around it; else the body holds it
};

/// What a platform's replies mean beyond the status. Empty parts ask for nothing.
struct ReplyRules {
  std::string_view success_body;    ///< what the body of a success is, but for white space around it
  std::string_view success_member;  ///< what is true in the JSON of a success
  std::string_view unlike_success;  ///< the reason where neither is there in spite of the status
  std::string_view denied_success;  ///< the reason where the member is false in spite of the status
  Range<KnownReply> replies;        ///< the first that fits counts
};

/// What is known of a platform. Static.
struct PlatformRow {
  Platform platform = Platform::webhook;
  std::string_view id;    ///< 24 hex digits
  std::string_view name;  ///< also its notifiers' `type`
  std::string_view display_name;
  std::string_view description;
  std::string_view logo_url;

  /// In the order that answers show them. For HTTP the first is the URL, for SMTP the users and the addresses are.
  Range<PlatformField> fields;

  Transport transport = Transport::http;
  std::string_view idempotency_header;  ///< the header that carries a delivery's key; empty: none does
  bool sends_event = false;             ///< the event itself, byte for byte: nothing is written for it
};

/// The name that version 1.0 gave it.
using PlatformInfo = PlatformRow;

NOTIFIER_NAMESPACE_END
