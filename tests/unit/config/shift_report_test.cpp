// tests/unit/config/shift_report_test.cpp - [shift_report], and boards without a broker.
#include "config/shift_report.h"

#include <catch2/catch.hpp>

#include "given.h"

namespace shift_report_test {

using namespace parkwatch;
using namespace parkwatch::config;

namespace {

const std::string mail =
    "[[receiver]]\nname = \"boss\"\nkind = \"email\"\nurl = \"smtp://127.0.0.1\"\n"
    "from = \"a@b.cn\"\nto = [\"c@d.cn\"]\n"
    "[[receiver]]\nname = \"ding\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1/\"\n";

}  // namespace

TEST_CASE("shift report: where it goes is read", "[config]") {
  const Loaded loaded = given(
      "[shift_report]\ndirectory = \"reports\"\nlanguage = \"en\"\nkeep = 10\n"
      "receivers = [\"boss\"]\n" +
      mail);
  INFO(loaded.said());
  REQUIRE(loaded.config != nullptr);
  const ShiftReportConfig expected{"reports", false, 10, {"boss"}};
  CHECK(loaded.config->shift_report == expected);
  CHECK(loaded.config->shift_report.wanted());
  const Loaded without = given("");
  CHECK(without.config->shift_report == ShiftReportConfig{});
  CHECK_FALSE(without.config->shift_report.wanted());
}

TEST_CASE("shift report: what is wrong is told at its key", "[config]") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"receivers = [\"bos\"]\n", "\"bos\" is no [[receiver]]"},
      {"receivers = [\"ding\"]\n", "a report goes by \"email\" only"},
      {"language = \"de\"\n", "shift_report.language"},
      {"keep = 0\n", "shift_report.keep"},
      {"folder = \"x\"\n", "shift_report.folder"},
  };
  for (const auto& [text, said] : table) {
    const Loaded loaded = given("[shift_report]\n" + text + mail);
    CAPTURE(text, loaded.said());
    CHECK(loaded.config == nullptr);
    CHECK(loaded.said().find(said) != std::string::npos);
  }
  CHECK(given("[shift_report]\n").said().find("does nothing without") != std::string::npos);
}

TEST_CASE("board: without a broker to publish on it is an error at its kind", "[config]") {
  const std::string board =
      "[[receiver]]\nname = \"gate\"\nkind = \"board\"\ntopic = \"gate/1/text\"\n";
  const Loaded loaded = given(board);
  CHECK(loaded.config == nullptr);
  CHECK(loaded.said().find("receiver.kind: a board is told over the broker of [alerts]") !=
        std::string::npos);
  const Loaded alerting = given("[alerts]\nenabled = true\nurl = \"mqtt://127.0.0.1\"\n" + board);
  INFO(alerting.said());
  CHECK(alerting.config != nullptr);
}

}  // namespace shift_report_test
