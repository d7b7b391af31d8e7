// The links of the settings: read, checked and compiled, written.

#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/json/writer.hpp"
#include "notifier/model/draft_view.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/registry/settings.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/vocabulary/pages.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline std::string& link_of(Links& links, std::size_t page) noexcept {
  std::string* const all[] = {&links.app, &links.project, &links.account, &links.deployment};
  return *all[page];
}

NOTIFIER_NOINLINE inline void read_links(json::View value, Links& links, Problems& problems) {
  if (!value.exists() || value.is_null()) return;
  if (!value.is_object()) return problems.add("links", "must be an object", "type");
  check_keys(value, "app project account deployment", "links.", problems);
  for (std::size_t i = 0; i < std::size(page_names); ++i) {
    std::string field = "links.";
    field.append(page_names[i]);
    if (const auto text = DraftView::read_text(value[page_names[i]], field, problems)) link_of(links, i) = *text;
  }
}

/// @return null where there are none, or one has a fault
NOTIFIER_NOINLINE inline std::shared_ptr<const KindWords> compile_links(const Links& links,
                                                                        const VocabularyState& vocabulary,
                                                                        Problems& problems) {
  const std::string_view all[] = {links.app, links.project, links.account, links.deployment};
  WordingFault fault;
  auto pages = compile_pages(all, vocabulary.word_sets, vocabulary.secret_names, fault);
  if (!fault.message.empty()) {
    std::string field = "links.";
    std::string message = "is no template of a link, character ";
    message.append(decimal(fault.character)).append(": ").append(fault.message);
    problems.add(field.append(page_names[fault.row]), message, "wording");
  }
  return pages;
}

/// Writes `{"app":...}`, where there is any.
NOTIFIER_NOINLINE inline void write_links(json::Writer& out, Links links) {
  bool is_any = false;
  for (std::size_t i = 0; i < std::size(page_names); ++i) {
    const std::string& link = link_of(links, i);
    if (link.empty()) continue;
    if (!is_any) {
      out.key("links");
      out.begin_object();
    }
    is_any = true;
    out.member(page_names[i], link);
  }
  if (is_any) out.end_object();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
