// daemon/config/sections.cpp - Reads the sections of the main file.
#include "config/sections.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "config/fields.h"
#include "config/files.h"
#include "config/zones.h"
#include "model/author.h"

namespace parkwatch::config {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t shifts_max = 24;
constexpr std::size_t tokens_max = 1000;
constexpr std::size_t token_bytes_enough = 16;
constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t tib = std::uint64_t{1} << 40;

// Permission bits that a key's file must not have: others must not read secrets. A TLS key may be
// shared with a group, as Debian's ssl-cert does.
unsigned forbidden_mode(std::string_view key) {
  if (key == "password_file" || key == "token_file") return 077;
  return key == "key_file" ? 007 : 0;
}

void tell_file_fault(SettingsReader& reader, std::string_view key, const std::string& fault,
                     const Surroundings& around) {
  if (around.file_faults == FileFaults::errors) {
    reader.error(key, fault);
  } else {
    reader.warning(key, fault);
  }
}

// Gives the paths of `*_file` keys their folder, here and in inner tables, and looks at the files.
void settle_files(SettingsTable& table, const std::string& path, const Surroundings& around,
                  Diagnostics& out) {
  for (auto& [key, value] : table.entries) {
    if (auto* inner = std::get_if<std::shared_ptr<SettingsTable>>(&value.held)) {
      *inner = std::make_shared<SettingsTable>(**inner);
      settle_files(**inner, path + '.' + key, around, out);
      continue;
    }
    auto* file = std::get_if<std::string>(&value.held);
    if (file == nullptr || file->empty() || !key.ends_with("_file")) continue;
    *file = path_from(around.folder, *file);
    SettingsReader reader{table, path, out};
    look_at_peer_file(reader, key, *file, forbidden_mode(key), around);
  }
}

std::shared_ptr<const SettingsTable> settled(const SettingsTable& table, const std::string& path,
                                             const Surroundings& around, Diagnostics& out) {
  auto copy = std::make_shared<SettingsTable>(table);
  if (around.check_files) settle_files(*copy, path, around, out);
  return copy;
}

class Sections {
 public:
  Sections(SettingsReader& root, const Surroundings& around, const DriverCheck& check,
           Config& config, Plant& plant, Diagnostics& out)
      : root_(root), around_(around), check_(check), config_(config), plant_(plant), out_(out) {}

  void read() {
    daemon();
    http();
    store();
    intake();
    time();
    alerts();
    sources();
  }

 private:
  // Calls `read` with a reader of the section; an absent one reads as an empty table.
  template <typename Read>
  void section(std::string_view key, Read read) {
    const SettingsTable* table = root_.table(key);
    SettingsTable absent;
    absent.where = root_.where("");
    SettingsReader reader = root_.within(table != nullptr ? *table : absent, key);
    read(reader);
    reader.finish();
  }

  void daemon() {
    section("daemon", [this](SettingsReader& reader) {
      plant_.park = read_word(reader, "park");
      config_.state_directory = reader.text("state_directory", config_.state_directory);
      if (config_.state_directory.empty()) reader.error("state_directory", "must not be empty");
      if (around_.check_files) {
        config_.state_directory = path_from(around_.folder, config_.state_directory);
      }
      // Read already, with the packages that are in there.
      (void)reader.text("library", "");
      config_.log_level = reader.choice("log_level", config_.log_level,
                                        {"trace", "debug", "info", "warning", "error"});
    });
  }

  void http() {
    section("http", [this](SettingsReader& reader) {
      HttpConfig& http = config_.http;
      http.listen = reader.text("listen", http.listen);
      http.token_file = token_file(reader, "http.token_file");
      http.connections_max = static_cast<std::size_t>(reader.integer(
          "connections_max", static_cast<std::int64_t>(http.connections_max), 1, 4096));
      for (const SettingsTable* table : reader.tables("token")) token(reader, *table);
      if (http.tokens.size() > tokens_max) {
        reader.error("token", "must not be more than " + std::to_string(tokens_max));
      }
      const std::optional<ListenAddress> address = parse_listen(http.listen);
      if (!address) {
        reader.error("listen",
                     "must be a numeric address and a port, such as \"127.0.0.1:7300\" "
                     "or \"[::1]:7300\", is " +
                         in_quotes(http.listen));
      } else if (!address->loopback && http.token_file.empty() && http.tokens.empty()) {
        reader.error(
            "listen",
            address->address +
                " can be reached from other machines, and without token_file "
                "anyone there could read every value and acknowledge alarms: set token_file, "
                "or listen on 127.0.0.1");
      }
    });
  }

  // A path that stands by itself, of a file with a token that nobody else has.
  std::string token_file(SettingsReader& reader, const std::string& holder) {
    constexpr std::string_view key = "token_file";
    std::string path = reader.text(key, "");
    if (path.empty() || !around_.check_files) return path;
    path = path_from(around_.folder, path);
    const Result<std::string> token = read_token(path);
    if (!token) {
      tell_file_fault(reader, key, token.error().message, around_);
      return path;
    }
    if (token->size() < token_bytes_enough) {
      reader.warning(key, "the token in " + path + " is shorter than " +
                              std::to_string(token_bytes_enough) +
                              " characters and could be guessed; openssl rand -hex 32 makes one");
    }
    const auto [other, is_new] = token_holders_.emplace(*token, holder);
    if (!is_new) {
      tell_file_fault(
          reader, key,
          path + " holds the same token as that of " + other->second + ": each needs its own",
          around_);
    }
    return path;
  }

  void token(SettingsReader& http, const SettingsTable& table) {
    SettingsReader reader = http.within(table, "token");
    TokenConfig token;
    token.name = read_word(reader, "name");
    token.role = reader.required_text("role");
    constexpr std::array<std::string_view, 4> roles{"viewer", "puller", "operator", "admin"};
    if (!token.role.empty() && std::find(roles.begin(), roles.end(), token.role) == roles.end()) {
      reader.error("role",
                   "must be viewer, puller, operator or admin, is " + in_quotes(token.role));
    }
    token.file = token_file(reader, in_quotes(token.name));
    if (token.file.empty()) reader.error("token_file", "is missing: whose first line is the token");
    for (const TokenConfig& other : config_.http.tokens) {
      if (other.name == token.name)
        reader.error("name", in_quotes(token.name) + " has one already");
    }
    if (token.name == author_unknown || token.name == "token") {
      reader.error("name", in_quotes(token.name) + " is taken");
    }
    reader.finish();
    config_.http.tokens.push_back(std::move(token));
  }

  void store() {
    section("store", [this](SettingsReader& reader) {
      StoreConfig& s = config_.store;
      s.bytes_max = reader.bytes("size_max", s.bytes_max, mib, 256 * tib);
      s.age_max = reader.duration("age_max", s.age_max, seconds{1}, days{36500});
      s.linger = reader.duration("linger", s.linger, milliseconds{1}, seconds{10});
      s.snapshot_every =
          reader.duration("snapshot_every", s.snapshot_every, milliseconds{100}, days{1});
      s.snapshot_readings = static_cast<std::uint64_t>(
          reader.integer("snapshot_readings", static_cast<std::int64_t>(s.snapshot_readings), 1000,
                         1'000'000'000));
      s.quarantine_rows_max = static_cast<std::uint64_t>(reader.integer(
          "quarantine_rows", static_cast<std::int64_t>(s.quarantine_rows_max), 0, 1'000'000));
    });
  }

  void intake() {
    section("intake", [this](SettingsReader& reader) {
      config_.intake_bytes_max =
          reader.bytes("bytes_max", config_.intake_bytes_max, mib, 4096 * mib);
    });
  }

  void time() {
    section("time", [this](SettingsReader& reader) {
      Timing& t = plant_.timing;
      t.late_after = reader.duration("late_after", t.late_after, seconds{1}, days{31});
      t.future_after = reader.duration("future_after", t.future_after, Duration{0}, hours{24});
      t.never_seen_after = reader.duration("never_seen_after", hours{1}, Duration{0}, days{366});
      zone(reader);
      shifts(reader);
    });
  }

  void zone(SettingsReader& reader) {
    Result<TimeZone> zone = find_zone(reader.text("zone", "Asia/Shanghai"));
    if (zone) {
      plant_.calendar.zone = *std::move(zone);
    } else {
      reader.error("zone", zone.error().message);
    }
  }

  void shifts(SettingsReader& reader) {
    std::vector<Shift>& shifts = plant_.calendar.shifts;
    for (const SettingsTable* table : reader.tables("shifts")) {
      SettingsReader own = reader.within(*table, "shifts");
      const std::string name = read_word(own, "name");
      const std::string begin = own.required_text("begin");
      own.finish();
      const std::optional<Duration> at = parse_time_of_day(begin);
      if (!at && !begin.empty()) {
        own.error("begin", "must be a time of day such as \"08:00\", is " + in_quotes(begin));
      }
      if (!at || name.empty()) continue;
      for (const Shift& other : shifts) {
        if (other.name == name) own.error("name", in_quotes(name) + " is a shift already");
        if (other.begin == *at) own.error("begin", "is when " + in_quotes(other.name) + " begins");
      }
      shifts.push_back({name, *at});
    }
    if (shifts.size() > shifts_max) {
      reader.error("shifts", "must not be more than " + std::to_string(shifts_max));
    }
    std::sort(shifts.begin(), shifts.end(),
              [](const Shift& a, const Shift& b) { return a.begin < b.begin; });
  }

  // What is not read here is the driver's to check, so there is no finish().
  void alerts() {
    const SettingsTable* table = root_.table("alerts");
    if (table == nullptr) return;
    SettingsReader reader = root_.within(*table, "alerts");
    config_.alerts.enabled = reader.boolean("enabled", false);
    if (!config_.alerts.enabled) {
      if (!reader.has("enabled") && !table->entries.empty()) {
        reader.warning("", "does nothing without enabled = true");
      }
      config_.alerts.table = std::make_shared<SettingsTable>(*table);
      return;
    }
    config_.alerts.table = settled(*table, "alerts", around_, out_);
    if (check_) check_(std::string{alerts_driver}, *config_.alerts.table, out_);
  }

  void sources() {
    const std::vector<const SettingsTable*> tables = root_.tables("source");
    if (tables.size() > sources_max) {
      root_.error("source", "must not be more than " + std::to_string(sources_max));
      return;
    }
    if (tables.empty()) root_.warning("source", "there is none, so nothing will be received");
    std::map<std::string, SourceLocation> names;
    for (const SettingsTable* table : tables) source(*table, names);
  }

  void source(const SettingsTable& table, std::map<std::string, SourceLocation>& names) {
    SettingsReader reader = root_.within(table, "source");
    SourceConfig source;
    source.name = read_word(reader, "name");
    source.driver = reader.required_text("driver");
    const auto auto_register =
        reader.integer("auto_register", 0, 0, static_cast<std::int64_t>(tags_max));
    source.table = settled(table, "source", around_, out_);
    if (!source.name.empty()) {
      const auto [known, fresh] = names.emplace(source.name, reader.where("name"));
      if (!fresh) {
        reader.error("name", in_quotes(source.name) + " is the name of the source on line " +
                                 std::to_string(known->second.line) + " already");
      }
    }
    if (check_ && !source.driver.empty()) check_(source.driver, *source.table, out_);
    plant_.sources.push_back({source.name, static_cast<std::size_t>(auto_register)});
    config_.sources.push_back(std::move(source));
  }

  SettingsReader& root_;
  const Surroundings& around_;
  const DriverCheck& check_;
  Config& config_;
  Plant& plant_;
  Diagnostics& out_;
  std::map<std::string, std::string> token_holders_;  // by token
};

}  // namespace

void look_at_peer_file(SettingsReader& reader, std::string_view key, const std::string& path,
                       unsigned forbidden, const Surroundings& around) {
  const std::string fault = fault_of_file(path, forbidden);
  if (!fault.empty()) tell_file_fault(reader, key, fault, around);
}

void read_sections(SettingsReader& root, const Surroundings& around, const DriverCheck& check,
                   Config& config, Plant& plant, Diagnostics& out) {
  Sections{root, around, check, config, plant, out}.read();
}

std::optional<ListenAddress> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  ListenAddress listen;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, listen.port);
  if (error != std::errc{} || rest != end) return std::nullopt;
  listen.address = text.substr(0, colon);
  if (listen.address.front() == '[' && listen.address.back() == ']') {
    listen.address = listen.address.substr(1, listen.address.size() - 2);
    in6_addr six{};
    if (::inet_pton(AF_INET6, listen.address.c_str(), &six) != 1) return std::nullopt;
    listen.loopback = IN6_IS_ADDR_LOOPBACK(&six);
    return listen;
  }
  in_addr four{};
  if (::inet_pton(AF_INET, listen.address.c_str(), &four) != 1) return std::nullopt;
  listen.loopback = (ntohl(four.s_addr) >> 24U) == 127;
  return listen;
}

}  // namespace parkwatch::config
