// tests/unit/app/gates_in_test.cpp - Pseudonyms by a known vector, and lists of permits.
#include "app/gates_in.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace gates_in_test {

using namespace parkwatch;
using namespace parkwatch::app;

namespace {

config::Config with(const GatePlan& plan, config::GatesConfig files) {
  config::Config config;
  auto plant = std::make_shared<Plant>();
  plant->gates = plan;
  config.plant = std::move(plant);
  config.gates = std::move(files);
  return config;
}

std::string write(const test::TempDir& dir, const std::string& name, const std::string& text) {
  const std::string path = (dir.path() / name).string();
  std::ofstream{path} << text;
  return path;
}

}  // namespace

TEST_CASE("gates: a pseudonym is the HMAC-SHA256 of RFC 4231, cut to 128 bits", "[app]") {
  // RFC 4231, 4.3: key "Jefe".
  CHECK(pseudonym_of("Jefe")("what do ya want for nothing?") ==
        "~5bdcc146bf60754e6a042426089575c7");
  CHECK(is_pseudonym(pseudonym_of("Jefe")("")));
  CHECK(pseudonym_of("Jefe")("a") != pseudonym_of("jefe")("a"));
}

TEST_CASE("gates: a key is the first line of its file, and not a short one", "[app]") {
  test::TempDir dir;
  GatePlan plan;
  CHECK_FALSE(*make_pseudonym(with(plan, {})));
  plan.pseudonymise = true;
  const auto made = make_pseudonym(with(plan, {"", write(dir, "k", "0123456789abcdef\nmore\n")}));
  REQUIRE(made);
  CHECK((*made)("a") == pseudonym_of("0123456789abcdef")("a"));
  CHECK_FALSE(make_pseudonym(with(plan, {"", write(dir, "s", "short\n")})));
  const auto missing = make_pseudonym(with(plan, {"", (dir.path() / "none").string()}));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("none") != std::string::npos);
}

}  // namespace gates_in_test
