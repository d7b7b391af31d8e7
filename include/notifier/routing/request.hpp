// The parts of a request that are a notifier's own: what its platform's row says of URL, headers and body, filled with
// the notifier's fields.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/record.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What of an event a request depends on, where its platform's row says so.
struct Occasion {
  bool is_news = false;        ///< of a platform that has such sent elsewhere
  std::string_view alert_key;  ///< that an alert and its end have in common; empty: it is no alert
};

/// Builds one request after the other, and keeps all capacity.
class RequestBuilder {
 public:
  /// The text of a field of the notifier that build() was called for; empty where there is none.
  std::string_view field_text(std::string_view key) const noexcept {
    const Record::Field* const field = find(key);
    return field == nullptr ? std::string_view() : field->text;
  }

  /// Fills method, URL, headers and target of a delivery whose key and platform are there; what they borrow is valid
  /// until the next call.
  void build(const PlatformRow& row, Record record, const Occasion& occasion, DeliveryView& view);

  /// What the body begins with, in place of its opening brace: "{" and the members that are the notifier's own, each
  /// with a comma behind it.
  std::string_view front() const noexcept { return front_.view(); }

 private:
  void read(Record record);
  const Record::Field* find(std::string_view key) const noexcept;
  void write_url(const PlatformRow& row, std::string_view place, std::string_view key);
  void write_parameter(std::string_view name, std::string_view value);
  Range<HeaderView> write_headers(const PlatformRow& row, std::string_view key);
  HeaderView* write_header_slots(const PlatformRow& row);
  void write_front(const PlatformRow& row, std::string_view key, std::string_view thread);
  std::uint64_t hash_target(const PlatformRow& row) const noexcept;
  static void append_encoded(Buffer& out, std::string_view text);

  Record::Field fields_[max_platform_fields];
  std::size_t field_count_ = 0;
  Buffer url_;
  Buffer header_text_;
  HeaderView headers_[1 + max_platform_headers + max_platform_fields + NOTIFIER_MAX_HEADERS];
  Buffer front_;
};

NOTIFIER_NOINLINE inline void RequestBuilder::build(const PlatformRow& row, Record record, const Occasion& occasion,
                                                    DeliveryView& view) {
  read(record);
  const bool joins = row.resolves && !occasion.alert_key.empty();
  const std::string_view key = joins ? occasion.alert_key : view.idempotency_key;
  view.method = row.method;
  for (std::size_t i = 0; i < field_count_; ++i) {
    if (fields_[i].row->in == Place::method && !fields_[i].text.empty()) view.method = fields_[i].text;
  }
  write_url(row, occasion.is_news ? row.news_url : row.url, key);
  const std::string_view thread = row.thread_query.empty() ? std::string_view() : occasion.alert_key;
  if (!thread.empty()) write_parameter(row.thread_query, {});
  view.url = url_.view();
  view.headers = write_headers(row, key);
  write_front(row, occasion.is_news ? std::string_view() : key, thread);
  view.target = hash_target(row);
}

inline void RequestBuilder::read(Record record) {
  field_count_ = 0;
  record.for_each_field([this](const Record::Field& field) {
    Record::Field& kept = fields_[field_count_++] = field;
    if (kept.text.empty()) kept.text = field.row->fallback;
    if (!field.row->spellings.empty()) kept.text = field.row->spelling_of(kept.text);
  });
}

inline const Record::Field* RequestBuilder::find(std::string_view key) const noexcept {
  for (std::size_t i = 0; i < field_count_; ++i) {
    if (fields_[i].row->key() == key) return &fields_[i];
  }
  return nullptr;
}

/// Percent-encodes all that could mean something in a path or a query.
inline void RequestBuilder::append_encoded(Buffer& out, std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  char* p = out.room(3 * text.size());
  for (const char c : text) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_word || std::string_view("-._~!*'():@").find(c) != std::string_view::npos) {
      *p++ = c;
    } else {
      *p++ = '%';
      *p++ = hex[static_cast<unsigned char>(c) >> 4];
      *p++ = hex[static_cast<unsigned char>(c) & 15];
    }
  }
  out.set_end(p);
}

/// @param place  the row's url or news_url
inline void RequestBuilder::write_url(const PlatformRow& row, std::string_view place, std::string_view key) {
  url_.clear();
  if (place.empty()) url_.append(fields_[0].text);
  for (std::string_view rest = place; !rest.empty();) {
    const std::size_t open = rest.find('{');
    url_.append(rest.substr(0, open));
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    if (name == "idempotency_key") {
      url_.append(key);
    } else if (const Record::Field* const field = find(name)) {
      if (field->row->in == Place::path) {
        append_encoded(url_, field->text);
      } else {
        url_.append(field->text.substr(0, field->text.find_last_not_of('/') + 1));
      }
    }
  }
  if (!row.query.empty()) write_parameter(row.query, {});
  for (std::size_t i = 0; i < field_count_; ++i) {
    const Record::Field& field = fields_[i];
    if (field.row->in == Place::query && !field.text.empty()) write_parameter(field.row->name_in_request(), field.text);
  }
  if (row.key_in == Place::query) write_parameter(row.key_name, key);
}

/// @param value  empty: `name` is all there is to write
NOTIFIER_NOINLINE inline void RequestBuilder::write_parameter(std::string_view name, std::string_view value) {
  url_.truncate((std::min)(url_.view().find('#'), url_.size()));
  url_.append(url_.view().find('?') == std::string_view::npos ? '?' : '&');
  url_.append(name);
  if (value.empty()) return;
  url_.append('=');
  append_encoded(url_, value);
}

inline Range<HeaderView> RequestBuilder::write_headers(const PlatformRow& row, std::string_view key) {
  header_text_.clear();
  std::size_t room = 0;
  for (std::size_t i = 0; i < field_count_; ++i) room += fields_[i].row->before.size() + fields_[i].text.size();
  if (row.has_header_slots) room += NOTIFIER_MAX_URL_BYTES * max_platform_headers * (1 + max_platform_fields);
  header_text_.room(room);  // so that what is borrowed from it stays where it is
  HeaderView* end =
      row.has_header_slots ? write_header_slots(row) : std::copy(row.headers.begin(), row.headers.end(), headers_);
  HeaderView* const own_end = end + NOTIFIER_MAX_HEADERS;
  for (std::size_t i = 0; i < field_count_; ++i) {
    const Record::Field& field = fields_[i];
    if (field.row->kind == PlatformField::Kind::headers) {
      std::string_view name;
      PackedReader(field.texts).for_each_text([&](std::string_view text) {
        if (name.empty()) {
          name = text;
        } else {
          if (end < own_end) *end++ = {name, text};
          name = {};
        }
      });
    } else if (field.row->in == Place::header && !field.text.empty()) {
      const std::size_t start = header_text_.size();
      header_text_.append(field.row->before);
      header_text_.append(field.text);
      *end++ = {field.row->name_in_request(), header_text_.view(start)};
    }
  }
  if (row.key_in == Place::header) *end++ = {row.key_name, key};
  return {headers_, static_cast<std::size_t>(end - headers_)};
}

/// Of headers whose values name fields; one whose field has no value is left out.
NOTIFIER_NOINLINE inline HeaderView* RequestBuilder::write_header_slots(const PlatformRow& row) {
  HeaderView* end = headers_;
  for (const HeaderView& header : row.headers) {
    const std::size_t start = header_text_.size();
    bool is_there = true;
    for (std::string_view rest = header.value; !rest.empty();) {
      const std::size_t open = (std::min)(rest.find('{'), rest.size());
      header_text_.append(rest.substr(0, open));
      rest.remove_prefix(open);
      if (rest.empty()) break;
      const std::size_t close = rest.find('}');
      const std::string_view text = field_text(rest.substr(1, close - 1));
      is_there = is_there && !text.empty();
      header_text_.append(text);
      rest.remove_prefix(close + 1);
    }
    if (is_there) *end++ = {header.name, header_text_.view(start)};
  }
  return end;
}

/// @param key     empty: it has no place there
/// @param thread  the key of what the thread is about; empty: nothing
inline void RequestBuilder::write_front(const PlatformRow& row, std::string_view key, std::string_view thread) {
  front_.clear();
  json::Writer out(front_);
  out.begin_object();
  for (std::size_t i = 0; i < field_count_; ++i) {
    const Record::Field& field = fields_[i];
    if (field.row->in != Place::body || field.text.empty()) continue;
    out.key(field.row->name_in_request());
    if (field.row->kind == PlatformField::Kind::number) {
      out.raw(field.text);
    } else {
      out.string(field.text);
    }
  }
  if (row.key_in == Place::body && !key.empty()) out.member(row.key_name, key);
  if (!thread.empty()) {
    const std::size_t dot = row.thread_member.find('.');
    out.key(row.thread_member.substr(0, dot));
    out.object([&] { out.member(row.thread_member.substr(dot + 1), thread); });
  }
  if (front_.size() > 1) front_.append(',');
}

inline std::uint64_t RequestBuilder::hash_target(const PlatformRow& row) const noexcept {
  if (row.target.empty()) return 0;
  constexpr std::uint64_t seed = 0x6E6F7469666965;
  std::uint64_t hash = Hasher(seed)(row.name);
  for (const std::string_view key : row.target) {
    const Record::Field* const field = find(key);
    if (field != nullptr) hash = Hasher(hash)(field->text);
  }
  return hash == 0 ? 1 : hash;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
