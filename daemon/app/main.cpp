// daemon/app/main.cpp - parkwatchd: the daemon's command line.
#include <google/protobuf/stubs/logging.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "app/daemon.h"
#include "config/gates.h"
#include "spdlog/logger.h"

namespace {

using parkwatch::app::DaemonOptions;

int check(const std::string& path) {
  parkwatch::Diagnostics diagnostics;
  const auto config = parkwatch::app::load_config(path, diagnostics);
  if (config != nullptr) (void)parkwatch::config::read_permit_list(*config, diagnostics);
  for (const auto& diagnostic : diagnostics) {
    std::fprintf(stdout, "%s\n", parkwatch::to_text(diagnostic).c_str());
  }
  if (config == nullptr || parkwatch::has_errors(diagnostics)) return 1;
  std::fprintf(stdout, "%s: ok, %zu tags, %zu rules, %zu sources\n", path.c_str(),
               config->plant->tags.size(), config->plant->rules.size(), config->sources.size());
  return 0;
}

int run(const DaemonOptions& options) {
  // A few threads that allocate little: the default of eight arenas a core only costs memory.
  (void)mallopt(M_ARENA_MAX, 2);
  parkwatch::app::Daemon daemon{options};
  const auto started = daemon.start();
  if (!started.ok()) {
    parkwatch::app::logger().critical(started.error().message);
    // The threads that started are idle and nothing was acknowledged: leave as a kill would.
    std::fflush(nullptr);
    std::_Exit(1);
  }
  return daemon.run();
}

int main_of(int argc, char** argv) {
  // What it has to say of bad bytes is in our refusals; standard error is the log's.
  google::protobuf::SetLogHandler(nullptr);
  CLI::App cli{"Parkwatch: watches an industrial park. Not a safety instrumented system."};
  DaemonOptions options;
  options.config_path = "/etc/parkwatch/parkwatch.toml";
  bool only_check = false;
  cli.add_option("-c,--config", options.config_path, "The configuration file")
      ->capture_default_str();
  cli.add_flag("--check", only_check, "Check the configuration, print every error, and end");
  cli.add_flag(
      "--simulate", options.simulate,
      "The time is that of the messages (a simulation, as fast as they come); the names of the "
      "park, its folders and boards end in -simulated, and no configured client_id is used");
  cli.set_version_flag("--version", std::string{PARKWATCH_VERSION});
  // Not shown: only the fault harnesses use them, to prove that they can see a loss.
  cli.add_option("--unsafe-synchronous", options.synchronous)->group("");
  cli.add_flag("--unsafe-acknowledge-early", options.acknowledge_early)->group("");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : 2;  // as the tools
  }
  return only_check ? check(options.config_path) : run(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return main_of(argc, argv);
  } catch (const std::exception& error) {  // memory, or a defect: said, not dumped
    std::fprintf(stderr, "parkwatchd: %s\n", error.what());
    return 1;
  }
}
