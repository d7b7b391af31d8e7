// Changes that a store keeps: judged and reserved, stored by the host, then seen by everybody; or nothing has happened.

#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "notifier/registry/applying.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/reserved_keys.hpp"

NOTIFIER_NAMESPACE_BEGIN
/// Outcomes that were judged together: what they touch is kept for them, and nobody sees them yet.
///
/// Made by Registry::prepare(), outlived by the registry, used by one thread at a time. Where it goes without
/// publish(), nothing has happened.
class Prepared {
 public:
  Prepared(Prepared&&) noexcept = default;
  Prepared& operator=(Prepared&& other) noexcept {
    abandon();
    registry_ = other.registry_;
    results_ = std::move(other.results_);
    reserved_ = std::move(other.reserved_);
    preparation_ = std::move(other.preparation_);
    return *this;
  }
  ~Prepared() { abandon(); }

  /// What each outcome was judged to be, in their order: fine; or errc::conflict where something is not as its changes
  /// expect, or is kept for another; or errc::invalid, errc::not_found. Those that are not fine are not part of it.
  const std::vector<Result<void>>& results() const noexcept { return results_; }

  /// What was accepted is stored: from here on everybody sees it. Where memory runs out, it is seen once there is some
  /// again: with the registry's next change, until which it stays kept for itself.
  void publish() noexcept {
    if (preparation_ != nullptr) registry_->publish(std::move(preparation_));
  }

  /// What was accepted is not stored: nothing has happened.
  void abandon() noexcept {
    if (preparation_ != nullptr) registry_->abandon(std::move(preparation_));
  }

 private:
  friend class Registry;
  Prepared(Registry& registry, std::size_t count) : registry_(&registry), results_(count) {}

  Registry* registry_;
  std::vector<Result<void>> results_;
  std::vector<std::size_t> reserved_;  // places of what was refused only because it is kept for another, ascending
  std::unique_ptr<detail::Preparation> preparation_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

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

inline Registry::~Registry() = default;

inline Prepared Registry::judge(const std::vector<const std::vector<Change>*>& outcomes) {
  Prepared prepared(*this, outcomes.size());
  auto preparation = std::make_unique<detail::Preparation>();
  detail::ReservedKeys reserved = reserved_;
  const std::shared_ptr<const State> base = current();
  std::shared_ptr<const State> next = base;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::vector<Change>& changes = *outcomes[i];
    if (changes.empty()) continue;
    const detail::ReservedKeys::Keys keys = detail::ReservedKeys::of(changes, *next);
    if (!reserved.are_free(keys)) {
      prepared.results_[i] = detail::is_reserved();
      prepared.reserved_.push_back(i);
      continue;
    }
    auto changed = std::make_shared<State>(*next);
    prepared.results_[i] = detail::apply(changes, *changed);
    if (!prepared.results_[i]) continue;
    next = std::move(changed);
    reserved.add(keys);
    for (const detail::ReservedKeys::Key key : keys) preparation->keys.push_back(key);
    for (const Change& change : changes) preparation->changes.push_back(Change(change));
  }
  if (next != base) {
    preparation->base = base;
    preparation->next = std::move(next);
  }
  reserved_.swap(reserved);
  prepared.preparation_ = std::move(preparation);
  return prepared;
}

inline Prepared Registry::prepare(const std::vector<const std::vector<Change>*>& outcomes) {
  const std::lock_guard<std::mutex> lock(writing_);
  show_stored();
  return judge(outcomes);
}

inline Prepared Registry::prepare_or_wait(const std::vector<const std::vector<Change>*>& outcomes) {
  std::unique_lock<std::mutex> lock(writing_);
  while (true) {
    show_stored();
    Prepared prepared = judge(outcomes);
    if (prepared.reserved_.size() < outcomes.size()) return prepared;
    // Nothing was accepted, so there is nothing that abandon() would have to do.
    prepared.preparation_.reset();
    released_.wait(lock);
  }
}

inline void Registry::release(const detail::Preparation& preparation) noexcept {
  if (preparation.keys.empty()) return;
  reserved_.remove(preparation.keys);
  released_.notify_all();
}

inline void Registry::abandon(std::unique_ptr<detail::Preparation> preparation) noexcept {
  const std::lock_guard<std::mutex> lock(writing_);
  release(*preparation);
}

inline void Registry::publish(std::unique_ptr<detail::Preparation> preparation) noexcept {
  if (preparation->changes.empty()) return;
  const std::lock_guard<std::mutex> lock(writing_);
  std::unique_ptr<detail::Preparation>* end = &stored_;
  while (*end != nullptr) end = &(*end)->later;
  *end = std::move(preparation);
  static_cast<void>(detail::or_out_of_memory([this] {
    show_stored();
    return Result<void>();
  }));
}

inline void Registry::show_stored() {
  while (stored_ != nullptr) {
    detail::Preparation& first = *stored_;
    if (const auto newest = current(); first.base != newest) {
      // Others were faster, with other things: nothing that these changes expect can have moved.
      auto next = std::make_shared<State>(*newest);
      static_cast<void>(detail::apply(first.changes, *next));
      first.next = std::move(next);
    }
    publish(std::move(first.next));
    release(first);
    stored_ = std::move(first.later);
  }
}

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
