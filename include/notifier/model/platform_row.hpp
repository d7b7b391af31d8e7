// The shape of what is known of a platform. The rows themselves are in platform/, one file a platform; whatever differs
// from platform to platform is read from them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/model/header_view.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/verdict.hpp"
#include "notifier/range.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How a delivery travels.
enum class Transport : std::uint8_t {
  http,  ///< a request
  smtp,  ///< a mail to the users and addresses of two fields
};

/// Where something stands in a request.
enum class Place : std::uint8_t {
  none,
  url,     ///< where PlatformRow::url names it, as it is, without slashes at its end
  path,    ///< where PlatformRow::url names it, percent-encoded
  query,   ///< as a parameter
  header,  ///< as a header
  body,    ///< as a member of the JSON object, before all others
  method,  ///< as the method
  whole,   ///< as the template of all the body
  slot,    ///< where the templates of a host's row name it
};

/// A member of a platform's `type_data`: what may stand in it, who may see it, and where it goes in a request.
struct PlatformField {
  enum class Kind : std::uint8_t {
    url,              ///< one http or https URL
    text,             ///< one line of UTF-8
    token,            ///< visible ASCII without spaces
    choice,           ///< one word of `choices`
    number,           ///< an integer
    users,            ///< ids of users
    addresses,        ///< email addresses
    signing_secrets,  ///< one or several, as standardwebhooks.com writes them
    headers,          ///< names and values of headers, in turn
    json,             ///< a template of JSON; kept as its text
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
  std::string_view refusal = {};        ///< why nothing may stand there
  Place in = Place::none;               ///< of the first field of a platform without a PlatformRow::url: all of the URL
  std::string_view name = {};           ///< of the parameter, header or member; empty: the key
  std::string_view before = {};         ///< what a header's value begins with, as "Bearer "
  std::string_view choices = {};        ///< with a space between them
  std::string_view fallback = {};       ///< what counts where nothing is given
  std::string_view refused_hosts = {};  ///< of a URL, those below them included, with a space between them
  std::string_view refusal_of_hosts = {};  ///< what is said of such a URL
  std::string_view spellings = {};         ///< what stands in a request for each of `choices`; empty: these themselves

  /// Its key in `type_data`.
  constexpr std::string_view key() const noexcept {
    constexpr std::size_t prefix = std::string_view("type_data.").size();
    return {path.data() + prefix, path.size() - prefix};
  }
  constexpr std::string_view name_in_request() const noexcept { return name.empty() ? key() : name; }
  /// What stands in a request for a value.
  constexpr std::string_view spelling_of(std::string_view value) const noexcept {
    std::string_view words = choices;
    for (std::string_view rest = spellings; !rest.empty();) {
      const std::string_view word = words.substr(0, words.find(' '));
      const std::string_view spelling = rest.substr(0, rest.find(' '));
      if (word == value) return spelling;
      words.remove_prefix(word.size() + (word.size() < words.size()));
      rest.remove_prefix(spelling.size() + (spelling.size() < rest.size()));
    }
    return value;
  }
  /// Whether it is kept as texts, else as a text.
  constexpr bool is_list() const noexcept {
    return kind == Kind::users || kind == Kind::addresses || kind == Kind::signing_secrets || kind == Kind::headers;
  }
  constexpr bool is_kept() const noexcept { return kind != Kind::refused; }
  /// Whether answers show it also where it is empty.
  constexpr bool is_always_shown() const noexcept {
    return is_required || kind == Kind::users || kind == Kind::addresses;
  }
};

/// A reply that says more than its status. The first that fits counts.
struct KnownReply {
  std::string_view text;  ///< empty: the status says it
  Verdict::Action action = Verdict::Action::fail;
  std::string_view reason;       ///< one sentence without a final full stop
  bool is_whole = true;          ///< the body is the text, but for white space around it; else the body holds it
  std::string_view member = {};  ///< of the JSON in the body, whose text `text` is; as for ReplyRules
  int status = 0;                ///< what the status has to be; 0: any
};

/// What a platform's replies mean beyond the status. Empty parts ask for nothing. A member of the JSON in a body is
/// named by its path, as "parameters.retry_after".
struct ReplyRules {
  std::string_view success_body;           ///< what the body of a success is, but for white space around it
  std::string_view success_member;         ///< what has to be `success_text` in the JSON of a success
  std::string_view unlike_success;         ///< the reason where neither is there in spite of the status
  std::string_view denied_success;         ///< the reason where the member is something else in spite of the status
  Range<KnownReply> replies;               ///< the first that fits counts
  std::string_view success_text = "true";  ///< of the member: "true", a number or a word
  std::string_view retry_after = {};       ///< the member that says how long to wait, beside the header
  bool retry_after_is_ms = false;          ///< in milliseconds, else in seconds
  std::string_view taken = {};             ///< the reason of a success that does not say the message is there
  std::string_view receipt = {};           ///< the member of a success that names the message; Verdict::receipt
  std::string_view receipt_behind = {};    ///< where that is a path: what stands before the message's own name
  bool success_is_text = false;            ///< `success_text` is a string; else a number or a boolean
  Range<int> success_statuses = {};        ///< of those that are successes; none: all are
};

/// A limit that a platform sets, which its writer keeps for every message.
struct PayloadLimit {
  enum class Unit : std::uint8_t { bytes, code_points, utf16, elements };

  /// The path of texts or arrays in the JSON of the body, where "[]" stands for each element, as "embeds[].title"; of a
  /// mail, "line" for each line. Empty: the whole body.
  std::string_view part;
  std::size_t amount = 0;
  Unit unit = Unit::code_points;
};

/// Most fields of a platform.
inline constexpr std::size_t max_platform_fields = 12;
/// Most headers that every request of a platform has.
inline constexpr std::size_t max_platform_headers = 10;

/// What is known of a platform. Static.
struct PlatformRow {
  Platform platform = Platform::webhook;
  std::string_view id;    ///< 24 hex digits
  std::string_view name;  ///< also its notifiers' `type`
  std::string_view display_name;
  std::string_view description;

  /// In the order that answers show them. For SMTP the first are the users and the addresses.
  Range<PlatformField> fields;

  Transport transport = Transport::http;
  bool sends_event = false;  ///< the event itself, byte for byte: nothing is written for it
  std::string_view method = "POST";
  /// What is sent to, where fields stand as "{key}" and the delivery's key as "{idempotency_key}". Empty: the first
  /// field.
  std::string_view url;
  /// What is sent to instead where a message is news: no trouble, nor the end of an alert. The delivery's key is not in
  /// such a request. Empty: `url`.
  std::string_view news_url;
  /// Hosts, with a space between them, that take no notice of members of the body which are the notifier's own: none is
  /// sent there.
  std::string_view deaf_hosts;
  std::string_view query;      ///< parameters that every request has
  Range<HeaderView> headers;   ///< that every request has; at most max_platform_headers
  Place key_in = Place::none;  ///< where the delivery's key stands in a request,
  std::string_view key_name;   ///< under which name
  /// An alert and its end have one key, which stands in place of the delivery's: the end resolves what that began.
  bool resolves = false;
  /// What a request that is about an alert has more, so that the alert and its end are one thread: a parameter, and a
  /// member of a member of the body, as "thread.threadKey", that is the key which both have.
  std::string_view thread_query;
  std::string_view thread_member;

  /// Keys of the fields that together say who is sent to, whatever the URL. None: the URL does.
  Range<std::string_view> target;
  TargetLimits target_limits;

  /// How many fields of a message its writer shows, with links of a usual length: a digest names no more events, and
  /// says how many more there were.
  std::size_t most_fields = 20;

  /// In values of headers fields stand as "{key}", too.
  bool has_header_slots = false;

  /// Whether each request is made of more than the first field and what all have in common.
  constexpr bool builds_requests() const noexcept {
    return !url.empty() || !query.empty() || key_in == Place::query || key_in == Place::body || !target.empty() ||
           has_header_slots;
  }
};

/// The name that version 1.0 gave it.
using PlatformInfo = PlatformRow;

NOTIFIER_NAMESPACE_END
