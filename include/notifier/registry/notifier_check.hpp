// The rules for a notifier: what is refused, and in which words.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/filter/filter.hpp"
#include "notifier/grouping/policy.hpp"
#include "notifier/heap_sort.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/net/url.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/body_check.hpp"
#include "notifier/registry/checks.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Finds what is wrong with the parts of a notifier, and takes over what is right.
class NotifierCheck {
 public:
  enum class Mode {
    create,
    update,
    stored,  ///< as create; but members that 1.0 kept unread, and that are not of the shape they need now, stay so
  };

  /// @param notifier  a new one, or the present state; has its platform.
  /// @param selected  the bits of its selected events.
  /// @param zones     what judges the names of time zones; outlives this
  NotifierCheck(const Vocabulary& vocabulary, Mode mode, Notifier& notifier, std::vector<EventBit>& selected,
                Problems& problems, const ZoneLookup* zones = nullptr) noexcept
      : vocabulary_(vocabulary),
        row_(platform_info(notifier.platform)),
        mode_(mode),
        notifier_(notifier),
        selected_(selected),
        problems_(problems),
        zones_{zones} {}

  void apply(const DraftView& draft);

 private:
  void apply_platform(const DraftView& draft);
  void apply_name(const DraftView& draft);
  void apply_selection(const DraftView& draft);
  void apply_type_data(json::View data);
  void apply_filter(json::View filter);
  void apply_grouping(const DraftView& draft);
  void apply_field(const PlatformField& field, json::View value);
  void apply_text(const PlatformField& field, json::View value);
  bool check_field(const PlatformField& field, std::string_view text);
  bool check_entry(const PlatformField& field, std::string_view text, bool is_name);
  void apply_texts(const PlatformField& field, json::View value);
  void apply_json(const PlatformField& field, json::View value);
  void check_secrets();
  void apply_other(json::View data);
  struct Member {
    std::string_view key;
    json::View value;
  };
  void merge_other(std::vector<Member>& members);
  bool is_own_key(std::string_view key) const noexcept;

  const Vocabulary& vocabulary_;
  const PlatformRow& row_;
  Mode mode_;
  Notifier& notifier_;
  std::vector<EventBit>& selected_;
  Problems& problems_;
  ZoneJudge zones_;
  std::vector<std::string_view> unread_;  // keys of fields whose values stay among the other members
};

inline void NotifierCheck::apply(const DraftView& draft) {
  apply_platform(draft);
  apply_name(draft);
  notifier_.active = draft.active.value_or(notifier_.active);
  notifier_.send_all_alerts = draft.send_all_alerts.value_or(notifier_.send_all_alerts);
  notifier_.send_all_events = draft.send_all_events.value_or(notifier_.send_all_events);
  if (draft.selection != DraftView::Selection::none) apply_selection(draft);
  apply_type_data(draft.type_data);
  if (draft.filter.exists()) apply_filter(draft.filter);
  if (draft.grouping.exists() || draft.quiet.exists() || draft.muted_until) apply_grouping(draft);
  notifier_.muted_pass_errors = draft.muted_pass_errors.value_or(notifier_.muted_pass_errors);
  if (draft.language) notifier_.language = *draft.language;
  if (draft.language) check_language(vocabulary_, *draft.language, mode_ != Mode::stored, problems_);
}

inline void NotifierCheck::apply_platform(const DraftView& draft) {
  if (mode_ != Mode::update || !draft.platform_id || has_no_text(*draft.platform_id)) return;
  if (*draft.platform_id != row_.id) problems_.add("platform_id", "can't be changed", "immutable");
}

inline void NotifierCheck::apply_name(const DraftView& draft) {
  const std::string_view name = draft.name.value_or(std::string_view());
  if (has_no_text(name) && (mode_ == Mode::update || problems_.has("name"))) return;
  if (check_text("name", name, NOTIFIER_MAX_NAME_BYTES, problems_)) notifier_.name = name;
}

NOTIFIER_NOINLINE inline void NotifierCheck::apply_selection(const DraftView& draft) {
  const bool by_id = draft.selection == DraftView::Selection::by_id;
  const std::string_view field = by_id ? "selected_event_ids" : "selected_events";
  selected_.clear();
  if (draft.selected.size() > NOTIFIER_MAX_SELECTED_EVENTS) {
    problems_.add(field, detail::with_number("is too long (maximum is ", NOTIFIER_MAX_SELECTED_EVENTS, " entries)"),
                  "too_long");
    return;
  }
  for (const std::string_view text : draft.selected) {
    const EventType* const type =
        by_id ? vocabulary_.find_event_type_by_id(text) : vocabulary_.resolve_selected_name(text);
    if (type == nullptr) {
      problems_.add(
          field,
          detail::with_quoted(
              (by_id ? "holds an unknown event type id: " : "holds a name that no event type goes by: "), text),
          "unknown_event_type");
      continue;
    }
    const EventBit bit = vocabulary_.bit_of(*type);
    if (std::find(selected_.begin(), selected_.end(), bit) == selected_.end()) selected_.push_back(bit);
  }
}

inline void NotifierCheck::apply_type_data(json::View data) {
  if (data.size() == 0 && (mode_ == Mode::update || problems_.has("type_data"))) return;
  for (const PlatformField& field : row_.fields) apply_field(field, data[field.key()]);
  check_secrets();
  apply_other(data);
}

NOTIFIER_NOINLINE inline void NotifierCheck::apply_filter(json::View filter) {
  notifier_.filter.clear();
  if (filter.is_null()) return;
  const auto compiled = Filter::compile(filter);
  if (compiled) {
    notifier_.filter = compiled->json();
    return;
  }
  const FieldError& fault = compiled.error().fields.front();
  problems_.add(fault.field.empty() ? "filter" : detail::joined("filter.", fault.field), fault.message,
                "invalid_filter");
}

/// The same: what is given takes the place of what was there.
NOTIFIER_NOINLINE inline void NotifierCheck::apply_grouping(const DraftView& draft) {
  const ZoneOffset zones(zones_);
  GroupPolicyReader reader(zones, problems_);
  reader.read_grouping(draft.grouping);
  reader.read_quiet(draft.quiet);
  const auto keep = [&](json::View value, std::string_view field, std::string& out) {
    if (!value.exists()) return;
    out.clear();
    if (!value.is_null()) value.append_json(out);
    if (out.size() > NOTIFIER_MAX_GROUPING_BYTES)
      problems_.add(field, too_long(NOTIFIER_MAX_GROUPING_BYTES), "too_long");
  };
  keep(draft.grouping, "grouping", notifier_.grouping);
  keep(draft.quiet, "quiet", notifier_.quiet);
  if (!draft.muted_until) return;
  if (!draft.muted_until->empty()) reader.read_muted_until(*draft.muted_until);
  notifier_.muted_until = reader.policy().muted_until;
}

/// Takes over what is given; what is not given stays, and null removes it.
inline void NotifierCheck::apply_field(const PlatformField& field, json::View value) {
  using Kind = PlatformField::Kind;
  if (!value.exists() && (mode_ == Mode::update || !field.is_required)) return;
  const bool is_new = field.kind == Kind::headers || field.kind == Kind::choice || field.kind == Kind::json ||
                      (field.kind == Kind::text && !field.is_required);
  if (mode_ == Mode::stored && is_new) {
    Problems faults;
    NotifierCheck(vocabulary_, Mode::create, notifier_, selected_, faults).apply_field(field, value);
    if (!faults.empty()) unread_.push_back(field.key());
    return;
  }
  switch (field.kind) {
    case Kind::url:
    case Kind::text:
    case Kind::token:
    case Kind::choice:
    case Kind::number: return apply_text(field, value);
    case Kind::headers:
    case Kind::users:
    case Kind::addresses:
    case Kind::signing_secrets: return apply_texts(field, value);
    case Kind::json: return apply_json(field, value);
    case Kind::refused: break;
  }
  if (!value.is_null()) problems_.add(field.path, field.refusal, "unsupported");
}

inline void NotifierCheck::apply_text(const PlatformField& field, json::View value) {
  // Ids of digits are written as numbers, too: that of a chat.
  std::int64_t id = 0;
  const bool is_number =
      value.kind() == json::Kind::number &&
      (field.kind == PlatformField::Kind::number || (field.kind == PlatformField::Kind::token && value.integer(id)));
  if (value.exists() && !value.is_null() && !value.is_string() && !is_number) {
    return problems_.add(field.path,
                         field.kind == PlatformField::Kind::number ? "must be an integer" : "must be a string", "type");
  }
  const std::string number = is_number ? value.text() : std::string();
  const std::string_view text = is_number ? std::string_view(number) : value.string();
  if (has_no_text(text)) {
    if (field.is_required) return problems_.add(field.path, "can't be blank", "blank");
    return notifier_.type_data.set_text(field.key(), {});
  }
  if (check_field(field, text)) notifier_.type_data.set_text(field.key(), text);
}

/// Judges a text that is not blank.
inline bool NotifierCheck::check_field(const PlatformField& field, std::string_view text) {
  using Kind = PlatformField::Kind;
  const auto refuse = [&](std::string_view message, std::string_view code) {
    problems_.add(field.path, message, code);
    return false;
  };
  if (field.kind == Kind::url) {
    const auto parsed = parse_http_url(text);
    if (!parsed) {
      const bool is_long = parsed.error().code == errc::too_large;
      return refuse(is_long ? too_long(NOTIFIER_MAX_URL_BYTES) : parsed.error().message,
                    is_long ? "too_long" : "invalid_url");
    }
    for (std::string_view rest = field.refused_hosts; !rest.empty();) {
      const std::size_t end = (std::min)(rest.find(' '), rest.size());
      if (net::is_host_or_below(parsed->host, rest.substr(0, end)))
        return refuse(field.refusal_of_hosts, "invalid_url");
      rest.remove_prefix((std::min)(end + 1, rest.size()));
    }
    return is_utf8(text) || refuse("must be UTF-8", "invalid_utf8");
  }
  if (field.kind == Kind::number) {
    const std::string_view digits = text.substr(text[0] == '-');
    const bool is_integer = !digits.empty() && digits.size() <= 18 &&
                            digits.find_first_not_of("0123456789") == std::string_view::npos &&
                            (digits[0] != '0' || digits.size() == 1);
    return is_integer || refuse("must be an integer", "type");
  }
  if (field.kind == Kind::choice) {
    return is_one_of(field.choices, text) || refuse(detail::joined("must be one of: ", field.choices), "unknown");
  }
  if (!check_text(field.path, text, field.kind == Kind::token ? NOTIFIER_MAX_URL_BYTES : NOTIFIER_MAX_ID_BYTES,
                  problems_)) {
    return false;
  }
  if (field.kind == Kind::token || field.in == Place::header) {
    const char first = field.kind == Kind::token ? '!' : ' ';
    return is_within(text, first, '~') || refuse("must be of visible ASCII characters", "invalid_text");
  }
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }) ||
         refuse("must be one line", "invalid_text");
}

inline void NotifierCheck::apply_json(const PlatformField& field, json::View value) {
  std::string text;
  if (!value.is_null()) value.append_json(text);
  const Vocabulary* const vocabulary = mode_ == Mode::stored ? nullptr : &vocabulary_;
  if (check_body(field.path, text, vocabulary, problems_)) notifier_.type_data.set_text(field.key(), text);
}

/// Takes over the texts of an array, of an object (names and values, in turn), or the only one.
NOTIFIER_NOINLINE inline void NotifierCheck::apply_texts(const PlatformField& field, json::View value) {
  using Kind = PlatformField::Kind;
  if (value.is_null()) return notifier_.type_data.set_texts(field.key(), {});
  const bool are_headers = field.kind == Kind::headers;
  const bool are_secrets = field.kind == Kind::signing_secrets;
  std::vector<std::string> given;
  bool all_strings = are_headers ? value.is_object() : value.is_array() || (are_secrets && value.is_string());
  const auto take = [&](json::View text) {
    all_strings = all_strings && text.is_string();
    given.emplace_back(text.string());
  };
  value.for_each_element(take);
  if (value.is_string()) take(value);
  value.for_each_member([&](std::string_view name, json::View text) {
    given.emplace_back(name);
    take(text);
  });
  if (!all_strings) {
    return problems_.add(field.path,
                         are_headers   ? "must be an object of strings"
                         : are_secrets ? "must be a string or an array of strings"
                                       : "must be an array of strings",
                         "type");
  }
  const std::size_t most = are_headers   ? NOTIFIER_MAX_HEADERS
                           : are_secrets ? NOTIFIER_MAX_SIGNING_SECRETS
                                         : NOTIFIER_MAX_RECIPIENTS;
  if (given.size() > (are_headers ? 2 * most : most)) {
    return problems_.add(field.path, detail::with_number("is too long (maximum is ", most, " entries)"), "too_long");
  }
  bool all_valid = true;
  for (std::size_t i = 0; i < given.size(); ++i) all_valid &= check_entry(field, given[i], i % 2 == 0);
  if (!all_valid && are_headers) {
    return problems_.add(field.path,
                         "must have names and values of visible ASCII characters, and no header that a request has of "
                         "itself, as Host",
                         "invalid_text");
  }
  if (all_valid) notifier_.type_data.set_texts(field.key(), std::move(given));
}

/// Judges one text of a list; of what is told as one problem for all, it is not told here.
/// @param is_name  of a header
inline bool NotifierCheck::check_entry(const PlatformField& field, std::string_view text, bool is_name) {
  using Kind = PlatformField::Kind;
  if (field.kind == Kind::signing_secrets) return true;  // check_secrets() judges them
  if (field.kind == Kind::addresses) return check_email(field.path, text, problems_);
  if (field.kind != Kind::headers) return check_text(field.path, text, NOTIFIER_MAX_ID_BYTES, problems_);
  return is_name ? is_own_header(text) : text.size() <= NOTIFIER_MAX_URL_BYTES && is_within(text, ' ', '~');
}

/// Judges what signs, which depends on how: those of before, too, since another dialect may be asked for.
NOTIFIER_NOINLINE inline void NotifierCheck::check_secrets() {
  const bool is_standard = dialect_named(notifier_.type_data.text("signature")) == SignatureDialect::standard;
  bool are_valid = true;
  for (const std::string_view text : notifier_.type_data.texts("signing_secret")) {
    are_valid = are_valid && (is_standard ? is_signing_secret(text) : is_signing_text(text));
  }
  if (are_valid) return;
  problems_.add("type_data.signing_secret",
                is_standard ? "must be 24 to 64 bytes in base64, with or without 'whsec_' before it"
                            : "must be one line of text without spaces around it, at most 255 bytes",
                "invalid_secret");
}

inline bool NotifierCheck::is_own_key(std::string_view key) const noexcept {
  if (std::find(unread_.begin(), unread_.end(), key) != unread_.end()) return false;
  return std::any_of(row_.fields.begin(), row_.fields.end(),
                     [key](const PlatformField& field) { return key == field.key(); });
}

/// Merges the members that are not the platform's own: the last value of a key counts, at the place of the first; null
/// removes it.
inline void NotifierCheck::apply_other(json::View data) {
  std::vector<Member> members;
  const auto take = [&](std::string_view key, json::View value) {
    if (!is_own_key(key)) members.push_back({key, value});
  };
  const std::string& other = notifier_.type_data.other;
  json::Document present;
  if (!other.empty() && data.size() != 0) {
    const std::string object = detail::joined("{", other, "}");
    const auto root = present.parse(object, object.size());
    if (root) root->for_each_member(take);
  }
  const std::size_t before = members.size();
  data.for_each_member(take);
  if (members.size() != before) merge_other(members);
}

NOTIFIER_NOINLINE inline void NotifierCheck::merge_other(std::vector<Member>& members) {
  // Equal keys in a row, as they stood.
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  heap_sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
    const int compared = members[a].key.compare(members[b].key);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::size_t first = order.empty() ? 0 : order.front();
  for (const std::size_t place : order) {
    if (members[place].key != members[first].key) {
      first = place;
    } else if (place != first) {
      members[first].value = std::exchange(members[place].value, json::View());
    }
  }

  Buffer text;
  json::Writer writer(text);
  std::string value;
  for (const Member& member : members) {
    if (!member.value.exists() || member.value.is_null()) continue;
    value.clear();
    member.value.append_json(value);
    writer.escaped_key(member.key);
    writer.raw(value);
  }
  if (text.size() > NOTIFIER_MAX_TYPE_DATA_BYTES) {
    return problems_.add("type_data", too_long(NOTIFIER_MAX_TYPE_DATA_BYTES), "too_long");
  }
  notifier_.type_data.other = text.str();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
