// daemon/app/told_fault.cpp - A file: the time and why in its first line, then a line for each who
// has heard. A fault begins it anew; then it only grows until it goes, since a full disk may take
// nothing.
#include "app/told_fault.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace parkwatch::app {
namespace {

// A full disk took no more than the name of the file, if that, and may take it all by now.
bool has_nothing(const std::string& path) {
  std::error_code ec;
  const auto bytes = std::filesystem::file_size(path, ec);
  return ec || bytes == 0;
}

}  // namespace

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
  first_line_ = to_rfc3339(told.since) + ' ' + told.fault + '\n';
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
  first_line_ = to_rfc3339(at) + ' ' + fault + '\n';
  run_([path = path_, line = first_line_] { std::ofstream{path} << line; });
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
    std::string all = first_line_;
    for (const std::string& name : heard_) all += name + '\n';
    run_([path = path_, news = std::move(news), all = std::move(all)] {
      const bool anew = has_nothing(path);
      std::ofstream{path, std::ios::app} << (anew ? all : news);
    });
  }
}

}  // namespace parkwatch::app
