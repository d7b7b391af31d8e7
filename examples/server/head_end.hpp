// Where the head of a request ends in what has come so far.

#pragma once

#include <cstddef>
#include <string>

namespace server {

class HeadEnd {
 public:
  enum class Found { nothing, head, bare_line_feed, too_much };

  /// Looks at what has come since the last call. An empty line before the request is taken away: it is nobody's (RFC
  /// 9112, 2.2). A line ends in CR LF, no less: Beast waits for that, others take a bare LF for an end.
  /// @param most  the longest head, in bytes
  Found look(std::string& input, std::size_t most) {
    if (looked_at_ < 2 && input.compare(0, 2, "\r\n") == 0) {
      input.erase(0, 2);
      looked_at_ = 0;
    }
    for (std::size_t line_feed; (line_feed = input.find('\n', looked_at_)) != std::string::npos;) {
      looked_at_ = line_feed + 1;
      if (line_feed == 0 || input[line_feed - 1] != '\r') return Found::bare_line_feed;
      if (line_feed < 3 || input.compare(line_feed - 3, 4, "\r\n\r\n") != 0) continue;
      return looked_at_ > most ? Found::too_much : Found::head;
    }
    looked_at_ = input.size();
    return looked_at_ > most ? Found::too_much : Found::nothing;
  }
  /// How long the head is that was found, in bytes.
  std::size_t size() const { return looked_at_; }

 private:
  std::size_t looked_at_ = 0;
};

}  // namespace server
