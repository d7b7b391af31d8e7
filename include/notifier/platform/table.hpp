// All platforms: the rows of the files beside this one.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/platform/discord.hpp"
#include "notifier/platform/email.hpp"
#include "notifier/platform/google_chat.hpp"
#include "notifier/platform/gotify.hpp"
#include "notifier/platform/matrix.hpp"
#include "notifier/platform/mattermost.hpp"
#include "notifier/platform/microsoft_teams.hpp"
#include "notifier/platform/ntfy.hpp"
#include "notifier/platform/pagerduty.hpp"
#include "notifier/platform/pushover.hpp"
#include "notifier/platform/rocket_chat.hpp"
#include "notifier/platform/slack.hpp"
#include "notifier/platform/telegram.hpp"
#include "notifier/platform/webhook.hpp"
#include "notifier/vocabulary/own_platforms.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The platforms, in the order the public API lists them.
inline constexpr PlatformRow builtin_platforms[platform_count] = {
    rocket_chat_row, webhook_row,  slack_row, email_row,  mattermost_row, discord_row,  microsoft_teams_row,
    google_chat_row, telegram_row, ntfy_row,  gotify_row, matrix_row,     pushover_row, pagerduty_row};

namespace detail {

/// Appends a platform's body of a message. `cut` gets one entry for every part that was cut.
using PayloadWriter = void (*)(const Message& message, Buffer& out, Truncations& cut);

// Beside the rows, not in them: a program that only delivers has no writers in it, and one that only routes no rules.

/// What writes the bodies of their requests; nullptr where none is written, or a mail.
inline constexpr PayloadWriter payload_writers[platform_count] = {
    format_rocket_chat, nullptr,         format_slack,           nullptr,
    format_mattermost,  format_discord,  format_microsoft_teams, format_google_chat,
    format_telegram,    format_ntfy,     format_gotify,          format_matrix,
    format_pushover,    format_pagerduty};

/// What their replies mean. SMTP has rules of its own.
inline constexpr ReplyRules reply_rules[platform_count] = {rocket_chat_rules,     {},
                                                           slack_rules,           {},
                                                           mattermost_rules,      discord_rules,
                                                           microsoft_teams_rules, google_chat_rules,
                                                           telegram_rules,        ntfy_rules,
                                                           gotify_rules,          matrix_rules,
                                                           pushover_rules,        pagerduty_rules};

/// What their writers keep to.
inline constexpr Range<PayloadLimit> payload_limits[platform_count] = {
    rocket_chat_payload_limits,     {},
    slack_payload_limits,           email_payload_limits,
    mattermost_payload_limits,      discord_payload_limits,
    microsoft_teams_payload_limits, google_chat_payload_limits,
    telegram_payload_limits,        ntfy_payload_limits,
    gotify_payload_limits,          matrix_payload_limits,
    pushover_payload_limits,        pagerduty_payload_limits};

/// @param row  one of builtin_platforms
inline PayloadWriter writer_of(const PlatformRow& row) noexcept { return payload_writers[&row - builtin_platforms]; }
/// @param row  of any platform
inline const ReplyRules& rules_of(const PlatformRow& row) noexcept {
  const OwnPlatform* const own = OwnPlatforms::find(row.platform);
  return own != nullptr ? own->rules() : reply_rules[&row - builtin_platforms];
}
inline Range<PayloadLimit> limits_of(const PlatformRow& row) noexcept {
  const OwnPlatform* const own = OwnPlatforms::find(row.platform);
  return own != nullptr ? own->limits() : payload_limits[&row - builtin_platforms];
}

/// The rows in the order of the enum; nullptr where one lacks.
struct RowsByPlatform {
  const PlatformRow* rows[platform_count] = {};

  constexpr RowsByPlatform() noexcept {
    for (const PlatformRow& row : builtin_platforms) rows[static_cast<std::size_t>(row.platform)] = &row;
  }
};

inline constexpr RowsByPlatform rows_by_platform;

constexpr bool is_complete(const PlatformField& field) noexcept { return field.is_kept() == field.refusal.empty(); }

constexpr bool is_complete(const ReplyRules& rules) noexcept {
  const bool asks_for_more = !rules.success_body.empty() || !rules.success_member.empty();
  return asks_for_more == !rules.unlike_success.empty() && rules.success_member.empty() == rules.denied_success.empty();
}

/// What readers of a row count on.
constexpr bool is_complete(const PlatformRow& row) noexcept {
  for (const PlatformField& field : row.fields) {
    if (!is_complete(field)) return false;
  }
  using Kind = PlatformField::Kind;
  if (row.transport == Transport::smtp) {
    return row.fields.size() == 2 && row.fields[0].kind == Kind::users && row.fields[1].kind == Kind::addresses;
  }
  const bool has_key_header = row.key_in == Place::header;
  return row.fields.size() != 0 && row.fields.size() <= max_platform_fields &&
         (row.fields[0].kind == Kind::url || !row.url.empty()) && has_key_header + row.headers.size() <= 3 &&
         row.target_limits.concurrency != 0;
}

constexpr bool are_complete() noexcept {
  // By what they say, not by their addresses: g++ compares no such in a constant with -fsanitize=undefined. So whether
  // those that need a writer have one is a unit test's to see.
  bool is_there[platform_count] = {};
  for (const PlatformRow& row : builtin_platforms) is_there[static_cast<std::size_t>(row.platform)] = is_complete(row);
  for (const bool one : is_there) {
    if (!one) return false;
  }
  for (const ReplyRules& rules : reply_rules) {
    if (!is_complete(rules)) return false;
  }
  return true;
}

static_assert(are_complete(), "a platform lacks its row, or the row lacks what its readers count on");

/// What is known of a platform of a host's own; of one that there is not, what is known of webhooks.
NOTIFIER_NOINLINE inline const PlatformRow& own_row_of(Platform platform) noexcept {
  const OwnPlatform* const own = OwnPlatforms::find(platform);
  return own != nullptr ? own->row() : *rows_by_platform.rows[static_cast<std::size_t>(Platform::webhook)];
}

/// What is known of a platform that there is.
constexpr const PlatformRow& row_of(Platform platform) noexcept {
  const auto number = static_cast<std::size_t>(platform);
  return number < platform_count ? *rows_by_platform.rows[number] : own_row_of(platform);
}

}  // namespace detail

/// The platforms as a range, in the order of builtin_platforms.
constexpr const PlatformRow* platforms_begin() noexcept { return builtin_platforms; }
constexpr const PlatformRow* platforms_end() noexcept { return builtin_platforms + platform_count; }

/// What is known of a platform; of one that there is not, what is known of webhooks.
NOTIFIER_NOINLINE constexpr const PlatformRow& platform_info(Platform platform) noexcept {
  return detail::row_of(platform);
}

/// Whether it is sent mails, else requests.
constexpr bool is_mail(Platform platform) noexcept { return platform_info(platform).transport == Transport::smtp; }

namespace detail {

constexpr PlatformLimits limits_by_platform() noexcept {
  PlatformLimits limits;
  for (const PlatformRow& row : builtin_platforms) limits[row.platform] = row.target_limits;
  return limits;
}

}  // namespace detail

/// How much a target of each platform is sent at a time, unless the host says otherwise.
inline constexpr PlatformLimits default_limits = detail::limits_by_platform();

/// The platform's name, which is also its notifiers' `type`: "email", "slack", "webhook", "rocket_chat",
/// "mattermost", "discord", "microsoft_teams", "google_chat", "telegram", "ntfy", "gotify", "matrix", "pushover",
/// "pagerduty"; and those of a host's own.
NOTIFIER_NOINLINE constexpr std::string_view to_string(Platform platform) noexcept {
  const bool is_known = static_cast<std::size_t>(platform) < platform_count ||
                        (is_own(platform) && detail::OwnPlatforms::find(platform) != nullptr);
  return is_known ? platform_info(platform).name : "unknown";
}

/// The built-in platform with this id, or nullptr.
NOTIFIER_NOINLINE constexpr const PlatformRow* find_platform_by_id(std::string_view id) noexcept {
  for (const PlatformRow& row : builtin_platforms) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

/// The platform with this name, or nullptr. Of a host's own the one that a registry of this program took over last.
NOTIFIER_NOINLINE constexpr const PlatformRow* find_platform_by_name(std::string_view name) noexcept {
  for (const PlatformRow& row : builtin_platforms) {
    if (row.name == name) return &row;
  }
  const detail::OwnPlatform* const own = detail::OwnPlatforms::find_by_name(name);
  return own != nullptr ? &own->row() : nullptr;
}

NOTIFIER_NAMESPACE_END
