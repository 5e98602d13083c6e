// daemon/app/sources.h - The drivers of all configured sources. Lives on the loop's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/retry.h"
#include "config/config.h"
#include "drivers/driver.h"
#include "http/metrics.h"
#include "http/server.h"
#include "intake/intake.h"

namespace parkwatch::app {

// The decoders of a configuration, by SourceId.
[[nodiscard]] std::vector<std::shared_ptr<Decoder>> make_decoders(const config::Config& config);
[[nodiscard]] std::vector<std::size_t> windows_of(const config::Config& config);

class Sources {
 public:
  using Log = std::function<void(const std::string&)>;
  // `acknowledge_early`: for a fault harness's own proof only.
  Sources(boost::asio::io_context& loop, Intake& intake, Clock& clock, std::string park,
          bool acknowledge_early, Log log);

  // Starts what is new, restarts what changed, ends what is gone; an unchanged source keeps its
  // connection. One that cannot start (a password or key that cannot be read) is lost, with the
  // reason, and tried again. Errors: refused - a source would get another number while messages of
  // it may be on their way.
  [[nodiscard]] Result<Done> apply(const config::Config& config);
  // Whether apply() would accept it.
  [[nodiscard]] Result<Done> check(const config::Config& config) const;

  // Tries what could not start again, once its time has come; as often as likes.
  void retry(Retry::SteadyTime now);
  // The same at once: a reload.
  void retry_now();

  void committed(std::uint64_t sequence);
  void flow(bool open);
  void stop_reading();
  void stop(std::function<void()> done);

  [[nodiscard]] std::vector<http::SourceStatus> status();
  void measure(http::Metrics& metrics) const;

 private:
  struct Source {
    config::SourceConfig config;
    std::unique_ptr<Driver> driver;
    bool was_connected = false;
    Timestamp since;
    std::string failure;  // why it could not start; empty: it did
    Retry retry;
  };
  void begin(std::size_t at);
  void try_to_start(std::size_t at, Retry::SteadyTime now);
  void end(std::unique_ptr<Driver> driver);

  boost::asio::io_context& loop_;
  Intake& intake_;
  Clock& clock_;
  const std::string park_;
  const bool acknowledge_early_;
  const Log log_;
  std::vector<Source> sources_;  // by SourceId
  bool open_ = true;
  bool reading_stopped_ = false;
};

}  // namespace parkwatch::app
