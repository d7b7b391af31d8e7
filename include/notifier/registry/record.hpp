// How a notifier lies in memory: one run of bytes, some 18 beyond its own text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/own_members.hpp"
#include "notifier/text/prefetch.hpp"
#include "notifier/to_size.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

// Numbers are written in groups of seven bits, the lowest first; texts as their length and their bytes.
inline void append_varint(Buffer& out, std::uint64_t value) {
  char* p = out.room(10);
  for (; value >= 0x80; value >>= 7) *p++ = static_cast<char>(value | 0x80);
  *p++ = static_cast<char>(value);
  out.set_end(p);
}

inline void append_signed_varint(Buffer& out, std::int64_t value) {
  append_varint(out, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

inline void append_packed(Buffer& out, std::string_view text) {
  append_varint(out, text.size());
  out.append(text);
}

inline void append_packed(Buffer& out, Range<std::string> texts) {
  append_varint(out, texts.size());
  for (const std::string& text : texts) append_packed(out, text);
}

/// Reads what the functions above wrote.
class PackedReader {
 public:
  explicit PackedReader(const char* p) noexcept : p_(p) {}

  std::uint64_t varint() noexcept {
    std::uint64_t value = static_cast<unsigned char>(*p_++);
    if (value < 0x80) return value;
    value &= 0x7F;
    for (unsigned shift = 7;; shift += 7) {
      const std::uint64_t group = static_cast<unsigned char>(*p_++);
      value |= (group & 0x7F) << shift;
      if (group < 0x80) return value;
    }
  }
  std::int64_t signed_varint() noexcept {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  std::string_view text() noexcept {
    const std::size_t size = to_size(varint());
    const std::string_view text(p_, size);
    p_ += size;
    return text;
  }
  template <class F>
  void for_each_text(F&& f) {
    for (std::uint64_t count = varint(); count > 0; --count) f(text());
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    for_each_text([&](std::string_view text) { out.emplace_back(text); });
    return out;
  }
  void skip(std::size_t bytes) noexcept { p_ += bytes; }
  const char* position() const noexcept { return p_; }

 private:
  const char* p_;
};

/// A packed notifier, borrowed. Its app is not in it. `selected_event_ids` are kept as bits of the vocabulary.
///
///     byte    active, send_all_alerts, send_all_events, switched off by nobody, builds_request, has a filter,
///             holds events back, has a language
///     byte    platform; of a host's own, 128 and the lower seven bits of which one it is
///     2 bytes number of its voice
///     byte    length of the id; then the id
///     where it has a filter: 2 bytes, its number
///     where it is of a platform of a host's own: byte, the other bits of which
///     varint  created_at; updated_at as the difference from it
///     text    name
///     then each field of the platform's row: a text, or a list of texts
///     text    other members of type_data
///     varint  number of selected events; then the bit of each
///     where it was switched off by nobody: text, why; varint, how long after created_at
///     where it holds events back: text, its grouping; text, its quiet hours; varint, bits of how it is muted; varint,
///             until when; by which of their values events are together, a list of texts
///     where it has a language: text, its tag
class Record {
 public:
  static constexpr std::uint16_t no_filter = 0xFFFF;

  /// @param selected  the bits of `notifier.selected_event_ids`, which are not looked at.
  /// @param voice     the number of the notifier's voice.
  /// @param filter    the number of its filter, or no_filter.
  static void append(Buffer& out, const Notifier& notifier, const std::vector<EventBit>& selected, std::uint16_t voice,
                     std::uint16_t filter = no_filter);

  explicit Record(const char* data) noexcept : data_(data) {}

  /// Gives another voice to a record's bytes.
  static void set_voice(char* data, std::uint16_t voice) noexcept { std::memcpy(data + 2, &voice, sizeof voice); }

  /// Starts to load what a delivery needs of it.
  void prefetch() const noexcept {
    detail::prefetch(data_);
    detail::prefetch(data_ + 64);
  }

  const char* data() const noexcept { return data_; }
  Platform platform() const noexcept {
    const unsigned number = static_cast<unsigned char>(data_[1]);
    return static_cast<Platform>(number >= own_platform ? own_number(number - own_platform) : number);
  }
  std::uint16_t voice() const noexcept { return number_at(2); }
  /// The number of its filter, or no_filter.
  std::uint16_t filter() const noexcept { return has(filter_flag) ? number_at(id_offset + id_size()) : no_filter; }
  /// Whether not each of its events is told at once.
  bool holds() const noexcept { return has(holds_flag); }
  bool has_language() const noexcept { return has(language_flag); }
  bool active() const noexcept { return has(active_flag); }
  bool send_all_alerts() const noexcept { return has(alerts_flag); }
  bool send_all_events() const noexcept { return has(events_flag); }
  std::string_view id() const noexcept { return {data_ + id_offset, id_size()}; }
  Timestamp created_at() const noexcept { return Timestamp{after_id().signed_varint()}; }
  Timestamp updated_at() const noexcept;
  std::string_view name() const noexcept { return after_times().text(); }
  /// The first of the platform's fields, which must be a text.
  std::string_view first_text() const noexcept {
    PackedReader reader = after_times();
    reader.text();
    return reader.text();
  }
  /// Whether more of a request than its URL is the notifier's own, or its URL is made of several fields.
  bool builds_request() const noexcept { return has(request_flag); }
  /// A field's value, borrowed.
  struct Field {
    const PlatformField* row = nullptr;
    std::string_view text;
    const char* texts = nullptr;  ///< for a PackedReader's for_each_text(), where it is a list
  };
  /// Calls `f(const Field&)` for each field that is kept, in the row's order.
  template <class F>
  void for_each_field(F&& f) const;
  /// Calls `f(std::string_view)` for each user id, then `g(std::string_view)` for each address; for mail.
  template <class F, class G>
  void for_each_recipient(F&& f, G&& g) const;

  /// Calls `f(std::string_view path)` for each place by whose values events are together, where it holds() them.
  template <class F>
  void for_each_group_path(F&& f) const;

  /// Fills all but `app_id`, `app` and `selected_event_ids`; the latter come as bits.
  void read(Notifier& out, std::vector<EventBit>& selected) const;

 private:
  static constexpr unsigned active_flag = 1;
  static constexpr unsigned alerts_flag = 2;
  static constexpr unsigned events_flag = 4;
  static constexpr unsigned switched_off_flag = 8;
  static constexpr unsigned request_flag = 16;
  static constexpr unsigned filter_flag = 32;
  static constexpr unsigned holds_flag = 64;
  static constexpr unsigned language_flag = 128;
  static constexpr unsigned own_platform = 128;
  static constexpr std::size_t id_offset = 5;

  static void append_grouping(Buffer& out, const Notifier& notifier);
  void read_grouping(PackedReader& reader, Notifier& out) const;
  bool has(unsigned flag) const noexcept { return (static_cast<unsigned char>(data_[0]) & flag) != 0; }
  std::size_t id_size() const noexcept { return static_cast<unsigned char>(data_[id_offset - 1]); }
  std::uint16_t number_at(std::size_t offset) const noexcept {
    std::uint16_t number;
    std::memcpy(&number, data_ + offset, sizeof number);
    return number;
  }
  std::size_t filter_end() const noexcept {
    const unsigned has_filter = static_cast<unsigned char>(data_[0]) / filter_flag % 2;
    return id_offset + id_size() + has_filter * sizeof(std::uint16_t);
  }
  unsigned own_number(unsigned lower) const noexcept {
    const unsigned upper = static_cast<unsigned char>(data_[filter_end()]);
    return static_cast<unsigned>(first_own_platform) + (upper << 7 | lower);
  }
  PackedReader after_id() const noexcept {
    const std::size_t own_size = static_cast<unsigned char>(data_[1]) / own_platform;
    return PackedReader(data_ + filter_end() + own_size);
  }
  PackedReader after_times() const noexcept {
    PackedReader reader = after_id();
    reader.varint();
    reader.varint();
    return reader;
  }

  const char* data_;
};

/// Whether a notifier has something that stands in a part of requests which others have in common.
inline bool builds_request(const PlatformRow& row, const TypeData& data) {
  if (row.transport == Transport::smtp) return false;
  bool builds = row.builds_requests() || has_own_members(row, data);
  for (const PlatformField& field : row.fields) {
    if (field.in == Place::none || field.in == Place::body || builds) continue;
    builds = !field.fallback.empty() || !data.text(field.key()).empty() || !data.texts(field.key()).empty();
  }
  return builds;
}

/// Whether not each of its events is told at once.
inline bool holds_events(const Notifier& notifier) noexcept {
  return !notifier.grouping.empty() || !notifier.quiet.empty() || notifier.muted_until || notifier.muted_pass_errors;
}

inline void Record::append(Buffer& out, const Notifier& notifier, const std::vector<EventBit>& selected,
                           std::uint16_t voice, std::uint16_t filter) {
  const bool is_switched_off = notifier.switched_off && !notifier.active;
  const unsigned flags = (notifier.active ? active_flag : 0) | (notifier.send_all_alerts ? alerts_flag : 0) |
                         (notifier.send_all_events ? events_flag : 0) | (is_switched_off ? switched_off_flag : 0) |
                         (detail::builds_request(row_of(notifier.platform), notifier.type_data) ? request_flag : 0) |
                         (filter != no_filter ? filter_flag : 0) | (detail::holds_events(notifier) ? holds_flag : 0) |
                         (!notifier.language.empty() ? language_flag : 0);
  const std::size_t platform = is_own(notifier.platform)
                                   ? static_cast<std::size_t>(notifier.platform) - first_own_platform
                                   : static_cast<std::size_t>(notifier.platform);
  char number[sizeof voice];
  std::memcpy(number, &voice, sizeof voice);
  out.append(static_cast<char>(flags));
  out.append(static_cast<char>(is_own(notifier.platform) ? own_platform | (platform & 127) : platform));
  out.append({number, sizeof number});
  out.append(static_cast<char>(notifier.id.size()));
  out.append(notifier.id);
  if (filter != no_filter) {
    std::memcpy(number, &filter, sizeof filter);
    out.append({number, sizeof number});
  }
  if (is_own(notifier.platform)) out.append(static_cast<char>(platform >> 7));
  append_signed_varint(out, notifier.created_at.ms);
  append_signed_varint(out, notifier.updated_at.ms - notifier.created_at.ms);
  append_packed(out, notifier.name);
  for (const PlatformField& field : row_of(notifier.platform).fields) {
    if (field.is_list()) {
      append_packed(out, notifier.type_data.texts(field.key()));
    } else if (field.is_kept()) {
      append_packed(out, notifier.type_data.text(field.key()));
    }
  }
  append_packed(out, notifier.type_data.other);
  append_varint(out, selected.size());
  for (const EventBit bit : selected) append_varint(out, bit);
  if (is_switched_off) {
    append_packed(out, notifier.switched_off->reason);
    append_signed_varint(out, notifier.switched_off->at.ms - notifier.created_at.ms);
  }
  if ((flags & holds_flag) != 0) append_grouping(out, notifier);
  if ((flags & language_flag) != 0) append_packed(out, notifier.language);
}

NOTIFIER_NOINLINE inline void Record::append_grouping(Buffer& out, const Notifier& notifier) {
  append_packed(out, notifier.grouping);
  append_packed(out, notifier.quiet);
  append_varint(out, (notifier.muted_until ? 1u : 0u) | (notifier.muted_pass_errors ? 2u : 0u));
  append_signed_varint(out, notifier.muted_until.value_or(Timestamp()).ms);
  std::vector<std::string> paths;
  json::Document document;
  if (const auto root = document.parse(notifier.grouping, notifier.grouping.size())) {
    (*root)["by"].for_each_element([&](json::View path) { paths.emplace_back(path.string()); });
  }
  append_packed(out, Range<std::string>(paths.data(), paths.size()));
}

template <class F>
void Record::for_each_group_path(F&& f) const {
  PackedReader reader = after_times();
  reader.text();
  for (const PlatformField& row : row_of(platform()).fields) {
    if (row.is_list()) {
      reader.for_each_text([](std::string_view) {});
    } else if (row.is_kept()) {
      reader.text();
    }
  }
  reader.text();
  for (std::uint64_t count = reader.varint(); count > 0; --count) reader.varint();
  if (has(switched_off_flag)) {
    reader.text();
    reader.varint();
  }
  reader.text();
  reader.text();
  reader.varint();
  reader.varint();
  reader.for_each_text(f);
}

inline void Record::read_grouping(PackedReader& reader, Notifier& out) const {
  out.grouping.clear();
  out.quiet.clear();
  out.muted_until.reset();
  out.muted_pass_errors = false;
  if (!has(holds_flag)) return;
  out.grouping = reader.text();
  out.quiet = reader.text();
  const std::uint64_t muted = reader.varint();
  if (muted % 2 != 0) out.muted_until.emplace();
  const Timestamp until{reader.signed_varint()};
  if (out.muted_until) out.muted_until = until;
  out.muted_pass_errors = muted / 2 != 0;
  reader.for_each_text([](std::string_view) {});
}

inline Timestamp Record::updated_at() const noexcept {
  PackedReader reader = after_id();
  const std::int64_t created = reader.signed_varint();
  return Timestamp{created + reader.signed_varint()};
}

template <class F>
void Record::for_each_field(F&& f) const {
  PackedReader reader = after_times();
  reader.text();
  for (const PlatformField& row : row_of(platform()).fields) {
    if (!row.is_kept()) continue;
    Field field{&row, {}, reader.position()};
    if (row.is_list()) {
      reader.for_each_text([](std::string_view) {});
    } else {
      field.text = reader.text();
    }
    f(field);
  }
}

template <class F, class G>
void Record::for_each_recipient(F&& f, G&& g) const {
  if (row_of(platform()).transport != Transport::smtp) return;
  PackedReader reader = after_times();
  reader.text();
  reader.for_each_text(f);
  reader.for_each_text(g);
}

inline void Record::read(Notifier& out, std::vector<EventBit>& selected) const {
  out.platform = platform();
  out.active = active();
  out.send_all_alerts = send_all_alerts();
  out.send_all_events = send_all_events();
  out.id = id();
  PackedReader reader = after_id();
  out.created_at.ms = reader.signed_varint();
  out.updated_at.ms = out.created_at.ms + reader.signed_varint();
  out.name = reader.text();
  out.type_data.clear();
  for (const PlatformField& field : row_of(out.platform).fields) {
    if (field.is_list()) {
      out.type_data.set_texts(field.key(), reader.texts());
    } else if (field.is_kept()) {
      out.type_data.set_text(field.key(), reader.text());
    }
  }
  out.type_data.other = reader.text();
  selected.clear();
  for (std::uint64_t count = reader.varint(); count > 0; --count) {
    selected.push_back(static_cast<EventBit>(reader.varint()));
  }
  out.switched_off.reset();
  if (has(switched_off_flag)) {
    out.switched_off.emplace();
    out.switched_off->reason = reader.text();
    out.switched_off->at.ms = out.created_at.ms + reader.signed_varint();
  }
  read_grouping(reader, out);
  out.language = has(language_flag) ? reader.text() : std::string_view();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
