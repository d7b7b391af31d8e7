// A Vocabulary as JSON, in the form that is read.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/json/writer.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/own_platform_edit.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

NOTIFIER_NAMESPACE_BEGIN
NOTIFIER_INLINE void write_json(json::Writer& out, const Category& category) {
  out.object([&] {
    out.member("id", category.id);
    out.member("name", category.name);
    out.member("display_name", category.display_name);
    out.key("position");
    out.integer(category.position);
  });
}

NOTIFIER_INLINE void write_json(json::Writer& out, const EventType& type) {
  out.object([&] {
    out.member("id", type.id);
    out.member("name", type.name);
    out.member("display_name", type.display_name);
    out.member("description", type.description);
    // The public API has it, and says nothing in it: an empty text of some types, null of all others.
    constexpr std::string_view empty =
        " app_deployed app_restarted app_crashed app_crashed_repeated app_scaled app_stopped app_command_ran "
        "app_deleted "
        "app_transferred app_renamed app_alert_triggered addon_provisioned addon_updated ";
    out.key("template");
    if (empty.find(detail::joined(" ", type.name, " ")) == std::string_view::npos) {
      out.null();
    } else {
      out.string({});
    }
    out.member("category_id", type.category_id);
  });
}

namespace detail {

/// Writes what makes one vocabulary of another: rows that the other has not, or has otherwise, and which of its are
/// gone. Each list is written where there is something in it.
class RowWriter {
 public:
  /// @param other  the built-in one, or one without rows
  RowWriter(json::Writer& out, const VocabularyState& own, const VocabularyState& other) noexcept
      : out_(out), own_(own), other_(other) {}

  void write() {
    out_.object([&] {
      if (!other_.is_standard) {
        out_.key("standard");
        out_.boolean(false);
      }
      write_rows(
          "categories", own_.categories, other_.categories, [](const Category& it) { return it.id; },
          [this](const Category& a, const Category& b) { return is_same_category(a, b); },
          [this](const Category& row) { write_category(row); });
      write_rows(
          "event_types", own_.types, other_.types, [](const EventType& it) { return it.id; },
          [this](const EventType& a, const EventType& b) { return is_same_type(a, b); },
          [this](const EventType& row) { write_type(row); });
      write_rows(
          "event_kinds", own_.kinds, other_.kinds, [](const EventKind& it) { return it.type; },
          [this](const EventKind& a, const EventKind& b) { return is_same_kind(a, b); },
          [this](const EventKind& row) { write_kind(row); });
      write_platforms(out_, own_, other_);
      write_words();
      write_languages();
      write_names("secret_names", own_.secret_names.secret);
      write_names("open_names", own_.secret_names.open);
      if (own_.operator_email != other_.operator_email) out_.member("operator_email", own_.operator_email);
    });
  }

  /// The row of one of its kinds, with all that it says.
  void write_kind(const EventKind& kind) {
    const auto& facts = own_.kind_facts[static_cast<std::size_t>(&kind - own_.kinds.data())];
    out_.object([&] {
      out_.member("type", kind.type);
      out_.member("scope", to_string(kind.scope));
      if (!kind.selectable_as.empty()) out_.member("selectable_as", kind.selectable_as);
      if (facts.words != nullptr) {
        out_.key("wordings");
        out_.array([&] {
          for (const WordingRow& row : *facts.words) write_wording(row);
        });
      }
      if (facts.sample.empty()) return;
      out_.key("sample");
      out_.object([&] {
        out_.key("type_data");
        out_.raw(facts.sample);
      });
    });
  }

 private:
  /// @param is_same    as `bool(const Row&, const Row&)`
  /// @param write_row  as `void(const Row&)`
  template <class Row, class IdOf, class IsSame, class WriteRow>
  void write_rows(std::string_view name, const std::vector<Row>& own, const std::vector<Row>& others, IdOf id_of,
                  IsSame is_same, WriteRow write_row) {
    NameIndex own_ids, other_ids;
    for (std::size_t i = 0; i < own.size(); ++i) own_ids.insert(id_of(own[i]), static_cast<std::uint32_t>(i));
    for (std::size_t i = 0; i < others.size(); ++i) other_ids.insert(id_of(others[i]), static_cast<std::uint32_t>(i));
    bool is_open = false;
    const auto open = [&] {
      if (!is_open) out_.key(name);
      if (!is_open) out_.begin_array();
      is_open = true;
    };
    for (const Row& row : own) {
      const std::uint32_t other = other_ids.find(id_of(row));
      if (other != NameIndex::npos && is_same(row, others[other])) continue;
      open();
      write_row(row);
    }
    for (const Row& row : others) {
      if (own_ids.find(id_of(row)) != NameIndex::npos) continue;
      open();
      out_.object([&] {
        out_.member(name == "event_kinds" ? "type" : "id", id_of(row));
        out_.key("remove");
        out_.boolean(true);
      });
    }
    if (is_open) out_.end_array();
  }

  bool is_same_category(const Category& a, const Category& b) const {
    return a.name == b.name && a.display_name == b.display_name && a.position == b.position;
  }
  void write_category(const Category& category) { write_json(out_, category); }

  bool is_same_type(const EventType& a, const EventType& b) const {
    return a.name == b.name && a.display_name == b.display_name && a.description == b.description &&
           a.category_id == b.category_id && a.selectable_on_every_platform == b.selectable_on_every_platform;
  }
  void write_type(const EventType& type) {
    out_.object([&] {
      out_.member("id", type.id);
      out_.member("name", type.name);
      out_.member("display_name", type.display_name);
      out_.member("description", type.description);
      out_.member("category_id", type.category_id);
      if (type.selectable_on_every_platform) return;
      out_.key("selectable_on_every_platform");
      out_.boolean(false);
    });
  }

  bool is_same_kind(const EventKind& a, const EventKind& b) const {
    const auto& own = own_.kind_facts[static_cast<std::size_t>(&a - own_.kinds.data())];
    const auto& other = other_.kind_facts[static_cast<std::size_t>(&b - other_.kinds.data())];
    if (a.scope != b.scope || a.selectable_as != b.selectable_as || own.sample != other.sample) return false;
    if (own.words == other.words) return true;
    return own.words != nullptr && other.words != nullptr &&
           std::equal(own.words->begin(), own.words->end(), other.words->begin(), other.words->end());
  }
  void write_wording(const WordingRow& row) {
    const auto write = [&](std::string_view name, std::string_view text) {
      if (text.data() != nullptr) out_.member(name, text);
    };
    out_.object([&] {
      if (!row.when.empty()) out_.member("when", row.when);
      if (row.says_severity) out_.member("severity", to_string(row.severity));
      write("title", row.title);
      write("sentence", row.sentence);
      write("fields", row.fields);
      write("actor", row.actor);
      write("link", row.link);
    });
  }

  void write_words() {
    bool is_open = false;
    const auto open = [&](std::string_view set) {
      if (!is_open) out_.key("words");
      if (!is_open) out_.begin_object();
      is_open = true;
      out_.escaped_key(set);
    };
    for (const WordSet& set : other_.word_sets) {
      if (own_.word_sets.find(set.name) == nullptr) open(set.name), out_.null();
    }
    for (const WordSet& set : own_.word_sets) {
      const WordSet* const other = other_.word_sets.find(set.name);
      const auto is_same = [&](const Word& word) {
        return other != nullptr && std::any_of(other->words.begin(), other->words.end(), [&](const Word& one) {
                 return one.value == word.value && one.text == word.text;
               });
      };
      if (std::all_of(set.words.begin(), set.words.end(), is_same)) continue;
      open(set.name);
      out_.object([&] {
        for (const Word& word : set.words) {
          if (is_same(word)) continue;
          out_.escaped_key(word.value);
          out_.string(word.text);
        }
      });
    }
    if (is_open) out_.end_object();
  }

  void write_languages() {
    if (own_.languages.empty()) return;
    out_.key("languages");
    out_.object([&] {
      for (const auto& language : own_.languages) {
        out_.escaped_key(language->tag);
        out_.raw(language->json);
      }
    });
  }

  void write_names(std::string_view key, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out_.key(key);
    out_.array([&] {
      for (const std::string& name : names) out_.string(name);
    });
  }

  json::Writer& out_;
  const VocabularyState& own_;
  const VocabularyState& other_;
};

}  // namespace detail

NOTIFIER_NAMESPACE_END
