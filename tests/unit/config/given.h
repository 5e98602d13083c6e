// tests/unit/config/given.h - A configuration from texts or from a temporary folder, and what is
// said of it.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/files.h"

namespace parkwatch::config {

inline std::string text_of(const Diagnostics& out) {
  std::string text;
  for (const Diagnostic& d : out) text += to_text(d) + '\n';
  return text;
}

struct Loaded {
  std::shared_ptr<const Config> config;
  Diagnostics out;

  [[nodiscard]] std::string said() const { return text_of(out); }
};

inline Loaded loaded(const std::vector<File>& files, const DriverCheck& check = {}) {
  Loaded result;
  result.config = load_bundle(make_bundle(files), check, result.out);
  return result;
}

// One file "p.toml" whose first five lines are a daemon, a source and an empty line, so that `text`
// begins on line 6.
inline Loaded given(const std::string& text) {
  return loaded(
      {{"p.toml", "daemon.park = \"p\"\n[[source]]\nname = \"s\"\ndriver = \"mqtt\"\n\n" + text}});
}

// A folder of its own that goes with it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "parkwatch-XXXXXX").string();
    const char* made = ::mkdtemp(pattern.data());
    if (made == nullptr) throw std::runtime_error{"no temporary folder"};
    path_ = pattern;
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = *this / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
  }
  void chmod(const std::string& name, unsigned mode) const {
    std::filesystem::permissions(*this / name, std::filesystem::perms{mode});
  }

 private:
  std::string path_;
};

inline Loaded load_from(const Folder& folder, const std::string& name,
                        const DriverCheck& check = {}) {
  Loaded result;
  result.config = load(folder / name, check, result.out);
  // Diagnostics name the file as the user did; tests do not know the folder.
  for (Diagnostic& d : result.out) {
    for (std::string* text : {&d.where.file, &d.where.instance, &d.message}) {
      for (auto at = text->find(folder.path()); at != std::string::npos;
           at = text->find(folder.path())) {
        text->replace(at, folder.path().size(), "<folder>");
      }
    }
  }
  return result;
}

}  // namespace parkwatch::config
