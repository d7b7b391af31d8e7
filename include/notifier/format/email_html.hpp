// The skeleton of a mail's HTML part: tables and inline styles, which is what mail programs agree on. Each piece is
// quoted-printable when it is compiled, and what stands between two pieces begins and ends at the start of a line.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
namespace email_html {

struct Piece {
  static constexpr std::size_t column = 0;
};

/// Up to the severity's colour.
struct Head : Piece {
  static constexpr std::string_view text =
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n"
      "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n"
      "<body style=\"margin:0;padding:16px;background:#f3f4f6\">\n"
      "<table role=\"presentation\" align=\"center\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\""
      "max-width:600px;background:#ffffff;color:#1f2933;font:15px/1.5 Helvetica,Arial,sans-serif;border-top:4px solid ";
};

/// From the colour, seven characters, to the title.
struct BeforeTitle : Piece {
  static constexpr std::size_t column = 7;
  static constexpr std::string_view text =
      "\">\n<tr><td style=\"padding:20px 24px 4px;font-size:18px;font-weight:bold\">\n";
};

struct BeforeSentence : Piece {
  static constexpr std::string_view text = "</td></tr>\n<tr><td style=\"padding:4px 24px 12px\">\n";
};

struct BeforeFields : Piece {
  static constexpr std::string_view text =
      "</td></tr>\n<tr><td style=\"padding:4px 24px 12px\">\n"
      "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"font:14px/1.5 "
      "Helvetica,Arial,sans-serif\">\n";
};

struct BeforeLabel : Piece {
  static constexpr std::string_view text = "<tr><td style=\"padding:2px 16px 2px 0;color:#6b7280\" valign=\"top\">\n";
};

struct BeforeValue : Piece {
  static constexpr std::string_view text = "</td><td style=\"padding:2px 0;word-break:break-word\">\n";
};

/// Before a link that is a field's value, at the start of a line.
struct BeforeFieldLink : Piece {
  static constexpr std::string_view text = "<a href=\"";
};

struct AfterValue : Piece {
  static constexpr std::string_view text = "</td></tr>\n";
};

struct AfterFields : Piece {
  static constexpr std::string_view text = "</table>\n";
};

struct BeforeLogLabel : Piece {
  static constexpr std::string_view text =
      "</td></tr>\n<tr><td style=\"padding:4px 24px 12px;color:#6b7280;font-size:14px\">\n";
};

struct BeforeLog : Piece {
  static constexpr std::string_view text =
      "<pre style=\"margin:4px 0 0;padding:12px;background:#f3f4f6;color:#1f2933;font-size:13px;white-space:pre-wrap;"
      "word-break:break-word\">";
};

struct AfterLog : Piece {
  static constexpr std::string_view text = "</pre>\n";
};

struct BeforeLink : Piece {
  static constexpr std::string_view text = "</td></tr>\n<tr><td style=\"padding:4px 24px 12px\"><a href=\"";
};

struct AfterLink : Piece {
  static constexpr std::string_view text =
      "\" style=\"display:inline-block;padding:8px 16px;background:#1f2933;color:#ffffff;text-decoration:none\">"
      "View details</a>\n";
};

struct BeforeOrigin : Piece {
  static constexpr std::string_view text =
      "</td></tr>\n<tr><td style=\"padding:8px 24px 20px;color:#6b7280;font-size:13px\">\n";
};

struct Tail : Piece {
  static constexpr std::string_view text = "</td></tr>\n</table>\n</body>\n</html>\n";
};

}  // namespace email_html
}  // namespace detail
NOTIFIER_NAMESPACE_END
