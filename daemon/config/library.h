// daemon/config/library.h - The library of system packages on the disk: systems/<package>/ and
// limits/<standard>.toml. Blocking file access; any thread.
#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace parkwatch::config {

// Where packages are installed.
inline constexpr std::string_view installed_library = "/usr/share/parkwatch";
// What the path of a library's file begins with among a configuration's files, wherever the library
// is: the same files give the same bundle and hash.
inline constexpr std::string_view library_prefix = "library:";
// A package's files that the daemon reads, in this order; all but the first may be missing.
inline constexpr std::array<std::string_view, 3> package_files{"package.toml", "points.csv",
                                                               "rules.toml"};

// The file of the program that runs; empty if the system does not say.
[[nodiscard]] std::filesystem::path running_program();
// Where packages are if nobody says it: the first of `folders` that has systems/ ("" is where the
// program stands), else ../share/parkwatch beside `program` if that has, else the installed one.
[[nodiscard]] std::string default_library(const std::vector<std::string>& folders,
                                          const std::filesystem::path& program = running_program());
// The names of its packages, in byte order.
[[nodiscard]] std::vector<std::string> packages_in(const std::string& library);
// "limits/gb18918.toml" and so on, in byte order.
[[nodiscard]] std::vector<std::string> limits_in(const std::string& library);

// "systems/tank-farm/rules.toml"
[[nodiscard]] std::string package_path(std::string_view package, std::string_view file);

}  // namespace parkwatch::config
