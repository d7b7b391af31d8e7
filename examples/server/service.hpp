// The Api with its store around it: a request in, a response out, everything acknowledged kept.

#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock_and_ids.hpp"
#include "event_stream.hpp"
#include "notifier/adapters/group_commit.hpp"
#include "notifier/api/api.hpp"
#include "notifier/outbox/storage.hpp"
#include "sender.hpp"
#include "storage.hpp"

namespace server {

/// Thread-safe.
class Service {
 public:
  /// A change of a notifier is stored. Called in the committing thread: hand over and return.
  using OnChange = std::function<void(const std::string& notifier_id, Standing)>;

  /// @param commit  stores in `store`, and whatever else there is to that
  Service(notifier::Registry& registry, Storage& store, Metrics& metrics, notifier::GroupCommit::Store commit,
          OnChange on_change)
      : registry_(registry),
        metrics_(metrics),
        store_(store),
        on_change_(std::move(on_change)),
        commits_(registry, std::move(commit), hooks()) {
    store.on_stored([this](const std::vector<notifier::Outcome*>& outcomes) {
      // Those of changes are told once the registry shows them: who hears of one asks for what has changed.
      for (const notifier::Outcome* const outcome : outcomes) {
        if (outcome->changes.empty()) publish_events(*outcome);
      }
    });
  }

  /// Handles a request, and calls `done` once the answer may be given: here, or in the committing thread.
  /// @param request  outlives the call of `done`
  /// @param done     hands over and returns; throws nothing
  void answer(const notifier::Request& request, std::function<void(notifier::Outcome)> done) {
    commits_.settle(
        [this, &request] {
          store_.catch_up();
          const Lease api(*this);
          return (*api).handle(request);
        },
        std::move(done));
  }

  /// Switches a notifier off that kept failing, and returns what came of it when that is stored. See Api::switch_off().
  notifier::Outcome switch_off(std::string_view app_id, std::string_view notifier_id, std::string_view reason) {
    return commits_.settle([&] {
      store_.catch_up();
      const Lease api(*this);
      return (*api).switch_off(app_id, notifier_id, reason);
    });
  }

  /// Tells an app's streams of a delivery that was stored.
  void publish(const notifier::OutboxRecord& record) {
    if (!streams_.has_subscriber(record.app_id)) return;
    const auto notifier = registry_.find(record.app_id, record.notifier_id);
    publish(record.app_id, record.notifier_id, notifier ? notifier->name : std::string(), record.platform,
            record.event_id, record.event_type, record.key, record.state, [](notifier::json::Writer&) {});
  }

  /// Tells an app's streams what became of a delivery; one that is tried again is pending.
  void publish(const notifier::Delivery& delivery, const notifier::OutboxStep& step, const notifier::Verdict& verdict) {
    if (!streams_.has_subscriber(delivery.app_id)) return;
    publish(delivery.app_id, delivery.notifier_id, delivery.notifier_name, delivery.platform, delivery.event_id,
            delivery.event_type, delivery.idempotency_key, step.state, [&](notifier::json::Writer& out) {
              out.key("attempt");
              out.integer(verdict.action == notifier::Verdict::Action::postpone ? 0 : step.attempts);
              out.member("outcome", notifier::to_string(verdict.action));
              out.key("response_status");
              if (verdict.status != 0) {
                out.integer(verdict.status);
              } else {
                out.null();
              }
              out.member("reason", verdict.reason);
              const bool is_held = step.state == notifier::OutboxState::held;
              if (is_held || step.state == notifier::OutboxState::pending)
                out.member(is_held ? "held_until" : "next_at", notifier::to_rfc3339(step.next_at));
            });
  }

  /// Another server has changed this.
  void tell_changes(const std::vector<notifier::Change>& changes) {
    for (const notifier::Change& change : changes) {
      using Op = notifier::Change::Op;
      if (change.op == Op::remove_notifier) on_change_(change.notifier.id, Standing::gone);
      if (change.op != Op::put_notifier || change.expected.empty()) continue;
      on_change_(change.notifier.id, change.notifier.active ? Standing::on : Standing::off);
    }
  }

  EventStreams& streams() { return streams_; }

 private:
  notifier::GroupCommitOptions hooks() {
    notifier::GroupCommitOptions options;
    options.on_stored = [this](const notifier::Outcome& outcome) {
      // What is not told for want of memory is seen when the delivery's turn comes.
      static_cast<void>(notifier::detail::or_out_of_memory([&]() -> notifier::Result<void> {
        if (!outcome.changes.empty()) publish_events(outcome);
        tell_changes(outcome.changes);
        return {};
      }));
    };
    options.on_error = [](const notifier::Error& error) {
      std::fprintf(stderr, "notifier-server: %s\n", error.message.c_str());
    };
    return options;
  }

  /// An Api that nobody else uses; they keep their buffers from request to request.
  class Lease {
   public:
    explicit Lease(Service& service) : service_(service), api_(service.take()) {}
    ~Lease() { service_.give_back(std::move(api_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    notifier::Api& operator*() const { return *api_; }

   private:
    Service& service_;
    std::unique_ptr<notifier::Api> api_;
  };

  std::unique_ptr<notifier::Api> take() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!apis_.empty()) {
        auto api = std::move(apis_.back());
        apis_.pop_back();
        return api;
      }
    }
    notifier::ApiOptions options;
    options.router.clock = now;
    options.new_id = new_id;
    options.history = &store_.history();
    return std::make_unique<notifier::Api>(registry_, std::move(options));
  }

  void give_back(std::unique_ptr<notifier::Api> api) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (apis_.size() < most_idle_apis) apis_.push_back(std::move(api));
  }

  void publish_events(const notifier::Outcome& outcome) {
    for (const notifier::RecordedEvent& event : outcome.events) {
      if (event.is_known) continue;
      ++metrics_.events;
      streams_.publish(event.app_id, "event", event.json);
    }
  }

  /// `more(json::Writer&)` writes what the last attempt came to.
  template <class More>
  void publish(std::string_view app_id, std::string_view notifier_id, std::string_view notifier_name,
               notifier::Platform platform, std::string_view event_id, std::string_view event_type,
               std::string_view key, notifier::OutboxState state, More&& more) {
    notifier::Buffer json;
    notifier::json::Writer out(json);
    out.object([&] {
      out.member("notifier_id", notifier_id);
      out.member("notifier_name", notifier_name);
      out.member("platform", notifier::to_string(platform));
      out.member("event_id", event_id);
      out.member("event_type", event_type);
      out.member("idempotency_key", key);
      out.member("status", notifier::to_string(state));
      more(out);
    });
    streams_.publish(app_id, "delivery", json.view());
  }

  static constexpr std::size_t most_idle_apis = 64;

  notifier::Registry& registry_;
  Metrics& metrics_;
  Storage& store_;
  OnChange on_change_;
  EventStreams streams_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<notifier::Api>> apis_;
  notifier::GroupCommit commits_;  // last: it calls the others until it ends
};

}  // namespace server
