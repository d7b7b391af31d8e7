// What an event says of itself: how bad it is, a title, a text, where to look. Of kinds that no row describes, and
// where a host's row leaves something out.

#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

#include "notifier/json/document.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/severity.hpp"
#include "notifier/net/link.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/vocabulary/secret.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Reads how bad something is: the names of syslog, Alertmanager, Sentry, OpenTelemetry and PagerDuty, in any case, and
/// our own. Whether the name is one of them.
NOTIFIER_NOINLINE inline bool read_severity(std::string_view name, Severity& out) noexcept {
  static constexpr struct {
    std::string_view names;  // with a space around each
    Severity severity;
  } known[] = {
      {" error err critical crit fatal alert emergency emerg panic major ", Severity::error},
      {" warning warn minor ", Severity::warning},
      {" info information informational notice debug trace log ", Severity::info},
      {" success ok resolved normal ", Severity::success},
  };
  constexpr std::size_t longest = 13;
  char word[longest + 2] = {' '};
  // OpenTelemetry has four of each: ERROR, ERROR2, ERROR3, ERROR4.
  if (name.size() > 4 && name.back() >= '2' && name.back() <= '4') name.remove_suffix(1);
  if (name.empty() || name.size() > longest) return false;
  std::size_t size = 1;
  for (const char c : name) {
    if (!is_letter(c)) return false;
    word[size++] = to_lower(c);
  }
  word[size++] = ' ';
  for (const auto& row : known) {
    if (row.names.find(std::string_view(word, size)) == std::string_view::npos) continue;
    out = row.severity;
    return true;
  }
  return false;
}

/// Finds them: in `type_data`, else in the envelope.
class SaidMembers {
 public:
  enum What : unsigned char { severity, title, sentence, link };

  SaidMembers(const Event& event, const SecretNames& secrets) : event_(event), secrets_(secrets) {
    event.root.for_each_member(
        [this](std::string_view name, json::View value) { take(name, value, std::size(names)); });
    event.type_data.for_each_member([this](std::string_view name, json::View value) { take(name, value, 0); });
  }

  /// Empty where there is none. It is told from now on; of a severity, its own names alone are: "critical" says more
  /// than a colour.
  std::string_view tell(What what) noexcept {
    Found& found = found_[what];
    Severity known{};
    found.is_told = what != severity || (read_severity(found.text, known) && to_string(known) == found.text);
    return found.text;
  }
  /// Whether a member of type_data is told already, and has nothing more to say as a field.
  bool is_told(std::string_view name) const noexcept {
    for (const Found& one : found_) {
      if (one.is_told && one.rank < std::size(names) && names[one.rank].name == name) return true;
    }
    return false;
  }

 private:
  struct Name {
    std::string_view name;
    What what;
  };
  /// Of those that say the same, the first counts.
  static constexpr Name names[] = {{"severity", severity},
                                   {"level", severity},
                                   {"severity_text", severity},
                                   {"severityText", severity},
                                   {"title", title},
                                   {"message", sentence},
                                   {"text", sentence},
                                   {"summary", sentence},
                                   {"description", sentence},
                                   {"url", link},
                                   {"link", link}};
  struct Found {
    std::string_view text;
    std::size_t rank = 2 * std::size(names);  // the envelope's come after type_data's
    bool is_told = false;
  };

  NOTIFIER_NOINLINE void take(std::string_view name, json::View value, std::size_t rank) {
    const Name* row = names;
    while (row != std::end(names) && row->name != name) ++row;
    if (row == std::end(names)) return;
    rank += static_cast<std::size_t>(row - names);
    Found& found = found_[row->what];
    if (found.rank < rank || secrets_.is_secret(event_.type, name)) return;
    const std::string_view text = value.string();
    Severity known{};
    const bool is_right = row->what == severity ? read_severity(text, known)
                          : row->what == link   ? is_link(text)
                                                : text.find_first_not_of(" \t\r\n") != std::string_view::npos;
    if (!is_right || (row->what != link && holds_secret_url(text))) return;
    found.text = text;
    found.rank = rank;
  }

  const Event& event_;
  const SecretNames& secrets_;
  Found found_[4];
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
