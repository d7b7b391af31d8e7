// Registry::commit(), around the host's store.

#pragma once

#include <cstddef>
#include <vector>

#include "notifier/registry/or_out_of_memory.hpp"
#include "notifier/registry/prepared.hpp"
#include "notifier/registry/registry.hpp"

NOTIFIER_NAMESPACE_BEGIN

template <class Outcomes, class Store>
std::vector<Result<void>> Registry::commit(const Outcomes& outcomes, Store&& store) {
  std::vector<Result<void>> results(outcomes.size());
  std::vector<std::size_t> left(outcomes.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  while (!left.empty()) {
    const auto done = detail::or_out_of_memory([&] { return commit_some(outcomes, store, left, results); });
    if (done) continue;
    for (const std::size_t i : left) results[i] = done;
    break;
  }
  return results;
}

template <class Outcomes, class Store>
Result<void> Registry::commit_some(const Outcomes& outcomes, Store& store, std::vector<std::size_t>& left,
                                   std::vector<Result<void>>& results) {
  using Pointer = typename Outcomes::value_type;
  std::vector<const std::vector<Change>*> changes;
  for (const std::size_t i : left) changes.push_back(&outcomes[i]->changes);
  Prepared prepared = prepare_or_wait(changes);
  std::vector<Pointer> accepted;
  std::vector<std::size_t> places;
  std::vector<std::size_t> later;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (later.size() < prepared.reserved_.size() && prepared.reserved_[later.size()] == i) {
      later.push_back(left[i]);
    } else if (!prepared.results_[i]) {
      results[left[i]] = prepared.results_[i];
    } else {
      accepted.push_back(outcomes[left[i]]);
      places.push_back(left[i]);
    }
  }
  Result<void> stored;
  if (!accepted.empty()) stored = store(static_cast<const std::vector<Pointer>&>(accepted));
  if (stored) {
    prepared.publish();
  } else {
    prepared.abandon();
    const bool is_any_of_several = stored.error().code == errc::conflict && accepted.size() > 1;
    for (std::size_t i = 0; i < places.size(); ++i) {
      results[places[i]] = !is_any_of_several ? stored : detail::or_out_of_memory([&]() -> Result<void> {
        return commit(std::vector<Pointer>{accepted[i]}, store).front();
      });
    }
  }
  left.swap(later);
  return {};
}

NOTIFIER_NAMESPACE_END
