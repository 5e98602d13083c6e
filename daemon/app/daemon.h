// daemon/app/daemon.h - Owns every object and thread of the daemon; the only place that knows
// everything.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <thread>

#include "app/actions_out.h"
#include "app/alerts_out.h"
#include "app/board.h"
#include "app/gates_in.h"
#include "app/gateway_clock.h"
#include "app/line.h"
#include "app/log.h"
#include "app/needs_restart.h"
#include "app/notices_out.h"
#include "app/passing_alarms.h"
#include "app/service_manager.h"
#include "app/shift_reports.h"
#include "app/simulated_clock.h"
#include "app/sources.h"
#include "app/store_faults.h"
#include "app/told_fault.h"
#include "config/config.h"
#include "http/server.h"

namespace parkwatch::app {

struct DaemonOptions {
  std::string config_path;
  // The clock is the messages' own; park and state directory have names of their own then.
  bool simulate = false;
  // For the fault harnesses' own proof only: they must report a loss with these.
  std::string synchronous = "FULL";
  bool acknowledge_early = false;
};

// Prints every diagnostic; null if there is an error.
[[nodiscard]] std::shared_ptr<const config::Config> load_config(
    const std::string& path, Diagnostics& diagnostics,
    config::FileFaults file_faults = config::FileFaults::errors);

// Lives on the thread that calls run(), which is the loop's.
class Daemon {
 public:
  explicit Daemon(DaemonOptions options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Opens, recovers, listens. Errors name what is wrong and what to do.
  [[nodiscard]] Result<Done> start();
  // Until SIGTERM or SIGINT has ended everything in order, or the store turned out to be damaged.
  // The process's exit code.
  [[nodiscard]] int run();
  [[nodiscard]] std::uint16_t http_port() const { return http_->port(); }

 private:
  [[nodiscard]] Result<Done> take_stored_configuration(const Diagnostics& mistakes);
  [[nodiscard]] Result<Done> open_store(const std::string& damage);
  void make_clock();
  // A store that cannot be read back is set aside, and the next one tried.
  [[nodiscard]] Result<pipeline::Pipeline> recover_store();
  [[nodiscard]] Result<pipeline::Pipeline> recover_pipeline();
  void build(pipeline::Pipeline pipeline);
  [[nodiscard]] Result<Done> begin();
  [[nodiscard]] std::shared_ptr<const config::Config> simulated(
      const std::shared_ptr<const config::Config>& config) const;
  void append_first_inputs(bool is_new, const std::string& plant_in_force);
  void append_permits(const std::optional<PermitCommand>& list, const Diagnostics& mistakes);
  void fill_live_view(const pipeline::Pipeline& pipeline);
  [[nodiscard]] std::shared_ptr<const Plant> plant_of(const std::string& hash);
  [[nodiscard]] std::shared_ptr<const Plant> with_decoders(const config::Config& config) const;

  // The writer's thread.
  void on_committed(const store::Batch& batch, const store::CommitInfo& info, Duration took);
  void on_readings_lost(std::uint64_t readings);
  void on_store_fault(const std::string& fault, Timestamp at);
  void log_refusals(const Facts& facts);

  // The loop's thread.
  [[nodiscard]] Result<Done> start_alerts();
  void make_store_faults();
  [[nodiscard]] ToldFault::Waiting who_waits() const;
  void resume_store_fault();
  void tell_store_fault(const std::string& fault, Timestamp at);
  [[nodiscard]] Result<Done> end_stale_store_faults();
  void tell_of_salvage();
  void tell_of_configuration(const std::vector<AlarmEvent>& standing);
  void configuration_mended();
  void end_damaged(const std::string& fault);
  void on_damaged_rows(const std::vector<std::uint64_t>& journals);
  void start_actions();
  void offer_receivers(http::Services& services);
  void start_shift_reports();
  void on_receiver(const notify::ReceiverCondition& condition);
  void await_signals();
  void reload();
  // What a reload has read.
  struct Reloaded {
    std::shared_ptr<const config::Config> config;  // null: it has mistakes
    Diagnostics diagnostics;
    Pseudonym pseudonym;
    std::optional<PermitCommand> permits;  // empty: likewise
    Diagnostics permit_mistakes;
  };
  [[nodiscard]] Reloaded read_again() const;
  void take_reloaded(const Reloaded& reloaded);
  void tick();
  void compare_clocks();
  void watch();
  void stop();
  void finish();

  const DaemonOptions options_;
  ServiceManager service_manager_;
  std::shared_ptr<const config::Config> config_;  // of the loop, once it runs
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_{loop_};
  boost::asio::steady_timer ticks_{loop_};
  boost::asio::steady_timer watchdog_{loop_};
  RateLimit refusal_lines_{10, std::chrono::seconds{10}};  // writer thread

  std::unique_ptr<store::Store> store_;  // until the line has it
  store::Recovered recovered_;
  std::unique_ptr<Clock> clock_;
  GatewayClock* gateway_clock_ = nullptr;      // clock_, unless it is simulated
  SimulatedClock* simulated_clock_ = nullptr;  // clock_, if it is
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Board> board_;
  http::Metrics metrics_;
  http::LiveView live_;
  http::GatesView gates_;
  Pseudonym pseudonym_;
  std::unique_ptr<Line> line_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<StoreFaults> store_faults_;
  std::unique_ptr<ToldFault> told_fault_;
  std::optional<ToldFault::Told> fault_before_;  // that an earlier run told
  std::unique_ptr<PassingAlarms> passing_alarms_;
  std::uint64_t loss_turns_ = 0;  // in which readings gave way, since the start
  std::shared_ptr<const config::Config> started_with_;
  std::unique_ptr<AlertsOut> alerts_;
  std::unique_ptr<NoticesOut> notices_;
  std::unique_ptr<ShiftReports> shift_reports_;
  std::unique_ptr<ActionsOut> actions_;
  std::vector<AlarmEvent> commands_;  // of an earlier run, until actions_ has them
  std::unique_ptr<http::Server> http_;
  boost::asio::thread_pool jobs_{1};  // reads files for a reload, writes that of told_fault_
  std::thread stopper_;               // joins the line while the loop still turns
  bool stopping_ = false;
  std::optional<OwnCondition> configuration_fault_;  // the stored one runs
  std::optional<OwnCondition> token_fault_;          // until the next start
  bool store_is_damaged_ = false;
  std::optional<PassingAlarms::Time> salvage_told_until_;
  std::uint64_t pipeline_turns_seen_ = 0;
  std::uint64_t writer_turns_seen_ = 0;
};

}  // namespace parkwatch::app
