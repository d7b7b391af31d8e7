// Times two ways of doing the same work, alternately in one process, and reports the ratio of the medians: what is left
// of the machine's mood after that is small.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace bench {

using Work = std::function<void()>;

/// Keeps the compiler from dropping a result.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

struct Row {
  std::string measure;
  double ours = 0;  ///< median, in `unit`
  double peer = 0;  ///< median; 0: measured against a fixed bound only
  std::string unit = "ns";
  std::string peer_name;
  double must = 0;  ///< the least (or, where lower_is_better, the greatest) ratio or figure that counts as met
  double aim = 0;
  bool lower_is_better = false;

  /// What is judged: peer / ours, or ours / peer where less is better, or ours itself where there is no peer.
  double figure() const {
    if (peer == 0) return ours;
    return lower_is_better ? ours / peer : peer / ours;
  }
  const char* met() const {
    if (must == 0) return "-";
    auto holds = [this](double bound) { return lower_is_better ? figure() <= bound : figure() >= bound; };
    return holds(aim) ? "aim" : holds(must) ? "must" : "NO";
  }
};

inline double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

inline double nanoseconds(const Work& work) {
  auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

struct Medians {
  double ours, peer;
};

/// Runs both in turn, `rounds` times each, after one warm-up of each; gives nanoseconds per operation.
/// @param ours_ops, peer_ops  how many operations one call of the work does
inline Medians alternate(const Work& ours, double ours_ops, const Work& peer, double peer_ops, int rounds = 15) {
  ours();
  peer();
  std::vector<double> a, b;
  for (int i = 0; i < rounds; ++i) {
    a.push_back(nanoseconds(ours) / ours_ops);
    b.push_back(nanoseconds(peer) / peer_ops);
  }
  return {median(a), median(b)};
}

class Report {
 public:
  void add(Row row) {
    std::fprintf(stderr, "  %-58s %10.1f %-3s", row.measure.c_str(), row.ours, row.unit.c_str());
    if (row.peer != 0) std::fprintf(stderr, "  peer %10.1f  ratio %6.2f", row.peer, row.figure());
    std::fprintf(stderr, "\n");
    rows_.push_back(std::move(row));
  }

  void print() const {
    std::printf(
        "\n| measure | ours | peer | ratio | must | aim | met |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (const Row& row : rows_) {
      std::printf("| %s | %.4g %s | ", row.measure.c_str(), row.ours, row.unit.c_str());
      if (row.peer != 0) {
        std::printf("%.4g %s (%s) | %.2f | ", row.peer, row.unit.c_str(), row.peer_name.c_str(), row.figure());
      } else {
        std::printf("- | - | ");
      }
      if (row.must != 0) {
        std::printf("%s %.4g | %.4g | %s |\n", row.lower_is_better ? "<=" : ">=", row.must, row.aim, row.met());
      } else {
        std::printf("- | - | - |\n");
      }
    }
  }

  bool write_json(const char* path) const {
    std::FILE* file = std::fopen(path, "w");
    if (file == nullptr) return false;
    std::fprintf(file, "[");
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      std::fprintf(
          file,
          "%s\n{\"measure\":\"%s\",\"unit\":\"%s\",\"ours\":%.6g,\"peer\":%.6g,\"peer_name\":\"%s\",\"figure\":%.6g,",
          i ? "," : "", row.measure.c_str(), row.unit.c_str(), row.ours, row.peer, row.peer_name.c_str(), row.figure());
      std::fprintf(file, "\"must\":%.6g,\"aim\":%.6g,\"met\":\"%s\"}", row.must, row.aim, row.met());
    }
    std::fprintf(file, "\n]\n");
    return std::fclose(file) == 0;
  }

 private:
  std::vector<Row> rows_;
};

}  // namespace bench
