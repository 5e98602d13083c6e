// tools/parkwatch/salvage.cpp - See the header.
#include "tools/parkwatch/salvage.h"

#include <boost/json.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

#include "http/documents.h"
#include "http/readings_page.h"
#include "store/reader.h"
#include "store/salvage.h"
#include "tools/parkwatch/output_file.h"
#include "tools/parkwatch/page_content.h"

namespace parkwatch::cli {
namespace json = boost::json;
namespace {

// Beside the output, where there is room for it; goes with its owner.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::string& output) : path_(output + ".salvage-XXXXXX") {
    made_ = ::mkdtemp(path_.data()) != nullptr;
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory() {
    std::error_code ec;
    if (made_) std::filesystem::remove_all(path_, ec);
  }
  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool made_ = false;
};

Result<http::PageOutput> page_in(PullFormat format, const http::PageInput& input) {
  switch (format) {
    case PullFormat::csv:
      return http::csv_page(input);
    case PullFormat::protobuf:
      return http::frames_page(input);
    case PullFormat::ndjson:
      break;
  }
  return http::ndjson_page(input);
}

struct Written {
  std::uint64_t readings = 0;
  std::vector<store::Gap> gaps;
};

Result<Done> write_page(const store::ReadingsPage& page, const http::PageInput& input,
                        PullFormat format, OutputFile& output) {
  const bool is_first = output.at_start();
  const bool is_empty = page.readings.empty() && page.gaps.empty() && page.tags.empty();
  if (is_empty && !is_first) return Done{};
  const auto made = page_in(format, input);
  if (!made) return made.error();
  const bool has_titles = format == PullFormat::csv && !is_first;
  return output.append(has_titles ? without_csv_titles(made->body) : made->body);
}

Result<Written> write_all_pages(store::Reader& reader, PullFormat format, OutputFile& output) {
  Written written;
  for (std::uint64_t after = 0;;) {
    store::ReadingsQuery query;
    query.after_sequence = after;
    auto page = reader.readings(query);
    if (!page) return page.error();
    // The query bounds the page: it is never cut.
    const http::PageInput input{*page, reader.generation(), after,
                                std::numeric_limits<std::size_t>::max(), true};
    if (auto done = write_page(*page, input, format, output); !done) return done.error();
    written.readings += page->readings.size();
    written.gaps.insert(written.gaps.end(), page->gaps.begin(), page->gaps.end());
    if (page->end) break;
    after = page->next_sequence;
  }
  if (auto flushed = output.flush(); !flushed) return flushed.error();
  return written;
}

void say(const SalvageCommand& command, const store::Salvage& read, const Written& written,
         Console& console) {
  std::uint64_t missing = 0;
  json::array gaps;
  for (const store::Gap& gap : written.gaps) {
    missing += gap.readings;
    gaps.emplace_back(http::to_document(gap));
  }
  if (console.json) {
    console.out << json::serialize(json::object{{"batches", read.batches},
                                                {"readings", written.readings},
                                                {"missing_readings", missing},
                                                {"gaps", std::move(gaps)}})
                << '\n';
    return;
  }
  for (const store::Gap& gap : written.gaps) {
    console.out << "missing: sequences " << gap.first_sequence << " to " << gap.last_sequence
                << ", received from " << to_rfc3339(gap.from) << " to " << to_rfc3339(gap.to)
                << ", " << gap.readings << " readings (" << gap.reason << ")\n";
  }
  console.out << "read " << read.batches << " batches of " << command.kept << " and wrote "
              << written.readings << " readings to " << command.output;
  if (!written.gaps.empty()) {
    console.out << "; MISSING: " << written.gaps.size() << " ranges, " << missing << " readings";
  }
  console.out << '\n';
}

Result<Done> salvage_to(const SalvageCommand& command, Console& console) {
  auto output = OutputFile::open(command.output, std::nullopt);
  if (!output) return output.error();
  const WorkDirectory work{command.output};
  if (!work.made()) return system_error(work.path(), "cannot be made");
  const auto read = store::salvage_readings(command.kept, work.path());
  if (!read) return read.error();
  if (read->batches == 0) {
    return Error{ErrorKind::permanent, command.kept + ": no readings can be read from it"};
  }
  const auto reader = store::open_reader(work.path());
  if (!reader) return reader.error();
  const auto written = write_all_pages(**reader, command.format, *output);
  if (!written) return written.error();
  say(command, *read, *written, console);
  return Done{};
}

}  // namespace

int salvage(const SalvageCommand& command, Console& console) {
  const auto done = salvage_to(command, console);
  if (done) return exit_ok;
  say_error(console, done.error().message);
  return exit_no;
}

}  // namespace parkwatch::cli
