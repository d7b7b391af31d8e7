// A plain model of a registry and of what is stored of it, and the smallest store there can be, for tests.

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"

namespace registry_commit_model {

using namespace notifier;

using Key = std::pair<std::string, std::string>;  // kind and id

/// What is kept of an app, a notifier or a person.
struct Row {
  std::string json;  // of the change that makes it
  std::string name;  // of an app
  std::string app_id;

  friend bool operator==(const Row& a, const Row& b) { return a.json == b.json; }
  friend bool operator!=(const Row& a, const Row& b) { return !(a == b); }
};

using Rows = std::map<Key, Row>;
using Deliveries = std::set<std::pair<std::string, std::string>>;  // notifier's id and key

inline Key key_of(const Change& change) {
  using Op = Change::Op;
  if (change.op == Op::put_app || change.op == Op::remove_app) return {"app", change.app.id};
  if (change.op == Op::put_user || change.op == Op::remove_user) return {"user", change.user.id};
  return {"notifier", change.notifier.id};
}

inline bool removes(const Change& change) {
  return change.op == Change::Op::remove_app || change.op == Change::Op::remove_user ||
         change.op == Change::Op::remove_notifier;
}

inline Row row_of(Change change) {
  change.expected.clear();
  change.notifier.app.clear();  // the app's name, which changes with the app
  Buffer json;
  json::Writer out(json);
  write_json(out, change);
  return {json.str(), change.app.name, change.notifier.app_id};
}

inline void put(Rows& rows, const Change& change) {
  if (removes(change)) {
    rows.erase(key_of(change));
  } else {
    rows[key_of(change)] = row_of(change);
  }
}

inline Rows rows_of(const Registry& registry) {
  Rows rows;
  Change change;
  for (App& app : registry.apps()) {
    change.op = Change::Op::put_app;
    change.app = std::move(app);
    put(rows, change);
    change.op = Change::Op::put_notifier;
    for (Notifier& notifier : registry.list(change.app.id)) {
      CHECK(notifier.app == change.app.name);
      change.notifier = std::move(notifier);
      put(rows, change);
    }
  }
  change.op = Change::Op::put_user;
  for (User& user : registry.users()) {
    change.user = std::move(user);
    put(rows, change);
  }
  return rows;
}

// ---- the model ------------------------------------------------------------------------------------------------------

/// A planned outcome, and what there was when it was planned.
struct Planned {
  Outcome outcome;
  std::vector<std::optional<Row>> before;
};

inline std::optional<Row> find(const Rows& rows, const Key& key) {
  const auto row = rows.find(key);
  return row == rows.end() ? std::nullopt : std::optional<Row>(row->second);
}

/// Whether an outcome may be done where these are the rows; then it is.
inline bool judge(const Planned& planned, Rows& rows) {
  Rows next = rows;
  for (std::size_t i = 0; i < planned.outcome.changes.size(); ++i) {
    const Change& change = planned.outcome.changes[i];
    if (find(next, key_of(change)) != planned.before[i]) return false;
    for (const auto& [key, row] : next) {
      if (change.op == Change::Op::put_app && key.first == "app" && key.second != change.app.id &&
          row.name == change.app.name) {
        return false;
      }
      if (change.op == Change::Op::remove_app && row.app_id == change.app.id) return false;
    }
    if (change.op == Change::Op::put_notifier && next.count({"app", change.notifier.app_id}) == 0) return false;
    put(next, change);
  }
  rows = std::move(next);
  return true;
}

/// What an outcome has for itself and what it shares, as plainly as can be.
struct Touched {
  std::set<Key> own, shared;

  Touched() = default;
  Touched(const Planned& planned, const Rows& rows) {
    for (const Change& change : planned.outcome.changes) {
      own.insert(key_of(change));
      if (change.op == Change::Op::put_app) own.insert({"name", change.app.name});
      if (key_of(change).first == "notifier") shared.insert({"app", change.notifier.app_id});
      if (const auto row = find(rows, key_of(change)); row && !row->name.empty()) own.insert({"name", row->name});
    }
  }
  bool collides(const Touched& other) const {
    const auto meet = [](const std::set<Key>& a, const std::set<Key>& b) {
      return std::any_of(a.begin(), a.end(), [&](const Key& key) { return b.count(key) != 0; });
    };
    return meet(own, other.own) || meet(own, other.shared) || meet(shared, other.own);
  }
};

// ---- stores ---------------------------------------------------------------------------------------------------------

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<void> store(const std::vector<Outcome*>& outcomes) = 0;
  /// What a restart finds.
  virtual void load(Registry& registry) = 0;
  virtual Deliveries deliveries() = 0;
};

/// As small as a store can be: a list of what was stored.
class MemoryStore final : public Store {
 public:
  Result<void> store(const std::vector<Outcome*>& outcomes) override {
    auto next = changes_;
    for (Outcome* const outcome : outcomes) {
      outcome->known.clear();
      next.insert(next.end(), outcome->changes.begin(), outcome->changes.end());
    }
    Registry registry;
    if (auto applied = registry.apply(next); !applied) {
      Error error = applied.error();
      error.code = errc::conflict;
      return error;
    }
    changes_ = std::move(next);
    for (Outcome* const outcome : outcomes) {
      for (std::size_t i = 0; i < outcome->deliveries.size(); ++i) {
        const Delivery& delivery = outcome->deliveries[i];
        if (!deliveries_.emplace(delivery.notifier_id, delivery.idempotency_key).second) outcome->known.push_back(i);
      }
    }
    return {};
  }
  void load(Registry& registry) override { REQUIRE(registry.apply(changes_)); }
  Deliveries deliveries() override { return deliveries_; }

 private:
  std::vector<Change> changes_;
  Deliveries deliveries_;
};

inline Delivery delivery_of(const std::string& notifier_id, const std::string& key) {
  Delivery delivery;
  delivery.platform = Platform::webhook;
  delivery.notifier_id = notifier_id;
  delivery.app_id = "app";
  delivery.event_id = "ev-" + key;
  delivery.event_type = "restart";
  delivery.idempotency_key = key;
  delivery.method = "POST";
  delivery.url = "https://h.example/x";
  delivery.body = std::string("{}");
  return delivery;
}

}  // namespace registry_commit_model
