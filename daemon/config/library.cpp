// daemon/config/library.cpp - Finds packages and limits.
#include "config/library.h"

#include "config/files.h"

namespace parkwatch::config {

std::filesystem::path running_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

std::string default_library(const std::vector<std::string>& folders,
                            const std::filesystem::path& program) {
  const auto has_systems = [](const std::filesystem::path& folder) {
    std::error_code error;
    return std::filesystem::is_directory(folder / "systems", error);
  };
  for (const std::string& folder : folders) {
    if (has_systems(folder.empty() ? "." : folder)) return folder;
  }
  const auto beside = program.parent_path().parent_path() / "share" / "parkwatch";
  if (!program.empty() && has_systems(beside)) return beside.string();
  return std::string{installed_library};
}

std::vector<std::string> packages_in(const std::string& library) {
  std::vector<std::string> names;
  for (const std::string& path : find_files(library, "systems/*/package.toml")) {
    names.push_back(std::filesystem::path{path}.parent_path().filename().string());
  }
  return names;
}

std::vector<std::string> limits_in(const std::string& library) {
  return find_files(library, "limits/*.toml");
}

std::string package_path(std::string_view package, std::string_view file) {
  return "systems/" + std::string{package} + '/' + std::string{file};
}

}  // namespace parkwatch::config
