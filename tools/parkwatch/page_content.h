// tools/parkwatch/page_content.h - What a page of /v1/readings holds, counted without trusting it.
// Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "tools/parkwatch/command_line.h"

namespace parkwatch::cli {

struct PageContent {
  std::uint64_t readings = 0;
  std::uint64_t definitions = 0;  // of tags
  std::uint64_t lost_readings = 0;
  std::vector<std::string> gaps;  // for a person, one text a gap
  [[nodiscard]] bool nothing() const { return readings + definitions == 0 && gaps.empty(); }
};

// `gap_headers`: the values of Parkwatch-Gap, a line each, which is where CSV tells its gaps.
// Errors: bad_input - the page is cut or not in this format: it must not be taken as had.
[[nodiscard]] Result<PageContent> read_page(PullFormat format, std::string_view body,
                                            std::string_view gap_headers);

// The bytes of a CSV page behind its title line.
[[nodiscard]] std::string_view without_csv_titles(std::string_view body);

using parkwatch::to_text;
[[nodiscard]] std::string_view to_text(PullFormat format);
[[nodiscard]] std::string_view media_type_of(PullFormat format);

}  // namespace parkwatch::cli
