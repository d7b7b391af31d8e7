#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What went wrong, for programs.
enum class errc {
  invalid_json,   ///< not JSON by RFC 8259 (UTF-8, no BOM); `offset` is the byte of the fault
  too_large,      ///< longer than a limit of config.hpp
  too_deep,       ///< nested deeper than NOTIFIER_MAX_DEPTH; `offset` is the bracket that goes too far
  not_an_object,  ///< valid JSON, but an object was needed
  duplicate_key,  ///< a key is given twice where that is not allowed; `offset` is the second one
  invalid,        ///< values that break a rule; `fields` names each
  not_found,      ///< no such app, notifier or platform; `field` is the resource
  conflict,       ///< the stored object changed since the change was planned: read it and try again
  unsupported,    ///< a version or feature that this build does not know
  storage,        ///< a store could not read or write; nothing has changed
  lost,           ///< what was written belongs to another worker by now; nothing has changed
};

/// One broken rule of one field. The text names no secret value.
struct FieldError {
  std::string field;    ///< path, as "name", "type_data.webhook_url", "apps[2].notifiers[0].platform"
  std::string message;  ///< as "can't be blank": what is wrong and, where it is not plain, what to do
  std::string code;     ///< stable key for translations, as "blank", "taken", "unknown_event_type"
};

/// An error as a value: what, where, and what to do about it. Owns its text.
struct Error {
  static constexpr std::size_t no_offset = static_cast<std::size_t>(-1);

  errc code = errc::invalid;
  std::string message = {};             ///< one English sentence without a final full stop; never holds a secret
  std::size_t offset = no_offset;       ///< byte offset into the input, where that says where
  std::string field = {};               ///< the field or resource, where that says where
  std::vector<FieldError> fields = {};  ///< errc::invalid: every problem found, in document order
};

/// The code's name, as "invalid_json": stable, for logs and JavaScript.
constexpr std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::invalid_json: return "invalid_json";
    case errc::too_large: return "too_large";
    case errc::too_deep: return "too_deep";
    case errc::not_an_object: return "not_an_object";
    case errc::duplicate_key: return "duplicate_key";
    case errc::invalid: return "invalid";
    case errc::not_found: return "not_found";
    case errc::conflict: return "conflict";
    case errc::unsupported: return "unsupported";
    case errc::storage: return "storage";
    case errc::lost: return "lost";
  }
  return "unknown";
}

NOTIFIER_NAMESPACE_END
