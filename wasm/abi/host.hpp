// What an engine asks its host for: the time, new ids, users' addresses, history, which URLs it refuses, and what
// people read of an event.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "answer.hpp"
#include "notifier/api/history.hpp"
#include "notifier/json/document.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/time.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

namespace notifier_wasm {

inline std::string take(std::uint32_t size) {
  std::string text(size, '\0');
  if (size != 0) notifier_host_take(address_of(text.data()));
  return text;
}

inline notifier::Timestamp host_now() { return {static_cast<std::int64_t>(notifier_host_now())}; }

inline std::string host_new_id(std::string_view prefix) {
  return take(notifier_host_new_id(address_of(prefix.data()), static_cast<std::uint32_t>(prefix.size())));
}

inline bool host_user(std::string_view id, std::string& email) {
  const std::uint32_t size = notifier_host_user(address_of(id.data()), static_cast<std::uint32_t>(id.size()));
  if (size != 0) email = take(size);
  return size != 0;
}

/// Why nothing can ever be delivered to a URL; valid until the next is asked for.
inline std::string_view host_refuse_url(std::string_view url) {
  static std::string why;
  why = take(notifier_host_refuse_url(address_of(url.data()), static_cast<std::uint32_t>(url.size())));
  return why;
}

/// Has the host write what people read of an event; what it does not say stays.
inline void host_compose(const notifier::Event& event, notifier::Message& message) {
  const std::string text =
      take(notifier_host_compose(address_of(event.body.data()), static_cast<std::uint32_t>(event.body.size())));
  notifier::json::Document document;
  const auto said = document.parse(text, text.size());
  if (!said) return;
  const auto given = [&](std::string_view key, std::string_view& out) {
    out = said->string(key);
    return (*said)[key].is_string();
  };
  std::string_view value;
  if (given("title", value)) message.set_title(value);
  if (given("sentence", value)) message.set_sentence(value);
  if (given("link", value)) message.set_link(value);
  if (given("severity", value)) notifier::detail::parse_severity(value, message.severity);
  const notifier::json::View fields = (*said)["fields"];
  if (!fields.is_array()) return;
  message.clear_fields();
  fields.for_each_element(
      [&](notifier::json::View field) { message.add_field(field.string("label"), field.string("value")); });
}

/// Asks the host, in JSON, and reads its answer.
class HostHistory : public notifier::History {
 public:
  std::size_t events(std::string_view app_id, std::size_t offset, std::size_t limit,
                     std::vector<std::string>& out) const override {
    return page("events", app_id, {}, offset, limit, out);
  }
  std::size_t events_from(std::string_view app_id, std::uint64_t& place, std::size_t limit,
                          std::vector<std::string>& out) const override {
    return page("events", app_id, {}, 0, limit, out, &place);
  }

  std::size_t deliveries(std::string_view app_id, std::string_view notifier_id, std::size_t offset, std::size_t limit,
                         std::vector<std::string>& out) const override {
    return page("deliveries", app_id, notifier_id, offset, limit, out);
  }
  std::size_t deliveries_from(std::string_view app_id, std::string_view notifier_id, std::uint64_t& place,
                              std::size_t limit, std::vector<std::string>& out) const override {
    return page("deliveries", app_id, notifier_id, 0, limit, out, &place);
  }

  std::string event(std::string_view app_id, std::string_view event_id) const override {
    return one("event", app_id, {}, event_id);
  }

  std::string removed_notifier(std::string_view app_id, std::string_view notifier_id) const override {
    return one("removed", app_id, notifier_id, {});
  }

  void find_deliveries(const notifier::DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                       std::vector<std::string>& out) const override {
    page("find", filter.app_id, filter.notifier_id, 0, limit, out, &place, &filter);
  }

  notifier::Result<std::size_t> retry_all(const notifier::DeliveryFilter& filter, std::uint64_t& place,
                                          std::size_t limit) override {
    std::vector<std::string> none;
    return page("retry_all", filter.app_id, filter.notifier_id, 0, limit, none, &place, &filter);
  }

  notifier::Result<void> retry(std::string_view app_id, std::string_view notifier_id,
                               std::string_view delivery_id) override {
    return act("retry", app_id, notifier_id, delivery_id);
  }
  notifier::Result<void> cancel(std::string_view app_id, std::string_view notifier_id,
                                std::string_view delivery_id) override {
    return act("cancel", app_id, notifier_id, delivery_id);
  }

  notifier::HeldBack held_back(std::string_view app_id, std::string_view notifier_id, std::size_t limit,
                               std::vector<std::string>& out) const override {
    notifier::HeldBack held;
    // The host says how many groups there are in place of where a next page begins.
    held.events = page("held_back", app_id, notifier_id, 0, limit, out, &held.groups);
    return held;
  }
  notifier::Result<void> tell_now(std::string_view app_id, std::string_view notifier_id) override {
    return act("tell_now", app_id, notifier_id, {});
  }

 private:
  static std::string ask(const notifier::Buffer& query) {
    return take(notifier_host_history(address_of(query.data()), static_cast<std::uint32_t>(query.size())));
  }

  static void write_query(notifier::json::Writer& writer, std::string_view of, std::string_view app_id,
                          std::string_view notifier_id, std::string_view id) {
    writer.begin_object();
    writer.member("of", of);
    writer.member("app_id", app_id);
    writer.member("notifier_id", notifier_id);
    writer.member("id", id);
  }

  /// What the host has of one thing; empty where it has none.
  static std::string one(std::string_view of, std::string_view app_id, std::string_view notifier_id,
                         std::string_view id) {
    notifier::Buffer query;
    notifier::json::Writer writer(query);
    write_query(writer, of, app_id, notifier_id, id);
    writer.end_object();
    return ask(query);
  }

  /// The host says "due"; nothing where there is no such delivery; else why nothing is done.
  static notifier::Result<void> act(std::string_view what, std::string_view app_id, std::string_view notifier_id,
                                    std::string_view delivery_id) {
    notifier::Error error;
    error.message = one(what, app_id, notifier_id, delivery_id);
    if (error.message == "due") return {};
    error.code = error.message.empty() ? notifier::errc::not_found : notifier::errc::conflict;
    return error;
  }

  /// @param place   where it is not null, in place of the offset
  /// @param filter  null: none
  static std::size_t page(std::string_view of, std::string_view app_id, std::string_view notifier_id,
                          std::size_t offset, std::size_t limit, std::vector<std::string>& out,
                          std::uint64_t* place = nullptr, const notifier::DeliveryFilter* filter = nullptr) {
    notifier::Buffer query;
    notifier::json::Writer writer(query);
    write_query(writer, of, app_id, notifier_id, filter == nullptr ? std::string_view() : filter->key);
    if (filter != nullptr) {
      writer.member("event_id", filter->event_id);
      writer.member("event_type", filter->event_type);
      writer.member("state", filter->state ? to_string(*filter->state) : std::string_view());
      writer.key("since");
      writer.integer(filter->since.ms);
    }
    writer.key(place == nullptr ? "offset" : "place");
    writer.unsigned_integer(place == nullptr ? offset : *place);
    writer.key("limit");
    writer.unsigned_integer(limit);
    writer.end_object();
    notifier::json::Document document;
    const std::string text = ask(query);
    const auto root = document.parse(text, text.size());
    std::int64_t next = 0;
    if (root) (*root)["next"].integer(next);
    if (place != nullptr) *place = static_cast<std::uint64_t>(next);
    if (!root) return 0;
    (*root)["items"].for_each_element([&](notifier::json::View item) { out.emplace_back(item.string()); });
    std::int64_t total = 0;
    (*root)["total"].integer(total);
    return total < 0 ? 0 : static_cast<std::size_t>(total);
  }
};

}  // namespace notifier_wasm
