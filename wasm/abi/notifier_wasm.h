/* The C interface of the WebAssembly module: what wasm/src/instance.ts calls, and what any other host may call.
 *
 * Addresses are offsets into the module's memory and sizes count bytes. Text is UTF-8 and ends where its size says. A
 * call takes its texts as pairs of address and size; a host puts them into the input area, one after the other.
 *
 * A call that can fail returns a notifier_status. What it gave lies in the one notifier_result, and stays until the
 * next call of any function but notifier_answer(). Calls may move and grow the memory: a host makes its views of it
 * anew after each. The module has one thread, and none of its functions may be called from inside an import.
 *
 * Every name is in exports.txt, which the linker reads; a test holds this file, that one and the module against each
 * other.
 */

#ifndef NOTIFIER_WASM_H
#define NOTIFIER_WASM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __wasm__
#define NOTIFIER_IMPORT(name) __attribute__((import_module("notifier"), import_name(#name)))
#else
#define NOTIFIER_IMPORT(name)
#endif

/* Moves when anything here changes its meaning. */
#define NOTIFIER_ABI_VERSION 2u

/* Apps, notifiers and users, with all that routes to them. */
typedef struct notifier_engine notifier_engine;
typedef struct notifier_filter notifier_filter;

/* 0: it went well. 1: it failed, and the answer's text is
 * `{"code","message","offset"?,"field"?,"fields"?:[{"field","message", "code"}]}`, as notifier::Error. */
typedef uint32_t notifier_status;

/* The answer to a call. All words are 32 bits, so that a host reads it as an array. */
typedef struct notifier_result {
  uint32_t text; /* address of the answer's text: JSON, lines of JSON, or the dynamic texts of deliveries ("heads") */
  uint32_t text_size;
  uint32_t records; /* address of the first record, or of the pairs of notifier_match() */
  uint32_t count;   /* how many there are */
  uint32_t bodies;  /* address of the bodies of deliveries, one after the other */
  uint32_t bodies_size;
  uint32_t consumed; /* notifier_lines(): bytes read */
  uint32_t failed;   /* notifier_lines(): lines that could not be read */
} notifier_result;

/* A text of a record: where `size` has its highest bit set, the address of text that lies still (in the registry until
 * it next changes, or in the module for ever); else an offset into the heads. Offsets and the size's other bits count
 * UTF-16 units of the decoded text for the heads, bytes for addresses. */
typedef struct notifier_text {
  uint32_t start;
  uint32_t size;
} notifier_text;

/* A delivery: this, then `pairs` times two notifier_text (header name and value) or one (recipient) for an email, then
 * `cuts` times a notifier_text (the part) and two numbers (length, kept). */
typedef struct notifier_record {
  uint32_t platform; /* 0 email, 1 slack, 2 webhook, 3 rocket_chat, 4 mattermost, 5 discord, 6 microsoft_teams, 7
                        google_chat, 8 telegram; others as notifier::Platform has
                        them, no number changes */
  notifier_text notifier_id; /* lies still, as the next two: a host may know a notifier by this address */
  notifier_text notifier_name;
  notifier_text app_id;
  notifier_text target; /* the URL, which lies still only where its size says so; an email's envelope sender */
  notifier_text event_id;
  notifier_text event_type;
  notifier_text key;     /* the idempotency key */
  notifier_text method;  /* of a request */
  notifier_text arrival; /* JSON as delivery_json.hpp writes a notifier::Arrival; empty where it is told by itself */
  uint32_t paced_as[2];  /* low and high half of notifier::DeliveryView::target */
  uint32_t body;         /* offset into the bodies, in UTF-16 units where they are to be decoded, else in bytes */
  uint32_t body_size;    /* the same unit. UINT32_MAX: the body is the event itself */
  uint32_t pairs;
  uint32_t cuts;
} notifier_record;

/* ---- imports, from module "notifier"; asked only where notifier_new() was told that the host has them ---- */

/* Milliseconds since 1970, UTC. */
double notifier_host_now(void) NOTIFIER_IMPORT(now);
/* The next five return the size of an answer, which the module then takes once it has made room; 0 means none. */
/* A new id that begins with the prefix, for what is added without one and for events that have none ("ev-"). None: it
 * is derived, and such an event is known by its bytes. */
uint32_t notifier_host_new_id(uint32_t prefix, uint32_t prefix_size) NOTIFIER_IMPORT(new_id);
/* The mail address of a user. None: the registry's users are asked. */
uint32_t notifier_host_user(uint32_t id, uint32_t id_size) NOTIFIER_IMPORT(user);
/* What happened: `{"of":"events"|"deliveries","app_id","notifier_id","offset","limit"}` is answered with
 * `{"total":N,"items":["<json>",...]}`, newest first; `{"of":"retry","app_id","notifier_id","delivery_id"}` with
 * `due` where the delivery was dead and is now due again, with nothing where there is none, else with a sentence that
 * says why not. `{"of":"held_back","app_id","notifier_id","limit"}` is answered as a list of the groups whose events
 * are held back, those that are told first first: `total` says how many events there are in all, `next` how many
 * groups; `{"of":"tell_now","app_id","notifier_id"}` with `due`. */
uint32_t notifier_host_history(uint32_t query, uint32_t query_size) NOTIFIER_IMPORT(history);
/* Why nothing can ever be delivered to a URL that a draft brings. None: it may be kept. */
uint32_t notifier_host_refuse_url(uint32_t url, uint32_t url_size) NOTIFIER_IMPORT(refuse_url);
/* What people are to read of an event: `{"title"?,"sentence"?,"severity"?,"fields"?:[{"label","value"},...],"link"?}`;
 * what is missing is told as ever. None: all of it is. */
uint32_t notifier_host_compose(uint32_t event, uint32_t event_size) NOTIFIER_IMPORT(compose);
/* Copies the last answer to `out`. */
void notifier_host_take(uint32_t out) NOTIFIER_IMPORT(take);

/* ---- memory ---- */

uint32_t notifier_abi_version(void);
/* Address of the notifier_result: never moves. */
uint32_t notifier_answer(void);
/* Makes the input area at least `size` bytes large and returns its address. What was in it is gone. 0 frees it. */
uint32_t notifier_reserve(uint32_t size);

/* ---- engines ---- */

/* What the host gives: bits of notifier_new(). */
#define NOTIFIER_HOST_CLOCK 1u
#define NOTIFIER_HOST_IDS 2u
#define NOTIFIER_HOST_USERS 4u
#define NOTIFIER_HOST_HISTORY 8u
#define NOTIFIER_HOST_REFUSE_URL 16u
#define NOTIFIER_HOST_COMPOSE 32u

notifier_engine* notifier_new(uint32_t host);
void notifier_delete(notifier_engine* engine);

/* ---- routing ---- */

/* `audience` is empty or `{"notifier_ids":[...],"app_ids":[...],"event_id"?}`: see notifier::Audience. Where `decode`
 * is not 0 the host is going to decode the bodies: their offsets are in UTF-16 units. */

/* Routes one event; answers with records. */
notifier_status notifier_route(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size, uint32_t decode);
/* Only who: answers with pairs of address and size of notifier ids, which lie still as in a notifier_record. */
notifier_status notifier_match(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                               uint32_t audience_size);
/* How notifier_lines() writes: bits. */
#define NOTIFIER_LINES_EXPLAIN 1u      /* explanations in place of deliveries */
#define NOTIFIER_LINES_ERRORS_APART 2u /* lines of errors go to `bodies`, not between the deliveries */

/* Routes lines of events into lines of deliveries, as the program notifier-route writes them. The last line need not
 * end with a line feed. May stop between two lines once much is written: `consumed` says how many bytes were read. A
 * line that is no event gives a line `{"line":N,"error":{...}}`, where N counts from `first_line`; `failed` says how
 * many there were, `count` how many lines were read. A byte order mark before line 1 is skipped. Never fails. */
void notifier_lines(notifier_engine* engine, uint32_t lines, uint32_t lines_size, uint32_t first_line, uint32_t mode);
/* Answers with an explanation as JSON. */
notifier_status notifier_explain(notifier_engine* engine, uint32_t event, uint32_t event_size, uint32_t audience,
                                 uint32_t audience_size);
/* What a notifier would be sent. `notifier` is a draft as a JSON object, or else the id of a stored one. Answers with
 * one record. */
notifier_status notifier_preview(notifier_engine* engine, uint32_t notifier, uint32_t notifier_size, uint32_t event,
                                 uint32_t event_size, uint32_t decode);
/* What a notifier is sent in place of events that were held back: notifier::Router::digest(). `digest` is
 * `{"app_id","notifier_id","key","digest":{...}}`, as notifier_group_step() of the other module answers. Answers with
 * one record. */
notifier_status notifier_digest(notifier_engine* engine, uint32_t digest, uint32_t digest_size, uint32_t decode);

/* ---- filters, which belong to no engine ---- */

/* Compiles a pattern: see notifier::Filter. Answers with the filter's address, in decimal. */
notifier_status notifier_filter_new(uint32_t json, uint32_t json_size);
void notifier_filter_delete(notifier_filter* filter);
/* Whether an event matches: `count` is 1 or 0. Where `explain` is not 0, the text says why it does not. */
notifier_status notifier_filter_judge(notifier_filter* filter, uint32_t event, uint32_t event_size, uint32_t explain);

/* ---- registry; all answer with JSON ---- */

/* `app` in addition to `{"id"?,"name","owner"?,"project_id"?,"language"?}` may hold `"default_notifier":true`. */
notifier_status notifier_add_app(notifier_engine* engine, uint32_t app, uint32_t app_size);
/* `app` is its id or name, also where apps are named below; `patch` is `{"name"?,"owner"?,"project_id"?,"language"?}`.
 */
notifier_status notifier_update_app(notifier_engine* engine, uint32_t app, uint32_t app_size, uint32_t patch,
                                    uint32_t patch_size);
/* With its notifiers. Answers with what it was. */
notifier_status notifier_remove_app(notifier_engine* engine, uint32_t app, uint32_t app_size);
notifier_status notifier_apps(notifier_engine* engine);
notifier_status notifier_put_user(notifier_engine* engine, uint32_t user, uint32_t user_size);
notifier_status notifier_remove_user(notifier_engine* engine, uint32_t id, uint32_t id_size);
notifier_status notifier_add(notifier_engine* engine, uint32_t app, uint32_t app_size, uint32_t draft,
                             uint32_t draft_size);
notifier_status notifier_update(notifier_engine* engine, uint32_t id, uint32_t id_size, uint32_t patch,
                                uint32_t patch_size);
notifier_status notifier_remove(notifier_engine* engine, uint32_t id, uint32_t id_size);
notifier_status notifier_find(notifier_engine* engine, uint32_t id, uint32_t id_size);
notifier_status notifier_list(notifier_engine* engine, uint32_t app, uint32_t app_size);
/* What signs a notifier's webhooks: an array, empty for other platforms. Never part of what else is answered here but a
 * snapshot and changes. */
notifier_status notifier_signing_secrets(notifier_engine* engine, uint32_t id, uint32_t id_size);
/* Judges a draft; answers with the notifier it would become. */
notifier_status notifier_validate(notifier_engine* engine, uint32_t draft, uint32_t draft_size);
notifier_status notifier_load(notifier_engine* engine, uint32_t snapshot, uint32_t snapshot_size);
/* `rows`: puts another vocabulary in place of the present one, see Vocabulary::read(); at address 0: leaves it. Answers
 * with the one there is then, in the same form. */
notifier_status notifier_vocabulary(notifier_engine* engine, uint32_t rows, uint32_t rows_size);
/* The row of one kind, built-in ones included, as the vocabulary's `event_kinds` has it; null where there is none. */
notifier_status notifier_event_kind(notifier_engine* engine, uint32_t type, uint32_t type_size);
notifier_status notifier_snapshot(notifier_engine* engine);
/* `{"email_from"?,"link_base"?}`: see notifier::Settings. What is missing stays as it is. */
notifier_status notifier_configure(notifier_engine* engine, uint32_t settings, uint32_t settings_size);
notifier_status notifier_catalogue(notifier_engine* engine);
/* Platforms of hosts' own: a number that grows whenever a name comes to mean another row; and what is known by which
 * number in records, `[{"number","is_meant","row"},...]`: whether the row is the one that its name means now. */
uint32_t notifier_platform_changes(void);
notifier_status notifier_platforms(void);

/* ---- HTTP API ---- */

/* `head` is `{"method","target","headers":[{"name","value"},...],"user"?:{"id","username","email"}}`; of the headers
 * those that the API reads will do: Content-Type, Idempotency-Key and If-None-Match. Answers with
 * `{"response":{"status","headers","body"},"changes":[...],"events":[...],"deliveries":[...],"rests":[...],
 * "streamAppId"?}`. A delivery's body is its `"front"`, where it has one, and then the text in `rests` that its
 * `"rest"`, where it has one, is the place of: what deliveries share is there once. */
notifier_status notifier_handle(notifier_engine* engine, uint32_t head, uint32_t head_size, uint32_t body,
                                uint32_t body_size);
/* What the host does to a notifier that kept failing: `notifier` is `{"app_id","notifier_id","reason"}`. Answers as
 * notifier_handle(). */
notifier_status notifier_switch_off(notifier_engine* engine, uint32_t notifier, uint32_t notifier_size);
/* Judges outcomes together, an array of arrays of changes, and reserves what those that may go on touch: nobody sees
 * them yet. Answers with `{"ticket":N,"results":[null or an error,...]}`; what has an error is not part of it. The
 * ticket must be ended, once the host's store has kept what was accepted or has failed to. */
notifier_status notifier_prepare(notifier_engine* engine, uint32_t outcomes, uint32_t outcomes_size);
/* Everybody sees it from here on. */
notifier_status notifier_publish(notifier_engine* engine, uint32_t ticket);
/* Nothing has happened. */
notifier_status notifier_abandon(notifier_engine* engine, uint32_t ticket);
/* The versions of what an array of changes leaves, "" for what it removes: for a store that compares them with what the
 * changes of others expect. */
notifier_status notifier_versions(notifier_engine* engine, uint32_t changes, uint32_t changes_size);
/* Applies an array of changes that are stored already, all or none. */
notifier_status notifier_apply(notifier_engine* engine, uint32_t changes, uint32_t changes_size);

#ifdef __cplusplus
}
#endif

#endif
