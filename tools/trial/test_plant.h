// tools/trial/test_plant.h - A plant cut down to what one test is about, fed with its rows. Pure.
#pragma once
#include <memory>
#include <set>
#include <string>

#include "config/rule_tests.h"
#include "model/plant.h"

namespace parkwatch::trial {

// The rules of the test, each on those of its tags that the test knows (the columns of the input,
// what is derived from them, what it expects something of); without scaling, since a test's values
// are in the unit of the tag. `rows` must outlive it: a message's payload is a row's number.
[[nodiscard]] std::shared_ptr<const Plant> plant_of(const config::RuleTest& test,
                                                    const Plant& whole);

}  // namespace parkwatch::trial
