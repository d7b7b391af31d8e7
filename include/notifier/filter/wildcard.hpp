// Wildcards: `*` stands for any text. Matching is linear in the text, whatever the pattern.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A pattern read once: the pieces between its stars. A backslash before a star or a backslash takes the meaning from
/// it.
class Wildcard {
 public:
  enum class Fault : std::uint8_t { none, double_star, bad_escape, too_many_stars };

  /// More would make an automaton of such patterns too large.
  static constexpr std::size_t most_stars = 5;

  Wildcard() = default;

  /// @param at  where a fault is, in bytes
  static Fault read(std::string_view pattern, Wildcard& out, std::size_t& at) {
    out = Wildcard();
    out.pieces_.emplace_back();
    for (at = 0; at < pattern.size(); ++at) {
      char c = pattern[at];
      if (c == '*') {
        if (at > 0 && out.pieces_.size() > 1 && out.pieces_.back().text.empty()) return Fault::double_star;
        if (out.pieces_.size() > most_stars) return Fault::too_many_stars;
        out.pieces_.emplace_back();
        continue;
      }
      if (c == '\\') {
        if (at + 1 == pattern.size() || (pattern[at + 1] != '*' && pattern[at + 1] != '\\')) return Fault::bad_escape;
        c = pattern[++at];
      }
      out.pieces_.back().text += c;
    }
    for (Piece& piece : out.pieces_) piece.prepare();
    return Fault::none;
  }

  /// What stands between the stars, which may be empty at both ends: one more than there are stars.
  std::size_t size() const noexcept { return pieces_.size(); }
  std::string_view operator[](std::size_t piece) const noexcept { return pieces_[piece].text; }

  bool fits(std::string_view text) const noexcept {
    const std::string_view first = pieces_.front().text;
    if (pieces_.size() == 1) return text == first;
    const std::string_view last = pieces_.back().text;
    if (text.size() < first.size() + last.size() || text.substr(0, first.size()) != first ||
        text.substr(text.size() - last.size()) != last) {
      return false;
    }
    text = text.substr(first.size(), text.size() - first.size() - last.size());
    // What is between fits wherever it fits first.
    for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
      const std::size_t end = pieces_[i].end_in(text);
      if (end == std::string_view::npos) return false;
      text.remove_prefix(end);
    }
    return true;
  }

 private:
  struct Piece {
    std::string text;
    /// For each beginning of `text`, how much of its end is a beginning of `text` again (Knuth, Morris and Pratt).
    std::vector<std::uint16_t> border;

    void prepare() {
      border.assign(text.size(), 0);
      for (std::size_t i = 1; i < text.size(); ++i) border[i] = advance(border[i - 1], text[i]);
    }
    std::uint16_t advance(std::size_t matched, char c) const noexcept {
      while (matched > 0 && text[matched] != c) matched = border[matched - 1];
      return static_cast<std::uint16_t>(text[matched] == c ? matched + 1 : 0);
    }
    /// Where it ends where it stands first.
    std::size_t end_in(std::string_view in) const noexcept {
      std::size_t matched = 0;
      for (std::size_t i = 0; i < in.size(); ++i) {
        matched = advance(matched, in[i]);
        if (matched == text.size()) return i + 1;
      }
      return std::string_view::npos;
    }
  };

  std::vector<Piece> pieces_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
