// Writing a message as a card: pieces of JSON that are a platform's own, and between them the texts, escaped and cut.
//
// What a card looks like is a short function of its platform; how it stays within the platform's limits is here.

#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/escape.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/truncation.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What writes a text escaped, and cut where it has to be: put_part() of an escape, or a function that writes up to
/// eight bytes around it, which count. An escape grows a byte to card_growth bytes at most.
using PartWriter = char* (*)(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out,
                             Truncations& cut);

/// What writes a URL that can be followed, whole: escape() of an escape.
using LinkWriter = char* (*)(std::string_view url, char* out);

inline constexpr std::size_t card_growth = 6;

/// A line that does not begin with what could make it a heading, a list, a quote, a table or code: with an ASCII
/// character that is no letter.
template <class Escape>
char* put_line(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out, Truncations& cut) {
  if (!is_letter(text.front()) && static_cast<unsigned char>(text.front()) < 0x80) {
    const std::size_t size = count(zero_width_joiner, unit);
    out = put(out, zero_width_joiner);
    limit.text -= size;
    limit.json -= size;
  }
  return put_part<Escape>(part, text, limit, unit, out, cut);
}

/// A list of fields or of logs: what stands between their texts, and how long these get.
struct CardList {
  std::string_view begin;       ///< before the first, instead of what stands between two
  std::string_view between;     ///< between two
  std::string_view label;       ///< before each label
  std::string_view value;       ///< between a label and its value
  std::string_view short_end;   ///< behind the value of a field that may stand beside another
  std::string_view wide_end;    ///< behind any other
  std::string_view end;         ///< behind the last
  std::size_t label_limit = 0;  ///< longest label
  std::size_t value_limit = 0;  ///< longest value, or target of a link
  PartWriter put_value = nullptr;
  std::string_view link = {};      ///< before the target of a link; it stands in place of the value
  std::string_view link_end = {};  ///< behind it
  LinkWriter put_link = nullptr;   ///< nullptr: a link is a value like others
  PartWriter put_label = put_line<PlainLabel>;
};

/// Writes one card.
class CardWriter {
 public:
  struct Part {
    std::string_view name;
    std::string_view text;
  };

  /// @param budget  most units for all of it; Budget::unlimited: nothing is counted
  CardWriter(const Message& message, Buffer& out, Truncations& cut, Unit unit, std::size_t budget) noexcept
      : message_(&message), out_(&out), cut_(&cut), unit_(unit), budget_(budget, unit), settled_(out.size()) {}

  const Message& message() const noexcept { return *message_; }

  void put(std::string_view literal) { out_->append(literal); }

  /// Writes a text where there is any.
  /// @return whether there was
  bool part(std::string_view before, const Part& part, std::string_view after, std::size_t limit, PartWriter write);

  /// Writes those texts that there are, a middle dot between.
  bool joined(std::string_view before, std::initializer_list<Part> parts, std::string_view after, std::size_t limit,
              PartWriter write);

  /// Writes the message's link, or tells that it cannot be one here. What is before and after it may have its title in
  /// English, in whose place comes the message's.
  bool link(std::string_view before, std::string_view after, std::size_t limit, LinkWriter write);

  /// Writes when it happened, as RFC 3339 has it, where that is known.
  void time(std::string_view before, std::string_view after);

  /// The labels that follow are keys of one object, each followed by a text: one that is there already gets a number.
  void begin_keys() noexcept { keys_ = out_->size(); }

  /// Writes the fields that are no logs, as far as they have room.
  bool fields(const CardList& list, std::size_t most) { return this->list(list, most, false); }
  /// Writes the logs, as far as they have room.
  bool logs(const CardList& list, std::size_t most) { return this->list(list, most, true); }

  /// Tells what was left out of fields and logs. Comes behind both.
  void end_lists();

  /// Keeps room for what comes behind, until it is given back.
  void hold_back(std::size_t units) noexcept { budget_.hold_back(units); }
  void give_back(std::size_t units) noexcept { budget_.give_back(units); }

 private:
  void put_titled(std::string_view literal);
  bool list(const CardList& list, std::size_t most, bool is_code);
  void number_key(std::size_t begin, std::string_view after, std::size_t number);
  /// @return whether it is a link that can be followed, which is short
  bool value(const CardList& list, const Message::Field& field);
  void text(std::string_view part, std::string_view text, std::size_t limit, PartWriter write);
  void settle() noexcept {
    budget_.spend(out_->data() + settled_, out_->data() + out_->size());
    settled_ = out_->size();
  }

  const Message* message_;
  Buffer* out_;
  Truncations* cut_;
  Unit unit_;
  Budget budget_;
  std::size_t settled_;  // what is paid for
  std::size_t written_ = 0;
  std::size_t keys_ = std::string_view::npos;  // where the first is
};

/// Writes a card and, where it takes more than `limit`, again, counting.
/// @param limit   most bytes that need not be counted, and most units of the JSON where they are
/// @param beside  units that are held back for what does not count
NOTIFIER_NOINLINE inline void write_card(const Message& message, Buffer& out, Truncations& cut, Unit unit,
                                         std::size_t limit, void (*write)(CardWriter&), std::size_t beside = 0) {
  const std::size_t cuts = cut.size();
  const std::size_t start = out.size();
  CardWriter card(message, out, cut, unit, Budget::unlimited);
  write(card);
  // A unit takes a byte or more.
  if (out.size() - start <= limit) return;
  cut.resize(cuts);
  out.truncate(start);
  CardWriter again(message, out, cut, unit, limit + beside);
  write(again);
}

NOTIFIER_NOINLINE inline void CardWriter::text(std::string_view part, std::string_view text, std::size_t limit,
                                               PartWriter write) {
  settle();
  char* const p = out_->room(card_growth * (std::min)(text.size(), 4 * limit) + text_padding + 16);
  out_->set_end(write(part, text, {limit, budget_.but(0)}, unit_, p, *cut_));
}

NOTIFIER_NOINLINE inline bool CardWriter::part(std::string_view before, const Part& part, std::string_view after,
                                               std::size_t limit, PartWriter write) {
  if (is_blank(part.text)) return false;
  this->put(before);
  text(part.name, trim(part.text), limit, write);
  this->put(after);
  return true;
}

NOTIFIER_NOINLINE inline bool CardWriter::joined(std::string_view before, std::initializer_list<Part> parts,
                                                 std::string_view after, std::size_t limit, PartWriter write) {
  bool is_open = false;
  for (const Part& each : parts) {
    if (part(is_open ? std::string_view(" \xC2\xB7 ") : before, each, {}, limit, write)) is_open = true;
  }
  if (is_open) this->put(after);
  return is_open;
}

NOTIFIER_NOINLINE inline bool CardWriter::link(std::string_view before, std::string_view after, std::size_t limit,
                                               LinkWriter write) {
  const std::string_view url = message_->link();
  if (url.empty()) return false;
  const std::size_t start = out_->size();
  put_titled(before);
  const std::size_t begin = out_->size();
  if (is_web_link(url)) out_->set_end(write(url, out_->room(card_growth * url.size() + text_padding)));
  const std::size_t size = out_->size() - begin;
  if (size == 0 || size > limit) {
    out_->truncate(start);
    cut_->push_back({"link", count(url, unit_), 0});
    return false;
  }
  put_titled(after);
  return true;
}

/// A link's title is letters, digits and spaces, which no markup is made of.
inline void CardWriter::put_titled(std::string_view literal) {
  const std::string_view own = english_link_title;
  const std::size_t at = message_->link_title() == own ? std::string_view::npos : literal.find(own);
  if (at == std::string_view::npos) return put(literal);
  put(literal.substr(0, at));
  put(message_->link_title());
  put(literal.substr(at + own.size()));
}

inline void CardWriter::time(std::string_view before, std::string_view after) {
  if (!message_->time()) return;
  put(before);
  out_->set_end(write_rfc3339(out_->room(32), message_->civil_time()));
  put(after);
}

NOTIFIER_NOINLINE inline bool CardWriter::list(const CardList& list, std::size_t most, bool is_code) {
  // What a field takes beside its value, the ellipsis of a label included.
  const std::size_t frame = list.label_limit + list.between.size() + list.label.size() + list.value.size() +
                            (std::max)(list.short_end.size(), list.wide_end.size()) + 16;
  std::string_view before = list.begin;
  std::size_t seen = 0;
  hold_back(list.end.size());
  for (std::size_t i = 0; i < message_->field_count() && seen < most; ++i) {
    const Message::Field field = message_->field(i);
    if (field.is_code != is_code) continue;
    settle();
    if (!budget_.has(2 * frame)) break;
    ++seen;
    if (is_blank(field.value)) continue;
    put(before);
    before = list.between;
    hold_back(list.short_end.size() + list.wide_end.size());
    const std::size_t label = out_->size();
    if (!part(list.label, {"field.label", field.label}, list.value, list.label_limit, list.put_label)) {
      put(list.label);
      put("Value");
      put(list.value);
    }
    if (keys_ != std::string_view::npos) number_key(label, list.value, i + 1);
    const bool is_short = value(list, field) || field.is_short;
    give_back(list.short_end.size() + list.wide_end.size());
    put(is_short ? list.short_end : list.wide_end);
  }
  give_back(list.end.size());
  written_ += seen;
  if (before.data() == list.begin.data()) return false;
  put(list.end);
  return true;
}

/// No text within a text can be taken for a key: quotes are escaped there.
/// @param begin  of the key, its quotes and what stands between it and its value
NOTIFIER_NOINLINE inline void CardWriter::number_key(std::size_t begin, std::string_view after, std::size_t number) {
  const std::size_t end = out_->size() - after.size();
  for (; out_->view().substr(0, begin).find(out_->view(begin), keys_) != std::string_view::npos; ++number) {
    out_->truncate(end);
    put(" ");
    put(decimal(number));
    put(after);
  }
}

inline bool CardWriter::value(const CardList& list, const Message::Field& field) {
  if (field.is_link && list.put_link != nullptr && is_web_link(field.value)) {
    settle();
    const std::size_t start = out_->size();
    put(list.link);
    const std::size_t begin = out_->size();
    out_->set_end(list.put_link(field.value, out_->room(card_growth * field.value.size() + text_padding)));
    const std::size_t size = out_->size() - begin;
    put(list.link_end);
    if (size <= list.value_limit && budget_.has(out_->size() - start)) return true;
    out_->truncate(start);
  }
  text("field.value", field.value, list.value_limit, list.put_value);
  return false;
}

NOTIFIER_NOINLINE inline void CardWriter::end_lists() {
  if (written_ != message_->field_count()) cut_->push_back({"fields", message_->field_count(), written_});
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
