// The rows of the table of results: printed as they come, kept as JSON for table.py.

#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// What a ratio must be at least (or at most), and what it aims to be. Zero: nothing is asked of it.
struct Bounds {
  double must = 0;
  double aim = 0;
  bool at_most = false;
};

struct Row {
  std::string measure;
  double ours = 0;
  std::string unit = "ns";
  double peer = 0;  ///< 0: there is none, and what is judged is `ours`
  std::string peer_name;
  Bounds bounds;

  /// What is judged: how many times the peer takes; where it must be at most something, how many times we take.
  double figure() const {
    if (peer == 0) return ours;
    return bounds.at_most ? ours / peer : peer / ours;
  }
};

class Report {
 public:
  void add(Row row) {
    std::fprintf(stderr, row.peer != 0 ? "%8.2f  " : "          ", row.figure());
    std::fprintf(stderr, "%-62s %11.1f %s", row.measure.c_str(), row.ours, row.unit.c_str());
    if (row.peer != 0) std::fprintf(stderr, ", %.1f %s", row.peer, row.peer_name.c_str());
    std::fprintf(stderr, "\n");
    rows_.push_back(std::move(row));
  }
  /// Ours beside a peer's, in nanoseconds.
  void compare(const std::string& measure, double ours, double peer, const std::string& name, Bounds bounds = {}) {
    add({measure, ours, "ns", peer, name, bounds});
  }
  void figure(const std::string& measure, double ours, const std::string& unit, Bounds bounds = {}) {
    add({measure, ours, unit, 0, "", bounds});
  }

  /// @param path  nullptr: nowhere
  bool write_json(const char* path) const {
    if (path == nullptr) return true;
    std::FILE* const file = std::fopen(path, "w");
    if (file == nullptr) return false;
    std::fprintf(file, "[");
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      std::fprintf(file, "%s\n{\"measure\":\"%s\",\"unit\":\"%s\",\"ours\":%.6g", i != 0 ? "," : "",
                   row.measure.c_str(), row.unit.c_str(), row.ours);
      if (row.peer != 0) {
        std::fprintf(file, ",\"peer\":%.6g,\"peer_name\":\"%s\",\"ratio\":%.6g", row.peer, row.peer_name.c_str(),
                     row.figure());
      }
      if (row.bounds.must != 0) {
        std::fprintf(file, ",\"must\":%.6g,\"aim\":%.6g,\"at_most\":%s", row.bounds.must, row.bounds.aim,
                     row.bounds.at_most ? "true" : "false");
      }
      std::fprintf(file, "}");
    }
    std::fprintf(file, "\n]\n");
    return std::fclose(file) == 0;
  }

 private:
  std::vector<Row> rows_;
};

}  // namespace bench
