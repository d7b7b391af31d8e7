// How texts are used outside of hot.cpp: by pointer and size, one value each. As the C++ library is
// written, std::string gives a std::string_view, which comes back through memory, and takes one by reference, for which
// it has to lie there: at a thousand places, which are 3 KB of the module, compressed. It knows the C++ library of
// Emscripten 3.1 from within; with any other it does nothing. Before all that uses texts.

#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#if defined(__EMSCRIPTEN__) && defined(_LIBCPP_VERSION) && _LIBCPP_VERSION == 13000

namespace std {

template <>
[[gnu::noinline]] inline const char* string::data() const noexcept {
  return __get_pointer();
}

template <>
[[gnu::noinline]] inline string::size_type string::size() const noexcept {
  return __is_long() ? __get_long_size() : __get_short_size();
}

template <>
[[gnu::always_inline]] inline bool string::empty() const noexcept {
  return size() == 0;
}

template <>
[[gnu::always_inline]] inline string::operator string_view() const noexcept {
  return {data(), size()};
}

template <>
template <>
[[gnu::always_inline]] inline string::basic_string(const string_view& text) : basic_string(text.data(), text.size()) {}

template <>
template <>
[[gnu::always_inline]] inline string& string::operator=(const string_view& text) {
  return assign(text.data(), text.size());
}

template <>
template <>
[[gnu::always_inline]] inline string& string::assign(const string_view& text) {
  return assign(text.data(), text.size());
}

template <>
template <>
[[gnu::always_inline]] inline string& string::append(const string_view& text) {
  return append(text.data(), text.size());
}

template <>
[[gnu::always_inline]] constexpr string_view string_view::substr(size_type from, size_type count) const {
  if (from > size()) abort();
  const size_type rest = size() - from;
  return {data() + from, count < rest ? count : rest};
}

}  // namespace std

#endif
