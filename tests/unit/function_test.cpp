// What a host gives to be called: made of anything, empty where that is nothing.

#include "notifier/function.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using notifier::Function;

namespace {

int twice(int value) { return 2 * value; }

}  // namespace

TEST_CASE("a function is made of whatever can be called so") {
  CHECK(Function<int(int)>(twice)(4) == 8);
  CHECK(Function<int(int)>([](int value) { return value + 1; })(4) == 5);
  CHECK(Function<int(int)>(std::function<int(int)>(twice))(4) == 8);
  // What is given and taken is converted, and a result that nobody asks for is dropped.
  CHECK(Function<std::string(const char*)>([](std::string_view text) { return text.data(); })("hi") == "hi");
  int calls = 0;
  const Function<void()> counting = [&calls] { return ++calls; };
  counting();
  CHECK(calls == 1);
}

TEST_CASE("a function made of nothing is empty") {
  int (*none)(int) = nullptr;
  CHECK(!Function<int(int)>());
  CHECK(!Function<int(int)>(nullptr));
  CHECK(!Function<int(int)>(none));
  CHECK(!Function<int(int)>(std::function<int(int)>()));
  Function<int(int)> function = twice;
  CHECK(function);
  function = nullptr;
  CHECK(!function);
}

TEST_CASE("copies of a function call the same object, which is gone with the last") {
  auto state = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = state;
  Function<int()> first = [state = std::move(state), own = 0]() mutable { return ++*state + 10 * ++own; };
  Function<int()> second = first;
  CHECK(first() == 11);
  CHECK(second() == 22);
  first = nullptr;
  CHECK(second() == 33);
  CHECK(!watched.expired());
  second = nullptr;
  CHECK(watched.expired());
}

TEST_CASE("a function takes what cannot be copied, as an argument and as itself") {
  const Function<int(std::unique_ptr<int>)> function = [own = std::make_unique<int>(1)](std::unique_ptr<int> given) {
    return *own + *given;
  };
  CHECK(function(std::make_unique<int>(2)) == 3);
}
