// tools/parkwatch/draft_devices.h - What of a draft is of one system: the rows of its site, and the
// devices for the lists of its package. Pure.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/parkwatch/draft_match.h"

namespace parkwatch::cli {

// Of a draft, for one system.
struct SiteRows {
  std::vector<std::size_t> rows;  // positions
  // Sites that it could be as well, and how many points of the package each has; then `rows` is
  // empty, since points of two sites never make one system. "" is what has no site.
  std::vector<std::pair<std::string, std::size_t>> sites;
  // Beside `rows`: other sites that have more points of the package than the system's own.
  std::vector<std::pair<std::string, std::size_t>> better;
};

// The rows of the system at `site`, whose package has points named by `patterns`
// ("${site}/${tanks}/level", "${site}/effluent/cod"): those whose tag begins with it. If none does,
// the draft calls the site otherwise: then all rows of the one site that has points of the package,
// among those whose topics name `site` if any do.
[[nodiscard]] SiteRows rows_of_site(const std::vector<DraftRow>& rows,
                                    const std::vector<std::string>& patterns,
                                    const std::string& site);

// The devices that are put into a list.
struct FoundDevices {
  std::vector<std::string> names;
  std::vector<std::string> rivals;  // other lists that some of them fit just as well
};

// The devices for each of the lists (names of parameters, as declared). A device goes to the list
// of whose points it has most, then of whose points it has the greater part, then whose usual names
// (`usual`, by list) have it, then the first; and to a further one if it has all of its points, and
// none of them is another list's as well. Devices that the package names itself are in no list, nor
// those with less than half as many points as the one with most.
[[nodiscard]] std::map<std::string, FoundDevices> devices_of(
    const std::vector<DraftRow>& rows, const std::vector<std::string>& patterns,
    const std::vector<std::string>& lists,
    const std::map<std::string, std::vector<std::string>>& usual = {});

// What the devices measure that is a member of the list `list` ("${site}/${tanks}/${toxic}":
// "h2s"), as plain_name() has it: what is no other point's quantity, at a device of `lists`.
[[nodiscard]] std::vector<std::string> members_measured(
    const std::vector<DraftRow>& rows, const std::vector<std::string>& patterns,
    const std::string& list, const std::map<std::string, FoundDevices>& lists);

}  // namespace parkwatch::cli
