// What several rows of wordings.hpp say alike: the fields of a subject, and who acted.

#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
namespace wordings {

// clang-format off

inline constexpr std::string_view deployment_fields =
    ">Commit: {git_ref_url:link}; "
    "=Changes: {last_commits.commits*3+last_commits.remaining:{'message:line}[ ({author})]}; "
    "?Pushed by: {pusher}; Stack: {stack}";
inline constexpr std::string_view repository_fields =
    "Branch: {branch}; Automatic deployment: {auto_deploy?yes/no}; "
    "Review apps: {auto_deploy_review_apps?yes/no}; Review apps of forks: {creation_from_forks_allowed?yes/no}; "
    "?Linked by: {linker_username}";
inline constexpr std::string_view feature_fields =
    "Addon id: {addon_uuid}; IP address: {remote_ip}";
inline constexpr std::string_view backup_fields =
    "Started: {started_at:time}; Ended: {ended_at:time}; Status: {backup_status}; Backup: {backup_id}; =Error: {error}";
inline constexpr std::string_view recovery_fields =
    "Checked: {checked_at:time}; =Error: {error}";
inline constexpr std::string_view maintenance_fields =
    "Window: {next_maintenance_window:time}[, {maintenance_window_in_hours} h]; Type: {maintenance_type}; "
    "Maintenance: {maintenance_id}";
inline constexpr std::string_view collaborator_fields =
    "?Email: {collaborator.email}; Rights: {collaborator.is_limited?limited/full}; "
    "?Invited by: {collaborator.inviter.username|collaborator.inviter.email}";
inline constexpr std::string_view notifier_fields =
    "Active: {active?/no}; =Events: [{send_all_events?all/}|{selected_events:list}]";
inline constexpr std::string_view review_app_fields =
    ">Review app: {review_app_url:link}; Repository: {source_repo_name}; From a fork: {pr_comes_from_a_fork?yes/}";
inline constexpr std::string_view invitation_fields =
    "?Email: {invited_user.email|recipient_email}; ?Invited by: {inviter.username|inviter.email}; "
    "Expires: {expires_at:time}; =Reason: {status_reason|error}";

inline constexpr std::string_view by_addon = "Addon {addon_name|addon_provider}";

// clang-format on

}  // namespace wordings
}  // namespace detail
NOTIFIER_NAMESPACE_END
