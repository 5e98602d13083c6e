// daemon/config/shift_report.cpp - See the header.
#include "config/shift_report.h"

#include <algorithm>

#include "config/fields.h"
#include "config/files.h"

namespace parkwatch::config {
namespace {

constexpr std::size_t receivers_max = 20;

// Only mail has room for a report.
void check_receivers(SettingsReader& reader, const NotifyPlan& plan,
                     const std::vector<std::string>& names) {
  if (names.size() > receivers_max) {
    reader.error("receivers", "must not be more than " + std::to_string(receivers_max));
  }
  for (const std::string& name : names) {
    const auto found =
        std::find_if(plan.receivers.begin(), plan.receivers.end(),
                     [&name](const ReceiverSpec& receiver) { return receiver.name == name; });
    if (found == plan.receivers.end()) {
      reader.error("receivers", in_quotes(name) + " is no [[receiver]]");
    } else if (found->kind != ReceiverKind::email) {
      reader.error("receivers", in_quotes(name) + " is of kind " + in_quotes(to_text(found->kind)) +
                                    "; a report goes by \"email\" only");
    }
  }
}

}  // namespace

ShiftReportConfig read_shift_report(const SettingsTable& table, const NotifyPlan& plan,
                                    const Surroundings& around, Diagnostics& out) {
  ShiftReportConfig report;
  SettingsReader reader{table, "shift_report", out};
  report.directory = reader.text("directory", "");
  if (!report.directory.empty() && around.check_files) {
    report.directory = path_from(around.folder, report.directory);
  }
  const std::string language = reader.choice("language", "zh", {"zh", "en"});
  report.chinese = language == "zh";
  report.keep = static_cast<std::size_t>(reader.integer("keep", 400, 1, 100'000));
  report.receivers = reader.texts("receivers");
  check_receivers(reader, plan, report.receivers);
  if (report.directory.empty() && report.receivers.empty()) {
    reader.warning("", "does nothing without directory or receivers");
  }
  reader.finish();
  return report;
}

}  // namespace parkwatch::config
