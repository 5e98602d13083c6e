// daemon/http/metrics.cpp - The metric families and what sets them. prometheus-cpp's own metrics
// are thread-safe; the mutex is for what comes and goes (sources) and for what is read at a scrape.
#include "http/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <map>
#include <mutex>

#include "http/process.h"

namespace parkwatch::http {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& gauges(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
Counter& counter(Registry& registry, const char* name, const char* help) {
  return counters(registry, name, help).Add({});
}
Gauge& gauge(Registry& registry, const char* name, const char* help) {
  return gauges(registry, name, help).Add({});
}
Histogram& histogram(Registry& registry, const char* name, const char* help,
                     const Histogram::BucketBoundaries& bounds) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  return family.Add({}, bounds);
}

// Commits: an fsync takes 0.3 ms on a good disk and some 100 ms on a cheap one.
Histogram::BucketBoundaries commit_bounds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
}
Histogram::BucketBoundaries answer_bounds() { return {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60}; }

// A critical alarm goes at once, others wait for their group; a person has minutes to act.
Histogram::BucketBoundaries told_bounds() { return {1, 3, 10, 30, 60, 180, 600, 3600}; }

double in_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::string class_of(unsigned status) { return std::to_string(status / 100) + "xx"; }

struct Source {
  Gauge* connected;
  Gauge* held;
  Gauge* oldest;
  Gauge* paused;
  Counter* connects;
  std::uint64_t connects_seen = 0;
};

}  // namespace

struct Metrics::Families {
  std::shared_ptr<Registry> registry = std::make_shared<Registry>();
  Registry& r = *registry;

  Counter& messages = counter(r, "parkwatch_messages_total", "Messages that were committed.");
  Counter& readings = counter(r, "parkwatch_readings_total", "Readings that were committed.");
  Counter& duplicates = counter(r, "parkwatch_duplicates_total",
                                "Messages and readings that were known already and dropped.");
  Counter& late =
      counter(r, "parkwatch_late_readings_total", "Readings that came later than late_after.");
  Counter& historical = counter(r, "parkwatch_historical_readings_total",
                                "Readings older than their tag's newest: stored, not evaluated.");
  Counter& retained = counter(r, "parkwatch_retained_dropped_total",
                              "Retained messages not newer than what was known.");
  Counter& evaluations =
      counter(r, "parkwatch_rule_evaluations_total", "Evaluations of a rule for a tag.");
  Counter& passages =
      counter(r, "parkwatch_passages_total", "Passages at gates that were committed.");
  std::array<Counter*, refusal_reasons> refusals{};
  std::array<Counter*, transition_kinds> transitions{};  // by TransitionKind

  Counter& commits = counter(r, "parkwatch_commits_total", "Transactions that reached the disk.");
  Counter& commit_failures =
      counter(r, "parkwatch_commit_failures_total",
              "Times that commits began to fail; each is tried again until it works.");
  Counter& commit_bytes =
      counter(r, "parkwatch_commit_bytes_total", "Bytes of readings blocks as stored.");
  Histogram& commit_seconds =
      histogram(r, "parkwatch_commit_duration_seconds",
                "Time that a commit took, the disk's own time included.", commit_bounds());
  Counter& replay_differences =
      counter(r, "parkwatch_replay_differences_total",
              "Places in which the replay at the start differed from what is stored: a bug.");
  Gauge& store_working = gauge(r, "parkwatch_store_working", "1 while commits work, else 0.");
  Gauge& store_bytes =
      gauge(r, "parkwatch_store_bytes", "Size of the database and its write-ahead log.");

  Family<Gauge>& source_connected =
      gauges(r, "parkwatch_source_connected", "1 while the source is connected, else 0.");
  Family<Gauge>& source_held = gauges(r, "parkwatch_source_held_acknowledgements",
                                      "Messages whose acknowledgement waits for a commit.");
  Family<Gauge>& source_oldest =
      gauges(r, "parkwatch_source_held_acknowledgement_age_seconds",
             "Age of the oldest acknowledgement that is held; 0 if none is.");
  Family<Gauge>& source_paused =
      gauges(r, "parkwatch_source_paused", "1 while the source must wait (high water), else 0.");
  Family<Counter>& source_connects =
      counters(r, "parkwatch_source_connects_total", "Times that the source was connected.");

  Gauge& intake_inputs =
      gauge(r, "parkwatch_intake_inputs", "Inputs that are held between append and commit.");
  Gauge& intake_bytes =
      gauge(r, "parkwatch_intake_bytes", "Bytes that are held between append and commit.");
  Gauge& tags = gauge(r, "parkwatch_tags", "Tags that are known.");
  Gauge& standing =
      gauge(r, "parkwatch_alarms_standing", "Alarms that are not in the state normal.");
  Gauge& outbox =
      gauge(r, "parkwatch_outbox_pending", "Alarm transitions that are not delivered yet.");
  Counter& delivered =
      counter(r, "parkwatch_alert_deliveries_total", "Alerts that the broker confirmed.");
  Counter& undelivered = counter(r, "parkwatch_alert_failures_total",
                                 "Attempts to deliver an alert that failed; each is repeated.");

  Family<Histogram>& raise_told =
      prometheus::BuildHistogram()
          .Name("parkwatch_raise_told_seconds")
          .Help("Time from an alarm's raise to the message that its receiver confirmed.")
          .Register(r);

  std::map<std::string, Counter*> answers;  // by class of status
  Histogram& answer_seconds = histogram(
      r, "parkwatch_http_request_duration_seconds",
      "Time from a request to its answer's last byte, waiting included.", answer_bounds());
  Gauge& connections = gauge(r, "parkwatch_http_connections", "Connections that are open.");
  Counter& refused_connections =
      counter(r, "parkwatch_http_connections_refused_total", "Connections that were one too many.");

  Gauge& rss = gauge(r, "process_resident_memory_bytes", "Resident memory size in bytes.");
  Gauge& open_files = gauge(r, "process_open_fds", "Number of open file descriptors.");
  Gauge& started = gauge(r, "process_start_time_seconds",
                         "Start time of the process since unix epoch in seconds.");
  Counter& cpu =
      counter(r, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.");

  std::mutex mutex;  // protects all below, and the process's numbers while they are read
  std::map<std::string, Source> sources;

  Families() {
    auto& refused = counters(r, "parkwatch_refusals_total",
                             "Messages, or parts of them, that gave no reading, by reason.");
    for (std::size_t at = 0; at < refusals.size(); ++at) {
      const std::string reason{to_text(static_cast<RefusalReason>(at))};
      refusals[at] = &refused.Add({{"reason", reason}});
    }
    auto& kinds =
        counters(r, "parkwatch_alarm_transitions_total", "Alarm transitions, by their kind.");
    for (std::size_t at = 0; at < transitions.size(); ++at) {
      const std::string kind{to_text(static_cast<TransitionKind>(at))};
      transitions[at] = &kinds.Add({{"kind", kind}});
    }
    auto& requests =
        counters(r, "parkwatch_http_requests_total", "Requests by the class of their answer.");
    for (const unsigned status : {200U, 400U, 500U}) {
      answers[class_of(status)] = &requests.Add({{"code", class_of(status)}});
    }
    gauges(r, "parkwatch_build_info", "Always 1; the label says which version runs.")
        .Add({{"version", PARKWATCH_VERSION}})
        .Set(1);
    store_working.Set(1);
    started.Set(process_start_seconds());
  }

  // REQUIRES: mutex held
  Source& source(const std::string& name) {
    const auto found = sources.find(name);
    if (found != sources.end()) return found->second;
    const prometheus::Labels labels{{"source", name}};
    Source made{&source_connected.Add(labels), &source_held.Add(labels),
                &source_oldest.Add(labels),    &source_paused.Add(labels),
                &source_connects.Add(labels),  0};
    return sources.emplace(name, made).first->second;
  }

  void read_process() {
    const std::lock_guard lock{mutex};
    const ProcessNumbers numbers = process_numbers();
    rss.Set(static_cast<double>(numbers.resident_bytes));
    open_files.Set(static_cast<double>(numbers.open_files));
    if (numbers.cpu_seconds > cpu.Value()) cpu.Increment(numbers.cpu_seconds - cpu.Value());
  }
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

std::shared_ptr<Registry> Metrics::registry() const { return families_->registry; }

std::string Metrics::text() const {
  families_->read_process();
  return prometheus::TextSerializer{}.Serialize(families_->registry->Collect());
}

void Metrics::committed(const Facts& facts, std::uint64_t bytes, Duration took) {
  const auto count = [](Counter& counter, std::uint64_t by) {
    if (by != 0) counter.Increment(static_cast<double>(by));
  };
  Families& f = *families_;
  count(f.messages, facts.counts.messages);
  count(f.readings, facts.readings.size());
  count(f.duplicates, facts.counts.duplicates);
  count(f.late, facts.counts.late);
  count(f.historical, facts.counts.historical);
  count(f.retained, facts.counts.dropped_retained);
  count(f.evaluations, facts.counts.evaluations);
  count(f.passages, facts.counts.passages);
  for (const Refusal& refusal : facts.refusals) {
    f.refusals.at(static_cast<std::size_t>(refusal.reason))->Increment();
  }
  for (const AlarmEvent& event : facts.transitions) {
    f.transitions.at(static_cast<std::size_t>(event.kind))->Increment();
  }
  f.standing.Set(static_cast<double>(facts.counts.standing));
  f.commits.Increment();
  count(f.commit_bytes, bytes);
  f.commit_seconds.Observe(in_seconds(took));
}

void Metrics::commit_failed() { families_->commit_failures.Increment(); }
void Metrics::set_store_working(bool working) { families_->store_working.Set(working ? 1 : 0); }
void Metrics::set_store_bytes(std::uint64_t bytes) {
  families_->store_bytes.Set(static_cast<double>(bytes));
}

void Metrics::replay_differed(std::uint64_t places) {
  families_->replay_differences.Increment(static_cast<double>(places));
}

void Metrics::set_source(const std::string& name, const SourceNumbers& numbers) {
  const std::lock_guard lock{families_->mutex};
  Source& source = families_->source(name);
  source.connected->Set(numbers.connected ? 1 : 0);
  source.held->Set(static_cast<double>(numbers.held_acks));
  source.oldest->Set(in_seconds(numbers.oldest_held));
  source.paused->Set(numbers.paused ? 1 : 0);
  const bool is_new = numbers.connects < source.connects_seen;
  source.connects->Increment(
      static_cast<double>(numbers.connects - (is_new ? 0 : source.connects_seen)));
  source.connects_seen = numbers.connects;
}

void Metrics::remove_source(const std::string& name) {
  const std::lock_guard lock{families_->mutex};
  const auto found = families_->sources.find(name);
  if (found == families_->sources.end()) return;
  families_->source_connected.Remove(found->second.connected);
  families_->source_held.Remove(found->second.held);
  families_->source_oldest.Remove(found->second.oldest);
  families_->source_paused.Remove(found->second.paused);
  families_->source_connects.Remove(found->second.connects);
  families_->sources.erase(found);
}

void Metrics::set_intake(std::size_t inputs_held, std::size_t bytes_held) {
  families_->intake_inputs.Set(static_cast<double>(inputs_held));
  families_->intake_bytes.Set(static_cast<double>(bytes_held));
}
void Metrics::set_tags(std::size_t known) { families_->tags.Set(static_cast<double>(known)); }
void Metrics::set_outbox_pending(std::size_t rows) {
  families_->outbox.Set(static_cast<double>(rows));
}
void Metrics::alert_delivered() { families_->delivered.Increment(); }
void Metrics::set_alert_failures(std::uint64_t since_start) {
  const std::lock_guard lock{families_->mutex};
  Counter& counter = families_->undelivered;
  const double more = static_cast<double>(since_start) - counter.Value();
  if (more > 0) counter.Increment(more);
}

void Metrics::raise_told(const std::string& receiver, Duration wait) {
  families_->raise_told.Add({{"receiver", receiver}}, told_bounds()).Observe(in_seconds(wait));
}

void Metrics::http_answered(unsigned status, Duration took) {
  const auto found = families_->answers.find(class_of(status));
  if (found != families_->answers.end()) found->second->Increment();
  families_->answer_seconds.Observe(in_seconds(took));
}
void Metrics::set_http_connections(std::size_t open) {
  families_->connections.Set(static_cast<double>(open));
}
void Metrics::http_refused_connection() { families_->refused_connections.Increment(); }

}  // namespace parkwatch::http
