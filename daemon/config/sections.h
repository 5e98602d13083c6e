// daemon/config/sections.h - The sections of the main file that are no tags and no rules. Pure, but
// for a look at the files that keys name.
#pragma once
#include <optional>
#include <string>

#include "config/config.h"
#include "model/plant.h"
#include "model/settings.h"

namespace parkwatch::config {

// Where relative paths begin, and whether the files that keys name are looked at (not in a replay).
struct Surroundings {
  std::string folder;
  bool check_files = true;
  FileFaults file_faults = FileFaults::errors;
};

// Looks at the file of a peer's key. `forbidden` as for fault_of_file.
void look_at_peer_file(SettingsReader& reader, std::string_view key, const std::string& path,
                       unsigned forbidden, const Surroundings& around);

// Reads [daemon], [http], [store], [intake], [time], [alerts] and [[source]] of the main file's
// root into `config` and `plant`.
void read_sections(SettingsReader& root, const Surroundings& around, const DriverCheck& check,
                   Config& config, Plant& plant, Diagnostics& out);

// "127.0.0.1:7300", "[::1]:0".
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;
  bool loopback = false;
};
// Empty: no numeric address with a port.
[[nodiscard]] std::optional<ListenAddress> parse_listen(const std::string& text);

}  // namespace parkwatch::config
