// What becomes of notifiers of a host's own platforms where another vocabulary has other rows for them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/platform/own.hpp"
#include "notifier/registry/notifier_check.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Moves notifiers from the rows that they are of to those that another vocabulary has under the same names.
class MovedPlatforms {
 public:
  /// Both outlive this.
  MovedPlatforms(const Vocabulary& from, const Vocabulary& to) noexcept : from_(from), to_(to) {}

  /// A problem for each platform that is gone and used, each field that is gone and has a value, and what a new row has
  /// against a notifier: it names who is concerned first.
  void check(const State& state, Problems& problems);
  /// Whether some notifier is of a row that is another one now. After check().
  bool is_unmoved() const noexcept { return is_unmoved_; }
  /// After check() found nothing.
  void move(Notifier& notifier) const;

 private:
  struct Use {
    std::string_view name;  // of a platform that has another row, or none
    std::size_t count = 0;
    std::string first;  // who uses it
  };

  Use* find(Platform platform) noexcept;
  /// What is wrong with a notifier by its new row; empty where nothing is.
  std::string judge(const Notifier& notifier, Notifier& moved) const;

  const Vocabulary& from_;
  const Vocabulary& to_;
  std::vector<Use> uses_;
  bool is_unmoved_ = true;
};

inline MovedPlatforms::Use* MovedPlatforms::find(Platform platform) noexcept {
  if (!is_own(platform)) return nullptr;
  for (Use& use : uses_) {
    if (use.name == to_string(platform)) return &use;
  }
  return nullptr;
}

NOTIFIER_NOINLINE inline std::string MovedPlatforms::judge(const Notifier& notifier, Notifier& moved) const {
  moved = notifier;
  const OwnPlatform* const row = to_.state().find_platform(to_string(notifier.platform));
  const OwnPlatform* const own = row == nullptr ? nullptr : OwnPlatforms::admit(*row);
  if (own == nullptr) return row == nullptr ? "lack it" : std::string(too_many_platforms);
  for (const PlatformField& field : platform_info(notifier.platform).fields) {
    if (field.is_kept() && has_value(field, notifier.type_data) && own->find_field(field.key()) == nullptr)
      return joined("lack its field ", quoted(field.key()), ", for which it has a value");
  }
  Buffer text;
  json::Writer writer(text);
  write_type_data(writer, notifier, Secrets::keep);
  json::Document document;
  const auto root = document.parse(text.view(), text.size());
  DraftView draft;
  draft.name = notifier.name;
  if (root) draft.type_data = *root;
  moved.platform = own->row().platform;
  moved.type_data = TypeData();
  std::vector<EventBit> none;
  Problems problems;
  NotifierCheck(to_, NotifierCheck::Mode::create, moved, none, problems).apply(draft);
  if (problems.empty()) return {};
  return joined("do not fit it: ", problems.list()[0].field, " ", problems.list()[0].message);
}

NOTIFIER_NOINLINE inline void MovedPlatforms::check(const State& state, Problems& problems) {
  for (const auto& own : from_.state().platforms) {
    const OwnPlatform* const now = to_.state().find_platform(own->row().name);
    if (now == nullptr || now->json() != own->json()) uses_.push_back({own->row().name, 0, {}});
  }
  if (uses_.empty()) return;
  Notifier notifier, moved;
  std::vector<EventBit> selected;
  std::vector<std::string> faults(uses_.size());
  for (const AppBlock* const app : state.apps_in_order()) {
    app->for_each_record([&](Record record) {
      Use* const use = find(record.platform());
      if (use == nullptr) return;
      is_unmoved_ = false;
      std::string& fault = faults[static_cast<std::size_t>(use - uses_.data())];
      record.read(notifier, selected);
      const std::string wrong = judge(notifier, moved);
      if (wrong.empty()) return;
      if (use->count++ != 0) return;
      fault = wrong;
      use->first = joined(quoted(record.name()), " of ", quoted(app->name()));
    });
  }
  for (std::size_t i = 0; i < uses_.size(); ++i) {
    const Use& use = uses_[i];
    if (use.count == 0) continue;
    std::string text = joined(quoted(use.name), ", which the notifier ", use.first);
    if (use.count > 1)
      text.append(" and ").append(decimal(use.count - 1)).append(use.count == 2 ? " other" : " others");
    problems.add(
        "platforms",
        joined("have another row of ", text.append(use.count == 1 ? " is of: they " : " are of: they "), faults[i]),
        "in_use");
  }
}

NOTIFIER_NOINLINE inline void MovedPlatforms::move(Notifier& notifier) const {
  const bool has_moved = is_own(notifier.platform);
  Notifier moved;
  if (has_moved && judge(notifier, moved).empty()) notifier = std::move(moved);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
