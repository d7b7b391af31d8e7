// What events there are and what a notifier can select: the built-in tables, and a Catalogue that a host can extend.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/catalogue/platform.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A group of selectable event types, for display. Text is UTF-8 and borrowed: static for built-in entries, else it lives as
/// long as the Catalogue.
struct Category {
  std::string_view id;
  std::string_view name;          ///< as "app_operations"
  std::string_view display_name;  ///< as "App operations"
  int position = 0;               ///< 1-based place in a list
};

/// What a notifier subscribes to by id, as `app_deployed`. Not the namespace of an event's `type` field: that is EventKind.
struct EventType {
  std::string_view id;    ///< 24 hex digits for built-in ones
  std::string_view name;  ///< as "app_deployed"
  std::string_view display_name;
  std::string_view description;
  std::string_view category_id;
  bool selectable_on_every_platform = true;  ///< display data for `available_event_ids`; any id may be selected anywhere
};

/// Whom an event is about.
enum class Scope : std::uint8_t { app, project, account };

/// A value of an event's `type` field, as `deployment`.
struct EventKind {
  std::string_view type;
  Scope scope = Scope::app;
  std::string_view selectable_as;  ///< name of the EventType that selects it; empty: only send_all_events does
};

struct PlatformInfo {
  Platform platform;
  std::string_view id;  ///< 24 hex digits
  std::string_view name;
  std::string_view display_name;
  std::string_view description;
  std::string_view logo_url;
};

/// The four platforms in the order the public API lists them.
const PlatformInfo* platforms_begin() noexcept;
const PlatformInfo* platforms_end() noexcept;
const PlatformInfo& platform_info(Platform platform) noexcept;
/// The platform with this id, or nullptr.
const PlatformInfo* find_platform_by_id(std::string_view id) noexcept;
/// The platform with this name, or nullptr.
const PlatformInfo* find_platform_by_name(std::string_view name) noexcept;

/// The bit of a notifier's row that an event tests. Bits 0 to 63 fit the fast path; a host's own types may go beyond.
using EventBit = std::uint32_t;

/// Event types, kinds and categories: the built-in ones, and a host's own beside them. Build it, then share it: a Registry
/// keeps a `shared_ptr<const Catalogue>`. Reading is thread-safe, and allocates nothing.
class Catalogue {
 public:
  /// The built-in tables alone.
  Catalogue();

  /// The built-in catalogue, shared.
  static std::shared_ptr<const Catalogue> standard();

  /// Adds a host's own; text is copied. Fails with errc::invalid where the id or name is taken or empty, or refers to what
  /// there is not.
  Result<void> add_category(const Category& category);
  Result<void> add_event_type(const EventType& type);
  /// @param kind  `selectable_as` may be empty.
  Result<void> add_event_kind(const EventKind& kind);

  const std::vector<Category>& categories() const noexcept;      ///< by position
  const std::vector<EventType>& event_types() const noexcept;    ///< in order of registration; index = EventBit
  const std::vector<EventKind>& event_kinds() const noexcept;

  /// nullptr where there is none.
  const EventType* find_event_type_by_id(std::string_view id) const noexcept;
  const EventType* find_event_type_by_name(std::string_view name) const noexcept;
  const EventKind* find_event_kind(std::string_view type) const noexcept;

  /// The selectable type an event kind belongs to, by the kind's name or by the type's own name (`selected_events` holds names
  /// from either namespace); nullptr where there is none.
  const EventType* resolve_selected_name(std::string_view name) const noexcept;

  /// How many bits a notifier's row has: one for each event type, and one for all kinds that are not selectable.
  std::size_t bit_count() const noexcept;
  EventBit bit_of(const EventType& type) const noexcept;
  /// The bit an event of this kind tests: its selectable type's, else unselectable_bit(). Never fails: unknown kinds are
  /// unselectable. One hash look-up.
  EventBit bit_of_kind(std::string_view type) const noexcept;
  EventBit unselectable_bit() const noexcept;
  /// The bit of `app_alert_triggered`, which send_all_events does not cover.
  EventBit alert_bit() const noexcept;

 private:
  // the owner of this file designs it
};

// JSON of the API (wire contract, section 3), keys in the documented order.
void write_json(json::Writer& out, const Category& category);
void write_json(json::Writer& out, const EventType& type);
/// With `available_event_ids` of this catalogue.
void write_json(json::Writer& out, const PlatformInfo& platform, const Catalogue& catalogue);

NOTIFIER_NAMESPACE_END
