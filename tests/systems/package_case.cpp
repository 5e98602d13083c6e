// tests/systems/package_case.cpp - TOML to a PackageCase.
#include "tests/systems/package_case.h"

#include <fstream>
#include <sstream>

#include "config/toml.h"
#include "tools/parksim/system_settings.h"

namespace parkwatch::systems {
namespace {

constexpr Duration watch_max = std::chrono::days{40};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// A value as TOML writes it.
std::string written(const SettingsValue& value) {
  if (const auto* list = std::get_if<std::vector<SettingsValue>>(&value.held)) {
    std::string out = "[";
    for (const SettingsValue& element : *list) {
      out += (out.size() > 1 ? ", " : "") + written(element);
    }
    return out + "]";
  }
  if (const auto* text = std::get_if<std::string>(&value.held)) return quoted(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&value.held)) return std::to_string(*whole);
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value.held)) return to_text(Value{*number});
  return "\"\"";  // a table: no parameter has that type, and config will say so
}

class CaseReader {
 public:
  CaseReader(const SettingsTable& root, PackageCase& to, Diagnostics& out)
      : reader_(root, "", out), to_(to) {}

  void read() {
    read_system();
    if (const SettingsTable* quiet = reader_.table("quiet")) {
      SettingsReader inner = reader_.within(*quiet, "quiet");
      to_.quiet = inner.duration("duration", to_.quiet, std::chrono::hours{1}, watch_max);
      inner.finish();
    }
    for (const SettingsTable* table : reader_.tables("variant")) {
      SettingsReader inner = reader_.within(*table, "variant");
      to_.variants.push_back(variant(inner));
    }
    for (const SettingsTable* table : reader_.tables("incident")) {
      SettingsReader inner = reader_.within(*table, "incident");
      add_incident(inner);
    }
    if (to_.incidents.size() < 2) reader_.error("incident", "there must be two at least");
    for (const PackageCase& variant : to_.variants) {
      if (variant.incidents.empty()) reader_.error("variant", variant.variant + " has no incident");
    }
    reader_.finish();
  }

 private:
  void read_system() {
    const SettingsTable* system = reader_.table("system");
    if (system == nullptr) {
      reader_.error("system", "the table is needed: site and the package's parameters");
      return;
    }
    system_ = *system;
    take_system(system_, to_);
    if (to_.site.empty()) reader_.error("system", "site is needed");
    if (to_.settings.count("id") > 0) reader_.error("system", "the id is the site");
  }

  static void take_system(const SettingsTable& system, PackageCase& to) {
    to.instance = "[[system]]\npackage = " + quoted(to.package) + '\n';
    for (const auto& [key, value] : system.entries) {
      to.instance += key + " = " + written(value) + '\n';
    }
    to.settings = parksim::system_settings(system);
    to.site = parksim::text_setting(to.settings, "site", "");
  }

  // [system] with some of its values changed. REQUIRES: [system] was read.
  PackageCase variant(SettingsReader& reader) const {
    PackageCase result;
    result.package = to_.package;
    result.variant = reader.required_text("name");
    result.quiet = to_.quiet;
    SettingsTable system = system_;
    if (const SettingsTable* with = reader.table("with")) {
      for (const auto& [key, value] : with->entries) {
        std::erase_if(system.entries, [&](const auto& entry) { return entry.first == key; });
        system.entries.emplace_back(key, value);
      }
    }
    take_system(system, result);
    if (result.site != to_.site) reader.error("with", "the site is the same");
    reader.finish();
    return result;
  }

  void add_incident(SettingsReader& reader) {
    const std::string name = reader.text("variant", "");
    PackageCase* owner = name.empty() ? &to_ : nullptr;
    for (PackageCase& variant : to_.variants) {
      if (!name.empty() && variant.variant == name) owner = &variant;
    }
    if (owner == nullptr) reader.error("variant", "there is no [[variant]] " + name);
    const IncidentCase read = incident(reader);
    if (owner != nullptr) owner->incidents.push_back(read);
  }

  IncidentCase incident(SettingsReader& reader) {
    IncidentCase result;
    result.name = reader.required_text("name");
    result.causes = reader.texts("causes");
    if (result.causes.empty()) result.causes = {result.name};
    static_cast<void>(reader.value("cause"));  // for people
    using std::chrono::seconds;
    result.start = reader.duration("start", std::chrono::minutes{30}, Duration{0}, watch_max);
    result.duration = reader.duration("duration", Duration{0}, seconds{1}, watch_max);
    result.watch = reader.duration("watch", Duration{0}, seconds{1}, watch_max);
    if (result.watch < result.start + result.duration) {
      reader.error("watch", "ends before the cause is mended");
    }
    for (const SettingsTable* table : reader.tables("alarms")) {
      SettingsReader inner = reader.within(*table, "alarms");
      result.alarms.push_back(alarm(inner));
    }
    if (result.alarms.empty()) reader.error("alarms", "an incident raises one at least");
    reader.finish();
    return result;
  }

  static ExpectedAlarm alarm(SettingsReader& reader) {
    ExpectedAlarm result;
    result.rule = reader.required_text("rule");
    result.tag = reader.required_text("tag");
    const auto level = parse_level(reader.text("level", "on"));
    if (!level) reader.error("level", "is one of LL, L, on, H, HH");
    result.level = level.value_or(Level::on);
    const auto priority = parse_priority(reader.required_text("priority"));
    if (!priority) reader.error("priority", "is one of critical, high, medium, low");
    result.priority = priority.value_or(Priority::medium);
    const auto after = reader.texts("after");
    const auto earliest = parse_duration(after.empty() ? "" : after.front());
    const auto latest = parse_duration(after.empty() ? "" : after.back());
    if (after.size() != 2 || !earliest || !latest || *earliest > *latest) {
      reader.error("after", "is [earliest, latest] since the incident's start");
    } else {
      result.earliest = *earliest;
      result.latest = *latest;
    }
    reader.finish();
    return result;
  }

  SettingsReader reader_;
  PackageCase& to_;
  SettingsTable system_;
};

std::optional<std::string> file_text(const std::string& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return file ? std::optional{text.str()} : std::nullopt;
}

// The list stands beside the ledger, the main file somewhere else.
void add_ledger(std::string text, const std::string& folder, PackageCase& to) {
  const std::string list = "permits.csv";
  if (const auto at = text.find(quoted(list)); at != std::string::npos) {
    to.permits = folder + list;
    text.replace(at, quoted(list).size(), quoted(to.permits));
  }
  to.instance += '\n' + text;
}

}  // namespace

std::optional<PackageCase> parse_case(const std::string& package, const std::string& file,
                                      const std::string& text, Diagnostics& out) {
  const auto root = config::parse_toml(file, text, out);
  if (root == nullptr) return std::nullopt;
  PackageCase result;
  result.package = package;
  CaseReader{*root, result, out}.read();
  for (const Diagnostic& diagnostic : out) {
    if (diagnostic.severity == Diagnostic::Severity::error) return std::nullopt;
  }
  return result;
}

std::optional<PackageCase> read_case(const std::string& root, const std::string& package,
                                     Diagnostics& out) {
  const std::string folder = root + "/config/systems/" + package + '/';
  const auto text = file_text(folder + "incidents.toml");
  if (!text) {
    out.push_back(
        {Diagnostic::Severity::error, {folder + "incidents.toml", 0, 0}, "", "cannot be read"});
    return std::nullopt;
  }
  auto result = parse_case(package, folder + "incidents.toml", *text, out);
  const auto ledger = file_text(folder + "ledger.toml");
  if (!result || !ledger) return result;
  add_ledger(*ledger, folder, *result);
  for (PackageCase& variant : result->variants) add_ledger(*ledger, folder, variant);
  return result;
}

}  // namespace parkwatch::systems
