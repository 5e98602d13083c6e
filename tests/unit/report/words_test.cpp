// tests/unit/report/words_test.cpp - Priorities and states in both languages.
#include "report/words.h"

#include <catch2/catch.hpp>

#include "model/alarm_event.h"

namespace words_test {

using namespace parkwatch;
using namespace parkwatch::report;

TEST_CASE("words: every priority and state has a Chinese form, English is the API's", "[report]") {
  const ViewStyle zh{false, true};
  for (const Priority one : {Priority::low, Priority::medium, Priority::high, Priority::critical}) {
    const std::string word{to_text(one)};
    CHECK(priority_word(word, zh) != word);
    CHECK(priority_word(word, {}) == word);
  }
  for (const AlarmState one :
       {AlarmState::normal, AlarmState::unacknowledged, AlarmState::acknowledged,
        AlarmState::returned_unacknowledged, AlarmState::latched}) {
    const std::string word{to_text(one)};
    CHECK(state_word(word, zh) != word);
    CHECK(state_word(word, {}) == word);
  }
  CHECK(priority_word("critical", zh) == "紧急");
  CHECK(state_word("unacknowledged", zh) == "未确认");
  CHECK(state_word("what comes later", zh) == "what comes later");
}

}  // namespace words_test
