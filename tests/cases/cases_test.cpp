// tests/cases/cases_test.cpp - Runs every folder of drivers/*/testcases: a case needs no code.
#include <catch2/catch.hpp>
#include <fstream>

#include "case_files.h"
#include "config/toml.h"
#include "drivers/driver.h"

namespace parkwatch::cases::cases_test {
namespace {

const std::filesystem::path drivers = std::filesystem::path{PARKWATCH_SOURCE_DIR} / "drivers";

// The only [[source]] of a case's config.toml.
std::shared_ptr<const SettingsTable> source_of(const std::filesystem::path& folder,
                                               Diagnostics& out) {
  const std::string file = (folder / "config.toml").string();
  const auto root = config::parse_toml(file, read_file(file), out);
  if (!root) return nullptr;
  SettingsReader reader{*root, "", out};
  const auto sources = reader.tables("source");
  reader.finish();
  if (sources.size() != 1) reader.error("source", "a case has one [[source]]");
  return sources.size() == 1 ? std::make_shared<SettingsTable>(*sources.front()) : nullptr;
}

std::string texts(const Diagnostics& diagnostics) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) lines += to_text(diagnostic) + '\n';
  return lines;
}

std::string run(const std::filesystem::path& folder) {
  const std::string driver = folder.parent_path().parent_path().filename().string();
  Diagnostics diagnostics;
  const auto source = source_of(folder, diagnostics);
  if (source) check_driver(driver, *source, diagnostics);
  if (!diagnostics.empty() || !source) return texts(diagnostics);
  const auto messages = parse_input(read_file(folder / "input.txt"));
  if (!messages) return messages.error().message;
  const auto decoder = find_driver(driver)->decoder(*source);
  std::string lines;
  for (std::size_t i = 0; i < messages->size(); ++i) {
    Decoded decoded;
    decoder->decode((*messages)[i], decoded);
    lines += to_ndjson(i + 1, decoded);
  }
  return lines;
}

TEST_CASE("cases: every folder of every driver gives what it expects", "[cases]") {
  const auto found = find_cases(drivers);
  REQUIRE(found.size() >= 10);
  for (const std::filesystem::path& folder : found) {
    CAPTURE(folder.string());
    CHECK(run(folder) == read_file(folder / "expected.ndjson"));
  }
}

// For the author of a case: cases_test "[write]", then read what it wrote.
TEST_CASE("cases: write what every folder gives", "[.][write]") {
  for (const std::filesystem::path& folder : find_cases(drivers)) {
    std::ofstream out{folder / "expected.ndjson", std::ios::binary};
    out << run(folder);
    REQUIRE(out.flush());
  }
}

TEST_CASE("cases: every driver's sample.toml is one that its check takes", "[cases]") {
  std::size_t samples = 0;
  for (const DriverEntry& entry : driver_table()) {
    const std::filesystem::path file = drivers / entry.name / "sample.toml";
    CAPTURE(file.string());
    Diagnostics diagnostics;
    const auto root = config::parse_toml(file.string(), read_file(file), diagnostics);
    REQUIRE(root);
    SettingsReader reader{*root, "", diagnostics};
    for (const SettingsTable* source : reader.tables("source")) {
      check_driver(std::string{entry.name}, *source, diagnostics);
      ++samples;
    }
    CHECK(texts(diagnostics) == "");
  }
  CHECK(samples >= driver_table().size());
}

TEST_CASE("case files: a line is a topic, a tab and a payload", "[cases]") {
  const auto messages =
      parse_input("# a comment\n\na/b\t{\"v\":1}\nx\\ty\t\\x00\\n\\\\\nz\thex:00fF\nempty\t\n");
  REQUIRE(messages);
  REQUIRE(messages->size() == 4);
  CHECK((*messages)[0].topic == "a/b");
  CHECK((*messages)[0].payload == "{\"v\":1}");
  CHECK((*messages)[1].topic == "x\ty");
  CHECK((*messages)[1].payload == std::string("\0\n\\", 3));
  CHECK((*messages)[2].payload == std::string("\0\xFF", 2));
  CHECK((*messages)[3].payload.empty());
  for (const char* wrong : {"no tab\n", "a\t\\q\n", "a\t\\x0\n", "a\thex:0\n", "a\t\\\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_input(wrong));
  }
}

}  // namespace
}  // namespace parkwatch::cases::cases_test
