// daemon/app/board.cpp - Keeps the newest word of each subject.
#include "app/board.h"

#include <algorithm>

namespace parkwatch::app {

http::Site site_of(const config::Config& config) {
  const Plant& plant = *config.plant;
  http::Site site{plant.calendar, config.positions, groups_of(plant)};
  for (const GateSpec& gate : plant.gates.gates) site.gates.insert(gate.name);
  return site;
}

void Board::problem(const std::string& subject, std::string sentence, bool grave) {
  const std::lock_guard lock{mutex_};
  if (subject == "store") status_.store_fault = sentence;
  if (sentence.empty()) {
    problems_.erase(subject);
  } else {
    problems_.insert_or_assign(subject, Problem{std::move(sentence), grave});
  }
}

void Board::ready(bool is_ready) {
  const std::lock_guard lock{mutex_};
  ready_ = is_ready;
}

void Board::plant(std::string hash) {
  const std::lock_guard lock{mutex_};
  status_.plant = std::move(hash);
}

void Board::sources(std::vector<http::SourceStatus> sources) {
  const std::lock_guard lock{mutex_};
  status_.sources = std::move(sources);
}

void Board::committed(const Facts& facts, std::uint64_t bytes, std::uint64_t last_sequence) {
  const std::lock_guard lock{mutex_};
  status_.messages += facts.counts.messages;
  status_.readings += facts.readings.size();
  status_.duplicates += facts.counts.duplicates;
  status_.refusals += facts.refusals.size();
  status_.transitions += facts.transitions.size();
  status_.commits += 1;
  status_.commit_bytes += bytes;
  status_.last_sequence = last_sequence;
}

void Board::outbox(std::size_t pending) {
  const std::lock_guard lock{mutex_};
  status_.outbox_pending = pending;
}

void Board::site(http::Site site) {
  const std::lock_guard lock{mutex_};
  site_ = std::move(site);
}

void Board::view(PlantViewPtr view) {
  const std::lock_guard lock{mutex_};
  view_ = std::move(view);
}

PlantViewPtr Board::view() const {
  const std::lock_guard lock{mutex_};
  return view_;
}

http::Site Board::site() const {
  const std::lock_guard lock{mutex_};
  return site_;
}

http::Health Board::health() const {
  const std::lock_guard lock{mutex_};
  http::Health health;
  health.healthy = problems_.empty();
  health.ready = ready_ && std::none_of(problems_.begin(), problems_.end(),
                                        [](const auto& entry) { return entry.second.grave; });
  for (const auto& [subject, problem] : problems_) health.problems.push_back(problem.sentence);
  return health;
}

http::Status Board::status() const {
  const std::lock_guard lock{mutex_};
  http::Status status = status_;
  for (const auto& [subject, problem] : problems_) status.problems.push_back(problem.sentence);
  return status;
}

}  // namespace parkwatch::app
