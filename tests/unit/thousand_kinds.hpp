// A vocabulary as large as a big host's: many kinds of two wordings each, as JSON.

#pragma once

#include <string>

inline std::string thousand_kinds(int count = 1000) {
  std::string json = R"({"standard":false,"event_kinds":[)";
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    json +=
        (i == 0 ? "" : ",") + std::string(R"({"type":"kind_)") + n + R"(","wordings":[{"when":"level=critical",)" +
        R"("severity":"error","title":"{furnace} )" + n +
        R"( is overheating","sentence":"{furnace} is at {temperature} C[ since {since:time}].",)" +
        R"("fields":"Limit: {limit}; Operator: {operator}","link":"{panel:link}"},{"severity":"warning","title":"t"}]})";
  }
  return json + "]}";
}
