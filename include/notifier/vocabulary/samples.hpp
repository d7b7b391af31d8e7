#pragma once

#include <string_view>

#include "notifier/model/known_keys.hpp"
#include "notifier/text/packed.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What events of some kinds carry, for previews.
struct Sample {
  std::string_view kinds;  ///< separated by spaces
  std::string_view type_data;
};

inline constexpr Sample samples[] = {
    {"deployment",
     R"({"deployment_id":"5343eccd646aa3012a140230","deployment_type":"deployment","pusher":"jane","stack":"stack-22","git_ref":"9f1c2d3e4b5a69788796a5b4c3d2e1f001234567","git_ref_url":"https://github.com/example/my-app/commit/9f1c2d3e","status":"success","duration":40})"},
    {"restart", R"({"scope":["web"]})"},
    {"scale", R"({"previous_containers":{"web":1},"containers":{"web":"2:M","worker":"1:S"}})"},
    {"stop_app", R"({"reason":"no-payment-method"})"},
    {"crash repeated_crash",
     R"({"container_type":"web","crash_logs":"Error: connect ECONNREFUSED 10.0.0.7:5432\n    at main, server.js:12","logs_url":"https://logs.example.com/crash"})"},
    {"alert",
     R"({"sender_name":"web","metric":"cpu","limit":0.9,"limit_text":"90%","value":0.97,"value_text":"97%","activated":true,"send_when_below":false})"},
    {"new_alert delete_alert",
     R"({"container_type":"web","metric":"cpu","limit":0.9,"limit_text":"90%","send_when_below":false})"},
    {"new_autoscaler edit_autoscaler delete_autoscaler",
     R"({"container_type":"web","metric":"p95_response_time","min_containers":"1","max_containers":"4","target":200,"target_text":"200 ms"})"},
    {"new_app", R"({"git_source":"https://github.com/example/my-app.git"})"},
    {"edit_app", R"({"force_https":true})"},
    {"rename_app", R"({"old_name":"old-app","new_name":"my-app"})"},
    {"transfer_app",
     R"({"old_owner":{"id":"us-1","username":"jane","email":"jane@example.com"},"new_owner":{"id":"us-2","username":"sam","email":"sam@example.com"}})"},
    {"update_app_project", R"({"old_project_name":"default","new_project_name":"shop"})"},
    {"run", R"({"command":"rails console","detached":false})"},
    {"new_addon delete_addon resume_addon suspend_addon",
     R"({"addon_provider_name":"PostgreSQL","plan_name":"postgresql-starter-512","resource_id":"my_app_1234"})"},
    {"upgrade_addon",
     R"({"addon_provider_name":"PostgreSQL","old_plan_name":"postgresql-starter-512","new_plan_name":"postgresql-business-1024","resource_id":"my_app_1234"})"},
    {"addon_updated",
     R"({"addon_provider_name":"PostgreSQL","addon_plan_name":"postgresql-starter-512","status":["provisioning","running"],"attributes_changed":["status"]})"},
    {"upgrade_database", R"({"addon_name":"PostgreSQL","old_version":"14.10","new_version":"15.5"})"},
    {"database/add_feature database/remove_feature", R"({"feature":"force-ssl","addon_provider_name":"PostgreSQL"})"},
    {"database_backup_succeeded database_backup_failed",
     R"({"addon_name":"PostgreSQL","resource_id":"my_app_1234","backup_method":"periodic","started_at":"2024-05-14T01:00:00.000Z","ended_at":"2024-05-14T01:04:30.000Z"})"},
    {"database_continuousbackup_healthy database_continuousbackup_delayed database_continuousbackup_stale",
     R"({"addon_name":"PostgreSQL","resource_id":"my_app_1234","recoverable":true,"checked_at":"2024-05-14T01:04:30.000Z"})"},
    {"plan_database_maintenance start_database_maintenance complete_database_maintenance",
     R"({"addon_name":"PostgreSQL","maintenance_type":"no-failover","maintenance_window_in_hours":8,"next_maintenance_window":"2024-05-16T22:00:00.000Z"})"},
    {"new_collaborator accept_collaborator delete_collaborator change_collaborator_role",
     R"({"collaborator":{"id":"us-2","username":"sam","email":"sam@example.com","is_limited":false,"inviter":{"id":"us-1","username":"jane","email":"jane@example.com"}}})"},
    {"new_domain edit_domain delete_domain", R"({"hostname":"www.example.com","ssl":true,"old_ssl":false})"},
    {"new_variable edit_variable delete_variable", R"({"name":"LOG_LEVEL","value":"debug","old_value":"info"})"},
    {"edit_variables",
     R"({"new_vars":[{"name":"LOG_LEVEL","value":"debug"}],"updated_vars":[{"name":"WORKERS","value":"4","old_value":"2"}],"deleted_vars":[]})"},
    {"new_notifier edit_notifier delete_notifier",
     R"({"notifier_name":"Deployments","active":true,"send_all_events":false,"selected_events":["app_deployed"],"notifier_type":"slack","notifier_type_data":{},"platform_name":"slack"})"},
    {"link_scm update_scm unlink_scm link_github unlink_github",
     R"({"repo_name":"example/my-app","linker_username":"jane","unlinker_username":"jane","source":"github","branch":"main","auto_deploy":true})"},
    {"create_review_app destroy_review_app",
     R"({"review_app_name":"my-app-pr42","review_app_url":"https://my-app-pr42.example.com","source_repo_name":"example/my-app","pr_name":"Faster start","pr_number":42,"pr_url":"https://github.com/example/my-app/pull/42"})"},
    {"new_log_drain delete_log_drain new_addon_log_drain delete_addon_log_drain",
     R"({"url":"tcp+tls://logs.example.com:6514","addon_name":"PostgreSQL"})"},
    {"stack_changed", R"({"previous_stack_name":"stack-20","current_stack_name":"stack-22"})"},
    {"start_region_migration", R"({"source":"osc-fr1","destination":"osc-secnum-fr1","dst_app_name":"my-app"})"},
    {"create_data_access_consent", R"({"end_at":"2024-05-21T12:00:00.000Z","databases":true,"containers":false})"},
    {"edit_hds_contact", R"({"name":"Jane Doe","email":"jane@example.com","company":"Example"})"},
    {"new_integration delete_integration", R"({"integration_type":"github","data":{"login":"jane"}})"},
    {"authorize_github", R"({"github_user":{"login":"jane"}})"},
    {"new_key edit_key delete_key", R"({"name":"laptop","fingerprint":"aa:bb:cc:dd"})"},
    {"new_token regenerate_token delete_token", R"({"token_name":"ci"})"},
    {"login_success login_failure login_lock login_unlock_success password_reset_query password_reset_success",
     R"({"remote_ip":"192.0.2.7"})"},
    {"tfa_enabled", R"({"provider":"TOTP"})"},
    {"payment_attempt", R"({"amount":12.5,"payment_method":"card","status":"paid"})"},
    {"add_credit", R"({"amount":50,"payment_method":"card"})"},
    {"add_payment_method",
     R"({"payment_method_type":"card","stripe":{"brand":"Visa","last4":"4242","exp":"12/2027"}})"},
    {"edit_project", R"({"updated_values":[{"name":"name","value":"shop","old_value":"default"}]})"},
    {"new_project_transfer_invitation accept_project_transfer_invitation accept_project_transfer_invitation_error "
     "cancel_project_transfer_invitation decline_project_transfer_invitation",
     R"({"recipient_username":"sam","recipient_email":"sam@example.com","inviter":{"username":"jane"},"invited_user":{"username":"sam"},"status":"pending"})"},
};

/// Calls `f(kinds, type_data)` for each row.
template <class F>
void for_each_sample(F&& f) {
  using Samples = Packed<samples, &Sample::kinds, &Sample::type_data>;
  for (const Sample& sample : Samples::Rows().all) f(sample.kinds, sample.type_data);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
