// tools/parkwatch/backtest.cpp - Loads, runs, compares, prints.
#include "tools/parkwatch/backtest.h"

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>

#include "config/config.h"
#include "report/terminal_text.h"
#include "tools/parkwatch/backtest_view.h"

namespace parkwatch::cli {
using report::printable;
namespace json = boost::json;
namespace {

constexpr std::size_t journal_rows_max = 5'000'000;

double seconds_since(std::chrono::steady_clock::time_point before) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
}

// A folder stands for the parkwatch.toml in it. Null: everything is said already.
std::shared_ptr<const config::Config> config_of(std::string path, Console& console) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) path += "/parkwatch.toml";
  Diagnostics diagnostics;
  auto config = config::load(path, {}, diagnostics);
  if (config != nullptr) return config;
  const Diagnostics errors = errors_of(diagnostics);
  say_error(console, errors.empty() ? path + " has errors; parkwatch check tells all"
                                    : to_text(errors.front()));
  return nullptr;
}

bool take_time(const std::string& text, const char* option, std::optional<Timestamp>& out,
               Console& console) {
  if (text.empty()) return true;
  out = parse_rfc3339(text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
  if (!out)
    say_error(console, std::string{option} + " is a day or a time like 2026-05-01T06:00:00Z");
  return out.has_value();
}

int show(const trial::Verified& verified, double seconds, Console& console) {
  if (console.json) {
    console.out << json::serialize(verify_document(verified)) << '\n';
  } else {
    for (const std::string& one : verified.first) console.out << printable(one) << '\n';
    console.out << verified_view(verified, seconds, console.style) << '\n';
  }
  return verified.differ == 0 ? exit_ok : exit_no;
}

void show(const BacktestCommand& command, const trial::BacktestRun& run,
          const trial::RulesCompared& compared, double seconds, Console& console) {
  if (console.json) {
    console.out << json::serialize(backtest_document(run, compared, seconds)) << '\n';
    return;
  }
  if (command.csv) {
    console.out << backtest_csv(compared);
    return;
  }
  if (command.html) {
    console.out << backtest_html(run, compared, seconds, console.style);
    return;
  }
  if (command.list) console.out << transitions_view(run.transitions);
  console.out << backtest_view(run, compared, seconds, console.style)
              << missed_view(compared, console.style);
  if (compared.missed.empty()) return;
  console.out << missed_summary(compared.missed.size(), command.allow_missed, console.style)
              << '\n';
}

int failed(const Error& error, Console& console) {
  say_error(console, error.message);
  return error.kind == ErrorKind::bad_input ? exit_usage : exit_no;
}

}  // namespace

int backtest(const BacktestCommand& command, Console& console) {
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  if (!take_time(command.from, "--from", from, console) ||
      !take_time(command.to, "--to", to, console)) {
    return exit_usage;
  }
  const bool needs_config = !command.verify || command.state_directory.empty();
  const auto config = needs_config ? config_of(command.rules, console) : nullptr;
  if (needs_config && config == nullptr) return exit_no;
  const bool is_named = !command.state_directory.empty() || config == nullptr;
  const auto history =
      store::open_history(is_named ? command.state_directory : config->state_directory);
  if (!history) return failed(history.error(), console);
  const auto before = std::chrono::steady_clock::now();
  if (command.verify) {
    const auto verified = trial::verify(**history, from, to);
    if (!verified) return failed(verified.error(), console);
    return show(*verified, seconds_since(before), console);
  }
  auto run = trial::run_rules(**history, config->plant, from, to);
  if (!run) return failed(run.error(), console);
  const double seconds = seconds_since(before);
  auto recorded = (*history)->journal(run->from, run->to, journal_rows_max);
  if (!recorded) return failed(recorded.error(), console);
  if (run->passages_gone) {
    const auto of_gates = [](const AlarmEvent& event) { return is_gate_rule(event.rule); };
    std::erase_if(*recorded, of_gates);
    std::erase_if(run->transitions, of_gates);
  }
  const auto compared = trial::compare(*recorded, run->transitions, run->from, run->to);
  show(command, *run, compared, seconds, console);
  return compared.missed.empty() || command.allow_missed ? exit_ok : exit_no;
}

}  // namespace parkwatch::cli
