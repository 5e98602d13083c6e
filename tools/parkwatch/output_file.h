// tools/parkwatch/output_file.h - Where a pull writes: a file that it appends to, or standard
// output.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"
#include "tools/parkwatch/files.h"
#include "tools/parkwatch/position.h"

namespace parkwatch::cli {

class OutputFile {
 public:
  // "-": standard output. A file is locked, so that two pulls cannot mix in it, and cut to what
  // `known` (of its cursor file) vouches for. Errors: permanent - it cannot be written, another
  // pull has it, or it holds something that `known` knows nothing of (nothing of a stranger's is
  // overwritten).
  [[nodiscard]] static Result<OutputFile> open(const std::string& path,
                                               const std::optional<Position>& known);

  // Everything, or an error; flush() then makes it safe. Errors: permanent.
  [[nodiscard]] Result<Done> append(std::string_view bytes);
  [[nodiscard]] Result<Done> flush();
  // Nothing was written to it yet, by this run or an earlier one.
  [[nodiscard]] bool at_start() const { return bytes_ == 0; }
  // Fills the part of a position that says which file this is and how long.
  void describe(Position& position) const;

 private:
  OutputFile(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;  // not open: standard output
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace parkwatch::cli
