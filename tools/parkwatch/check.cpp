// tools/parkwatch/check.cpp - See the header.
#include "tools/parkwatch/check.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <map>

#include "config/config.h"
#include "config/gates.h"
#include "drivers/driver.h"
#include "report/terminal_text.h"
#include "tools/trial/coverage.h"
#include "tools/trial/rule_test.h"
#include "tools/trial/unseen.h"

namespace parkwatch::cli {
using report::printable;
namespace json = boost::json;
namespace {

// Missing levels named in the summary; --coverage lists all.
constexpr std::size_t missing_named_max = 6;
// Silent tags that are named.
constexpr std::size_t unseen_named_max = 20;
constexpr Duration unseen_after = std::chrono::hours{24};

bool is_error(const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; }

json::object document_of(const Diagnostic& d) {
  json::object document{{"severity", is_error(d) ? "error" : "warning"},
                        {"file", d.where.file},
                        {"line", d.where.line},
                        {"column", d.where.column},
                        {"key", d.key},
                        {"message", d.message}};
  if (!d.where.instance.empty()) document["instance"] = d.where.instance;
  return document;
}

struct TestsRun {
  explicit TestsRun(const Plant& plant) : coverage(plant) {}

  std::size_t passed = 0;
  std::vector<trial::TestOutcome> failed;
  trial::Coverage coverage;
  double seconds = 0;
};

TestsRun run_tests(const config::Config& config) {
  TestsRun run{*config.plant};
  const auto before = std::chrono::steady_clock::now();
  for (const config::RuleTest& test : config.tests) {
    trial::TestOutcome outcome = trial::run_test(test, *config.plant);
    run.coverage.add(outcome);
    if (outcome.passed) {
      ++run.passed;
    } else {
      run.failed.push_back(std::move(outcome));
    }
  }
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  return run;
}

std::string name_of(const trial::LevelOfRule& level) {
  return level.rule + ' ' + std::string{to_text(level.level)};
}

json::object document_of(const TestsRun& run) {
  json::array missing;
  for (const trial::LevelOfRule& level : run.coverage.missing()) {
    missing.push_back(json::object{{"rule", level.rule},
                                   {"level", to_text(level.level)},
                                   {"priority", to_text(level.priority)}});
  }
  return {{"passed", run.passed},
          {"failed", run.failed.size()},
          {"levels", run.coverage.levels()},
          {"levels_reached", run.coverage.reached()},
          {"levels_missing", std::move(missing)}};
}

// "tests 42 passed, 1 failed, 0.03 s · coverage 61/66 levels (missing: tank-level LL, ...)"
std::string summary_of(const TestsRun& run) {
  std::array<char, 32> seconds{};
  (void)std::snprintf(seconds.data(), seconds.size(), "%.2f s", run.seconds);
  std::string text = "tests " + std::to_string(run.passed) + " passed, " +
                     std::to_string(run.failed.size()) + " failed, " + seconds.data() +
                     " · coverage " + std::to_string(run.coverage.reached()) + '/' +
                     std::to_string(run.coverage.levels()) + " levels";
  const auto missing = run.coverage.missing();
  if (missing.empty()) return text + '\n';
  text += " (missing: ";
  for (std::size_t i = 0; i < std::min(missing.size(), missing_named_max); ++i) {
    text += (i == 0 ? "" : ", ") + name_of(missing[i]);
  }
  return text + (missing.size() > missing_named_max ? ", ...)\n" : ")\n");
}

void show_tests(const TestsRun& run, bool all_missing, Console& console) {
  for (const trial::TestOutcome& outcome : run.failed) {
    console.out << printable(to_text(outcome.fault)) << '\n';
    for (std::string_view rest = outcome.detail; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
      console.out << printable(rest.substr(0, end)) << '\n';
      rest.remove_prefix(end + 1);
    }
  }
  if (all_missing) {
    for (const trial::LevelOfRule& level : run.coverage.missing()) {
      console.out << "no test reaches " << name_of(level) << ' ' << to_text(level.priority) << '\n';
    }
  }
  console.out << summary_of(run);
}

std::string value_of(const SettingsValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return '"' + *text + '"';
  if (const auto* whole = std::get_if<std::int64_t>(&value.held)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value.held)) return to_text(Value{*number});
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? "true" : "false";
  std::string out;
  if (const auto* array = std::get_if<std::vector<SettingsValue>>(&value.held)) {
    for (const SettingsValue& one : *array) out += (out.empty() ? "" : ", ") + value_of(one);
    return '[' + out + ']';
  }
  for (const auto& [key, inner] : std::get<std::shared_ptr<SettingsTable>>(value.held)->entries) {
    out += (out.empty() ? "" : ", ") + key + " = " + value_of(inner);
  }
  return "{ " + out + " }";
}

// Each rule that a point table or a system package gave, and from where each of its keys came.
void show_merged(const config::Config& config, Console& console) {
  for (const auto& rule : config.point_rules) {
    console.out << "[[rule]]\n";
    for (const auto& [key, value] : rule->entries) {
      console.out << printable(key + " = " + value_of(value)) << "  # "
                  << printable(value.where.file) << ':' << value.where.line << ':'
                  << value.where.column << '\n';
    }
    console.out << '\n';
  }
}

// Where this gateway records, and whoever asks may read that: tags that should have come by now. No
// more than warnings, so what cannot be looked at is not spoken of.
void add_unseen(const config::Config& config, Diagnostics& out) {
  const auto history = store::open_history(config.state_directory);
  if (!history) return;
  const auto unseen = trial::unseen_tags(**history, *config.plant, unseen_after);
  if (!unseen) return;
  std::map<std::string_view, const SourceLocation*> places;
  for (std::size_t i = 0; i < config.plant->tags.size(); ++i) {
    places.emplace(config.plant->tags[i].name, &config.tag_places[i]);
  }
  for (std::size_t i = 0; i < std::min(unseen->size(), unseen_named_max); ++i) {
    const std::string& tag = (*unseen)[i];
    out.push_back({Diagnostic::Severity::warning, *places.at(tag), "tag",
                   "no reading seen for " + tag + " in the last 24 h"});
  }
  if (unseen->size() <= unseen_named_max) return;
  out.push_back({Diagnostic::Severity::warning,
                 {},
                 "tag",
                 "nor for " + std::to_string(unseen->size() - unseen_named_max) + " more tags"});
}

}  // namespace

int check(const CheckCommand& command, Console& console) {
  Diagnostics diagnostics;
  const auto config = config::load(command.path, check_driver, diagnostics);
  std::optional<TestsRun> run;
  if (config != nullptr) {
    (void)config::read_permit_list(*config, diagnostics);
    add_unseen(*config, diagnostics);
    run.emplace(run_tests(*config));
  }
  const auto failed = run ? static_cast<std::ptrdiff_t>(run->failed.size()) : 0;
  const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), is_error) + failed;
  const auto warnings = static_cast<std::ptrdiff_t>(diagnostics.size()) - errors + failed;
  if (console.json) {
    json::array shown;
    for (const Diagnostic& d : diagnostics) shown.emplace_back(document_of(d));
    json::object document{{"errors", errors}, {"warnings", warnings}};
    if (run) {
      for (const auto& outcome : run->failed) shown.emplace_back(document_of(outcome.fault));
      document["tests"] = document_of(*run);
    }
    document["diagnostics"] = std::move(shown);
    console.out << json::serialize(document) << '\n';
  } else {
    if (config != nullptr && command.merged) show_merged(*config, console);
    for (const Diagnostic& d : diagnostics) console.out << printable(to_text(d)) << '\n';
    for (const std::string& note : config == nullptr ? std::vector<std::string>{} : config->notes) {
      console.out << printable(note) << '\n';
    }
    if (run) show_tests(*run, command.coverage, console);
    console.out << errors << (errors == 1 ? " error, " : " errors, ") << warnings
                << (warnings == 1 ? " warning\n" : " warnings\n");
  }
  return config != nullptr && errors == 0 ? exit_ok : exit_no;
}

}  // namespace parkwatch::cli
