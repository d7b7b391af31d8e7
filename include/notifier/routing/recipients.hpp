#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/net/email_address.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The addresses of one mail, each once. Keeps all capacity from mail to mail.
class Recipients {
 public:
  void clear() noexcept {
    addresses_.clear();
    copy_count_ = 0;
  }

  /// Adds an address, unless it is there already.
  /// @param address  empty, or one that is_email_address() holds for, as the registry sees to; borrowed until clear()
  void add(std::string_view address) {
    if (!address.empty() && !has(address)) addresses_.emplace_back(address.data(), address.size());
  }
  /// Adds a copy of what a host says, unless it is no address, or there already.
  void add_copy(std::string_view address) {
    if (!is_email_address(address) || has(address)) return;
    if (copy_count_ == copies_.size()) copies_.emplace_back();
    Buffer& copy = copies_[copy_count_++];
    copy.clear();
    copy.append(address);
    addresses_.push_back(copy.view());
  }

  std::size_t size() const noexcept { return addresses_.size(); }
  /// size() addresses, valid until the next change.
  const std::string_view* views() const noexcept { return addresses_.data(); }

 private:
  bool has(std::string_view address) const noexcept {
    for (const std::string_view other : addresses_) {
      if (same_mailbox(other, address)) return true;
    }
    return false;
  }

  std::vector<std::string_view> addresses_;
  std::vector<Buffer> copies_;  // a Buffer's bytes stay where they are when it moves
  std::size_t copy_count_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
