// tests/unit/app/tokens_test.cpp - A token that cannot be read keeps its holder out, and no more.
#include "app/tokens.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "http/guard.h"
#include "tests/support/temp_dir.h"

namespace tokens_test {

using namespace parkwatch;
using namespace parkwatch::app;

namespace {

class Files {
 public:
  std::string write(const std::string& name, const std::string& text, unsigned mode = 0600) {
    const std::filesystem::path path = folder_.path() / name;
    std::ofstream{path} << text;
    std::filesystem::permissions(path, std::filesystem::perms{mode});
    return path.string();
  }

 private:
  test::TempDir folder_;
};

}  // namespace

TEST_CASE("tokens: each is the first line of its file", "[app]") {
  Files files;
  const Tokens tokens = read_tokens(
      {"", files.write("admin", "secret\n"), {{"li", "operator", files.write("li", "more\r\n")}}});
  CHECK(tokens.faults.empty());
  CHECK(tokens.token == "secret");
  REQUIRE(tokens.holders.size() == 1);
  CHECK(tokens.holders[0].role == http::Role::operating);
  CHECK(tokens.holders[0].token == "more");
  CHECK(read_tokens({}).token.empty());
}

TEST_CASE("tokens: a file without one, or that others may read, keeps out and opens no door",
          "[app][fault]") {
  Files files;
  const std::string empty = files.write("admin", "\n");
  const std::string open = files.write("wang", "wang-knows", 0644);
  const Tokens tokens = read_tokens({"",
                                     empty,
                                     {{"wang", "admin", open},
                                      {"li", "viewer", files.write("li", "li-knows")},
                                      {"none", "admin", files.write("none", "") + ".gone"}}});
  REQUIRE(tokens.faults.size() == 3);
  CHECK_THAT(tokens.faults[0], Catch::Contains(empty + " has no token in its first line"));
  CHECK_THAT(tokens.faults[1], Catch::Contains(open) && Catch::Contains("chmod 600"));
  const http::Guard guard{tokens.token, tokens.holders};
  for (const std::string said : {"", "Bearer ", "Bearer", "Bearer wang-knows", "Bearer \n"}) {
    CHECK_FALSE(guard.authorised(said));
  }
  CHECK(guard.caller("Bearer li-knows")->name == "li");
  CHECK(read_tokens({"", empty, {}}).token != tokens.token);
  CHECK(tokens.token.size() >= 32);

  const OwnCondition own = token_fault(tokens.faults);
  CHECK(own.on);
  CHECK(own.rule == "configuration-fault");
  CHECK(own.priority == Priority::high);
  for (const std::string& text : {own.message.en, own.message.zh}) {
    CHECK_THAT(text, Catch::Contains("3 ") && Catch::Contains(empty));
  }
}

}  // namespace tokens_test
