// Reads a mail back, by the letter of RFC 5322, 2045, 2046 and 2047, and finds fault with what breaks them.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mail_reader {

struct Mail {
  std::vector<std::string> faults;
  std::vector<std::pair<std::string, std::string>> headers;  ///< unfolded, not decoded
  std::string text;                                          ///< the first part, decoded
  std::string html;                                          ///< the last part, decoded

  std::string header(std::string_view name) const {
    for (const auto& header : headers) {
      if (header.first == name) return header.second;
    }
    return {};
  }
  std::size_t count(std::string_view name) const {
    std::size_t count = 0;
    for (const auto& header : headers) count += header.first == name ? 1u : 0u;
    return count;
  }
};

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Quoted-printable to text, line ends as \n.
inline std::string decode_qp(std::string_view encoded, std::vector<std::string>& faults) {
  std::string out;
  while (!encoded.empty()) {
    std::size_t end = encoded.find("\r\n");
    const bool has_break = end != std::string_view::npos;
    if (!has_break) end = encoded.size();
    const std::string_view line = encoded.substr(0, end);
    encoded.remove_prefix(has_break ? end + 2 : end);
    if (line.size() > 76) faults.push_back("line longer than 76");
    if (!line.empty() && (line.back() == ' ' || line.back() == '\t'))
      faults.push_back("white space at the end of a line");
    if (!line.empty() && line[0] == '.') faults.push_back("dot begins a line");
    if (line.substr(0, 5) == "From ") faults.push_back("From begins a line");
    bool is_soft = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const unsigned char c = static_cast<unsigned char>(line[i]);
      if ((c < 0x20 && c != '\t') || c > 0x7E) faults.push_back("byte that quoted-printable does not allow");
      if (c != '=') {
        out += line[i];
      } else if (i + 1 == line.size()) {
        is_soft = true;
      } else if (i + 2 < line.size() && hex_digit(line[i + 1]) >= 0 && hex_digit(line[i + 2]) >= 0) {
        out += static_cast<char>(hex_digit(line[i + 1]) * 16 + hex_digit(line[i + 2]));
        i += 2;
      } else {
        faults.push_back("broken escape");
      }
    }
    if (has_break && !is_soft) out += '\n';
  }
  return out;
}

/// A header's value with its encoded words decoded.
inline std::string decode_words(std::string_view value, std::vector<std::string>& faults) {
  std::string out;
  bool after_word = false;
  while (!value.empty()) {
    if (value.substr(0, 10) == "=?utf-8?Q?") {
      const std::size_t end = value.find("?=", 10);
      if (end == std::string_view::npos) {
        faults.push_back("encoded word without an end");
        return out;
      }
      if (end + 2 > 75) faults.push_back("encoded word longer than 75");
      for (std::size_t i = 10; i < end; ++i) {
        if (value[i] == '_') {
          out += ' ';
        } else if (value[i] == '=') {
          out += static_cast<char>(hex_digit(value[i + 1]) * 16 + hex_digit(value[i + 2]));
          i += 2;
        } else {
          out += value[i];
        }
      }
      value.remove_prefix(end + 2);
      after_word = true;
      continue;
    }
    if (after_word && value[0] == ' ' && value.substr(1, 2) == "=?") {
      value.remove_prefix(1);
      continue;
    }
    after_word = false;
    out += value[0];
    value.remove_prefix(1);
  }
  return out;
}

inline Mail read(std::string_view mail) {
  Mail out;
  for (std::size_t i = 0; i < mail.size(); ++i) {
    const bool is_cr = mail[i] == '\r';
    if (is_cr != (i + 1 < mail.size() && mail[i + 1] == '\n')) out.faults.push_back("CR or LF alone");
    if (is_cr) ++i;
  }
  while (true) {
    std::size_t end = mail.find("\r\n");
    if (end == std::string_view::npos) {
      out.faults.push_back("no end of headers");
      return out;
    }
    const std::string_view line = mail.substr(0, end);
    mail.remove_prefix(end + 2);
    if (line.empty()) break;
    // A word that cannot be folded may be longer, on a line of its own.
    const bool is_word =
        line[0] == ' ' && line.find(' ', 1) == std::string_view::npos && line.find("=?") == std::string_view::npos;
    if (line.size() > (is_word ? 998 : 78)) out.faults.push_back("header line longer than 78: " + std::string(line));
    if (line.find("=?") != std::string_view::npos && line.size() > 76)
      out.faults.push_back("line with encoded word longer than 76");
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
        out.faults.push_back("byte in a header");
    }
    if (line[0] == ' ') {
      if (line.find_first_not_of(' ') == std::string_view::npos) out.faults.push_back("empty folded line");
      if (out.headers.empty())
        out.faults.push_back("folded line first");
      else
        out.headers.back().second += line;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || (colon + 1 < line.size() && line[colon + 1] != ' ')) {
      out.faults.push_back("no header: " + std::string(line));
      continue;
    }
    out.headers.emplace_back(line.substr(0, colon), line.substr((std::min)(colon + 2, line.size())));
  }

  const std::string type = out.header("Content-Type");
  const std::size_t quote = type.find("boundary=\"");
  if (type.substr(0, 22) != "multipart/alternative;" || quote == std::string::npos) {
    out.faults.push_back("not multipart/alternative");
    return out;
  }
  const std::string boundary = "--" + type.substr(quote + 10, type.size() - quote - 11);
  std::vector<std::string_view> parts;
  if (mail.substr(0, boundary.size() + 2) != boundary + "\r\n") out.faults.push_back("no first boundary");
  mail.remove_prefix((std::min)(mail.size(), boundary.size()));
  while (true) {
    if (mail.substr(0, 4) == "--\r\n" && mail.size() == 4) break;
    const std::size_t end = mail.find("\r\n" + boundary);
    if (mail.substr(0, 2) != "\r\n" || end == std::string_view::npos) {
      out.faults.push_back("boundary out of place");
      return out;
    }
    parts.push_back(mail.substr(2, end - 2));
    mail.remove_prefix(end + 2 + boundary.size());
  }
  if (parts.size() != 2) {
    out.faults.push_back("not two parts");
    return out;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string head = std::string("Content-Type: text/") + (i == 0 ? "plain" : "html") +
                             "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    if (parts[i].substr(0, head.size()) != head) {
      out.faults.push_back("part's headers");
      continue;
    }
    (i == 0 ? out.text : out.html) = decode_qp(parts[i].substr(head.size()), out.faults);
  }
  return out;
}

}  // namespace mail_reader
