// daemon/config/config.h - Files -> one checked, immutable Config, or every error with file, line
// and key.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/plant.h"
#include "model/result.h"
#include "model/settings.h"
#include "model/time.h"

namespace parkwatch::config {

struct SourceConfig {
  std::string name;
  std::string driver;
  std::shared_ptr<const SettingsTable> table;  // for the driver
};

struct HttpConfig {
  std::string listen = "127.0.0.1:7300";  // address:port; port 0 picks one
  std::string token_file;                 // empty: loopback only
  std::size_t connections_max = 64;
};

struct AlertConfig {  // the broker that alerts go to
  bool enabled = false;
  std::shared_ptr<const SettingsTable> table;  // url, credentials, TLS: the same keys as a source's
};

struct StoreConfig {
  std::uint64_t bytes_max = 0;
  Duration age_max{0};
  Duration linger = std::chrono::milliseconds{500};
  Duration snapshot_every = std::chrono::minutes{5};
  std::uint64_t snapshot_readings = 1'000'000;
  std::uint64_t quarantine_rows_max = 1000;
};

// One file's text; together they are what is hashed and kept.
struct File {
  std::string path;  // relative to the main file's folder
  std::string text;
};

struct Config {
  std::string state_directory;
  std::string log_level = "info";
  HttpConfig http;
  StoreConfig store;
  AlertConfig alerts;
  std::uint64_t intake_bytes_max = 0;
  std::vector<SourceConfig> sources;   // the position is the SourceId
  std::shared_ptr<const Plant> plant;  // without decoders
  std::string bundle;  // every file's path and text in one string: what the store keeps
};

// Checks one [[source]] (and [alerts]) table; from drivers/table.cpp, given by app and the tools,
// since config knows no driver.
using DriverCheck =
    std::function<void(const std::string& driver, const SettingsTable& table, Diagnostics& out)>;

// Reads `path` and the files that it includes. Collects every semantic error, and one syntax error
// a file. Warnings alone leave the result usable. Result is null if there is any error in `out`.
[[nodiscard]] std::shared_ptr<const Config> load(const std::string& path, const DriverCheck& check,
                                                 Diagnostics& out);
// The same from a bundle as the store keeps it, for a replay.
[[nodiscard]] std::shared_ptr<const Config> load_bundle(const std::string& bundle,
                                                        const DriverCheck& check, Diagnostics& out);

}  // namespace parkwatch::config
