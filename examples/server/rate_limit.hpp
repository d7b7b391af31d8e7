#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>
#include <string_view>

namespace server {

/// How many requests each token may send: so many a second, and a second's worth at once. Used by the loop's thread.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes one request of a token into account.
  /// @param per_second  above 0
  /// @return how many seconds to wait before the next would be taken; 0: this one is
  int take(std::string_view name, double per_second, Clock::time_point now) {
    const double most = std::max(per_second, 1.0);
    auto found = buckets_.find(name);
    if (found == buckets_.end()) found = buckets_.emplace(std::string(name), Bucket{most, now}).first;
    Bucket& bucket = found->second;
    const double elapsed = std::chrono::duration<double>(now - bucket.at).count();
    bucket = {std::min(most, bucket.left + elapsed * per_second), now};
    if (bucket.left >= 1) {
      bucket.left -= 1;
      return 0;
    }
    return static_cast<int>(std::ceil((1 - bucket.left) / per_second));
  }

 private:
  struct Bucket {
    double left;
    Clock::time_point at;
  };

  std::map<std::string, Bucket, std::less<>> buckets_;  // as many as there are tokens
};

}  // namespace server
