// daemon/http/metrics.h - The daemon's numbers for Prometheus, under their names. Thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "model/facts.h"
#include "model/time.h"

namespace prometheus {
class Registry;
}

namespace parkwatch::http {

// One for the process, owned by `app`; any thread may call anything. Names and units follow
// Prometheus' conventions (base units, `_total` for counters; `promtool check metrics` is part of
// the tests) and are listed in docs/api.md. Labels have bounded values only: never a tag, a topic
// or a path.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] std::shared_ptr<prometheus::Registry> registry() const;
  // The text exposition format 0.0.4 of everything, the process's own numbers read now.
  [[nodiscard]] std::string text() const;

  // The writer, after each commit (`bytes` of the readings block as stored, `took` by a steady
  // clock).
  void committed(const Facts& facts, std::uint64_t bytes, Duration took);
  void commit_failed();
  // 1 while commits work, 0 from the first failed one until the next that works.
  void set_store_working(bool working);
  void set_store_bytes(std::uint64_t bytes);  // database and WAL

  // Places in which the replay at the start differed from what is stored.
  void replay_differed(std::uint64_t places);

  struct SourceNumbers {
    bool connected = false;
    bool paused = false;
    std::size_t held_acks = 0;
    Duration oldest_held{0};
    std::uint64_t connects = 0;  // since the driver was made: less than before means a new one
  };
  // A source; `name` as configured. Call when it changes or every second.
  void set_source(const std::string& name, const SourceNumbers& numbers);
  // A source is no longer configured: its numbers leave /metrics.
  void remove_source(const std::string& name);

  void set_intake(std::size_t inputs_held, std::size_t bytes_held);
  void set_tags(std::size_t known);
  void set_outbox_pending(std::size_t rows);
  void alert_delivered();
  void set_alert_failures(std::uint64_t since_start);
  // A receiver confirmed a raise so long after it; `receiver` as configured.
  void raise_told(const std::string& receiver, Duration wait);

  // The HTTP server itself.
  void http_answered(unsigned status, Duration took);
  void set_http_connections(std::size_t open);
  void http_refused_connection();

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace parkwatch::http
