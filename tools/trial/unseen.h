// tools/trial/unseen.h - Tags of a configuration of which the store had nothing for long.
#pragma once
#include <string>
#include <vector>

#include "model/plant.h"
#include "model/result.h"
#include "store/history.h"

namespace parkwatch::trial {

// The plant's tags, in its order, of which nothing came in the last `length` before the newest kept
// state. Only those that the recording daemon had, none that are computed, and none at all while
// less than `length` is stored. Errors: as explain().
[[nodiscard]] Result<std::vector<std::string>> unseen_tags(store::History& history,
                                                           const Plant& plant, Duration length);

}  // namespace parkwatch::trial
