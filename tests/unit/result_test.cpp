#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "notifier/api/api.hpp"
#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "notifier/result.hpp"
#include "notifier/routing/router.hpp"

namespace {

using notifier::Error;
using notifier::Registry;
using notifier::Result;

Error error_of(const char* message) {
  Error error;
  error.message = message;
  return error;
}

}  // namespace

TEST_CASE("a result of a boolean is no condition: it would be taken for its value") {
  CHECK(std::is_constructible_v<bool, Result<int>>);
  CHECK(std::is_constructible_v<bool, Result<void>>);
  CHECK_FALSE(std::is_constructible_v<bool, Result<bool>>);
  const Result<bool> no = false;
  CHECK(no.has_value());
  CHECK_FALSE(*no);
  CHECK_FALSE(no.value_or(true));
  CHECK(Result<bool>(error_of("it broke")).value_or(true));
}

TEST_CASE("a result gives its value, or another one in its place") {
  const Result<std::string> good = std::string("yes");
  const Result<std::string> bad = error_of("it broke");
  CHECK(good.value_or("no") == "yes");
  CHECK(bad.value_or("no") == "no");
  CHECK(Result<std::string>(good).value_or("no") == "yes");

  Result<std::unique_ptr<int>> owned = std::make_unique<int>(7);
  CHECK(*std::move(owned).value_or(nullptr) == 7);
  Result<std::unique_ptr<int>> none = error_of("it broke");
  CHECK(std::move(none).value_or(nullptr) == nullptr);
}

#if NOTIFIER_EXCEPTIONS
TEST_CASE("value() gives the value, constant or moved or not, or throws the error") {
  const Result<std::string> good = std::string("yes");
  CHECK(&good.value() == &*good);
  Result<std::unique_ptr<int>> owned = std::make_unique<int>(7);
  owned.value() = std::make_unique<int>(8);
  CHECK(*std::move(owned).value() == 8);

  const auto message = [](auto&& result) -> std::string {
    try {
      static_cast<void>(std::forward<decltype(result)>(result).value());
    } catch (const notifier::BadResult& bad) {
      return bad.error().message;
    }
    return "";
  };
  const Result<std::string> bad = error_of("it broke");
  CHECK(message(bad) == "it broke");
  CHECK(message(Result<std::string>(bad)) == "it broke");
  CHECK(message(Result<void>(error_of("it broke"))) == "it broke");
  CHECK(message(Result<void>()) == "");
}
#endif

TEST_CASE("what keeps a reference takes nothing that ends with the statement") {
  CHECK(std::is_constructible_v<notifier::Router, const Registry&>);
  CHECK_FALSE(std::is_constructible_v<notifier::Router, Registry>);
  CHECK_FALSE(std::is_constructible_v<notifier::Router, const Registry>);
  CHECK_FALSE(std::is_constructible_v<notifier::Router, Registry, notifier::RouterOptions>);
  CHECK(std::is_constructible_v<notifier::Api, const Registry&>);
  CHECK_FALSE(std::is_constructible_v<notifier::Api, Registry>);
  CHECK_FALSE(std::is_constructible_v<notifier::Outbox, notifier::MemoryOutboxStorage>);
}
