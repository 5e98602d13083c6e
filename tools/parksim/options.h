// tools/parksim/options.h - The command line of parksim. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/time.h"
#include "tools/parksim/physics/incident.h"
#include "tools/parksim/physics/system_park.h"

namespace parkwatch::parksim {

struct Broker {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  bool tls = false;

  bool operator==(const Broker&) const = default;
};

enum class Mode {
  publish,
  print,  // NDJSON on standard output, as fast as it goes
  list_incidents,
  list_tags,  // CSV
};

struct Options {
  Mode mode = Mode::publish;
  Broker broker;
  std::string client_id;  // empty: parksim-<process id>
  std::string username;
  std::string password_file;  // its first line
  std::string ca_file;        // PEM; empty: the system's
  std::string replay;         // a recording's mapping, instead of the simulated park; empty: none
  std::uint64_t seed = 1;
  std::vector<Incident> incidents;    // of the demo park
  std::vector<SystemChoice> systems;  // not empty: these are simulated instead of the demo park
  std::optional<Duration> duration;   // of simulated time; empty: until a signal
  std::optional<Timestamp> start;     // empty: now
  double rate = 1.0;                  // 0.01..100, divides the publishing periods
  double speed = 1.0;                 // 0.01..10000, simulated seconds a second
};

// What the process is to do now, or the text that it prints before it ends with `exit_code`.
struct Parsed {
  Options options;
  bool run = false;
  int exit_code = 0;
  std::string text;
};

[[nodiscard]] Parsed parse_command_line(int argc, const char* const* argv);

// "leak@20s+40s"; bare numbers are seconds. Errors: bad_input, with what would be right.
[[nodiscard]] Result<Incident> parse_incident(std::string_view text);
// "tank-farm" or "tank-farm:FILE", where FILE has a table [system] as incidents.toml does. Reads
// the file. Errors: bad_input.
[[nodiscard]] Result<SystemChoice> parse_system(std::string_view text);
// "tank-farm/flange-leak@30m+20m" for every chosen system of that package. Errors: bad_input.
[[nodiscard]] Result<Done> add_system_incident(std::string_view text,
                                               std::vector<SystemChoice>& systems);
// "mqtt://host[:port]" or "mqtts://host[:port]", IPv6 hosts in brackets. Errors: bad_input.
[[nodiscard]] Result<Broker> parse_broker(std::string_view text);

}  // namespace parkwatch::parksim
