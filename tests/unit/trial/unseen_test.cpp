// tests/unit/trial/unseen_test.cpp - Tags that the store has nothing new of, and how check warns.
#include "tools/trial/unseen.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "config/config.h"
#include "config/files.h"
#include "parkwatch/v1/snapshot.pb.h"
#include "pipeline/pipeline.h"
#include "store/store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/app/small_plant.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tools/parkwatch/check.h"

namespace unseen_test {

using namespace parkwatch;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp began = from_us(1'700'000'000'000'000);

// Four tags in four lines from line 10 on, and one that is computed.
std::string park(const std::string& state) {
  return "[daemon]\npark = \"p\"\nstate_directory = \"" + state +
         "\"\n\n[[source]]\nname = \"park\"\ndriver = \"mqtt\"\nurl = \"mqtt://h\"\n"
         "mapping = [{ topic = \"{site}/{device}/{quantity}\", tag = "
         "\"{site}/{device}/{quantity}\", value = \"\" }]\n"
         "[[tag]]\nname = \"a/b/often\"\n[[tag]]\nname = \"a/b/once\"\n[[tag]]\nname = "
         "\"a/b/never\"\n[[tag]]\nname = \"a/b/sum\"\nexpression = \"`a/b/never` + 1\"\n";
}

// a/b/once comes at the beginning, a/b/often then and in the end, after `length`.
void record(const std::string& directory, const std::string& text, Duration length) {
  store::StoreOptions options;
  options.directory = directory;
  auto opened = store::open_store(options);
  REQUIRE(opened.ok());
  const std::string bundle = config::make_bundle({{"p.toml", text}});
  Diagnostics out;
  const auto loaded = config::load_bundle(bundle, {}, out);
  for (const Diagnostic& diagnostic : out) UNSCOPED_INFO(to_text(diagnostic));
  REQUIRE(loaded != nullptr);
  auto plant = std::make_shared<Plant>(*loaded->plant);
  plant->decoders = {std::make_shared<test::PlainDecoder>()};
  pipeline::Pipeline pipeline;
  std::uint64_t sequence = 0;
  const auto commit = [&](Timestamp now, std::vector<Input> inputs, bool first) {
    for (Input& input : inputs) {
      input.sequence = ++sequence;
      input.receive_time = now;
    }
    store::Batch batch;
    batch.now = now;
    pipeline.step(now, inputs, batch.facts);
    batch.last_sequence = sequence;
    if (first) batch.plants.emplace_back(plant->hash, bundle);
    auto snapshot = std::make_shared<v1::Snapshot>();
    pipeline.snapshot(*snapshot);
    batch.snapshot = std::move(snapshot);
    REQUIRE((*opened)->commit(batch).ok());
  };
  commit(began,
         {{0, began, NewPlant{plant}},
          {0, began, test::message("a/b/often", "1")},
          {0, began, test::message("a/b/once", "1")}},
         true);
  commit(began + length, {{0, began, test::message("a/b/often", "2")}}, false);
}

std::vector<std::string> unseen_in(const std::string& directory, const std::string& text) {
  Diagnostics out;
  const auto config = config::load_bundle(config::make_bundle({{"p.toml", text}}), {}, out);
  REQUIRE(config != nullptr);
  const auto history = store::open_history(directory);
  REQUIRE(history.ok());
  const auto unseen = trial::unseen_tags(**history, *config->plant, 24h);
  if (!unseen) FAIL(unseen.error().message);
  return *unseen;
}

}  // namespace

TEST_CASE("unseen: tags that came long ago or never, but none that is computed", "[trial]") {
  const test::TempDir dir;
  const std::string text = park("state");
  record(dir.path(), text, 25h);
  CHECK(unseen_in(dir.path(), text) == std::vector<std::string>{"a/b/once", "a/b/never"});
  // The daemon that recorded had no such tag.
  CHECK(unseen_in(dir.path(), text + "[[tag]]\nname = \"a/b/new\"\n").size() == 2);
}

TEST_CASE("unseen: too little is stored to say so, or nothing", "[trial]") {
  const test::TempDir young;
  const std::string text = park("state");
  record(young.path(), text, 23h);
  CHECK(unseen_in(young.path(), text).empty());
  const test::TempDir empty;
  store::StoreOptions options;
  options.directory = empty.path();
  REQUIRE(store::open_store(options).ok());
  CHECK(unseen_in(empty.path(), text).empty());
}

TEST_CASE("unseen: check warns at the tag where the gateway records, and is content elsewhere",
          "[trial]") {
  const test::TempDir dir;
  const std::string state = dir.path() / "state";
  const std::string file = dir.path() / "p.toml";
  std::ofstream{file} << park(state);
  const auto checked = [&] {
    test::RecordingConsole rec;
    CHECK(cli::check(cli::CheckCommand{file}, rec.console) == cli::exit_ok);
    return rec.out.str();
  };
  CHECK(checked().find("no reading seen") == std::string::npos);  // there is no such directory
  std::filesystem::create_directory(state);
  record(state, park(state), 25h);
  const std::string out = checked();
  CAPTURE(out);
  CHECK(out.find("p.toml:12:1 warning tag: no reading seen for a/b/once in the last 24 h") !=
        std::string::npos);
  CHECK(out.find("no reading seen for a/b/never") != std::string::npos);
  CHECK(out.find("no reading seen for a/b/often") == std::string::npos);
  CHECK(out.find("0 errors, 2 warnings") != std::string::npos);
}

}  // namespace unseen_test
