// By when an attempt of libcurl's has to be over, also where the process stands still meanwhile.

#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::net {

/// The end of a transfer's time. Stays where it is, since libcurl is told where.
class CurlDeadline {
 public:
  /// Has it looked at before each request of a handle.
  void watch(CURL* easy) {
#if LIBCURL_VERSION_NUM >= 0x075000
    // libcurl counts a timeout from when it takes a transfer up; who stands still before that sends nothing either.
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
#else
    static_cast<void>(easy);
#endif
  }

  /// @param until  in milliseconds of std::chrono::steady_clock
  void begin(std::int64_t until) noexcept {
    until_ = until;
    is_late_ = false;
  }

  /// Gives a transfer as much time as is left, and no more than it may take.
  void limit(CURL* easy, int timeout_ms) const {
    const std::int64_t left = (std::max)(until_ - steady_ms(), std::int64_t{1});
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>((std::min)(left, std::int64_t{timeout_ms})));
  }

  /// Whether a request was not made since its time was over.
  bool is_late() const noexcept { return is_late_; }

 private:
  static std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
  }
#if LIBCURL_VERSION_NUM >= 0x075000
  static int before_request(void* self, char*, char*, int, int) {
    auto& deadline = *static_cast<CurlDeadline*>(self);
    deadline.is_late_ = steady_ms() >= deadline.until_;
    return deadline.is_late_ ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
  }
#endif

  std::int64_t until_ = 0;
  bool is_late_ = false;
};

}  // namespace detail::net
NOTIFIER_NAMESPACE_END
