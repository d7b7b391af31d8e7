#pragma once

#include <string>
#include <string_view>

namespace server {

/// Who asks for something, and by which request; as logs have it.
struct Asker {
  std::string request_id;
  std::string token;   ///< its name; empty: there is none
  std::string client;  ///< its address; empty: the server itself
};

/// Whether what a client calls its request may stand in logs and in the answer.
inline bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=@") ==
             std::string_view::npos;
}

}  // namespace server
