// tools/parksim/recording.h - Real recordings as messages: a table of somebody's instruments, and a
// mapping that says which column goes to which topic. Pure but for read_recording(); any thread.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "model/result.h"
#include "model/time.h"

namespace parkwatch::parksim {

// {"value": 12.5, "time": "2010-01-01T00:00:00.000Z"}, as the simulated park's.
struct RecordedMessage {
  Timestamp time;  // of measurement, as the file says
  std::string topic;
  std::string payload;

  bool operator==(const RecordedMessage&) const = default;
};

struct Recording {
  std::vector<RecordedMessage> messages;  // in the order of time; of a row in that of its columns
  std::size_t rows = 0;
  std::size_t missing = 0;  // cells of mapped columns that say nothing; they give no message
};

// The text of a file that the mapping names.
using FileReader = std::function<Result<std::string>(const std::string& name)>;

// The mapping is TOML (tools/parksim/README.md lists its keys); `name` is what errors call it.
// Errors: bad_input - a wrong mapping, or a cell that is no number or no time, with file and line;
// and what `read` says.
[[nodiscard]] Result<Recording> make_recording(const std::string& name, const std::string& mapping,
                                               const FileReader& read);

// The mapping file at `path`; the file that it names lies beside it. Errors: as make_recording(),
// and permanent - a file cannot be read.
[[nodiscard]] Result<Recording> read_recording(const std::string& path);

// {"topic": "park/...", "value": ..., "time": ...}: a line of --print, without the line feed.
[[nodiscard]] std::string line(const RecordedMessage& message);

}  // namespace parkwatch::parksim
