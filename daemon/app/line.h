// daemon/app/line.h - The pipeline's thread and the writer's: from the intake to committed facts.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "intake/intake.h"
#include "pipeline/pipeline.h"
#include "store/store.h"

namespace parkwatch::app {

struct LineOptions {
  Duration linger = std::chrono::milliseconds{500};
  Duration snapshot_every = std::chrono::minutes{5};
  std::uint64_t snapshot_readings = 1'000'000;
  // A batch ends here whatever else (the block of a commit, and so what a pull handles at once).
  std::size_t readings_max = 20'000;
  // With nothing to say, `now` is committed this often: at the next start, downtime is what came
  // after it.
  Duration heartbeat = std::chrono::seconds{5};
  // A commit that takes longer is one behind which brokers wait: a Pause.
  Duration pause_after = std::chrono::seconds{1};
  // The first batch has a snapshot: no replay can cross what was before it.
  bool snapshot_at_once = false;
  // An earlier run has told that commits fail: the first one is told either way.
  bool fault_told = false;
};

// Called from the writer's thread; must not wait.
struct LineListener {
  // After each commit, before the intake tells the sources.
  std::function<void(const store::Batch&, const store::CommitInfo&, Duration took)> committed;
  // After some commits, at most once a second: what no fact says. May be empty.
  std::function<void(PlantView)> seen = {};
  // A commit failed; it is tried again. Called at each attempt. May be empty.
  std::function<void()> commit_failed = {};
  // A commit failed because the database is damaged: only a new start helps. At each attempt. May
  // be empty.
  std::function<void(const std::string& fault)> store_damaged = {};
  // The store does not commit, and why; empty: it does again. Called at each change.
  std::function<void(const std::string& fault, const store::Batch& held)> store_fault;
  // What is done between commits fails (deliveries, retention, checkpoints), and why; empty: it has
  // worked again for a minute. Called at each change. May be empty.
  std::function<void(const std::string& fault)> upkeep_fault = {};
  // Readings that a consumer had not acknowledged gave way: so many since the start. The writer's
  // thread.
  std::function<void(std::uint64_t readings)> readings_lost = {};
};

// Starts both threads in start(), ends them in stop(). A batch goes to the writer once that is free
// and something ends the batch: a transition or a command, half of a source's window, a size, or
// `linger`.
class Line {
 public:
  // `intake` and `clock` outlive this.
  Line(Intake& intake, Clock& clock, pipeline::Pipeline pipeline,
       std::unique_ptr<store::Store> store, LineOptions options, LineListener listener);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void start();
  // Before a NewPlant with this hash is appended: the text that the store keeps of it.
  void keep_plant(std::string hash, std::string text);
  // Messages that each source sends ahead of our acknowledgement, by SourceId; 0: no bound.
  void set_windows(std::vector<std::size_t> windows);
  // The alert of this journal number went out. Any thread.
  void delivered(std::uint64_t journal);
  // Rows of the notifications, for the next transaction (Store::keep). Any thread.
  void keep(std::vector<std::pair<std::string, std::optional<std::string>>> rows);
  // What says who was where is kept for so long from now on. Any thread.
  void keep_personal(Duration age_max) { personal_age_max_ = age_max.count(); }
  // After intake.close(): drains, commits with a snapshot, ends the threads. A store that still
  // fails is given up after `patience`; nothing is lost then, since nothing was acknowledged.
  void stop(Duration patience);

  // For the watchdog. Rises with each step and each commit (or handled failure).
  [[nodiscard]] std::uint64_t pipeline_turns() const { return pipeline_turns_; }
  [[nodiscard]] std::uint64_t writer_turns() const { return writer_turns_; }

 private:
  // The batch being filled. Pipeline thread only.
  struct Pending {
    store::Batch batch;
    std::vector<std::size_t> messages;                           // by SourceId
    std::optional<std::chrono::steady_clock::time_point> since;  // of its first input
  };

  void run_pipeline();
  void run_writer();
  void step(const Intake::Taken& taken);
  [[nodiscard]] bool ends_now(std::chrono::steady_clock::time_point at) const;
  [[nodiscard]] bool is_urgent() const;
  [[nodiscard]] bool fills_a_window() const;
  [[nodiscard]] Duration wait_time(std::chrono::steady_clock::time_point at);
  void look_at_windows();
  void look_at_writer();
  void end_pause();
  void finish_batch(bool with_snapshot);
  bool hand_over(bool wait);
  void add_plants(store::Batch& batch);
  [[nodiscard]] std::optional<PlantView> look();
  [[nodiscard]] bool write(const store::Batch& batch);
  void report_fault(const std::optional<Error>& fault, const store::Batch& batch);
  void take_deliveries();
  void tidy_store();
  [[nodiscard]] std::string look_after_store(Timestamp now);
  void report_upkeep(const std::string& fault, Timestamp now);
  // Waits for a batch; null when it is time to end.
  std::unique_ptr<store::Batch> next_batch();

  Intake& intake_;
  Clock& clock_;
  const LineOptions options_;
  const LineListener listener_;

  // Pipeline thread only.
  pipeline::Pipeline pipeline_;
  Pending pending_;
  std::vector<std::size_t> handed_messages_;  // of the batch before, by SourceId
  std::vector<std::size_t> half_windows_;     // by SourceId; 0: no bound
  std::size_t enough_inputs_ = 1;             // that a take waits a moment for
  std::chrono::steady_clock::time_point snapshot_at_;
  std::chrono::steady_clock::time_point handed_at_;
  std::uint64_t readings_since_snapshot_ = 0;
  std::optional<std::chrono::steady_clock::time_point> viewed_at_;
  bool paused_ = false;  // Pause was appended last

  // Writer thread only.
  std::unique_ptr<store::Store> store_;
  std::optional<ErrorKind> fault_;  // of the commit at work
  bool tells_first_;                // what becomes of the first commit
  std::optional<PlantView> view_;   // as of the batch at work
  Timestamp tidied_at_{};
  std::uint64_t readings_lost_ = 0;
  std::optional<Timestamp> upkeep_failed_at_;  // the last time; empty: it was said to work

  std::mutex mutex_;  // protects all below
  std::condition_variable changed_;
  std::unique_ptr<store::Batch> handed_;  // on its way to the writer
  std::optional<PlantView> handed_view_;  // as of it
  bool writer_busy_ = false;
  bool pipeline_ended_ = false;
  std::optional<std::chrono::steady_clock::time_point> give_up_at_;
  std::map<std::string, std::string> plants_;
  std::vector<std::size_t> windows_;
  std::vector<std::uint64_t> deliveries_;
  std::map<std::string, std::optional<std::string>> kept_;

  std::atomic<Duration::rep> personal_age_max_ = Duration{std::chrono::days{30}}.count();
  std::atomic<std::uint64_t> pipeline_turns_ = 0;
  std::atomic<std::uint64_t> writer_turns_ = 0;
  std::thread pipeline_thread_;
  std::thread writer_thread_;
};

}  // namespace parkwatch::app
