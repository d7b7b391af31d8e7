#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "notifier/api/target.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// Entries on a page unless `per_page` says otherwise, and at most.
inline constexpr std::size_t default_page_size = 20;
inline constexpr std::size_t max_page_size = 100;

/// The page a request asks for by `page` (from 1) and `per_page`; what is no number counts as not given.
struct Page {
  std::size_t number = 1;
  std::size_t size = default_page_size;

  std::size_t offset() const noexcept { return (number - 1) * size; }
};

/// A number from 1 to 999,999,999, or `otherwise`.
inline std::size_t positive_number(std::string_view text, std::size_t otherwise) noexcept {
  if (text.empty() || text.size() > 9) return otherwise;
  std::size_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return otherwise;
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value == 0 ? otherwise : value;
}

inline Page read_page(const Target& target) noexcept {
  Page page;
  page.number = positive_number(target.parameter("page"), 1);
  page.size = (std::min)(positive_number(target.parameter("per_page"), default_page_size), max_page_size);
  return page;
}

/// Writes the member `meta` as the public API does: `{"pagination":{current_page, prev_page, previous_page, next_page,
/// total_pages, total_count}}`, null where there is no such page. The page before has both its names: the one that
/// published clients read, and the one that was recorded.
inline void write_meta(json::Writer& out, const Page& page, std::size_t total) {
  const std::size_t pages = (total + page.size - 1) / page.size;
  const auto number_or_null = [&](std::string_view key, std::size_t number, bool exists) {
    out.key(key);
    if (exists) {
      out.integer(static_cast<std::int64_t>(number));
    } else {
      out.null();
    }
  };
  out.key("meta");
  out.object([&] {
    out.key("pagination");
    out.object([&] {
      number_or_null("current_page", page.number, true);
      for (const std::string_view key : {"prev_page", "previous_page"}) {
        number_or_null(key, (std::min)(page.number - 1, pages), page.number > 1 && pages > 0);
      }
      number_or_null("next_page", page.number + 1, page.number < pages);
      number_or_null("total_pages", pages, true);
      number_or_null("total_count", total, true);
    });
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
