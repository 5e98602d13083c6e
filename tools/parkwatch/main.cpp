// tools/parkwatch/main.cpp - The command line's process: streams, terminal, language.
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tools/parkwatch/backtest.h"
#include "tools/parkwatch/check.h"
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/commands.h"
#include "tools/parkwatch/explain.h"
#include "tools/parkwatch/listen.h"
#include "tools/parkwatch/new_configuration.h"
#include "tools/parkwatch/points.h"
#include "tools/parkwatch/salvage.h"
#include "tools/parkwatch/systems.h"

namespace {

using namespace parkwatch;

// As POSIX orders them: the first that is set decides.
bool wants_chinese() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string_view{value}.starts_with("zh");
  }
  return false;
}

bool wants_colour() {
  const char* none = std::getenv("NO_COLOR");  // no-color.org
  return ::isatty(STDOUT_FILENO) == 1 && (none == nullptr || *none == '\0');
}

void pause_for(Duration time) {
  boost::asio::io_context loop;
  boost::asio::steady_timer timer{loop, time};
  timer.wait();
}

int run_any(const cli::CommandLine& line, cli::Console& console) {
  if (const auto* check = std::get_if<cli::CheckCommand>(&line.command)) {
    return cli::check(*check, console);
  }
  if (const auto* backtest = std::get_if<cli::BacktestCommand>(&line.command)) {
    return cli::backtest(*backtest, console);
  }
  if (const auto* explain = std::get_if<cli::ExplainCommand>(&line.command)) {
    return cli::explain(*explain, console);
  }
  if (const auto* points = std::get_if<cli::PointsCommand>(&line.command)) {
    return cli::points(*points, console);
  }
  if (const auto* systems = std::get_if<cli::SystemsCommand>(&line.command)) {
    return cli::systems(*systems, console);
  }
  if (const auto* fresh = std::get_if<cli::NewCommand>(&line.command)) {
    return cli::new_configuration(*fresh, console);
  }
  if (const auto* listen = std::get_if<cli::ListenCommand>(&line.command)) {
    return cli::listen(*listen, console);
  }
  if (const auto* salvage = std::get_if<cli::SalvageCommand>(&line.command)) {
    return cli::salvage(*salvage, console);
  }
  return cli::run_command(line, console);
}

int run(std::vector<std::string> args) {
  const cli::Parsed parsed = cli::parse_command_line(std::move(args));
  if (!parsed.line) {
    (parsed.code == cli::exit_ok ? std::cout : std::cerr) << parsed.text;
    return parsed.code;
  }
  cli::Console console{
      std::cout, std::cerr, {wants_colour(), wants_chinese()}, parsed.line->json, pause_for};
  const int code = run_any(*parsed.line, console);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "parkwatch: standard output cannot be written\n";
    return cli::exit_no;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {  // memory, or a defect: said, not dumped
    std::cerr << "parkwatch: " << error.what() << '\n';
    return cli::exit_no;
  }
}
