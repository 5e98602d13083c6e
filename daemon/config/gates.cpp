// daemon/config/gates.cpp - Reads and checks [gates], [[gate]] and [[zone]].
#include "config/gates.h"

#include <algorithm>
#include <set>

#include "config/fields.h"
#include "config/files.h"

namespace parkwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t lanes_max = 50;
constexpr Duration longest = std::chrono::days{366};
constexpr std::int64_t most_max = static_cast<std::int64_t>(gate_entries_max);

// Enabled without a word, as most sites have them.
constexpr std::array<Priority, gate_rules> priorities{
    Priority::high,   Priority::high,   Priority::high,   Priority::medium,
    Priority::low,    Priority::medium, Priority::medium, Priority::low,
    Priority::medium, Priority::low,    Priority::low,    Priority::medium};

SubjectSet read_classes(SettingsReader& reader, std::string_view key, SubjectSet fallback) {
  if (!reader.has(key)) return fallback;
  SubjectSet classes{};
  for (const std::string& word : reader.texts(key)) {
    if (const auto subject = parse_subject(word)) {
      classes[static_cast<std::size_t>(*subject)] = true;
    } else {
      reader.error(key, "holds " + in_quotes(word) + "; there is person, vehicle and hazmat");
    }
  }
  return classes;
}

using Most = std::array<std::optional<std::uint32_t>, subjects>;

Most read_most(SettingsReader& reader, std::string_view key) {
  Most most;
  const SettingsTable* table = reader.table(key);
  if (table == nullptr) return most;
  SettingsReader own = reader.within(*table, key);
  for (std::size_t s = 0; s < subjects; ++s) {
    const std::string word{to_text(static_cast<Subject>(s))};
    if (own.has(word)) most[s] = static_cast<std::uint32_t>(own.integer(word, 0, 0, most_max));
  }
  own.finish();
  return most;
}

class GatesReader {
 public:
  GatesReader(SettingsReader& reader, const Surroundings& around, GatesConfig& files,
              GatePlan& plan)
      : reader_(reader), around_(around), files_(files), plan_(plan) {}

  void read() {
    plan_.on = true;
    plan_.permit_for = read_classes(reader_, "permit_for", {false, false, true});
    plan_.most = read_most(reader_, "most");
    plan_.names = reader_.boolean("names", true);
    plan_.keep =
        reader_.duration("keep", plan_.keep, std::chrono::days{1}, std::chrono::days{3660});
    plan_.shown_for =
        reader_.duration("shown_for", plan_.shown_for, seconds{1}, std::chrono::days{1});
    plan_.muster_rules = reader_.texts("muster_rules");
    plan_.group = reader_.text("group", plan_.group);
    if (!is_word(plan_.group)) reader_.error("group", "must be a word");
    read_files();
    read_rules();
    reader_.finish();
  }

 private:
  void read_files() {
    plan_.pseudonymise = reader_.boolean("pseudonymise", false);
    files_.key_file = reader_.text("key_file", "");
    files_.permits_file = reader_.text("permits", "");
    if (plan_.pseudonymise && files_.key_file.empty()) {
      reader_.error("key_file", "is missing: its first line is the key of the pseudonyms");
    }
    if (!plan_.pseudonymise && !files_.key_file.empty()) {
      reader_.warning("key_file", "does nothing without pseudonymise = true");
    }
    if (!around_.check_files) return;
    look_at("key_file", files_.key_file, 077);
    look_at("permits", files_.permits_file, 0);
  }

  void look_at(std::string_view key, std::string& path, unsigned forbidden) {
    if (path.empty()) return;
    path = path_from(around_.folder, path);
    const std::string fault = fault_of_file(path, forbidden);
    if (!fault.empty()) reader_.error(key, fault);
  }

  void read_rules() {
    SettingsTable none;
    const SettingsTable* table = reader_.table("rules");
    SettingsReader rules = reader_.within(table == nullptr ? none : *table, "rules");
    for (std::size_t r = 0; r < gate_rules; ++r) {
      const auto rule = static_cast<GateRule>(r);
      const std::string key{to_text(rule)};
      plan_.rules[r] = {true, priorities[r]};
      const SettingsTable* one = rules.table(key);
      if (one == nullptr) continue;
      SettingsReader own = rules.within(*one, key);
      plan_.rules[r].on = own.boolean("enabled", true);
      const std::string word = own.choice("priority", std::string{to_text(priorities[r])},
                                          {"low", "medium", "high", "critical"});
      plan_.rules[r].priority = parse_priority(word).value_or(priorities[r]);
      read_limits(rule, own);
      own.finish();
    }
    rules.finish();
  }

  void read_limits(GateRule rule, SettingsReader& own) {
    switch (rule) {
      case GateRule::overstay:
        for (std::size_t s = 0; s < subjects; ++s) {
          plan_.stay[s] =
              own.duration(to_text(static_cast<Subject>(s)), Duration{0}, seconds{1}, longest);
        }
        break;
      case GateRule::card:
        plan_.card_after = own.duration("after", plan_.card_after, Duration{0}, longest);
        break;
      case GateRule::tailgating:
        plan_.tailgating_within =
            own.duration("within", plan_.tailgating_within, seconds{1}, hours{1});
        break;
      case GateRule::count:
        plan_.count_differs = static_cast<std::uint32_t>(
            own.integer("differs", static_cast<std::int64_t>(plan_.count_differs), 0, most_max));
        plan_.count_for = own.duration("after", plan_.count_for, Duration{0}, longest);
        break;
      case GateRule::barrier:
        plan_.barrier_after = own.duration("after", plan_.barrier_after, seconds{1}, longest);
        break;
      default:
        break;
    }
  }

  SettingsReader& reader_;
  const Surroundings& around_;
  GatesConfig& files_;
  GatePlan& plan_;
};

// A name that passages use, and that becomes a level of a tag's name.
std::string read_name(SettingsReader& reader) {
  std::string name = reader.required_text("name");
  const bool fine = name.empty() || (is_tag_name("gate/" + name) && name.size() <= 64 &&
                                     name.find('/') == std::string::npos && name != "unknown");
  if (!fine) {
    reader.error("name", "must be at most 64 bytes without blanks, '/', '+', '#', '*' and quotes");
  }
  return name;
}

void read_lanes(SettingsReader& reader, GateSpec& gate) {
  std::set<std::string> names;
  for (const SettingsTable* table : reader.tables("lane")) {
    SettingsReader own = reader.within(*table, "lane");
    GateLane lane;
    lane.name = read_name(own);
    lane.classes = read_classes(own, "classes", {true, true, true});
    lane.barrier = own.boolean("barrier", false);
    if (!lane.name.empty() && !names.insert(lane.name).second) {
      own.error("name", in_quotes(lane.name) + " is a lane of this gate already");
    }
    own.finish();
    gate.lanes.push_back(std::move(lane));
  }
  if (gate.lanes.size() > lanes_max) {
    reader.error("lane", "must not be more than " + std::to_string(lanes_max));
  }
}

GateDevice read_device(SettingsReader& reader, const GateSpec& gate) {
  GateDevice device;
  device.name = read_name(reader);
  const std::string word = reader.required_text("kind");
  const auto kind = parse_device_kind(word);
  if (!word.empty() && !kind) {
    reader.error("kind", "must be barrier, door, dispenser, camera, reader or board");
  }
  device.kind = kind.value_or(DeviceKind::reader);
  device.lane = reader.text("lane", "");
  const bool has_lane = std::any_of(gate.lanes.begin(), gate.lanes.end(),
                                    [&](const GateLane& lane) { return lane.name == device.lane; });
  if (!device.lane.empty() && !has_lane) {
    reader.error("lane", in_quotes(device.lane) + " is no lane of this gate");
  }
  device.tag = reader.text("tag", "");
  if (!device.tag.empty() && !is_tag_name(device.tag)) reader.error("tag", "is no tag's name");
  device.silent_after = reader.duration("silent_after", Duration{0}, seconds{1}, longest);
  if (kind == DeviceKind::board && device.silent_after > Duration{0}) {
    reader.error("silent_after", "does nothing: a board tells no passages; watch its tag");
  }
  reader.finish();
  return device;
}

void read_devices(SettingsReader& reader, GateSpec& gate) {
  std::set<std::string> names;
  for (const SettingsTable* table : reader.tables("device")) {
    SettingsReader own = reader.within(*table, "device");
    GateDevice device = read_device(own, gate);
    if (!device.name.empty() && !names.insert(device.name).second) {
      own.error("name", in_quotes(device.name) + " is a device of this gate already");
    }
    gate.devices.push_back(std::move(device));
  }
}

std::size_t devices_of(const GatePlan& plan) {
  std::size_t devices = 0;
  for (const GateSpec& gate : plan.gates) devices += gate.devices.size();
  return devices;
}

template <typename Spec>
void check_new(SettingsReader& reader, const std::vector<Spec>& all, const std::string& name,
               const char* what) {
  const bool known =
      std::any_of(all.begin(), all.end(), [&](const Spec& each) { return each.name == name; });
  if (known && !name.empty()) reader.error("name", in_quotes(name) + " is a " + what + " already");
  if (all.size() == gate_places_max) {
    reader.error("name", "more than " + std::to_string(gate_places_max));
  }
}

void read_zone(const SettingsTable& table, GatePlan& plan, Diagnostics& out) {
  SettingsReader reader{table, "zone", out};
  GateZone zone;
  zone.name = read_name(reader);
  zone.title = read_text(reader, "title");
  zone.most = read_most(reader, "most");
  check_new(reader, plan.zones, zone.name, "zone");
  reader.finish();
  if (plan.zones.size() < gate_places_max) plan.zones.push_back(std::move(zone));
}

void read_gate(const SettingsTable& table, GatePlan& plan, Diagnostics& out) {
  SettingsReader reader{table, "gate", out};
  GateSpec gate;
  gate.name = read_name(reader);
  gate.title = read_text(reader, "title");
  gate.classes = read_classes(reader, "classes", {true, true, true});
  gate.zone = reader.text("zone", "");
  if (!gate.zone.empty() && plan.zone(gate.zone) == nullptr) {
    reader.error("zone", in_quotes(gate.zone) + " is no [[zone]]");
  }
  read_lanes(reader, gate);
  read_devices(reader, gate);
  if (devices_of(plan) + gate.devices.size() > gate_devices_max) {
    reader.error("device", "more than " + std::to_string(gate_devices_max) + " of all gates");
    gate.devices.clear();
  }
  check_new(reader, plan.gates, gate.name, "gate");
  reader.finish();
  if (plan.gates.size() < gate_places_max) plan.gates.push_back(std::move(gate));
}

void check_muster_rules(const SettingsTable& table, const GatePlan& plan,
                        const std::vector<RuleSpec>& rules, Diagnostics& out) {
  SettingsReader reader{table, "gates", out};
  for (const std::string& pattern : plan.muster_rules) {
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const RuleSpec& rule) {
      return tag_matches(pattern, rule.id);
    });
    if (!known) reader.error("muster_rules", in_quotes(pattern) + " matches no [[rule]]");
  }
}

}  // namespace

GatePlan read_gates(const GateTables& tables, const std::vector<RuleSpec>& rules,
                    const Surroundings& around, GatesConfig& files, Diagnostics& out) {
  GatePlan plan;
  for (const SettingsTable* table : tables.zones) read_zone(*table, plan, out);
  for (const SettingsTable* table : tables.gates) read_gate(*table, plan, out);
  if (tables.settings == nullptr) {
    if (plan.gates.empty() && plan.zones.empty()) return plan;
    const SettingsTable& first = plan.gates.empty() ? *tables.zones.front() : *tables.gates.front();
    SettingsReader{first, "", out}.warning("", "does nothing without [gates] in the main file");
    return GatePlan{};
  }
  SettingsReader reader{*tables.settings, "gates", out};
  GatesReader{reader, around, files, plan}.read();
  check_muster_rules(*tables.settings, plan, rules, out);
  return plan;
}

}  // namespace parkwatch::config
