// tests/unit/parkwatch/new_given.h - `parkwatch new` run on a library, with a draft of messages.
#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "config/files.h"
#include "tests/unit/config/library_given.h"
#include "tests/unit/parkwatch/recording_console.h"
#include "tools/parkwatch/check.h"
#include "tools/parkwatch/new_configuration.h"
#include "tools/parkwatch/topic_survey.h"

namespace parkwatch::cli {

struct Made {
  test::RecordingConsole rec;
  int code = exit_ok;
  std::string text;  // of parkwatch.toml; empty: there is none

  // Into the library's folder, of that library, unless the command says otherwise.
  Made(const config::Folder& folder, NewCommand command) {
    if (command.library.empty()) command.library = folder.path();
    if (command.directory.empty()) command.directory = folder / "made";
    code = new_configuration(command, rec.console);
    const auto read = config::read_file(command.directory + "/parkwatch.toml");
    if (read) text = *read;
  }
  Made(const config::Library& library, NewCommand command)
      : Made(library.folder, std::move(command)) {}
  [[nodiscard]] bool has(const std::string& part) const {
    return text.find(part) != std::string::npos;
  }
  [[nodiscard]] bool said(const std::string& part) const {
    return (rec.out.str() + rec.err.str()).find(part) != std::string::npos;
  }
};

// What `check` says of the configuration that was made.
inline std::string checked(const config::Folder& folder, int code) {
  test::RecordingConsole rec;
  CHECK(check({folder / "made/parkwatch.toml"}, rec.console) == code);
  return rec.out.str();
}

// Writes what `listen` drafts of these messages (topic, payload); gives its path.
inline std::string drafted(const config::Folder& folder,
                           const std::vector<std::pair<std::string, std::string>>& messages) {
  TopicSurvey survey;
  for (const auto& [topic, payload] : messages) {
    survey.add(topic, payload, false, from_us(1'780'000'000'000'000));
  }
  folder.write("draft.csv", survey.point_table());
  return folder / "draft.csv";
}

}  // namespace parkwatch::cli
