// tools/parkwatch/backtest_view.h - A backtest's answer for people and for programs. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "report/members.h"
#include "tools/trial/backtest.h"
#include "tools/trial/compare.h"
#include "tools/trial/verify.h"

namespace parkwatch::cli {
using report::in;
using report::ViewStyle;
using report::Words;

// The head line and the table, a row a rule and the total.
[[nodiscard]] std::string backtest_view(const trial::BacktestRun& run,
                                        const trial::RulesCompared& compared, double seconds,
                                        const ViewStyle& style = {});
// Each alarm that would be missed, a line each.
[[nodiscard]] std::string missed_view(const trial::RulesCompared& compared,
                                      const ViewStyle& style = {});
// How many there are, in one line without its end.
[[nodiscard]] std::string missed_summary(std::size_t missed, bool allowed,
                                         const ViewStyle& style = {});
// The same head, rows and missed alarms as one HTML document without anything from outside.
[[nodiscard]] std::string backtest_html(const trial::BacktestRun& run,
                                        const trial::RulesCompared& compared, double seconds,
                                        const ViewStyle& style = {});
// Each transition that came out, a line each.
[[nodiscard]] std::string transitions_view(const std::vector<AlarmEvent>& transitions);
// RFC 4180, a line a rule.
[[nodiscard]] std::string backtest_csv(const trial::RulesCompared& compared);
[[nodiscard]] boost::json::object backtest_document(const trial::BacktestRun& run,
                                                    const trial::RulesCompared& compared,
                                                    double seconds);
// What was verified, and how much differs; two lines, the last without its end.
[[nodiscard]] std::string verified_view(const trial::Verified& verified, double seconds,
                                        const ViewStyle& style = {});
[[nodiscard]] boost::json::object verify_document(const trial::Verified& verified);

}  // namespace parkwatch::cli
