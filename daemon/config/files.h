// daemon/config/files.h - The files of a configuration: read with bounds, found by pattern, bundled
// into one text and back, hashed. Blocking file access; any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "model/result.h"

namespace parkwatch::config {

// A whole configuration, comments included. Beyond: an error, not memory.
inline constexpr std::size_t file_bytes_max = std::size_t{16} << 20;
inline constexpr std::size_t bundle_bytes_max = std::size_t{64} << 20;
inline constexpr std::size_t files_max = 1000;

// Errors: not_found; bad_input - no regular file, or longer than file_bytes_max; permanent - the
// system's words.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

// The regular files under `folder` that match `pattern`, in byte order of their path: '*' stands
// for any run of characters within one name. Names that begin with a dot match only a pattern that
// does. An absolute pattern stands for itself. Paths are as the pattern writes them, so relative
// ones stay relative to `folder`.
[[nodiscard]] std::vector<std::string> find_files(const std::string& folder,
                                                  const std::string& pattern);

// `path` from `folder`, unless it is absolute or empty.
[[nodiscard]] std::string path_from(const std::string& folder, const std::string& path);

// Where the store is, as the main file `path` says, though it may have mistakes, even of syntax:
// the first line that gives `state_directory` a text. The default where no line does; empty where
// the file cannot be read. Blocks on the disk.
[[nodiscard]] std::string find_state_directory(const std::string& path);

// Every file's path and text in one text: the same files in the same order give the same bytes. The
// first one is the main file.
[[nodiscard]] std::string make_bundle(const std::vector<File>& files);
// Errors: bad_input - not what make_bundle gave.
[[nodiscard]] Result<std::vector<File>> parse_bundle(std::string_view bundle);

// 64 hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

// What is wrong with a file that a key names; empty: nothing. `forbidden` are permission bits that
// it must not have, 0 for a file without a secret.
[[nodiscard]] std::string fault_of_file(const std::string& path, unsigned forbidden);

// The token in a file's first line, without blanks at its end. Errors: permanent - others may read
// the file, it cannot be read, or there is no token; each with the path.
[[nodiscard]] Result<std::string> read_token(const std::string& path);

}  // namespace parkwatch::config
