// daemon/app/told_fault.cpp - A line in a file: the time, and why.
#include "app/told_fault.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>

namespace parkwatch::app {

ToldFault::ToldFault(const std::string& state_directory,
                     std::function<void(std::function<void()>)> run)
    : path_(state_directory + "/told-fault"), run_(std::move(run)) {}

// A full disk may take the name and not the line: that it is there is what counts.
std::optional<ToldFault::Told> ToldFault::earlier(Timestamp now) {
  std::error_code ec;
  stands_ = kept_ = std::filesystem::exists(path_, ec);
  if (!kept_) return std::nullopt;
  std::ifstream file{path_};
  std::string time;
  Told told;
  std::getline(file, time, ' ');
  std::getline(file, told.fault);
  told.since = parse_rfc3339(time).value_or(now);
  return told;
}

void ToldFault::changed(const std::string& fault, Timestamp at) {
  stands_ = !fault.empty();
  if (!stands_ || std::exchange(kept_, true)) return;
  // The disk may be lost with the store: then the next start cannot know.
  run_([path = path_, line = to_rfc3339(at) + ' ' + fault + '\n'] { std::ofstream{path} << line; });
}

void ToldFault::tick(const std::function<bool()>& untold) {
  if (!kept_ || stands_ || untold()) return;
  kept_ = false;
  run_([path = path_] { ::unlink(path.c_str()); });
}

}  // namespace parkwatch::app
