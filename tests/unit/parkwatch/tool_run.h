// tests/unit/parkwatch/tool_run.h - The command line against a scripted daemon: what it asks, what
// it says, its exit code.
#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/parkwatch/recording_console.h"
#include "tests/unit/parkwatch/scripted_server.h"
#include "tools/parkwatch/commands.h"

namespace parkwatch::test {

struct Run {
  int code = -1;
  std::string out;
  std::string err;
  std::vector<Asked> asked;
};

// Runs `parkwatch args...`; the daemon gives the answers of the script, one after the other.
inline Run run(std::vector<Scripted> script, std::vector<std::string> args) {
  const ScriptedServer server{std::move(script)};
  args.insert(args.begin(), {"--url", server.url()});
  const cli::Parsed parsed = cli::parse_command_line(std::move(args));
  CAPTURE(parsed.text);
  REQUIRE(parsed.line);
  RecordingConsole rec;
  rec.console.json = parsed.line->json;
  Run out;
  out.code = cli::run_command(*parsed.line, rec.console);
  out.out = rec.out.str();
  out.err = rec.err.str();
  out.asked = server.asked();
  return out;
}

}  // namespace parkwatch::test
