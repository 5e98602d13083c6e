// tests/unit/config/shipped_keys_test.cpp - The shipped main file shows every key that may stand in
// it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "drivers/driver.h"
#include "given.h"

namespace shipped_keys_test {

using namespace parkwatch;
using namespace parkwatch::config;
namespace fs = std::filesystem;

namespace {

using Words = std::set<std::string>;

std::string text_of_file(const fs::path& path) {
  std::ifstream in{path};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Whatever could be the name of a key: every word in quotes in the sources that read keys.
const Words& candidates() {
  static const Words words = [] {
    const fs::path root{PARKWATCH_SOURCE_DIR};
    const std::regex quoted{"\"([a-z][a-z0-9_]*)\""};
    Words found{"no_such_key"};
    for (const char* folder : {"daemon/config", "daemon/model", "drivers/mqtt"}) {
      for (const auto& file : fs::recursive_directory_iterator{root / folder}) {
        if (file.path().extension() != ".cpp" && file.path().extension() != ".h") continue;
        const std::string text = text_of_file(file.path());
        for (std::sregex_iterator at{text.begin(), text.end(), quoted}, end; at != end; ++at) {
          found.insert((*at)[1]);
        }
      }
    }
    return found;
  }();
  return words;
}

// Of `words`, those that are not called unknown behind `before`, which ends with a table's header.
Words known(const std::string& before, const Words& words) {
  std::string text = before;
  std::vector<std::string> in_order{words.begin(), words.end()};
  for (const std::string& word : in_order) text += word + " = 0\n";
  const auto first = static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n'));
  Words left = words;
  for (const Diagnostic& d : loaded({{"p.toml", text}}, check_driver).out) {
    if (d.message.starts_with("unknown key")) left.erase(in_order.at(d.where.line - first));
  }
  return left;
}

// The keys that a table takes, but for those in `before`.
Words accepted(const std::string& before) {
  constexpr std::size_t at_a_time = 300;  // of diagnostics only so many are kept
  Words keys;
  Words some;
  for (const std::string& word : candidates()) {
    if (before.find('\n' + word + " =") == std::string::npos) some.insert(word);
    if (some.size() == at_a_time) keys.merge(known(before, std::exchange(some, {})));
  }
  keys.merge(known(before, some));
  return keys;
}

// The lines of each table of the shipped file, without a '#' in front of them.
std::map<std::string, std::string> shipped_tables() {
  std::istringstream in{text_of_file(fs::path{PARKWATCH_SOURCE_DIR} / "config/parkwatch.toml")};
  const std::regex header{R"(\[\[?([a-z_.]+)\]\]?( *#.*)?)"};
  std::map<std::string, std::string> tables;
  std::string table;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ")) line.erase(0, 2);
    std::smatch found;
    if (std::regex_match(line, found, header)) table = found[1];
    tables[table] += line + '\n';
  }
  return tables;
}

bool shows(const std::string& table, const std::string& key) {
  return std::regex_search(table, std::regex{"(^|[^a-z0-9_])" + key + " *="});
}

struct Table {
  std::string name;    // in the shipped file
  std::string before;  // what a table needs in front of it to be read, and its header
};

const std::string a_source = "[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n";
const std::string a_mapping = a_source + "[[source.mapping]]\n";

std::vector<Table> tables() {
  return {{"daemon", "[daemon]\n"},
          {"source", a_source},
          {"source.mapping", a_mapping},
          {"source.mapping.fields", a_mapping + "topic = \"a\"\n[[source.mapping.fields]]\n"},
          {"source.passage", a_source + "[[source.passage]]\n"},
          {"alerts", "[alerts]\nenabled = true\n"},
          {"gates", "[gates]\n"},
          {"gates.rules", "[gates]\n[gates.rules]\n"},
          {"gate", "[gates]\n[[gate]]\n"},
          {"gate.lane", "[gates]\n[[gate]]\n[[gate.lane]]\n"},
          {"gate.device", "[gates]\n[[gate]]\n[[gate.device]]\n"},
          {"zone", "[gates]\n[[zone]]\n"},
          {"actions", "[actions]\n"},
          {"http", "[http]\n"},
          {"http.token", "[[http.token]]\n"},
          {"store", "[store]\n"},
          {"intake", "[intake]\n"},
          {"time", "[time]\n"},
          {"time", "[[time.shifts]]\n"},
          {"shift_report", "[shift_report]\n"},
          {"position", "[[position]]\n"}};
}

}  // namespace

TEST_CASE("shipped configuration: it shows every key that a table takes", "[config]") {
  auto shipped = shipped_tables();
  // The file says so: they are those of a source's connection.
  shipped["alerts"] += shipped["source"];
  for (const Table& table : tables()) {
    const Words keys = accepted(table.before);
    CAPTURE(table.name, keys);
    CHECK_FALSE(keys.empty());
    CHECK_FALSE(keys.contains("no_such_key"));
    for (const std::string& key : keys) {
      if (key == "password") continue;  // known only to be refused with advice
      CAPTURE(key);
      CHECK((shows(shipped[table.name], key) || shipped.contains(table.name + '.' + key)));
    }
  }
}

TEST_CASE("shipped configuration: it names every table", "[config]") {
  std::string whole;
  for (const auto& [name, text] : shipped_tables()) whole += text;
  const Words keys = accepted("");
  CHECK_FALSE(keys.contains("no_such_key"));
  CHECK(keys.contains("rule"));
  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK((shows(whole, key) || whole.find('[' + key + ']') != std::string::npos));
  }
}

}  // namespace shipped_keys_test
