// tests/cases/case_files.h - A case is a folder:
// drivers/<driver>/testcases/<case>/{config.toml,input.txt, expected.ndjson}. One thread.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/decoder.h"
#include "model/result.h"

namespace parkwatch::cases {

// Every folder below drivers/*/testcases, in the order of their names.
[[nodiscard]] std::vector<std::filesystem::path> find_cases(const std::filesystem::path& drivers);

[[nodiscard]] std::string read_file(const std::filesystem::path& file);

// A message a line: the topic, a tab, the payload. In both "\t", "\n", "\r", "\\" and "\xNN" are
// what they are in C; a payload "hex:0a05" is in hexadecimal digits. Empty lines and those that
// begin with '#' are none. Errors: bad_input - the line and what is wrong with it.
[[nodiscard]] Result<std::vector<Message>> parse_input(std::string_view text);

// What message number `message` (from 1) gave, a JSON object a line: its readings
//   {"message":1,"tag":"w/e/cod","value":12.5,"type":"float64","time":"2024-01-01T00:00:00Z"}
// with "quality", "reason" and "historical" where they are not good, none and false, then its
// faults
//   {"message":2,"refused":"malformed","detail":"byte 11: ..."}
[[nodiscard]] std::string to_ndjson(std::size_t message, const Decoded& decoded);

}  // namespace parkwatch::cases
