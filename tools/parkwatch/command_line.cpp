// tools/parkwatch/command_line.cpp - The command line in CLI11.
#include "tools/parkwatch/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

#include "model/settings.h"
#include "tools/parkwatch/command_line_parts.h"
#include "tools/parkwatch/page_content.h"

namespace parkwatch::cli {
namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 done, 1 the answer is no (errors found, refused), 2 wrong usage, 3 no daemon "
    "answers.";

void add_common(CLI::App& app, CommandLine& line, std::string& timeout) {
  app.add_option("--url", line.url, "Where the daemon listens")
      ->envname("PARKWATCH_URL")
      ->capture_default_str();
  app.add_option("--token-file", line.token_file, "File whose first line is the access token")
      ->envname("PARKWATCH_TOKEN_FILE");
  app.add_flag("--json", line.json, "Answer in JSON, for other programs");
  app.add_option("--timeout", timeout, "Longest wait for an answer, e.g. 10s")
      ->capture_default_str();
}

void add_check(CLI::App& app, CommandLine& line) {
  auto [sub, fields] = add_command<CheckCommand>(
      app, line, "check", "Check a configuration, run its tests, and print every error at once");
  sub->add_option("path", fields->path, "The configuration file")->capture_default_str();
  sub->add_flag("--coverage", fields->coverage, "List every level that no test reaches");
  sub->add_flag("--merged", fields->merged,
                "Print the rules of point tables and packages, and from where each key came");
}

void add_explain(CLI::App& app, CommandLine& line) {
  auto [sub, e] =
      add_command<ExplainCommand>(app, line, "explain", "Why an alarm did or did not come");
  sub->add_option("rule", e->rule, "The rule's id")->required();
  sub->add_option("tag", e->tag, "The tag's name")->required();
  sub->add_option("--config", e->config, "The configuration, for its state directory")
      ->capture_default_str();
  sub->add_option("--state", e->state_directory, "The state directory");
}

void add_reports(CLI::App& app, CommandLine& line) {
  auto [kpi, k] =
      add_command<KpiCommand>(app, line, "kpi", "How the alarm system performs (GB/T 41261)");
  kpi->add_option("--from", k->from, "Begin (default: 30 days before the end)");
  kpi->add_option("--to", k->to, "End (default: now)");
  kpi->add_option("--by", k->by, "Figures for each of these")
      ->check(CLI::IsMember({"all", "hour", "shift", "day", "week", "month"}))
      ->capture_default_str();
  kpi->add_option("--position", k->position, "Only the alarms of this operator position");
  kpi->add_option("--groups", k->groups, "Only the alarms of these groups, between commas");

  auto [report, r] = add_command<ShiftReportCommand>(app, line, "shift-report",
                                                     "What the next operator must know");
  report
      ->add_option("--shift", r->shift, "current or last (default: current, and the last to sign)")
      ->check(CLI::IsMember({"current", "last"}));
  report->add_option("--at", r->at, "The shift in which this time lies");
  report->add_option("--format", r->format, "text, html or json")
      ->check(CLI::IsMember({"text", "html", "json"}))
      ->capture_default_str();
  CLI::App* sign = report->add_subcommand("sign", "Sign that you have taken over; journaled");
  sign->fallthrough();
  sign->parse_complete_callback([fields = r] { fields->sign = true; });
  sign->add_option("--note", r->note, "For the journal, such as your name");
}

void add_points(CLI::App& app, CommandLine& line) {
  auto fields = std::make_shared<PointsCommand>();
  CLI::App* sub = app.add_subcommand("points", "Point tables: a template, an export, differences");
  sub->fallthrough();
  command_of(*sub, fields, line);
  const auto inner = [&](const char* name, const char* help, PointsCommand::Verb verb) {
    CLI::App* out = sub->add_subcommand(name, help);
    out->fallthrough();
    out->parse_complete_callback([fields, verb] { fields->verb = verb; });
    return out;
  };
  for (CLI::App* one : {inner("template", "An empty table with one example row",
                              PointsCommand::Verb::make_template),
                        inner("export", "The tags and limits of a configuration as a table",
                              PointsCommand::Verb::make_export)}) {
    one->add_flag("--zh,!--en", fields->chinese, "Chinese (default) or English column names");
    if (one->get_name() == "export") one->add_option("path", fields->path, "The configuration");
  }
  CLI::App* diff =
      inner("diff", "What changed from one table to another", PointsCommand::Verb::diff);
  diff->add_option("old", fields->path, "The old table")->required();
  diff->add_option("new", fields->other, "The new table")->required();
  sub->require_subcommand(1);
}

void add_systems(CLI::App& app, CommandLine& line) {
  auto [systems, s] =
      add_command<SystemsCommand>(app, line, "systems", "The system packages that there are");
  systems->add_option("name", s->name, "Only this one, in full");
  systems->add_option("--library", s->library, "Folder with systems/ and limits/");
  systems->add_flag("--markdown", s->markdown, "As docs/systems.md");

  auto [fresh, n] =
      add_command<NewCommand>(app, line, "new", "Write a first configuration from chosen packages");
  fresh->add_option("directory", n->directory, "Where parkwatch.toml is written")->required();
  // One word a time: what follows is the directory.
  fresh->add_option("--package", n->packages, "A package; may be given several times")
      ->required()
      ->allow_extra_args(false);
  fresh->add_option("--site", n->sites, "Its site: one for all, or one for each package")
      ->allow_extra_args(false);
  fresh->add_option("--park", n->park, "The park's name")->capture_default_str();
  fresh->add_option("--broker", n->broker, "The broker of the readings")->capture_default_str();
  fresh->add_option("--from", n->from, "What `parkwatch listen` drafted: maps its topics");
  fresh->add_option("--library", n->library, "Folder with systems/ and limits/");

  auto [listen, l] = add_command<ListenCommand>(
      app, line, "listen", "Watch the live topics of a broker and draft a point table");
  listen->add_option("--broker", l->broker, "mqtt://host[:port], mqtts:// for TLS")->required();
  listen->add_option("--topic", l->topics, "Topics, with + and #; several times")
      ->allow_extra_args(false)
      ->capture_default_str();
  listen->add_option("--for", l->length, "How long")->capture_default_str();
  listen->add_option("-o,--output", l->output, "A new file, or - for standard output")
      ->capture_default_str();
  listen->add_option("--username", l->username, "For the broker");
  listen->add_option("--password-file", l->password_file, "File whose first line is the password");
  listen->add_option("--ca-file", l->ca_file, "Who is trusted with mqtts:// (PEM)");
}

void add_backtest(CLI::App& app, CommandLine& line) {
  auto [sub, b] = add_command<BacktestCommand>(
      app, line, "backtest", "What other rules would have alarmed over what is recorded");
  sub->add_option("--rules", b->rules, "The configuration to try, or its folder")
      ->capture_default_str();
  sub->add_option("--state", b->state_directory,
                  "State directory of the recording (default: that of the configuration)");
  sub->add_option("--from", b->from, "Begin there: a day or a time (RFC 3339)");
  sub->add_option("--to", b->to, "End before: a day or a time (RFC 3339)");
  sub->add_option("--against", b->against, "What to compare with")
      ->check(CLI::IsMember({"recorded"}))
      ->capture_default_str();
  sub->add_flag("--verify", b->verify,
                "Run the rules that were in force: exactly what is recorded must come out");
  sub->add_flag("--allow-missed", b->allow_missed, "0 although alarms that mattered are missed");
  sub->add_flag("--list", b->list, "Print each transition that comes out");
  auto* const csv = sub->add_flag("--csv", b->csv, "The table as CSV");
  sub->add_flag("--html", b->html, "The table and what is missed as one HTML document")
      ->excludes(csv);
}

void add_alarm_commands(CLI::App& app, CommandLine& line) {
  auto [alarms, a] = add_command<AlarmsCommand>(app, line, "alarms", "The alarms that stand");
  alarms->add_flag("--watch", a->watch, "Then print each transition as it happens");

  auto [ack, k] = add_command<AckCommand>(app, line, "ack", "Acknowledge an alarm");
  ack->add_option("rule", k->rule, "The rule's id")->required();
  ack->add_option("tag", k->tag, "The tag's name")->required();
  ack->add_option("--occurrence", k->occurrence,
                  "Only this occurrence (default: the one that stands now)");
  ack->add_option("--comment", k->comment, "For the journal");

  auto [events, e] =
      add_command<EventsCommand>(app, line, "events", "The journal of alarm transitions");
  events->add_option("--after", e->after, "Only what came after this cursor");
  events->add_option("--max", e->max, "At most so many")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000}))
      ->capture_default_str();
}

// Makes the word what CLI11 reads into an enumeration; else what is wrong.
std::string number_of_format(std::string& word) {
  for (const PullFormat format : {PullFormat::ndjson, PullFormat::csv, PullFormat::protobuf}) {
    if (word != to_text(format)) continue;
    word = std::to_string(static_cast<int>(format));
    return {};
  }
  return "is ndjson, csv or protobuf, not " + word;
}

CLI::App* add_verb(CLI::App& app, CommandLine& line, const char* name, const char* path,
                   const char* done, const char* help, bool reasoned) {
  auto [sub, v] = add_command<AlarmVerbCommand>(app, line, name, help);
  v->path = path;
  v->done = done;
  sub->add_option("rule", v->rule, "The rule's id")->required();
  sub->add_option("tag", v->tag, "The tag's name")->required();
  if (!reasoned) {
    sub->add_option("--comment", v->comment, "For the journal");
    return sub;
  }
  sub->add_option("--for", v->length, "How long, e.g. 30m");
  sub->add_option("--until", v->until, "Until when (RFC 3339)");
  sub->add_option("--reason", v->reason, "Why, for the journal")->required();
  if (std::string_view{name} == "shelve") {
    sub->add_flag("--one-shot", v->one_shot, "Until it returns to normal, at the latest");
  }
  return sub;
}

void add_alarm_verbs(CLI::App& app, CommandLine& line) {
  add_verb(app, line, "unack", "unack", "un-acknowledged", "Take an acknowledgement back", false);
  add_verb(app, line, "shelve", "shelve", "shelved", "Hide an alarm for a time", true);
  add_verb(app, line, "unshelve", "unshelve", "un-shelved", "End shelving", false);
  add_verb(app, line, "reset", "reset", "reset", "Let go of a latched alarm", false);
  add_verb(app, line, "oos", "out-of-service", "out of service", "Take an alarm out of service",
           true);
  add_verb(app, line, "service", "in-service", "in service", "Put an alarm back in service", false);
  auto [silence, s] =
      add_command<AlarmVerbCommand>(app, line, "silence", "Silence the horn; acknowledges nothing");
  s->path = "silence";
  s->done = "silenced";
  silence->add_option("--comment", s->comment, "For the journal");
  auto [first, f] = add_command<AlarmVerbCommand>(app, line, "first-out-reset",
                                                  "Forget which alarm of a group came first");
  f->path = "first-out/reset";
  f->done = "reset";
  first->add_option("group", f->group, "The first-out group")->required();
  first->add_option("--comment", f->comment, "For the journal");
}

void add_maintenance(CLI::App& app, CommandLine& line) {
  auto m = std::make_shared<MaintenanceCommand>();
  CLI::App* sub = app.add_subcommand("maintenance", "Maintenance windows");
  sub->fallthrough();
  command_of(*sub, m, line);
  CLI::App* begin = sub->add_subcommand("begin", "Begin one now, or plan one");
  begin->fallthrough();
  begin->parse_complete_callback([m] { m->verb = MaintenanceCommand::Verb::begin; });
  begin->add_option("--group", m->group, "Of these alarms");
  begin->add_option("--tags", m->tags, "Of these tags, e.g. tank/**");
  begin->add_option("--from", m->from, "From when (RFC 3339); default: now");
  begin->add_option("--for", m->length, "How long, e.g. 4h");
  begin->add_option("--until", m->until, "Until when (RFC 3339)");
  begin->add_option("--reason", m->reason, "Why")->required();
  CLI::App* end = sub->add_subcommand("end", "End one now, or take a planned one back");
  end->fallthrough();
  end->parse_complete_callback([m] { m->verb = MaintenanceCommand::Verb::end; });
  end->add_option("window", m->window, "Its number")->required();
  end->add_option("--comment", m->reason, "For the journal");
  sub->require_subcommand(0, 1);
}

void add_loop_check(CLI::App& app, CommandLine& line) {
  auto l = std::make_shared<LoopCheckCommand>();
  CLI::App* sub = app.add_subcommand("loopcheck", "Force a test value on a tag");
  sub->fallthrough();
  command_of(*sub, l, line);
  CLI::App* start = sub->add_subcommand("start", "Force a value for a time");
  start->fallthrough();
  start->parse_complete_callback([l] { l->verb = LoopCheckCommand::Verb::start; });
  start->add_option("tag", l->tag, "The tag's name")->required();
  start->add_option("value", l->value, "The value")->required();
  start->add_option("--for", l->length, "How long, e.g. 5m");
  start->add_option("--until", l->until, "Until when (RFC 3339)");
  start->add_option("--reason", l->reason, "Why")->required();
  CLI::App* end = sub->add_subcommand("end", "End it");
  end->fallthrough();
  end->parse_complete_callback([l] { l->verb = LoopCheckCommand::Verb::end; });
  end->add_option("tag", l->tag, "The tag's name")->required();
  end->add_option("--comment", l->reason, "For the journal");
  sub->require_subcommand(0, 1);
}

void add_pull(CLI::App& app, CommandLine& line) {
  auto [sub, p] = add_command<PullCommand>(app, line, "pull", "Fetch the buffered readings");
  sub->add_option("--format", p->format, "ndjson (default), csv or protobuf")
      ->transform(CLI::Validator{number_of_format, ""})
      ->default_str("ndjson");
  sub->add_option("-o,--output", p->output, "File to append to, or - for standard output")
      ->capture_default_str();
  sub->add_option("--cursor-file", p->cursor_file,
                  "Remembers how far the output got; the next run goes on there");
  sub->add_flag("--follow", p->follow, "Wait for new readings for ever");
  sub->add_option("--tags", p->tags, "Only these: patterns between commas, e.g. tank/*/level");
  sub->add_option("--from", p->from, "Only readings of this time or later (RFC 3339)");
  sub->add_option("--to", p->to, "Only readings before this time (RFC 3339)");
  sub->add_option("--consumer", p->consumer,
                  "Begin where this consumer is, and tell the daemon what is safe");
  sub->add_option("--page-bytes", p->page_bytes, "Size of a page, about")
      ->transform(CLI::AsSizeValue(false))
      ->check([](const std::string& bytes) {
        const bool is_small = bytes.size() < 4 || (bytes.size() == 4 && bytes < "1024");
        return is_small ? "a page has 1024 bytes at least, not " + bytes : std::string{};
      })
      ->capture_default_str();
  sub->add_flag("--accept-new-store", p->accept_new_store,
                "Begin anew when the daemon has another store than the cursor is of");
}

void add_store(CLI::App& app, CommandLine& line) {
  auto fields = std::make_shared<SalvageCommand>();
  CLI::App* sub = app.add_subcommand("store", "Databases of the daemon, as files");
  sub->fallthrough();
  sub->require_subcommand(1);
  CLI::App* salvage = sub->add_subcommand(
      "salvage", "Write the readings of a database that the daemon set aside, as pull would");
  salvage->fallthrough();
  command_of(*salvage, fields, line);
  salvage->add_option("kept", fields->kept, "The file, parkwatch-damaged-<time>.db")->required();
  salvage->add_option("--out", fields->output, "A new file; .ndjson, .csv or .pb says the format")
      ->required()
      ->check([fields](const std::string& path) -> std::string {
        for (const auto& [ending, format] :
             {std::pair{".ndjson", PullFormat::ndjson}, std::pair{".csv", PullFormat::csv},
              std::pair{".pb", PullFormat::protobuf}}) {
          if (!path.ends_with(ending)) continue;
          fields->format = format;
          return {};
        }
        return "must end in .ndjson, .csv or .pb";
      });
}

void add_consumers(CLI::App& app, CommandLine& line) {
  auto fields = std::make_shared<ConsumersCommand>();
  CLI::App* sub = app.add_subcommand("consumers", "Who pulls, and how far they are");
  sub->fallthrough();
  command_of(*sub, fields, line);
  // The inner command's callback runs first and only says which verb it is.
  const auto inner = [&](const char* name, const char* help, ConsumersCommand::Verb verb) {
    CLI::App* out = sub->add_subcommand(name, help);
    out->fallthrough();
    out->add_option("name", fields->name, "The consumer's name")->required();
    out->parse_complete_callback([fields, verb] { fields->verb = verb; });
    return out;
  };
  CLI::App* add = inner("add", "Register a consumer: its readings are kept until it has them",
                        ConsumersCommand::Verb::add);
  add->add_option("--start", fields->start, "Where it begins: beginning (default), now or a time");
  add->add_option("--expires-in", fields->expires_in, "Forget it after this time, e.g. 30d");
  inner("remove", "Forget a consumer", ConsumersCommand::Verb::remove);
  sub->require_subcommand(0, 1);
}

void add_notify(CLI::App& app, CommandLine& line) {
  auto fields = std::make_shared<NotifyCommand>();
  CLI::App* sub = app.add_subcommand("notify", "Who is told of alarms");
  sub->fallthrough();
  command_of(*sub, fields, line);
  CLI::App* list = sub->add_subcommand("list", "The receivers, and how they fare");
  list->fallthrough();
  list->parse_complete_callback([fields] { fields->verb = NotifyCommand::Verb::list; });
  CLI::App* test = sub->add_subcommand("test", "Send a test message and print the answer");
  test->fallthrough();
  test->add_option("receiver", fields->receiver, "The receiver's name")->required();
  test->parse_complete_callback([fields] { fields->verb = NotifyCommand::Verb::test; });
  sub->require_subcommand(1);
}

void add_others(CLI::App& app, CommandLine& line) {
  add_command<StatusCommand>(app, line, "status", "How the daemon is");
  auto [tags, t] = add_command<TagsCommand>(app, line, "tags", "Tags with their latest values");
  tags->add_option("pattern", t->pattern, "Only matching ones, e.g. tank/*/level");
  auto [quarantine, q] = add_command<QuarantineCommand>(
      app, line, "quarantine", "Messages that were not understood, and why");
  quarantine->add_option("--max", q->max, "At most so many, the newest")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000}))
      ->capture_default_str();
}

// CLI11 only says that a command is needed, not that the given one is unknown.
std::string unknown_command(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  if (!app.get_subcommands().empty() || rest.empty() || rest.front().starts_with('-')) return {};
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  const auto nearest = did_you_mean(rest.front(), names);
  return "parkwatch: no command " + rest.front() +
         (nearest ? "; did you mean " + *nearest + "?" : "; parkwatch --help lists them") + "\n";
}

Parsed outcome_of(const CLI::App& app, const CLI::Error& error) {
  if (std::string unknown = unknown_command(app); !unknown.empty()) {
    return {std::nullopt, exit_usage, std::move(unknown)};
  }
  std::ostringstream out;
  std::ostringstream err;
  const int code = app.exit(error, out, err);
  if (code == 0) return {std::nullopt, exit_ok, out.str()};
  return {std::nullopt, exit_usage, err.str()};
}

}  // namespace

Parsed parse_command_line(std::vector<std::string> args) {
  CLI::App app{"parkwatch: asks and commands the Parkwatch daemon.", "parkwatch"};
  app.footer(exit_codes);
  app.set_version_flag("--version", std::string{PARKWATCH_VERSION});
  app.require_subcommand(1);
  CommandLine line;
  std::string timeout = "10s";
  add_common(app, line, timeout);
  add_check(app, line);
  add_backtest(app, line);
  add_explain(app, line);
  add_reports(app, line);
  add_points(app, line);
  add_systems(app, line);
  add_alarm_commands(app, line);
  add_alarm_verbs(app, line);
  add_maintenance(app, line);
  add_loop_check(app, line);
  add_pull(app, line);
  add_store(app, line);
  add_consumers(app, line);
  add_notify(app, line);
  add_gates(app, line);
  add_others(app, line);
  try {
    std::reverse(args.begin(), args.end());  // as CLI11 wants it
    app.parse(args);
    const auto wait = parse_duration(timeout);
    if (!wait || *wait <= Duration{0}) {
      throw CLI::ValidationError("--timeout", "is a time like 10s or 500ms");
    }
    line.timeout = *wait;
  } catch (const CLI::Error& error) {
    return outcome_of(app, error);
  }
  return {std::move(line), exit_ok, {}};
}

}  // namespace parkwatch::cli
