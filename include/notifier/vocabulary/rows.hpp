// The rows that a Vocabulary is made of. Text is UTF-8 and borrowed: of a vocabulary's own rows, it lives as long as
// the vocabulary.

#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A group of selectable event types, for display.
struct Category {
  std::string_view id;
  std::string_view name;          ///< as "app_operations"
  std::string_view display_name;  ///< as "App operations"
  int position = 0;               ///< 1-based place in a list
};

/// What a notifier subscribes to by id, as `app_deployed`. Not the namespace of an event's `type`: that is EventKind.
struct EventType {
  std::string_view id;    ///< 24 hex digits for built-in ones
  std::string_view name;  ///< as "app_deployed"
  std::string_view display_name;
  std::string_view description;
  std::string_view category_id;
  bool selectable_on_every_platform =
      true;  ///< display data: in `available_event_ids`. Any id may be selected anywhere
};

/// Whom an event is about.
enum class Scope : std::uint8_t { app, project, account };

/// A value of an event's `type` field, as `deployment`.
struct EventKind {
  std::string_view type;
  Scope scope = Scope::app;
  std::string_view selectable_as;  ///< name of the EventType that selects it; empty: only send_all_events does
};

/// The bit of a notifier's row that an event tests. Bits 0 to 63 fit the fast path; a host's own types may go beyond.
using EventBit = std::uint32_t;

NOTIFIER_NAMESPACE_END
