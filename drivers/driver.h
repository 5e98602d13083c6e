// drivers/driver.h - The seam to every source of data: a driver takes raw messages from one peer or
// bus and appends them to the intake. It decides nothing about them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "intake/intake.h"
#include "model/decoder.h"
#include "model/diagnostic.h"
#include "model/result.h"
#include "model/settings.h"

namespace boost::asio {
class io_context;
}

namespace parkwatch {

// For `status` and the metrics. Times by the system's steady clock are given as ages.
struct DriverStatus {
  bool connected = false;
  std::string detail;          // "connected to 10.0.0.5:8883", or the last error as it was said
  std::uint64_t messages = 0;  // handed to the intake
  std::uint64_t held_acknowledgements = 0;
  Duration oldest_held{0};  // age of the oldest held acknowledgement
  std::uint64_t connects = 0;
  std::uint64_t qos0_messages = 0;  // arrived without delivery guarantee
  std::uint64_t oversized_messages = 0;
  std::uint64_t window = 0;  // messages that the peer sends ahead of our acknowledgement
};

// Built on the loop's thread; every call comes from there, except status().
class Driver {
 public:
  virtual ~Driver() = default;
  // Begins to connect; never waits. Errors: permanent - not with these files (said by check
  // already); another driver is made and started later.
  virtual Result<Done> start() = 0;
  // First step of a graceful stop: reads nothing more from the peer, still acknowledges what is
  // committed.
  virtual void stop_reading() = 0;
  // Last step, after the final commit: lets the acknowledgements go, disconnects. `done` is called
  // on the loop, at the latest after 5 s.
  virtual void stop(std::function<void()> done) = 0;
  virtual void committed(std::uint64_t sequence) = 0;
  virtual void flow(bool open) = 0;
  [[nodiscard]] virtual DriverStatus status() const = 0;  // any thread
};

// What app gives a driver to live with.
struct DriverContext {
  boost::asio::io_context& loop;
  Intake& intake;
  SourceId source = 0;
  std::string source_name;
  std::string park;
  // For a fault harness's own proof only: acknowledge before anything is safe.
  bool acknowledge_early = false;
  std::function<void(std::string)> log;  // one line, already without secrets; any thread
};

// A protocol by name. `check` reports every mistake of a [[source]] table; `decoder` and `make` may
// then rely on it. All read the same table.
struct DriverEntry {
  std::string_view name;  // the value of `driver = "..."`
  void (*check)(const SettingsTable& table, Diagnostics& out);
  std::shared_ptr<Decoder> (*decoder)(const SettingsTable& table);
  std::unique_ptr<Driver> (*make)(const SettingsTable& table, DriverContext context);
  // Messages that the peer sends ahead of an acknowledgement: a batch ends at half of it. 0: no
  // bound.
  std::size_t (*window)(const SettingsTable& table);
};

// drivers/table.cpp
[[nodiscard]] const std::vector<DriverEntry>& driver_table();
[[nodiscard]] const DriverEntry* find_driver(std::string_view name);
// config::DriverCheck: a [[source]] by its driver (unknown ones are told), or "alerts" for
// [alerts].
void check_driver(const std::string& driver, const SettingsTable& table, Diagnostics& out);

}  // namespace parkwatch
