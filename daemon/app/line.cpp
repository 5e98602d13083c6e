// daemon/app/line.cpp - When a batch ends, and what happens around its commit.
#include "app/line.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "parkwatch/v1/snapshot.pb.h"

namespace parkwatch::app {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::duration_cast;

constexpr std::size_t inputs_a_step_max = 4'096;
constexpr std::size_t inputs_enough_max = 256;
constexpr Duration idle_wait_max = std::chrono::seconds{1};
constexpr Duration retry_after = std::chrono::milliseconds{250};
constexpr Duration retry_hopeless_after = std::chrono::seconds{10};
constexpr Duration look_every = std::chrono::seconds{1};
constexpr Duration tidy_every = std::chrono::seconds{2};
constexpr Duration upkeep_well_after = std::chrono::minutes{1};

// A damaged file stays damaged; someone must be told what to do.
std::string fault_text(const Error& error) {
  if (error.kind == ErrorKind::damaged) {
    return error.message +
           "; the next start sets the database aside and begins anew with what "
           "can be read of it: look at the disk";
  }
  if (error.kind != ErrorKind::permanent) return error.message;
  return error.message + "; this does not mend itself: restart the daemon and tell its makers";
}

}  // namespace

Line::Line(Intake& intake, Clock& clock, pipeline::Pipeline pipeline,
           std::unique_ptr<store::Store> store, LineOptions options, LineListener listener)
    : intake_(intake),
      clock_(clock),
      options_(options),
      listener_(std::move(listener)),
      pipeline_(std::move(pipeline)),
      snapshot_at_(Steady::now()),
      handed_at_(snapshot_at_),
      store_(std::move(store)),
      tells_first_(options.fault_told) {
  if (options_.snapshot_at_once) snapshot_at_ -= options_.snapshot_every;
}

Line::~Line() {
  if (!pipeline_thread_.joinable()) return;
  intake_.close();
  stop(Duration{0});
}

void Line::start() {
  writer_thread_ = std::thread{[this] { run_writer(); }};
  pipeline_thread_ = std::thread{[this] { run_pipeline(); }};
}

void Line::stop(Duration patience) {
  {
    const std::lock_guard lock{mutex_};
    give_up_at_ = Steady::now() + patience;
  }
  changed_.notify_all();
  intake_.wake();
  if (pipeline_thread_.joinable()) pipeline_thread_.join();
  if (writer_thread_.joinable()) writer_thread_.join();
}

void Line::keep_plant(std::string hash, std::string text) {
  const std::lock_guard lock{mutex_};
  plants_.insert_or_assign(std::move(hash), std::move(text));
}

void Line::set_windows(std::vector<std::size_t> windows) {
  const std::lock_guard lock{mutex_};
  windows_ = std::move(windows);
}

void Line::delivered(std::uint64_t journal) {
  {
    const std::lock_guard lock{mutex_};
    deliveries_.push_back(journal);
  }
  changed_.notify_all();
}

void Line::keep(std::vector<std::pair<std::string, std::optional<std::string>>> rows) {
  const std::lock_guard lock{mutex_};
  // Not worth waking the writer: the next batch takes them, or the next look at the store.
  for (auto& row : rows) kept_.insert_or_assign(std::move(row.first), std::move(row.second));
}

// --- the pipeline's thread -----------------------------------------------------------------------

void Line::run_pipeline() {
  bool closed = false;
  while (!closed) {
    look_at_windows();
    look_at_writer();
    const Intake::Taken taken =
        intake_.take(inputs_a_step_max, enough_inputs_, wait_time(Steady::now()));
    step(taken);
    closed = taken.closed;
    if (!closed && ends_now(Steady::now())) (void)hand_over(false);
    ++pipeline_turns_;
  }
  finish_batch(true);
  (void)hand_over(true);
  {
    const std::lock_guard lock{mutex_};
    pipeline_ended_ = true;
  }
  changed_.notify_all();
}

void Line::step(const Intake::Taken& taken) {
  if (!taken.inputs.empty() && !pending_.since) pending_.since = Steady::now();
  for (const Input& input : taken.inputs) {
    const auto* message = std::get_if<Message>(&input.body);
    if (message == nullptr) continue;
    if (pending_.messages.size() <= message->source) pending_.messages.resize(message->source + 1U);
    ++pending_.messages[message->source];
  }
  pipeline_.step(taken.now, taken.inputs, pending_.batch.facts);
  pending_.batch.now = taken.now;
  pending_.batch.last_sequence = pipeline_.last_sequence();
}

bool Line::is_urgent() const {
  const Facts& facts = pending_.batch.facts;
  return !facts.transitions.empty() || !facts.replies.empty() ||
         facts.readings.size() >= options_.readings_max;
}

bool Line::ends_now(Steady::time_point at) const {
  if (is_urgent()) return true;
  if (pending_.since) {
    if (at - *pending_.since >= options_.linger) return true;
    return fills_a_window();
  }
  return at - handed_at_ >= options_.heartbeat;
}

// Half of a source's window, or what is left of it: acknowledgements of the batch before may wait
// for this one (a PUBACK is held for all that was appended when it was read), and with them the
// broker.
bool Line::fills_a_window() const {
  const std::size_t sources = std::min(pending_.messages.size(), half_windows_.size());
  for (std::size_t source = 0; source < sources; ++source) {
    const std::size_t half = half_windows_[source];
    const std::size_t here = pending_.messages[source];
    if (half == 0 || here == 0) continue;
    const std::size_t before = source < handed_messages_.size() ? handed_messages_[source] : 0;
    if (here >= half || here + before >= 2 * half) return true;
  }
  return false;
}

Duration Line::wait_time(Steady::time_point at) {
  Duration wait = idle_wait_max;
  if (const auto due = pipeline_.next_deadline()) wait = std::min(wait, *due - clock_.now());
  bool writer_is_free = false;
  {
    const std::lock_guard lock{mutex_};
    writer_is_free = !writer_busy_ && handed_ == nullptr;
  }
  // A batch that waits for the writer is woken by the end of the commit.
  if (writer_is_free) {
    if (ends_now(at)) return Duration{0};
    const Steady::time_point end =
        pending_.since ? *pending_.since + options_.linger : handed_at_ + options_.heartbeat;
    wait = std::min(wait, duration_cast<Duration>(end - at));
  } else if (!paused_) {
    wait = std::min(wait, duration_cast<Duration>(handed_at_ + options_.pause_after - at));
  }
  return std::max(wait, Duration{0});
}

void Line::look_at_windows() {
  const std::lock_guard lock{mutex_};
  half_windows_ = windows_;
  enough_inputs_ = inputs_enough_max;
  for (std::size_t& half : half_windows_) {
    if (half == 0) continue;
    half = std::max<std::size_t>(1, half / 2);
    enough_inputs_ = std::min(enough_inputs_, half);
  }
}

// handed_at_ is when the batch at work was handed over.
void Line::look_at_writer() {
  bool is_free = false;
  {
    const std::lock_guard lock{mutex_};
    is_free = !writer_busy_ && handed_ == nullptr;
  }
  if (is_free) return end_pause();
  if (paused_ || Steady::now() - handed_at_ < options_.pause_after) return;
  paused_ = true;
  intake_.append(Pause{true});
}

void Line::end_pause() {
  if (!std::exchange(paused_, false)) return;
  intake_.append(Pause{false});
}

void Line::finish_batch(bool with_snapshot) {
  readings_since_snapshot_ += pending_.batch.facts.readings.size();
  const Steady::time_point at = Steady::now();
  if (!with_snapshot && at - snapshot_at_ < options_.snapshot_every &&
      readings_since_snapshot_ < options_.snapshot_readings) {
    return;
  }
  auto snapshot = std::make_shared<v1::Snapshot>();
  pipeline_.snapshot(*snapshot);
  pending_.batch.snapshot = std::move(snapshot);
  snapshot_at_ = at;
  readings_since_snapshot_ = 0;
}

// Gives the pending batch to the writer if that is free; with `wait`, when it becomes free.
bool Line::hand_over(bool wait) {
  {
    std::unique_lock lock{mutex_};
    const auto is_free = [this] { return !writer_busy_ && handed_ == nullptr; };
    if (wait) changed_.wait(lock, is_free);
    if (!is_free()) return false;
  }
  // Only this thread hands over, so the writer stays free without the lock.
  end_pause();
  if (!wait) finish_batch(false);
  add_plants(pending_.batch);
  auto batch = std::make_unique<store::Batch>(std::move(pending_.batch));
  handed_messages_ = std::move(pending_.messages);
  pending_ = Pending{};
  pending_.batch.now = batch->now;
  pending_.batch.last_sequence = batch->last_sequence;
  handed_at_ = Steady::now();
  std::optional<PlantView> view = look();
  {
    const std::lock_guard lock{mutex_};
    handed_view_ = std::move(view);
    handed_ = std::move(batch);
  }
  changed_.notify_all();
  return true;
}

std::optional<PlantView> Line::look() {
  const Steady::time_point at = Steady::now();
  if (!listener_.seen || (viewed_at_ && at - *viewed_at_ < look_every)) return std::nullopt;
  viewed_at_ = at;
  return pipeline_.view();
}

void Line::add_plants(store::Batch& batch) {
  const std::lock_guard lock{mutex_};
  for (const RecordedInput& input : batch.facts.inputs) {
    const auto* plant = std::get_if<PlantHash>(&input.body);
    if (plant == nullptr) continue;
    if (const auto found = plants_.find(plant->hash); found != plants_.end()) {
      batch.plants.emplace_back(*found);
    }
  }
}

// --- the writer's thread -------------------------------------------------------------------------

void Line::run_writer() {
  while (const std::unique_ptr<store::Batch> batch = next_batch()) {
    if (!write(*batch)) break;
    {
      const std::lock_guard lock{mutex_};
      writer_busy_ = false;
    }
    changed_.notify_all();
    intake_.wake();
  }
  // Whatever comes now would never be written: let a waiting pipeline go.
  {
    const std::lock_guard lock{mutex_};
    writer_busy_ = false;
    handed_ = nullptr;
  }
  changed_.notify_all();
}

std::unique_ptr<store::Batch> Line::next_batch() {
  for (;;) {
    tidy_store();
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, tidy_every, [this] {
      return handed_ != nullptr || pipeline_ended_ || !deliveries_.empty();
    });
    ++writer_turns_;
    if (handed_ != nullptr) {
      writer_busy_ = true;
      view_ = std::exchange(handed_view_, std::nullopt);
      return std::move(handed_);
    }
    if (pipeline_ended_) return nullptr;
  }
}

bool Line::write(const store::Batch& batch) {
  for (;;) {
    take_deliveries();
    const Steady::time_point began = Steady::now();
    const Result<store::CommitInfo> info = store_->commit(batch);
    ++writer_turns_;
    if (info.ok()) {
      report_fault(std::nullopt, batch);
      listener_.committed(batch, *info, duration_cast<Duration>(Steady::now() - began));
      if (view_) listener_.seen(*std::exchange(view_, std::nullopt));
      intake_.committed(batch.last_sequence, batch.facts.replies);
      return true;
    }
    if (listener_.commit_failed) listener_.commit_failed();
    report_fault(info.error(), batch);
    const ErrorKind kind = info.error().kind;
    if (kind == ErrorKind::damaged && listener_.store_damaged) {
      listener_.store_damaged(info.error().message);
    }
    const bool may_mend = kind != ErrorKind::permanent && kind != ErrorKind::damaged;
    std::unique_lock lock{mutex_};
    const bool gives_up =
        changed_.wait_for(lock, may_mend ? retry_after : retry_hopeless_after,
                          [this] { return give_up_at_ && Steady::now() >= *give_up_at_; });
    if (gives_up) return false;
  }
}

// Each attempt may fail in other words: said once a kind of fault.
void Line::report_fault(const std::optional<Error>& fault, const store::Batch& batch) {
  const auto kind = fault ? std::optional{fault->kind} : std::nullopt;
  if (kind == fault_ && !tells_first_) return;
  tells_first_ = false;
  fault_ = kind;
  listener_.store_fault(fault ? fault_text(*fault) : std::string{}, batch);
}

void Line::take_deliveries() {
  std::vector<std::uint64_t> journals;
  std::map<std::string, std::optional<std::string>> kept;
  {
    const std::lock_guard lock{mutex_};
    journals.swap(deliveries_);
    kept.swap(kept_);
  }
  for (auto& [key, value] : kept) store_->keep(key, std::move(value));
  for (const std::uint64_t journal : journals) store_->delivered(journal);
}

// Between batches: deliveries that no batch carried, retention, a checkpoint.
void Line::tidy_store() {
  take_deliveries();
  const Timestamp now = clock_.now();
  if (now - tidied_at_ < tidy_every && now >= tidied_at_) return;
  tidied_at_ = now;
  report_upkeep(look_after_store(now), now);
}

// What failed first; a later part is tried all the same.
std::string Line::look_after_store(Timestamp now) {
  std::string fault;
  const auto note = [&fault](const char* what, const Error& error) {
    if (fault.empty()) fault = std::string{what} + ": " + fault_text(error);
  };
  if (const auto flushed = store_->flush(); !flushed.ok()) {
    note("what was delivered cannot be noted", flushed.error());
  }
  store_->keep_personal(Duration{personal_age_max_.load()});
  const Result<bool> more = store_->retain(now, clock_.is_certain());
  if (!more.ok()) note("old data cannot be deleted", more.error());
  if (more.ok() && *more) tidied_at_ = now - tidy_every;
  if (const std::uint64_t lost = store_->readings_lost(); lost != readings_lost_) {
    readings_lost_ = lost;
    if (listener_.readings_lost) listener_.readings_lost(lost);
  }
  if (const auto moved = store_->checkpoint(); !moved.ok()) {
    note("the WAL cannot be moved into the database", moved.error());
  }
  return fault;
}

// A full disk may fail every other time: what works must have worked for a while.
void Line::report_upkeep(const std::string& fault, Timestamp now) {
  if (!fault.empty()) {
    const bool known = upkeep_failed_at_.has_value();
    upkeep_failed_at_ = now;
    if (!known && listener_.upkeep_fault) listener_.upkeep_fault(fault);
    return;
  }
  if (!upkeep_failed_at_) return;
  if (now >= *upkeep_failed_at_ && now - *upkeep_failed_at_ < upkeep_well_after) return;
  upkeep_failed_at_.reset();
  if (listener_.upkeep_fault) listener_.upkeep_fault({});
}

}  // namespace parkwatch::app
