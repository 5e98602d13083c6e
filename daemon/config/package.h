// daemon/config/package.h - What a system package declares (package.toml), and the values that a
// [[system]] gives to its parameters. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/expand.h"
#include "model/settings.h"
#include "model/tag.h"

namespace parkwatch::config {

enum class ParameterType : std::uint8_t { name, names, number, choice, boolean, tag, tags };
[[nodiscard]] std::string_view to_text(ParameterType type);

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::name;
  std::optional<SettingsValue> fallback;  // empty: it must be given
  Text description;
  std::vector<std::string> choices;  // choice
  std::optional<double> low;         // number; both inclusive
  std::optional<double> high;
};

// Whether its default is made of other parameters: it need not be given, ever.
[[nodiscard]] bool is_derived(const Parameter& parameter);

struct Package {
  std::string name;
  Text title;
  std::string line;  // of package_lines()
  // As declared, and before them `site`, which every package has.
  std::vector<Parameter> parameters;
};

// safety, environment, emergency, security, energy.
[[nodiscard]] const std::vector<std::string>& package_lines();

// `name` is that of its folder. What is wrong is reported.
[[nodiscard]] Package read_package(const SettingsTable& root, const std::string& name,
                                   Diagnostics& out);

// The parameters' values for one [[system]]: what it says, else the defaults; and `id`. Without a
// value if anything is wrong, which is reported at its key.
[[nodiscard]] std::optional<Arguments> read_arguments(const Package& package,
                                                      const SettingsTable& system,
                                                      Diagnostics& out);

}  // namespace parkwatch::config
