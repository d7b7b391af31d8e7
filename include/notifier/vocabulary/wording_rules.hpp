#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/vocabulary/secret.hpp"
#include "notifier/vocabulary/words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What is wrong with a wording.
struct WordingFault {
  std::size_t row = 0;        ///< of its kind
  std::string_view member;    ///< as "title"
  std::size_t character = 0;  ///< of the member's text, counted from 1
  std::string message;        ///< empty: nothing is wrong
};

/// What a host's rows are held against.
struct WordingRules {
  std::string_view kind;
  const WordSets* sets;      ///< null: any name may be one's
  const SecretNames* names;  ///< null: no slot is refused
  /// Of a translation: what it translates, which has all slots that it may have.
  std::string_view english = {};
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
