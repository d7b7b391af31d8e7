/* The C interface of the second WebAssembly module, notifier-delivery.wasm: what wasm/src/delivery/core.ts calls.
 *
 * It holds what happens after routing, and only that, so that a browser need not fetch it: judging targets and replies,
 * signatures, and the outbox. It opens no socket and keeps no file: of the outbox it knows numbers, asks its host for
 * what it needs, and is told what came of it, so that the host may take its time over that. Where several hosts share a
 * store, the leases of one of them are kept here, too.
 *
 * Conventions as in notifier_wasm.h. An instance of the module has one address guard, one outbox and one worker. `wall`
 * is the time of day, in milliseconds since 1970, UTC, and may step; `steady` counts milliseconds from any origin and
 * never goes back: see notifier::Moment. Every name is in delivery_exports.txt.
 */

#ifndef NOTIFIER_DELIVERY_H
#define NOTIFIER_DELIVERY_H

#include <stdint.h>

#include "notifier_wasm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- imports, from module "notifier" ---- */

/* HMAC-SHA256 (RFC 2104): writes 32 bytes to `out`. 0 where it fails. */
uint32_t notifier_host_hmac(uint32_t key, uint32_t key_size, uint32_t message, uint32_t message_size, uint32_t out)
    NOTIFIER_IMPORT(hmac);
/* 32 random bits. */
uint32_t notifier_host_random(void) NOTIFIER_IMPORT(random);

/* How many seconds a time zone is east of UTC at a moment, in milliseconds since 1970; NOTIFIER_NO_ZONE where no zone
 * has that name. */
int32_t notifier_host_zone_offset(uint32_t zone, uint32_t zone_size, double at) NOTIFIER_IMPORT(zone_offset);
#define NOTIFIER_NO_ZONE INT32_MIN

/* ---- judging ---- */

/* Makes platforms of hosts' own known by their names, as notifier_platforms() of the other module tells them: an array
 * of rows. */
notifier_status notifier_know_platforms(uint32_t rows, uint32_t rows_size);
/* What came of an attempt: notifier::classify() and classify_smtp(). `attempt` is one of
 * `{"platform","status","headers":[["name","value"],...],"now"}`, of whose reply `body` is the beginning,
 * `{"smtp":CODE,"text"}`, or `{"failure":"unresolved"|"refused"|"tls"|"timeout"|"broken"|"blocked"|"local"}`.
 * Answers with a verdict, `{"action","status","reason","receipt"?,"retry_after_ms"?}`. */
notifier_status notifier_classify(uint32_t attempt, uint32_t attempt_size, uint32_t body, uint32_t body_size);
/* The headers of Standard Webhooks for an attempt: `head` is `{"id","now","secrets":[...]}`. Answers with
 * `{"webhook-id","webhook-timestamp","webhook-signature"}`, or the one header of another dialect. */
notifier_status notifier_sign(uint32_t head, uint32_t head_size, uint32_t body, uint32_t body_size);

/* What the guard lets through beside public addresses: `{"allow":[...],"ports":[...],"allow_all":false}`, see
 * notifier::AddressGuard. Replaces what was said before. */
notifier_status notifier_guard(uint32_t options, uint32_t options_size);
/* Both answer with `{"reason","text"}`; the reason is "none" for what may be reached. An address is judged in its usual
 * notation; `host` is the URL's, or empty. */
notifier_status notifier_judge_url(uint32_t url, uint32_t url_size);
notifier_status notifier_judge_address(uint32_t address, uint32_t address_size, uint32_t host, uint32_t host_size);

/* ---- the outbox: notifier::OutboxMachine ----
 *
 * Records, and what is to be written, are JSON as outbox_records.hpp writes it. */

/* Begins, with nothing. `options` is `{"delays_ms"?,"jitter_percent"?,"max_retry_after_ms"?,"disable_after_ms"?,
 * "disable_after_failures"?,"limits"?:{"PLATFORM":{"concurrency","min_interval_ms"},...},"host_concurrency"?,
 * "keep_order"?,"hold_ms"?,"keep_delivered_ms"?,"keep_dead_ms"?}`. */
notifier_status notifier_outbox_open(uint32_t options, uint32_t options_size);
/* What the store has, at the start, before any record is admitted: `{"clock"?:{"wall","kept"},
 * "health":[{"notifier_id","failing_ms","last_failure","failures"},...]}`. With `"is_taken_over":true` the clock stays
 * as it is: a part of a store that is shared has become this outbox's since. */
notifier_status notifier_outbox_remember(uint32_t known, uint32_t known_size, double wall, double steady);
/* The records that new deliveries begin with, for the store to insert. `deliveries` is an array as delivery_json.hpp
 * reads it; bodies and headers may be left out. Answers with `{"records":[...]}`. */
notifier_status notifier_outbox_describe(uint32_t deliveries, uint32_t deliveries_size, double wall);
/* Takes up records that the store has as pending or held, with their sequences. */
notifier_status notifier_outbox_admit(uint32_t records, uint32_t records_size, double wall, double steady);

/* Answers with `{"claims":[{"sequence","attempt"},...]}`: each is to be loaded and attempted, and then one of the
 * functions below is to be told of it. None while the last batch of writes has failed. */
notifier_status notifier_outbox_claim(double wall, double steady, uint32_t most);
/* `verdict` as notifier_classify() answers; of a mail also `"remaining"?:[...]`, `"refused"?:[...]` and
 * `"some_accepted"?`, see notifier::MailRecipients. Answers with `{"state","attempts","next_at","notifier_id",
 * "disable_notifier"}`, as do the next ones but notifier_outbox_release(). */
notifier_status notifier_outbox_record(double sequence, uint32_t verdict, uint32_t verdict_size, double wall,
                                       double steady);
/* There was no attempt: it is due again after so long. */
notifier_status notifier_outbox_release(double sequence, double wall, double steady, double delay_ms);
/* The store has lost its content for good. */
notifier_status notifier_outbox_lost(double sequence, double wall, double steady);
/* It is not to be sent: ends it without an attempt. */
notifier_status notifier_outbox_give_up(double sequence, uint32_t reason, uint32_t reason_size, double wall,
                                        double steady);
/* Its notifier is switched off: holds it. */
notifier_status notifier_outbox_hold_claim(double sequence, double wall, double steady);

/* A notifier was switched off, was switched on, or is gone. Each answers with `{"count"}`: how many are held now that
 * were not, are due, were ended. */
notifier_status notifier_outbox_hold(uint32_t notifier_id, uint32_t notifier_id_size, double wall, double steady);
notifier_status notifier_outbox_resume(uint32_t notifier_id, uint32_t notifier_id_size, double wall, double steady);
notifier_status notifier_outbox_end(uint32_t notifier_id, uint32_t notifier_id_size, uint32_t reason,
                                    uint32_t reason_size, double wall, double steady);

/* Withdraws one delivery that is pending or held; what is under way is not tried again. Answers with `{"count"}`: 0
 * where it waits for nothing. */
notifier_status notifier_outbox_cancel(double sequence, uint32_t reason, uint32_t reason_size, double wall,
                                       double steady);

/* Shards that another outbox has from now on, a bit for each of 64: forgets what waits there; `with_claims` also what
 * is under way, of which nothing may come. Answers with `{"count"}`: what is under way there still. */
notifier_status notifier_outbox_drop(uint32_t low, uint32_t high, uint32_t with_claims, double wall, double steady);

/* So many outboxes send to the same hosts, with this one: of the places at each, it has its part, one at least. Answers
 * with `null`. */
notifier_status notifier_outbox_share_hosts(uint32_t owners);

/* Makes a dead delivery due again, once that is written. `record` is as the store has it. Fails with the code
 * "conflict" where it is not dead. */
notifier_status notifier_outbox_resend(uint32_t record, uint32_t record_size, double wall, double steady);
/* Takes a group of events that are told together through some steps: notifier::step(). `group` is
 * `{"key","notifier":{...},"state"?:{...},"closes"?,"inputs":[...]}`: the notifier as the API shows it, the state as
 * group_json.hpp writes it, and `closes` as it was answered; without it the state comes from a store, and
 * notifier::restore() takes it up. An input is "tick", "flush", or an arrival as delivery_json.hpp writes it, with the
 * bytes of its event as `event` where a digest has them. Answers with `{"state","is_open","count","closes",
 * "releases":[...],"tellings":[{"key","digest":{...}},...]}`: `count` events are held until `closes`, of the steady
 * clock; `releases` says of each input whether its delivery goes at once; `key` is notifier::digest_key(). Changes
 * nothing. */
notifier_status notifier_group_step(uint32_t group, uint32_t group_size, double wall, double steady);
/* Answers with what the store is to forget: `{"delivered_before","dead_before","latest"}`. */
notifier_status notifier_outbox_prune(double wall, double steady);

/* Answers with `{"batch","writes":[...]}`, which the store is to keep, all or none, in this order; batch 0: there is
 * nothing to write, or a batch is out. Then one of the next two is to be told. */
notifier_status notifier_outbox_take_writes(void);
void notifier_outbox_written(double batch);
/* They are given again, and nothing is claimed until they are written. */
void notifier_outbox_failed(double batch);
/* Whether everything is written. */
uint32_t notifier_outbox_is_stored(void);

/* How many are to be sent, now or later; and how many are held. */
uint32_t notifier_outbox_pending(void);
uint32_t notifier_outbox_held(void);
/* Milliseconds until notifier_outbox_claim() may have something again; infinity where only another call can change
 * that. */
double notifier_outbox_wait(double wall, double steady);

/* ---- who sends what of a store that is shared: notifier::ShardLeases ----
 *
 * News is `"news":[{"kind":"taken"|"leaving"|"lost","shard","epoch"},...]`. */

/* Begins. `options` is `{"lease_ms"?,"renew_ms"?,"attempt_ms"?}`. */
notifier_status notifier_leases_open(double worker, uint32_t options, uint32_t options_size);
/* What the worker wants, as things are: `view` is `{"shards":[{"owner","epoch","is_over"},...],"workers":[...]}`.
 * Answers with `{"plan":{"announces","leaves","renew":[{"shard","epoch"},...],"take":[...],"give":[...]},"news"}`. */
notifier_status notifier_leases_plan(uint32_t view, uint32_t view_size, double steady);
/* What came of the last plan, that was asked for at that time: `{"renewed":[...],"taken":[...]}`. Answers with news. */
notifier_status notifier_leases_applied(uint32_t grants, uint32_t grants_size, double asked_at);
/* The shard was seen to be another's. Answers with news. */
notifier_status notifier_leases_lose(uint32_t shard);
/* One that is to be handed over has nothing under way any more. */
void notifier_leases_emptied(uint32_t shard);
/* Hands everything over, for good. */
void notifier_leases_leave(void);
/* Whether an attempt may begin: it ends while the lease lasts. */
uint32_t notifier_leases_may_begin(uint32_t shard, double steady);
/* Under which the shard is this worker's; 0: it is not. */
double notifier_leases_epoch(uint32_t shard);
/* How many are. */
uint32_t notifier_leases_held(void);

#ifdef __cplusplus
}
#endif

#endif
