// tests/unit/pipeline/rules_document_test.cpp - docs/rules.md says what the daemon does: its
// examples are run as they stand there.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "config/config.h"
#include "config/files.h"
#include "rig.h"

namespace rules_document_test {

using namespace parkwatch;
using namespace parkwatch::test;

namespace {

const std::string path = std::string{PARKWATCH_SOURCE_DIR} + "/docs/rules.md";

struct Example {
  std::string rules;
  std::string series;
};

struct Document {
  std::string tags;                         // the first block of TOML
  std::map<std::string, Example> examples;  // by heading
  std::string text;
};

Document document() {
  Document d;
  std::ifstream in{path};
  std::string heading;
  std::string* block = nullptr;
  for (std::string line; std::getline(in, line);) {
    d.text += line + '\n';
    if (line.starts_with("```")) {
      Example& example = d.examples[heading];
      if (block != nullptr) {
        block = nullptr;
      } else if (line == "```toml") {
        block = d.tags.empty() ? &d.tags : &example.rules;
      } else {
        block = &example.series;
      }
    } else if (block != nullptr) {
      *block += line + '\n';
    } else if (line.starts_with("## ")) {
      heading = line.substr(3);
    }
  }
  return d;
}

std::shared_ptr<const config::Config> load(const std::string& text) {
  Diagnostics out;
  const std::string head = "daemon.park = \"p\"\n[[source]]\nname = \"park\"\ndriver = \"mqtt\"\n";
  auto config = config::load_bundle(config::make_bundle({{"p.toml", head + text}}), {}, out);
  for (const Diagnostic& d : out) UNSCOPED_INFO(to_text(d));
  CHECK(out.empty());
  return config;
}

// "12s tag value bad t=10s" as the decoder of the tests reads it.
std::string payload_of(std::istringstream& words) {
  std::string tag;
  std::string value;
  if (!(words >> tag >> value)) return "";
  std::string payload = tag + " " + value;
  for (std::string word; words >> word;) {
    if (word == "bad") {
      payload += " q=bad";
    } else {
      REQUIRE(word.starts_with("t="));
      const auto at = parse_duration(word.substr(2));
      REQUIRE(at);
      payload += " t=" + std::to_string(at->count());
    }
  }
  return payload;
}

// The transitions from `first` on, as the document writes them.
std::string told_from(const Facts& facts, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < facts.transitions.size(); ++i) {
    const AlarmEvent& e = facts.transitions[i];
    // What follows of many raises or of bad data is told in docs/alarms.md.
    const bool suppresses =
        e.kind == TransitionKind::suppressed || e.kind == TransitionKind::unsuppressed;
    if (e.rule == rule_quality || (e.kind > TransitionKind::removed && !suppresses)) continue;
    std::ostringstream line;
    line << (text.empty() ? "" : "; ") << to_text(e.at - day) << ' ' << to_text(e.kind);
    if (e.level != Level::none) line << ' ' << to_text(e.level);
    line << ' ' << e.tag;
    if (e.value) line << ' ' << *e.value;  // six digits
    text += line.str();
  }
  return text;
}

void run(const Example& example, const Plant& plant) {
  Rig rig{plant};
  std::istringstream lines{example.series};
  std::string said;
  std::size_t told = 0;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (line.starts_with("=> ")) {
      CHECK(said == line.substr(3));
      said.clear();
      continue;
    }
    CHECK(said.empty());  // all that is said is in the document
    std::istringstream words{line};
    std::string time;
    words >> time;
    const auto at = parse_duration(time);
    REQUIRE(at);
    const std::string payload = payload_of(words);
    if (payload.empty()) {
      rig.tick(*at);
    } else {
      rig.send(*at, payload);
    }
    CHECK(rig.facts().refusals.empty());
    said = told_from(rig.facts(), told);
    told = rig.facts().transitions.size();
  }
  CHECK(said.empty());
}

}  // namespace

TEST_CASE("rules.md: every kind has an example that does what is written beside it",
          "[pipeline][docs]") {
  const Document d = document();
  REQUIRE_FALSE(d.tags.empty());
  for (int k = 0; to_text(static_cast<RuleKind>(k)) != "?"; ++k) {
    const auto kind = static_cast<RuleKind>(k);
    CAPTURE(to_text(kind));
    const auto found = d.examples.find(std::string{to_text(kind)});
    REQUIRE(found != d.examples.end());
    CHECK(found->second.series.find("=> ") != std::string::npos);
    const auto config = load(d.tags + found->second.rules);
    REQUIRE(config);
    for (const RuleSpec& rule : config->plant->rules) CHECK(rule.kind == kind);
    Plant plant = *config->plant;
    plant.decoders = {std::make_shared<LineDecoder>()};
    plant.timing.never_seen_after = 0h;  // some examples begin after an hour
    run(found->second, plant);
  }
}

TEST_CASE("rules.md: so has suppress_when", "[pipeline][docs]") {
  const Document d = document();
  const Example& example = d.examples.at("suppress_when");
  const auto config = load(d.tags + example.rules);
  REQUIRE(config);
  Plant plant = *config->plant;
  plant.decoders = {std::make_shared<LineDecoder>()};
  run(example, plant);
}

TEST_CASE("rules.md: every kind says what it does on bad, late and missing data",
          "[pipeline][docs]") {
  const std::string text = document().text;
  for (int k = 0; to_text(static_cast<RuleKind>(k)) != "?"; ++k) {
    const std::string heading = "\n## " + std::string{to_text(static_cast<RuleKind>(k))} + "\n";
    CAPTURE(heading);
    const std::size_t begin = text.find(heading);
    REQUIRE(begin != std::string::npos);
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    for (const char* word : {"*Bad*", "*Late*", "*Missing*"}) {
      CAPTURE(word);
      std::string lower = word;
      lower[1] = static_cast<char>(lower[1] | 0x20);
      const bool told =
          section.find(word) != std::string::npos || section.find(lower) != std::string::npos;
      CHECK(told);
    }
  }
}

}  // namespace rules_document_test
