#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What happened, for the API to show: kept by the host, since the Registry keeps only what is.
class History {
 public:
  virtual ~History() = default;

  /// A page of an app's events, newest first, each the event's own JSON, appended to `out`.
  /// @return how many events the app has in all.
  virtual std::size_t events(std::string_view app_id, std::size_t offset, std::size_t limit,
                             std::vector<std::string>& out) const = 0;

  /// A notifier's deliveries, newest first, each a JSON object with attempts and outcome, without secrets.
  virtual std::size_t deliveries(std::string_view app_id, std::string_view notifier_id, std::size_t offset,
                                 std::size_t limit, std::vector<std::string>& out) const = 0;

  /// Makes a dead delivery due again. Not part of handle()'s purity: called once the request is accepted.
  /// @return errc::not_found where there is none; errc::conflict where it is not dead, with a message that says what it
  ///         is; errc::storage
  virtual Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) = 0;
};

NOTIFIER_NAMESPACE_END
