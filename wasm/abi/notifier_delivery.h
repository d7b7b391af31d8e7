/* The C interface of the second WebAssembly module, notifier-delivery.wasm: what wasm/src/delivery/core.ts calls.
 *
 * It holds what happens after routing, and only that, so that a browser need not fetch it: judging targets and replies,
 * signatures, and the outbox. It opens no socket and keeps no file; what it keeps, it keeps through its host.
 *
 * Conventions as in notifier_wasm.h. An instance of the module has one address guard and one outbox. Moments are
 * milliseconds since 1970, UTC. Every name is in delivery_exports.txt.
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
/* One call of the outbox's storage: see storage.hpp. Returns the size of the answer, which notifier_host_take() gives.
 */
uint32_t notifier_host_storage(uint32_t question, uint32_t question_size) NOTIFIER_IMPORT(storage);

/* ---- judging ---- */

/* What came of an attempt: notifier::classify() and classify_smtp(). `attempt` is one of
 * `{"platform","status","headers":[["name","value"],...],"now"}`, of whose reply `body` is the beginning,
 * `{"smtp":CODE,"text"}`, or `{"failure":"unresolved"|"refused"|"tls"|"timeout"|"broken"|"blocked"}`.
 * Answers with a verdict, `{"action","status","reason","retry_after_ms"?}`. */
notifier_status notifier_classify(uint32_t attempt, uint32_t attempt_size, uint32_t body, uint32_t body_size);
/* The headers of Standard Webhooks for an attempt: `head` is `{"id","now","secrets":[...]}`. Answers with
 * `{"webhook-id","webhook-timestamp","webhook-signature"}`. */
notifier_status notifier_sign(uint32_t head, uint32_t head_size, uint32_t body, uint32_t body_size);

/* What the guard lets through beside public addresses: `{"allow":[...],"ports":[...],"allow_all":false}`, see
 * notifier::AddressGuard. Replaces what was said before. */
notifier_status notifier_guard(uint32_t options, uint32_t options_size);
/* Both answer with `{"reason","text"}`; the reason is "none" for what may be reached. An address is judged in its usual
 * notation; `host` is the URL's, or empty. */
notifier_status notifier_judge_url(uint32_t url, uint32_t url_size);
notifier_status notifier_judge_address(uint32_t address, uint32_t address_size, uint32_t host, uint32_t host_size);

/* ---- the outbox: notifier::Outbox ---- */

/* Begins with what the storage holds. `options` is `{"delays_ms"?,"jitter_percent"?,"max_retry_after_ms"?,
 * "disable_after_ms"?,"disable_after_failures"?,"limits"?:{"PLATFORM":{"concurrency","min_interval_ms"},...},
 * "host_concurrency"?,"keep_order"?,"keep_delivered_ms"?,"keep_dead_ms"?,"recover"?:false}`, where `recover` says not
 * to send what an earlier process left. Answers with `{"pending"}`. */
notifier_status notifier_outbox_open(uint32_t options, uint32_t options_size);
/* `deliveries` is an array as delivery_json.hpp reads it; bodies and headers may be left out, since only the storage
 * keeps those. Answers with `{"added"}`. */
notifier_status notifier_outbox_enqueue(uint32_t deliveries, uint32_t deliveries_size, double now);
/* Answers with `{"claims":[{"sequence","attempt"},...]}`. */
notifier_status notifier_outbox_claim(double now, uint32_t most);
/* `verdict` as notifier_classify() answers. Answers with `{"state","attempts","next_at","notifier_id",
 * "disable_notifier"}`. */
notifier_status notifier_outbox_record(double sequence, uint32_t verdict, uint32_t verdict_size, double now);
void notifier_outbox_release(double sequence, double now);
/* Ends a claimed delivery without an attempt. Answers as notifier_outbox_record(). */
notifier_status notifier_outbox_give_up(double sequence, uint32_t reason, uint32_t reason_size, double now);
/* Answers with `{"ended"}`. */
notifier_status notifier_outbox_cancel(uint32_t notifier_id, uint32_t notifier_id_size, double now);
notifier_status notifier_outbox_flush(void);
/* Answers with `{"resent":true|false}`. */
notifier_status notifier_outbox_resend(uint32_t key, uint32_t key_size, double now);
/* Answers with `{"forgotten"}`. */
notifier_status notifier_outbox_prune(double now);
/* `query` is `{"notifier_id"?,"state"?,"offset"?,"limit"?}`. Answers with `{"total","deliveries":[...]}`, each as the
 * API shows it: outbox_json.hpp. */
notifier_status notifier_outbox_list(uint32_t query, uint32_t query_size);
/* How many have neither arrived nor died. */
uint32_t notifier_outbox_pending(void);
/* When notifier_outbox_claim() may have something again; infinity where only another call can change that. */
double notifier_outbox_next_time(void);

#ifdef __cplusplus
}
#endif

#endif
