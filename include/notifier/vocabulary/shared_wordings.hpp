// What several rows of wordings.hpp say alike: the fields of a subject, and who acted.

#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
namespace wordings {

// clang-format off

inline constexpr std::string_view repository_fields =
    "Repository: {repo_name}; Branch: {branch}; Automatic deployment: {auto_deploy?yes/no}; "
    "Review apps: {auto_deploy_review_apps?yes/no}; Review apps of forks: {creation_from_forks_allowed?yes/no}; "
    "Linked by: {linker_username}";
inline constexpr std::string_view addon_fields =
    "Addon: {addon_provider_name}; Plan: {plan_name}; Resource: {resource_id}; Reason: {reason}";
inline constexpr std::string_view feature_fields =
    "Feature: {feature}; Addon: {addon_provider_name}; Addon id: {addon_uuid}; IP address: {remote_ip}";
inline constexpr std::string_view backup_fields =
    "Database: {addon_name}; Resource: {resource_id}; Backup: {backup_id}; Started: {started_at:time}; Ended: {ended_at:time}";
inline constexpr std::string_view recovery_fields =
    "Database: {addon_name}; Resource: {resource_id}; Status: {status:recovery}; Recoverable: {recoverable?yes/no}; "
    "Checked: {checked_at:time}; Not recoverable for: {unrecoverable_duration_seconds:duration}; =Error: {error}";
inline constexpr std::string_view maintenance_fields =
    "Database: {addon_name}; Maintenance: {maintenance_id}; Type: {maintenance_type}; "
    "Window: {next_maintenance_window:time}[, {maintenance_window_in_hours} h]";
inline constexpr std::string_view collaborator_fields =
    "Collaborator: {collaborator.username}; Email: {collaborator.email}; Rights: {collaborator.is_limited?limited/full}; "
    "Invited by: {collaborator.inviter.username|collaborator.inviter.email}";
inline constexpr std::string_view autoscaler_fields =
    "Containers: {container_type}; Metric: {metric:metric}; Target: {target_text|target}; Minimum: {min_containers}; Maximum: {max_containers}";
inline constexpr std::string_view notifier_fields =
    "Notifier: {notifier_name}; Platform: {platform_name|notifier_type:platform}; Active: {active?yes/no}; "
    "All events: {send_all_events?yes/no}; =Events: {selected_events:list}";
inline constexpr std::string_view review_app_fields =
    "Review app: {review_app_name}; Pull request: [#{pr_number} {pr_name}|#{pr_number}|{pr_name}]; "
    "Repository: {source_repo_name}; From a fork: {pr_comes_from_a_fork?yes/no}";
inline constexpr std::string_view invitation_fields =
    "Recipient: {invited_user.username|recipient_username}; Email: {invited_user.email|recipient_email}; "
    "Invited by: {inviter.username|inviter.email}; Expires: {expires_at:time}; =Reason: {status_reason|error}";
inline constexpr std::string_view consent_fields =
    "Containers: {containers?yes/no}; Databases: {databases?yes/no}; Until: {end_at:time}; IP address: {remote_ip}";

inline constexpr std::string_view by_addon = "Addon {addon_name|addon_provider}";
inline constexpr std::string_view by_operator = "{@is_operator?Scalingo operator/}";
inline constexpr std::string_view by_backup_service = "{@is_operator?Scalingo backup service/}";

// clang-format on

}  // namespace wordings
}  // namespace detail
NOTIFIER_NAMESPACE_END
