#pragma once

#include "notifier/vocabulary/categories.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The built-in event types: ids, names and display names of the public API (categories.hpp tells of ids that it has
/// not published), descriptions of ours. A type's place here is its EventBit within one program; nothing stored depends
/// on it.
inline constexpr EventType builtin_event_types[] = {
    // app_operations
    {"5982f139d48c360021b1eb4b", "app_deployed", "App deployed",
     "A new version of the app was deployed, or its deployment failed", detail::app_operations_id},
    {"5982f139d48c360021b1eb4c", "app_restarted", "App restarted", "The app, or some of its containers, restarted",
     detail::app_operations_id},
    {"5982f139d48c360021b1eb4d", "app_crashed", "App crashed", "A container crashed", detail::app_operations_id},
    {"59c52a9c7651ce001f62f578", "app_crashed_repeated", "App crashed repeated", "A container crashed again",
     detail::app_operations_id},
    {"5982f139d48c360021b1eb4e", "app_scaled", "App scaled", "The number or the size of the containers changed",
     detail::app_operations_id},
    {"5982f139d48c360021b1eb4f", "app_stopped", "App stopped", "The app was stopped", detail::app_operations_id},
    {"5982f139d48c360021b1eb50", "app_command_ran", "App command ran", "A command was run in a one-off container",
     detail::app_operations_id},
    {"5982f139d48c360021b1eb51", "app_deleted", "App deleted", "The app was deleted", detail::app_operations_id},
    {"5982f139d48c360021b1eb52", "app_transferred", "App transferred", "The app was handed over to a new owner",
     detail::app_operations_id},
    {"5982f139d48c360021b1eb53", "app_renamed", "App renamed", "The app was given a new name",
     detail::app_operations_id},
    {"5982f139d48c360021b1eb54", "app_alert_triggered", "App alert triggered",
     "A metric crossed the limit of an alert, or came back within it", detail::app_operations_id, false},
    {"000000006e6f7469e0000001", "alert_added", "Alert Added", "An alert was set up", detail::app_operations_id},
    {"000000006e6f7469e0000002", "alert_deleted", "Alert Deleted", "An alert was deleted", detail::app_operations_id},
    {"000000006e6f7469e0000003", "app_edited", "App Edited", "The settings of the app were changed",
     detail::app_operations_id},
    {"000000006e6f7469e0000004", "app_project_updated", "App project updated", "The app was moved to another project",
     detail::app_operations_id},
    {"000000006e6f7469e0000005", "app_region_migration_started", "Region Migration Started",
     "The app began to move to another region", detail::app_operations_id},
    // addons
    {"5982f139d48c360021b1eb55", "addon_provisioned", "Addon provisioned", "An addon was added", detail::addons_id},
    {"5982f139d48c360021b1eb56", "addon_resumed", "Addon resumed", "A suspended addon works again", detail::addons_id},
    {"5982f139d48c360021b1eb57", "addon_suspended", "Addon suspended", "An addon was suspended", detail::addons_id},
    {"5982f139d48c360021b1eb58", "addon_plan_changed", "Addon plan changed", "An addon was moved to another plan",
     detail::addons_id},
    {"5982f139d48c360021b1eb59", "addon_db_upgraded", "Addon database upgraded",
     "The database of an addon was upgraded to another version", detail::addons_id},
    {"5982f139d48c360021b1eb5a", "addon_deleted", "Addon deleted", "An addon was removed", detail::addons_id},
    {"000000006e6f7469e0000006", "addon_updated", "Addon Updated", "An attribute of an addon changed",
     detail::addons_id, false},
    // collaborators
    {"5982f139d48c360021b1eb5b", "collaborator_invited", "Collaborator invited",
     "Someone was invited to collaborate on the app", detail::collaborators_id},
    {"5982f139d48c360021b1eb5c", "collaborator_accepted", "Collaborator accepted",
     "Someone accepted the invitation to collaborate on the app", detail::collaborators_id},
    {"5982f139d48c360021b1eb5d", "collaborator_removed", "Collaborator removed",
     "Someone no longer collaborates on the app", detail::collaborators_id},
    {"000000006e6f7469e0000007", "collaborator_role_changed", "Collaborator role changed",
     "A collaborator was given other rights", detail::collaborators_id},
    // domains
    {"5982f139d48c360021b1eb5e", "domain_added", "Domain added", "A domain was added", detail::domains_id},
    {"5982f139d48c360021b1eb5f", "domain_edited", "Domain edited", "The certificate of a domain changed",
     detail::domains_id},
    {"5982f139d48c360021b1eb60", "domain_removed", "Domain removed", "A domain was removed", detail::domains_id},
    // notifiers
    {"5982f139d48c360021b1eb61", "notifier_added", "Notifier added", "A notifier was added", detail::notifiers_id},
    {"5982f139d48c360021b1eb62", "notifier_edited", "Notifier edited", "A notifier was changed", detail::notifiers_id},
    {"5982f139d48c360021b1eb63", "notifier_removed", "Notifier removed", "A notifier was removed",
     detail::notifiers_id},
    // variables
    {"5982f139d48c360021b1eb64", "variable_added", "Variable added", "An environment variable was added",
     detail::variables_id},
    {"5982f139d48c360021b1eb65", "variable_edited", "Variable edited", "An environment variable was changed",
     detail::variables_id},
    {"5982f139d48c360021b1eb66", "variable_bulk_edited", "Variables bulk edited",
     "Several environment variables were changed at once", detail::variables_id},
    {"5982f139d48c360021b1eb67", "variable_removed", "Variable removed", "An environment variable was removed",
     detail::variables_id},
    // github
    {"5982f139d48c360021b1eb68", "github_link", "Github link", "A repository was linked to the app", detail::github_id},
    {"5982f139d48c360021b1eb69", "github_unlink", "Github unlink",
     "The link between the app and its repository was removed", detail::github_id},
    // databases
    {"000000006e6f7469e0000008", "database_backup_failed", "Database backup failed", "A backup of a database failed",
     detail::databases_id},
    {"000000006e6f7469e0000009", "database_backup_succeeded", "Database backup succeeded",
     "A backup of a database was completed", detail::databases_id},
    {"000000006e6f7469e000000a", "database_continuousbackup_delayed", "Database continuous backup delayed",
     "Point-in-time recovery of a database lags behind", detail::databases_id},
    {"000000006e6f7469e000000b", "database_continuousbackup_healthy", "Database continuous backup healthy",
     "Point-in-time recovery of a database works, and its restore points are up to date", detail::databases_id},
    {"000000006e6f7469e000000c", "database_continuousbackup_stale", "Database continuous backup stale",
     "Point-in-time recovery of a database lags far behind", detail::databases_id},
    {"000000006e6f7469e000000d", "database_maintenance_planned", "Addon maintenance planned",
     "A maintenance of a database was scheduled", detail::databases_id},
    {"000000006e6f7469e000000e", "database_maintenance_started", "Addon maintenance started",
     "A maintenance of a database began", detail::databases_id},
    {"000000006e6f7469e000000f", "database_maintenance_completed", "Addon maintenance completed",
     "A maintenance of a database was completed", detail::databases_id},
    // projects
    {"000000006e6f7469e0000010", "project_created", "Project created", "A project was created", detail::projects_id},
    {"000000006e6f7469e0000011", "project_edited", "Project edited", "A project was renamed or became the default one",
     detail::projects_id},
    {"000000006e6f7469e0000012", "project_deleted", "Project deleted", "A project was deleted", detail::projects_id},
};

NOTIFIER_NAMESPACE_END
