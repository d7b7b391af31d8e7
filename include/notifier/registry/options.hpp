#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/function.hpp"
#include "notifier/grouping/zones.hpp"
#include "notifier/model/time.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a Registry takes from its host. Every member has a default; with the defaults it reads no clock and draws no
/// randomness.
struct RegistryOptions {
  std::shared_ptr<const Vocabulary> vocabulary;  ///< null: Vocabulary::standard()
  /// The present moment, for created_at and updated_at. Empty: a moment that moves by one millisecond a call, from
  /// 1970.
  Function<Timestamp()> clock;
  /// New notifier ids (`prefix` is "no-") and app ids. Empty: derived from app, platform, name and position,
  /// reproducibly.
  Function<std::string(std::string_view prefix)> new_id;
  /// Seeds the hash of app ids; set it from a random source where app ids come from strangers.
  std::uint64_t hash_seed = 0x9e3779b97f4a7c15u;
  /// Why nothing can ever be delivered to a webhook URL, as describe(guard.judge_url(url)) of the AddressGuard that
  /// deliveries go through; empty where it may be kept. Asked for each URL that a draft brings, not for what is loaded.
  /// Empty: every URL may be kept.
  Function<std::string_view(std::string_view url)> refuse_url;
  /// What judges the time zones that drafts and documents name, as system_zones(). Not asked for what a store has.
  /// Empty: every name that looks like one may be kept.
  ZoneLookup zones;
};

NOTIFIER_NAMESPACE_END
