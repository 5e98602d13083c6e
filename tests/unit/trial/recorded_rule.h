// tests/unit/trial/recorded_rule.h - A store in which one rule saw what a test says.
#pragma once
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/files.h"
#include "pipeline/pipeline.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/app/small_plant.h"
#include "tools/trial/explain.h"

namespace parkwatch::test {

inline constexpr Timestamp rule_began = from_us(1'700'000'000'000'000);

struct RecordedRule {
  using Body = decltype(Input::body);
  // At their second since rule_began; the clock stands at the last of `values`.
  using Values = std::vector<std::pair<int, std::string>>;  // "5" of a/b/t0, "a/b/t1=5", "" of none
  using Others = std::vector<std::pair<int, Body>>;         // after the values of their second

  RecordedRule(const Values& values, const std::string& configuration, const Others& others = {}) {
    store::StoreOptions options;
    options.directory = dir.path();
    auto opened = store::open_store(options);
    REQUIRE(opened.ok());
    const std::string bundle = config::make_bundle({{"p.toml", configuration}});
    Diagnostics out;
    const auto loaded = config::load_bundle(bundle, {}, out);
    for (const Diagnostic& diagnostic : out) UNSCOPED_INFO(to_text(diagnostic));
    REQUIRE(loaded != nullptr);
    auto plant = std::make_shared<Plant>(*loaded->plant);
    plant->decoders = {std::make_shared<PlainDecoder>()};
    store::Batch batch;
    std::vector<Input> inputs{{1, rule_began, NewPlant{plant}}};
    for (const auto& [second, value] : values) {
      batch.now = rule_began + std::chrono::seconds{second};
      const auto add = [&](Body body) {
        inputs.push_back({inputs.size() + 1, batch.now, std::move(body)});
      };
      if (!value.empty()) add(reading(value, batch.now));
      for (const auto& [then, other] : others) {
        if (then == second) add(other);
      }
    }
    pipeline::Pipeline pipeline;
    pipeline.step(batch.now, inputs, batch.facts);
    batch.last_sequence = inputs.size();
    batch.plants.emplace_back(plant->hash, bundle);
    REQUIRE((*opened)->commit(batch).ok());
  }

  [[nodiscard]] trial::Explained explained(const std::string& rule = "level",
                                           const std::string& tag = "a/b/t0") const {
    const auto history = store::open_history(dir.path());
    REQUIRE(history.ok());
    const auto e = trial::explain(**history, rule, tag);
    if (!e) FAIL(e.error().message);
    return *e;
  }
  [[nodiscard]] std::string reasons(const std::string& rule = "level",
                                    const std::string& tag = "a/b/t0") const {
    std::string all;
    for (const Text& reason : trial::reasons_of(explained(rule, tag))) {
      CHECK_FALSE(reason.zh.empty());
      all += reason.en + "; ";
    }
    return all;
  }

  TempDir dir;

 private:
  static Message reading(const std::string& value, Timestamp at) {
    const std::size_t sign = value.find('=');
    const std::string tag = sign == std::string::npos ? "a/b/t0" : value.substr(0, sign);
    const std::string number = sign == std::string::npos ? value : value.substr(sign + 1);
    return message(tag, number + '@' + std::to_string(to_us(at)));
  }
};

}  // namespace parkwatch::test
