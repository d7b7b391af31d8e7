// The table of wordings as a program holds it: one run of text. Where each of its texts begins, and how long it is,
// would take a third of its room again, and no compression makes much of that.

#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "notifier/message/wordings.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
namespace wordings {

inline constexpr std::size_t row_count = std::size(table);

constexpr std::size_t packed_size() noexcept {
  std::size_t size = 0;
  for (const Wording& row : table) {
    size += 1;
    for (const std::string_view text : {row.kind, row.when, row.title, row.sentence, row.fields, row.actor, row.link}) {
      size += text.size() + 1;
    }
  }
  return size;
}

/// Row by row: the severity, then each text with a zero behind it.
inline constexpr auto packed = [] {
  std::array<char, packed_size()> out{};
  std::size_t size = 0;
  for (const Wording& row : table) {
    out[size++] = static_cast<char>(row.severity);
    for (const std::string_view text : {row.kind, row.when, row.title, row.sentence, row.fields, row.actor, row.link}) {
      for (const char c : text) out[size++] = c;
      size += 1;
    }
  }
  return out;
}();

/// The rows again. Their texts lie in `packed`.
struct Unpacked {
  Unpacked() noexcept {
    const char* next = packed.data();
    for (Wording& row : rows) {
      row.severity = static_cast<Severity>(*next++);
      for (std::string_view* const text :
           {&row.kind, &row.when, &row.title, &row.sentence, &row.fields, &row.actor, &row.link}) {
        *text = next;
        next += text->size() + 1;
      }
    }
  }

  Wording rows[row_count];
};

}  // namespace wordings
}  // namespace detail
NOTIFIER_NAMESPACE_END
