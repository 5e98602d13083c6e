// tools/parkwatch/new_text.h - The text of the configuration that `parkwatch new` writes. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "model/tag.h"
#include "tools/parkwatch/command_line.h"
#include "tools/parkwatch/draft_devices.h"
#include "tools/parkwatch/draft_match.h"
#include "tools/parkwatch/system_catalog.h"

namespace parkwatch::cli {

// A [[system]] that is written.
struct ChosenSystem {
  CatalogSystem system;
  std::string site;
  std::string id;  // empty: the site
  // Parameters that the draft answers: lists, and names that are one of a list's.
  std::map<std::string, FoundDevices> lists;
  std::map<std::string, std::string> members;
  // Every list is empty unless given, and nothing is watched then: examples stand for them.
  bool needs_a_list = false;
  std::vector<std::size_t> rows;  // of the draft, that may be its points
  std::vector<Tag> tags;          // that it makes
};

// Whether it is a list that is empty if it is not given.
[[nodiscard]] bool is_open_list(const config::Parameter& parameter);

// The mappings of the topics that were found, one a topic.
[[nodiscard]] std::string mappings_text(const std::vector<Tag>& tags,
                                        const std::vector<DraftRow>& rows,
                                        const std::vector<DraftMatch>& matches);

// parkwatch.toml. `library` is written unless it is the installed one.
[[nodiscard]] std::string main_text(const NewCommand& command, const std::string& library,
                                    const std::vector<ChosenSystem>& chosen,
                                    const std::string& mappings);

}  // namespace parkwatch::cli
