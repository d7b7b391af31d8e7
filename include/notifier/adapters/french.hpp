// What the built-in vocabulary says, in French: rows for Vocabulary::put_language(), as JSON.
// Every name of an app, a person or a thing stands behind a noun of ours, so that neither its gender nor its first
// letter matters.

#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
// clang-format off

/// As `vocabulary.put_language("fr", french)`.
inline constexpr std::string_view french =
 R"json({"event_kinds":[
{"type":"new_app","standard":true,"wordings":[
  {"when":"","title":"application cr\u00e9\u00e9e","sentence":"Cr\u00e9ation de l'application[ {@app}]."}]},
{"type":"edit_app","standard":true,"wordings":[
  {"when":"","title":"param\u00e8tres modifi\u00e9s","sentence":"Modification des param\u00e8tres de l'application[ {@app}][\u00a0: {force_https?HTTPS est d\u00e9sormais obligatoire/HTTPS n'est plus obligatoire}]."}]},
{"type":"delete_app","standard":true,"wordings":[
  {"when":"","title":"application supprim\u00e9e","sentence":"Suppression de l'application[ {@app}]."}]},
{"type":"rename_app","standard":true,"wordings":[
  {"when":"","title":"application renomm\u00e9e","sentence":"Renommage de l'application[\u00a0: ancien nom {'old_name}][, nouveau nom {'new_name}]."}]},
{"type":"update_app_project","standard":true,"wordings":[
  {"when":"","title":"changement de projet","sentence":"Changement de projet de l'application[ {@app}][\u00a0: ancien projet {'old_project_name|old_project_id}][, nouveau projet {'new_project_name|new_project_id}]."}]},
{"type":"transfer_app","standard":true,"wordings":[
  {"when":"","title":"application transf\u00e9r\u00e9e","sentence":"Transfert de l'application[ {@app}] [\u00e0 {new_owner.username|new_owner.email}|\u00e0 un autre propri\u00e9taire]."}]},
{"type":"restart","standard":true,"wordings":[
  {"when":"reason=unexpected_failure","title":"red\u00e9marrage apr\u00e8s une d\u00e9faillance","sentence":"Red\u00e9marrage [des conteneurs {scope:series}|de tous les conteneurs] de l'application[ {@app}] apr\u00e8s une d\u00e9faillance inattendue."},
  {"when":"","title":"red\u00e9marrage","sentence":"Red\u00e9marrage [des conteneurs {scope:series}|de tous les conteneurs] de l'application[ {@app}][ ({reason:reason})]."}]},
{"type":"scale","standard":true,"wordings":[
  {"when":"","title":"mise \u00e0 l'\u00e9chelle","sentence":"Mise \u00e0 l'\u00e9chelle de l'application[ {@app}][\u00a0: {@scaling}| vers {containers:formation}| depuis {previous_containers:formation}|]."}]},
{"type":"stop_app","standard":true,"wordings":[
  {"when":"reason=payment_failure","title":"application arr\u00eat\u00e9e","sentence":"Arr\u00eat de l'application[ {@app}] \u00e0 la suite d'un \u00e9chec de paiement."},
  {"when":"","title":"application arr\u00eat\u00e9e","sentence":"Arr\u00eat de l'application[ {@app}][ ({reason:reason})]."}]},
{"type":"crash","standard":true,"wordings":[
  {"when":"","title":"plantage [de {container_type}|d'un conteneur]","sentence":"Plantage du conteneur[ {container_type}] de l'application[ {@app}]."}]},
{"type":"repeated_crash","standard":true,"wordings":[
  {"when":"","title":"plantages r\u00e9p\u00e9t\u00e9s [de {container_type}|d'un conteneur]","sentence":"Nouveau plantage du conteneur[ {container_type}] de l'application[ {@app}]."}]},
{"type":"deployment","standard":true,"wordings":[
  {"when":"status=success","title":"d\u00e9ploiement r\u00e9ussi","sentence":"D\u00e9ploiement [du commit {git_ref:commit}|de la version {'git_ref}|d'une nouvelle version] de l'application[ {@app}][ en {duration:duration}]."},
  {"when":"status=*error","title":"\u00e9chec du d\u00e9ploiement","sentence":"\u00c9chec du d\u00e9ploiement[ du commit {git_ref:commit}| de la version {'git_ref}|] de l'application[ {@app}][ apr\u00e8s {duration:duration}][\u00a0: {status:failure}]."},
  {"when":"status=aborted","title":"d\u00e9ploiement interrompu","sentence":"Interruption du d\u00e9ploiement[ du commit {git_ref:commit}| de la version {'git_ref}|] de l'application[ {@app}][ apr\u00e8s {duration:duration}]."},
  {"when":"","title":"d\u00e9ploiement[\u00a0: {status}]","sentence":"D\u00e9ploiement[ du commit {git_ref:commit}| de la version {'git_ref}|] de l'application[ {@app}][\u00a0: {status}]."}]},
{"type":"run","standard":true,"wordings":[
  {"when":"command=*","title":"conteneur one-off d\u00e9marr\u00e9","sentence":"[Un conteneur one-off{detached? d\u00e9tach\u00e9/}|Un conteneur one-off] de l'application[ {@app}] ex\u00e9cute [la commande {'command}|une commande]."},
  {"when":"","title":"conteneur one-off d\u00e9marr\u00e9","sentence":"D\u00e9marrage d'[un conteneur one-off{detached? d\u00e9tach\u00e9/}|un conteneur one-off] de l'application[ {@app}] pour une maintenance ou une assistance."}]},
{"type":"stack_changed","standard":true,"wordings":[
  {"when":"","title":"stack modifi\u00e9e","sentence":"Changement de stack de l'application[ {@app}][\u00a0: ancienne stack {previous_stack_name|previous_stack_id}][, nouvelle stack {current_stack_name|current_stack_id}]."}]},
{"type":"start_region_migration","standard":true,"wordings":[
  {"when":"","title":"migration de r\u00e9gion commenc\u00e9e","sentence":"D\u00e9but de la migration de l'application[ {@app}][ depuis la r\u00e9gion {source}] vers [la r\u00e9gion {destination}|une autre r\u00e9gion][ sous le nom {'dst_app_name}]."}]},
{"type":"link_scm","standard":true,"wordings":[
  {"when":"","title":"d\u00e9p\u00f4t li\u00e9","sentence":"Liaison de l'application[ {@app}] [au d\u00e9p\u00f4t {repo_name}|\u00e0 un d\u00e9p\u00f4t].","fields":"Branche: {branch}; D\u00e9ploiement automatique: {auto_deploy?oui/non}; Review apps: {auto_deploy_review_apps?oui/non}; Review apps des forks: {creation_from_forks_allowed?oui/non}; ?Liaison par: {linker_username}"}]},
{"type":"update_scm","standard":true,"wordings":[
  {"when":"","title":"liaison au d\u00e9p\u00f4t modifi\u00e9e","sentence":"Modification de la liaison de l'application[ {@app}] [au d\u00e9p\u00f4t {repo_name}|\u00e0 son d\u00e9p\u00f4t].","fields":"Branche: {branch}; D\u00e9ploiement automatique: {auto_deploy?oui/non}; Review apps: {auto_deploy_review_apps?oui/non}; Review apps des forks: {creation_from_forks_allowed?oui/non}; ?Liaison par: {linker_username}"}]},
{"type":"unlink_scm","standard":true,"wordings":[
  {"when":"","title":"d\u00e9p\u00f4t d\u00e9li\u00e9","sentence":"Fin de la liaison de l'application[ {@app}] [au d\u00e9p\u00f4t {repo_name}|\u00e0 son d\u00e9p\u00f4t]."}]},
{"type":"link_github","standard":true,"wordings":[
  {"when":"","title":"d\u00e9p\u00f4t GitHub li\u00e9","sentence":"Liaison de l'application[ {@app}] [au d\u00e9p\u00f4t GitHub {repo_name}|\u00e0 un d\u00e9p\u00f4t GitHub]."}]},
{"type":"unlink_github","standard":true,"wordings":[
  {"when":"","title":"d\u00e9p\u00f4t GitHub d\u00e9li\u00e9","sentence":"Fin de la liaison de l'application[ {@app}] [au d\u00e9p\u00f4t GitHub {repo_name}|\u00e0 son d\u00e9p\u00f4t GitHub]."}]},
{"type":"create_review_app","standard":true,"wordings":[
  {"when":"","title":"review app cr\u00e9\u00e9e","sentence":"Cr\u00e9ation de la review app[ {'review_app_name}][ pour [la pull request #{pr_number} ({'pr_name})|la pull request #{pr_number}|la pull request {'pr_name}]].","fields":">Review app: {review_app_url:link}; D\u00e9p\u00f4t: {source_repo_name}; Depuis un fork: {pr_comes_from_a_fork?oui/}"}]},
{"type":"destroy_review_app","standard":true,"wordings":[
  {"when":"","title":"review app supprim\u00e9e","sentence":"Suppression de la review app[ {'review_app_name}][ de [la pull request #{pr_number} ({'pr_name})|la pull request #{pr_number}|la pull request {'pr_name}]].","fields":">Review app: {review_app_url:link}; D\u00e9p\u00f4t: {source_repo_name}; Depuis un fork: {pr_comes_from_a_fork?oui/}"}]},
{"type":"new_domain","standard":true,"wordings":[
  {"when":"","title":"domaine ajout\u00e9","sentence":"[Le domaine {hostname|name}|Un domaine] m\u00e8ne d\u00e9sormais \u00e0 l'application[ {@app}][ {ssl?avec son propre certificat/}].","fields":"Certificat propre: {ssl?/non}"}]},
{"type":"edit_domain","standard":true,"wordings":[
  {"when":"old_ssl=false,ssl=true","title":"certificat ajout\u00e9","sentence":"Ajout d'un certificat [au domaine {hostname|name}|\u00e0 un domaine] de l'application[ {@app}]."},
  {"when":"old_ssl=true,ssl=false","title":"certificat supprim\u00e9","sentence":"Suppression du certificat [du domaine {hostname|name}|d'un domaine] de l'application[ {@app}]."},
  {"when":"old_ssl=true,ssl=true","title":"certificat modifi\u00e9","sentence":"Modification du certificat [du domaine {hostname|name}|d'un domaine] de l'application[ {@app}]."},
  {"when":"","title":"domaine modifi\u00e9","sentence":"Modification [du domaine {hostname|name}|d'un domaine] de l'application[ {@app}].","fields":"Certificat propre: {ssl?oui/non}"}]},
{"type":"delete_domain","standard":true,"wordings":[
  {"when":"","title":"domaine supprim\u00e9","sentence":"[Le domaine {hostname|name}|Un domaine] ne m\u00e8ne plus \u00e0 l'application[ {@app}]."}]},
{"type":"new_variable","standard":true,"wordings":[
  {"when":"","title":"variable ajout\u00e9e","sentence":"Ajout [de la variable {'name}|d'une variable] \u00e0 l'environnement de l'application[ {@app}]."}]},
{"type":"edit_variable","standard":true,"wordings":[
  {"when":"","title":"variable modifi\u00e9e","sentence":"Modification [de la variable {'name}|d'une variable] dans l'environnement de l'application[ {@app}]."}]},
{"type":"edit_variables","standard":true,"wordings":[
  {"when":"","title":"variables modifi\u00e9es","sentence":"Modification de l'environnement de l'application[ {@app}][\u00a0: {@variables}]."}]},
{"type":"delete_variable","standard":true,"wordings":[
  {"when":"","title":"variable supprim\u00e9e","sentence":"Suppression [de la variable {'name}|d'une variable] de l'environnement de l'application[ {@app}]."}]},
{"type":"new_addon","standard":true,"wordings":[
  {"when":"","title":"addon ajout\u00e9","sentence":"Ajout [de l'addon {addon_provider_name}|d'un addon] \u00e0 l'application[ {@app}][ avec le plan {'plan_name}]."}]},)json"
 R"json(
{"type":"upgrade_addon","standard":true,"wordings":[
  {"when":"","title":"plan de l'addon modifi\u00e9","sentence":"Changement de plan [de l'addon {addon_provider_name}|d'un addon] de l'application[ {@app}][\u00a0: ancien plan {'old_plan_name}][, nouveau plan {'new_plan_name|plan_name}]."}]},
{"type":"delete_addon","standard":true,"wordings":[
  {"when":"","title":"addon supprim\u00e9","sentence":"Suppression [de l'addon {addon_provider_name}|d'un addon][ ({resource_id})] de l'application[ {@app}]."}]},
{"type":"resume_addon","standard":true,"wordings":[
  {"when":"","title":"addon r\u00e9activ\u00e9","sentence":"[L'addon {addon_provider_name}|Un addon][ ({resource_id})] de l'application[ {@app}] fonctionne de nouveau."}]},
{"type":"suspend_addon","standard":true,"wordings":[
  {"when":"","title":"addon suspendu","sentence":"Suspension [de l'addon {addon_provider_name}|d'un addon][ ({resource_id})] de l'application[ {@app}][ (motif\u00a0: {reason})]."}]},
{"type":"addon_updated","standard":true,"wordings":[
  {"when":"","title":"addon mis \u00e0 jour","sentence":"Mise \u00e0 jour [de l'addon {addon_provider_name}|d'un addon][ ({addon_resource_id})] de l'application[ {@app}][\u00a0: statut {status:transition}]."}]},
{"type":"upgrade_database","standard":true,"wordings":[
  {"when":"","title":"base de donn\u00e9es mise \u00e0 niveau","sentence":"Mise \u00e0 niveau [de la base de donn\u00e9es {addon_name}|d'une base de donn\u00e9es] de l'application[ {@app}][\u00a0: ancienne version {old_version}][, nouvelle version {new_version}]."}]},
{"type":"database/add_feature","standard":true,"wordings":[
  {"when":"","title":"fonctionnalit\u00e9 de base de donn\u00e9es activ\u00e9e","sentence":"Activation [de la fonctionnalit\u00e9 {'feature}|d'une fonctionnalit\u00e9] de [la base de donn\u00e9es {addon_provider_name}|la base de donn\u00e9es] de l'application[ {@app}]."}]},
{"type":"database/remove_feature","standard":true,"wordings":[
  {"when":"","title":"fonctionnalit\u00e9 de base de donn\u00e9es d\u00e9sactiv\u00e9e","sentence":"D\u00e9sactivation [de la fonctionnalit\u00e9 {'feature}|d'une fonctionnalit\u00e9] de [la base de donn\u00e9es {addon_provider_name}|la base de donn\u00e9es] de l'application[ {@app}]."}]},
{"type":"database_backup_failed","standard":true,"wordings":[
  {"when":"","title":"\u00e9chec de la sauvegarde","sentence":"\u00c9chec d'une sauvegarde[ {backup_method:origin}] de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es][ {resource_id}] de l'application[ {@app}]."}]},
{"type":"database_backup_succeeded","standard":true,"wordings":[
  {"when":"","title":"sauvegarde termin\u00e9e","sentence":"Fin d'une sauvegarde[ {backup_method:origin}] de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es][ {resource_id}] de l'application[ {@app}]."}]},
{"type":"database_continuousbackup_healthy","standard":true,"wordings":[
  {"when":"recoverable=false","title":"restauration \u00e0 un instant donn\u00e9 pas encore possible","sentence":"La restauration \u00e0 un instant donn\u00e9 de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es][ {resource_id}] de l'application[ {@app}] est annonc\u00e9e comme op\u00e9rationnelle, mais n'est pas encore possible."},
  {"when":"","title":"restauration \u00e0 un instant donn\u00e9 op\u00e9rationnelle","sentence":"[La base de donn\u00e9es {addon_name}|La base de donn\u00e9es][ {resource_id}] de l'application[ {@app}] peut \u00eatre restaur\u00e9e \u00e0 tout instant r\u00e9cent."}]},
{"type":"database_continuousbackup_delayed","standard":true,"wordings":[
  {"when":"","title":"restauration \u00e0 un instant donn\u00e9 en retard","sentence":"La restauration \u00e0 un instant donn\u00e9 de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es][ {resource_id}] de l'application[ {@app}] est en retard[ {recoverable?mais reste possible/}|\u00a0: impossible pour {unrecoverable_duration_seconds:duration}|][ ({status:recovery})]."}]},
{"type":"database_continuousbackup_stale","standard":true,"wordings":[
  {"when":"","title":"restauration \u00e0 un instant donn\u00e9 p\u00e9rim\u00e9e","sentence":"La restauration \u00e0 un instant donn\u00e9 de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es][ {resource_id}] de l'application[ {@app}] est p\u00e9rim\u00e9e[ {recoverable?mais reste possible/}|\u00a0: impossible pour {unrecoverable_duration_seconds:duration}|][ ({status:recovery})]."}]},
{"type":"plan_database_maintenance","standard":true,"wordings":[
  {"when":"","title":"maintenance de base de donn\u00e9es planifi\u00e9e","sentence":"Maintenance planifi\u00e9e de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es] de l'application[ {@app}][\u00a0: {next_maintenance_window:time}]."}]},
{"type":"start_database_maintenance","standard":true,"wordings":[
  {"when":"","title":"maintenance de base de donn\u00e9es commenc\u00e9e","sentence":"D\u00e9but de la maintenance de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es] de l'application[ {@app}]."}]},
{"type":"complete_database_maintenance","standard":true,"wordings":[
  {"when":"","title":"maintenance de base de donn\u00e9es termin\u00e9e","sentence":"Fin de la maintenance de [la base de donn\u00e9es {addon_name}|la base de donn\u00e9es] de l'application[ {@app}]."}]},
{"type":"new_alert","standard":true,"wordings":[
  {"when":"","title":"alerte ajout\u00e9e","sentence":"Ajout d'une alerte[ sur la m\u00e9trique {metric:metric}| sur la m\u00e9trique {'metric}|][ des conteneurs {container_type}] de l'application[ {@app}][\u00a0: d\u00e9clenchement {send_when_below?en dessous de/au-dessus de} {limit_text|limit}]."}]},
{"type":"alert","standard":true,"wordings":[
  {"when":"activated=false","title":"[{metric:metric}|{'metric}|m\u00e9trique]\u00a0: retour \u00e0 la normale[ sur {sender_name}]","sentence":"Retour \u00e0 la normale [de la m\u00e9trique {metric:metric}|de la m\u00e9trique {'metric}|d'une m\u00e9trique][ sur {sender_name}] de l'application[ {@app}][ {send_when_below?(niveau auparavant trop bas)/(niveau auparavant trop haut)}][\u00a0: {value_text|value}[ (limite {limit_text|limit})]]."},
  {"when":"","title":"[{metric:metric}|{'metric}|m\u00e9trique]\u00a0: niveau [trop {send_when_below?bas/haut}|hors limite][ sur {sender_name}]","sentence":"Niveau [trop {send_when_below?bas/haut}|hors limite] [de la m\u00e9trique {metric:metric}|de la m\u00e9trique {'metric}|d'une m\u00e9trique][ sur {sender_name}] de l'application[ {@app}][\u00a0: {value_text|value}[ (limite {limit_text|limit})]]."}]},
{"type":"delete_alert","standard":true,"wordings":[
  {"when":"","title":"alerte supprim\u00e9e","sentence":"Suppression de l'alerte[ sur la m\u00e9trique {metric:metric}| sur la m\u00e9trique {'metric}|][ des conteneurs {container_type}] de l'application[ {@app}]."}]},
{"type":"new_autoscaler","standard":true,"wordings":[
  {"when":"","title":"autoscaler ajout\u00e9","sentence":"Ajout d'un autoscaler[ pour les conteneurs {container_type}] de l'application[ {@app}][\u00a0: objectif[ pour la m\u00e9trique {metric:metric}| pour la m\u00e9trique {'metric}][ de {target_text|target}]][, de {min_containers} \u00e0 {max_containers} conteneurs]."}]},
{"type":"edit_autoscaler","standard":true,"wordings":[
  {"when":"","title":"autoscaler modifi\u00e9","sentence":"Modification de l'autoscaler[ pour les conteneurs {container_type}] de l'application[ {@app}][\u00a0: objectif[ pour la m\u00e9trique {metric:metric}| pour la m\u00e9trique {'metric}][ de {target_text|target}]][, de {min_containers} \u00e0 {max_containers} conteneurs]."}]},
{"type":"delete_autoscaler","standard":true,"wordings":[
  {"when":"","title":"autoscaler supprim\u00e9","sentence":"Suppression de l'autoscaler[ pour les conteneurs {container_type}] de l'application[ {@app}][\u00a0: objectif pour la m\u00e9trique {metric:metric}|\u00a0: objectif pour la m\u00e9trique {'metric}|]."}]},
{"type":"new_collaborator","standard":true,"wordings":[
  {"when":"","title":"invitation \u00e0 collaborer","sentence":"Invitation de [{collaborator.email|collaborator.username}|quelqu'un] \u00e0 collaborer \u00e0 l'application[ {@app}][ {collaborator.is_limited?avec des droits limit\u00e9s/}].","fields":"?Nom: {collaborator.username}; Droits: {collaborator.is_limited?/complets}; ?Invitation par: {collaborator.inviter.username|collaborator.inviter.email}"}]},
{"type":"accept_collaborator","standard":true,"wordings":[
  {"when":"","title":"invitation accept\u00e9e","sentence":"[{collaborator.username|collaborator.email}|Quelqu'un] a accept\u00e9 l'invitation \u00e0 collaborer \u00e0 l'application[ {@app}].","fields":"?E-mail: {collaborator.email}; Droits: {collaborator.is_limited?limit\u00e9s/complets}; ?Invitation par: {collaborator.inviter.username|collaborator.inviter.email}"}]},
{"type":"delete_collaborator","standard":true,"wordings":[
  {"when":"","title":"fin de collaboration","sentence":"[{collaborator.username|collaborator.email}|Quelqu'un] ne collabore plus \u00e0 l'application[ {@app}].","fields":"?E-mail: {collaborator.email}; Droits: {collaborator.is_limited?limit\u00e9s/complets}; ?Invitation par: {collaborator.inviter.username|collaborator.inviter.email}"}]},
{"type":"change_collaborator_role","standard":true,"wordings":[
  {"when":"","title":"r\u00f4le de collaboration modifi\u00e9","sentence":"[{collaborator.username|collaborator.email}|Quelqu'un] a d\u00e9sormais [des droits {collaborator.is_limited?limit\u00e9s/complets}|d'autres droits] sur l'application[ {@app}]."}]},
{"type":"new_notifier","standard":true,"wordings":[
  {"when":"","title":"notifier ajout\u00e9","sentence":"Ajout [du notifier {'notifier_name}|d'un notifier] de l'application[ {@app}][ (plateforme\u00a0: {platform_name|notifier_type:platform})].","fields":"Actif: {active?/non}; =\u00c9v\u00e9nements: [{send_all_events?tous/}|{selected_events:list}]"}]},
{"type":"edit_notifier","standard":true,"wordings":[
  {"when":"","title":"notifier modifi\u00e9","sentence":"[D\u00e9sactivation du notifier {'notifier_name} de l'application[ {@app}] \u00e0 cause de ses \u00e9checs\u00a0: {disabled_because}|D\u00e9sactivation d'un notifier de l'application[ {@app}] \u00e0 cause de ses \u00e9checs\u00a0: {disabled_because}|Modification du notifier {'notifier_name} de l'application[ {@app}]|Modification d'un notifier de l'application[ {@app}]][ (plateforme\u00a0: {platform_name|notifier_type:platform})].","fields":"Actif: {active?/non}; =\u00c9v\u00e9nements: [{send_all_events?tous/}|{selected_events:list}]"}]},
{"type":"delete_notifier","standard":true,"wordings":[
  {"when":"","title":"notifier supprim\u00e9","sentence":"Suppression [du notifier {'notifier_name}|d'un notifier] de l'application[ {@app}][ (plateforme\u00a0: {platform_name|notifier_type:platform})].","fields":"Actif: {active?/non}; =\u00c9v\u00e9nements: [{send_all_events?tous/}|{selected_events:list}]"}]},
{"type":"new_log_drain","standard":true,"wordings":[
  {"when":"","title":"log drain ajout\u00e9","sentence":"Les logs de l'application[ {@app}] sont d\u00e9sormais aussi envoy\u00e9s vers un nouveau log drain."}]},)json"
 R"json(
{"type":"delete_log_drain","standard":true,"wordings":[
  {"when":"","title":"log drain supprim\u00e9","sentence":"Suppression d'un log drain de l'application[ {@app}]."}]},
{"type":"new_addon_log_drain","standard":true,"wordings":[
  {"when":"","title":"log drain d'addon ajout\u00e9","sentence":"Les logs [de l'addon {addon_name}|d'un addon] de l'application[ {@app}] sont d\u00e9sormais aussi envoy\u00e9s vers un nouveau log drain."}]},
{"type":"delete_addon_log_drain","standard":true,"wordings":[
  {"when":"","title":"log drain d'addon supprim\u00e9","sentence":"Suppression d'un log drain [de l'addon {addon_name}|d'un addon] de l'application[ {@app}]."}]},
{"type":"edit_hds_contact","standard":true,"wordings":[
  {"when":"","title":"contact des donn\u00e9es de sant\u00e9 modifi\u00e9","sentence":"Modification du contact des donn\u00e9es de sant\u00e9 de l'application[ {@app}][ ({name})]."}]},
{"type":"create_data_access_consent","standard":true,"wordings":[
  {"when":"containers=true,databases=true","title":"acc\u00e8s accord\u00e9","sentence":"Les op\u00e9rateurs de la plateforme peuvent acc\u00e9der aux conteneurs et aux bases de donn\u00e9es de l'application[ {@app}][ jusqu'au {end_at:time}]."},
  {"when":"containers=true","title":"acc\u00e8s accord\u00e9","sentence":"Les op\u00e9rateurs de la plateforme peuvent acc\u00e9der aux conteneurs de l'application[ {@app}][ jusqu'au {end_at:time}]."},
  {"when":"databases=true","title":"acc\u00e8s accord\u00e9","sentence":"Les op\u00e9rateurs de la plateforme peuvent acc\u00e9der aux bases de donn\u00e9es de l'application[ {@app}][ jusqu'au {end_at:time}]."},
  {"when":"","title":"consentement d'acc\u00e8s enregistr\u00e9","sentence":"Enregistrement d'un consentement d'acc\u00e8s \u00e0 l'application[ {@app}][ jusqu'au {end_at:time}].","fields":"Conteneurs: {containers?oui/non}; Bases de donn\u00e9es: {databases?oui/non}; Adresse IP: {remote_ip}"}]},
{"type":"new_project","standard":true,"wordings":[
  {"when":"","title":"projet cr\u00e9\u00e9","sentence":"Cr\u00e9ation du projet[ {'@project}][ {default?comme projet par d\u00e9faut/}]."}]},
{"type":"edit_project","standard":true,"wordings":[
  {"when":"","title":"param\u00e8tres du projet modifi\u00e9s","sentence":"Modification des param\u00e8tres du projet[ {'@project}][\u00a0: {updated_values:changes}]."}]},
{"type":"delete_project","standard":true,"wordings":[
  {"when":"","title":"projet supprim\u00e9","sentence":"Suppression du projet[ {'@project}]."}]},
{"type":"new_project_transfer_invitation","standard":true,"wordings":[
  {"when":"","title":"transfert du projet propos\u00e9","sentence":"Invitation de [{recipient_username|recipient_email|invited_user.username|invited_user.email}|quelqu'un] \u00e0 reprendre le projet[ {'@project}]."}]},
{"type":"accept_project_transfer_invitation","standard":true,"wordings":[
  {"when":"","title":"transfert du projet accept\u00e9","sentence":"[{invited_user.username|recipient_username|recipient_email|invited_user.email}|La personne invit\u00e9e] a accept\u00e9 de reprendre le projet[ {'@project}]."}]},
{"type":"accept_project_transfer_invitation_error","standard":true,"wordings":[
  {"when":"","title":"\u00e9chec du transfert du projet","sentence":"Le transfert du projet[ {'@project}][ \u00e0 {invited_user.username|invited_user.email}] a \u00e9t\u00e9 accept\u00e9, mais a \u00e9chou\u00e9."}]},
{"type":"cancel_project_transfer_invitation","standard":true,"wordings":[
  {"when":"","title":"transfert du projet annul\u00e9","sentence":"Retrait de l'offre de transfert du projet[ {'@project}][ \u00e0 {invited_user.username|recipient_username|recipient_email|invited_user.email}]."}]},
{"type":"decline_project_transfer_invitation","standard":true,"wordings":[
  {"when":"","title":"transfert du projet refus\u00e9","sentence":"[{invited_user.username|recipient_username|recipient_email|invited_user.email}|La personne invit\u00e9e] a refus\u00e9 de reprendre le projet[ {'@project}]."}]},
{"type":"new_user","standard":true,"wordings":[
  {"when":"","title":"bienvenue","sentence":"Bienvenue[, {@user}]\u00a0! Votre compte est pr\u00eat, et votre premi\u00e8re application peut \u00eatre cr\u00e9\u00e9e."}]},
{"type":"new_integration","standard":true,"wordings":[
  {"when":"","title":"compte[ {integration_type:service}] connect\u00e9","sentence":"Connexion [du compte[ {integration_type:service}] {'data.login}|d'un compte externe] [au compte de {@user}|\u00e0 votre compte]."}]},
{"type":"delete_integration","standard":true,"wordings":[
  {"when":"","title":"compte[ {integration_type:service}] d\u00e9connect\u00e9","sentence":"D\u00e9connexion [du compte[ {integration_type:service}] {'data.login}|d'un compte externe] [du compte de {@user}|de votre compte]."}]},
{"type":"authorize_github","standard":true,"wordings":[
  {"when":"","title":"compte GitHub connect\u00e9","sentence":"[Le compte GitHub {'github_user.login}|Un compte GitHub] peut d\u00e9sormais \u00eatre utilis\u00e9 depuis [le compte de {@user}|votre compte]."}]},
{"type":"revoke_github","standard":true,"wordings":[
  {"when":"","title":"compte GitHub d\u00e9connect\u00e9","sentence":"[Le compte de {@user}|Votre compte] ne peut plus utiliser son compte GitHub."}]},
{"type":"add_credit","standard":true,"wordings":[
  {"when":"","title":"cr\u00e9dit ajout\u00e9","sentence":"[Ajout de {amount|value:money} de cr\u00e9dit|Ajout de cr\u00e9dit] [au compte de {@user}|\u00e0 votre compte][ ({payment_method:method})]."}]},
{"type":"add_payment_method","standard":true,"wordings":[
  {"when":"","title":"moyen de paiement ajout\u00e9","sentence":"Ajout [de la carte {stripe.brand} se terminant par {stripe.last4}|de la carte se terminant par {stripe.last4}|du moyen de paiement {payment_method_type:method}|d'un moyen de paiement] [au compte de {@user}|\u00e0 votre compte]."}]},
{"type":"add_voucher","standard":true,"wordings":[
  {"when":"","title":"bon ajout\u00e9","sentence":"Ajout d'un bon [au compte de {@user}|\u00e0 votre compte]."}]},
{"type":"payment_attempt","standard":true,"wordings":[
  {"when":"status=paid","title":"paiement re\u00e7u","sentence":"[Le paiement de {@user}|Votre paiement][ d'un montant de {amount:money}][ {payment_method:payment}] a r\u00e9ussi."},
  {"when":"status=new","title":"paiement en attente","sentence":"[Le paiement de {@user}|Votre paiement][ d'un montant de {amount:money}][ {payment_method:payment}] est en attente."},
  {"when":"status=*","title":"\u00e9chec du paiement","sentence":"[Le paiement de {@user}|Votre paiement][ d'un montant de {amount:money}][ {payment_method:payment}] a \u00e9chou\u00e9."},
  {"when":"","title":"tentative de paiement","sentence":"Tentative de paiement[ de {@user}][ d'un montant de {amount:money}][ {payment_method:payment}]."}]},
{"type":"new_key","standard":true,"wordings":[
  {"when":"","title":"cl\u00e9 SSH ajout\u00e9e","sentence":"Ajout [de la cl\u00e9 SSH {'name}|d'une cl\u00e9 SSH] [au compte de {@user}|\u00e0 votre compte]."}]},
{"type":"edit_key","standard":true,"wordings":[
  {"when":"","title":"cl\u00e9 SSH modifi\u00e9e","sentence":"Modification [de la cl\u00e9 SSH {'name}|d'une cl\u00e9 SSH] [du compte de {@user}|de votre compte]."}]},
{"type":"delete_key","standard":true,"wordings":[
  {"when":"","title":"cl\u00e9 SSH supprim\u00e9e","sentence":"Suppression [de la cl\u00e9 SSH {'name}|d'une cl\u00e9 SSH] [du compte de {@user}|de votre compte]."}]},
{"type":"new_token","standard":true,"wordings":[
  {"when":"","title":"jeton d'API cr\u00e9\u00e9","sentence":"Cr\u00e9ation [du jeton d'API {'token_name}|d'un jeton d'API] [du compte de {@user}|de votre compte]."}]},
{"type":"regenerate_token","standard":true,"wordings":[
  {"when":"","title":"jeton d'API r\u00e9g\u00e9n\u00e9r\u00e9","sentence":"R\u00e9g\u00e9n\u00e9ration [du jeton d'API {'token_name}|d'un jeton d'API] [du compte de {@user}|de votre compte]\u00a0: son ancienne valeur ne fonctionne plus."}]},
{"type":"delete_token","standard":true,"wordings":[
  {"when":"","title":"jeton d'API supprim\u00e9","sentence":"Suppression [du jeton d'API {'token_name}|d'un jeton d'API] [du compte de {@user}|de votre compte]."}]},
{"type":"tfa_enabled","standard":true,"wordings":[
  {"when":"","title":"authentification \u00e0 deux facteurs activ\u00e9e","sentence":"L'authentification \u00e0 deux facteurs prot\u00e8ge d\u00e9sormais [le compte de {@user}|votre compte][ (fournisseur\u00a0: {provider})]."}]},
{"type":"tfa_disabled","standard":true,"wordings":[
  {"when":"","title":"authentification \u00e0 deux facteurs d\u00e9sactiv\u00e9e","sentence":"L'authentification \u00e0 deux facteurs ne prot\u00e8ge plus [le compte de {@user}|votre compte]."}]},)json"
 R"json(
{"type":"login_success","standard":true,"wordings":[
  {"when":"","title":"connexion r\u00e9ussie","sentence":"Connexion [de {@user}|de quelqu'un][ depuis {remote_ip}]."}]},
{"type":"login_failure","standard":true,"wordings":[
  {"when":"","title":"\u00e9chec de connexion","sentence":"\u00c9chec d'une tentative de connexion [au compte de {@user}|\u00e0 votre compte][ depuis {remote_ip}]."}]},
{"type":"login_lock","standard":true,"wordings":[
  {"when":"","title":"compte verrouill\u00e9","sentence":"Verrouillage [du compte de {@user}|de votre compte] apr\u00e8s trop d'\u00e9checs de connexion."}]},
{"type":"login_unlock_success","standard":true,"wordings":[
  {"when":"","title":"compte d\u00e9verrouill\u00e9","sentence":"D\u00e9verrouillage [du compte de {@user}|de votre compte][ depuis {remote_ip}]."}]},
{"type":"password_reset_query","standard":true,"wordings":[
  {"when":"","title":"r\u00e9initialisation de mot de passe demand\u00e9e","sentence":"Demande d'un nouveau mot de passe pour [le compte de {@user}|votre compte][ depuis {remote_ip}]."}]},
{"type":"password_reset_success","standard":true,"wordings":[
  {"when":"","title":"mot de passe modifi\u00e9","sentence":"Modification du mot de passe [du compte de {@user}|de votre compte][ depuis {remote_ip}]."}]},
{"type":"test","standard":true,"wordings":[
  {"when":"","title":"test","sentence":"Ceci est un test [du notifier {'notifier_name}|d'un notifier][, demand\u00e9 par {@user}]\u00a0: rien n'est arriv\u00e9 \u00e0 l'application[ {@app}]."}]}],
"words":{
"reason":{"user_restart":"\u00e0 la demande d'un utilisateur","unexpected_failure":"d\u00e9faillance inattendue","rebalancing_operation":"r\u00e9\u00e9quilibrage de l'infrastructure","security_maintenance":"maintenance de s\u00e9curit\u00e9 planifi\u00e9e","payment_failure":"\u00e9chec de paiement","user_stop":"\u00e0 la demande d'un utilisateur","no-payment-method":"aucun moyen de paiement"},
"failure":{"build-error":"\u00e9chec de la construction","crashed-error":"plantage de la nouvelle version au d\u00e9marrage","timeout-error":"la nouvelle version n'a pas d\u00e9marr\u00e9 \u00e0 temps","hook-error":"\u00e9chec du hook de post-d\u00e9ploiement"},
"origin":{"periodic":"p\u00e9riodique","manual":"manuelle"},
"recovery":{"healthy":"op\u00e9rationnelle","pgbackrest_error":"erreur de pgBackRest","wal_error":"erreur de WAL"},
"service":{"gitlab-self-hosted":"GitLab auto-h\u00e9berg\u00e9"},
"platform":{"email":"e-mail"},
"payment":{"credit":"par cr\u00e9dit","*":"par carte"},
"method":{"stripe":"carte","card":"carte"},
"metric":{"cpu":"utilisation du CPU","memory":"utilisation de la m\u00e9moire","swap":"utilisation du swap","all":"nombre de requ\u00eates par minute","rpm":"nombre de requ\u00eates par minute","rpm_per_container":"nombre de requ\u00eates par minute et par conteneur","p50_response_time":"temps de r\u00e9ponse m\u00e9dian","p95_response_time":"temps de r\u00e9ponse p95","p99_response_time":"temps de r\u00e9ponse p99","5XX":"nombre d'erreurs 5xx"}},)json"
 R"json(
"labels":{
"View details":"Voir les d\u00e9tails",
"{day} {month} {year}, {hour}:{minute} UTC":"{day} {month} {year}, {hour}:{minute} UTC",
"Jan":"janv.",
"Feb":"f\u00e9vr.",
"Mar":"mars",
"Apr":"avr.",
"May":"mai",
"Jun":"juin",
"Jul":"juil.",
"Aug":"ao\u00fbt",
"Sep":"sept.",
"Oct":"oct.",
"Nov":"nov.",
"Dec":"d\u00e9c.",
".":",",
"s":"s",
"min":"min",
"h":"h",
"d":"j",
"bytes":"octets",
"kB":"ko",
"MB":"Mo",
"GB":"Go",
"TB":"To",
"PB":"Po",
"EB":"Eo",
"and":"et",
"and # more":"et # autre/et # autres",
"from":"de",
"to":"\u00e0",
"added":"(ajout)",
"changed":"(modification)",
"removed":"(suppression)",
"event":"\u00e9v\u00e9nement",
"Data":"Donn\u00e9es",
"Further values":"Autres valeurs",
"The event \"{kind}\" happened on {subject}.":"\u00c9v\u00e9nement \u00ab\u00a0{kind}\u00a0\u00bb sur {subject}.",
"The event \"{kind}\" happened.":"\u00c9v\u00e9nement \u00ab\u00a0{kind}\u00a0\u00bb.",
"An event happened on {subject}.":"\u00c9v\u00e9nement sur {subject}.",
"An event happened.":"Un \u00e9v\u00e9nement s'est produit.",
"# event/# events":"# \u00e9v\u00e9nement/# \u00e9v\u00e9nements",
"# more event/# more events":"# autre \u00e9v\u00e9nement/# autres \u00e9v\u00e9nements",
"# {kind} event/# {kind} events":"# \u00e9v\u00e9nement \u00ab\u00a0{kind}\u00a0\u00bb/# \u00e9v\u00e9nements \u00ab\u00a0{kind}\u00a0\u00bb",
"# more {kind} event/# more {kind} events":"# autre \u00e9v\u00e9nement \u00ab\u00a0{kind}\u00a0\u00bb/# autres \u00e9v\u00e9nements \u00ab\u00a0{kind}\u00a0\u00bb",
"in # day/in # days":"en # jour/en # jours",
"in # hour/in # hours":"en # heure/en # heures",
"in # minute/in # minutes":"en # minute/en # minutes",
"in # second/in # seconds":"en # seconde/en # secondes",
"Between {from} and {to}":"Entre le {from} et le {to}",
"without a type":"sans type",
"# of other kinds":"# d'autres types",
"More":"Suite",
"Source":"Source",
"Old project id":"Identifiant de l'ancien projet",
"New project id":"Identifiant du nouveau projet",
"Email":"E-mail",
"Previous owner":"Propri\u00e9taire pr\u00e9c\u00e9dent",
"Logs":"Logs",
"Commit":"Commit",
"Changes":"Changements",
"Pushed by":"Envoi par",
"Stack":"Stack",
"Audit log":"Journal d'audit",
"Migration":"Migration",
"Linked by":"Liaison par",
"Unlinked by":"Fin de liaison par",
"Resource":"Ressource",
"Plan":"Plan",
"Changed":"Modifications",
"Addon id":"Identifiant de l'addon",
"IP address":"Adresse IP",
"Started":"D\u00e9but",
"Ended":"Fin",
"Status":"Statut",
"Backup":"Sauvegarde",
"Error":"Erreur",
"Checked":"V\u00e9rification",
"Type":"Type",
"Window":"Fen\u00eatre",
"Maintenance":"Maintenance",
"Invited by":"Invitation par",
"Company":"Entreprise",
"Expires":"Expiration",
"Reason":"Motif",
"Server":"Serveur",
"Fingerprint":"Empreinte",
"Platform":"Plateforme",
"Review apps":"Review apps",
"Review app":"Review app",
"App operations":"Op\u00e9rations sur l'application",
"Addons":"Addons",
"Collaborators":"Collaborateurs",
"Domains":"Domaines",
"Notifiers":"Notifiers",
"Variables":"Variables",
"GitHub":"GitHub",
"Databases":"Bases de donn\u00e9es",
"Projects":"Projets",
"App deployed":"Application d\u00e9ploy\u00e9e",
"A new version of the app was deployed, or its deployment failed":"Une nouvelle version de l'application a \u00e9t\u00e9 d\u00e9ploy\u00e9e, ou son d\u00e9ploiement a \u00e9chou\u00e9",
"App restarted":"Application red\u00e9marr\u00e9e",
"The app, or some of its containers, restarted":"L'application, ou certains de ses conteneurs, ont red\u00e9marr\u00e9",
"App crashed":"Application plant\u00e9e",
"A container crashed":"Un conteneur a plant\u00e9",
"App crashed repeated":"Plantages r\u00e9p\u00e9t\u00e9s",
"A container crashed again":"Un conteneur a plant\u00e9 de nouveau",
"App scaled":"Mise \u00e0 l'\u00e9chelle",
"The number or the size of the containers changed":"Le nombre ou la taille des conteneurs a chang\u00e9",
"App stopped":"Application arr\u00eat\u00e9e",
"The app was stopped":"L'application a \u00e9t\u00e9 arr\u00eat\u00e9e",
"App command ran":"Commande ex\u00e9cut\u00e9e",
"A command was run in a one-off container":"Une commande a \u00e9t\u00e9 ex\u00e9cut\u00e9e dans un conteneur one-off",
"App deleted":"Application supprim\u00e9e",
"The app was deleted":"L'application a \u00e9t\u00e9 supprim\u00e9e",
"App transferred":"Application transf\u00e9r\u00e9e",
"The app was handed over to a new owner":"L'application a \u00e9t\u00e9 transf\u00e9r\u00e9e \u00e0 un autre propri\u00e9taire",
"App renamed":"Application renomm\u00e9e",
"The app was given a new name":"L'application a un nouveau nom",
"App alert triggered":"Alerte d\u00e9clench\u00e9e",
"A metric crossed the limit of an alert, or came back within it":"Une m\u00e9trique a franchi la limite d'une alerte, ou est revenue \u00e0 la normale",
"Alert Added":"Alerte ajout\u00e9e",
"An alert was set up":"Une alerte a \u00e9t\u00e9 mise en place",
"Alert Deleted":"Alerte supprim\u00e9e",
"An alert was deleted":"Une alerte a \u00e9t\u00e9 supprim\u00e9e",
"App Edited":"Application modifi\u00e9e",
"The settings of the app were changed":"Les param\u00e8tres de l'application ont \u00e9t\u00e9 modifi\u00e9s",
"App project updated":"Projet de l'application modifi\u00e9",
"The app was moved to another project":"L'application a chang\u00e9 de projet",
"Region Migration Started":"Migration de r\u00e9gion commenc\u00e9e",
"The app began to move to another region":"L'application a commenc\u00e9 \u00e0 migrer vers une autre r\u00e9gion",
"Addon provisioned":"Addon ajout\u00e9",
"An addon was added":"Un addon a \u00e9t\u00e9 ajout\u00e9",
"Addon resumed":"Addon r\u00e9activ\u00e9",
"A suspended addon works again":"Un addon suspendu fonctionne de nouveau",
"Addon suspended":"Addon suspendu",
"An addon was suspended":"Un addon a \u00e9t\u00e9 suspendu",
"Addon plan changed":"Plan d'addon modifi\u00e9",
"An addon was moved to another plan":"Un addon a chang\u00e9 de plan",
"Addon database upgraded":"Base de donn\u00e9es mise \u00e0 niveau",
"The database of an addon was upgraded to another version":"La base de donn\u00e9es d'un addon a chang\u00e9 de version",
"Addon deleted":"Addon supprim\u00e9",
"An addon was removed":"Un addon a \u00e9t\u00e9 supprim\u00e9",
"Addon Updated":"Addon mis \u00e0 jour",
"An attribute of an addon changed":"Un attribut d'un addon a chang\u00e9",
"Collaborator invited":"Invitation \u00e0 collaborer",
"Someone was invited to collaborate on the app":"Quelqu'un a \u00e9t\u00e9 invit\u00e9 \u00e0 collaborer \u00e0 l'application",
"Collaborator accepted":"Invitation accept\u00e9e",
"Someone accepted the invitation to collaborate on the app":"Quelqu'un a accept\u00e9 l'invitation \u00e0 collaborer \u00e0 l'application",
"Collaborator removed":"Fin de collaboration",
"Someone no longer collaborates on the app":"Quelqu'un ne collabore plus \u00e0 l'application",
"Collaborator role changed":"R\u00f4le de collaboration modifi\u00e9",
"A collaborator was given other rights":"Les droits d'un collaborateur ont chang\u00e9",
"Domain added":"Domaine ajout\u00e9",
"A domain was added":"Un domaine a \u00e9t\u00e9 ajout\u00e9",
"Domain edited":"Domaine modifi\u00e9",
"The certificate of a domain changed":"Le certificat d'un domaine a chang\u00e9",
"Domain removed":"Domaine supprim\u00e9",
"A domain was removed":"Un domaine a \u00e9t\u00e9 supprim\u00e9",
"Notifier added":"Notifier ajout\u00e9",
"A notifier was added":"Un notifier a \u00e9t\u00e9 ajout\u00e9",
"Notifier edited":"Notifier modifi\u00e9",
"A notifier was changed":"Un notifier a \u00e9t\u00e9 modifi\u00e9",
"Notifier removed":"Notifier supprim\u00e9",
"A notifier was removed":"Un notifier a \u00e9t\u00e9 supprim\u00e9",
"Variable added":"Variable ajout\u00e9e",
"An environment variable was added":"Une variable d'environnement a \u00e9t\u00e9 ajout\u00e9e",
"Variable edited":"Variable modifi\u00e9e",
"An environment variable was changed":"Une variable d'environnement a \u00e9t\u00e9 modifi\u00e9e",
"Variables bulk edited":"Variables modifi\u00e9es ensemble",
"Several environment variables were changed at once":"Plusieurs variables d'environnement ont \u00e9t\u00e9 modifi\u00e9es \u00e0 la fois",
"Variable removed":"Variable supprim\u00e9e",
"An environment variable was removed":"Une variable d'environnement a \u00e9t\u00e9 supprim\u00e9e",
"Github link":"D\u00e9p\u00f4t GitHub li\u00e9",
"A repository was linked to the app":"Un d\u00e9p\u00f4t a \u00e9t\u00e9 li\u00e9 \u00e0 l'application",
"Github unlink":"D\u00e9p\u00f4t GitHub d\u00e9li\u00e9",
"The link between the app and its repository was removed":"La liaison entre l'application et son d\u00e9p\u00f4t a \u00e9t\u00e9 supprim\u00e9e",
"Database backup failed":"\u00c9chec de sauvegarde",
"A backup of a database failed":"Une sauvegarde d'une base de donn\u00e9es a \u00e9chou\u00e9",
"Database backup succeeded":"Sauvegarde r\u00e9ussie",
"A backup of a database was completed":"Une sauvegarde d'une base de donn\u00e9es est termin\u00e9e",
"Database continuous backup delayed":"Sauvegarde continue en retard",
"Point-in-time recovery of a database lags behind":"La restauration \u00e0 un instant donn\u00e9 d'une base de donn\u00e9es est en retard",
"Database continuous backup healthy":"Sauvegarde continue op\u00e9rationnelle",
"Point-in-time recovery of a database works, and its restore points are up to date":"La restauration \u00e0 un instant donn\u00e9 d'une base de donn\u00e9es fonctionne, et ses points de restauration sont \u00e0 jour",
"Database continuous backup stale":"Sauvegarde continue p\u00e9rim\u00e9e",
"Point-in-time recovery of a database lags far behind":"La restauration \u00e0 un instant donn\u00e9 d'une base de donn\u00e9es a beaucoup de retard",
"Addon maintenance planned":"Maintenance d'addon planifi\u00e9e",
"A maintenance of a database was scheduled":"Une maintenance d'une base de donn\u00e9es est planifi\u00e9e",
"Addon maintenance started":"Maintenance d'addon commenc\u00e9e",
"A maintenance of a database began":"Une maintenance d'une base de donn\u00e9es a commenc\u00e9",
"Addon maintenance completed":"Maintenance d'addon termin\u00e9e",
"A maintenance of a database was completed":"Une maintenance d'une base de donn\u00e9es est termin\u00e9e",
"Project created":"Projet cr\u00e9\u00e9",
"A project was created":"Un projet a \u00e9t\u00e9 cr\u00e9\u00e9",
"Project edited":"Projet modifi\u00e9",
"A project was renamed or became the default one":"Un projet a \u00e9t\u00e9 renomm\u00e9 ou est devenu le projet par d\u00e9faut",
"Project deleted":"Projet supprim\u00e9",
"A project was deleted":"Un projet a \u00e9t\u00e9 supprim\u00e9"}})json";

// clang-format on

NOTIFIER_NAMESPACE_END
