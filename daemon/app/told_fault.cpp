// daemon/app/told_fault.cpp - A file: the time and why in its first line, then a line for each who
// has heard. It only grows until it goes, since a full disk may take nothing.
#include "app/told_fault.h"

#include <unistd.h>

#include <algorithm>
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
  for (std::string name; std::getline(file, name);) heard_.insert(name);
  told.heard = heard_;
  return told;
}

void ToldFault::changed(const std::string& fault, Timestamp at) {
  const bool stood = std::exchange(stands_, !fault.empty());
  if (!stands_ || stood) return;
  kept_ = true;
  heard_.clear();
  // The disk may be lost with the store: then the next start cannot know.
  run_([path = path_, line = to_rfc3339(at) + ' ' + fault + '\n'] { std::ofstream{path} << line; });
}

void ToldFault::tick(const std::function<Waiting()>& waiting) {
  if (!kept_) return;
  std::string news;
  bool all_heard = true;
  for (const auto& [name, waits] : waiting()) {
    all_heard &= !waits;
    if (!waits && heard_.insert(name).second) news += name + '\n';
  }
  if (!stands_ && all_heard) {
    kept_ = false;
    run_([path = path_] { ::unlink(path.c_str()); });
  } else if (!news.empty()) {
    run_([path = path_, news = std::move(news)] { std::ofstream{path, std::ios::app} << news; });
  }
}

}  // namespace parkwatch::app
