// A registry that is given anything: each line of the input is one call, its first byte says which, the rest is its
// JSON. After every call the registry is whole: it can be written, read back and routed through, a call that fails has
// changed nothing, and an event goes to whom the rules, once more in plain loops, send it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/routing/router.hpp"

namespace {

using notifier::Registry;

void expect(bool promise) {
  if (!promise) std::abort();
}

/// Whom an event goes to, oldest first: the rules as plainly as can be.
std::vector<std::string> recipients(const Registry& registry, const notifier::Event& event,
                                    const notifier::Audience& audience) {
  const std::vector<notifier::App> apps = registry.apps();
  std::vector<std::string> concerned;
  if (!event.app_id.empty() || !event.app_name.empty()) {
    for (const notifier::App& app : apps) {
      if (event.app_id.empty() ? app.name == event.app_name : app.id == event.app_id) concerned.push_back(app.id);
    }
  } else if (!event.project_id.empty()) {
    for (const notifier::App& app : apps) {
      if (app.project_id == event.project_id) concerned.push_back(app.id);
    }
  } else {
    for (const std::string_view id : audience.app_ids) {
      const bool known = std::any_of(apps.begin(), apps.end(), [&](const notifier::App& app) { return app.id == id; });
      if (known && std::count(concerned.begin(), concerned.end(), id) == 0) concerned.emplace_back(id);
    }
  }
  std::string_view selectable;
  const auto vocabulary = registry.vocabulary();
  for (const notifier::EventKind& kind : vocabulary->event_kinds()) {
    if (kind.type == event.type) selectable = kind.selectable_as;
  }
  const notifier::EventType* const type = vocabulary->find_event_type_by_name(selectable);
  std::vector<std::string> ids;
  for (const std::string& app : concerned) {
    for (const notifier::Notifier& notifier : registry.list(app)) {
      const auto& selected = notifier.selected_event_ids;
      const bool is_selected =
          type != nullptr && std::find(selected.begin(), selected.end(), type->id) != selected.end();
      const auto& named = audience.notifier_ids;
      const bool is_named = std::find(named.begin(), named.end(), notifier.id) != named.end();
      const bool takes = event.type == "alert" ? notifier.send_all_alerts : notifier.send_all_events;
      if (notifier.active && (is_selected || is_named || takes)) ids.push_back(notifier.id);
    }
  }
  return ids;
}

class Machine {
 public:
  Machine() : router_(registry_) {
    expect(registry_.add_app({"1", "shop", {"us-1", "anna", "a@b.c"}, "pr"}, true).has_value());
  }

  void call(char what, std::string_view json) {
    const std::string before = registry_.snapshot();
    const bool changed = act(what, json);
    const std::string after = registry_.snapshot();
    expect(changed || after == before);
    if (after != before) check_round_trip(after);
  }

 private:
  bool act(char what, std::string_view json) {
    switch (what) {
      case 'l': return registry_.load(json).has_value();
      case 'a': return apply_draft(json, [this](const auto& draft) { return registry_.plan_add(app(), draft); });
      case 'u':
        return apply_draft(json,
                           [this](const auto& draft) { return registry_.plan_update(app(), notifier_id(), draft); });
      case 'd': return registry_.remove(app(), notifier_id()).has_value();
      case 'c': return apply_change(json);
      case 's': return registry_.set_settings({std::string(json), std::string(json)}).has_value();
      case 'n': ++cursor_; return false;
      default: route(json); return false;
    }
  }

  std::string app() const {
    const auto apps = registry_.apps();
    return apps.empty() ? std::string() : apps[cursor_ % apps.size()].id;
  }
  std::string notifier_id() const {
    const auto list = registry_.list(app());
    return list.empty() ? std::string() : list[cursor_ / 3 % list.size()].id;
  }

  template <class Plan>
  bool apply_draft(std::string_view json, Plan&& plan) {
    const auto root = document_.parse(json);
    if (!root || !root->is_object()) return false;
    const auto change = plan(notifier::NotifierDraft::read(*root));
    if (!change) {
      expect(change.error().code == notifier::errc::not_found || !change.error().fields.empty());
      return false;
    }
    check_change(*change);
    expect(registry_.apply({*change}).has_value());
    expect(registry_.apply({*change}).error().code == notifier::errc::conflict);
    const auto stored = registry_.find(change->notifier.id);
    expect(stored && text_of(*stored) == text_of(change->notifier));
    return true;
  }

  bool apply_change(std::string_view json) {
    const auto root = document_.parse(json);
    if (!root) return false;
    const auto change = notifier::read_change(*root);
    if (!change) return false;
    check_change(*change);
    return registry_.apply({*change}).has_value();
  }

  template <class T>
  static std::string text_of(const T& value) {
    notifier::Buffer out;
    notifier::json::Writer writer(out);
    write_json(writer, value);
    return out.str();
  }

  static void check_change(const notifier::Change& change) {
    const std::string text = text_of(change);
    notifier::json::Document document;
    const auto root = document.parse(text);
    expect(root.has_value());
    const auto again = notifier::read_change(*root);
    expect(again && text_of(*again) == text);
  }

  void check_round_trip(const std::string& snapshot) {
    Registry other;
    expect(other.load(snapshot).has_value());
    expect(other.snapshot() == snapshot);
    std::size_t count = 0;
    for (const notifier::App& app : registry_.apps()) count += registry_.list(app.id).size();
    expect(count == registry_.notifier_count());
  }

  /// A webhook is sent the event itself, or a body of its own, which is JSON whatever the event is; of what was nested
  /// deep before, one level more may be too deep to read.
  void check_webhook(const notifier::DeliveryView& delivery, std::string_view json) const {
    const auto stored = registry_.find(delivery.notifier_id);
    expect(stored.has_value());
    if (stored->type_data.text("body").empty()) return expect(delivery.body.data() == json.data());
    notifier::json::Document document;
    const auto root = document.parse(delivery.body, delivery.body.size());
    expect(root || root.error().code == notifier::errc::too_deep);
  }

  void route(std::string_view json) {
    const std::string first = app();
    const notifier::Audience audience{{first, "n"}, {first}, {}};
    std::vector<std::string> matched, routed, explained;
    const auto match = router_.match(
        json, [&](std::string_view id) { matched.emplace_back(id); }, audience);
    std::vector<notifier::Delivery> owned;
    notifier::DeliveryOwner own;
    const auto result = router_.route(
        json,
        [&](const notifier::DeliveryView& delivery) {
          routed.emplace_back(delivery.notifier_id);
          expect(delivery.platform == notifier::Platform::email ? !delivery.from.empty() : !delivery.url.empty());
          if (delivery.platform == notifier::Platform::webhook) check_webhook(delivery, json);
          expect(delivery.front_size <= delivery.body.size() && delivery.rest_id != 0);
          const notifier::Body& body = owned.emplace_back(own(delivery)).body;
          expect(body == delivery.body && body.rest() == delivery.body.substr(delivery.front_size));
        },
        audience);
    const auto why = router_.explain(json, audience);
    expect(match.has_value() == result.has_value() && why.has_value() == result.has_value());
    if (!result) return;
    for (const notifier::Explanation& explanation : why->notifiers) {
      if (explanation.receives) explained.push_back(explanation.notifier_id);
    }
    expect(matched == routed && explained == routed && *match == routed.size());
    notifier::json::Document document;
    expect(routed == recipients(registry_, notifier::Event::read(*document.parse(json), json), audience));
    expect(document.parse(text_of(*why)).has_value());
    if (const auto some = registry_.find(app(), notifier_id())) expect(router_.preview(*some, json).has_value());
  }

  Registry registry_;
  notifier::Router router_;
  notifier::json::Document document_;
  std::size_t cursor_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Machine machine;
  for (int calls = 0; !text.empty() && calls < 40; ++calls) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix((std::min)(line.size() + 1, text.size()));
    if (!line.empty()) machine.call(line[0], line.substr(1));
  }
  return 0;
}
