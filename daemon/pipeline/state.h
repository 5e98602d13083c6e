// daemon/pipeline/state.h - What a pipeline is made of, and what each input does to it. Pure;
// pipeline thread.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "alarms/alarms.h"
#include "pipeline/actions.h"
#include "pipeline/admission.h"
#include "pipeline/derived.h"
#include "pipeline/engine.h"
#include "pipeline/gates.h"
#include "pipeline/loop_check.h"
#include "pipeline/pipeline.h"
#include "pipeline/sources.h"
#include "pipeline/tag_table.h"

namespace parkwatch::pipeline {

// Refusals of one message: one row a reason, however many parts of it were refused.
class Refusals {
 public:
  void clear();
  void add(RefusalReason reason, std::string_view detail);
  [[nodiscard]] bool empty() const { return total_ == 0; }
  void emit(const Message& message, const std::string& source, const Arrival& arrival,
            Facts& facts) const;

 private:
  struct Row {
    std::uint64_t count = 0;
    std::string detail;
  };
  std::array<Row, refusal_reasons> rows_;
  std::uint64_t total_ = 0;
};

struct Pipeline::State {
  State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Timestamp now = timestamp_min;
  std::optional<Timestamp> paused_at;  // since then nothing that waits for data is due
  std::uint64_t last_sequence = 0;
  std::vector<std::shared_ptr<Decoder>> decoders;
  TagTable tags;
  alarms::Alarms alarms;
  Sources sources;
  LoopChecks loop_checks;
  Actions actions;
  Gates gates;
  Pseudonym pseudonym;
  std::unique_ptr<Engine> engine;  // null until the first plant
  Derived derived;
  // Reused from message to message.
  Decoded decoded;
  Refusals refusals;
  std::vector<TagId> touched;
  TagId last_found = tag_id_none;    // the tag of the reading before; only a hint
  SourceId source = source_id_none;  // of the message in hand
  bool learned_source = false;       // of a tag, in the message in hand
  bool firing = false;               // a deadline is at work, before the next input

  // REQUIRES: engine
  [[nodiscard]] const Plant& plant() const { return *engine->plant(); }
  [[nodiscard]] Scene scene(Facts& facts);
  // Fires every deadline due by then, in order.
  void fire_until(Timestamp by, Facts& facts);
  [[nodiscard]] Timestamp next_due();
  [[nodiscard]] Timestamp next_of_data();
  // False: certainly not.
  [[nodiscard]] bool may_be_due(Timestamp by) const;
  void fire(Timestamp due, Scene& at, Facts& facts);
  void on_input(const Input& input, Facts& facts);
  // After an input: what its transitions call for, and what its readings confirm.
  void act(Timestamp at, Facts& facts);

  // In a message: what is stored of it lies in facts.readings from `first` on, remembered; now the
  // rules see it.
  void evaluate_from(std::size_t first, Facts& facts);
  // Takes facts.readings.back() into the tag's memory.
  void remember_last(Facts& facts);
  void put_in_force(const std::shared_ptr<const Plant>& plant, Timestamp at, Facts& facts);
  void register_tag(const Tag& tag, Timestamp at, Facts& facts);
  // What is known of an alarm's tag while its data is bad or lost.
  [[nodiscard]] std::optional<Frozen> frozen_of(std::string_view tag) const;
  [[nodiscard]] Tally tally_of(const RuleInstance& x) const;
  void load_operands();
  [[nodiscard]] std::vector<bool> lost_tags() const;
  void look_at_sources(Timestamp at, Scene& scene);
  void resume_loop_checks();
  // Of a replay: the parts of one message that were stored.
  void on_recorded_message(std::uint64_t sequence, Timestamp receive,
                           std::span<const RecordedInput> inputs,
                           std::span<const MessageIdentity> identities,
                           std::span<const Reading> readings, Facts& facts);

 private:
  void on_body(const Message& message, const Input& input, Facts& facts);
  void on_body(const Command& command, const Input& input, Facts& facts);
  void on_body(const NewPlant& plant, const Input& input, Facts& facts);
  void on_body(const TagRegistered& tag, const Input& input, Facts& facts);
  void on_body(const SourceCondition& condition, const Input& input, Facts& facts);
  void on_body(const OwnCondition& condition, const Input& input, Facts& facts);
  void on_body(const NoticeNews& news, const Input& input, Facts& facts);
  void on_body(const ActionReport& report, const Input& input, Facts& facts);
  void on_body(const Start& start, const Input& input, Facts& facts);
  void on_body(const ClockStep& step, const Input& input, Facts& facts);
  void on_body(const Pause& pause, const Input& input, Facts& facts);

  [[nodiscard]] bool is_repeated(const Message& message, const Input& input, Facts& facts);
  void decode(const Message& message);
  void take(const Message& message, const Arrival& arrival, Facts& facts);
  void pseudonymise_passages();
  void take_passages(const Arrival& arrival, Facts& facts);
  void pass(const PassageSeen& seen, Timestamp receive, Facts& facts);
  [[nodiscard]] Command unburdened(Command command) const;
  [[nodiscard]] TagId find_or_register(std::string_view name, const DecodedReading& raw,
                                       const Message& message, const Arrival& arrival,
                                       Facts& facts);
  void derive(std::size_t trigger, std::uint32_t& index, Facts& facts);
  void on_clock(TagId tag, ClockChange change, Timestamp at, const Reading& reading, Facts& facts);
  void close_clock_alarms(Timestamp at, Facts& facts);
  void shift(Duration by, Timestamp to, bool clock_step);
  void shift_data(Duration by, Timestamp to, bool clock_step);
  [[nodiscard]] Duration end_pause(Timestamp at);
  [[nodiscard]] Result<Done> obey(const Command& command, const Input& input, Facts& facts);
  [[nodiscard]] Result<Done> acknowledge(const AcknowledgeAlarm& command, const Command& given,
                                         const Input& input, Facts& facts);
  [[nodiscard]] Result<Done> sign_shift(const SignShift& sign, const Command& given,
                                        const Input& input, Facts& facts);
  [[nodiscard]] Result<Done> check_loop(const LoopCheckCommand& command, const Command& given,
                                        const Input& input, Facts& facts);
  void begin_loop_check(TagId tag, const LoopCheck& check, Facts& facts);
  void end_loop_check(TagId tag, Timestamp at, const std::string& author,
                      const std::string& comment, Facts& facts);
  void mark_loop_check(TagId tag, bool on);
  // Of what is at work: the input's, or that of the one that comes next.
  [[nodiscard]] std::uint64_t facts_sequence() const { return last_sequence + (firing ? 1 : 0); }
  void drop_loop_checks(Timestamp at, Facts& facts);
  void learn_source(const Reading& reading, Facts& facts);
};

}  // namespace parkwatch::pipeline
