// tests/systems/simulation.cpp - A main file for one system, and stepping it.
#include "tests/systems/simulation.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "config/config.h"
#include "config/gates.h"
#include "drivers/driver.h"
#include "pipeline/pipeline.h"
#include "tools/parksim/physics/message.h"
#include "tools/parksim/physics/system_park.h"

namespace parkwatch::systems {
namespace {

using namespace std::chrono_literals;

constexpr Duration travel = 20ms;  // from the sensor to the gateway
// A step of the pipeline: how the time is cut changes nothing but its cost.
constexpr Duration cut = 60s;

std::string main_file(const std::string& root, const PackageCase& package) {
  return "[daemon]\npark = \"systems\"\nlibrary = \"" + root +
         "/config\"\n\n"
         "[[source]]\nname = \"park\"\ndriver = \"mqtt\"\nurl = \"mqtt://127.0.0.1:1883\"\n\n"
         "[[source.mapping]]\ntopic = \"park/{site}/{device}/{quantity}\"\n"
         "tag = \"{site}/{device}/{quantity}\"\nvalue = \"/value\"\ntime = \"/time\"\n\n" +
         package.instance;
}

parksim::SystemParkOptions park_options(const Run& run) {
  parksim::SystemChoice choice{
      parksim::system_named(run.package->package), run.package->settings, {}};
  if (run.incident != nullptr) {
    for (const std::string& cause : run.incident->causes) {
      choice.incidents.push_back({cause, run.incident->start, run.incident->duration});
    }
  }
  return {.seed = run.seed, .start = run_begin(), .systems = {std::move(choice)}};
}

// As the daemon gives it to the ledger when it starts.
Command permit_list(const PackageCase& package, const Plant& plant) {
  std::ifstream file{package.permits};
  std::ostringstream text;
  text << file.rdbuf();
  Diagnostics out;
  PermitCommand command;
  command.verb = PermitCommand::Verb::file;
  command.permits = config::read_permits(package.permits, text.str(), plant.calendar.zone, out);
  if (!file || !out.empty()) throw std::runtime_error{package.permits + " is no list of permits"};
  return {"configuration", command};
}

}  // namespace

std::optional<Instance> load_instance(const std::string& root, const PackageCase& package,
                                      const std::string& scratch, Diagnostics& out) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path{scratch} / (package.package + package.variant);
  fs::create_directories(folder);
  const fs::path main = folder / "parkwatch.toml";
  // Proofs of a package run side by side: none reads what another has half written.
  const fs::path draft = folder / ("parkwatch." + std::to_string(getpid()));
  std::ofstream{draft} << main_file(root, package);
  fs::rename(draft, main);
  const auto config = config::load(main.string(), check_driver, out);
  if (config == nullptr) return std::nullopt;
  auto plant = std::make_shared<Plant>(*config->plant);
  for (const auto& source : config->sources) {
    plant->decoders.push_back(find_driver(source.driver)->decoder(*source.table));
  }
  return Instance{plant, config->tests};
}

Timestamp run_begin() { return Timestamp{1'772'380'800s}; }  // 2026-03-02T00:00:00+08:00

Timestamp incident_begin(const Run& run) {
  return run_begin() + (run.incident == nullptr ? Duration{0} : run.incident->start);
}

void simulate(const Run& run, const std::function<void(const Facts&)>& hear) {
  parksim::SystemPark park{park_options(run)};
  pipeline::Pipeline pipeline;
  Facts facts;
  std::vector<Input> inputs;
  std::uint64_t sequence = 0;
  const auto received = [](Timestamp sent) { return sent + travel; };
  const auto add = [&](Timestamp sent, std::string topic, std::string payload) {
    Message message;
    message.topic = std::move(topic);
    message.payload = std::move(payload);
    inputs.push_back({++sequence, received(sent), std::move(message)});
  };
  std::vector<std::string> topics;
  for (const parksim::TagInfo& tag : park.tags()) topics.push_back(tag.topic());
  inputs.push_back({++sequence, received(run_begin()), NewPlant{run.plant}});
  inputs.push_back({++sequence, received(run_begin()), SourceCondition{"park", true, true, {}}});
  if (!run.package->permits.empty()) {
    inputs.push_back({++sequence, received(run_begin()), permit_list(*run.package, *run.plant)});
  }
  const Duration length = run.incident == nullptr ? run.package->quiet : run.incident->watch;
  for (Duration done{0}; done < length; done += cut) {
    park.advance(std::min(cut, length - done));
    auto event = park.events().begin();
    const auto add_events = [&](Timestamp until) {
      for (; event != park.events().end() && event->time <= until; ++event) {
        add(event->time, event->topic, event->payload);
      }
    };
    for (const parksim::Sample& sample : park.samples()) {
      add_events(sample.time);
      add(sample.time, topics[sample.tag], payload(park.tags()[sample.tag], sample));
    }
    add_events(park.now());
    pipeline.step(received(park.now()), inputs, facts);
    hear(facts);
    inputs.clear();
    facts = Facts{};
  }
}

}  // namespace parkwatch::systems
