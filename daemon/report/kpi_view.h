// daemon/report/kpi_view.h - Key figures (ISA-18.2, EEMUA 191, GB/T 41261-2022) for people, in
// Chinese or English. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "report/members.h"

namespace parkwatch::report {

// Of /v1/kpi: a row a period beside the targets, then how fast alarms were answered.
[[nodiscard]] std::string kpi_view(const boost::json::object& kpi, const ViewStyle& style);
// Of one period, such as a shift: names and values.
[[nodiscard]] std::vector<std::vector<std::string>> key_figures(const boost::json::object& period,
                                                                const ViewStyle& style);

}  // namespace parkwatch::report
