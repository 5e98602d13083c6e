// tests/systems/given_plant.cpp - Writing and loading the main file, and stepping.
#include "tests/systems/given_plant.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <utility>

#include "config/config.h"
#include "drivers/driver.h"
#include "tests/support/temp_dir.h"

namespace parkwatch::systems {

std::shared_ptr<const Plant> given_plant(const std::string& more) {
  const test::TempDir folder;
  const std::string file = (folder.path() / "parkwatch.toml").string();
  std::ofstream{file} << "[daemon]\npark = \"given\"\nlibrary = \"" PARKWATCH_SOURCE_DIR
                         "/config\"\n[[source]]\nname = \"park\"\ndriver = \"mqtt\"\n"
                         "url = \"mqtt://127.0.0.1:1883\"\n[[source.mapping]]\n"
                         "topic = \"park/{site}/{device}/{quantity}\"\n"
                         "tag = \"{site}/{device}/{quantity}\"\nvalue = \"/value\"\n"
                         "time = \"/time\"\n"
                      << more;
  Diagnostics out;
  const auto config = config::load(file, check_driver, out);
  for (const Diagnostic& diagnostic : out) UNSCOPED_INFO(to_text(diagnostic));
  REQUIRE(config != nullptr);
  auto plant = std::make_shared<Plant>(*config->plant);
  for (const auto& source : config->sources) {
    plant->decoders.push_back(find_driver(source.driver)->decoder(*source.table));
  }
  return plant;
}

GivenPark::GivenPark(std::shared_ptr<const Plant> plant, Timestamp begin) {
  std::vector<Input> first;
  first.push_back({++sequence_, begin, NewPlant{std::move(plant)}});
  first.push_back({++sequence_, begin, SourceCondition{"park", true, true, {}}});
  step(begin, std::move(first));
}

void GivenPark::send(Timestamp at, const std::string& tag, const std::string& value) {
  publish(at, "park/" + tag, R"({"value": )" + value + R"(, "time": ")" + to_rfc3339(at) + "\"}");
}

void GivenPark::publish(Timestamp at, std::string topic, std::string payload) {
  Message message;
  message.topic = std::move(topic);
  message.payload = std::move(payload);
  std::vector<Input> one;
  one.push_back({++sequence_, at, std::move(message)});
  step(at, std::move(one));
}

void GivenPark::acknowledge(Timestamp at, const std::string& rule) {
  std::vector<Input> one;
  one.push_back({++sequence_, at, Command{"li", newest_.at(rule), false}});
  step(at, std::move(one));
}

void GivenPark::step(Timestamp now, std::vector<Input> inputs) {
  Facts facts;
  pipeline_.step(now, inputs, facts);
  readings_ += facts.readings.size();
  refusals_ += facts.refusals.size();
  for (const AlarmEvent& event : facts.transitions) {
    const std::string text = event.rule + ' ' + event.tag + ' ' + to_rfc3339(event.at);
    if (event.command) {
      decided_.push_back(std::string{to_text(event.kind)} + ' ' + event.tag + ' ' +
                         event.command->topic + ' ' + event.command->payload);
      continue;
    }
    if (event.kind == TransitionKind::raised) {
      raised_.push_back(text);
      newest_[event.rule] = {event.rule, event.tag, event.occurrence, ""};
    }
    if (event.kind == TransitionKind::returned) returned_.push_back(text);
  }
}

std::vector<std::string> GivenPark::raised() { return std::exchange(raised_, {}); }
std::vector<std::string> GivenPark::decided() { return std::exchange(decided_, {}); }
std::vector<std::string> GivenPark::returned() { return std::exchange(returned_, {}); }

}  // namespace parkwatch::systems
