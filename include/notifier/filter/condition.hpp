// One thing that a filter may ask of a value.

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/filter/same_number.hpp"
#include "notifier/filter/wildcard.hpp"
#include "notifier/json/view.hpp"
#include "notifier/net/ip_address.hpp"
#include "notifier/text/case_forms.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Reads an address as filters take it: four decimal numbers, whose zeros in front mean nothing, or IPv6.
inline bool read_filter_address(std::string_view text, IpAddress& out) noexcept {
  return text.find(':') != std::string_view::npos ? net::read_ipv6(text, out) : net::read_dotted_ipv4(text, true, out);
}

/// What is asked of one scalar. An event's value that is no scalar meets nothing.
struct Condition {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    number,  ///< equal as a number
    text,    ///< equal, or the same address
    exists,  ///< any scalar
    absent,  ///< nothing anywhere: judged by who looks for the field
    prefix,
    suffix,
    any_case,  ///< equal but for case
    wildcard,
    numeric,  ///< within bounds
    network,  ///< an address of a network
    none_of,  ///< any scalar that meets none of `parts`
  };

  Kind kind = Kind::null;
  bool flag = false;  ///< boolean
  std::string text;   ///< number (as written), text, prefix, suffix, any_case, wildcard; network as it was written
  // numeric: at most two bounds
  double low = 0, high = 0;
  bool has_low = false, has_high = false, includes_low = false, includes_high = false;
  // text that is an address, and network
  std::optional<IpAddress> address;
  unsigned bits = 0;  ///< how many of the address count
  Wildcard wildcard;
  /// any_case: the forms of each code point
  std::vector<std::array<std::string, 3>> letters;
  std::vector<Condition> parts;

  /// Whether a scalar meets it.
  bool meets(json::View value) const;

 private:
  bool meets_text(std::string_view value) const;
  bool is_in_network(std::string_view value) const;
  bool is_within(double value) const noexcept {
    return !std::isinf(value) && (!has_low || value > low || (includes_low && value == low)) &&
           (!has_high || value < high || (includes_high && value == high));
  }
};

/// The forms of each code point of a text: itself, upper, lower.
inline std::vector<std::array<std::string, 3>> letters_of(std::string_view text) {
  std::vector<std::array<std::string, 3>> letters;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = (std::min)(code_point_size(text[at]), text.size() - at);
    const std::uint32_t c = code_point_at(text, at);
    letters.push_back({std::string(text.substr(at, size)), upper_form(c), lower_form(c)});
    at += size;
  }
  return letters;
}

/// Whether a text is made of one form of each letter. None of a letter's forms begins another, so that the first that
/// fits is the one.
inline bool fits_letters(const std::vector<std::array<std::string, 3>>& letters, std::string_view text) noexcept {
  for (const auto& forms : letters) {
    bool fits = false;
    for (const std::string& form : forms) {
      fits = text.substr(0, form.size()) == form;
      if (!fits) continue;
      text.remove_prefix(form.size());
      break;
    }
    if (!fits) return false;
  }
  return text.empty();
}

inline bool Condition::is_in_network(std::string_view value) const {
  if (value.size() > 64) return false;
  IpAddress found;
  if (!read_filter_address(value, found) || found.is_v6 != address->is_v6) return false;
  const unsigned whole = bits / 8;
  for (unsigned i = 0; i < whole; ++i) {
    if (found.bytes[i] != address->bytes[i]) return false;
  }
  const unsigned rest = bits % 8;
  return rest == 0 || (found.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

inline bool Condition::meets_text(std::string_view value) const {
  switch (kind) {
    case Kind::text: return value == text || (address && is_in_network(value));
    case Kind::prefix: return value.substr(0, text.size()) == text;
    case Kind::suffix: return value.size() >= text.size() && value.substr(value.size() - text.size()) == text;
    case Kind::any_case: return fits_letters(letters, value);
    case Kind::wildcard: return wildcard.fits(value);
    case Kind::network: return is_in_network(value);
    default: return false;
  }
}

inline bool Condition::meets(json::View value) const {
  const json::Kind type = value.kind();
  if (type == json::Kind::missing || type == json::Kind::array || type == json::Kind::object) return false;
  switch (kind) {
    case Kind::exists: return true;
    case Kind::absent: return false;
    case Kind::null: return type == json::Kind::null;
    case Kind::boolean: return type == json::Kind::boolean && value.boolean() == flag;
    case Kind::number: return type == json::Kind::number && is_same_number(text, value.digits());
    case Kind::numeric: return type == json::Kind::number && is_within(json::to_double(value.digits()));
    case Kind::none_of:
      for (const Condition& part : parts) {
        if (part.meets(value)) return false;
      }
      return true;
    default: return type == json::Kind::string && meets_text(value.string());
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
