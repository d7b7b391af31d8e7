#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "notifier/delivery/delivery.hpp"
#include "notifier/format/format.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/model/event.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/routing/recipients.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a Router takes from its host; every member has a default.
struct RouterOptions {
  UserLookup users;                  ///< empty: the registry's users, and the app's owner
  std::function<Timestamp()> clock;  ///< for the Date of a mail whose event has no time; empty: 1970-01-01
};

namespace detail {

/// Makes the deliveries of one event after another. What depends on the event and the platform alone is made when the
/// first notifier needs it, and shared by the others.
class Renderer {
 public:
  explicit Renderer(RouterOptions options) : options_(std::move(options)) {}

  /// From here on the deliveries are of this event. Borrows all, until the next begin().
  void begin(const Event& event, const State& state);

  /// @param app  the notifier's, where it is registered, else nullptr.
  /// @return a view, valid until the next call.
  const DeliveryView& render(Record record, std::string_view app_id, const AppBlock* app);

 private:
  /// A body that all notifiers of a platform share.
  struct Payload {
    bool is_ready = false;
    Buffer body;
    Truncations cut;
  };

  const Message& message();
  const Payload& payload(Platform platform);
  // Each platform's own code stays out of the others' way: where functions are compiled at their first call, as in
  // WebAssembly, the first delivery waits for no more than its own.
  void write_slack(Payload& payload);
  void write_rocket_chat(Payload& payload);
  void write_mail(Payload& payload);
  void read_sender(std::string_view email_from);
  void render_request(Record record);
  void render_mail(Record record, const AppBlock* app);
  void resolve_user(std::string_view user_id, const AppBlock* app);

  RouterOptions options_;
  const Event* event_ = nullptr;
  const State* state_ = nullptr;
  Hash128 event_hash_;
  bool is_described_ = false;
  Message message_;
  Payload payloads_[platform_count];
  EmailBody email_;
  Buffer sender_;  // what the next three, of which two borrow from it, were made of: it changes seldom
  Mailbox from_;
  std::string_view domain_;  // for the ids of mails
  Buffer from_line_;
  Buffer front_;  // what a mail begins with
  Recipients to_;
  std::string address_;  // filled by the host's look-up
  char key_[36];
  HeaderView headers_[3];
  DeliveryView view_;
};

inline void Renderer::begin(const Event& event, const State& state) {
  event_ = &event;
  state_ = &state;
  event_hash_ = Hash128().add(event.id.empty() ? event.body : event.id);
  is_described_ = false;
  for (Payload& payload : payloads_) payload.is_ready = false;
}

inline const DeliveryView& Renderer::render(Record record, std::string_view app_id, const AppBlock* app) {
  view_.notifier_id = record.id();
  view_.notifier_name = record.name();
  view_.app_id = app_id;
  view_.event_id = event_->id;
  view_.event_type = event_->type;
  view_.platform = record.platform();
  // As write_idempotency_key() does, but with the event hashed once.
  key_[0] = 'm';
  key_[1] = 's';
  key_[2] = 'g';
  key_[3] = '_';
  Hash128(event_hash_).add(view_.notifier_id).write_hex(key_ + 4);
  view_.idempotency_key = std::string_view(key_, sizeof key_);
  if (view_.platform == Platform::email) {
    render_mail(record, app);
  } else {
    render_request(record);
  }
  return view_;
}

inline const Message& Renderer::message() {
  if (!is_described_) describe(*event_, state_->settings->link_base, message_, *state_->catalogue);
  is_described_ = true;
  return message_;
}

inline const Renderer::Payload& Renderer::payload(Platform platform) {
  Payload& payload = payloads_[static_cast<std::size_t>(platform)];
  if (payload.is_ready) return payload;
  payload.is_ready = true;
  payload.body.clear();
  payload.cut.clear();
  switch (platform) {
    case Platform::slack: write_slack(payload); break;
    case Platform::rocket_chat: write_rocket_chat(payload); break;
    case Platform::email: write_mail(payload); break;
    case Platform::webhook: break;
  }
  return payload;
}

[[gnu::noinline]] inline void Renderer::write_slack(Payload& payload) {
  format_slack(message(), payload.body, payload.cut);
}

[[gnu::noinline]] inline void Renderer::write_rocket_chat(Payload& payload) {
  format_rocket_chat(message(), payload.body, payload.cut);
}

[[gnu::noinline]] inline void Renderer::write_mail(Payload& payload) {
  read_sender(state_->settings->email_from);
  const bool needs_clock = !message().has_time && options_.clock;
  write_email_body(message(), domain_, needs_clock ? options_.clock() : Timestamp(), email_, payload.cut);
}

[[gnu::noinline]] inline void Renderer::read_sender(std::string_view email_from) {
  if (sender_.view() == email_from && !from_line_.empty()) return;
  sender_.clear();
  sender_.append(email_from);
  from_ = Mailbox();
  parse_mailbox(sender_.view(), from_);
  domain_ = message_id_domain(from_.domain());
  from_line_.clear();
  format_from(sender_.view(), from_line_);
}

inline void Renderer::render_request(Record record) {
  view_.from = {};
  view_.to = nullptr;
  view_.to_count = 0;
  view_.method = "POST";
  view_.url = record.webhook_url();
  view_.headers = json_request_headers;
  view_.header_count = std::size(json_request_headers);
  if (view_.platform == Platform::webhook) {
    std::copy(std::begin(json_request_headers), std::end(json_request_headers), headers_);
    headers_[view_.header_count++] = {"webhook-id", view_.idempotency_key};
    view_.headers = headers_;
    view_.body = event_->body;
    view_.truncations = nullptr;
    view_.truncation_count = 0;
    return;
  }
  const Payload& shared = payload(view_.platform);
  view_.body = shared.body.view();
  view_.truncations = shared.cut.data();
  view_.truncation_count = shared.cut.size();
}

inline void Renderer::resolve_user(std::string_view user_id, const AppBlock* app) {
  if (options_.users) {
    address_.clear();
    if (options_.users(user_id, address_)) to_.add_copy(address_);
  } else if (const UserBlock* const user = state_->find_user(user_id)) {
    to_.add(user->email());
  } else if (app != nullptr && app->owner_id() == user_id) {
    to_.add(app->owner_email());
  }
}

[[gnu::noinline]] inline void Renderer::render_mail(Record record, const AppBlock* app) {
  const Payload& shared = payload(Platform::email);
  to_.clear();
  record.for_each_recipient([&](std::string_view user_id) { resolve_user(user_id, app); },
                            [&](std::string_view address) { to_.add(address); });
  view_.to = to_.views();
  front_.clear();
  front_.append(from_line_.view());
  format_to(view_.to, to_.size(), view_.idempotency_key, domain_, front_);
  view_.method = {};
  view_.url = {};
  view_.headers = nullptr;
  view_.header_count = 0;
  view_.from = from_.address;
  view_.to_count = to_.size();
  view_.body = email_.behind(front_.view());
  view_.truncations = shared.cut.data();
  view_.truncation_count = shared.cut.size();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
