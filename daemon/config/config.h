// daemon/config/config.h - Files -> one checked, immutable Config, or every error with file, line
// and key.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alarms/kpi.h"
#include "config/rule_tests.h"
#include "model/diagnostic.h"
#include "model/notify_plan.h"
#include "model/plant.h"
#include "model/result.h"
#include "model/settings.h"
#include "model/time.h"

namespace parkwatch::config {

inline constexpr std::size_t diagnostics_max = 1000;
inline constexpr std::size_t sources_max = 64;

struct SourceConfig {
  std::string name;
  std::string driver;
  // For the driver. After load(), texts of keys that end in `_file` are paths that stand by
  // themselves.
  std::shared_ptr<const SettingsTable> table;
};

// Who else may ask: a person or a machine.
struct TokenConfig {
  std::string name;  // unique; the author of what it commands
  std::string role;  // "viewer", "puller", "operator", "admin"
  std::string file;  // as token_file
  bool operator==(const TokenConfig&) const = default;
};

struct HttpConfig {
  std::string listen = "127.0.0.1:7300";  // address:port; port 0 picks one
  std::string token_file;                 // as state_directory; empty: loopback only
  std::vector<TokenConfig> tokens;        // either makes other addresses allowed
  std::size_t connections_max = 64;
  bool operator==(const HttpConfig&) const = default;
};

struct AlertConfig {  // the broker that alerts go to
  bool enabled = false;
  std::shared_ptr<const SettingsTable> table;  // url, credentials, TLS: the same keys as a source's
};

struct StoreConfig {
  std::uint64_t bytes_max = std::uint64_t{8} << 30;
  Duration age_max = std::chrono::days{400};
  Duration linger = std::chrono::milliseconds{500};
  Duration snapshot_every = std::chrono::minutes{5};
  std::uint64_t snapshot_readings = 1'000'000;
  std::uint64_t quarantine_rows_max = 1000;
  bool operator==(const StoreConfig&) const = default;
};

// The report of each shift, made when it has ended.
struct ShiftReportConfig {
  std::string directory;  // as state_directory; empty: not written
  bool chinese = true;
  std::size_t keep = 400;              // the newest of them; older ones are deleted
  std::vector<std::string> receivers;  // e-mail
  bool operator==(const ShiftReportConfig&) const = default;
  [[nodiscard]] bool wanted() const { return !directory.empty() || !receivers.empty(); }
};

// Files of [gates] that are no part of the configuration: what is in them is personal, or secret.
struct GatesConfig {
  std::string permits_file;  // as state_directory; empty: none
  std::string key_file;      // likewise
  bool operator==(const GatesConfig&) const = default;
};

// One file's text; together they are what is hashed and kept.
struct File {
  std::string path;  // relative to the main file's folder
  std::string text;
};

struct Config {
  // As written; after load() a relative path begins with the main file's folder.
  std::string state_directory = "/var/lib/parkwatch";
  std::string log_level = "info";
  HttpConfig http;
  StoreConfig store;
  AlertConfig alerts;
  std::uint64_t intake_bytes_max = std::uint64_t{16} << 20;
  std::vector<SourceConfig> sources;       // the position is the SourceId
  std::shared_ptr<const Plant> plant;      // without decoders
  std::vector<SourceLocation> tag_places;  // where each of plant->tags is declared
  std::vector<TagColumns> tag_columns;     // of each of them
  std::shared_ptr<const NotifyPlan> notify;
  std::string bundle;  // every file's path and text in one string: what the store keeps
  // Of point tables, merged with what overrides them; each key has the place that it came from.
  std::vector<std::shared_ptr<const SettingsTable>> point_rules;
  ShiftReportConfig shift_report;
  GatesConfig gates;
  std::vector<alarms::Position> positions;  // of operators, for key figures
  std::vector<std::string> notes;           // for people: how a table was read
  std::vector<RuleTest> tests;              // of load() only: a replay has no use for them
};

// `driver` of the [alerts] table in DriverCheck: its keys are `enabled` and those of a connection.
inline constexpr std::string_view alerts_driver = "alerts";

// Checks one whole [[source]] table, `name`, `driver` and `auto_register` included (config reads
// these three itself and says what is wrong with them), or an [alerts] table with `enabled = true`.
// It also says that a driver is unknown. From drivers/table.cpp, given by app and the tools, since
// config knows no driver. Empty: nothing is checked.
using DriverCheck =
    std::function<void(const std::string& driver, const SettingsTable& table, Diagnostics& out)>;

// What a password, key or certificate is that a [[source]], [alerts] or a [[receiver]] names and
// that cannot be read, and a token of [http]. A start takes warnings: one such file must not leave
// the whole park unwatched. Files of [gates] are errors always.
enum class FileFaults : std::uint8_t { errors, warnings };

// Reads `path` and the files that it includes. Collects every semantic error, and one syntax error
// a file, in the order of the files and their lines; at most diagnostics_max. Warnings alone leave
// the result usable. Result is null if there is any error in `out`. Blocks on the disk; any thread.
[[nodiscard]] std::shared_ptr<const Config> load(const std::string& path, const DriverCheck& check,
                                                 Diagnostics& out,
                                                 FileFaults file_faults = FileFaults::errors);
// The same from a bundle as the store keeps it, for a replay: touches no file, so paths stay as
// they are written and the files that keys name are not looked at. The plant's hash is that of the
// load() that gave the bundle.
[[nodiscard]] std::shared_ptr<const Config> load_bundle(const std::string& bundle,
                                                        const DriverCheck& check, Diagnostics& out);
// The same to be run in place of the files that it was made of: `path` is the main file's, whatever
// is in it now. Paths begin in its folder and the files that keys name are looked at, with warnings
// for those of peers, as load() does at a start.
[[nodiscard]] std::shared_ptr<const Config> load_bundle_to_run(const std::string& bundle,
                                                               const std::string& path,
                                                               const DriverCheck& check,
                                                               Diagnostics& out);

}  // namespace parkwatch::config
