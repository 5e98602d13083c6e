// daemon/app/sources.cpp - Which driver lives on and which begins anew.
#include "app/sources.h"

#include <algorithm>
#include <boost/asio.hpp>
#include <utility>

#include "app/same_settings.h"

namespace parkwatch::app {

std::vector<std::shared_ptr<Decoder>> make_decoders(const config::Config& config) {
  std::vector<std::shared_ptr<Decoder>> decoders;
  for (const config::SourceConfig& source : config.sources) {
    decoders.push_back(find_driver(source.driver)->decoder(*source.table));
  }
  return decoders;
}

std::vector<std::size_t> windows_of(const config::Config& config) {
  std::vector<std::size_t> windows;
  for (const config::SourceConfig& source : config.sources) {
    windows.push_back(find_driver(source.driver)->window(*source.table));
  }
  return windows;
}

Sources::Sources(boost::asio::io_context& loop, Intake& intake, Clock& clock, std::string park,
                 bool acknowledge_early, Log log)
    : loop_(loop),
      intake_(intake),
      clock_(clock),
      park_(std::move(park)),
      acknowledge_early_(acknowledge_early),
      log_(std::move(log)) {}

Result<Done> Sources::check(const config::Config& config) const {
  for (std::size_t at = 0; at < sources_.size() && at < config.sources.size(); ++at) {
    if (sources_[at].config.name == config.sources[at].name) continue;
    return Error{ErrorKind::refused,
                 "source \"" + config.sources[at].name + "\" stands where \"" +
                     sources_[at].config.name +
                     "\" was: sources may be added at the end, changed or taken from the end "
                     "while the daemon runs; for anything else restart it"};
  }
  return Done{};
}

Result<Done> Sources::apply(const config::Config& config) {
  auto accepted = check(config);
  if (!accepted.ok()) return accepted;
  while (sources_.size() > config.sources.size()) {
    end(std::move(sources_.back().driver));
    sources_.pop_back();
  }
  for (std::size_t at = 0; at < config.sources.size(); ++at) {
    if (at == sources_.size()) {
      sources_.push_back(Source{});
    } else if (sources_[at].config.driver == config.sources[at].driver &&
               same_settings(*sources_[at].config.table, *config.sources[at].table)) {
      continue;
    } else {
      end(std::move(sources_[at].driver));
    }
    sources_[at].config = config.sources[at];
    begin(at);
  }
  return Done{};
}

void Sources::begin(std::size_t at) {
  Source& source = sources_[at];
  source.since = clock_.now();
  source.was_connected = false;
  source.failure.clear();
  source.retry.over();
  try_to_start(at, std::chrono::steady_clock::now());
}

void Sources::try_to_start(std::size_t at, Retry::SteadyTime now) {
  Source& source = sources_[at];
  DriverContext context{loop_,
                        intake_,
                        static_cast<SourceId>(at),
                        source.config.name,
                        park_,
                        acknowledge_early_,
                        [log = log_](const std::string& line) { log(line); }};
  auto driver = find_driver(source.config.driver)->make(*source.config.table, std::move(context));
  if (driver == nullptr) return;
  if (!open_) driver->flow(false);
  const Result<Done> started = driver->start();
  if (started.ok()) {
    source.driver = std::move(driver);
    source.failure.clear();
    source.retry.over();
    return;
  }
  source.retry.failed(now);
  const std::string& why = started.error().message;
  if (why == source.failure) return;
  log_("source " + source.config.name + ": cannot start, is tried again: " + why);
  // Without it the pipeline would take the source for a quiet one.
  if (source.failure.empty()) {
    (void)intake_.append(SourceCondition{source.config.name, false, true, why});
  }
  source.failure = why;
}

void Sources::retry(Retry::SteadyTime now) {
  for (std::size_t at = 0; at < sources_.size() && !reading_stopped_; ++at) {
    if (sources_[at].retry.due(now)) try_to_start(at, now);
  }
}

void Sources::retry_now() {
  for (Source& source : sources_) source.retry.hurry();
  retry(std::chrono::steady_clock::now());
}

// A driver that leaves holds its own connection until it has said goodbye.
void Sources::end(std::unique_ptr<Driver> driver) {
  if (driver == nullptr) return;
  driver->stop_reading();
  Driver* leaving = driver.get();
  // Posted, so that it is not destroyed inside a call of its own.
  leaving->stop([this, kept = std::shared_ptr<Driver>{std::move(driver)}] {
    boost::asio::post(loop_, [kept] {});
  });
}

void Sources::committed(std::uint64_t sequence) {
  for (Source& source : sources_) {
    if (source.driver) source.driver->committed(sequence);
  }
}

void Sources::flow(bool open) {
  open_ = open;
  for (Source& source : sources_) {
    if (source.driver) source.driver->flow(open);
  }
}

void Sources::stop_reading() {
  reading_stopped_ = true;
  for (Source& source : sources_) {
    if (source.driver) source.driver->stop_reading();
  }
}

void Sources::stop(std::function<void()> done) {
  auto left = std::make_shared<std::size_t>(1);
  const auto one_less = [left, done = std::move(done)] {
    if (--*left == 0) done();
  };
  for (Source& source : sources_) {
    if (!source.driver) continue;
    ++*left;
    source.driver->stop(one_less);
  }
  one_less();
}

std::vector<http::SourceStatus> Sources::status() {
  std::vector<http::SourceStatus> all;
  for (Source& source : sources_) {
    http::SourceStatus& status = all.emplace_back();
    status.name = source.config.name;
    status.driver = source.config.driver;
    status.paused = !open_;
    status.since = source.since;
    status.detail = source.failure;
    if (!source.driver) continue;
    const DriverStatus driver = source.driver->status();
    if (driver.connected != source.was_connected) {
      source.was_connected = driver.connected;
      source.since = clock_.now();
    }
    status.connected = driver.connected;
    status.detail = driver.detail;
    status.since = source.since;
    status.messages = driver.messages;
    status.held_acks = driver.held_acknowledgements;
    status.oldest_held = driver.oldest_held;
  }
  return all;
}

void Sources::measure(http::Metrics& metrics) const {
  for (const Source& source : sources_) {
    const DriverStatus driver = source.driver ? source.driver->status() : DriverStatus{};
    metrics.set_source(source.config.name, {driver.connected, !open_, driver.held_acknowledgements,
                                            driver.oldest_held, driver.connects});
  }
}

}  // namespace parkwatch::app
