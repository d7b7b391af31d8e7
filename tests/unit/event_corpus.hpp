// tests/data/events.ndjson: the public API's example events with their types put right, and more, so that every kind is
// there; one event a line.

#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

inline std::string read_test_data(const std::string& name) {
  const std::string here = __FILE__;
  std::ifstream file(here.substr(0, here.find_last_of("/\\")) + "/../data/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline const std::vector<std::string>& event_corpus() {
  static const std::vector<std::string> events = [] {
    std::vector<std::string> lines;
    const std::string text = read_test_data("events.ndjson");
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      lines.push_back(text.substr(begin, end - begin));
    }
    return lines;
  }();
  return events;
}
