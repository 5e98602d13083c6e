// daemon/app/daemon.cpp - Start and stop: the order in which everything begins and ends.
#include "app/daemon.h"

#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "app/recovery.h"
#include "app/simulation.h"
#include "app/stored_configuration.h"
#include "app/tokens.h"
#include "config/gates.h"
#include "drivers/driver.h"
#include "spdlog/logger.h"

namespace parkwatch::app {
namespace {

constexpr Duration stop_patience = std::chrono::seconds{10};
// Nothing can be committed any more; only alerts on their way are waited for.
constexpr Duration stop_patience_damaged = std::chrono::seconds{1};

LineOptions line_options(const config::StoreConfig& store) {
  LineOptions options;
  options.linger = store.linger;
  options.snapshot_every = store.snapshot_every;
  options.snapshot_readings = store.snapshot_readings;
  return options;
}

}  // namespace

std::shared_ptr<const config::Config> load_config(const std::string& path, Diagnostics& diagnostics,
                                                  config::FileFaults file_faults) {
  return config::load(path, check_driver, diagnostics, file_faults);
}

Daemon::Daemon(DaemonOptions options) : options_(std::move(options)) {}

Daemon::~Daemon() {
  if (stopper_.joinable()) stopper_.join();
}

Result<Done> Daemon::start() {
  Diagnostics diagnostics;
  config_ = simulated(load_config(options_.config_path, diagnostics, config::FileFaults::warnings));
  log_diagnostics(diagnostics);
  if (config_ == nullptr) {
    if (auto taken = take_stored_configuration(diagnostics); !taken.ok()) return taken;
  }
  started_with_ = config_;
  set_up_log(config_->log_level);
  logger().info("parkwatchd {} starts, park {}, configuration {}", PARKWATCH_VERSION,
                config_->plant->park, config_->plant->hash.substr(0, 12));
  auto pseudonym = make_pseudonym(*config_);
  if (!pseudonym.ok()) return pseudonym.error();
  pseudonym_ = std::move(*pseudonym);
  auto opened = open_store("");
  if (!opened.ok()) return opened;
  auto pipeline = recover_store();
  if (!pipeline.ok()) return pipeline.error();
  build(std::move(*pipeline));
  return begin();
}

Result<Done> Daemon::take_stored_configuration(const Diagnostics& mistakes) {
  const std::string refusal = options_.config_path + ": the configuration has errors";
  // A simulation is looked at by whoever started it.
  if (options_.simulate) return Error{ErrorKind::permanent, refusal};
  Diagnostics diagnostics;
  auto stored = stored_configuration(options_.config_path, diagnostics);
  log_diagnostics(diagnostics);
  if (!stored.ok() && stored.error().kind == ErrorKind::not_found) {
    return Error{ErrorKind::permanent, refusal};
  }
  if (!stored.ok()) {
    return Error{ErrorKind::permanent,
                 refusal + ", and the stored one is of no help: " + stored.error().message};
  }
  config_ = std::move(*stored);
  configuration_fault_ = configuration_fault(options_.config_path, mistakes);
  logger().error(configuration_fault_->message.en);
  return Done{};
}

Result<Done> Daemon::open_store(const std::string& damage) {
  store_.reset();
  store::StoreOptions options;
  options.damage = damage;
  options.directory = config_->state_directory;
  options.bytes_max = config_->store.bytes_max;
  options.age_max = config_->store.age_max;
  options.quarantine_rows_max = config_->store.quarantine_rows_max;
  options.personal_age_max = config_->plant->gates.keep;
  options.outbox = config_->alerts.enabled;  // which holds until the next start, as AlertsOut does
  options.synchronous = options_.synchronous;
  auto opened = store::open_store(std::move(options));
  if (!opened.ok()) return opened.error();
  store_ = std::move(*opened);
  recovered_ = store_->recovered();
  return Done{};
}

void Daemon::make_clock() {
  if (options_.simulate) {
    auto clock = std::make_unique<SimulatedClock>(recovered_.last_now);
    simulated_clock_ = clock.get();
    clock_ = std::move(clock);
    logger().warn("SIMULATED: the time is that of the messages; park {}, state in {}",
                  config_->plant->park, config_->state_directory);
  } else {
    auto clock = std::make_unique<GatewayClock>(real_clock_sources(), recovered_.last_now);
    gateway_clock_ = clock.get();
    clock_ = std::move(clock);
  }
}

std::shared_ptr<const Plant> Daemon::plant_of(const std::string& hash) {
  if (hash == config_->plant->hash) return config_->plant;
  auto text = store_->plant_text(hash);
  if (!text.ok()) return nullptr;
  Diagnostics diagnostics;
  // What ran is read again whatever a newer driver would say of its keys: a replay is behind
  // decoding.
  const auto config = config::load_bundle(*text, {}, diagnostics);
  if (config == nullptr || !options_.simulate) return config == nullptr ? nullptr : config->plant;
  return simulated(config)->plant;
}

Result<pipeline::Pipeline> Daemon::recover_store() {
  auto pipeline = recover_pipeline();
  if (const auto read = look_through(config_->state_directory); pipeline.ok() && !read.ok()) {
    pipeline = read.error();
  }
  if (!pipeline.ok() && pipeline.error().kind == ErrorKind::damaged) {
    auto opened = open_store(pipeline.error().message);
    if (!opened.ok()) return opened.error();
    pipeline = recover_pipeline();
  }
  make_clock();
  return pipeline;
}

Result<pipeline::Pipeline> Daemon::recover_pipeline() {
  auto recovery = recover(*store_, [this](const std::string& hash) { return plant_of(hash); });
  if (!recovery.ok()) return recovery.error();
  for (const std::string& note : recovery->notes) logger().info("recovery: {}", note);
  logger().info("recovery: {} batches with {} readings stepped again, up to message {}",
                recovery->batches, recovery->readings, recovered_.last_sequence);
  if (recovery->differences != 0) {
    metrics_.replay_differed(recovery->differences);
    logger().error("recovery: {} places differ from what is stored; the journal holds",
                   recovery->differences);
  }
  return std::move(recovery->pipeline);
}

void Daemon::build(pipeline::Pipeline pipeline) {
  http::Status fixed;
  fixed.version = PARKWATCH_VERSION;
  fixed.park = config_->plant->park;
  fixed.plant = config_->plant->hash;
  fixed.started_at = clock_->now();
  fixed.last_sequence = recovered_.last_sequence;
  board_ = std::make_unique<Board>(std::move(fixed));
  board_->site(site_of(*config_));

  IntakeLimits limits;
  if (config_->intake_bytes_max != 0) limits.bytes_high = config_->intake_bytes_max;
  intake_ = std::make_unique<Intake>(*clock_, limits, recovered_.last_sequence);
  if (simulated_clock_ != nullptr) {
    simulated_clock_->use(make_decoders(*config_));
    intake_->follow(*simulated_clock_);
  }
  intake_->on_flow([this](bool open) {
    boost::asio::post(loop_, [this, open] {
      logger().info(open ? "intake: half empty again, sources go on"
                         : "intake: high water, sources must wait");
      sources_->flow(open);
    });
  });

  const bool is_new = pipeline.plant_hash().empty();
  const std::string in_force = pipeline.plant_hash();
  fill_live_view(pipeline);
  gates_.set(pipeline.gates());
  commands_ = pipeline.commands();
  pipeline.set_decoders(make_decoders(*config_));
  pipeline.set_pseudonym(pseudonym_);

  board_->view(std::make_shared<const PlantView>(pipeline.view()));
  LineListener listener;
  listener.seen = [this](PlantView view) {
    board_->view(std::make_shared<const PlantView>(std::move(view)));
  };
  listener.committed = [this](const store::Batch& batch, const store::CommitInfo& info,
                              Duration took) { on_committed(batch, info, took); };
  listener.commit_failed = [this] { metrics_.commit_failed(); };
  listener.store_fault = [this](const std::string& fault, const store::Batch& batch) {
    on_store_fault(fault, batch.now);
  };
  listener.upkeep_fault = [this](const std::string& fault) {
    boost::asio::post(loop_, [this, fault] { store_faults_->upkeep(fault); });
  };
  listener.readings_lost = [this](std::uint64_t readings) {
    boost::asio::post(loop_, [this, readings] { on_readings_lost(readings); });
  };
  listener.store_damaged = [this](const std::string& fault) {
    boost::asio::post(loop_, [this, fault] { end_damaged(fault); });
  };
  LineOptions how = line_options(config_->store);
  how.snapshot_at_once = recovered_.salvage.has_value();
  told_fault_ = std::make_unique<ToldFault>(
      config_->state_directory,
      [this](std::function<void()> work) { boost::asio::post(jobs_, std::move(work)); });
  fault_before_ = told_fault_->earlier(clock_->now());
  how.fault_told = fault_before_.has_value();
  line_ = std::make_unique<Line>(*intake_, *clock_, std::move(pipeline), std::move(store_), how,
                                 std::move(listener));
  line_->set_windows(windows_of(*config_));
  line_->keep_personal(config_->plant->gates.keep);
  append_first_inputs(is_new, in_force);
}

std::shared_ptr<const config::Config> Daemon::simulated(
    const std::shared_ptr<const config::Config>& config) const {
  return options_.simulate && config != nullptr ? simulation_of(*config) : config;
}

// A start is an input that says how long we were away; a new configuration comes after it.
void Daemon::append_first_inputs(bool is_new, const std::string& plant_in_force) {
  if (!is_new) {
    (void)intake_->append(Start{std::max(Duration{0}, clock_->now() - recovered_.last_now)});
  }
  line_->keep_plant(config_->plant->hash, config_->bundle);
  if (is_new || plant_in_force != config_->plant->hash) {
    (void)intake_->append(NewPlant{with_decoders(*config_)});
  }
  Diagnostics mistakes;
  const auto permits = config::read_permit_list(*config_, mistakes);
  append_permits(permits, mistakes);
}

// The list of the configuration; one with a mistake leaves the permits as they are.
void Daemon::append_permits(const std::optional<PermitCommand>& list, const Diagnostics& mistakes) {
  log_diagnostics(mistakes);
  board_->problem("permits",
                  list ? std::string{} : "the list of permits is not in force, it has mistakes");
  if (!list || !config_->plant->gates.on) return;
  (void)intake_->append(Command{"configuration", *list});
}

std::shared_ptr<const Plant> Daemon::with_decoders(const config::Config& config) const {
  auto plant = std::make_shared<Plant>(*config.plant);
  plant->decoders = make_decoders(config);
  plant->pseudonym = pseudonym_;
  return plant;
}

void Daemon::fill_live_view(const pipeline::Pipeline& pipeline) {
  for (TagId id = 0; id < pipeline.tag_count(); ++id) {
    const pipeline::Pipeline::TagView view = pipeline.tag(id);
    live_.set(id, view.version, *view.tag, view.newest);
  }
}

Result<Done> Daemon::begin() {
  auto tokens = read_tokens(config_->http);
  if (!tokens.faults.empty()) {
    token_fault_ = token_fault(tokens.faults);
    logger().error(token_fault_->message.en);
    board_->problem("tokens", token_fault_->message.en);
  }
  http::HttpOptions options;
  options.listen = config_->http.listen;
  options.token = std::move(tokens.token);
  options.holders = std::move(tokens.holders);
  options.connections_max = config_->http.connections_max;
  http::Services services;
  services.intake = intake_.get();
  services.clock = clock_.get();
  services.live = &live_;
  services.gates = &gates_;
  services.metrics = &metrics_;
  // By value, since it is called on the readers' threads: config_ is the loop's, and a reload
  // replaces it.
  services.open_reader = [directory = config_->state_directory] {
    return store::open_reader(directory);
  };
  services.health = [this] { return board_->health(); };
  services.status = [this] {
    http::Status status = board_->status();
    status.now = clock_->now();
    if (simulated_clock_ != nullptr) status.started_at = simulated_clock_->began();
    status.intake_inputs = intake_->inputs_held();
    status.intake_bytes = intake_->bytes_held();
    return status;
  };
  offer_receivers(services);
  services.site = [this] { return board_->site(); };
  services.view = [this] { return board_->view(); };
  http_ = std::make_unique<http::Server>(loop_, std::move(options), std::move(services));
  auto listening = http_->start();
  if (!listening.ok()) return listening;

  auto alerting = start_alerts();
  if (!alerting.ok()) return alerting;
  start_shift_reports();
  const auto log = [](const std::string& text) { logger().info(text); };
  sources_ = std::make_unique<Sources>(loop_, *intake_, *clock_, config_->plant->park,
                                       options_.acknowledge_early, log);
  if (options_.acknowledge_early) {
    logger().error("acknowledging before anything is safe: this run is to lose messages");
  }
  line_->start();
  auto applied = sources_->apply(*config_);
  if (!applied.ok()) return applied;
  board_->ready(true);
  return Done{};
}

int Daemon::run() {
  await_signals();
  tick();
  watch();
  logger().info("ready: http on port {}, {} tags, {} rules, {} sources", http_->port(),
                config_->plant->tags.size(), config_->plant->rules.size(), config_->sources.size());
  service_manager_.tell("READY=1");
  loop_.run();
  return store_is_damaged_ ? EXIT_FAILURE : EXIT_SUCCESS;
}

// Gates stop reading, the pipeline drains, the writer commits and takes a snapshot,
// acknowledgements go out, clients disconnect, the loop ends. A kill at any point is equivalent.
void Daemon::stop() {
  if (stopping_) {
    logger().error("asked twice to stop: leaving at once");
    std::_Exit(EXIT_FAILURE);
  }
  stopping_ = true;
  logger().info("stopping");
  service_manager_.tell("STOPPING=1");
  board_->ready(false);
  sources_->stop_reading();
  intake_->close();
  stopper_ = std::thread{[this] {
    line_->stop(store_is_damaged_ ? stop_patience_damaged : stop_patience);
    boost::asio::post(loop_, [this] { finish(); });
  }};
}

void Daemon::finish() {
  sources_->stop([this] {
    shift_reports_->stop();
    actions_->stop();
    notices_->stop();
    alerts_->stop([this] {
      http_->stop([this] {
        ticks_.cancel();
        watchdog_.cancel();
        signals_.cancel();
        jobs_.join();
        logger().info("stopped after message {}", intake_->committed());
        loop_.stop();
      });
    });
  });
}

}  // namespace parkwatch::app
