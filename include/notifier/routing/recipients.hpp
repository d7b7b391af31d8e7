#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/model/email_address.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The addresses of one mail, each once. Keeps the capacity of all its strings from mail to mail.
class Recipients {
 public:
  void clear() noexcept { size_ = 0; }

  /// Adds an address, unless it is none or there already.
  void add(std::string_view address) {
    if (!is_email_address(address)) return;
    for (std::size_t i = 0; i < size_; ++i) {
      if (same_mailbox(addresses_[i], address)) return;
    }
    if (size_ == addresses_.size()) addresses_.emplace_back();
    addresses_[size_++].assign(address);
  }

  std::size_t size() const noexcept { return size_; }
  /// size() addresses, valid until the next change.
  const std::string_view* views() {
    views_.assign(addresses_.begin(), addresses_.begin() + static_cast<std::ptrdiff_t>(size_));
    return views_.data();
  }

 private:
  std::vector<std::string> addresses_;
  std::size_t size_ = 0;
  std::vector<std::string_view> views_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
