// tools/parkwatch/pull.h - Fetches readings page by page. One thread; blocks.
//
// The order that makes a kill at any moment harmless: a page is written and flushed to the disk,
// then the cursor file is replaced, then the daemon is told what is safe. So nothing is ever
// missing, and what a killed run had written beyond its cursor file is cut off and fetched again
// (standard output, which cannot be cut, may then carry the last page twice).
#pragma once
#include <optional>
#include <string>

#include "model/result.h"
#include "tools/parkwatch/api.h"
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/console.h"
#include "tools/parkwatch/http_client.h"
#include "tools/parkwatch/output_file.h"
#include "tools/parkwatch/page_content.h"
#include "tools/parkwatch/position.h"

namespace parkwatch::cli {

class Pull {
 public:
  Pull(HttpClient& client, const PullCommand& command, Console& console)
      : client_(client), api_(client), command_(command), console_(console) {}

  // Until everything stored is fetched; with --follow only until an error that waiting cannot mend.
  // Gives the exit code; everything is said already.
  [[nodiscard]] int run();

 private:
  struct Totals {
    std::uint64_t pages = 0;
    std::uint64_t readings = 0;
    std::uint64_t gaps = 0;
    std::uint64_t lost_readings = 0;
    std::uint64_t bytes = 0;
  };

  Result<Done> begin();
  Result<Done> fetch_all();
  Result<HttpAnswer> fetch_page();
  Result<Done> begin_new_store(const HttpAnswer& answer);
  Result<Done> take(const HttpAnswer& answer);
  Result<Done> save();
  Result<Done> acknowledge();
  [[nodiscard]] std::string target() const;
  void say_summary();

  HttpClient& client_;
  Api api_;
  const PullCommand& command_;
  Console& console_;
  std::optional<OutputFile> output_;
  Position position_;
  std::string acknowledged_;  // the cursor that the daemon was told last
  Totals totals_;
};

}  // namespace parkwatch::cli
