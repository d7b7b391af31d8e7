// A filter as it is read: the conditions of each field, and in which combinations they are asked for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/filter/condition.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A field with what is asked of it. One of the conditions is enough.
struct FieldTest {
  std::uint16_t path = 0;  ///< its number in Pattern::paths
  std::vector<Condition> conditions;
};

struct Pattern {
  /// Keys joined by dots, each once.
  std::vector<std::string> paths;
  std::vector<FieldTest> tests;
  /// Numbers of tests that are to be met together; one alternative is enough. Several where there is a `$or`.
  std::vector<std::vector<std::uint16_t>> alternatives;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
