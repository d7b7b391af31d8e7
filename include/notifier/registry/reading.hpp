// How a Registry begins, what it answers, and how all of it is read and written at once.

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/json/document.hpp"
#include "notifier/registry/loader.hpp"
#include "notifier/registry/plan_errors.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/registry_core.hpp"
#include "notifier/registry/snapshot.hpp"
#include "notifier/text/byte_order_mark.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE Registry::Registry(RegistryOptions options, detail::Limits)
    : core_(std::make_unique<detail::RegistryCore>()) {
  core_->options = std::move(options);
  if (core_->options.vocabulary == nullptr) core_->options.vocabulary = Vocabulary::standard();
  detail::number_platforms(*core_->options.vocabulary);
  core_->state = std::make_shared<const State>(core_->options.vocabulary, core_->options.hash_seed);
}

NOTIFIER_INLINE std::shared_ptr<const Registry::State> Registry::current() const {
  const std::lock_guard<std::mutex> lock(core_->publishing);
  return core_->state;
}

NOTIFIER_INLINE void Registry::publish(std::shared_ptr<const State> next) {
  {
    const std::lock_guard<std::mutex> lock(core_->publishing);
    core_->state.swap(next);
    core_->generation.fetch_add(1, std::memory_order_release);
  }
  // What nobody needs any more is freed here, after the lock.
}

NOTIFIER_INLINE std::shared_ptr<const Vocabulary> Registry::vocabulary() const { return current()->vocabulary; }

NOTIFIER_INLINE const ZoneLookup& Registry::zones() const noexcept { return core_->options.zones; }

NOTIFIER_INLINE Result<Vocabulary> Registry::read_vocabulary(json::View object) const {
  return Vocabulary::read(object, *core_->options.vocabulary, vocabulary().get());
}

NOTIFIER_INLINE Settings Registry::settings() const { return *current()->settings; }

NOTIFIER_INLINE Result<void> Registry::set_settings(Settings settings) {
  detail::Problems problems;
  detail::check_settings(settings, problems);
  const std::lock_guard<std::mutex> lock(core_->writing);
  auto pages = detail::compile_links(settings.links, current()->vocabulary->state(), problems);
  detail::check_language(*current()->vocabulary, settings.language, true, problems);
  if (!problems.empty()) return std::move(problems).to_error("settings");
  show_stored();
  auto next = std::make_shared<State>(*current());
  next->pages = std::move(pages);
  next->settings = std::make_shared<const Settings>(std::move(settings));
  publish(std::move(next));
  return {};
}

NOTIFIER_INLINE std::optional<App> Registry::find_app(std::string_view id_or_name) const {
  const auto state = current();
  const detail::AppBlock* const app = state->find_app(id_or_name);
  if (app == nullptr) return std::nullopt;
  return app->app();
}

NOTIFIER_INLINE std::vector<App> Registry::apps() const {
  const auto state = current();
  std::vector<App> apps;
  for (const detail::AppBlock* const app : state->apps_in_order()) apps.push_back(app->app());
  return apps;
}

NOTIFIER_INLINE std::optional<User> Registry::find_user(std::string_view id) const {
  const auto state = current();
  const detail::UserBlock* const user = state->find_user(id);
  if (user == nullptr) return std::nullopt;
  return user->user();
}

NOTIFIER_INLINE std::vector<User> Registry::users() const {
  const auto state = current();
  std::vector<User> users;
  for (const detail::UserBlock* const user : state->users_in_order()) users.push_back(user->user());
  return users;
}

NOTIFIER_INLINE std::optional<Notifier> Registry::find(std::string_view app, std::string_view id) const {
  const auto state = current();
  const detail::AppBlock* const block = state->find_app(app);
  if (block == nullptr) return std::nullopt;
  const auto place = state->find_notifier(*block, id);
  if (!place.exists) return std::nullopt;
  std::optional<Notifier> notifier(std::in_place);
  state->read(*block, block->record(place), *notifier);
  return notifier;
}

NOTIFIER_INLINE std::optional<Notifier> Registry::find(std::string_view id) const {
  const auto state = current();
  const State::Found found = state->find_notifier(id);
  if (found.app == nullptr) return std::nullopt;
  std::optional<Notifier> notifier(std::in_place);
  state->read(*found.app, found.app->record(found.place), *notifier);
  return notifier;
}

NOTIFIER_INLINE std::vector<Notifier> Registry::list(std::string_view app) const {
  const auto state = current();
  std::vector<Notifier> notifiers;
  if (const detail::AppBlock* const block = state->find_app(app)) {
    notifiers.reserve(block->notifier_count());
    block->for_each_record([&](detail::Record record) { state->read(*block, record, notifiers.emplace_back()); });
  }
  return notifiers;
}

NOTIFIER_INLINE std::size_t Registry::notifier_count() const { return current()->notifier_count(); }

NOTIFIER_INLINE std::size_t Registry::app_count() const { return current()->app_count(); }

NOTIFIER_INLINE Result<void> Registry::load(std::string_view json) { return load(json, true); }

NOTIFIER_INLINE Result<void> Registry::load_configuration(std::string_view json) { return load(json, false); }

NOTIFIER_INLINE Result<void> Registry::load(std::string_view json, bool needs_apps) {
  json::Document document;
  const auto root = document.parse(detail::without_byte_order_mark(json), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return root.error();
  if (!root->is_object()) {
    Error error;
    error.code = errc::not_an_object;
    error.message = "the document is not an object";
    return error;
  }
  if (auto known = detail::check_version(*root); !known) return known;

  std::shared_ptr<const Vocabulary> vocabulary = core_->options.vocabulary;
  if (detail::has_vocabulary(*root)) {
    auto read = detail::read_vocabulary(*vocabulary, *this->vocabulary(), *root);
    if (!read) return std::move(read).error();
    vocabulary = std::move(*read);
  }

  const std::lock_guard<std::mutex> lock(core_->writing);
  show_stored();
  if (!core_->reserved.empty()) return detail::is_reserved();
  auto loaded =
      detail::Loader(vocabulary, core_->options.hash_seed, now(), core_->options.zones).load(*root, needs_apps);
  if (!loaded) return std::move(loaded).error();
  publish(std::move(*loaded));
  return {};
}

NOTIFIER_INLINE std::string Registry::snapshot() const {
  Buffer out;
  json::Writer writer(out);
  detail::write_snapshot(writer, *current());
  return out.str();
}

NOTIFIER_INLINE std::string Registry::configuration() const {
  Buffer out;
  json::Writer writer(out);
  detail::write_configuration(writer, *current());
  return out.str();
}

NOTIFIER_NAMESPACE_END
