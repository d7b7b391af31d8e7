# Makes a header of a text: cmake -DFROM=openapi.json -DTO=openapi_json.hpp -DNAME=openapi_json -P embed.cmake

file(READ "${FROM}" text)
file(WRITE "${TO}.new" "#pragma once

#include <string_view>

namespace server {

inline constexpr std::string_view ${NAME} = R\"~~~(${text})~~~\";

}  // namespace server
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different "${TO}.new" "${TO}")
file(REMOVE "${TO}.new")
