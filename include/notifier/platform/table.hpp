// All platforms: the rows of the files beside this one.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/model/platform_row.hpp"
#include "notifier/platform/email.hpp"
#include "notifier/platform/rocket_chat.hpp"
#include "notifier/platform/slack.hpp"
#include "notifier/platform/webhook.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The platforms, in the order the public API lists them.
inline constexpr PlatformRow builtin_platforms[platform_count] = {rocket_chat_row, webhook_row, slack_row, email_row};

namespace detail {

/// Where the row of each platform stands, in the order of the enum.
constexpr std::array<std::uint8_t, platform_count> find_rows() noexcept {
  std::array<std::uint8_t, platform_count> places{};
  for (std::size_t i = 0; i < platform_count; ++i) {
    for (std::size_t at = 0; at < platform_count; ++at) {
      if (builtin_platforms[at].platform == static_cast<Platform>(i)) places[i] = static_cast<std::uint8_t>(at);
    }
  }
  return places;
}

inline constexpr std::array<std::uint8_t, platform_count> row_places = find_rows();

constexpr bool has_a_row_each() noexcept {
  for (std::size_t i = 0; i < platform_count; ++i) {
    if (builtin_platforms[row_places[i]].platform != static_cast<Platform>(i)) return false;
  }
  return true;
}

static_assert(has_a_row_each(), "a platform of the enum lacks its row");

}  // namespace detail

/// The platforms as a range, in the order of builtin_platforms.
constexpr const PlatformRow* platforms_begin() noexcept { return builtin_platforms; }
constexpr const PlatformRow* platforms_end() noexcept { return builtin_platforms + platform_count; }

/// What is known of a platform. @param platform  one that there is
constexpr const PlatformRow& platform_info(Platform platform) noexcept {
  return builtin_platforms[detail::row_places[static_cast<std::size_t>(platform)]];
}

/// The platform's name, which is also its notifiers' `type`: "email", "slack", "webhook", "rocket_chat".
constexpr std::string_view to_string(Platform platform) noexcept {
  return static_cast<std::size_t>(platform) < platform_count ? platform_info(platform).name : "unknown";
}

/// The platform with this id, or nullptr.
constexpr const PlatformRow* find_platform_by_id(std::string_view id) noexcept {
  for (const PlatformRow& row : builtin_platforms) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

/// The platform with this name, or nullptr.
constexpr const PlatformRow* find_platform_by_name(std::string_view name) noexcept {
  for (const PlatformRow& row : builtin_platforms) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

NOTIFIER_NAMESPACE_END
