// Where and why a text is not JSON.

#pragma once

#include <cstddef>
#include <string>

#include "notifier/error.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Why a text is not JSON, or nothing.
struct Fault {
  errc code = errc::invalid_json;         ///< or errc::too_deep
  std::size_t offset = Error::no_offset;  ///< of the first byte with which no valid document can go on; the text's size
                                          ///< where it only ends too early; no_offset where there is no fault
  const char* expected = "";              ///< what could have stood there, as "',' or ']' after an element"

  explicit operator bool() const noexcept { return offset != Error::no_offset; }
};

/// The fault as an error that a person can act on: "expected ',' or ']' after an element at byte 17".
inline Error to_error(const Fault& fault, std::size_t text_size) {
  Error error;
  error.code = fault.code;
  error.offset = fault.offset;
  if (fault.code == errc::too_deep) {
    error.message = "arrays and objects nest deeper than ";
    error.message.append(notifier::detail::decimal(NOTIFIER_MAX_DEPTH))
        .append(" at byte ")
        .append(notifier::detail::decimal(fault.offset));
  } else if (fault.offset == text_size) {
    error.message = "the text ends at byte ";
    error.message.append(notifier::detail::decimal(fault.offset)).append(", expected ").append(fault.expected);
  } else {
    error.message = "expected ";
    error.message.append(fault.expected).append(" at byte ").append(notifier::detail::decimal(fault.offset));
  }
  return error;
}

}  // namespace json
NOTIFIER_NAMESPACE_END
