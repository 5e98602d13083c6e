// daemon/http/readings_page.h - A page of readings in the three formats of /v1/readings. Pure;
// called on the readers' threads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/result.h"
#include "store/reader.h"

namespace parkwatch::http {

struct PageInput {
  const store::ReadingsPage& page;
  std::string generation;
  std::uint64_t after = 0;      // the cursor that was asked for
  std::size_t bytes_max = 0;    // soft: a message is never cut, and there is at least one
  bool all_definitions = true;  // false: only those that came into force after `after`
};

struct PageOutput {
  std::string body;
  std::uint64_t next_sequence = 0;  // of the new cursor
  bool end = false;
  std::vector<std::pair<std::string, std::string>> headers;
};

// application/x-ndjson: one object a line, {"type":"tag"|"gap"|"reading"|"page",...}.
[[nodiscard]] PageOutput ndjson_page(const PageInput& input);
// text/csv (RFC 4180) with a header line; gaps in the header field Parkwatch-Gap.
[[nodiscard]] PageOutput csv_page(const PageInput& input);
// application/x-protobuf: length-delimited parkwatch.v1.PullFrames. Errors: as store::encode_block.
[[nodiscard]] Result<PageOutput> frames_page(const PageInput& input);

// Which definition of a tag holds at which reading. A definition from before the page is announced
// with the tag's first reading; one that came into force within the page in its place.
class Definitions {
 public:
  // The page must outlive this.
  Definitions(const store::ReadingsPage& page, std::uint64_t after, bool all);

  // The definitions that came into force in the page at or before `sequence`, each once. Call with
  // rising numbers.
  [[nodiscard]] std::vector<const store::TagRow*> reached(std::uint64_t sequence);
  struct Use {
    const store::TagRow* row = nullptr;  // null: the store knows no definition
    bool announce = false;               // first use of a definition from before the page
  };
  [[nodiscard]] Use use(TagId tag);

 private:
  struct Held {
    const store::TagRow* row = nullptr;
    bool announced = false;
  };
  bool all_;
  std::vector<const store::TagRow*> in_page_;  // by (sequence, id, version)
  std::size_t next_ = 0;
  std::unordered_map<TagId, Held> held_;
};

// The index after the last reading of the message that `readings[at]` belongs to.
[[nodiscard]] std::size_t message_end(const std::vector<Reading>& readings, std::size_t at);

// "late historical ..." for people and machines: the set flags as words, `separator` between them.
void append_flags(std::string& out, std::uint8_t flags, std::string_view separator,
                  std::string_view quote);

}  // namespace parkwatch::http
