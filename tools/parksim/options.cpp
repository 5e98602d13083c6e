// tools/parksim/options.cpp - CLI11 for the options, and the two small languages of their values.
#include "tools/parksim/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <sstream>

#include "tools/parksim/system_settings.h"

namespace parkwatch::parksim {
namespace {

Error bad(std::string message) { return {ErrorKind::bad_input, std::move(message)}; }

// "20s", "1m30s", or "20" for seconds.
std::optional<Duration> time_since_start(std::string_view text) {
  const bool bare = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
  return parse_duration(bare ? std::string{text} + 's' : std::string{text});
}

std::string names() {
  std::string all;
  for (const CauseInfo& cause : causes()) {
    if (!all.empty()) all += ", ";
    all += cause.name;
  }
  return all;
}

std::string system_names() {
  std::string all;
  for (const SystemInfo& info : systems()) {
    if (!all.empty()) all += ", ";
    all += info.package;
  }
  return all;
}

std::string cause_names(const SystemInfo& info) {
  std::string all;
  for (const SystemCause& cause : info.causes) {
    if (!all.empty()) all += ", ";
    all += cause.name;
  }
  return all;
}

// What stands behind a name: when it begins, and how long it lasts.
struct When {
  std::string_view name;
  Duration start{0};
  Duration duration{0};
};

Result<When> parse_when(std::string_view text, const std::string& said) {
  const auto at = text.find('@');
  const auto plus = text.find('+', at == std::string_view::npos ? 0 : at);
  if (at == std::string_view::npos || plus == std::string_view::npos) {
    return bad(said + "NAME@START+DURATION, such as leak@20s+40s");
  }
  const auto start = time_since_start(text.substr(at + 1, plus - at - 1));
  if (!start) return bad(said + "the start is a time such as 20s, 1m30s or 20");
  const auto duration = time_since_start(text.substr(plus + 1));
  if (!duration || *duration <= Duration{0}) {
    return bad(said + "the duration is a time over 0, such as 40s");
  }
  return When{text.substr(0, at), *start, *duration};
}

// What CLI11 fills as text, to be read afterwards.
struct Texts {
  std::string broker = "mqtt://127.0.0.1:1883";
  std::vector<std::string> systems;
  std::vector<std::string> incidents;
  std::string duration;
  std::string start;
  bool print = false;
  bool list_incidents = false;
  bool list_tags = false;
};

void declare(CLI::App& app, Options& options, Texts& texts) {
  app.add_option("--broker", texts.broker, "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")
      ->capture_default_str();
  app.add_option("--client-id", options.client_id, "MQTT client id [parksim-PID]");
  app.add_option("--username", options.username, "MQTT user");
  app.add_option("--password-file", options.password_file, "file whose first line is the password")
      ->check(CLI::ExistingFile);
  app.add_option("--ca-file", options.ca_file, "certificate authority of the broker, PEM")
      ->check(CLI::ExistingFile);
  app.add_option("--seed", options.seed, "same seed, same values")->capture_default_str();
  app.add_option("--system", texts.systems,
                 "PACKAGE[:FILE], a system of config/systems instead of the demo park, with the "
                 "settings of FILE's [system]; repeatable");
  app.add_option("--incident", texts.incidents,
                 "NAME@START+DURATION, times since the start (20s, 5m, bare seconds), of a system "
                 "PACKAGE/NAME@START+DURATION; repeatable");
  app.add_option("--replay", options.replay,
                 "mapping of a recording (TOML): its messages instead of the simulated park's")
      ->check(CLI::ExistingFile);
  app.add_option("--duration", texts.duration, "end after so much simulated time [until a signal]");
  app.add_option("--start", texts.start, "simulated time at the start, RFC 3339 [now]");
  app.add_option("--rate", options.rate, "divides the publishing periods")
      ->check(CLI::Range(0.01, 100.0))
      ->capture_default_str();
  app.add_option("--speed", options.speed, "simulated seconds a second")
      ->check(CLI::Range(0.01, 10000.0))
      ->capture_default_str();
  app.add_flag("--print", texts.print, "print NDJSON instead of publishing, as fast as it goes");
  app.add_flag("--list-incidents", texts.list_incidents, "list the incidents and end");
  app.add_flag("--list-tags", texts.list_tags,
               "list topics, units, spans, normal bands (CSV) and end");
}

Result<Done> read_times(const Texts& texts, Options& options) {
  if (!texts.duration.empty()) {
    options.duration = time_since_start(texts.duration);
    if (!options.duration || *options.duration <= Duration{0}) {
      return bad("--duration " + texts.duration + ": a time such as 90s, 10m or 24h");
    }
  }
  if (!texts.start.empty()) {
    options.start = parse_rfc3339(texts.start);
    if (!options.start) {
      return bad("--start " + texts.start + ": a time such as 2026-03-02T08:00:00Z");
    }
  }
  return Done{};
}

Result<Done> read_incidents(const std::vector<std::string>& texts, Options& options) {
  for (const auto& text : texts) {
    if (text.find('/') != std::string::npos) {
      const auto added = add_system_incident(text, options.systems);
      if (!added) return added.error();
      continue;
    }
    const auto incident = parse_incident(text);
    if (!incident) return incident.error();
    if (!options.systems.empty()) {
      return bad("--incident " + text + ": the demo park is not simulated beside --system");
    }
    options.incidents.push_back(*incident);
  }
  return Done{};
}

Result<Done> read_texts(const Texts& texts, Options& options) {
  const auto broker = parse_broker(texts.broker);
  if (!broker) return broker.error();
  options.broker = *broker;
  for (const auto& text : texts.systems) {
    auto system = parse_system(text);
    if (!system) return system.error();
    options.systems.push_back(std::move(*system));
  }
  const auto incidents = read_incidents(texts.incidents, options);
  if (!incidents) return incidents.error();
  if (texts.print) options.mode = Mode::print;
  if (texts.list_incidents) options.mode = Mode::list_incidents;
  if (texts.list_tags) options.mode = Mode::list_tags;
  return read_times(texts, options);
}

}  // namespace

Result<Incident> parse_incident(std::string_view text) {
  const std::string said = "--incident " + std::string{text} + ": ";
  const auto when = parse_when(text, said);
  if (!when) return when.error();
  const auto cause = cause_named(when->name);
  if (!cause) return bad(said + "no such incident; there are " + names());
  return Incident{*cause, when->start, when->duration};
}

Result<SystemChoice> parse_system(std::string_view text) {
  const std::string said = "--system " + std::string{text} + ": ";
  const auto colon = text.find(':');
  SystemChoice choice;
  choice.info = system_named(text.substr(0, colon));
  if (choice.info == nullptr) return bad(said + "no such system; there are " + system_names());
  if (colon == std::string_view::npos) return choice;
  auto settings = read_system_settings(std::string{text.substr(colon + 1)});
  if (!settings) return bad(said + settings.error().message);
  choice.settings = std::move(*settings);
  return choice;
}

Result<Done> add_system_incident(std::string_view text, std::vector<SystemChoice>& systems) {
  const std::string said = "--incident " + std::string{text} + ": ";
  const auto slash = text.find('/');
  const std::string_view package = text.substr(0, slash);
  const auto when = parse_when(text.substr(slash + 1), said);
  if (!when) return when.error();
  bool chosen = false;
  for (SystemChoice& choice : systems) {
    if (choice.info->package != package) continue;
    if (!has_cause(*choice.info, when->name)) {
      return bad(said + "no such incident; there are " + cause_names(*choice.info));
    }
    choice.incidents.push_back({std::string{when->name}, when->start, when->duration});
    chosen = true;
  }
  if (!chosen)
    return bad(said + "its system is not simulated; add --system " + std::string{package});
  return Done{};
}

Result<Broker> parse_broker(std::string_view text) {
  const std::string said = "--broker " + std::string{text} + ": ";
  Broker broker;
  if (text.starts_with("mqtts://")) {
    broker.tls = true;
    broker.port = 8883;
  } else if (!text.starts_with("mqtt://")) {
    return bad(said + "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
  }
  std::string_view rest = text.substr(text.find("//") + 2);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto bracket = rest.find(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  broker.host = rest.substr(0, colon);
  if (broker.host.empty() || broker.host.find('/') != std::string::npos) {
    return bad(said + "a host is missing, such as mqtt://127.0.0.1:1883");
  }
  if (colon != std::string_view::npos) {
    const std::string_view port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), broker.port);
    if (error != std::errc{} || end != port.data() + port.size() || broker.port == 0) {
      return bad(said + "the port is a number from 1 to 65535");
    }
  }
  return broker;
}

Parsed parse_command_line(int argc, const char* const* argv) {
  Parsed parsed;
  Texts texts;
  CLI::App app{"A simulated park that publishes over MQTT (tools/parksim/README.md)", "parksim"};
  app.set_version_flag("--version", PARKWATCH_VERSION);
  declare(app, parsed.options, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {
    std::ostringstream out;
    parsed.exit_code = app.exit(end, out, out) == 0 ? 0 : 2;
    parsed.text = out.str();
    return parsed;
  }
  const auto read = read_texts(texts, parsed.options);
  if (!read) {
    parsed.exit_code = 2;
    parsed.text = "parksim: " + read.error().message + '\n';
    return parsed;
  }
  parsed.run = true;
  return parsed;
}

}  // namespace parkwatch::parksim
