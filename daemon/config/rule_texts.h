// daemon/config/rule_texts.h - What a rule says to people: its message and guidance, with their
// placeholders checked. Pure.
#pragma once
#include "config/tags.h"
#include "model/rule.h"
#include "model/settings.h"

namespace parkwatch::config {

// Reads `message` and `guidance` into `rule`, and the columns that they ask for, of each of its
// tags. An error: an unknown placeholder, a column that one of the tags does not have. A warning: a
// column that is empty for one. REQUIRES: the rule's kind and tags are read.
void read_texts(SettingsReader& reader, const TagIndex& index, RuleSpec& rule);

}  // namespace parkwatch::config
