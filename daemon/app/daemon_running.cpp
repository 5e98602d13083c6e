// daemon/app/daemon_running.cpp - What happens while it runs: commits, ticks, signals, reloads.
#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>

#include "app/daemon.h"
#include "config/gates.h"
#include "spdlog/logger.h"

namespace parkwatch::app {
namespace {

constexpr auto tick_every = std::chrono::seconds{1};

}  // namespace

// --- the writer's thread -------------------------------------------------------------------------

void Daemon::on_committed(const store::Batch& batch, const store::CommitInfo& info, Duration took) {
  live_.apply(batch.facts);
  gates_.apply(batch.facts.gates);
  metrics_.committed(batch.facts, info.bytes, took);
  board_->committed(batch.facts, info.bytes, batch.last_sequence);
  log_refusals(batch.facts);
  for (const AlarmEvent& event : batch.facts.transitions) {
    logger().debug("alarm {} {} {} {}", event.rule, event.tag, to_text(event.kind),
                   to_text(event.level));
  }
  // Posted before the intake tells the sources, so that an alert is on its way first.
  boost::asio::post(loop_, [this, transitions = batch.facts.transitions,
                            sequence = batch.last_sequence]() mutable {
    if (!transitions.empty()) {
      actions_->committed(transitions);
      // The broker first: it is what is measured in milliseconds.
      std::vector<AlarmEvent> for_receivers;
      if (notices_->active()) {
        for_receivers = transitions;
      } else {
        notices_->passed(transitions.back().journal);
      }
      alerts_->committed(std::move(transitions));
      if (!for_receivers.empty()) notices_->committed(for_receivers);
    }
    http_->committed();
    sources_->committed(sequence);
  });
}

void Daemon::on_store_fault(const std::string& fault, Timestamp at) {
  metrics_.set_store_working(fault.empty());
  boost::asio::post(loop_, [this, fault, at] { tell_store_fault(fault, at); });
}

void Daemon::log_refusals(const Facts& facts) {
  for (const Refusal& refusal : facts.refusals) {
    std::size_t held_back = 0;
    const bool may = refusal_lines_.may(refusal.receive_time, held_back);
    if (held_back != 0) logger().warn("{} more messages were refused, see quarantine", held_back);
    if (!may) continue;
    logger().warn("refused a message of {} on {}: {}: {}", refusal.source, refusal.topic,
                  to_text(refusal.reason), refusal.detail);
  }
}

// --- the loop's thread ---------------------------------------------------------------------------

void Daemon::await_signals() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      reload();
    } else {
      stop();
    }
    if (!loop_.stopped()) await_signals();
  });
}

// Files are read on a thread of their own: the loop holds acknowledgements and pings.
void Daemon::reload() {
  if (stopping_) return;
  logger().info("reloading {}", options_.config_path);
  boost::asio::post(jobs_, [this] {
    boost::asio::post(loop_, [this, reloaded = read_again()] {
      if (!stopping_) take_reloaded(reloaded);
    });
  });
}

Daemon::Reloaded Daemon::read_again() const {
  Reloaded reloaded;
  auto config = simulated(load_config(options_.config_path, reloaded.diagnostics));
  if (config == nullptr) return reloaded;
  auto pseudonym = make_pseudonym(*config);
  if (!pseudonym.ok()) {
    reloaded.diagnostics.push_back(
        {Diagnostic::Severity::error, {}, "gates.key_file", pseudonym.error().message});
    return reloaded;
  }
  reloaded.pseudonym = std::move(*pseudonym);
  reloaded.permits = config::read_permit_list(*config, reloaded.permit_mistakes);
  reloaded.config = std::move(config);
  return reloaded;
}

void Daemon::take_reloaded(const Reloaded& reloaded) {
  const std::shared_ptr<const config::Config>& config = reloaded.config;
  const Diagnostics& diagnostics = reloaded.diagnostics;
  log_diagnostics(diagnostics);
  sources_->retry_now();  // whoever asks for a reload may just have mended a file
  alerts_->retry_now();
  notices_->retry_now();
  std::string refusal;
  if (config == nullptr) {
    const Diagnostics errors = errors_of(diagnostics);
    refusal = std::to_string(errors.size()) +
              " mistakes, the first: " + (errors.empty() ? "unreadable" : to_text(errors.front()));
  } else if (const auto accepted = sources_->check(*config); !accepted.ok()) {
    refusal = accepted.error().message;
  } else if (config->plant->park != config_->plant->park ||
             config->state_directory != config_->state_directory) {
    refusal = "park and state_directory cannot change while the daemon runs; restart it";
  }
  if (!refusal.empty()) {
    logger().error("the new configuration is not taken, the old one runs on: {}", refusal);
    board_->problem("configuration", "the configuration on disk is not in force: " + refusal);
    return;
  }
  configuration_mended();
  if (config->plant->hash == config_->plant->hash) {
    logger().info("the configuration is as it was");
    append_permits(reloaded.permits, reloaded.permit_mistakes);  // which are no part of it
    return;
  }
  const std::string waiting = needs_restart(*started_with_, *config);
  if (!waiting.empty()) logger().warn("{} takes effect at the next start", waiting);
  board_->problem("restart", waiting.empty() ? waiting : waiting + " waits for the next start");
  config_ = config;
  set_up_log(config_->log_level);
  board_->site(site_of(*config_));
  line_->keep_plant(config_->plant->hash, config_->bundle);
  line_->set_windows(windows_of(*config_));
  line_->keep_personal(config_->plant->gates.keep);
  pseudonym_ = reloaded.pseudonym;
  (void)intake_->append(NewPlant{with_decoders(*config_)});
  append_permits(reloaded.permits, reloaded.permit_mistakes);
  if (const auto applied = sources_->apply(*config_); !applied.ok()) {
    logger().error("sources: {}", applied.error().message);
  }
  if (const auto taken = notices_->reload(*config_); !taken.ok()) {
    logger().error("receivers stay as they were: {}", taken.error().message);
  }
  shift_reports_->use(config_->shift_report, config_->plant->timing.late_after);
  board_->plant(config_->plant->hash);
  logger().info("configuration {} is in force", config_->plant->hash.substr(0, 12));
}

void Daemon::tick() {
  compare_clocks();
  const auto now = std::chrono::steady_clock::now();
  sources_->retry(now);
  alerts_->retry(now);
  notices_->retry(now);
  passing_alarms_->tick(now);
  told_fault_->tick([this] { return who_waits(); });
  if (salvage_told_until_ && *salvage_told_until_ <= now) {
    salvage_told_until_.reset();
    board_->problem("store salvaged", {});
  }
  const std::vector<http::SourceStatus> status = sources_->status();
  for (const http::SourceStatus& source : status) {
    board_->problem("source " + source.name,
                    source.connected
                        ? std::string{}
                        : "source " + source.name + " is not connected: " + source.detail);
  }
  if (alerts_->enabled()) {
    board_->problem("alerts", alerts_->connected() ? std::string{}
                                                   : "alerts cannot leave: " + alerts_->detail());
  }
  board_->sources(status);
  board_->outbox(alerts_->pending());
  sources_->measure(metrics_);
  metrics_.set_outbox_pending(alerts_->pending());
  metrics_.set_alert_failures(alerts_->failures());
  metrics_.set_store_bytes(store::bytes_on_disk(config_->state_directory));
  metrics_.set_intake(intake_->inputs_held(), intake_->bytes_held());
  metrics_.set_tags(live_.size());
  shift_reports_->tick();
  ticks_.expires_after(tick_every);
  ticks_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Daemon::compare_clocks() {
  const auto by = gateway_clock_ == nullptr ? std::nullopt : gateway_clock_->compare();
  if (!by) return;
  logger().warn("the system's time was set, the gateway clock steps by {}", to_text(*by));
  (void)intake_->append(ClockStep{*by}, [this, by] { gateway_clock_->step(*by); });
  passing_alarms_->raise(clock_was_set(*by), std::chrono::steady_clock::now());
  notices_->clock_stepped(*by);
  actions_->clock_stepped(*by);
}

// Alive is: the loop turns, and the pipeline and the writer have turned since the last word (the
// writer also turns when it reports a failing store).
void Daemon::watch() {
  const Duration every = service_manager_.watchdog_every();
  if (every == Duration{0}) return;
  const std::uint64_t pipeline_turns = line_->pipeline_turns();
  const std::uint64_t writer_turns = line_->writer_turns();
  if (pipeline_turns != pipeline_turns_seen_ && writer_turns != writer_turns_seen_) {
    service_manager_.tell("WATCHDOG=1");
  }
  pipeline_turns_seen_ = pipeline_turns;
  writer_turns_seen_ = writer_turns;
  watchdog_.expires_after(every);
  watchdog_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch();
  });
}

}  // namespace parkwatch::app
