#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/api/errors.hpp"
#include "notifier/api/target.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// Entries on a page unless `per_page` says otherwise, and at most.
inline constexpr std::size_t default_page_size = 20;
inline constexpr std::size_t max_page_size = 100;

/// The page a request asks for, by `page` (from 1) or `cursor`, and `per_page`; what is no number counts as not given.
struct Page {
  std::size_t number = 1;  ///< 0: by a cursor
  std::size_t size = default_page_size;
  std::uint64_t place = 0;  ///< in the history, but for pages after the first: see History::events_from()
  char list = 0;            ///< what its cursors begin with, so that they fit no other list

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

/// @param list  a letter for the list
/// @return the error to answer, where there is one
inline std::optional<Response> read_page(const Target& target, char list, Page& page) {
  page.list = list;
  page.size = (std::min)(positive_number(target.parameter("per_page"), default_page_size), max_page_size);
  const std::string_view number = target.parameter("page");
  page.number = positive_number(number, 1);
  const std::string_view cursor = target.parameter("cursor");
  if (cursor.empty()) return std::nullopt;
  if (!number.empty()) return error_response(400, "page and cursor are two ways to say where a page begins");
  page.number = 0;
  // Fifteen digits are more than there will ever be, and an exact number in JavaScript.
  bool is_ours = cursor.front() == list && cursor.size() >= 2 && cursor.size() <= 16 && cursor[1] != '0';
  for (const char c : cursor.substr(1)) {
    is_ours = is_ours && is_digit(c);
    page.place = page.place * 10 + static_cast<unsigned char>(c - '0');
  }
  if (is_ours) return std::nullopt;
  return error_response(400, "The cursor is not of this list: it is next_cursor of the page before, as it is");
}

/// Writes where the next page begins, or null.
inline void write_cursor(json::Writer& out, const Page& page) {
  out.key("next_cursor");
  if (page.place == 0) return out.null();
  out.string(joined(std::string(1, page.list), decimal(page.place)));
}

/// Writes the member `meta` as the public API does: `{"pagination":{current_page, prev_page, previous_page, next_page,
/// total_pages, total_count}}`, null where there is no such page. The page before has both its names: the one that
/// published clients read, and the one that was recorded. Beside it `next_cursor` where the page is the first; a page
/// by a cursor has that and `total_count` alone.
inline void write_meta(json::Writer& out, const Page& page, std::size_t total) {
  if (page.number == 0) {
    out.key("meta");
    return out.object([&] {
      out.key("total_count");
      out.unsigned_integer(total);
      write_cursor(out, page);
    });
  }
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
    if (page.number == 1) write_cursor(out, page);
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
