// tools/parkwatch/draft_devices.cpp - Sites and devices of a draft.
#include "tools/parkwatch/draft_devices.h"

#include <algorithm>
#include <set>

#include "config/fields.h"

namespace parkwatch::cli {
namespace {

// The last two levels of a point's pattern.
struct PointPattern {
  std::string parameter;  // that the device is; empty: it is `device`
  std::string device;     // as plain_name() has it, like the quantity
  std::string quantity;
};

std::vector<PointPattern> patterns_of(const std::vector<std::string>& texts) {
  std::vector<PointPattern> all;
  for (const std::string& text : texts) {
    const std::vector<std::string> levels = levels_of(text);
    if (levels.size() < 2) continue;
    const std::string& device = levels[levels.size() - 2];
    PointPattern one{"", "", plain_name(levels.back())};
    if (device.starts_with("${") && device.ends_with('}')) {
      one.parameter = device.substr(2, device.size() - 3);
    } else {
      one.device = plain_name(device);
    }
    all.push_back(std::move(one));
  }
  return all;
}

// The levels of a row's tag, from its end; what is not there is empty.
struct RowLevels {
  std::string site;
  std::string device;
  std::string quantity;  // plain
};

RowLevels row_levels(const DraftRow& row) {
  const std::vector<std::string> levels = levels_of(row.tag);
  const auto from_end = [&](std::size_t back) {
    return levels.size() < back ? std::string{} : levels[levels.size() - back];
  };
  return {from_end(3), from_end(2), plain_name(from_end(1))};
}

bool names_level(const DraftRow& row, const std::string& plain) {
  for (const std::string* text : {&row.topic, &row.field}) {
    for (const std::string& level : levels_of(*text)) {
      if (plain_name(level) == plain) return true;
    }
  }
  return false;
}

// How much of the package a site has.
struct SiteShare {
  std::string name;  // as it is written first
  std::vector<std::size_t> rows;
  std::size_t points = 0;      // rows of a quantity of the package, at a device that it may have
  std::size_t quantities = 0;  // rows of a quantity of the package
};

// By the plain name.
std::map<std::string, SiteShare> shares_of(const std::vector<DraftRow>& rows,
                                           const std::vector<std::size_t>& pool,
                                           const std::vector<PointPattern>& points) {
  std::map<std::string, SiteShare> shares;
  for (const std::size_t at : pool) {
    const RowLevels levels = row_levels(rows[at]);
    SiteShare& share = shares[plain_name(levels.site)];
    if (share.rows.empty()) share.name = levels.site;
    share.rows.push_back(at);
    const std::string device = plain_name(levels.device);
    bool is_point = false;
    bool is_quantity = false;
    for (const PointPattern& point : points) {
      if (point.quantity != levels.quantity) continue;
      is_quantity = true;
      is_point = is_point || (point.parameter.empty() ? point.device == device : !device.empty());
    }
    share.points += is_point ? 1 : 0;
    share.quantities += is_quantity ? 1 : 0;
  }
  return shares;
}

// The sites with most to say: those with points, else with quantities, else all.
std::vector<std::pair<const SiteShare*, std::size_t>> sites_that_fit(
    const std::map<std::string, SiteShare>& shares) {
  std::vector<std::pair<const SiteShare*, std::size_t>> fit;
  for (const auto count : {&SiteShare::points, &SiteShare::quantities}) {
    for (const auto& [plain, share] : shares) {
      if (share.*count > 0) fit.emplace_back(&share, share.*count);
    }
    if (!fit.empty()) return fit;
  }
  if (shares.size() == 1) fit.emplace_back(&shares.begin()->second, 0);
  return fit;
}

using Quantities = std::set<std::string>;

std::size_t common(const Quantities& a, const Quantities& b) {
  return static_cast<std::size_t>(
      std::count_if(a.begin(), a.end(), [&](const auto& one) { return b.contains(one); }));
}

struct FoundDevice {
  std::string name;
  std::size_t count;                // of the list's quantities
  std::vector<std::string> rivals;  // lists that it fits just as well
};

// A list with what its devices measure.
struct ListOfDevices {
  std::string name;
  Quantities quantities;
  std::vector<FoundDevice> found;
  std::vector<std::string> usual;  // names
  [[nodiscard]] bool is_usual(const std::string& device) const {
    return std::find(usual.begin(), usual.end(), device) != usual.end();
  }
};

// Puts the device where it belongs.
void place_device(const std::string& device, const Quantities& own,
                  std::vector<ListOfDevices>& lists) {
  std::vector<std::pair<ListOfDevices*, std::size_t>> fit;
  for (ListOfDevices& list : lists) {
    const std::size_t count = common(own, list.quantities);
    if (count > 0) fit.emplace_back(&list, count);
  }
  // Of two with as many points the one with fewer altogether is the one that the device fills more.
  std::stable_sort(fit.begin(), fit.end(), [&](const auto& a, const auto& b) {
    if (a.second != b.second) return a.second > b.second;
    if (a.first->quantities.size() != b.first->quantities.size()) {
      return a.first->quantities.size() < b.first->quantities.size();
    }
    return a.first->is_usual(device) && !b.first->is_usual(device);
  });
  Quantities taken;
  for (const auto& [list, count] : fit) {
    const bool more = count == list->quantities.size() && common(taken, list->quantities) == 0;
    if (!taken.empty() && !more) continue;
    FoundDevice found{device, count, {}};
    for (const auto& [other, others_count] : fit) {
      const bool alike = others_count == count && other->quantities == list->quantities;
      if (alike && other != list) found.rivals.push_back(other->name);
    }
    list->found.push_back(std::move(found));
    taken.insert(list->quantities.begin(), list->quantities.end());
  }
}

}  // namespace

SiteRows rows_of_site(const std::vector<DraftRow>& rows, const std::vector<std::string>& patterns,
                      const std::string& site) {
  const std::string own = plain_name(site);
  std::vector<std::size_t> all;
  std::vector<std::size_t> named;
  SiteRows result;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    all.push_back(at);
    if (names_level(rows[at], own)) named.push_back(at);
    if (plain_name(row_levels(rows[at]).site) == own) result.rows.push_back(at);
  }
  const std::vector<PointPattern> points = patterns_of(patterns);
  if (!result.rows.empty()) {
    auto shares = shares_of(rows, all, points);
    const std::size_t here = shares[own].points;
    for (const auto& [plain, share] : shares) {
      if (share.points > here) result.better.emplace_back(share.name, share.points);
    }
    return result;
  }
  const auto shares = shares_of(rows, named.empty() ? all : named, points);
  const auto fit = sites_that_fit(shares);
  if (fit.size() == 1) {
    result.rows = fit.front().first->rows;
  } else {
    for (const auto& [share, count] : fit) result.sites.emplace_back(share->name, count);
  }
  return result;
}

std::map<std::string, FoundDevices> devices_of(
    const std::vector<DraftRow>& rows, const std::vector<std::string>& patterns,
    const std::vector<std::string>& lists,
    const std::map<std::string, std::vector<std::string>>& usual) {
  std::vector<ListOfDevices> all;
  for (const std::string& name : lists) {
    const auto names = usual.find(name);
    all.push_back(
        {name, {}, {}, names == usual.end() ? std::vector<std::string>{} : names->second});
  }
  std::set<std::string> fixed;
  for (const PointPattern& point : patterns_of(patterns)) {
    if (point.parameter.empty()) fixed.insert(point.device);
    for (ListOfDevices& list : all) {
      if (list.name == point.parameter) list.quantities.insert(point.quantity);
    }
  }
  std::map<std::string, Quantities> devices;
  for (const DraftRow& row : rows) {
    const RowLevels levels = row_levels(row);
    if (!config::is_word(levels.device) || fixed.contains(plain_name(levels.device))) continue;
    devices[levels.device].insert(levels.quantity);
  }
  for (const auto& [device, own] : devices) place_device(device, own, all);
  std::map<std::string, FoundDevices> result;
  for (const ListOfDevices& list : all) {
    std::size_t most = 0;
    for (const FoundDevice& device : list.found) most = std::max(most, device.count);
    for (const FoundDevice& device : list.found) {
      if (device.count * 2 < most) continue;
      FoundDevices& own = result[list.name];
      own.names.push_back(device.name);
      for (const std::string& rival : device.rivals) {
        if (std::find(own.rivals.begin(), own.rivals.end(), rival) == own.rivals.end()) {
          own.rivals.push_back(rival);
        }
      }
    }
  }
  return result;
}

std::vector<std::string> members_measured(const std::vector<DraftRow>& rows,
                                          const std::vector<std::string>& patterns,
                                          const std::string& list,
                                          const std::map<std::string, FoundDevices>& lists) {
  Quantities of_others;
  std::set<std::string> devices;
  for (const std::string& pattern : patterns) {
    const std::vector<std::string> levels = levels_of(pattern);
    if (levels.size() < 2) continue;
    const std::string& device = levels[levels.size() - 2];
    if (!levels.back().starts_with("${")) of_others.insert(plain_name(levels.back()));
    if (levels.back() != "${" + list + "}" || !device.starts_with("${")) continue;
    const auto found = lists.find(device.substr(2, device.size() - 3));
    if (found == lists.end()) continue;
    devices.insert(found->second.names.begin(), found->second.names.end());
  }
  Quantities members;
  for (const DraftRow& row : rows) {
    const RowLevels levels = row_levels(row);
    const bool is_other = levels.quantity.empty() || of_others.contains(levels.quantity);
    if (!is_other && devices.contains(levels.device)) members.insert(levels.quantity);
  }
  return {members.begin(), members.end()};
}

}  // namespace parkwatch::cli
