#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Copies of texts that stay where they are until it goes: one allocation for many.
class KeptTexts {
 public:
  std::string_view keep(std::string_view text) {
    if (text.size() > left_) {
      const std::size_t size = (std::max)(text.size(), block_bytes);
      std::unique_ptr<char[]> block(new char[size]);
      blocks_.push_back(std::move(block));
      free_ = blocks_.back().get();
      left_ = size;
    }
    const std::string_view kept(free_, text.copy(free_, text.size()));
    free_ += text.size();
    left_ -= text.size();
    return kept;
  }

 private:
  static constexpr std::size_t block_bytes = 64 * 1024;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
