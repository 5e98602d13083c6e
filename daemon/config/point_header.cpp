// daemon/config/point_header.cpp - Reads the first line of a point table.
#include "config/point_header.h"

#include <algorithm>
#include <optional>
#include <set>

#include "config/fields.h"
#include "config/point_words.h"
#include "rules/check.h"

namespace parkwatch::config {
namespace {

// Of any kind of rule: it goes before a column.
bool is_placeholder(const std::string& name) {
  return std::any_of(rule_kinds.begin(), rule_kinds.end(), [&](RuleKind kind) {
    const std::vector<std::string> names = rules::message_placeholders(kind);
    return std::find(names.begin(), names.end(), name) != names.end();
  });
}

}  // namespace

const std::vector<PointColumn>& point_columns() {
  static const std::vector<PointColumn> columns{{"tag", "位号", "tank/t101/level"},
                                                {"description", "名称", "T-101液位"},
                                                {"description_en", "名称en", "T-101 level"},
                                                {"group", "系统", "tank-farm"},
                                                {"source", "来源", ""},
                                                {"topic", "主题", "park/tank/T101"},
                                                {"field", "字段", "$.level"},
                                                {"time", "时间字段", ""},
                                                {"type", "类型", "double"},
                                                {"unit", "单位", "%"},
                                                {"range_low", "量程下", "0"},
                                                {"range_high", "量程上", "100"},
                                                {"decimals", "小数", "1"},
                                                {"factor", "系数", "1"},
                                                {"offset", "偏移", "0"},
                                                {"timeout", "超时", "30s"},
                                                {"LL", "低低", "5"},
                                                {"L", "低", "10"},
                                                {"H", "高", "85"},
                                                {"HH", "高高", "90"},
                                                {"deadband", "死区", "2%"},
                                                {"on_delay", "延时", "5s"},
                                                {"priority", "优先级", "high"},
                                                {"LL_priority", "LL优先级", ""},
                                                {"L_priority", "L优先级", ""},
                                                {"H_priority", "H优先级", ""},
                                                {"HH_priority", "HH优先级", ""},
                                                {"guidance", "处置", "G-TANK-01"}};
  return columns;
}

PointHeader read_header(const CsvFile& file, std::vector<FurtherColumn>& further,
                        Diagnostics& out) {
  PointHeader header;
  std::set<std::string> seen;
  for (const CsvCell& cell : file.rows.front().cells) {
    const SourceLocation where{file.shown, file.rows.front().line, cell.column, file.instance};
    const auto tell = [&](Diagnostic::Severity severity, std::string message) {
      out.push_back({severity, where, "points", std::move(message)});
    };
    const std::string name = half_width(cell.text);
    std::string key = point_key(name);
    const bool known = !key.empty();
    const auto near = known || file.stored ? std::nullopt : nearest_column(name);
    if (!known) key = name;
    if (near) {
      tell(Diagnostic::Severity::error,
           "unknown column " + in_quotes(name) + "; did you mean " + in_quotes(*near) + "?");
      key.clear();
    } else if (!key.empty() && !seen.insert(key).second) {
      tell(Diagnostic::Severity::error, "a second column " + in_quotes(name));
      key.clear();
    }
    if (!known && is_placeholder(key)) {
      tell(Diagnostic::Severity::warning, "the column " + in_quotes(key) +
                                              " cannot be used in texts: {" + key +
                                              "} is a placeholder of rules");
    } else if (!known && !key.empty() && file.rule_prefix.empty()) {
      further.push_back({key, where});
    }
    // What `expand` is through with says nothing to people.
    if (!file.rule_prefix.empty() && key == "only_if") key.clear();
    header.keys.push_back(std::move(key));
    header.known.push_back(known);
  }
  if (!seen.contains("tag")) {
    out.push_back({Diagnostic::Severity::error,
                   {file.shown, file.rows.front().line, 1, file.instance},
                   "points",
                   "has no column 位号 (tag)"});
  }
  return header;
}

void warn_of_unused(const std::vector<FurtherColumn>& further, const std::vector<RuleSpec>& rules,
                    Diagnostics& out) {
  std::set<std::string> used;
  for (const RuleSpec& rule : rules) {
    for (const auto& [tag, cells] : rule.columns) {
      for (const auto& [column, text] : cells) used.insert(column);
    }
  }
  for (const FurtherColumn& column : further) {
    if (used.contains(column.name) || is_remark(column.name)) continue;
    out.push_back({Diagnostic::Severity::warning, column.where, "points",
                   "the column " + in_quotes(column.name) +
                       " does nothing: it is no column of a point table, and no message or "
                       "guidance asks for {" +
                       column.name + "}"});
  }
}

}  // namespace parkwatch::config
