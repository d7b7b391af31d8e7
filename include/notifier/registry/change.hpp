#pragma once

#include <memory>
#include <string>
#include <vector>

#include "notifier/json/writer.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

class Vocabulary;

/// One planned change of a Registry. A change, a snapshot entry and a database row share one JSON form.
struct Change {
  enum class Op { put_app, put_notifier, remove_notifier, put_user, remove_app, remove_user, put_vocabulary };

  Op op = Op::put_notifier;
  App app;            ///< put_app: the whole new state; remove_app: `id` at least
  Notifier notifier;  ///< put_notifier: the whole new state; remove_notifier: `id` and `app_id` at least
  User user;          ///< put_user: the whole new state; remove_user: `id` at least
  std::shared_ptr<const Vocabulary> vocabulary;  ///< put_vocabulary: the whole new one
  /// version_of() what is replaced or removed. Empty: it must not be there yet. "*": whatever is there, or nothing. A
  /// vocabulary is always there: empty is "*".
  std::string expected;
  /// What is legal in it and of no use, for whoever asked for it: not stored, and no part of the JSON form.
  std::vector<FieldError> warnings;
};

/// What tells one state of a notifier from every other: its `updated_at` in RFC 3339.
std::string version_of(const Notifier& notifier);
/// 32 hex digits that follow from all members.
std::string version_of(const App& app);
/// The same.
std::string version_of(const User& user);
/// 32 hex digits that follow from its JSON.
std::string version_of(const Vocabulary& vocabulary);

/// `{"op":"put_notifier","notifier":{...},"expected":"..."}`, `expected` null where it is empty; signing secrets
/// included: it is what a store keeps.
void write_json(json::Writer& out, const Change& change);
/// Reads what write_json() wrote; errc::invalid where it does not make a change. Event type ids are judged when it is
/// applied.
/// @param like  of a vocabulary: where this one has equal rows, what they are compiled into is shared; or null
Result<Change> read_change(json::View object, const Vocabulary* like = nullptr);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <string_view>
#include <utility>

#include "notifier/registry/known_platforms.hpp"
#include "notifier/registry/model_json.hpp"
#include "notifier/registry/notifier_check.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/registry/stored_notifier.hpp"
#include "notifier/registry/vocabulary_json.hpp"
#include "notifier/text/hash.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

constexpr std::string_view to_string(Change::Op op) noexcept {
  switch (op) {
    case Change::Op::put_app: return "put_app";
    case Change::Op::put_notifier: return "put_notifier";
    case Change::Op::remove_notifier: return "remove_notifier";
    case Change::Op::put_user: return "put_user";
    case Change::Op::remove_app: return "remove_app";
    case Change::Op::remove_user: return "remove_user";
    case Change::Op::put_vocabulary: return "put_vocabulary";
  }
  return "unknown";
}

inline bool parse_op(std::string_view text, Change::Op& out) noexcept {
  using Known = Change::Op;
  for (const Known op : {Known::put_app, Known::put_notifier, Known::remove_notifier, Known::put_user,
                         Known::remove_app, Known::remove_user, Known::put_vocabulary}) {
    if (to_string(op) != text) continue;
    out = op;
    return true;
  }
  return false;
}

/// A moment that may be absent.
inline void read_time(json::View value, std::string_view field, Timestamp& out, Problems& problems) {
  if (!value.exists() || value.is_null()) return;
  Timestamp time;
  CivilTime civil;
  switch (read_timestamp(value.string(), time, civil)) {
    case TimeText::zoned: out = time; break;
    case TimeText::unzoned: problems.add(field, "must say its zone, as 2018-05-14T09:46:42.077Z", "type"); break;
    case TimeText::none: problems.add(field, "must be a time as 2018-05-14T09:46:42.077Z", "type"); break;
  }
}

/// The platform that a stored notifier names, in whichever way; they have to agree. An id that is not known here is
/// another installation's: then the name beside it decides.
/// @param vocabulary  null: beside the built-in ones there are those that this program knows
inline const PlatformInfo* read_platform(const DraftView& draft, const Vocabulary* vocabulary, Problems& problems) {
  const Vocabulary& known = vocabulary != nullptr ? *vocabulary : *Vocabulary::standard();
  const auto find_by_name = [&](const std::optional<std::string_view>& name) {
    return vocabulary != nullptr ? platform_named(name.value_or(""), known) : find_platform_by_name(name.value_or(""));
  };
  const PlatformInfo* found = nullptr;
  const auto take = [&](std::string_view field, std::optional<std::string_view> text, const PlatformInfo* info) {
    if (!text || has_no_text(*text)) return;
    if (info == nullptr) {
      problems.add(field, detail::joined("is no platform: ", detail::quoted(*text), "; ", known_platforms(known)),
                   "unknown_platform");
    } else if (found != nullptr && found != info) {
      problems.add(field, "does not agree with the platform named before", "unknown_platform");
    } else {
      found = info;
    }
  };
  const auto name = DraftView::read_text(draft.platform, "platform", problems);
  const auto type = DraftView::read_text(draft.type, "type", problems);
  take("platform", name, find_by_name(name));
  const PlatformInfo* const by_id = platform_of_id(draft.platform_id.value_or(""), known);
  if (by_id != nullptr) take("platform_id", draft.platform_id, by_id);
  take("type", type, find_by_name(type));
  if (by_id == nullptr && found == nullptr && problems.empty() && draft.platform_id &&
      !has_no_text(*draft.platform_id)) {
    problems.add("platform_id",
                 detail::joined("is no platform that is known here: ", detail::quoted(*draft.platform_id),
                                "; name it in platform: ", known_platforms(known)),
                 "unknown_platform");
  }
  if (found == nullptr && problems.empty())
    problems.add("platform", detail::joined("can't be blank; ", known_platforms(known)), "blank");
  return found;
}

inline void read_stored(json::View object, Notifier& out, Problems& problems) {
  DraftView draft;
  draft.read(object, problems);
  const PlatformInfo* const platform = read_platform(draft, nullptr, problems);
  if (platform == nullptr) return;
  out.platform = platform->platform;
  if (draft.selection == DraftView::Selection::by_id) {
    out.selected_event_ids.assign(draft.selected.begin(), draft.selected.end());
  }
  draft.selection = DraftView::Selection::none;
  std::vector<EventBit> none;
  NotifierCheck(*Vocabulary::standard(), NotifierCheck::Mode::stored, out, none, problems).apply(draft);
  read_text(object, "id", "id", out.id, problems);
  check_text("id", out.id, NOTIFIER_MAX_ID_BYTES, problems);
  read_text(object, "app_id", "app_id", out.app_id, problems);
  read_text(object, "app", "app", out.app, problems);
  read_time(draft.created_at, "created_at", out.created_at, problems);
  read_time(draft.updated_at, "updated_at", out.updated_at, problems);
  read_switched_off(draft.switched_off, out, problems);
}

/// What a change expects. Of a notifier it is a moment, in whichever of the forms of one.
inline void read_expected(json::View value, Change& change, Problems& problems) {
  if (!value.exists() || value.is_null()) return;
  const std::string_view text = value.is_string() ? value.string() : std::string_view();
  const bool is_of_notifier = change.op == Change::Op::put_notifier || change.op == Change::Op::remove_notifier;
  Timestamp moment;
  if (text == "*" || (!is_of_notifier && !text.empty() && text.size() <= NOTIFIER_MAX_ID_BYTES)) {
    change.expected = text;
  } else if (is_of_notifier && parse_timestamp(text, moment)) {
    change.expected = to_rfc3339(moment);
  } else {
    problems.add("expected", "must be a version, \"*\" or null", "type");
  }
}

inline Hash128 hash_of(const User& user) { return Hash128().add(user.id).add(user.username).add(user.email); }

inline std::string hex_of(const Hash128& hash) {
  std::string hex(32, '0');
  hash.write_hex(&hex[0]);
  return hex;
}

}  // namespace detail

NOTIFIER_INLINE std::string version_of(const Notifier& notifier) { return to_rfc3339(notifier.updated_at); }

NOTIFIER_INLINE std::string version_of(const App& app) {
  Hash128 hash = detail::hash_of(app.owner).add(app.id).add(app.name).add(app.project_id);
  // Without one it is what it was before there were languages: servers of both versions may share a store.
  if (!app.language.empty()) hash.add(app.language);
  return detail::hex_of(hash);
}

NOTIFIER_INLINE std::string version_of(const User& user) { return detail::hex_of(detail::hash_of(user)); }

NOTIFIER_INLINE std::string version_of(const Vocabulary& vocabulary) {
  Buffer json;
  json::Writer out(json);
  write_json(out, vocabulary);
  return detail::hex_of(Hash128().add(json.view()));
}

NOTIFIER_INLINE void write_json(json::Writer& out, const Change& change) {
  out.object([&] {
    out.member("op", detail::to_string(change.op));
    switch (change.op) {
      case Change::Op::put_app:
        out.key("app");
        out.object([&] { detail::write_app_members(out, change.app); });
        break;
      case Change::Op::put_notifier:
        out.key("notifier");
        write_json(out, change.notifier, Secrets::keep);
        break;
      case Change::Op::remove_notifier:
        out.key("notifier");
        out.object([&] {
          out.member("id", change.notifier.id);
          out.member("app_id", change.notifier.app_id);
        });
        break;
      case Change::Op::put_user:
        out.key("user");
        detail::write_user(out, change.user);
        break;
      case Change::Op::remove_app:
        out.key("app");
        out.object([&] {
          out.member("id", change.app.id);
          out.member("name", change.app.name);
        });
        break;
      case Change::Op::remove_user:
        out.key("user");
        out.object([&] { out.member("id", change.user.id); });
        break;
      case Change::Op::put_vocabulary:
        out.key("vocabulary");
        if (change.vocabulary != nullptr) {
          write_json(out, *change.vocabulary);
        } else {
          out.null();
        }
        break;
    }
    out.key("expected");
    if (change.expected.empty()) {
      out.null();
    } else {
      out.string(change.expected);
    }
  });
}

NOTIFIER_INLINE Result<Change> read_change(json::View object, const Vocabulary* like) {
  detail::Problems problems;
  Change change;
  if (!object.is_object() || !detail::parse_op(object.string("op"), change.op)) {
    problems.add("op",
                 "must be put_app, put_notifier, remove_notifier, put_user, remove_app, remove_user or put_vocabulary",
                 "type");
    return std::move(problems).to_error("change");
  }
  const json::View notifier = object["notifier"];
  switch (change.op) {
    case Change::Op::put_app:
    case Change::Op::remove_app:
      detail::read_app(object["app"], change.app, problems);
      detail::check_text("id", change.app.id, NOTIFIER_MAX_ID_BYTES, problems);
      break;
    case Change::Op::put_notifier: detail::read_stored(notifier, change.notifier, problems); break;
    case Change::Op::remove_notifier:
      detail::read_text(notifier, "id", "id", change.notifier.id, problems);
      detail::read_text(notifier, "app_id", "app_id", change.notifier.app_id, problems);
      break;
    case Change::Op::put_user:
    case Change::Op::remove_user: detail::read_user(object["user"], {}, change.user, problems); break;
    case Change::Op::put_vocabulary: {
      auto read = Vocabulary::read(object["vocabulary"], *Vocabulary::standard(), like);
      if (!read) return detail::below("vocabulary.", std::move(read).error());
      change.vocabulary = std::make_shared<const Vocabulary>(*std::move(read));
      // Notifiers of its platforms may be read before it is applied.
      detail::number_platforms(*change.vocabulary);
      break;
    }
  }
  detail::read_expected(object["expected"], change, problems);
  if (!problems.empty()) return std::move(problems).to_error("change");
  return change;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
