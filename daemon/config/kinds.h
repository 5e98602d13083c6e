// daemon/config/kinds.h - The keys of a [[rule]] that only some kinds have. Pure.
#pragma once
#include <optional>
#include <vector>

#include "config/tags.h"
#include "model/calendar.h"
#include "model/rule.h"
#include "model/settings.h"

namespace parkwatch::config {

// Keys of other kinds would do nothing, silently: each is an error. `kind` empty: it is unknown, so
// all may be right.
void refuse_foreign_keys(SettingsReader& reader, std::optional<RuleKind> kind);

// Reads them into `rule`, whose kind, tags, priority and delays are known; `tags` are the rule's
// that exist. What is wrong is reported. False: a tag that is named does not exist.
bool read_kind_keys(SettingsReader& reader, TagIndex& index, const std::vector<const Tag*>& tags,
                    const Calendar& calendar, RuleSpec& rule);

// valid_from and valid_to: a day of the site, its local time, or a time with an offset.
void read_validity(SettingsReader& reader, const Calendar& calendar, RuleSpec& rule);

}  // namespace parkwatch::config
