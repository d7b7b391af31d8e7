# Makes a function of a text: cmake -DFROM=openapi.json -DTO=openapi_json.hpp -DNAME=openapi_json -P embed.cmake
#
# In pieces: a compiler need not take a literal of more than 65,536 bytes.

file(READ "${FROM}" text)
string(LENGTH "${text}" length)
set(piece_length 16000)
set(at 0)
set(pieces "")
while(at LESS length)
  string(SUBSTRING "${text}" ${at} ${piece_length} piece)
  string(APPEND pieces "  text.append(R\"~~~(${piece})~~~\");\n")
  math(EXPR at "${at} + ${piece_length}")
endwhile()
file(WRITE "${TO}.new" "#pragma once

#include <string>

namespace server {

inline std::string ${NAME}() {
  std::string text;
  text.reserve(${length});
${pieces}  return text;
}

}  // namespace server
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different "${TO}.new" "${TO}")
file(REMOVE "${TO}.new")
