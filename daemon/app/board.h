// daemon/app/board.h - What the daemon knows of its own state, for /healthz and `status`.
// Thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/config.h"
#include "http/server.h"
#include "model/facts.h"

namespace parkwatch::app {

// What reports and commands need of a configuration.
[[nodiscard]] http::Site site_of(const config::Config& config);

class Board {
 public:
  explicit Board(http::Status fixed) : status_(std::move(fixed)) {}

  // One sentence a subject, e.g. ("store", "the store cannot commit: disk full"); empty: it is well
  // again. A problem that is `grave` makes the daemon not ready.
  void problem(const std::string& subject, std::string sentence, bool grave = false);
  void ready(bool is_ready);
  void plant(std::string hash);
  void sources(std::vector<http::SourceStatus> sources);
  void committed(const Facts& facts, std::uint64_t bytes, std::uint64_t last_sequence);
  void outbox(std::size_t pending);
  void site(http::Site site);
  void view(PlantViewPtr view);

  [[nodiscard]] http::Health health() const;
  // Without what others know better: now, intake_*.
  [[nodiscard]] http::Status status() const;
  [[nodiscard]] http::Site site() const;
  [[nodiscard]] PlantViewPtr view() const;

 private:
  struct Problem {
    std::string sentence;
    bool grave = false;
  };
  mutable std::mutex mutex_;  // protects all below
  http::Status status_;
  http::Site site_;
  PlantViewPtr view_ = std::make_shared<const PlantView>();
  std::map<std::string, Problem> problems_;
  bool ready_ = false;
};

}  // namespace parkwatch::app
