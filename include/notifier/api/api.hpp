#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "notifier/api/history.hpp"
#include "notifier/api/request.hpp"
#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

NOTIFIER_NAMESPACE_BEGIN

struct ApiOptions {
  RouterOptions router;
  /// Ids of the events that changes make (`prefix` is "ev-"). Empty: derived from the change.
  std::function<std::string(std::string_view prefix)> new_id;
  History* history = nullptr;  ///< null: no history is kept, its endpoints answer empty lists
};

/// The notifier HTTP API as a function: a registry and a request in, an Outcome out. Nothing is stored, sent or changed by it.
/// Used by one thread at a time; any number of them may share one Registry.
class Api {
 public:
  /// @param registry  outlives the Api.
  explicit Api(const Registry& registry, ApiOptions options = {});

  /// Answers any request whatever, in the shapes of the wire contract, section 5. Never throws, but for std::bad_alloc.
  Outcome handle(const Request& request);

  /// 500 with the documented error shape, for a store that failed.
  static Response storage_failed();

 private:
  // the owner of this file designs it
};

NOTIFIER_NAMESPACE_END
