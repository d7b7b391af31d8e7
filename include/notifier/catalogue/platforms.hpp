#pragma once

#include <string_view>

#include "notifier/catalogue/platform.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What the public API says of a platform. Static text.
struct PlatformInfo {
  Platform platform;
  std::string_view id;  ///< 24 hex digits
  std::string_view name;
  std::string_view display_name;
  std::string_view description;
  std::string_view logo_url;
};

/// The platforms, in the order the public API lists them.
inline constexpr PlatformInfo builtin_platforms[platform_count] = {
    {Platform::rocket_chat, "5982f145d48c3600273ef08b", "rocket_chat", "Rocket.Chat",
     "Posts the events you choose to a channel of any Rocket.Chat server.",
     "https://cdn2.scalingo.com/dashboard/assets/images/notification/rocket-chat-c56ae9ef87233d878ff18c3c3692084d.svg"},
    {Platform::webhook, "5982f145d48c3600273ef08a", "webhook", "Webhook",
     "Sends each event as an HTTP request to the address you give.",
     "https://cdn2.scalingo.com/dashboard/assets/images/notification/webhook-1f16734c1d9b61dff4460d067ab980ec.svg"},
    {Platform::slack, "5982f145d48c3600273ef089", "slack", "Slack",
     "Posts the events you choose to a Slack channel through an incoming webhook.",
     "https://cdn2.scalingo.com/dashboard/assets/images/notification/slack-831fd1b21576dbb3e0037b7211ecfd93.svg"},
    {Platform::email, "59c52ac27651ce002c1d4620", "email", "Email",
     "Mails the events you choose to you, your collaborators and other addresses.",
     "https://cdn2.scalingo.com/dashboard/assets/images/notification/email-ff68b7de90aed03248853abde33136a2.svg"},
};

/// The platforms as a range, in the order of builtin_platforms.
constexpr const PlatformInfo* platforms_begin() noexcept { return builtin_platforms; }
constexpr const PlatformInfo* platforms_end() noexcept { return builtin_platforms + platform_count; }

/// What is said of a platform.
constexpr const PlatformInfo& platform_info(Platform platform) noexcept {
  const PlatformInfo* info = builtin_platforms;
  while (info->platform != platform && info + 1 != platforms_end()) ++info;
  return *info;
}

/// The platform with this id, or nullptr.
constexpr const PlatformInfo* find_platform_by_id(std::string_view id) noexcept {
  for (const PlatformInfo& info : builtin_platforms) {
    if (info.id == id) return &info;
  }
  return nullptr;
}

/// The platform with this name, or nullptr.
constexpr const PlatformInfo* find_platform_by_name(std::string_view name) noexcept {
  for (const PlatformInfo& info : builtin_platforms) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

NOTIFIER_NAMESPACE_END
