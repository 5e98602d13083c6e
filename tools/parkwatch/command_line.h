// tools/parkwatch/command_line.h - What the user asked for, as values. The words: docs/cli.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/time.h"

namespace parkwatch::cli {

// The exit codes, as docs/cli.md promises them to scripts.
enum ExitCode : int {
  exit_ok = 0,
  exit_no = 1,             // the answer is no: errors found, refused, not there, not written
  exit_usage = 2,          // the command line is wrong
  exit_not_reachable = 3,  // no daemon answers
};

struct CheckCommand {
  std::string path = "/etc/parkwatch/parkwatch.toml";
  bool coverage = false;  // list every level that no test reaches
  bool merged = false;    // print the rules of point tables, and from where each key came
};
struct BacktestCommand {
  std::string rules = "/etc/parkwatch/parkwatch.toml";  // a configuration, or its folder
  std::string state_directory;  // of the recording; empty: that of the configuration
  std::string from;             // RFC 3339 or a day; empty: the beginning
  std::string to;
  std::string against = "recorded";
  bool verify = false;
  bool allow_missed = false;
  bool list = false;  // every transition that comes out
  bool csv = false;
  bool html = false;
};
struct ExplainCommand {
  std::string rule;
  std::string tag;
  std::string config = "/etc/parkwatch/parkwatch.toml";
  std::string state_directory;  // empty: that of the configuration
};
struct KpiCommand {
  std::string from;  // RFC 3339; empty: 30 days before `to`
  std::string to;    // empty: now
  std::string by = "all";
  std::string position;
  std::string groups;  // between commas
};
struct ShiftReportCommand {
  std::string shift;            // "current" or "last"; empty: current, and the last one to sign
  std::string at;               // RFC 3339: the shift in which that lies
  std::string format = "text";  // or "html", "json"
  bool sign = false;            // take over instead of printing
  std::string note;
};
struct PointsCommand {
  enum class Verb { make_template, make_export, diff };
  Verb verb = Verb::make_template;
  bool chinese = true;  // header of a template and an export
  std::string path =
      "/etc/parkwatch/parkwatch.toml";  // export: a configuration; diff: the old table
  std::string other;                    // diff: the new table
};
struct SystemsCommand {
  std::string name;     // of a package; empty: all
  std::string library;  // its folder; empty: what the daemon takes
  bool markdown = false;
};
struct NewCommand {
  std::string directory;
  std::vector<std::string> packages;
  std::vector<std::string> sites;  // one for all, or one each; empty: the packages' names
  std::string park = "park";
  std::string broker = "mqtt://127.0.0.1:1883";
  std::string from;     // a draft of `listen`; empty: none
  std::string library;  // as in SystemsCommand
};
struct ListenCommand {
  std::string broker;
  std::vector<std::string> topics{"#"};
  std::string length = "60s";
  std::string output = "-";
  std::string username;
  std::string password_file;
  std::string ca_file;
};
struct StatusCommand {};
struct TagsCommand {
  std::string pattern;  // empty: all
};
struct AlarmsCommand {
  bool watch = false;
};
struct AckCommand {
  std::string rule;
  std::string tag;
  std::optional<std::uint64_t> occurrence;  // empty: the one that stands now
  std::string comment;
};
// What else is done about one alarm, or about the horn.
struct AlarmVerbCommand {
  std::string path;  // below /v1/alarms/
  std::string done;  // what is said of it
  std::string rule;
  std::string tag;
  std::string group;   // first-out
  std::string length;  // "30m"
  std::string until;   // RFC 3339
  std::string reason;
  std::string comment;
  bool one_shot = false;
};
struct MaintenanceCommand {
  enum class Verb { list, begin, end };
  Verb verb = Verb::list;
  std::string group;
  std::string tags;
  std::string from;
  std::string length;
  std::string until;
  std::string reason;  // begin; end: a comment
  std::uint64_t window = 0;
};
struct LoopCheckCommand {
  enum class Verb { list, start, end };
  Verb verb = Verb::list;
  std::string tag;
  double value = 0;
  std::string length;
  std::string until;
  std::string reason;  // start; end: a comment
};
struct EventsCommand {
  std::string after;  // a cursor; empty: from the beginning
  std::uint64_t max = 1000;
};
enum class PullFormat { ndjson, csv, protobuf };
struct PullCommand {
  PullFormat format = PullFormat::ndjson;
  std::string output = "-";  // a file, or "-" for standard output
  std::string cursor_file;
  bool follow = false;
  std::string tags;  // patterns between commas
  std::string from;  // RFC 3339
  std::string to;
  std::string consumer;
  std::uint64_t page_bytes = std::uint64_t{1} << 20;
  bool accept_new_store = false;
};
// Of a database that the daemon set aside.
struct SalvageCommand {
  std::string kept;
  std::string output;                      // a file that is not there, or is empty
  PullFormat format = PullFormat::ndjson;  // by the output's ending
};
struct ConsumersCommand {
  enum class Verb { list, add, remove };
  Verb verb = Verb::list;
  std::string name;
  std::string start;  // add: "beginning", "now" or RFC 3339; empty: where it is, or the beginning
  std::string expires_in;  // add: a duration like "30d"; empty: never
};
struct NotifyCommand {
  enum class Verb { list, test };
  Verb verb = Verb::list;
  std::string receiver;  // test
};
struct GatesCommand {
  enum class Verb {
    inside,
    passages,
    devices,
    permits,
    permit_put,
    permit_remove,
    correct,
    muster,
    muster_start,
    muster_end,
    muster_report,
  };
  Verb verb = Verb::inside;
  std::string id;
  std::string number;  // of a permit
  std::string to;      // correct rename
  std::string what;    // correct: enter, leave or rename
  std::string subject;
  std::string name;
  std::string gate;
  std::string zone;
  std::string from;
  std::string until;
  std::vector<std::string> gates;
  std::vector<std::string> lanes;
  std::string point;
  std::string reason;
  std::string state;  // muster: missing, left or reported
  std::string after;  // passages: a cursor
  std::uint64_t max = 1000;
};
struct QuarantineCommand {
  std::uint64_t max = 100;
};

using Command =
    std::variant<CheckCommand, BacktestCommand, ExplainCommand, KpiCommand, ShiftReportCommand,
                 PointsCommand, StatusCommand, TagsCommand, AlarmsCommand, AckCommand,
                 AlarmVerbCommand, MaintenanceCommand, LoopCheckCommand, EventsCommand, PullCommand,
                 ConsumersCommand, QuarantineCommand, NotifyCommand, GatesCommand, SystemsCommand,
                 NewCommand, ListenCommand, SalvageCommand>;

struct CommandLine {
  std::string url = "http://127.0.0.1:7300";
  std::string token_file;
  bool json = false;
  Duration timeout = std::chrono::seconds{10};
  Command command;
};

// What the words on the command line mean. Without a command there is a text to print: the help or
// the version (code 0, to standard output), or what is wrong (code 2, to standard error).
struct Parsed {
  std::optional<CommandLine> line;
  int code = exit_ok;
  std::string text;
};

// `args` without the program's name. Reads the environment's PARKWATCH_URL and
// PARKWATCH_TOKEN_FILE.
[[nodiscard]] Parsed parse_command_line(std::vector<std::string> args);

}  // namespace parkwatch::cli
