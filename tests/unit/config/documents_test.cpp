// tests/unit/config/documents_test.cpp - docs/points.md tells of every column, and its examples of
// texts hold.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "config/points.h"
#include "given.h"
#include "rules/message.h"

namespace documents_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

std::string document(const std::string& name) {
  std::ifstream file{std::string{PARKWATCH_SOURCE_DIR} + "/docs/" + name};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("documents: points.md tells of every column in both languages", "[config]") {
  const std::string text = document("points.md");
  REQUIRE_FALSE(text.empty());
  for (const PointColumn& column : point_columns()) {
    const std::string key{column.key};
    CAPTURE(key);
    const bool own_priority = key.ends_with("_priority") && key != "LL_priority";
    if (!own_priority) {  // one stands for all four
      CHECK(text.find('`' + key + '`') != std::string::npos);
      CHECK(text.find(column.zh) != std::string::npos);
    }
  }
}

TEST_CASE("documents: the example of further columns in texts says what is written beside it",
          "[config]") {
  const std::string text = document("points.md");
  const auto block = [&text](const std::string& kind) {
    const std::size_t fence = text.find("```" + kind + "\n");
    REQUIRE(fence != std::string::npos);
    const std::size_t from = text.find('\n', fence) + 1;
    return text.substr(from, text.find("```", from) - from);
  };
  const Loaded got =
      config::loaded({{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"m\"\n"},
                      {"points.csv", block("csv")},
                      {"rules.toml", block("toml")}});
  CHECK(got.said() == "");
  REQUIRE(got.config != nullptr);
  std::string said;
  for (const Tag& tag : got.config->plant->tags) {
    const RuleSpec& rule = got.config->plant->rules.front();
    const Text own = rules::render(rule.guidance, {rule, tag, {}, {}, {}, {}, {}});
    said += tag.name + "  " + own.zh + '\n' + tag.name + "  " + own.en + '\n';
  }
  CHECK(said == block("text"));
}

TEST_CASE("documents: no two columns have a name in common", "[config]") {
  std::set<std::string_view> names;
  for (const PointColumn& column : point_columns()) {
    CHECK(names.insert(column.key).second);
    CHECK(names.insert(column.zh).second);
  }
}

TEST_CASE("documents: each word for a type and a priority that points.md tells is taken",
          "[config]") {
  for (const auto& [word, type] :
       std::vector<std::pair<std::string, ValueType>>{{"double", ValueType::float64},
                                                      {"浮点", ValueType::float64},
                                                      {"模拟量", ValueType::float64},
                                                      {"int", ValueType::int64},
                                                      {"整数", ValueType::int64},
                                                      {"bool", ValueType::boolean},
                                                      {"布尔", ValueType::boolean},
                                                      {"开关量", ValueType::boolean},
                                                      {"text", ValueType::text},
                                                      {"文本", ValueType::text}}) {
    CAPTURE(word);
    CHECK(document("points.md").find(word) != std::string::npos);
    const Loaded loaded = config::loaded(
        {{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"m\"\n"},
         {"points.csv", "位号,类型\na/b/c," + word + "\n"}});
    INFO(loaded.said());
    REQUIRE(loaded.config != nullptr);
    CHECK(loaded.config->plant->tags.front().type == type);
  }
  for (const auto& [word, priority] :
       std::vector<std::pair<std::string, Priority>>{{"紧急", Priority::critical},
                                                     {"高", Priority::high},
                                                     {"中", Priority::medium},
                                                     {"低", Priority::low},
                                                     {"critical", Priority::critical},
                                                     {"low", Priority::low}}) {
    CAPTURE(word);
    const Loaded loaded = config::loaded(
        {{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"m\"\n"},
         {"points.csv", "位号,HH,优先级\na/b/c,5," + word + "\n"}});
    INFO(loaded.said());
    REQUIRE(loaded.config != nullptr);
    CHECK(loaded.config->plant->rules.front().limits.front().priority == priority);
  }
}

}  // namespace documents_test
