// What each kind of event says, in rows of templates; wording.hpp tells how to read and write them. Adding a kind is
// adding a row here (and one in vocabulary/event_kinds.hpp). Slots never name a secret: values of variables, URLs of
// notifiers and log drains, tokens, voucher codes.

#pragma once

#include "notifier/vocabulary/shared_wordings.hpp"
#include "notifier/vocabulary/wording.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
namespace wordings {

// clang-format off

inline constexpr Severity info = Severity::info, success = Severity::success, warning = Severity::warning, error = Severity::error;

inline constexpr WordingRow table[] = {

  // ---- the app itself -----------------------------------------------------------------------------------------------

  {"new_app", "", success,
   "app created",
   "The app[ {@app}] was created.",
   ">Source: [{git_source:link}|{git_source:repository}]"},

  {"edit_app", "", info,
   "settings changed",
   "The settings of [{@app}|the app] were changed[: {force_https?HTTPS is now required/HTTPS is no longer required}]."},

  {"delete_app", "", warning,
   "app deleted",
   "The app[ {@app}] was deleted.", "", "", "none"},

  {"rename_app", "", info,
   "app renamed",
   "The app was renamed[ from {'old_name}][ to {'new_name}]."},

  {"update_app_project", "", info,
   "moved to another project",
   "[{@app}|The app] was moved[ from the project {'old_project_name|old_project_id}] to [the project {'new_project_name|new_project_id}|another project].",
   "?Old project id: {old_project_id}; ?New project id: {new_project_id}"},

  {"transfer_app", "", info,
   "app handed over",
   "[{@app}|The app] now belongs to [{new_owner.username|new_owner.email}|a new owner].",
   "?Email: {new_owner.email}; Previous owner: {old_owner.username|old_owner.email}"},

  {"restart", "reason=unexpected_failure", warning,
   "restarting after a failure",
   "[The {scope:series} containers|All containers] of [{@app}|the app] are restarting after an unexpected failure.",
   "", by_addon},
  {"restart", "", info,
   "restarting",
   "[The {scope:series} containers|All containers] of [{@app}|the app] are restarting[ ({reason:reason})].",
   "", by_addon},

  {"scale", "", info,
   "scaled",
   "[{@app}|The app] was scaled[: {@scaling}| to {containers:formation}| from {previous_containers:formation}|]."},

  {"stop_app", "reason=payment_failure", error,
   "app stopped",
   "[{@app}|The app] was stopped because a payment failed."},
  {"stop_app", "", warning,
   "app stopped",
   "[{@app}|The app] was stopped[ ({reason:reason})]."},

  {"crash", "", error,
   "[{container_type}|container] crashed",
   "The container[ {container_type}] of [{@app}|the app] crashed.",
   "`Logs: {crash_logs}", "", "{logs_url:link}"},

  {"repeated_crash", "", error,
   "[{container_type}|container] keeps crashing",
   "The container[ {container_type}] of [{@app}|the app] crashed again.",
   "`Logs: {crash_logs}", "", "{logs_url:link}"},

  {"deployment", "status=success", success,
   "deployment succeeded",
   "[Commit {git_ref:commit}|Version {'git_ref}|A new version] was deployed to [{@app}|the app][ in {duration:duration}].",
   deployment_fields, "", "{git_ref_url:link}"},
  {"deployment", "status=*error", error,
   "deployment failed",
   "The deployment[ of commit {git_ref:commit}| of version {'git_ref}|] to [{@app}|the app] failed[ after {duration:duration}][: {status:failure}].",
   deployment_fields, "", "{@deployment_page}"},
  {"deployment", "status=aborted", warning,
   "deployment aborted",
   "The deployment[ of commit {git_ref:commit}| of version {'git_ref}|] to [{@app}|the app] was aborted[ after {duration:duration}].",
   deployment_fields, "", "[{@deployment_page}|{git_ref_url:link}]"},
  {"deployment", "", info,
   "deployment[ {status}]",
   "A deployment[ of commit {git_ref:commit}| of version {'git_ref}|] to [{@app}|the app] [is now {status}|took place].",
   deployment_fields, "", "[{@deployment_page}|{git_ref_url:link}]"},

  {"run", "command=*", info,
   "one-off container started",
   "[A{detached? detached/} one-off|A one-off] container of [{@app}|the app] runs [the command {'command}|a command].",
   "Audit log: {audit_log_id}[ ({audit_log_size:bytes})]"},
  {"run", "", info,
   "one-off container started",
   "[A{detached? detached/} one-off|A one-off] container of [{@app}|the app] was started for maintenance or support.",
   "Audit log: {audit_log_id}[ ({audit_log_size:bytes})]"},

  {"stack_changed", "", info,
   "stack changed",
   "The stack of [{@app}|the app] was changed[ from {previous_stack_name|previous_stack_id}][ to {current_stack_name|current_stack_id}]."},

  {"start_region_migration", "", warning,
   "region migration started",
   "[{@app}|The app] began to move[ from {source}] to [{destination}|another region][ as {'dst_app_name}].",
   "Migration: {migration_id}"},

  // ---- repositories and review apps ---------------------------------------------------------------------------------

  {"link_scm", "", info,
   "repository linked",
   "[{@app}|The app] was linked to [the repository {repo_name}|a repository].",
   repository_fields, "", "{source:link}"},

  {"update_scm", "", info,
   "repository link changed",
   "The link between [{@app}|the app] and [the repository {repo_name}|its repository] was changed.",
   repository_fields, "", "{source:link}"},

  {"unlink_scm", "", info,
   "repository unlinked",
   "[{@app}|The app] is no longer linked to [the repository {repo_name}|its repository].",
   "?Unlinked by: {unlinker_username}", "", "{source:link}"},

  {"link_github", "", info,
   "GitHub repository linked",
   "[{@app}|The app] was linked to [the GitHub repository {repo_name}|a GitHub repository].",
   "?Linked by: {linker_username}", "", "{github_source:link}"},

  {"unlink_github", "", info,
   "GitHub repository unlinked",
   "[{@app}|The app] is no longer linked to [the GitHub repository {repo_name}|its GitHub repository].",
   "?Unlinked by: {unlinker_username}", "", "{github_source:link}"},

  {"create_review_app", "", info,
   "review app created",
   "The review app[ {'review_app_name}] was created[ for [pull request #{pr_number} ({'pr_name})|pull request #{pr_number}|the pull request {'pr_name}]].",
   review_app_fields, "", "{pr_url|review_app_url:link}"},

  {"destroy_review_app", "", info,
   "review app removed",
   "The review app[ {'review_app_name}][ of [pull request #{pr_number} ({'pr_name})|pull request #{pr_number}|the pull request {'pr_name}]] was removed.",
   review_app_fields, "", "{pr_url:link}"},

  // ---- domains and variables ----------------------------------------------------------------------------------------

  {"new_domain", "", info,
   "domain added",
   "[The domain {hostname|name}|A domain] now leads to [{@app}|the app][ {ssl?with a certificate of its own/}].",
   "Own certificate: {ssl?/no}"},

  {"edit_domain", "old_ssl=false,ssl=true", success,
   "certificate added",
   "A certificate was added to [the domain {hostname|name}|a domain] of [{@app}|the app]."},
  {"edit_domain", "old_ssl=true,ssl=false", warning,
   "certificate removed",
   "The certificate of [the domain {hostname|name}|a domain] of [{@app}|the app] was removed."},
  {"edit_domain", "old_ssl=true,ssl=true", info,
   "certificate changed",
   "The certificate of [the domain {hostname|name}|a domain] of [{@app}|the app] was changed."},
  {"edit_domain", "", info,
   "domain changed",
   "[The domain {hostname|name}|A domain] of [{@app}|the app] was changed.",
   "Own certificate: {ssl?yes/no}"},

  {"delete_domain", "", warning,
   "domain removed",
   "[The domain {hostname|name}|A domain] no longer leads to [{@app}|the app]."},

  {"new_variable", "", info,
   "variable added",
   "[The variable {'name}|A variable] was added to the environment of [{@app}|the app].",
   "", by_addon},

  {"edit_variable", "", info,
   "variable changed",
   "[The variable {'name}|A variable] in the environment of [{@app}|the app] was changed.",
   "", by_addon},

  {"edit_variables", "", info,
   "variables changed",
   "The environment of [{@app}|the app] was changed[: {@variables}]."},

  {"delete_variable", "", info,
   "variable removed",
   "[The variable {'name}|A variable] was removed from the environment of [{@app}|the app]."},

  // ---- addons and databases -----------------------------------------------------------------------------------------

  {"new_addon", "", success,
   "addon added",
   "[The addon {addon_provider_name}|An addon] was added to [{@app}|the app][ with the plan {'plan_name}].",
   "Resource: {resource_id}"},

  {"upgrade_addon", "", info,
   "addon plan changed",
   "The plan of [the addon {addon_provider_name}|an addon] of [{@app}|the app] was changed[ from {'old_plan_name}][ to {'new_plan_name|plan_name}].",
   "Resource: {resource_id}"},

  {"delete_addon", "", warning,
   "addon removed",
   "[The addon {addon_provider_name}|An addon][ ({resource_id})] was removed from [{@app}|the app].",
   "Plan: {plan_name}"},

  {"resume_addon", "", success,
   "addon resumed",
   "[The addon {addon_provider_name}|An addon][ ({resource_id})] of [{@app}|the app] works again.",
   "Plan: {plan_name}"},

  {"suspend_addon", "", warning,
   "addon suspended",
   "[The addon {addon_provider_name}|An addon][ ({resource_id})] of [{@app}|the app] was suspended[ (reason: {reason})].",
   "Plan: {plan_name}"},

  {"addon_updated", "", info,
   "addon updated",
   "[The addon {addon_provider_name}|An addon][ ({addon_resource_id})] of [{@app}|the app] was updated[: its status went {status:transition}].",
   "Plan: {addon_plan_name}; Changed: {attributes_changed:list}"},

  {"upgrade_database", "", success,
   "database upgraded",
   "[The {addon_name} database|A database] of [{@app}|the app] was upgraded[ from version {old_version}][ to version {new_version}].",
   "", by_addon},

  {"database/add_feature", "", info,
   "database feature enabled",
   "[The feature {'feature}|A feature] of [the {addon_provider_name} database|the database] of [{@app}|the app] was enabled.",
   feature_fields},

  {"database/remove_feature", "", info,
   "database feature disabled",
   "[The feature {'feature}|A feature] of [the {addon_provider_name} database|the database] of [{@app}|the app] was disabled.",
   feature_fields},

  {"database_backup_failed", "", error,
   "backup failed",
   "[A {backup_method:origin}|A] backup of [the {addon_name} database|the database][ {resource_id}] of [{@app}|the app] failed.",
   backup_fields},

  {"database_backup_succeeded", "", success,
   "backup completed",
   "[A {backup_method:origin}|A] backup of [the {addon_name} database|the database][ {resource_id}] of [{@app}|the app] was completed.",
   backup_fields},

  {"database_continuousbackup_healthy", "recoverable=false", warning,
   "point-in-time recovery not possible yet",
   "Point-in-time recovery of [the {addon_name} database|the database][ {resource_id}] of [{@app}|the app] is told to be healthy, but is not possible yet.",
   recovery_fields},
  {"database_continuousbackup_healthy", "", success,
   "point-in-time recovery is healthy",
   "[The {addon_name} database|The database][ {resource_id}] of [{@app}|the app] can be restored to any recent point in time.",
   recovery_fields},

  {"database_continuousbackup_delayed", "", warning,
   "point-in-time recovery is delayed",
   "Point-in-time recovery of [the {addon_name} database|the database][ {resource_id}] of [{@app}|the app] is delayed[ {recoverable?but still possible/}|: not possible for {unrecoverable_duration_seconds:duration}|][ ({status:recovery})].",
   recovery_fields},

  {"database_continuousbackup_stale", "", error,
   "point-in-time recovery is stale",
   "Point-in-time recovery of [the {addon_name} database|the database][ {resource_id}] of [{@app}|the app] is stale[ {recoverable?but still possible/}|: not possible for {unrecoverable_duration_seconds:duration}|][ ({status:recovery})].",
   recovery_fields},

  {"plan_database_maintenance", "", info,
   "database maintenance planned",
   "Maintenance of [the {addon_name} database|the database] of [{@app}|the app] is planned[ for {next_maintenance_window:time}].",
   "Type: {maintenance_type}; Window: {maintenance_window_in_hours} h; Maintenance: {maintenance_id}"},

  {"start_database_maintenance", "", warning,
   "database maintenance started",
   "Maintenance of [the {addon_name} database|the database] of [{@app}|the app] has started.",
   maintenance_fields},

  {"complete_database_maintenance", "", success,
   "database maintenance completed",
   "Maintenance of [the {addon_name} database|the database] of [{@app}|the app] is complete.",
   maintenance_fields},

  // ---- alerts and autoscalers ---------------------------------------------------------------------------------------

  {"new_alert", "", info,
   "alert added",
   "An alert[ on the {metric:metric}| on the metric {'metric}|][ of the {container_type} containers] of [{@app}|the app] was added[: it triggers {send_when_below?below/above} {limit_text|limit}]."},

  {"alert", "activated=false", success,
   "[{metric:metric}|{'metric}|metric] back to normal[ on {sender_name}]",
   "[The {metric:metric}|The metric {'metric}|A metric][ on {sender_name}] of [{@app}|the app] is [no longer too {send_when_below?low/high}|within its limit again][: {value_text|value}[ (limit {limit_text|limit})]]."},
  {"alert", "", warning,
   "[{metric:metric}|{'metric}|metric] [too {send_when_below?low/high}|beyond its limit][ on {sender_name}]",
   "[The {metric:metric}|The metric {'metric}|A metric][ on {sender_name}] of [{@app}|the app] is [too {send_when_below?low/high}|beyond its limit][: {value_text|value}[ (limit {limit_text|limit})]]."},

  {"delete_alert", "", info,
   "alert deleted",
   "The alert[ on the {metric:metric}| on the metric {'metric}|][ of the {container_type} containers] of [{@app}|the app] was deleted."},

  {"new_autoscaler", "", info,
   "autoscaler added",
   "An autoscaler[ for the {container_type} containers] of [{@app}|the app] was added[: it holds [the {metric:metric}|the metric {'metric}][ at {target_text|target}]][ with {min_containers} to {max_containers} containers]."},

  {"edit_autoscaler", "", info,
   "autoscaler changed",
   "The autoscaler[ for the {container_type} containers] of [{@app}|the app] was changed[: it holds [the {metric:metric}|the metric {'metric}][ at {target_text|target}]][ with {min_containers} to {max_containers} containers]."},

  {"delete_autoscaler", "", info,
   "autoscaler deleted",
   "The autoscaler[ for the {container_type} containers] of [{@app}|the app] was deleted[: it held [the {metric:metric}|the metric {'metric}]]."},

  // ---- people, notifiers, log drains, consents ----------------------------------------------------------------------

  {"new_collaborator", "", info,
   "collaborator invited",
   "[{collaborator.email|collaborator.username}|Someone] was invited to collaborate on [{@app}|the app][ {collaborator.is_limited?with limited rights/}].",
   "?Name: {collaborator.username}; Rights: {collaborator.is_limited?/full}; ?Invited by: {collaborator.inviter.username|collaborator.inviter.email}"},

  {"accept_collaborator", "", success,
   "invitation accepted",
   "[{collaborator.username|collaborator.email}|Someone] accepted the invitation to collaborate on [{@app}|the app].",
   collaborator_fields},

  {"delete_collaborator", "", info,
   "collaborator removed",
   "[{collaborator.username|collaborator.email}|Someone] no longer collaborates on [{@app}|the app].",
   collaborator_fields},

  {"change_collaborator_role", "", info,
   "collaborator role changed",
   "[{collaborator.username|collaborator.email}|A collaborator] now has [{collaborator.is_limited?limited/full}|other] rights on [{@app}|the app].",
   "?Email: {collaborator.email}; ?Invited by: {collaborator.inviter.username|collaborator.inviter.email}"},

  {"new_notifier", "", info,
   "notifier added",
   "[The notifier {'notifier_name}|A notifier] of [{@app}|the app] was added[ (platform: {platform_name|notifier_type:platform})].",
   notifier_fields},

  {"edit_notifier", "", info,
   "notifier changed",
   "[The notifier {'notifier_name}|A notifier] of [{@app}|the app] was [switched off, since it failed: {disabled_because}|changed][ (platform: {platform_name|notifier_type:platform})].",
   notifier_fields},

  {"delete_notifier", "", info,
   "notifier removed",
   "[The notifier {'notifier_name}|A notifier] of [{@app}|the app] was removed[ (platform: {platform_name|notifier_type:platform})].",
   notifier_fields},

  {"new_log_drain", "", info,
   "log drain added",
   "The logs of [{@app}|the app] now also flow to a new log drain."},

  {"delete_log_drain", "", info,
   "log drain removed",
   "A log drain of [{@app}|the app] was removed."},

  {"new_addon_log_drain", "", info,
   "addon log drain added",
   "The logs of [the {addon_name} addon|an addon] of [{@app}|the app] now also flow to a new log drain.",
   "Addon id: {addon_uuid}"},

  {"delete_addon_log_drain", "", info,
   "addon log drain removed",
   "A log drain of [the {addon_name} addon|an addon] of [{@app}|the app] was removed.",
   "Addon id: {addon_uuid}"},

  {"edit_hds_contact", "", info,
   "health data contact changed",
   "The health data contact of [{@app}|the app] was changed[ ({name})].",
   "Company: {company}"},

  {"create_data_access_consent", "containers=true,databases=true", warning,
   "access granted",
   "The platform's operators may access the containers and the databases of [{@app}|the app][ until {end_at:time}].",
   "IP address: {remote_ip}"},
  {"create_data_access_consent", "containers=true", warning,
   "access granted",
   "The platform's operators may access the containers of [{@app}|the app][ until {end_at:time}].",
   "IP address: {remote_ip}"},
  {"create_data_access_consent", "databases=true", warning,
   "access granted",
   "The platform's operators may access the databases of [{@app}|the app][ until {end_at:time}].",
   "IP address: {remote_ip}"},
  {"create_data_access_consent", "", info,
   "access consent recorded",
   "A consent to access [{@app}|the app][ until {end_at:time}] was recorded.",
   "Containers: {containers?yes/no}; Databases: {databases?yes/no}; IP address: {remote_ip}"},

  // ---- projects -----------------------------------------------------------------------------------------------------

  {"new_project", "", info,
   "project created",
   "The project[ {'@project}] was created[ {default?as the default project/}]."},

  {"edit_project", "", info,
   "project settings changed",
   "The settings of [the project {'@project}|the project] were changed[: {updated_values:changes}]."},

  {"delete_project", "", warning,
   "project deleted",
   "The project[ {'@project}] was deleted."},

  {"new_project_transfer_invitation", "", info,
   "project transfer offered",
   "[{recipient_username|recipient_email|invited_user.username|invited_user.email}|Someone] was invited to take over [the project {'@project}|the project].",
   invitation_fields},

  {"accept_project_transfer_invitation", "", success,
   "project transfer accepted",
   "[{invited_user.username|recipient_username|recipient_email|invited_user.email}|The invited person] agreed to take over [the project {'@project}|the project].",
   invitation_fields},

  {"accept_project_transfer_invitation_error", "", error,
   "project transfer failed",
   "The transfer of [the project {'@project}|the project][ to {invited_user.username|invited_user.email}] was accepted, but failed.",
   invitation_fields},

  {"cancel_project_transfer_invitation", "", info,
   "project transfer canceled",
   "The offer to hand over [the project {'@project}|the project][ to {invited_user.username|recipient_username|recipient_email|invited_user.email}] was withdrawn.",
   invitation_fields},

  {"decline_project_transfer_invitation", "", warning,
   "project transfer declined",
   "[{invited_user.username|recipient_username|recipient_email|invited_user.email}|The invited person] declined to take over [the project {'@project}|the project].",
   invitation_fields},

  // ---- accounts -----------------------------------------------------------------------------------------------------

  {"new_user", "", success,
   "welcome",
   "Welcome[, {@user}]! Your account is ready, and your first app can be created."},

  {"new_integration", "", info,
   "[{integration_type:service} ]account connected",
   "[The [{integration_type:service} ]account {'data.login}|An external account] was connected to [{@user}'s account|your account].",
   ">Server: {data.url:link}"},

  {"delete_integration", "", info,
   "[{integration_type:service} ]account disconnected",
   "[The [{integration_type:service} ]account {'data.login}|An external account] was disconnected from [{@user}'s account|your account].",
   ">Server: {data.url:link}"},

  {"authorize_github", "", info,
   "GitHub account connected",
   "[The GitHub account {'github_user.login}|A GitHub account] may now be used from [{@user}'s account|your account]."},

  {"revoke_github", "", info,
   "GitHub account disconnected",
   "[{@user}'s|Your] account can no longer use its GitHub account."},

  {"add_credit", "", success,
   "credit added",
   "[{amount|value:money} of credit|Credit] was added to [{@user}'s account|your account][ ({payment_method:method})]."},

  {"add_payment_method", "", info,
   "payment method added",
   "[The {stripe.brand} card ending in {stripe.last4}|The card ending in {stripe.last4}|The payment method {payment_method_type:method}|A payment method] was added to [{@user}'s account|your account].",
   "Expires: {stripe.exp}; Company: {company}"},

  {"add_voucher", "", success,
   "voucher added",
   "A voucher was added to [{@user}'s account|your account]."},

  {"payment_attempt", "status=paid", success,
   "payment received",
   "[{@user}'s|Your] payment[ of {amount:money}][ {payment_method:payment}] succeeded."},
  {"payment_attempt", "status=new", info,
   "payment pending",
   "[{@user}'s|Your] payment[ of {amount:money}][ {payment_method:payment}] is pending."},
  {"payment_attempt", "status=*", error,
   "payment failed",
   "[{@user}'s|Your] payment[ of {amount:money}][ {payment_method:payment}] failed.",
   "?Status: {status}"},
  {"payment_attempt", "", info,
   "payment attempted",
   "[{@user}'s|A] payment[ of {amount:money}][ {payment_method:payment}] was attempted."},

  {"new_key", "", info,
   "SSH key added",
   "[The SSH key {'name}|An SSH key] was added to [{@user}'s account|your account].",
   "=Fingerprint: {fingerprint}"},

  {"edit_key", "", info,
   "SSH key changed",
   "[The SSH key {'name}|An SSH key] of [{@user}'s account|your account] was changed.",
   "=Fingerprint: {fingerprint}"},

  {"delete_key", "", warning,
   "SSH key removed",
   "[The SSH key {'name}|An SSH key] was removed from [{@user}'s account|your account]."},

  {"new_token", "", info,
   "API token created",
   "[The API token {'token_name}|An API token] of [{@user}'s account|your account] was created."},

  {"regenerate_token", "", warning,
   "API token regenerated",
   "[The API token {'token_name}|An API token] of [{@user}'s account|your account] was regenerated, and its old value no longer works."},

  {"delete_token", "", warning,
   "API token deleted",
   "[The API token {'token_name}|An API token] of [{@user}'s account|your account] was deleted."},

  {"tfa_enabled", "", success,
   "two-factor authentication enabled",
   "Two-factor authentication now protects [{@user}'s account|your account][ (provider: {provider})]."},

  {"tfa_disabled", "", warning,
   "two-factor authentication disabled",
   "Two-factor authentication no longer protects [{@user}'s account|your account]."},

  {"login_success", "", info,
   "successful login",
   "[{@user}|Someone] logged in[ from {remote_ip}]."},

  {"login_failure", "", warning,
   "failed login attempt",
   "An attempt to log in to [{@user}'s account|your account][ from {remote_ip}] failed."},

  {"login_lock", "", error,
   "account locked",
   "[{@user}'s|Your] account was locked after too many failed attempts to log in.",
   "IP address: {remote_ip}"},

  {"login_unlock_success", "", success,
   "account unlocked",
   "[{@user}'s|Your] account was unlocked[ from {remote_ip}]."},

  {"password_reset_query", "", warning,
   "password reset requested",
   "A new password for [{@user}'s account|your account] was requested[ from {remote_ip}]."},

  {"password_reset_success", "", warning,
   "password changed",
   "The password of [{@user}'s account|your account] was changed[ from {remote_ip}]."},

  // ---- ours: what the test of a notifier sends -----------------------------------------------------------------------

  {"test", "", info,
   "test",
   "This is a test of [the notifier {'notifier_name}|a notifier][, asked for by {@user}]: nothing happened to [{@app}|the app].",
   "Platform: {platform_name:platform}"},
};

// clang-format on

}  // namespace wordings
}  // namespace detail
NOTIFIER_NAMESPACE_END
