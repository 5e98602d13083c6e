// tests/unit/app/same_settings_test.cpp - When a source may keep its connection over a reload.
#include "app/same_settings.h"

#include <catch2/catch.hpp>

#include "config/toml.h"

namespace same_settings_test {

using namespace parkwatch;

namespace {

std::shared_ptr<const SettingsTable> table_of(const std::string& text) {
  Diagnostics diagnostics;
  auto table = config::parse_toml("test.toml", text, diagnostics);
  REQUIRE(diagnostics.empty());
  REQUIRE(table);
  return table;
}

}  // namespace

TEST_CASE("settings: places and the order of keys do not count, values do", "[app]") {
  const auto base = table_of("a = 1\nb = [1, \"x\"]\n[c]\nd = true\n[[e]]\nf = 1.5\n");
  CHECK(app::same_settings(
      *base, *table_of("# moved\n\nb = [1, \"x\"]\na = 1\n[[e]]\nf = 1.5\n[c]\nd = true\n")));
  for (const char* other :
       {"a = 2\nb = [1, \"x\"]\n[c]\nd = true\n[[e]]\nf = 1.5\n",
        "a = 1\nb = [1, \"y\"]\n[c]\nd = true\n[[e]]\nf = 1.5\n",
        "a = 1\nb = [1]\n[c]\nd = true\n[[e]]\nf = 1.5\n",
        "a = 1\nb = [1, \"x\"]\n[c]\nd = false\n[[e]]\nf = 1.5\n",
        "a = 1\nb = [1, \"x\"]\n[c]\nd = true\n[[e]]\nf = 1.5\n[[e]]\nf = 1.5\n",
        "a = 1\nb = [1, \"x\"]\n[c]\nd = true\n",
        "a = 1.0\nb = [1, \"x\"]\n[c]\nd = true\n[[e]]\nf = 1.5\n"}) {
    CAPTURE(other);
    CHECK_FALSE(app::same_settings(*base, *table_of(other)));
  }
}

TEST_CASE("settings: a key more, a key less and another kind of value count, wherever they are",
          "[app]") {
  const char* texts[] = {"",
                         "a = 1\n",
                         "a = \"1\"\n",
                         "a = true\n",
                         "a = []\n",
                         "a = [[1]]\n",
                         "a = [[1], []]\n",
                         "[a]\n",
                         "[a]\nb = 1\n",
                         "[[a]]\nb = 1\n",
                         "[[a]]\nb = 1\n[[a]]\n",
                         "[[a]]\n[[a]]\nb = 1\n",
                         "b = 1\n",
                         "a = 1\nb = 1\n"};
  for (const char* left : texts) {
    for (const char* right : texts) {
      CAPTURE(left, right);
      CHECK(app::same_settings(*table_of(left), *table_of(right)) == (left == right));
    }
  }
}

}  // namespace same_settings_test
