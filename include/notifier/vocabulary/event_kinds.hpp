#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Whom an event is about.
enum class Scope : std::uint8_t { app, project, account };

/// A value of an event's `type` field, as `deployment`.
struct EventKind {
  std::string_view type;
  Scope scope = Scope::app;
  std::string_view selectable_as;  ///< name of the EventType that selects it; empty: only send_all_events does
};

/// The built-in event kinds, in the order of the public API's documentation. What each says is told in
/// vocabulary/wordings.hpp.
inline constexpr EventKind builtin_event_kinds[] = {
    {"new_user", Scope::account, ""},
    {"new_app", Scope::app, ""},
    {"edit_app", Scope::app, "app_edited"},
    {"delete_app", Scope::app, "app_deleted"},
    {"rename_app", Scope::app, "app_renamed"},
    {"update_app_project", Scope::app, "app_project_updated"},
    {"transfer_app", Scope::app, "app_transferred"},
    {"restart", Scope::app, "app_restarted"},
    {"scale", Scope::app, "app_scaled"},
    {"stop_app", Scope::app, "app_stopped"},
    {"crash", Scope::app, "app_crashed"},
    {"repeated_crash", Scope::app, "app_crashed_repeated"},
    {"deployment", Scope::app, "app_deployed"},
    {"link_scm", Scope::app, "github_link"},
    {"update_scm", Scope::app, ""},
    {"unlink_scm", Scope::app, "github_unlink"},
    {"new_integration", Scope::account, ""},
    {"delete_integration", Scope::account, ""},
    {"authorize_github", Scope::account, ""},
    {"revoke_github", Scope::account, ""},
    {"run", Scope::app, "app_command_ran"},
    {"new_domain", Scope::app, "domain_added"},
    {"edit_domain", Scope::app, "domain_edited"},
    {"delete_domain", Scope::app, "domain_removed"},
    {"upgrade_database", Scope::app, "addon_db_upgraded"},
    {"new_addon", Scope::app, "addon_provisioned"},
    {"upgrade_addon", Scope::app, "addon_plan_changed"},
    {"delete_addon", Scope::app, "addon_deleted"},
    {"resume_addon", Scope::app, "addon_resumed"},
    {"suspend_addon", Scope::app, "addon_suspended"},
    {"database/add_feature", Scope::app, ""},
    {"database/remove_feature", Scope::app, ""},
    {"database_backup_failed", Scope::app, "database_backup_failed"},
    {"database_backup_succeeded", Scope::app, "database_backup_succeeded"},
    {"database_continuousbackup_healthy", Scope::app, "database_continuousbackup_healthy"},
    {"database_continuousbackup_delayed", Scope::app, "database_continuousbackup_delayed"},
    {"database_continuousbackup_stale", Scope::app, "database_continuousbackup_stale"},
    {"new_collaborator", Scope::app, "collaborator_invited"},
    {"accept_collaborator", Scope::app, "collaborator_accepted"},
    {"delete_collaborator", Scope::app, "collaborator_removed"},
    {"change_collaborator_role", Scope::app, "collaborator_role_changed"},
    {"new_variable", Scope::app, "variable_added"},
    {"edit_variable", Scope::app, "variable_edited"},
    {"edit_variables", Scope::app, "variable_bulk_edited"},
    {"delete_variable", Scope::app, "variable_removed"},
    {"add_credit", Scope::account, ""},
    {"add_payment_method", Scope::account, ""},
    {"add_voucher", Scope::account, ""},
    {"new_key", Scope::account, ""},
    {"edit_key", Scope::account, ""},
    {"delete_key", Scope::account, ""},
    {"payment_attempt", Scope::account, ""},
    {"new_alert", Scope::app, "alert_added"},
    {"alert", Scope::app, "app_alert_triggered"},
    {"delete_alert", Scope::app, "alert_deleted"},
    {"new_autoscaler", Scope::app, ""},
    {"edit_autoscaler", Scope::app, ""},
    {"delete_autoscaler", Scope::app, ""},
    {"addon_updated", Scope::app, "addon_updated"},
    {"start_region_migration", Scope::app, "app_region_migration_started"},
    {"new_log_drain", Scope::app, ""},
    {"delete_log_drain", Scope::app, ""},
    {"new_addon_log_drain", Scope::app, ""},
    {"delete_addon_log_drain", Scope::app, ""},
    {"new_notifier", Scope::app, "notifier_added"},
    {"edit_notifier", Scope::app, "notifier_edited"},
    {"delete_notifier", Scope::app, "notifier_removed"},
    {"edit_hds_contact", Scope::app, ""},
    {"create_data_access_consent", Scope::app, ""},
    {"new_token", Scope::account, ""},
    {"regenerate_token", Scope::account, ""},
    {"delete_token", Scope::account, ""},
    {"tfa_enabled", Scope::account, ""},
    {"tfa_disabled", Scope::account, ""},
    {"login_success", Scope::account, ""},
    {"login_failure", Scope::account, ""},
    {"login_lock", Scope::account, ""},
    {"login_unlock_success", Scope::account, ""},
    {"password_reset_query", Scope::account, ""},
    {"password_reset_success", Scope::account, ""},
    {"stack_changed", Scope::app, ""},
    {"create_review_app", Scope::app, ""},
    {"destroy_review_app", Scope::app, ""},
    {"plan_database_maintenance", Scope::app, "database_maintenance_planned"},
    {"start_database_maintenance", Scope::app, "database_maintenance_started"},
    {"complete_database_maintenance", Scope::app, "database_maintenance_completed"},
    {"link_github", Scope::app, "github_link"},
    {"unlink_github", Scope::app, "github_unlink"},
    {"delete_project", Scope::project, "project_deleted"},
    {"new_project", Scope::project, "project_created"},
    {"edit_project", Scope::project, "project_edited"},
    {"new_project_transfer_invitation", Scope::project, ""},
    {"accept_project_transfer_invitation", Scope::project, ""},
    {"accept_project_transfer_invitation_error", Scope::project, ""},
    {"cancel_project_transfer_invitation", Scope::project, ""},
    {"decline_project_transfer_invitation", Scope::project, ""},
};

NOTIFIER_NAMESPACE_END
