#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/french.hpp"
#include "notifier/api/api.hpp"
#include "notifier/registry/registry.hpp"
#include "storage.hpp"

namespace server {

/// Adds to the vocabulary what the library itself can say in a language, and stores it, as a request would; does
/// nothing where the vocabulary has the language, or the library has not.
inline notifier::Result<void> learn(std::string_view language, notifier::Registry& registry, Storage& storage) {
  if (language != "fr") return {};
  notifier::Vocabulary vocabulary = *registry.vocabulary();
  const auto known = vocabulary.languages();
  if (std::find(known.begin(), known.end(), language) != known.end()) return {};
  if (auto put = vocabulary.put_language(language, notifier::french); !put) return put;
  auto change = registry.plan_put_vocabulary(std::move(vocabulary));
  if (!change) return std::move(change).error();
  notifier::Outcome outcome;
  outcome.changes.push_back(*std::move(change));
  const Storage::Outcomes outcomes{&outcome};
  return registry.commit(outcomes, [&](const auto& accepted) { return storage.store(accepted); }).front();
}

}  // namespace server
