// daemon/config/library.cpp - Finds packages and limits.
#include "config/library.h"

#include <filesystem>

#include "config/files.h"

namespace parkwatch::config {

std::string default_library(const std::string& folder) {
  std::error_code error;
  const std::string place = folder.empty() ? "." : folder;
  return std::filesystem::is_directory(std::filesystem::path{place} / "systems", error)
             ? folder
             : std::string{installed_library};
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
