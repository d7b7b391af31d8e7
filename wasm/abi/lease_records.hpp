// What the leases of a worker and its host tell each other, in JSON.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/leases.hpp"
#include "outbox_records.hpp"

namespace notifier_wasm {

inline notifier::LeaseOptions read_lease_options(View object) {
  notifier::LeaseOptions options;
  options.lease_ms = integer(object["lease_ms"], options.lease_ms);
  options.renew_ms = integer(object["renew_ms"], options.renew_ms);
  options.attempt_ms = integer(object["attempt_ms"], options.attempt_ms);
  return options;
}

inline notifier::ShardView read_shard_view(View object) {
  notifier::ShardView view;
  object["shards"].for_each_element([&](View row) {
    view.shards.push_back({static_cast<std::uint64_t>(integer(row["owner"])),
                           static_cast<std::uint64_t>(integer(row["epoch"])), row["is_over"].boolean()});
  });
  object["workers"].for_each_element(
      [&](View worker) { view.workers.push_back(static_cast<std::uint64_t>(integer(worker))); });
  view.shards.resize(notifier::LeaseOptions().shards);
  return view;
}

inline std::vector<std::uint32_t> read_shards(View array) {
  std::vector<std::uint32_t> shards;
  array.for_each_element([&](View shard) { shards.push_back(static_cast<std::uint32_t>(integer(shard))); });
  return shards;
}

inline void write_epochs(Writer& out, std::string_view name, const std::vector<notifier::ShardEpoch>& rows) {
  out.key(name);
  out.array([&] {
    for (const notifier::ShardEpoch& row : rows) {
      out.object([&] {
        number(out, "shard", row.shard);
        number(out, "epoch", static_cast<std::int64_t>(row.epoch));
      });
    }
  });
}

inline void write_plan(Writer& out, const notifier::LeasePlan& plan) {
  out.object([&] {
    out.key("announces");
    out.boolean(plan.announces);
    out.key("leaves");
    out.boolean(plan.leaves);
    write_epochs(out, "renew", plan.renew);
    write_epochs(out, "take", plan.take);
    write_epochs(out, "give", plan.give);
  });
}

inline void write_news(Writer& out, const std::vector<notifier::ShardNews>& all) {
  using Kind = notifier::ShardNews::Kind;
  out.key("news");
  out.array([&] {
    for (const notifier::ShardNews& news : all) {
      out.object([&] {
        out.member("kind", news.kind == Kind::taken     ? std::string_view("taken")
                           : news.kind == Kind::leaving ? std::string_view("leaving")
                                                        : std::string_view("lost"));
        number(out, "shard", news.shard);
        number(out, "epoch", static_cast<std::int64_t>(news.epoch));
      });
    }
  });
}

}  // namespace notifier_wasm
