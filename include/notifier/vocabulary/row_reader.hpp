// Reading a Vocabulary from JSON: all or nothing, every fault named by its path.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/model/draft_view.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/language_reader.hpp"
#include "notifier/vocabulary/own_platform_edit.hpp"
#include "notifier/vocabulary/row_edit.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::string_view vocabulary_keys =
    "standard categories event_types event_kinds platforms words languages secret_names open_names operator_email";
inline constexpr std::string_view vocabulary_category_keys = "id name display_name position remove";
inline constexpr std::string_view vocabulary_type_keys =
    "id name display_name description template category_id selectable_on_every_platform remove";
inline constexpr std::string_view vocabulary_kind_keys = "type scope selectable_as wordings sample remove";
inline constexpr std::string_view wording_keys = "when severity title sentence fields actor link";

inline bool parse_scope(std::string_view text, Scope& out) noexcept {
  for (const Scope scope : {Scope::app, Scope::project, Scope::account}) {
    if (text != to_string(scope)) continue;
    out = scope;
    return true;
  }
  return false;
}

inline bool parse_severity(std::string_view text, Severity& out) noexcept {
  for (const Severity severity : {Severity::info, Severity::success, Severity::warning, Severity::error}) {
    if (text != to_string(severity)) continue;
    out = severity;
    return true;
  }
  return false;
}

/// Layers the rows of a document on a vocabulary's.
class RowReader {
 public:
  /// @param state  what the rows are put into
  /// @param donor  see put(): may be the one that `state` is a copy of
  RowReader(VocabularyState& state, const VocabularyState* donor, Problems& problems) noexcept
      : state_(state), donor_(donor), problems_(problems) {}

  void read(json::View root);

 private:
  /// What is done with a row. Not a pointer to a member: clang 14 breaks down over those where it compiles to
  /// WebAssembly.
  using Read = void (*)(RowReader& reader, json::View row);

  /// Calls `read_row` for the rows of a list that do not say `remove`, once those that do are taken away.
  void read_rows(json::View list, std::string_view name, std::string_view keys, std::string_view key, Read read_row);
  bool is_removed(json::View row);
  void remove_rows(json::View list, std::string_view name, std::string_view key);
  void read_category(json::View row);
  void read_type(json::View row);
  void read_kind(json::View row);
  bool read_wording(json::View value, WordingRow& out);
  void read_words(json::View sets);
  void read_names(json::View list, std::string_view name, std::vector<std::string>& out);
  /// A member that is text or not there; a view without data where it is not.
  std::string_view text(json::View row, std::string_view key);
  /// What identifies a row: of kinds their type; else its id, which may be left out and is its name then.
  static std::string_view id_of(json::View row, std::string_view key) {
    const json::View id = row[key];
    return (id.exists() && !id.is_null()) || key != "id" ? id.string() : row.string("name");
  }
  void read(json::View row, std::string_view key, std::string_view& out) { out = text(row, key); }
  std::string_view text_or(json::View row, std::string_view key, std::string_view otherwise) {
    const std::string_view given = text(row, key);
    return given.empty() ? otherwise : given;
  }
  void add(std::string_view field, std::string_view message, std::string_view code) {
    problems_.add(detail::joined(path_, field), message, code);
  }
  void take(const Result<void>& result) {
    if (result) return;
    if (result.error().fields.empty()) add(result.error().field, result.error().message, "unknown");
    for (const FieldError& fault : result.error().fields) add(fault.field, fault.message, fault.code);
  }

  VocabularyState& state_;
  const VocabularyState* donor_;
  Problems& problems_;
  std::string path_;  // of the row at hand, with its final dot
};

inline void RowReader::read(json::View root) {
  check_keys(root, vocabulary_keys, {}, problems_);
  read_words(root["words"]);
  read_names(root["secret_names"], "secret_names", state_.secret_names.secret);
  read_names(root["open_names"], "open_names", state_.secret_names.open);
  if (const std::string_view email = text(root, "operator_email"); email.data() != nullptr) {
    state_.operator_email = email;
    if (email.size() > NOTIFIER_MAX_ID_BYTES) add("operator_email", "is too long", "too_long");
  }
  // Types go last of those that are taken away, so that a category may go with all that was in it.
  read_rows(root["event_kinds"], "event_kinds", vocabulary_kind_keys, "type", nullptr);
  read_rows(root["event_types"], "event_types", vocabulary_type_keys, "id", nullptr);
  read_rows(root["categories"], "categories", vocabulary_category_keys, "id",
            [](RowReader& reader, json::View row) { reader.read_category(row); });
  read_rows(root["event_types"], "event_types", {}, "id",
            [](RowReader& reader, json::View row) { reader.read_type(row); });
  read_rows(root["event_kinds"], "event_kinds", {}, "type",
            [](RowReader& reader, json::View row) { reader.read_kind(row); });
  read_platforms(state_, root["platforms"], problems_);
  path_.clear();
  for (const EventType& type : state_.types) {
    if (find_category(state_, type.category_id) != state_.categories.size()) continue;
    add("categories",
        detail::joined("lacks ", detail::quoted(type.category_id), ", which the event type ", detail::quoted(type.name),
                       " is in"),
        "in_use");
  }
  LanguageReader(state_, donor_, problems_).read(root["languages"]);
}

inline std::string_view RowReader::text(json::View row, std::string_view key) {
  const json::View value = row[key];
  if (value.is_string()) return value.string().data() != nullptr ? value.string() : std::string_view("");
  if (value.exists() && !value.is_null()) add(key, "must be a string", "type");
  return {};
}

inline bool RowReader::is_removed(json::View row) {
  const json::View remove = row["remove"];
  if (!remove.exists() || remove.is_null()) return false;
  if (remove.kind() != json::Kind::boolean) add("remove", "must be true or false", "type");
  return remove.boolean();
}

inline void RowReader::read_rows(json::View list, std::string_view name, std::string_view keys, std::string_view key,
                                 Read read_row) {
  path_.clear();
  if (!list.exists() || list.is_null()) return;
  if (!list.is_array()) {
    if (!keys.empty()) add(name, "must be an array", "type");
    return;
  }
  NameIndex seen;
  bool removes = false;
  std::size_t position = 0;
  list.for_each_element([&](json::View row) {
    path_ = detail::joined(name, "[", decimal(position++), "].");
    const bool is_removed_row = row.is_object() && row["remove"].boolean();
    if (!keys.empty()) {
      const std::string_view id = id_of(row, key);
      if (!row.is_object()) return add({}, "must be an object", "type");
      check_keys(row, keys, path_, problems_);
      is_removed(row);
      removes = removes || is_removed_row;
      if (seen.find(id) != NameIndex::npos) return add(key, "is given twice", "taken");
      if (!id.empty()) seen.insert(id, 0);
    }
    if (read_row != nullptr && row.is_object() && !is_removed_row) read_row(*this, row);
  });
  if (removes) remove_rows(list, name, key);
}

/// Of many at once, so that what is left is found anew but once.
inline void RowReader::remove_rows(json::View list, std::string_view name, std::string_view key) {
  NameIndex gone;
  std::size_t position = 0;
  const bool are_kinds = key == "type";
  const bool are_types = name == "event_types";
  list.for_each_element([&](json::View row) {
    path_ = detail::joined(name, "[", decimal(position++), "].");
    if (!row["remove"].boolean()) return;
    const std::string_view id = id_of(row, key);
    const auto is_in = [&](const VocabularyState& state) {
      if (are_kinds) return state.find_kind(id) != NameIndex::npos;
      if (are_types) return state.type_ids.find(id) != NameIndex::npos;
      return find_category(state, id) != state.categories.size();
    };
    // A host's own base may lack what a snapshot takes from the built-in rows.
    if (!is_in(state_) && !is_in(*VocabularyState::standard())) {
      return add(key, detail::with_quoted("is none that there is: ", id), "unknown");
    }
    if (gone.find(id) == NameIndex::npos) gone.insert(id, 0);
  });
  const auto keep = [&gone](auto& rows, auto& facts, auto&& id_of) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (gone.find(id_of(rows[i])) != NameIndex::npos) continue;
      if (kept != i) {
        rows[kept] = rows[i];
        facts[kept] = std::move(facts[i]);
      }
      ++kept;
    }
    rows.resize(kept);
    facts.resize(kept);
  };
  if (are_kinds) {
    keep(state_.kinds, state_.kind_facts, [](const EventKind& kind) { return kind.type; });
  } else if (are_types) {
    keep(state_.types, state_.type_texts, [](const EventType& type) { return type.id; });
  } else {
    keep(state_.categories, state_.category_texts, [](const Category& category) { return category.id; });
  }
  state_.index();
}

inline void RowReader::read_category(json::View row) {
  Category category;
  text(row, "id");  // says where it is no text
  category.id = id_of(row, "id");
  read(row, "name", category.name);
  category.display_name = text_or(row, "display_name", category.name);
  category.position = static_cast<int>(state_.categories.size()) + 1;
  std::int64_t position{};
  const json::View given = row["position"];
  if (given.exists() && !given.is_null()) {
    if (given.integer(position) && position >= 1 && position <= 1000000) {
      category.position = static_cast<int>(position);
    } else {
      add("position", "must be a number from 1 to 1000000", "type");
    }
  }
  take(put(state_, category, RowMode::put));
}

inline void RowReader::read_type(json::View row) {
  EventType type;
  text(row, "id");
  type.id = id_of(row, "id");
  read(row, "name", type.name);
  type.display_name = text_or(row, "display_name", type.name);
  read(row, "description", type.description);
  read(row, "category_id", type.category_id);
  // The only category need not be named.
  if (type.category_id.empty() && state_.categories.size() == 1) type.category_id = state_.categories[0].id;
  const json::View everywhere = row["selectable_on_every_platform"];
  if (everywhere.kind() == json::Kind::boolean) type.selectable_on_every_platform = everywhere.boolean();
  take(put(state_, type, RowMode::put));
}

inline void RowReader::read_kind(json::View row) {
  EventKind kind;
  read(row, "type", kind.type);
  read(row, "selectable_as", kind.selectable_as);
  const std::string_view scope = text(row, "scope");
  if (!scope.empty() && !parse_scope(scope, kind.scope)) add("scope", "must be app, project or account", "unknown");

  std::vector<WordingRow> wordings;
  const json::View list = row["wordings"];
  bool is_right = true;
  if (list.exists() && !list.is_null() && !list.is_array()) add("wordings", "must be an array", "type");
  if (list.size() <= NOTIFIER_MAX_WORDINGS) {
    const std::string path = path_;
    std::size_t position = 0;
    list.for_each_element([&](json::View value) {
      path_ = detail::joined(path, "wordings[", decimal(position++), "].");
      is_right = read_wording(value, wordings.emplace_back()) && is_right;
    });
    path_ = path;
  } else {
    add("wordings", detail::with_number("are too many: at most ", NOTIFIER_MAX_WORDINGS), "too_many");
    is_right = false;
  }

  const json::View sample = row["sample"];
  std::string sample_text;
  if (sample.exists() && !sample.is_null()) {
    check_keys(sample, "type_data", detail::joined(path_, "sample."), problems_);
    if (!sample.is_object() || !sample["type_data"].is_object()) {
      add("sample", "must be an object with type_data, which is one, too", "type");
    } else {
      sample["type_data"].append_json(sample_text);
    }
  }
  if (is_right) take(put(state_, kind, std::move(wordings), sample_text, RowMode::put, donor_));
}

inline bool RowReader::read_wording(json::View value, WordingRow& out) {
  if (!value.is_object()) {
    add({}, "must be an object", "type");
    return false;
  }
  const std::size_t before = problems_.list().size();
  check_keys(value, wording_keys, path_, problems_);
  read(value, "when", out.when);
  read(value, "title", out.title);
  read(value, "sentence", out.sentence);
  read(value, "fields", out.fields);
  read(value, "actor", out.actor);
  read(value, "link", out.link);
  const std::string_view severity = text(value, "severity");
  out.severity = Severity::info;
  out.says_severity = !severity.empty();
  if (out.says_severity && !parse_severity(severity, out.severity)) {
    add("severity", "must be info, success, warning or error", "unknown");
  }
  return problems_.list().size() == before;
}

inline void RowReader::read_words(json::View sets) {
  path_.clear();
  if (!sets.exists() || sets.is_null()) return;
  if (!sets.is_object()) return add("words", "must be an object", "type");
  sets.for_each_member([&](std::string_view set, json::View words) {
    path_ = detail::joined("words.", set, ".");
    const std::size_t place = find_row(state_.word_sets, [&](const WordSet& one) { return one.name == set; });
    if (words.is_null()) {
      if (place != state_.word_sets.size()) erase_at(state_.word_sets, place);
      return;
    }
    if (!words.is_object()) return add({}, "must be an object of words, or null", "type");
    words.for_each_member([&](std::string_view value, json::View word) {
      if (word.is_string()) {
        const Result<void> result = put_word(state_.word_sets, set, value, word.string());
        if (!result) add(value, result.error().fields[0].message, result.error().fields[0].code);
      } else {
        add(value, "must be a string", "type");
      }
    });
  });
  path_.clear();
}

inline void RowReader::read_names(json::View list, std::string_view name, std::vector<std::string>& out) {
  path_.clear();
  if (!list.exists() || list.is_null()) return;
  bool is_right = list.is_array() && list.size() <= NOTIFIER_MAX_EVENT_KINDS;
  list.for_each_element([&](json::View element) {
    is_right = is_right && element.is_string() && !element.string().empty();
    if (find_row(out, [&](const std::string& one) { return one == element.string(); }) == out.size()) {
      out.emplace_back(element.string());
    }
  });
  if (!is_right) add(name, "must be an array of names", "type");
}

/// What is left out may be taken from another's vocabulary, as one that is about to be replaced.
inline Result<std::shared_ptr<const VocabularyState>> read_vocabulary(json::View root, const VocabularyState& base,
                                                                      const VocabularyState* donor) {
  Problems problems;
  std::shared_ptr<VocabularyState> state;
  const json::View standard = root["standard"];
  if (!root.is_object()) problems.add("vocabulary", "must be an object", "type");
  if (standard.exists() && !standard.is_null() && standard.kind() != json::Kind::boolean) {
    problems.add("standard", "must be true or false", "type");
  }
  if (standard.kind() == json::Kind::boolean && !standard.boolean()) {
    state = std::make_shared<VocabularyState>();
  } else {
    state = std::make_shared<VocabularyState>(base);
  }
  if (problems.empty()) RowReader(*state, donor, problems).read(root);
  if (problems.empty()) return std::shared_ptr<const VocabularyState>(std::move(state));
  const std::string first = EntryCheck::told(problems.list()[0]);
  Error error = std::move(problems).to_error("vocabulary");
  error.message = detail::joined("the vocabulary is not valid: ", first);
  return error;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
