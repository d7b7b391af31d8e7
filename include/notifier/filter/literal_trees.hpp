// Many texts at once: which of them a value begins with, ends with, holds or is. One byte after the other, and no
// further than the first that none of them has.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Trees of texts that share what they have in common, in one piece of memory. Each text has a number for what it
/// stands for, and may be whole: then it is found only where it is all of the value.
class LiteralTrees {
 public:
  struct Literal {
    std::string text;
    bool is_whole;
    std::uint32_t number;

    friend bool operator<(const Literal& a, const Literal& b) noexcept { return a.text < b.text; }
  };

  /// How a value is read.
  enum class Reading : std::uint8_t { forward, backward, folded };

  /// @param sorted  by their text
  /// @return where the root of a new tree is
  std::uint32_t add(const Literal* sorted, std::size_t count) { return append(sorted, sorted + count, 0, 0); }

  /// Appends the numbers of what the value begins with, read in this way.
  void find(std::uint32_t root, std::string_view value, Reading reading, std::vector<std::uint32_t>& found) const {
    const std::size_t size = value.size();
    const auto byte = [&](std::size_t at) noexcept {
      const char c = value[reading == Reading::backward ? size - 1 - at : at];
      return static_cast<unsigned char>(reading == Reading::folded && c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    };
    const std::uint32_t* node = words_.data() + root;
    for (std::size_t at = 0;;) {
      const std::size_t label_size = node[0];
      const std::uint32_t some = node[1];
      const std::uint32_t whole = node[2];
      const std::size_t children = node[3];
      if (label_size > size - at) return;
      const auto* const label = reinterpret_cast<const unsigned char*>(node + header_words);
      for (std::size_t i = 0; i < label_size; ++i) {
        if (label[i] != byte(at + i)) return;
      }
      at += label_size;
      node += header_words + words_for(label_size);
      if (some != 0) found.insert(found.end(), node, node + some);
      if (at == size) {
        if (whole != 0) found.insert(found.end(), node + some, node + some + whole);
        return;
      }
      node += some + whole;
      const auto* const first = reinterpret_cast<const unsigned char*>(node);
      const unsigned char wanted = byte(at);
      std::size_t child = 0;
      while (child < children && first[child] != wanted) ++child;
      if (child == children) return;
      node = words_.data() + node[words_for(children) + child];
    }
  }

 private:
  // A node: the sizes of what follows, the bytes that lead to it, the numbers of the texts that end there, then of
  // those that are whole, then the first byte of each child, and where each is. What is read together lies together.
  static constexpr std::size_t header_words = 4;

  static std::size_t words_for(std::size_t bytes) noexcept { return (bytes + 3) / 4; }

  void append_byte(std::size_t begin, std::size_t at, char byte) {
    reinterpret_cast<char*>(words_.data() + begin)[at] = byte;
  }

  /// @param depth   how many bytes all of them have in common and are behind
  /// @param before  how many were behind at the node above
  std::uint32_t append(const Literal* begin, const Literal* end, std::size_t before, std::size_t depth) {
    const std::size_t node = words_.size();
    const Literal* rest = begin;
    while (rest != end && rest->text.size() == depth) ++rest;
    std::size_t children = 0;
    for (const Literal* literal = rest; literal != end; ++literal) {
      if (literal == rest || literal->text[depth] != literal[-1].text[depth]) ++children;
    }
    const std::size_t label = node + header_words;
    words_.resize(label + words_for(depth - before));
    for (std::size_t i = before; i < depth; ++i) append_byte(label, i - before, begin->text[i]);
    words_[node] = static_cast<std::uint32_t>(depth - before);
    words_[node + 3] = static_cast<std::uint32_t>(children);
    for (const bool is_whole : {false, true}) {
      for (const Literal* literal = begin; literal != rest; ++literal) {
        if (literal->is_whole != is_whole) continue;
        words_.push_back(literal->number);
        ++words_[node + (is_whole ? 2 : 1)];
      }
    }
    const std::size_t firsts = words_.size();
    const std::size_t places = firsts + words_for(children);
    words_.resize(places + children);
    const Literal* first = rest;
    for (std::size_t child = 0; child < children; ++child) {
      const Literal* last = first;
      while (last + 1 != end && last[1].text[depth] == first->text[depth]) ++last;
      // Sorted: what the first and the last have in common, all have.
      std::size_t common = depth + 1;
      while (common < first->text.size() && common < last->text.size() && first->text[common] == last->text[common]) {
        ++common;
      }
      append_byte(firsts, child, first->text[depth]);
      const std::uint32_t place = append(first, last + 1, depth, common);
      words_[places + child] = place;
      first = last + 1;
    }
    return static_cast<std::uint32_t>(node);
  }

  std::vector<std::uint32_t> words_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
