// A PostgreSQL that several servers share.

#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock_and_ids.hpp"
#include "notifier/adapters/postgres.hpp"
#include "notifier/adapters/postgres_streams.hpp"
#include "storage.hpp"

namespace server {

/// Reads what others change, and sends what is in the shards that this server owns.
class SharedStorage final : public Storage {
 public:
  /// @param url         of its database
  /// @param attempt_ms  how long an attempt may take at most
  /// @param is_worker   whether this server sends
  SharedStorage(std::unique_ptr<notifier::PostgresStore> store, std::string url, std::int64_t attempt_ms,
                bool is_worker)
      : store_(std::move(store)), url_(std::move(url)), is_worker_(is_worker) {
    char host[256] = {};
    static_cast<void>(::gethostname(host, sizeof host - 1));
    options_.name = std::string(host) + " " + std::to_string(::getpid());
    options_.leases.attempt_ms = attempt_ms;
    options_.leases.renew_ms = std::clamp<std::int64_t>(attempt_ms / 3, 500, options_.leases.renew_ms);
    options_.leases.lease_ms = attempt_ms + 3 * options_.leases.renew_ms;
  }

  notifier::Result<void> load(notifier::Registry& registry) { return store_->load(registry); }
  notifier::History& history() override { return *store_; }
  notifier::OutboxStorage& outbox() override { return store_->outbox(); }
  notifier::Result<void> store(const Outcomes& outcomes) override { return store_->store(outcomes); }
  notifier::Result<void> store_all(const notifier::Registry& registry) override { return store_->store_all(registry); }
  void on_stored(std::function<void(const Outcomes&)> call) override { store_->on_stored(std::move(call)); }
  void catch_up() override { store_->catch_up(); }
  notifier::Result<void> begin(notifier::Registry& registry,
                               std::function<void(const std::vector<notifier::Change>&)> on_changes) override {
    store_->follow(registry, std::move(on_changes));
    return is_worker_ ? store_->outbox().start(options_) : notifier::Result<void>();
  }
  notifier::Result<void> share(EventStreams& streams) override {
    streams.relay([this](std::string_view app_id) { return streams_.is_listened_to(app_id); },
                  [this](std::string_view app_id, std::string_view name, std::string_view json) {
                    streams_.tell(app_id, name, json);
                  });
    notifier::PostgresStreamsOptions options;
    options.listened_to = [&streams] { return streams.apps(); };
    options.hear = [&streams](std::string_view app_id, std::string_view name, std::string_view json) {
      streams.publish_here(app_id, name, json);
    };
    return streams_.start(url_, std::move(options));
  }
  void on_arrival(std::function<void()> call) override { store_->outbox().on_arrival(std::move(call)); }
  void take_news(notifier::Outbox& outbox, notifier::Moment now,
                 const std::function<void(const notifier::OutboxRecord&)>& admitted,
                 const std::function<void(const notifier::OutboxRecord&)>& withdrawn) override {
    static_cast<void>(store_->outbox().turn(outbox, now, admitted, withdrawn));
  }
  void begin_stop() override { store_->outbox().begin_stop(); }
  void stop() override {
    streams_.stop();
    store_->outbox().stop();
    store_->stop_following();
  }
  notifier::Result<void> check() override {
    auto done = store_->check();
    const auto figures = store_->outbox().figures();
    if (!done || !is_worker_ || figures.renewed_ms < options_.leases.lease_ms) return done;
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "the leases of this server could not be renewed";
    return error;
  }
  void write_figures(PrometheusText& out) override {
    out.gauge("notifier_registry_revision", "The revision of the registry that this server shows.",
              static_cast<std::uint64_t>(store_->revision()));
    if (!is_worker_) return;
    const auto figures = store_->outbox().figures();
    out.gauge("notifier_outbox_shards_owned", "Shards of the outbox that this server sends from, of 64.",
              std::uint64_t{figures.owned});
    out.gauge("notifier_outbox_workers", "Servers that were alive when this one last looked.",
              std::uint64_t{figures.workers});
    out.gauge("notifier_outbox_lease_age_seconds", "How long ago this server renewed its leases.",
              static_cast<double>(figures.renewed_ms) / 1e3);
    out.family("notifier_outbox_shards_total", "counter", "Shards that were taken over, and lost to others, so far.");
    out.sample("notifier_outbox_shards_total", "what=\"taken\"", figures.taken);
    out.sample("notifier_outbox_shards_total", "what=\"lost\"", figures.lost);
  }

 private:
  std::unique_ptr<notifier::PostgresStore> store_;
  const std::string url_;
  const bool is_worker_;
  notifier::PostgresStreams streams_;
  notifier::PostgresOutboxOptions options_;
};

}  // namespace server
