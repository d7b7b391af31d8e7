// The second module: judging targets and replies, signatures, the outbox. Compiled for size.

#include "texts.hpp"  // before all that uses texts

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "lease_records.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/delivery/signature.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/net/address_guard.hpp"
#include "notifier/outbox/leases.hpp"
#include "notifier/outbox/machine.hpp"
#include "notifier/outbox/target.hpp"
#include "notifier_delivery.h"
#include "outbox_records.hpp"
#include "respond.hpp"

using namespace notifier_wasm;

Answer notifier_wasm::answer;

namespace {

using notifier::Verdict;

notifier::Buffer input;
notifier::json::Document document;
notifier::AddressGuard guard;
std::unique_ptr<notifier::OutboxMachine> outbox;
std::unique_ptr<notifier::ShardLeases> leases;
notifier::LeasePlan planned;

notifier::Moment moment(double wall, double steady) {
  return {{static_cast<std::int64_t>(wall)}, static_cast<std::int64_t>(steady)};
}

/// Parses what the host itself has written, and goes on with it.
template <class Then>
notifier_status with_json(std::uint32_t text, std::uint32_t size, Then&& then) {
  const Result<View> root = document.parse(text_at(text, size), size);
  return root ? then(*root) : answer.fail(root.error());
}

/// Answers with how many.
notifier_status respond_count(std::size_t count) {
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("count");
      out.unsigned_integer(count);
    });
  });
}

notifier_status respond_done() {
  return respond_with([](Writer& out) { out.boolean(true); });
}

notifier_status respond_verdict(const Verdict& verdict) {
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.member("action", to_string(verdict.action));
      out.key("status");
      out.integer(verdict.status);
      out.member("reason", verdict.reason);
      if (!verdict.receipt.empty()) out.member("receipt", verdict.receipt);
      if (!verdict.retry_after_ms) return;
      out.key("retry_after_ms");
      out.integer(*verdict.retry_after_ms);
    });
  });
}

notifier_status respond_reason(notifier::GuardReason reason) {
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.member("reason", to_string(reason));
      out.member("text", describe(reason));
    });
  });
}

notifier_status respond_step(const Result<notifier::OutboxStep>& step) {
  if (!step) return answer.fail(step.error());
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.member("state", to_string(step->state));
      out.key("attempts");
      out.unsigned_integer(step->attempts);
      out.key("next_at");
      out.integer(step->next_at.ms);
      out.member("notifier_id", step->notifier_id);
      out.key("disable_notifier");
      out.boolean(step->disable_notifier);
    });
  });
}

notifier::TransportFailure read_failure(std::string_view name) {
  using Failure = notifier::TransportFailure;
  if (name == "unresolved") return Failure::unresolved;
  if (name == "refused") return Failure::refused;
  if (name == "tls") return Failure::tls;
  if (name == "timeout") return Failure::timeout;
  if (name == "blocked") return Failure::blocked;
  if (name == "local") return Failure::local;
  return Failure::broken;
}

notifier::Platform read_platform(std::string_view name) {
  const notifier::PlatformInfo* known = notifier::find_platform_by_name(name);
  return known == nullptr ? notifier::Platform::webhook : known->platform;
}

Verdict classify_reply(View attempt, std::string_view body) {
  std::vector<notifier::HeaderView> headers;
  attempt["headers"].for_each_element([&](View pair) {
    std::string_view parts[2];
    std::size_t count = 0;
    pair.for_each_element([&](View part) {
      if (count < 2) parts[count++] = part.string();
    });
    headers.push_back({parts[0], parts[1]});
  });
  notifier::HttpReply reply;
  reply.status = static_cast<int>(integer(attempt["status"]));
  reply.headers = headers;
  reply.body = body;
  return classify(read_platform(attempt.string("platform")), reply, {integer(attempt["now"])});
}

notifier::OutboxOptions read_options(View object) {
  notifier::OutboxOptions options;
  const auto read = [&](std::string_view key, auto& value) {
    value = static_cast<std::decay_t<decltype(value)>>(integer(object[key], static_cast<std::int64_t>(value)));
  };
  if (object["delays_ms"].is_array()) {
    options.retry.delays_ms.clear();
    object["delays_ms"].for_each_element([&](View delay) { options.retry.delays_ms.push_back(integer(delay)); });
  }
  read("jitter_percent", options.retry.jitter_percent);
  read("max_retry_after_ms", options.retry.max_retry_after_ms);
  read("disable_after_ms", options.retry.disable_after_ms);
  read("disable_after_failures", options.retry.disable_after_failures);
  read("host_concurrency", options.host_concurrency);
  read("hold_ms", options.hold_ms);
  read("keep_delivered_ms", options.keep_delivered_ms);
  read("keep_dead_ms", options.keep_dead_ms);
  options.keep_order = object["keep_order"].boolean();
  object["limits"].for_each_member([&](std::string_view platform, View limits) {
    notifier::TargetLimits& ours = options.limits[read_platform(platform)];
    ours = notifier::default_limits[read_platform(platform)];
    ours.concurrency = static_cast<unsigned>(integer(limits["concurrency"], ours.concurrency));
    ours.min_interval_ms = integer(limits["min_interval_ms"], ours.min_interval_ms);
  });
  options.random = notifier_host_random;
  return options;
}

struct HostZones {
  std::optional<std::int32_t> operator()(std::string_view zone, notifier::Timestamp at) const {
    const std::int32_t seconds = notifier_host_zone_offset(
        address_of(zone.data()), static_cast<std::uint32_t>(zone.size()), static_cast<double>(at.ms));
    return seconds == NOTIFIER_NO_ZONE ? std::nullopt : std::optional<std::int32_t>(seconds);
  }
};

void write_tellings(Writer& out, std::string_view key, const std::vector<notifier::GroupAction::Telling>& tellings) {
  out.array([&] {
    for (const notifier::GroupAction::Telling& telling : tellings) {
      out.object([&] {
        out.member("key", notifier::digest_key(key, telling.window));
        out.key("digest");
        out.object([&] { notifier::detail::write_held(out, telling.digest); });
      });
    }
  });
}

/// Takes a group through all of its inputs.
notifier_status step_group(View given, const notifier::Moment& now) {
  // The zones' names have been judged when the notifier was stored.
  const notifier::detail::ZoneJudge judge;
  const auto read = notifier::GroupPolicy::read(given["notifier"], notifier::ZoneOffset(judge));
  const notifier::GroupPolicy policy = read ? *read : notifier::GroupPolicy();
  notifier::GroupState state = notifier::group_state_from_json(given["state"]);
  if (given["closes"].exists()) {
    state.closes.steady_ms = integer(given["closes"]);
  } else {
    notifier::restore(state, policy, now);
  }
  const HostZones zones;
  notifier::GroupAction all;
  std::vector<bool> releases;
  given["inputs"].for_each_element([&](View input) {
    notifier::GroupInput taken = notifier::GroupInput::tick();
    if (input.string() == "flush") taken = notifier::GroupInput::flush();
    notifier::Arrival arrival;
    if (const auto arrived = notifier::detail::net::read_arrival(input)) {
      arrival = *arrived;
      arrival.event = input.string("event");
      taken = notifier::GroupInput::arrived(arrival);
    }
    notifier::GroupAction action = notifier::step(state, policy, taken, now, notifier::ZoneOffset(zones));
    releases.push_back(action.releases);
    for (auto& telling : action.tellings) all.tellings.push_back(std::move(telling));
  });
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("state");
      to_json(out, state);
      out.key("is_open");
      out.boolean(state.is_open);
      number(out, "count", static_cast<std::int64_t>(state.held.count));
      number(out, "closes", state.closes.steady_ms);
      out.key("releases");
      out.array([&] {
        for (const bool releases_it : releases) out.boolean(releases_it);
      });
      out.key("tellings");
      write_tellings(out, given.string("key"), all.tellings);
    });
  });
}

}  // namespace

extern "C" {

uint32_t notifier_abi_version() { return NOTIFIER_ABI_VERSION; }

uint32_t notifier_answer() { return address_of(&answer.result); }

uint32_t notifier_reserve(uint32_t size) {
  if (size == 0) input = notifier::Buffer();
  input.clear();
  return address_of(input.room(size));
}

notifier_status notifier_know_platforms(uint32_t rows, uint32_t rows_size) {
  return with_json(rows, rows_size, [](View list) {
    list.for_each_element([](View row) {
      notifier::detail::OwnPlatform own;
      notifier::detail::Problems problems;
      notifier::detail::OwnPlatformReader(own, {}, problems).read(row);
      if (problems.empty()) notifier::detail::OwnPlatforms::take_over(own);
    });
    return respond_done();
  });
}

notifier_status notifier_classify(uint32_t attempt, uint32_t attempt_size, uint32_t body, uint32_t body_size) {
  return with_json(attempt, attempt_size, [&](View given) {
    if (given["failure"].is_string()) {
      return respond_verdict(notifier::classify(read_failure(given.string("failure"))));
    }
    if (given["smtp"].exists()) {
      return respond_verdict(notifier::classify_smtp(static_cast<int>(integer(given["smtp"])), given.string("text")));
    }
    return respond_verdict(classify_reply(given, text_at(body, body_size)));
  });
}

notifier_status notifier_sign(uint32_t head, uint32_t head_size, uint32_t body, uint32_t body_size) {
  return with_json(head, head_size, [&](View given) -> notifier_status {
    std::vector<std::string> secrets;
    given["secrets"].for_each_element([&](View secret) { secrets.emplace_back(secret.string()); });
    notifier::Delivery delivery;
    delivery.idempotency_key = given.string("id");
    delivery.body = text_at(body, body_size);
    const auto hmac = [](std::string_view key, std::string_view message, notifier::Sha256Mac& out) {
      return notifier_host_hmac(address_of(key.data()), static_cast<std::uint32_t>(key.size()),
                                address_of(message.data()), static_cast<std::uint32_t>(message.size()),
                                address_of(out.data())) != 0;
    };
    const auto done = notifier::sign(delivery, secrets, {integer(given["now"])}, hmac);
    if (!done) return answer.fail(done.error());
    return respond_with([&](Writer& out) {
      out.object([&] {
        for (const notifier::Header& header : delivery.headers) out.member(header.name, header.value);
      });
    });
  });
}

notifier_status notifier_guard(uint32_t options, uint32_t options_size) {
  return with_json(options, options_size, [](View given) -> notifier_status {
    notifier::AddressGuard fresh;
    Result<void> done;
    given["allow"].for_each_element([&](View entry) {
      if (done) done = fresh.allow(entry.string());
    });
    if (!done) return answer.fail(done.error());
    given["ports"].for_each_element([&](View port) { fresh.allow_port(static_cast<std::uint16_t>(integer(port))); });
    if (given["allow_all"].boolean()) fresh.allow_all();
    guard = std::move(fresh);
    return respond_done();
  });
}

notifier_status notifier_judge_url(uint32_t url, uint32_t url_size) {
  return respond_reason(guard.judge_url(text_at(url, url_size)));
}

notifier_status notifier_judge_address(uint32_t address, uint32_t address_size, uint32_t host, uint32_t host_size) {
  const std::string_view text = text_at(address, address_size);
  auto parsed = notifier::parse_dotted_ipv4(text);
  if (!parsed) parsed = notifier::parse_ipv6(text);
  return respond_reason(parsed ? guard.judge_address(*parsed, text_at(host, host_size))
                               : notifier::GuardReason::invalid_url);
}

notifier_status notifier_outbox_open(uint32_t options, uint32_t options_size) {
  return with_json(options, options_size, [](View given) {
    outbox = std::make_unique<notifier::OutboxMachine>(read_options(given));
    return respond_done();
  });
}

notifier_status notifier_outbox_describe(uint32_t deliveries, uint32_t deliveries_size, double wall) {
  return with_json(deliveries, deliveries_size, [&](View given) -> notifier_status {
    std::vector<OutboxRecord> records;
    Result<void> done;
    given.for_each_element([&](View object) {
      auto delivery = notifier::delivery_from_json(object);
      if (delivery) {
        records.push_back(notifier::describe_for_outbox(*delivery, moment(wall, 0).wall));
      } else {
        done = delivery.error();
      }
    });
    if (!done) return answer.fail(done.error());
    return respond_with([&](Writer& out) {
      out.object([&] {
        out.key("records");
        out.array([&] {
          for (const OutboxRecord& record : records) write_record(out, record);
        });
      });
    });
  });
}

notifier_status notifier_outbox_remember(uint32_t known, uint32_t known_size, double wall, double steady) {
  return with_json(known, known_size, [&](View given) {
    std::optional<notifier::OutboxClock> clock;
    const View stored = given["clock"];
    if (stored.is_object()) clock = {{integer(stored["wall"])}, {integer(stored["kept"])}};
    if (!given["is_taken_over"].boolean()) outbox->remember(clock, moment(wall, steady));
    given["health"].for_each_element([](View one) {
      outbox->remember(one.string("notifier_id"), {integer(one["failing_ms"]),
                                                   {integer(one["last_failure"])},
                                                   static_cast<unsigned>(integer(one["failures"]))});
    });
    return respond_done();
  });
}

notifier_status notifier_outbox_admit(uint32_t records, uint32_t records_size, double wall, double steady) {
  return with_json(records, records_size, [&](View given) {
    given.for_each_element([&](View object) { outbox->admit(read_record(object), moment(wall, steady)); });
    return respond_done();
  });
}

notifier_status notifier_outbox_claim(double wall, double steady, uint32_t most) {
  std::vector<notifier::OutboxTurn> turns;
  outbox->claim(moment(wall, steady), most, turns);
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("claims");
      out.array([&] {
        for (const notifier::OutboxTurn& turn : turns) {
          out.object([&] {
            out.key("sequence");
            out.unsigned_integer(turn.sequence);
            out.key("attempt");
            out.unsigned_integer(turn.attempt);
          });
        }
      });
    });
  });
}

notifier_status notifier_outbox_record(double sequence, uint32_t verdict, uint32_t verdict_size, double wall,
                                       double steady) {
  return with_json(verdict, verdict_size, [&](View given) -> notifier_status {
    const std::string reason(given.string("reason"));
    Verdict came{read_action(given.string("action")), static_cast<int>(integer(given["status"])), reason, std::nullopt};
    std::int64_t wait = 0;
    if (given["retry_after_ms"].integer(wait)) came.retry_after_ms = wait;
    came.receipt = given.string("receipt");
    if (std::int64_t duration = -1; given["duration_ms"].integer(duration) && duration >= 0)
      came.duration_ms = duration;
    notifier::MailRecipients recipients;
    recipients.remaining = read_texts(given["remaining"]);
    recipients.refused = read_texts(given["refused"]);
    recipients.some_accepted = given["some_accepted"].boolean();
    return respond_step(outbox->record(static_cast<std::uint64_t>(sequence), came, moment(wall, steady), recipients,
                                       given.string("reply")));
  });
}

notifier_status notifier_outbox_release(double sequence, double wall, double steady, double delay_ms) {
  outbox->release(static_cast<std::uint64_t>(sequence), moment(wall, steady), static_cast<std::int64_t>(delay_ms));
  return respond_done();
}

notifier_status notifier_outbox_lost(double sequence, double wall, double steady) {
  return respond_step(outbox->lost(static_cast<std::uint64_t>(sequence), moment(wall, steady)));
}

notifier_status notifier_outbox_give_up(double sequence, uint32_t reason, uint32_t reason_size, double wall,
                                        double steady) {
  return respond_step(
      outbox->give_up(static_cast<std::uint64_t>(sequence), text_at(reason, reason_size), moment(wall, steady)));
}

notifier_status notifier_outbox_hold_claim(double sequence, double wall, double steady) {
  return respond_step(outbox->hold_claim(static_cast<std::uint64_t>(sequence), moment(wall, steady)));
}

notifier_status notifier_outbox_hold(uint32_t notifier_id, uint32_t notifier_id_size, double wall, double steady) {
  return respond_count(outbox->hold(text_at(notifier_id, notifier_id_size), moment(wall, steady)));
}

notifier_status notifier_outbox_resume(uint32_t notifier_id, uint32_t notifier_id_size, double wall, double steady) {
  return respond_count(outbox->resume(text_at(notifier_id, notifier_id_size), moment(wall, steady)));
}

notifier_status notifier_outbox_end(uint32_t notifier_id, uint32_t notifier_id_size, uint32_t reason,
                                    uint32_t reason_size, double wall, double steady) {
  const notifier::OutboxEnded ended =
      outbox->end(text_at(notifier_id, notifier_id_size), text_at(reason, reason_size), moment(wall, steady));
  return respond_count(ended.pending + ended.held);
}

notifier_status notifier_outbox_cancel(double sequence, uint32_t reason, uint32_t reason_size, double wall,
                                       double steady) {
  return respond_count(
      outbox->cancel(static_cast<std::uint64_t>(sequence), text_at(reason, reason_size), moment(wall, steady)) ? 1 : 0);
}

notifier_status notifier_outbox_drop(uint32_t low, uint32_t high, uint32_t with_claims, double wall, double steady) {
  const std::uint64_t shards = std::uint64_t{high} << 32 | low;
  return respond_count(
      outbox->drop([&](std::uint64_t target) { return (shards >> notifier::shard_of(target, 64) & 1) != 0; },
                   with_claims != 0, moment(wall, steady)));
}

notifier_status notifier_outbox_share_hosts(uint32_t owners) {
  outbox->share_hosts(owners);
  return respond_done();
}

notifier_status notifier_outbox_resend(uint32_t record, uint32_t record_size, double wall, double steady) {
  return with_json(record, record_size,
                   [&](View given) { return respond(outbox->resend(read_record(given), moment(wall, steady))); });
}

notifier_status notifier_group_step(uint32_t group, uint32_t group_size, double wall, double steady) {
  return with_json(group, group_size, [&](View given) { return step_group(given, moment(wall, steady)); });
}

notifier_status notifier_outbox_prune(double wall, double steady) {
  const notifier::OutboxForget what = outbox->prune(moment(wall, steady));
  return respond_with([&](Writer& out) {
    out.object([&] {
      number(out, "delivered_before", what.delivered_before.ms);
      number(out, "dead_before", what.dead_before.ms);
      number(out, "latest", what.latest.ms);
    });
  });
}

notifier_status notifier_outbox_take_writes() {
  const notifier::OutboxBatch* const batch = outbox->take_writes();
  return respond_with([&](Writer& out) {
    out.object([&] {
      out.key("batch");
      out.unsigned_integer(batch == nullptr ? 0 : batch->number);
      out.key("writes");
      out.array([&] {
        if (batch == nullptr) return;
        for (const notifier::OutboxWrite& write : batch->writes) write_json(out, write);
      });
    });
  });
}

void notifier_outbox_written(double batch) { outbox->written(static_cast<std::uint64_t>(batch)); }

void notifier_outbox_failed(double batch) { outbox->failed(static_cast<std::uint64_t>(batch)); }

uint32_t notifier_outbox_is_stored() { return outbox->is_stored() ? 1 : 0; }

uint32_t notifier_outbox_pending() { return static_cast<uint32_t>(outbox->pending()); }

uint32_t notifier_outbox_held() { return static_cast<uint32_t>(outbox->held()); }

double notifier_outbox_wait(double wall, double steady) {
  const auto wait = outbox->wait_ms(moment(wall, steady));
  return wait ? static_cast<double>(*wait) : std::numeric_limits<double>::infinity();
}

notifier_status notifier_leases_open(double worker, uint32_t options, uint32_t options_size) {
  return with_json(options, options_size, [&](View given) {
    leases = std::make_unique<notifier::ShardLeases>(static_cast<std::uint64_t>(worker), read_lease_options(given));
    return respond_done();
  });
}

notifier_status notifier_leases_plan(uint32_t view, uint32_t view_size, double steady) {
  return with_json(view, view_size, [&](View given) {
    planned = leases->plan(read_shard_view(given), static_cast<std::int64_t>(steady));
    return respond_with([](Writer& out) {
      out.object([&] {
        out.key("plan");
        write_plan(out, planned);
        write_news(out, leases->take_news());
      });
    });
  });
}

notifier_status notifier_leases_applied(uint32_t grants, uint32_t grants_size, double asked_at) {
  return with_json(grants, grants_size, [&](View given) {
    leases->applied(planned, {read_shards(given["renewed"]), read_shards(given["taken"])},
                    static_cast<std::int64_t>(asked_at));
    return respond_with([](Writer& out) { out.object([&] { write_news(out, leases->take_news()); }); });
  });
}

notifier_status notifier_leases_lose(uint32_t shard) {
  leases->lose(shard);
  return respond_with([](Writer& out) { out.object([&] { write_news(out, leases->take_news()); }); });
}

void notifier_leases_emptied(uint32_t shard) { leases->emptied(shard); }

void notifier_leases_leave() { leases->leave(); }

uint32_t notifier_leases_may_begin(uint32_t shard, double steady) {
  return leases->may_begin(shard, static_cast<std::int64_t>(steady)) ? 1 : 0;
}

double notifier_leases_epoch(uint32_t shard) { return static_cast<double>(leases->lease(shard).epoch); }

uint32_t notifier_leases_held() { return static_cast<uint32_t>(leases->held()); }

}  // extern "C"
