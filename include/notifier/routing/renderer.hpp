#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/grouping/group.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/event.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/routing/options.hpp"
#include "notifier/routing/recipients.hpp"
#include "notifier/routing/request.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// What all deliveries of an event share. Whatever depends on the event and the voice alone is made when the first
/// notifier needs it.
struct Rendering {
  /// A body that all notifiers of a voice share.
  struct Payload {
    std::uint64_t number = 0;  ///< of the event that it was written for
    std::uint16_t voice = Voices::none;
    Buffer body;
    EmailBody email;  ///< in place of `body`, where a part before it is each delivery's own
    Truncations cut;
  };

  /// From here on it is this event's. Borrows all, until the next begin().
  /// @param its_number  another one each time, from 1
  void begin(const Event& of, const State& in, std::uint64_t its_number);

  /// @param in  the language; nullptr: English
  const Message& described(const RouterOptions& options, const Language* in);
  /// What notifiers of a voice read; nullptr: English.
  const Language* language(std::uint16_t voice) const noexcept {
    const std::string_view own = this->voice(voice).language;
    const std::string_view tag = own.empty() ? std::string_view(state->settings->language) : own;
    return tag.empty() ? nullptr : state->vocabulary->state().find_language(tag);
  }
  const Voice& voice(std::uint16_t of) const noexcept {
    return of == Voices::none ? unregistered : state->voices()[of];
  }
  /// The payload of a voice, as it was written last: for this event, or for another. Valid until the next call.
  Payload& payload(std::uint16_t voice);

  const Event* event = nullptr;
  const State* state = nullptr;
  std::uint64_t number = 0;
  Hash128 event_hash;
  bool is_described{};  // begin() says
  bool is_digest = false;
  const Language* described_in = nullptr;
  Message message;
  Voice unregistered;  // of a notifier whose record has no voice's number
  Message scratch;     // of bodies that are templates

 private:
  Payload& add_payload(std::uint16_t voice, std::size_t at);
  void grow();

  // There are as many as one event has needed, however many voices there are; each stays with its voice until another
  // needs the place.
  std::forward_list<Payload> payloads_;
  std::size_t payload_count_ = 0;
  std::vector<Payload*> places_;                 // by voice; what lies there may be another's by now
  std::forward_list<Payload>::iterator next_{};  // to be given away next
};

/// Makes deliveries.
class Renderer {
 public:
  explicit Renderer(RouterOptions options) : options_(std::move(options)) {}

  const RouterOptions& options() const noexcept { return options_; }

  /// Makes what all deliveries of an event to notifiers of a voice share, where it is not there yet.
  Rendering::Payload& prepare(Rendering& rendering, std::uint16_t voice);

  /// @param app  the notifier's, where it is registered, else nullptr.
  /// @return a view, valid until the next call, or the rendering's next begin().
  const DeliveryView& render(Rendering& rendering, Record record, std::string_view app_id, const AppBlock* app);

 private:
  // Each platform's own code stays out of the others' way: where functions are compiled at their first call, as in
  // WebAssembly, the first delivery waits for no more than its own.
  void write(Rendering& rendering, Rendering::Payload& payload);
  void write_mail(Rendering& rendering, const Language* language, Rendering::Payload& payload);
  static void tell_left_out(const Message& message, Truncations& cut);
  void read_sender(std::string_view email_from);
  void render_request(Rendering& rendering, Record record, const PlatformRow& row);
  Occasion occasion(Rendering& rendering, Record record, const PlatformRow& row);
  std::string_view alert_key(const Rendering& rendering);
  void render_own(Rendering& rendering, Record record);
  void render_mail(Rendering& rendering, Record record, const AppBlock* app, const Hash128::Hex& key);
  void resolve_user(const State& state, std::string_view user_id, const AppBlock* app);
  void describe_arrival(Rendering& rendering, Record record);

  RouterOptions options_;
  Buffer sender_;  // what the next three, of which two borrow from it, were made of: it changes seldom
  Mailbox from_;
  std::string_view domain_;  // for the ids of mails
  Buffer from_line_;
  Buffer front_;  // what a mail begins with
  Recipients to_;
  std::string address_;  // filled by the host's look-up
  char key_[36];
  char alert_key_[38];
  const PlatformRow* headers_of_ = nullptr;  // whose the next are
  HeaderView headers_[3];
  RequestBuilder request_;
  Buffer own_body_, own_front_;
  Truncations own_cut_;
  Arrival arrival_;
  DeliveryView view_;
};

inline void Rendering::begin(const Event& of, const State& in, std::uint64_t its_number) {
  event = &of;
  state = &in;
  number = its_number;
  event_hash = Hash128();
  event_hash.add(of.id.empty() ? of.body : of.id);
  is_described = false;
  is_digest = false;
}

inline Rendering::Payload& Rendering::payload(std::uint16_t voice) {
  const std::size_t at = static_cast<std::uint16_t>(voice + 1);  // of Voices::none, the first
  if (at < places_.size() && places_[at]->voice == voice) return *places_[at];
  return add_payload(voice, at);
}

/// Twice as many, or the first ones.
NOTIFIER_NOINLINE inline void Rendering::grow() {
  const std::size_t more = payload_count_ == 0 ? 8 : payload_count_;
  for (std::size_t i = 0; i < more; ++i) payloads_.emplace_front();
  next_ = payloads_.begin();
  payload_count_ += more;
}

NOTIFIER_NOINLINE inline Rendering::Payload& Rendering::add_payload(std::uint16_t voice, std::size_t at) {
  if (payload_count_ == 0) grow();
  const auto pass = [this] {
    if (++next_ == payloads_.end()) next_ = payloads_.begin();
  };
  for (std::size_t steps = 0; next_->number == number; ++steps, pass()) {
    if (steps == payload_count_) {
      grow();
      break;
    }
  }
  if (at >= places_.size()) places_.resize((std::max)(state->voices().end() + 1, at + 1), &payloads_.front());
  Payload& added = *next_;
  places_[at] = &added;
  pass();
  added.voice = voice;
  added.number = 0;
  return added;
}

inline const Message& Rendering::described(const RouterOptions& options, const Language* in) {
  if (!is_described || described_in != in) {
    described_in = in;
    message.clear();
    Composer(*event, message, *state->vocabulary, in).compose(state->settings->link_base, state->pages.get());
    if (options.compose) {
      options.compose(*event, message);
      message.refuse_bad_link();
    }
  }
  is_described = true;
  return message;
}

inline const DeliveryView& Renderer::render(Rendering& rendering, Record record, std::string_view app_id,
                                            const AppBlock* app) {
  view_.notifier_id = record.id();
  view_.notifier_name = record.name();
  view_.app_id = app_id;
  view_.event_id = rendering.event->id;
  view_.event_type = rendering.event->type;
  view_.platform = record.platform();
  view_.rest_id = rendering.number << 16 | record.voice();
  // As write_idempotency_key() does, but with the event hashed once.
  key_[0] = 'm';
  key_[1] = 's';
  key_[2] = 'g';
  key_[3] = '_';
  Hash128 hash = rendering.event_hash;
  const Hash128::Hex hex(hash.add(view_.notifier_id));
  hex.write(key_ + 4);
  view_.idempotency_key = std::string_view(key_, sizeof key_);
  const PlatformRow& row = row_of(view_.platform);
  view_.limits = &row.target_limits;
  if (row.transport == Transport::smtp) {
    render_mail(rendering, record, app, hex);
  } else {
    render_request(rendering, record, row);
  }
  view_.arrival = nullptr;
  if (NOTIFIER_ARRIVALS != 0 && record.holds() && !rendering.is_digest) describe_arrival(rendering, record);
  return view_;
}

/// What is to be counted and named of an event that may be told with others. A test is told at once; so is an alert's
/// end to a platform that ends an incident of its own with it, and wakes nobody.
NOTIFIER_NOINLINE inline void Renderer::describe_arrival(Rendering& rendering, Record record) {
  const Event& event = *rendering.event;
  if (event.type == "test") return;
  const Message& message = rendering.described(options_, rendering.language(record.voice()));
  const bool is_joined = row_of(record.platform()).resolves && message.alert != Message::Alert::none;
  if (is_joined && message.alert == Message::Alert::ends) return;
  Hash128 hash;
  hash.add(view_.notifier_id);
  record.for_each_group_path([&](std::string_view path) { add_group_value(hash, path, event.root); });
  char hex[32];
  arrival_.group.assign(hex, hash.write_hex(hex));
  arrival_.type = event.type;
  arrival_.title = std::string_view(message.title());
  arrival_.link = std::string_view(message.link());
  arrival_.subject = std::string_view(message.subject());
  arrival_.severity = message.severity;
  arrival_.stands_alone = is_joined;
  arrival_.ends_alert = message.alert == Message::Alert::ends;
  view_.arrival = &arrival_;
}

inline Rendering::Payload& Renderer::prepare(Rendering& rendering, std::uint16_t voice) {
  Rendering::Payload& payload = rendering.payload(voice);
  if (payload.number != rendering.number) write(rendering, payload);
  return payload;
}

inline void Renderer::write(Rendering& rendering, Rendering::Payload& payload) {
  payload.number = rendering.number;
  payload.body.clear();
  payload.cut.clear();
  const Voice& voice = rendering.voice(payload.voice);
  const PlatformRow& row = row_of(voice.platform);
  const Language* const language = rendering.language(payload.voice);
  if (row.transport == Transport::smtp) {
    write_mail(rendering, language, payload);
  } else if (voice.body) {
    voice.body->write(*rendering.event, rendering.described(options_, language), *rendering.state->vocabulary, language,
                      rendering.scratch, payload.body, payload.cut);
  } else if (voice.has_front) {
    writer_of(row)(rendering.described(options_, language), payload.email.begin_behind("{"), payload.cut);
  } else if (!row.sends_event) {
    writer_of(row)(rendering.described(options_, language), payload.body, payload.cut);
  } else {
    return;
  }
  const Message& message = rendering.message;
  if (message.refused_link() + message.left_out() != 0) tell_left_out(message, payload.cut);
}

NOTIFIER_NOINLINE inline void Renderer::tell_left_out(const Message& message, Truncations& cut) {
  if (message.refused_link() != 0) cut.push_back({"link", message.refused_link(), 0});
  const std::size_t told = message.field_count();
  if (message.left_out() != 0) cut.push_back({"values", told + message.left_out(), told});
}

NOTIFIER_NOINLINE inline void Renderer::write_mail(Rendering& rendering, const Language* language,
                                                   Rendering::Payload& payload) {
  read_sender(rendering.state->settings->email_from);
  const Message& message = rendering.described(options_, language);
  const bool needs_clock = !message.time() && options_.clock;
  write_email_body(message, domain_, needs_clock ? options_.clock() : Timestamp(), payload.email, payload.cut);
}

NOTIFIER_NOINLINE inline void Renderer::read_sender(std::string_view email_from) {
  if (sender_.view() == email_from && !from_line_.empty()) return;
  sender_.clear();
  sender_.append(email_from);
  from_ = Mailbox();
  parse_mailbox(sender_.view(), from_);
  domain_ = message_id_domain(from_.domain());
  from_line_.clear();
  format_from(sender_.view(), from_line_);
}

inline void Renderer::render_request(Rendering& rendering, Record record, const PlatformRow& row) {
  view_.from = {};
  view_.to = {};
  view_.front_size = 0;
  view_.is_url_kept = !record.builds_request();
  if (!view_.is_url_kept) {
    request_.build(row, record, occasion(rendering, record, row), view_);
    if (row.sends_event && rendering.voice(record.voice()).body) {
      const Rendering::Payload& own = prepare(rendering, record.voice());
      view_.body = own.body.view();
      view_.truncations = own.cut;
      return;
    }
    if (is_own(row.platform)) return render_own(rendering, record);
  } else {
    view_.method = row.method;
    view_.url = record.first_text();
    view_.target = 0;
    view_.headers = row.headers;
    if (row.key_in == Place::header) {
      if (headers_of_ != &row) *std::copy(row.headers.begin(), row.headers.end(), headers_) = {row.key_name, {}};
      headers_of_ = &row;
      headers_[row.headers.size()].value = view_.idempotency_key;
      view_.headers = {headers_, row.headers.size() + 1};
    }
  }
  if (row.sends_event) {
    view_.body = rendering.event->body;
    view_.truncations = {};
    return;
  }
  Rendering::Payload& shared = prepare(rendering, record.voice());
  view_.truncations = shared.cut;
  if (!shared.body.empty()) {
    view_.body = shared.body.view();
  } else {
    view_.front_size = request_.front().size();
    view_.body = shared.email.behind(request_.front());
  }
}

inline Occasion Renderer::occasion(Rendering& rendering, Record record, const PlatformRow& row) {
  if (!row.resolves && row.news_url.empty() && row.thread_query.empty()) return {};
  const Message& message = rendering.described(options_, rendering.language(record.voice()));
  return {!row.news_url.empty() && message.is_news(), alert_key(rendering)};
}

/// Alerts have no ids: what they are about has to do.
NOTIFIER_NOINLINE inline std::string_view Renderer::alert_key(const Rendering& rendering) {
  if (rendering.message.alert == Message::Alert::none) return {};
  const Event& event = *rendering.event;
  Hash128 hash;
  hash.add(event.app_id.empty() ? event.app_name : event.app_id);
  for (const std::string_view name : {"metric", "sender_name", "send_when_below"})
    hash.add(event.type_data[name].text());
  hash.add(view_.notifier_id);
  hash.write_hex(put(alert_key_, "alert_"));
  return {alert_key_, sizeof alert_key_};
}

inline void Renderer::resolve_user(const State& state, std::string_view user_id, const AppBlock* app) {
  if (options_.users) {
    address_.clear();
    if (options_.users(user_id, address_)) to_.add_copy(address_);
  } else if (const UserBlock* const user = state.find_user(user_id)) {
    to_.add(user->email());
  } else if (app != nullptr && app->owner_id() == user_id) {
    to_.add(app->owner_email());
  }
}

NOTIFIER_NOINLINE inline void Renderer::render_mail(Rendering& rendering, Record record, const AppBlock* app,
                                                    const Hash128::Hex& key) {
  Rendering::Payload& shared = prepare(rendering, record.voice());
  to_.clear();
  record.for_each_recipient([&](std::string_view user_id) { resolve_user(*rendering.state, user_id, app); },
                            [&](std::string_view address) {
                              // Of a notifier that is not registered nobody has judged the addresses.
                              record.voice() == Voices::none ? to_.add_copy(address) : to_.add(address);
                            });
  view_.to = {to_.views(), to_.size()};
  front_.clear();
  front_.append(from_line_.view());
  format_to(to_.views(), to_.size(), front_);
  char* const p = front_.room(header_room(domain_.size()));
  front_.set_end(
      end_identifier(domain_, key.write(put(begin_identifier("Message-ID", 36 + 1 + domain_.size(), p), "msg_"))));
  const std::string_view alert = alert_key(rendering);
  if (!alert.empty()) {
    front_.set_end(
        put_identifier("In-Reply-To", alert, domain_, front_.room(header_room(alert.size() + domain_.size()))));
  }
  view_.method = {};
  view_.url = {};
  view_.target = 0;
  view_.headers = {};
  view_.from = from_.address;
  view_.body = shared.email.behind(front_.view());
  view_.front_size = front_.size();
  view_.truncations = shared.cut;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/routing/renderer_own.hpp"
