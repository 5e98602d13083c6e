// tools/parksim/run.cpp - Pace, signals, narration and the sum at the end.
#include "tools/parksim/run.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <ostream>

#include "tools/parksim/physics/message.h"
#include "tools/parksim/publisher.h"
#include "tools/parksim/recording.h"
#include "tools/parksim/simulation.h"

namespace parkwatch::parksim {
namespace {

constexpr std::chrono::seconds delivery_patience{10};  // without an acknowledgement
constexpr std::uint64_t backlog_max = 20'000;          // messages that wait, of a queue of 50,000
constexpr std::chrono::seconds stranger_patience{1};   // with a broker that never let us in

sigset_t end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Waits for a signal that ends the program, at most so long. True when one came.
bool end_wanted(std::chrono::nanoseconds wait) {
  const sigset_t signals = end_signals();
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(wait);
  timespec patience{};
  patience.tv_sec = whole.count();
  patience.tv_nsec = (wait - whole).count();
  return sigtimedwait(&signals, nullptr, &patience) > 0;
}

TimePoint now_to_the_millisecond() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// Tells when an incident begins and ends, between two calls.
class Narrator {
 public:
  Narrator(const Options& options, std::ostream& log)
      : incidents_(planned(options)), told_(incidents_.size(), false), log_(log) {}

  void tell(Duration since_start) {
    for (std::size_t i = 0; i < incidents_.size(); ++i) {
      const Planned& incident = incidents_[i];
      const bool active =
          since_start >= incident.start && since_start - incident.start < incident.duration;
      if (active == told_[i]) continue;
      told_[i] = active;
      log_ << "parksim: " << to_text(since_start) << ": " << incident.name
           << (active ? " begins: " + incident.what : " is mended") << std::endl;
    }
  }

 private:
  std::vector<Planned> incidents_;
  std::vector<bool> told_;
  std::ostream& log_;
};

Duration end_of(const Options& options) { return options.duration.value_or(Duration::max()); }

int print(const Options& options, std::ostream& out, std::ostream& log) {
  const auto park = make_simulation(options, now_to_the_millisecond());
  Narrator narrator{options, log};
  for (Duration done{0}; done < end_of(options) && !end_wanted(std::chrono::nanoseconds{0});) {
    const Duration step = std::min<Duration>(std::chrono::seconds{1}, end_of(options) - done);
    park->advance(step);
    done += step;
    narrator.tell(done);
    for (const Sample& sample : park->samples()) {
      out << line(park->tags()[sample.tag], sample) << '\n';
    }
    for (const SystemEvent& event : park->events()) {
      out << R"({"topic": ")" << event.topic << R"(", "payload": )" << event.payload << "}\n";
    }
    if (!out.flush()) {
      log << "parksim: the output cannot be written\n";
      return 1;
    }
  }
  return 0;
}

Result<PublisherOptions> publisher_options_of(const Options& options) {
  PublisherOptions result;
  result.broker = options.broker;
  result.client_id =
      options.client_id.empty() ? "parksim-" + std::to_string(getpid()) : options.client_id;
  result.username = options.username;
  result.ca_file = options.ca_file;
  if (!options.password_file.empty()) {
    std::ifstream file{options.password_file};
    if (!std::getline(file, result.password)) {
      return Error{ErrorKind::permanent, options.password_file + ": no password in the first line"};
    }
  }
  return result;
}

// A run that is faster than time waits for a slow broker, rather than that the queue loses what it
// simulated; a dead broker is not waited for.
class Backlog {
 public:
  bool holds(const PublisherCounts& counts, std::chrono::steady_clock::time_point now) {
    if (counts.acknowledged != acknowledged_) {
      acknowledged_ = counts.acknowledged;
      moved_ = now;
    }
    const std::uint64_t waiting = counts.offered - counts.acknowledged - counts.dropped;
    return waiting > backlog_max && now - moved_ < delivery_patience;
  }

 private:
  std::uint64_t acknowledged_ = 0;
  std::chrono::steady_clock::time_point moved_ = std::chrono::steady_clock::now();
};

// Runs until the end or a signal. Returns the simulated time that passed.
Duration publish_paced(const Options& options, Simulation& park, Publisher& publisher,
                       std::ostream& log) {
  Narrator narrator{options, log};
  auto begin = std::chrono::steady_clock::now();
  auto last = begin;
  Backlog backlog;
  const auto step_wait = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(park.step()) / options.speed);
  const auto tick = std::max<std::chrono::nanoseconds>(step_wait, std::chrono::milliseconds{1});
  Duration done{0};
  while (done < end_of(options) && !end_wanted(tick)) {
    const auto now = std::chrono::steady_clock::now();
    const auto passed = now - last;
    last = now;
    if (options.speed > 1.0 && backlog.holds(publisher.counts(), now)) {
      begin += passed;
      continue;
    }
    const std::chrono::duration<double> elapsed = now - begin;
    const auto simulated = std::chrono::duration_cast<Duration>(elapsed * options.speed);
    // Whole steps, so that a run of the same length ends at the same sample.
    const Duration target = std::min(simulated - simulated % park.step(), end_of(options));
    park.advance(target - done);
    done = target;
    narrator.tell(done);
    for (const Sample& sample : park.samples()) {
      const TagInfo& tag = park.tags()[sample.tag];
      publisher.offer(tag.topic(), payload(tag, sample));
    }
    for (const SystemEvent& event : park.events()) publisher.offer(event.topic, event.payload);
  }
  return done;
}

// Waits for what was offered and prints the sum. `what`: between the name and the counts.
int finish(Publisher& publisher, const std::string& what, const std::string& more,
           std::ostream& out) {
  const bool known = publisher.counts().connects > 0;
  const PublisherCounts counts = publisher.finish(known ? delivery_patience : stranger_patience);
  const std::uint64_t missing = counts.offered - counts.acknowledged;
  out << "parksim " << what << " published=" << counts.offered
      << " acknowledged=" << counts.acknowledged << " missing=" << missing
      << " repeated=" << counts.repeated << " dropped=" << counts.dropped << more
      << " connects=" << counts.connects << std::endl;
  return missing == 0 && counts.connects > 0 ? 0 : 1;
}

int publish(const Options& options, std::ostream& out, std::ostream& log) {
  auto publisher_options = publisher_options_of(options);
  if (!publisher_options) {
    log << "parksim: " << publisher_options.error().message << '\n';
    return 1;
  }
  const auto park = make_simulation(options, now_to_the_millisecond());
  Publisher publisher{std::move(*publisher_options)};
  const Duration done = publish_paced(options, *park, publisher, log);
  return finish(publisher,
                "seed=" + std::to_string(options.seed) +
                    " simulated_s=" + std::to_string(done / std::chrono::seconds{1}),
                " lost_by_link=" + std::to_string(park->lost()), out);
}

// The time between two messages of the file, divided by the speed, is that between publishing them.
// Returns how many were offered before the end or a signal.
std::size_t replay_paced(const Options& options, const Recording& recording, Publisher& publisher) {
  const auto begin = std::chrono::steady_clock::now();
  std::size_t next = 0;
  const auto& messages = recording.messages;
  while (next < messages.size()) {
    const Duration since = messages[next].time - messages.front().time;
    if (since >= end_of(options)) break;
    const auto wait = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::duration<double>(since) / options.speed) -
                      (std::chrono::steady_clock::now() - begin);
    if (end_wanted(std::max(wait, std::chrono::nanoseconds{0}))) break;
    publisher.offer(messages[next].topic, messages[next].payload);
    ++next;
  }
  return next;
}

int print(const Options& options, const Recording& recording, std::ostream& out) {
  for (const RecordedMessage& message : recording.messages) {
    if (message.time - recording.messages.front().time >= end_of(options)) break;
    out << line(message) << '\n';
  }
  return out.flush() ? 0 : 1;
}

int replay(const Options& options, std::ostream& out, std::ostream& log) {
  const auto recording = read_recording(options.replay);
  auto publisher_options = publisher_options_of(options);
  if (!recording || !publisher_options) {
    log << "parksim: "
        << (!recording ? recording.error().message : publisher_options.error().message) << '\n';
    return 1;
  }
  if (options.mode == Mode::print) return print(options, *recording, out);
  Publisher publisher{std::move(*publisher_options)};
  const std::size_t offered = replay_paced(options, *recording, publisher);
  return finish(publisher,
                "rows=" + std::to_string(recording->rows) + " missing_cells=" +
                    std::to_string(recording->missing) + " replayed=" + std::to_string(offered) +
                    "/" + std::to_string(recording->messages.size()),
                "", out);
}

void list_incidents(std::ostream& out) {
  for (const CauseInfo& cause : causes()) {
    out << cause.name << "\n  cause: " << cause.what << "\n  seen:  " << cause.seen << '\n';
  }
  for (const SystemInfo& info : systems()) {
    for (const SystemCause& cause : info.causes) {
      out << info.package << '/' << cause.name << "\n  cause: " << cause.what << '\n';
    }
  }
}

void list_tags(const Options& options, std::ostream& out) {
  const auto park = make_simulation(options, now_to_the_millisecond());
  constexpr const char* kinds[] = {"number", "counter", "flag", "word"};
  out << "topic,kind,unit,low,high,digits,normal_low,normal_high,period_s,words\n";
  for (const TagInfo& tag : park->tags()) {
    out << tag.topic() << ',' << kinds[static_cast<std::size_t>(tag.kind)] << ',' << tag.unit << ','
        << tag.low << ',' << tag.high << ',' << tag.digits << ',' << tag.normal_low << ','
        << tag.normal_high << ',' << std::chrono::duration<double>(tag.period).count() << ',';
    for (std::size_t i = 0; i < tag.words.size(); ++i) out << (i > 0 ? "|" : "") << tag.words[i];
    out << '\n';
  }
}

}  // namespace

void block_signals() {
  const sigset_t signals = end_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int run(const Options& options, std::ostream& out, std::ostream& log) {
  const bool lists = options.mode == Mode::list_incidents || options.mode == Mode::list_tags;
  if (!options.replay.empty() && !lists) return replay(options, out, log);
  switch (options.mode) {
    case Mode::publish:
      return publish(options, out, log);
    case Mode::print:
      return print(options, out, log);
    case Mode::list_incidents:
      list_incidents(out);
      return 0;
    case Mode::list_tags:
      list_tags(options, out);
      return 0;
  }
  return 1;
}

}  // namespace parkwatch::parksim
