// daemon/http/process.cpp - /proc/self, getrusage.
#include "http/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace parkwatch::http {
namespace {

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

std::uint64_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (!(statm >> pages >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Seconds since 1970 at which the machine booted.
double boot_seconds() {
  std::ifstream stat{"/proc/stat"};
  std::string word;
  double boot = 0;
  while (stat >> word) {
    if (word == "btime" && stat >> boot) return boot;
    stat.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace

ProcessNumbers process_numbers() {
  ProcessNumbers numbers;
  numbers.resident_bytes = resident_bytes();
  std::error_code failed;
  for (std::filesystem::directory_iterator at{"/proc/self/fd", failed}, end; at != end;
       at.increment(failed)) {
    ++numbers.open_files;
    if (failed) break;
  }
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    numbers.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return numbers;
}

double process_start_seconds() {
  std::ifstream stat{"/proc/self/stat"};
  // The second field is the name in parentheses and may hold anything; start time is the 22nd.
  stat.ignore(std::numeric_limits<std::streamsize>::max(), ')');
  std::string skipped;
  constexpr int fields_between = 22 - 3;
  for (int i = 0; i < fields_between; ++i) stat >> skipped;
  double ticks = 0;
  if (!(stat >> ticks)) return 0;
  return boot_seconds() + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace parkwatch::http
