#pragma once

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "prometheus_text.hpp"

namespace server {

/// What the system says of this process, under the names that Prometheus' own libraries use. Left out where it says
/// nothing.
inline void write_process_figures(PrometheusText& out, double started_at) {
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    out.family("process_cpu_seconds_total", "counter", "Time of all processors, in the program and for it.");
    out.sample("process_cpu_seconds_total", {}, seconds(used.ru_utime) + seconds(used.ru_stime));
  }
  out.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.", started_at);
  if (std::FILE* const file = std::fopen("/proc/self/statm", "re")) {
    unsigned long all = 0;
    unsigned long resident = 0;
    if (std::fscanf(file, "%lu %lu", &all, &resident) == 2) {
      const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
      out.gauge("process_resident_memory_bytes", "Memory that is in use.", std::uint64_t{resident} * page);
    }
    std::fclose(file);
  }
  if (DIR* const folder = opendir("/proc/self/fd")) {
    std::uint64_t count = 0;
    while (readdir(folder) != nullptr) ++count;
    closedir(folder);
    out.gauge("process_open_fds", "Descriptors that are open.", count - 3);  // but `.`, `..` and the folder's own
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    out.gauge("process_max_fds", "Descriptors that may be open.", std::uint64_t{limit.rlim_cur});
}

}  // namespace server
