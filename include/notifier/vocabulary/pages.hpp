// Where a host's dashboard shows what an event is about: templates of links, for all kinds.

#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/vocabulary/kind_words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What there may be a page of. In the order of a program's rows.
enum class Page { app, project, account, deployment };
inline constexpr std::string_view page_names[] = {"app", "project", "account", "deployment"};

/// @param links  one for each Page; an empty one: there is none
/// @param fault  what is wrong with them, if anything: its row is a Page
/// @return null where there is a fault, or no link
NOTIFIER_NOINLINE inline std::shared_ptr<const KindWords> compile_pages(
    const std::string_view (&links)[std::size(page_names)], const WordSets& sets, const SecretNames& names,
    WordingFault& fault) {
  std::vector<WordingRow> rows(std::size(page_names));
  bool is_any = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].when = "page=";  // none applies: they are found by number
    if (!links[i].empty()) rows[i].link = links[i];
    is_any = is_any || !links[i].empty();
  }
  return is_any ? OwnKindWords::make(std::move(rows), {{}, &sets, &names}, fault) : nullptr;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
