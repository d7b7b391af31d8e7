// Changes that a store keeps: judged and reserved, stored by the host, then seen by everybody; or nothing has happened.

#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "notifier/registry/registry.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Outcomes that were judged together: what they touch is kept for them, and nobody sees them yet.
///
/// Made by Registry::prepare(), outlived by the registry, used by one thread at a time. Where it goes without
/// publish(), nothing has happened.
class Prepared {
 public:
  Prepared(Prepared&&) noexcept;
  Prepared& operator=(Prepared&& other) noexcept;
  ~Prepared();

  /// What each outcome was judged to be, in their order: fine; or errc::conflict where something is not as its changes
  /// expect, or is kept for another; or errc::invalid, errc::not_found. Those that are not fine are not part of it.
  const std::vector<Result<void>>& results() const noexcept { return results_; }

  /// What was accepted is stored: from here on everybody sees it. Where memory runs out, it is seen once there is some
  /// again: with the registry's next change, until which it stays kept for itself.
  void publish() noexcept;

  /// What was accepted is not stored: nothing has happened.
  void abandon() noexcept;

 private:
  friend class Registry;
  Prepared(Registry& registry, std::size_t count);

  Registry* registry_;
  std::vector<Result<void>> results_;
  std::vector<std::size_t> reserved_;  // places of what was refused only because it is kept for another, ascending
  std::unique_ptr<detail::Preparation> preparation_;
};

namespace detail {

/// What `call()` gives; where memory runs out in it, that as an error.
template <class Call>
auto or_out_of_memory(Call&& call) -> decltype(call()) {
#if NOTIFIER_EXCEPTIONS
  try {
    return call();
  } catch (const std::bad_alloc&) {
    Error error;
    error.code = errc::storage;
    error.message = "out of memory";  // short: takes none
    return error;
  }
#else
  return call();
#endif
}

}  // namespace detail

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
