// What a store holds back for a notifier: the part of a History that its groups are read for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/history.hpp"
#include "notifier/buffer.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Counts what groups hold, and keeps those that are told first.
class HeldGroups {
 public:
  /// @param limit  how many are kept
  explicit HeldGroups(std::size_t limit) : limit_(limit) {}

  void add(const StoredGroup& group) {
    const std::uint64_t count = group.state.held.count;
    if (!group.state.is_open || count == 0) return;
    held_.events += count;
    ++held_.groups;
    const std::int64_t closes = group.state.closes.wall.ms;
    if (limit_ == 0 || (soonest_.size() == limit_ && closes >= std::prev(soonest_.end())->first)) return;
    if (soonest_.size() == limit_) soonest_.erase(std::prev(soonest_.end()));
    soonest_.emplace(closes, to_text(group));
  }

  /// Appends those that were kept, in order. @return how much there is in all
  HeldBack finish(std::vector<std::string>& out) && {
    for (auto& [closes, text] : soonest_) out.push_back(std::move(text));
    return held_;
  }

 private:
  static std::string to_text(const StoredGroup& group) {
    Buffer json;
    json::Writer out(json);
    out.object([&] {
      out.member("key", group.key);
      write_members(out, group.state);
    });
    return json.str();
  }

  std::size_t limit_;
  HeldBack held_;
  std::multimap<std::int64_t, std::string> soonest_;  // by when they are told
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
