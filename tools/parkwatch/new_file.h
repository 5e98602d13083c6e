// tools/parkwatch/new_file.h - A file that was not there before.
#pragma once
#include <string>
#include <string_view>

#include "model/result.h"

namespace parkwatch::cli {

// Writes the whole of it, flushed to the disk. Errors: bad_input - there is such a file already,
// and it is left as it is; permanent - it cannot be written.
[[nodiscard]] Result<Done> write_new_file(const std::string& path, std::string_view text);

}  // namespace parkwatch::cli
