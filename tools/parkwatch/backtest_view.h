// tools/parkwatch/backtest_view.h - A backtest's answer for people and for programs. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "tools/trial/backtest.h"
#include "tools/trial/compare.h"
#include "tools/trial/verify.h"

namespace parkwatch::cli {

// The head line and the table, a row a rule and the total.
[[nodiscard]] std::string backtest_view(const trial::BacktestRun& run,
                                        const trial::RulesCompared& compared, double seconds);
// Each alarm that would be missed, a line each.
[[nodiscard]] std::string missed_view(const trial::RulesCompared& compared);
// Each transition that came out, a line each.
[[nodiscard]] std::string transitions_view(const std::vector<AlarmEvent>& transitions);
// RFC 4180, a line a rule.
[[nodiscard]] std::string backtest_csv(const trial::RulesCompared& compared);
[[nodiscard]] boost::json::object backtest_document(const trial::BacktestRun& run,
                                                    const trial::RulesCompared& compared,
                                                    double seconds);
[[nodiscard]] boost::json::object verify_document(const trial::Verified& verified);

}  // namespace parkwatch::cli
