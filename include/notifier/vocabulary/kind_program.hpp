#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/vocabulary/key_index.hpp"
#include "notifier/vocabulary/wording.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A step of a template; see KindProgram.
struct Op {
  enum class Code : std::uint8_t {
    literal,      ///< appends `text`
    value,        ///< appends what type_data has at `key`, then along the path `text`, in `layout`
    choice,       ///< the same for a boolean: `text` is "path?yes/no"
    app,          ///< appends the app's name
    project,      ///< appends the project's name
    user,         ///< appends the user's name
    count,        ///< the same for a number: `text` is "path#one/many" or "path#none/one/many"
    list,         ///< appends the elements of an array at `key` and `text`; after `list_more`, their template
    list_more,    ///< of the list before: `key` and `text` say how many it leaves out; at most `target` are told
    is_operator,  ///< a choice by whether the platform itself acted
    quote,        ///< a name begins where `key` is 0, else ends
    encode,       ///< `key` 0: what follows is to be percent-encoded; 1: it is now; 2: all of it but slashes;
                  ///< 3: it is escaped, as text of a body; 4: as a link there
    guard,      ///< before a slot of a host's row, which may say anything any number of times: drops what gets too long
    variables,  ///< appends the names of the variables of an edit_variables event
    scaling,    ///< appends what changed between the containers of a scale event
    deployment_page,  ///< appends where the host's dashboard shows a deployment
    told,             ///< appends what people are told: `key` 0 title, 1 sentence, 2 severity, 3 link
    condition,        ///< type_data has at `key` what the pattern `text` says; steps of these alone, then `done`
    open,             ///< a group begins: remembers how much was written, at depth `key`
    undo,             ///< forgets what was written since, and goes on
    jump,             ///< goes to `target`
    give_up,          ///< goes to `absent`
    field,            ///< label `text`, style `key`, then its template; the next field is at `target`
    done,             ///< the template is complete
    failed,           ///< the template is to be dropped
  };

  std::string_view text;  ///< of literals and labels, 15 readable bytes stand behind it
  Code code = Code::failed;
  std::uint8_t key{};             ///< of slots: a member's number; 0 is the element of a list
  Layout layout = Layout::plain;  ///< from Layout::words on, the number of a set of words is added
  bool is_active = false;         ///< what is appended of `text` may be more than inert
  std::uint16_t target{};         ///< of slots: where to go when the value is there
  std::uint16_t absent{};         ///< of slots: where to go when it is not
};

/// What a kind's wordings are compiled into: steps that need no more parsing, and look up no key twice. Immutable, and
/// shared by all vocabularies that have equal rows. Borrows from the rows' texts.
class KindProgram {
 public:
  /// The first six say where their steps begin.
  struct Row {
    std::uint16_t when, title, sentence, fields, actor, link;
    Severity severity;
    bool has_severity;
    bool has_fields;  ///< perhaps none, but said so
    bool has_link;
    bool is_without_link;  ///< the app's page is not linked either
  };
  static constexpr std::uint16_t empty_template = 0;
  static constexpr std::uint16_t dropped_template = 1;
  static constexpr std::size_t max_keys = KeyIndex::most + 1;
  static constexpr std::size_t max_depth = 8;
  static constexpr std::size_t max_ops = 16 * 1024;
  static constexpr std::size_t max_word_sets = 100;

  const Row* rows_begin() const noexcept { return rows_.data(); }
  const Row* rows_end() const noexcept { return rows_.data() + rows_.size(); }
  const Op* ops() const noexcept { return ops_.data(); }
  const Op& op(std::size_t index) const noexcept { return ops_[index]; }
  std::size_t op_count() const noexcept { return ops_.size(); }
  /// The number of a top-level key that some template uses, from 1; 0 for all others.
  std::size_t key(std::string_view name) const noexcept { return keys_.find(name); }
  std::string_view key_name(std::size_t number) const noexcept { return keys_.name(number); }
  /// Whether the rows are a host's: their texts do not last as long as the program runs, and their slots reach the
  /// envelope.
  bool is_own() const noexcept { return is_own_; }
  /// The name of the set of words that a layout stands for.
  std::string_view word_set(Layout layout) const noexcept {
    return word_sets_[static_cast<std::size_t>(layout) - static_cast<std::size_t>(Layout::words)];
  }

 private:
  friend class WordingCompiler;

  std::vector<Row> rows_;
  std::vector<Op> ops_;
  KeyIndex keys_;
  std::vector<std::string_view> word_sets_;
  bool is_own_ = false;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
