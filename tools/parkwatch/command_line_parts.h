// tools/parkwatch/command_line_parts.h - What the files of the command line share.
#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "tools/parkwatch/command_line.h"

namespace parkwatch::cli {

// Makes `Wanted` the command when its subcommand is given, and gives its fields to fill.
template <typename Wanted>
Wanted& command_of(CLI::App& sub, std::shared_ptr<Wanted> fields, CommandLine& line) {
  sub.callback([fields, &line] { line.command = *fields; });
  return *fields;
}

template <typename Wanted>
std::pair<CLI::App*, Wanted*> add_command(CLI::App& app, CommandLine& line, const char* name,
                                          const char* help) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->fallthrough();
  return {sub, &command_of(*sub, std::make_shared<Wanted>(), line)};
}

void add_gates(CLI::App& app, CommandLine& line);

}  // namespace parkwatch::cli
