// tests/unit/app/stored_configuration_test.cpp - Which configuration was last in force, and what is
// told while it runs.
#include "app/stored_configuration.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "pipeline/pipeline.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"

namespace stored_configuration_test {

using namespace parkwatch;
using namespace parkwatch::app;

namespace {

struct Gateway {
  Gateway() { write("first", "[[tag]]\nname = \"a/b/c\"\n"); }
  void write(const std::string& park, const std::string& more) const {
    std::ofstream{path()} << "[daemon]\npark = \"" << park << "\"\nstate_directory = \"state\"\n"
                          << more;
  }
  [[nodiscard]] std::string path() const { return (dir.path() / "p.toml").string(); }
  // As a daemon that runs the file, and ends.
  void run() {
    Diagnostics out;
    const auto config = config::load(path(), {}, out);
    REQUIRE(config);
    store::StoreOptions options;
    options.directory = config->state_directory;
    const auto store = store::open_store(options);
    REQUIRE(store.ok());
    store::Batch batch;
    const Timestamp now = from_us(1'700'000'000'000'000);
    sequence = (*store)->recovered().last_sequence + 1;
    pipeline.step(now, std::vector<Input>{{sequence, now, NewPlant{config->plant}}}, batch.facts);
    batch.last_sequence = sequence;
    batch.now = now;
    batch.plants = {{config->plant->hash, config->bundle}};
    REQUIRE((*store)->commit(batch).ok());
  }

  test::TempDir dir;
  pipeline::Pipeline pipeline;
  std::uint64_t sequence = 0;
};

Diagnostics mistakes() {
  return {{Diagnostic::Severity::warning, {"p.toml", 1, 1}, "odd", "is odd"},
          {Diagnostic::Severity::error, {"p.toml", 7, 3}, "rule.kind", "unknown kind"},
          {Diagnostic::Severity::error, {"p.toml", 9, 3}, "rule.H", "no number"}};
}

}  // namespace

TEST_CASE("stored configuration: the one that was last in force is given, old ones are not",
          "[app]") {
  Gateway gateway;
  gateway.run();
  gateway.write("first", "[[tag]]\nname = \"a/b/d\"\n");
  gateway.run();
  gateway.write("first", "[[tag]]\nname = 7\n");
  Diagnostics out;
  const auto config = stored_configuration(gateway.path(), out);
  REQUIRE(config.ok());
  CHECK(std::none_of(out.begin(), out.end(), [](const Diagnostic& d) {
    return d.severity == Diagnostic::Severity::error;
  }));
  REQUIRE((*config)->plant->tags.size() == 1);
  CHECK((*config)->plant->tags[0].name == "a/b/d");
  CHECK((*config)->state_directory == (gateway.dir.path() / "state").string());
}

TEST_CASE("stored configuration: a damaged store is salvaged once, and the daemon knows of it",
          "[app]") {
  Gateway gateway;
  gateway.run();
  const std::filesystem::path state = gateway.dir.path() / "state";
  std::ofstream{state / "parkwatch.db-damaged"} << "parkwatch-damaged-1.db\na page is destroyed\n";
  gateway.write("first", "[[tag]]\nname = 7\n");
  Diagnostics out;
  const auto config = stored_configuration(gateway.path(), out);
  REQUIRE(config.ok());
  store::StoreOptions options;
  options.directory = (*config)->state_directory;
  const auto store = store::open_store(options);
  REQUIRE(store.ok());
  REQUIRE((*store)->recovered().salvage);
  CHECK((*store)->recovered().salvage->reason == "a page is destroyed");
  const std::filesystem::directory_iterator files{state};
  CHECK(std::count_if(begin(files), end(files), [](const auto& file) {
          const std::string name = file.path().filename().string();
          return name.starts_with("parkwatch-damaged-") && name.ends_with(".db");
        }) == 1);
}

TEST_CASE("stored configuration: one that keeps its state elsewhere is not run", "[app]") {
  Gateway gateway;
  gateway.run();
  std::filesystem::rename(gateway.dir.path() / "state", gateway.dir.path() / "moved");
  std::ofstream{gateway.path()} << "[daemon]\nstate_directory = \"moved\"\n[[tag]]\nname = 7\n";
  Diagnostics out;
  const auto config = stored_configuration(gateway.path(), out);
  REQUIRE_FALSE(config.ok());
  CHECK_THAT(config.error().message, Catch::Contains("keeps its state in"));
  CHECK_FALSE(std::filesystem::exists(gateway.dir.path() / "state"));
}

TEST_CASE("stored configuration: where none was in force there is none, and no store is made",
          "[app]") {
  const Gateway gateway;
  Diagnostics out;
  const auto config = stored_configuration(gateway.path(), out);
  REQUIRE_FALSE(config.ok());
  CHECK(config.error().kind == ErrorKind::not_found);
  CHECK_FALSE(std::filesystem::exists(gateway.dir.path() / "state"));
}

TEST_CASE("stored configuration: the alarm counts errors and names the first, in both languages",
          "[app]") {
  const OwnCondition own = configuration_fault("p.toml", mistakes());
  CHECK(own.on);
  CHECK(own.rule == "configuration-fault");
  CHECK(own.tag == "gateway/configuration");
  CHECK(own.priority == Priority::high);
  for (const std::string& text : {own.message.en, own.message.zh}) {
    CHECK_THAT(text, Catch::Contains(" 2 ") && Catch::Contains("p.toml:7:3") &&
                         Catch::Contains("unknown kind") && !Catch::Contains("is odd"));
  }
  const OwnCondition well = configuration_is_well();
  CHECK_FALSE(well.on);
  CHECK(well.rule == own.rule);
  CHECK(well.tag == own.tag);
}

}  // namespace stored_configuration_test
