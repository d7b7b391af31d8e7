#pragma once

#include <string>
#include <vector>

#include "notifier/model/app.hpp"
#include "notifier/model/notifier.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// One planned change of a Registry. A change, a snapshot entry and a database row share one JSON form.
struct Change {
  enum class Op { put_app, put_notifier, remove_notifier, put_user };

  Op op = Op::put_notifier;
  App app;            ///< put_app
  Notifier notifier;  ///< put_notifier: the whole new state; remove_notifier: `id` and `app_id`
  User user;          ///< put_user
  /// What `updated_at` must be for the change to apply: that of the notifier read while planning. A zero Timestamp means "must not exist yet".
  Timestamp expected;
};

/// `{"op":"put_notifier","notifier":{...},"expected":"..."}`; signing secrets included: it is what a store keeps.
void write_json(json::Writer& out, const Change& change);
Result<Change> read_change(json::View object);

NOTIFIER_NAMESPACE_END
