// tests/support/recorded/recorded_park.cpp - Park, pipeline and store in simulated time.
#include "tests/support/recorded/recorded_park.h"

#include <algorithm>
#include <random>
#include <stdexcept>

#include "app/recovery.h"
#include "config/config.h"
#include "config/files.h"
#include "drivers/driver.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "tools/parksim/physics/message.h"

namespace parkwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 250ms;
constexpr auto travel = 20ms;                  // from the sensor to the gateway
constexpr auto unacknowledged_by_broker = 5s;  // that a kill leaves with the broker
constexpr std::size_t steps_a_commit = 20;     // 5 s, unless an alarm changes
constexpr Duration snapshot_every = 5min;
constexpr Duration operator_needs = 45s;

void require(bool good, const std::string& what) {
  if (!good) throw std::runtime_error{what};
}

template <typename T>
T& require(Result<T>& result) {
  require(result.ok(), result.ok() ? "" : result.error().message);
  return *result;
}

config::DriverCheck no_check() { return {}; }

}  // namespace

namespace {

// The files of the shipped configuration; `other`: with other limits.
std::vector<config::File> park_files(bool other) {
  Diagnostics diagnostics;
  const auto config = config::load(std::string{PARKWATCH_SOURCE_DIR} + "/config/parkwatch.toml",
                                   no_check(), diagnostics);
  require(config != nullptr, diagnostics.empty() ? "" : to_text(diagnostics.front()));
  auto parsed = config::parse_bundle(config->bundle);
  std::vector<config::File> files = require(parsed);
  for (config::File& file : files) {
    const auto at = file.text.find("HH = { at = 800");
    if (other && at != std::string::npos) file.text.replace(at, 15, "HH = { at = 600");
  }
  return files;
}

}  // namespace

std::string park_bundle(bool other) { return config::make_bundle(park_files(other)); }

std::string two_source_bundle(bool other) {
  std::vector<config::File> files = park_files(other);
  std::string& text = files.at(0).text;
  const auto from = text.find("\n[[source]]");
  std::string annex = text.substr(from, text.find("# ----", from) - from);
  const std::string name = "name = \"park\"";
  annex.replace(annex.find(name), name.size(), "name = \"annex\"");
  text += "\n" + annex;
  return config::make_bundle(files);
}

std::shared_ptr<const Plant> park_plant(const std::string& bundle) {
  Diagnostics diagnostics;
  const auto config = config::load_bundle(bundle, no_check(), diagnostics);
  require(config != nullptr, diagnostics.empty() ? "" : to_text(diagnostics.front()));
  auto plant = std::make_shared<Plant>(*config->plant);
  for (const auto& source : config->sources) {
    plant->decoders.push_back(find_driver(source.driver)->decoder(*source.table));
  }
  return plant;
}

RecordedPark::RecordedPark(RecordedParkOptions options)
    : options_(std::move(options)),
      park_({.seed = options_.seed, .start = park_start, .incidents = options_.incidents}),
      next_step_(options_.clock_steps.begin()) {
  open();
}

Timestamp RecordedPark::gateway_now() const {
  return Timestamp{park_.now().time_since_epoch()} + travel + offset_;
}

bool RecordedPark::reloaded() const {
  return options_.reload_at > 0s && done() >= options_.reload_at;
}

void RecordedPark::open() {
  store::StoreOptions options;
  options.directory = options_.directory;
  options.synchronous = options_.synchronous;
  auto opened = store::open_store(options);
  store_ = std::move(require(opened));
  sequence_ = store_->recovered().last_sequence;
  const auto plant_of = [this](const std::string& hash) -> std::shared_ptr<const Plant> {
    const auto text = store_->plant_text(hash);
    return text ? park_plant(*text) : nullptr;
  };
  auto recovery = app::recover(*store_, plant_of);
  differences_ = require(recovery).differences;
  pipeline_ = std::move(recovery->pipeline);
  snapshot_at_ = gateway_now() + snapshot_every;
  if (pipeline_.plant_hash().empty()) {
    const std::string text = bundle(false);
    const auto plant = park_plant(text);
    batch_.plants.emplace_back(plant->hash, text);
    append(NewPlant{plant});
    append(SourceCondition{"park", true, true, {}});
    if (options_.annex_away) append(SourceCondition{"annex", true, true, {}});
    step();
    commit(false);
    return;
  }
  resume(store_->recovered().last_now);
}

// The park is simulated again up to the end of the record, and on while nobody listened.
void RecordedPark::resume(Timestamp last_now) {
  std::mt19937_64 random{sequence_};
  const Duration away = 1s * (random() % 40);
  while (gateway_now() + unacknowledged_by_broker < last_now) {
    park_.advance(tick);
    for (; next_step_ != options_.clock_steps.end() && next_step_->first <= done(); ++next_step_) {
      offset_ += next_step_->second;
    }
  }
  second_plant_ = reloaded();
  std::vector<std::pair<parksim::Sample, bool>> kept;
  while (gateway_now() < last_now + away) {
    const bool again = gateway_now() < last_now;
    park_.advance(tick);
    for (const parksim::Sample& sample : park_.samples()) kept.emplace_back(sample, again);
    for (; next_step_ != options_.clock_steps.end() && next_step_->first <= done(); ++next_step_) {
      offset_ += next_step_->second;
    }
  }
  pipeline_.set_decoders(park_plant(bundle(second_plant_))->decoders);
  append(Start{std::max(Duration{0}, gateway_now() - last_now)});
  append(SourceCondition{"park", true, true, {}});
  if (options_.annex_away) append(SourceCondition{"annex", true, true, {}});
  for (const auto& [sample, again] : kept) append_sample(sample, again);
  step();
  snapshot_at_ = gateway_now() + snapshot_every;
}

template <typename Body>
void RecordedPark::append(Body body) {
  pending_.push_back({++sequence_, gateway_now(), std::move(body)});
}

void RecordedPark::append_sample(const parksim::Sample& sample, bool again) {
  const parksim::TagInfo& tag = park_.tags()[sample.tag];
  Message message;
  message.topic = tag.topic();
  if (options_.annex_away && message.topic.starts_with("park/tf-a/")) {
    if (!annex_up_) return;
    message.source = 1;
  }
  message.payload = parksim::payload(tag, sample);
  message.packet_id = ++packet_ == 0 ? ++packet_ : packet_;
  message.dup = again;
  append(std::move(message));
}

std::string RecordedPark::bundle(bool other) const {
  return options_.annex_away ? two_source_bundle(other) : park_bundle(other);
}

void RecordedPark::apply_annex() {
  if (!options_.annex_away) return;
  const auto [from, until] = *options_.annex_away;
  const bool up = done() < from || done() >= until;
  if (std::exchange(annex_up_, up) == up) return;
  append(SourceCondition{"annex", up, true, up ? "" : "the broker does not answer"});
}

void RecordedPark::run_until(parksim::Span end) {
  while (done() < end) {
    park_.advance(tick);
    apply_schedule();
    apply_annex();
    acknowledge_due();
    for (const parksim::Sample& sample : park_.samples()) append_sample(sample, false);
    step();
    const bool urgent = batch_.facts.transitions.size() > 0 || !batch_.facts.replies.empty();
    if (urgent || ++uncommitted_steps_ >= steps_a_commit) commit(gateway_now() >= snapshot_at_);
  }
}

void RecordedPark::apply_schedule() {
  for (; next_step_ != options_.clock_steps.end() && next_step_->first <= done(); ++next_step_) {
    append(ClockStep{next_step_->second});  // the last input of the old time
    offset_ += next_step_->second;
  }
  if (!reloaded() || second_plant_) return;
  second_plant_ = true;
  const std::string text = bundle(true);
  const auto plant = park_plant(text);
  batch_.plants.emplace_back(plant->hash, text);
  append(NewPlant{plant});
}

// Two of three raises are acknowledged, one of these with a note.
void RecordedPark::acknowledge_due() {
  while (!to_acknowledge_.empty() && to_acknowledge_.front().first <= gateway_now()) {
    const AlarmEvent& event = to_acknowledge_.front().second;
    AcknowledgeAlarm ack{event.rule, event.tag, event.occurrence, ""};
    if (raises_ % 3 == 1) ack.comment = "seen, on the way";
    append(Command{"operator", std::move(ack)});
    to_acknowledge_.pop_front();
  }
}

void RecordedPark::step() {
  const std::size_t before = batch_.facts.transitions.size();
  pipeline_.step(gateway_now(), pending_, batch_.facts);
  pending_.clear();
  for (std::size_t i = before; i < batch_.facts.transitions.size(); ++i) {
    const AlarmEvent& event = batch_.facts.transitions[i];
    ++transitions_;
    if (event.kind != TransitionKind::raised || ++raises_ % 3 == 0) continue;
    to_acknowledge_.emplace_back(gateway_now() + operator_needs, event);
  }
}

void RecordedPark::commit(bool with_snapshot) {
  batch_.last_sequence = sequence_;
  batch_.now = gateway_now();
  if (with_snapshot) {
    auto snapshot = std::make_shared<v1::Snapshot>();
    pipeline_.snapshot(*snapshot);
    batch_.snapshot = std::move(snapshot);
    snapshot_at_ = gateway_now() + snapshot_every;
  }
  auto committed = store_->commit(batch_);
  (void)require(committed);
  batch_ = {};
  uncommitted_steps_ = 0;
}

void RecordedPark::stop() {
  commit(true);
  store_.reset();
}

}  // namespace parkwatch::test
