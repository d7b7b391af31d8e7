// Changes that a store keeps: judged and reserved, stored by the host, then seen by everybody; or nothing has happened.

#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

class Registry;
namespace detail {
struct Preparation;
}

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

NOTIFIER_NAMESPACE_END
