#pragma once

#include <optional>
#include <string_view>

#include "notifier/model/severity.hpp"

NOTIFIER_NAMESPACE_BEGIN
/// How an event of a kind is told, where a condition holds.
///
/// Templates are text with slots, filled from the event's `type_data`:
///
///     {name}            the scalar at that key; {owner.email} looks into an object
///     {hostname|name}   the first of several that there is
///     {size:bytes}      laid out in some way: one of `layouts`, or a set of words
///     {ssl?on/off}      words for true and false (also the strings); an empty one counts as absent
///     {jobs#a job/# jobs}  words for one and for many, with the number in place of '#'; with three, the first is for
///                       none. It is a number, or how many elements a list has
///     {items*3:{name}}  the first three (at most 99) of a list, each through a template of its own, and how many more
///                       there are: "a, b and 4 more". Slots within are of the element, and {.} is the element itself;
///                       one that is not complete counts as one more. In code, each has a line of its own
///     {items*3+left:{name}}  the same, where {left} says how many the list itself leaves out
///     {'name}           a name, set apart from the words around it: in quotes, or as a platform can; so {'@project}
///     {@app}            of the envelope: @app, @project, @user; @is_operator is true where the platform itself acted
///     [ in {stack}]     a clause, dropped when a slot in it is absent
///     [a|b|c]           the first of several clauses that is complete; where none is, all counts as an absent slot,
///                       and an empty last one allows for nothing
///
/// What is not in `type_data` is looked for in the envelope: {severity}, {source.name}. An absent slot outside all
/// clauses drops the whole template. What a row leaves out (a `std::string_view()`), and a title or a sentence that is
/// dropped, is told as it is of a kind without words; an empty text says that there is nothing to tell.
///
/// Three slots tell what no single member says: `{@variables}` which were added, changed and removed, `{@scaling}` what
/// became of the containers that are more or fewer now, `{@deployment_page}` where the host's dashboard has a
/// deployment's log.
struct Wording {
  /// When this row applies: "" always, "status=success", "a=true,b=false", "status=*-error" for an ending, "status=*"
  /// for anything there. The first of a kind's rows that applies counts.
  std::string_view when = {};
  std::optional<Severity> severity = {};
  std::string_view title = {};     ///< what happened, in a few words; the subject's name is put before it
  std::string_view sentence = {};  ///< the same in one sentence
  /// "Label: template" joined by ';'. A label after '=' has a line of its own, one after '`' is code, one after '>' is
  /// a link, and one after '?' is left out where sentence or actor say the same.
  std::string_view fields = {};
  std::string_view actor = {};  ///< who did it, where that may be another than the event's user
  /// Where to look: a slot that holds a URL, or a URL with slots, as "https://dash.example.org/{region}/{@app}", which
  /// are percent-encoded. Where a slot is absent or no URL comes of it, the app's page is linked; "none": not that
  /// either.
  std::string_view link = {};
};

namespace detail {

/// A row as it is kept. In the table in wordings.hpp rows of one kind stand together, and the last of them applies
/// always.
struct WordingRow {
  std::string_view kind;  ///< the event's type
  std::string_view when;
  Severity severity;
  std::string_view title;
  std::string_view sentence;
  std::string_view fields = {};
  std::string_view actor = {};
  std::string_view link = {};
  bool says_severity = true;

  friend bool operator==(const WordingRow& a, const WordingRow& b) noexcept {
    const auto same = [](std::string_view x, std::string_view y) {
      return x == y && (x.data() == nullptr) == (y.data() == nullptr);
    };
    return a.when == b.when && a.severity == b.severity && a.says_severity == b.says_severity &&
           same(a.title, b.title) && same(a.sentence, b.sentence) && same(a.fields, b.fields) &&
           same(a.actor, b.actor) && same(a.link, b.link);
  }
};

/// A link that says that there is none.
inline constexpr std::string_view no_link = "none";

/// In bytes, of Layout::line.
inline constexpr std::size_t longest_first_line = 160;

/// What a slot can be laid out as.
enum class Layout : unsigned char {
  plain,       ///< a scalar's text
  line,        ///< the first line of a text, of a long one some 160 bytes and an ellipsis
  list,        ///< scalars of an array: "web, worker, clock"
  series,      ///< the same within a sentence: "web, worker and clock"
  names,       ///< what an array's objects have as `name`, without their values
  formation,   ///< containers by type: "web 2 (M), worker 1" for {"web":"2:M","worker":1}
  transition,  ///< a pair: "from running to suspended"
  changes,     ///< objects with name, old_value, value: name from "a" to "b"
  commit,      ///< a hash, shortened to seven digits; anything else is absent
  duration,    ///< seconds: "1 min 5 s"
  bytes,       ///< "122.4 MB"
  money,       ///< "50.00 EUR"
  time,        ///< RFC 3339: "14 May 2018, 09:46 UTC"
  path,        ///< in a link: segments of a path, whose slashes stay; elsewhere a scalar's text
  repository,  ///< where code is, as a URL or as "git@host:path", without a user's password and without a query
  link,        ///< an http or https URL without credentials; anything else is absent
  words,       ///< from here on: a value in the words of a set
};

struct LayoutName {
  std::string_view name;
  Layout layout;
};

inline constexpr LayoutName layouts[] = {
    {"line", Layout::line},           {"list", Layout::list},
    {"series", Layout::series},       {"names", Layout::names},
    {"formation", Layout::formation}, {"transition", Layout::transition},
    {"changes", Layout::changes},     {"commit", Layout::commit},
    {"duration", Layout::duration},   {"bytes", Layout::bytes},
    {"money", Layout::money},         {"time", Layout::time},
    {"path", Layout::path},           {"repository", Layout::repository},
    {"link", Layout::link},
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
