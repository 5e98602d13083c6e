// daemon/config/points.h - Point tables (points.csv): each row as the [[tag]] and [[rule]] that it
// stands for, with the places of its cells, so that every check of those holds for it. Pure.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/csv.h"
#include "model/diagnostic.h"
#include "model/settings.h"

namespace parkwatch::config {

// A column that a point table may have, by its names.
struct PointColumn {
  std::string_view key;  // in diagnostics, and its English name
  std::string_view zh;
  std::string_view example;
};
[[nodiscard]] const std::vector<PointColumn>& point_columns();

// A column that is none of those: a placeholder for texts.
struct FurtherColumn {
  std::string name;
  SourceLocation where;
};

// What a text says when a 处置 names it.
struct Guidance {
  std::string zh;
  std::string en;
};
using GuidanceTable = std::map<std::string, Guidance, std::less<>>;

// A CSV file among the included ones.
struct CsvFile {
  std::string shown;  // in diagnostics
  std::vector<CsvRow> rows;
  // Of a system package: for whom it is read, what the ids of its rules begin with ("<prefix>."),
  // and the level of its tags that is left out of them.
  std::string instance = {};
  std::string rule_prefix = {};
  std::string site = {};
  // Of a configuration that was in force: what an earlier version took, and meant by it, stays.
  bool stored = false;
  [[nodiscard]] bool is_guidance() const;  // its first column is the code of a guidance
};

// Adds the codes. What is wrong is reported; a code that is there twice is an error.
void read_guidance(const CsvFile& file, GuidanceTable& table, Diagnostics& out);

// A rule of a point table or a system package, and where each of its keys came from.
struct PointRule {
  std::string tag;                       // of a point table; empty: of a package's rules.toml
  std::shared_ptr<SettingsTable> table;  // id, kind, tags and what the row says
  std::string family = {};               // the id without the name, of one that for_each made
};

struct Points {
  std::vector<std::shared_ptr<SettingsTable>> tags;
  std::vector<PointRule> rules;
  // For the source's mappings: (source or "", mapping).
  std::vector<std::pair<std::string, std::shared_ptr<SettingsTable>>> mappings;
  std::vector<FurtherColumn> further;  // of the park's own tables
};

// Adds the rows of `file`.
void read_points(const CsvFile& file, const GuidanceTable& guidance, Points& points,
                 Diagnostics& out);

// Lets the keys of [[rule]] tables override those of points' and packages' rules: one with the same
// id (or that of its family, which is weaker), or for a point table's of kind limit (or none) on
// exactly that one tag. Those tables are taken out of `rules`. Gives the ids of the rules that were
// overridden.
std::set<std::string> override_point_rules(Points& points,
                                           std::vector<const SettingsTable*>& rules);

// Lets the park's tables override packages' ones that `key` gives the same name ([[tag]]: name,
// [[action]]: id), in the same way.
void merge_tables(const std::vector<std::shared_ptr<SettingsTable>>& given, std::string_view key,
                  std::vector<const SettingsTable*>& own);

// The main file's root with the tables' mappings added to its sources: to the named one, or the
// first. A source that is not there is reported.
[[nodiscard]] std::shared_ptr<const SettingsTable> with_mappings(
    const std::shared_ptr<const SettingsTable>& root, const Points& points, Diagnostics& out);

// "limit.tank.t101.level": the id of the rule of a tag.
[[nodiscard]] std::string point_rule_id(std::string_view prefix, std::string_view tag);

}  // namespace parkwatch::config
