#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/filter/filter.hpp"
#include "notifier/registry/numbered.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A filter that notifiers of a registry have: those with equal ones share what was compiled.
struct KeptFilter {
  std::optional<Filter> filter;

  friend bool operator==(const KeptFilter& a, const KeptFilter& b) noexcept {
    return a.filter && b.filter && a.filter->json() == b.filter->json();
  }

  std::uint32_t hash(const Hasher& hasher) const noexcept {
    return static_cast<std::uint32_t>(hasher(filter->json()) >> 32);
  }
};

/// All filters of a registry's notifiers.
using KeptFilters = Numbered<KeptFilter>;

}  // namespace detail
NOTIFIER_NAMESPACE_END
