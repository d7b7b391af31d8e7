// How changes that a store keeps are judged, reserved and shown.

#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/registry/applying.hpp"
#include "notifier/registry/or_out_of_memory.hpp"
#include "notifier/registry/prepared.hpp"
#include "notifier/registry/registry_core.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE Prepared::Prepared(Registry& registry, std::size_t count) : registry_(&registry), results_(count) {}

NOTIFIER_INLINE Prepared::Prepared(Prepared&&) noexcept = default;

NOTIFIER_INLINE Prepared& Prepared::operator=(Prepared&& other) noexcept {
  abandon();
  registry_ = other.registry_;
  results_ = std::move(other.results_);
  reserved_ = std::move(other.reserved_);
  preparation_ = std::move(other.preparation_);
  return *this;
}

NOTIFIER_INLINE Prepared::~Prepared() { abandon(); }

NOTIFIER_INLINE void Prepared::publish() noexcept {
  if (preparation_ != nullptr) registry_->publish(std::move(preparation_));
}

NOTIFIER_INLINE void Prepared::abandon() noexcept {
  if (preparation_ != nullptr) registry_->abandon(std::move(preparation_));
}

NOTIFIER_INLINE Registry::~Registry() = default;

NOTIFIER_INLINE Prepared Registry::judge(const std::vector<const std::vector<Change>*>& outcomes) {
  Prepared prepared(*this, outcomes.size());
  auto preparation = std::make_unique<detail::Preparation>();
  detail::ReservedKeys reserved = core_->reserved;
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
  core_->reserved.swap(reserved);
  prepared.preparation_ = std::move(preparation);
  return prepared;
}

NOTIFIER_INLINE Prepared Registry::prepare(const std::vector<const std::vector<Change>*>& outcomes) {
  const std::lock_guard<std::mutex> lock(core_->writing);
  show_stored();
  return judge(outcomes);
}

NOTIFIER_INLINE Prepared Registry::prepare_or_wait(const std::vector<const std::vector<Change>*>& outcomes) {
  std::unique_lock<std::mutex> lock(core_->writing);
  while (true) {
    show_stored();
    Prepared prepared = judge(outcomes);
    if (prepared.reserved_.size() < outcomes.size()) return prepared;
    // Nothing was accepted, so there is nothing that abandon() would have to do.
    prepared.preparation_.reset();
    core_->released.wait(lock);
  }
}

NOTIFIER_INLINE std::optional<Notifier> Registry::find_stored(std::string_view app_id, std::string_view id) {
  if (auto notifier = find(app_id, id)) return notifier;
  const detail::ReservedKeys::Keys key{detail::ReservedKeys::of_notifier(id, *current())};
  std::unique_lock<std::mutex> lock(core_->writing);
  while (!core_->reserved.are_free(key)) {
    // What there was no memory to show stays reserved until there is some.
    show_stored();
    if (core_->reserved.are_free(key)) break;
    core_->released.wait(lock);
  }
  lock.unlock();
  return find(app_id, id);
}

NOTIFIER_INLINE void Registry::release(const detail::Preparation& preparation) noexcept {
  if (preparation.keys.empty()) return;
  core_->reserved.remove(preparation.keys);
  core_->released.notify_all();
}

NOTIFIER_INLINE void Registry::abandon(std::unique_ptr<detail::Preparation> preparation) noexcept {
  const std::lock_guard<std::mutex> lock(core_->writing);
  release(*preparation);
}

NOTIFIER_INLINE void Registry::publish(std::unique_ptr<detail::Preparation> preparation) noexcept {
  if (preparation->changes.empty()) return;
  const std::lock_guard<std::mutex> lock(core_->writing);
  std::unique_ptr<detail::Preparation>* end = &core_->stored;
  while (*end != nullptr) end = &(*end)->later;
  *end = std::move(preparation);
  static_cast<void>(detail::or_out_of_memory([this] {
    show_stored();
    return Result<void>();
  }));
}

NOTIFIER_INLINE void Registry::show_stored() {
  while (core_->stored != nullptr) {
    detail::Preparation& first = *core_->stored;
    if (const auto newest = current(); first.base != newest) {
      // Others were faster, with other things: nothing that these changes expect can have moved.
      auto next = std::make_shared<State>(*newest);
      static_cast<void>(detail::apply(first.changes, *next));
      first.next = std::move(next);
    }
    publish(std::move(first.next));
    release(first);
    core_->stored = std::move(first.later);
  }
}

NOTIFIER_NAMESPACE_END
