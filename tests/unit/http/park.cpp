// tests/unit/http/park.cpp - One thread takes, commits and tells, as the pipeline and the writer
// do.
#include "tests/unit/http/park.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "store/connection.h"

namespace parkwatch::test {
namespace {

constexpr auto patience = std::chrono::seconds{20};

std::unique_ptr<store::Store> opened(const std::string& directory) {
  store::StoreOptions options;
  options.directory = directory;
  auto store = store::open_store(options);
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

}  // namespace

http::HttpOptions quick_options() {
  http::HttpOptions options;
  options.listen = "127.0.0.1:0";
  return options;
}

Park::Park(http::HttpOptions options)
    : options_(std::move(options)),
      store_(opened(dir_.path().string())),
      intake_(clock, IntakeLimits{}, store_->recovered().last_sequence),
      decision_([](const Command&) { return Done{}; }),
      server_(std::make_unique<http::Server>(loop_, options_, services())),
      work_(boost::asio::make_work_guard(loop_)) {
  intake_.on_committed([this](std::uint64_t sequence) {
    server_->committed();
    {
      const std::lock_guard lock{mutex_};
      told_ = sequence;
      ++times_told_;
    }
    changed_.notify_all();
  });
  if (const auto started = server_->start(); !started) {
    throw std::runtime_error(started.error().message);
  }
  writer_ = std::thread{[this] { write(); }};
  loop_thread_ = std::thread{[this] { loop_.run(); }};
}

Park::~Park() {
  release();
  intake_.close();
  writer_.join();
  if (!stopped_) stop_server();
  work_.reset();
  loop_thread_.join();
}

http::Services Park::services() {
  http::Services services;
  services.intake = &intake_;
  services.clock = &clock;
  services.live = &live;
  services.gates = &gates;
  services.metrics = &metrics;
  services.open_reader = [this]() -> Result<std::unique_ptr<store::Reader>> {
    if (readers_broken_) return Error{ErrorKind::transient, "disk I/O error"};
    return store::open_reader(dir_.path().string());
  };
  services.health = [this] {
    const std::lock_guard lock{status_mutex};
    return health;
  };
  services.status = [this] {
    const std::lock_guard lock{status_mutex};
    return status;
  };
  services.receivers = [this] {
    const std::lock_guard lock{status_mutex};
    return receivers;
  };
  services.view = [this] { return std::make_shared<const PlantView>(view); };
  services.test_receiver = [this](const std::string& name,
                                  std::function<void(Result<http::ReceiverTest>)> done) {
    const std::lock_guard lock{status_mutex};
    tested_name = name;
    if (!tested) return;
    boost::asio::post(loop_, [done = std::move(done), answer = *tested] { done(answer); });
  };
  services.site = [this] { return site; };
  return services;
}

void Park::damage(const std::string& sql) {
  auto connection =
      store::Connection::open({std::string{dir_.path()} + "/parkwatch.db", false, {}});
  if (!connection) throw std::runtime_error(connection.error().message);
  if (!(*connection)->execute(sql)) throw std::runtime_error((*connection)->failure().message);
}

std::string Park::cursor(std::uint64_t sequence) const {
  return store::to_text(store::Cursor{generation(), sequence});
}

std::uint64_t Park::append(Facts facts) {
  const std::lock_guard lock{mutex_};
  to_commit_.push_back(std::move(facts));
  return intake_.append(Intake::Body{Message{}});
}

std::uint64_t Park::commit(Facts facts) {
  const std::uint64_t sequence = append(std::move(facts));
  std::unique_lock lock{mutex_};
  if (!changed_.wait_for(lock, patience, [&] { return told_ >= sequence; })) {
    throw std::runtime_error("not committed in time");
  }
  return sequence;
}

void Park::commit_by_time(Facts facts) {
  std::unique_lock lock{mutex_};
  const std::uint64_t before = times_told_;
  by_time_ = std::move(facts);
  intake_.wake();
  if (!changed_.wait_for(lock, patience, [&] { return times_told_ > before; })) {
    throw std::runtime_error("not committed in time");
  }
}

std::uint64_t Park::publish(const std::string& tag, Value value) {
  Facts facts;
  TagId id = 0;
  {
    const std::lock_guard lock{mutex_};
    id = static_cast<TagId>(std::ranges::find(names_, tag) - names_.begin());
  }
  if (id == names_.size()) facts.tags.push_back(define(tag));
  Reading reading;
  reading.tag = id;
  reading.value = std::move(value);
  facts.readings.push_back(reading);
  return commit(std::move(facts));
}

TagDefined Park::define(Tag tag) {
  const std::lock_guard lock{mutex_};
  const auto found = std::ranges::find(names_, tag.name);
  const auto id = static_cast<TagId>(found - names_.begin());
  if (found == names_.end()) {
    names_.push_back(tag.name);
    versions_.push_back(0);
  }
  return TagDefined{id, ++versions_[id], 0, std::move(tag)};
}

TagDefined Park::define(const std::string& name, const std::string& unit) {
  Tag tag;
  tag.name = name;
  tag.unit = unit;
  return define(std::move(tag));
}

void Park::decide(std::function<Result<Done>(const Command&)> decision) {
  const std::lock_guard lock{mutex_};
  decision_ = std::move(decision);
}

std::vector<Command> Park::commands() const {
  const std::lock_guard lock{mutex_};
  return commands_;
}

void Park::hold() {
  const std::lock_guard lock{mutex_};
  held_ = true;
}

void Park::release() {
  {
    const std::lock_guard lock{mutex_};
    held_ = false;
  }
  changed_.notify_all();
}

void Park::write() {
  for (;;) {
    const Intake::Taken taken = intake_.take(10'000, 1, patience);
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return !held_; });
    }
    commit_taken(taken);
    if (taken.closed) return;
  }
}

void Park::commit_taken(const Intake::Taken& taken) {
  store::Batch batch;
  {
    const std::lock_guard lock{mutex_};
    if (taken.inputs.empty() && !by_time_) return;
    batch.facts = std::exchange(by_time_, std::nullopt).value_or(Facts{});
  }
  batch.last_sequence = taken.inputs.empty() ? intake_.committed() : taken.inputs.back().sequence;
  batch.now = taken.now;
  for (const Input& input : taken.inputs) add(input, batch.facts);
  const auto committed = store_->commit(batch);
  if (!committed) throw std::runtime_error(committed.error().message);
  live.apply(batch.facts);
  gates.apply(batch.facts.gates);
  metrics.committed(batch.facts, committed->bytes, Duration{1000});
  intake_.committed(batch.last_sequence, std::move(batch.facts.replies));
}

void Park::add(const Input& input, Facts& facts) {
  const std::lock_guard lock{mutex_};
  if (const auto* command = std::get_if<Command>(&input.body)) {
    commands_.push_back(*command);
    const auto decided = decision_(*command);
    if (decided) facts.inputs.push_back({input.sequence, input.receive_time, *command});
    facts.replies.push_back(Reply{input.sequence, decided});
    return;
  }
  Facts more = std::move(to_commit_.front());
  to_commit_.pop_front();
  for (Reading& reading : more.readings) {
    reading.sequence = input.sequence;
    reading.index = static_cast<std::uint32_t>(&reading - more.readings.data());
    reading.receive_time = input.receive_time;
    if (reading.source_time == timestamp_min) {
      reading.source_time = input.receive_time;
    } else {
      reading.flags |= reading_has_source_time;
    }
    facts.readings.push_back(reading);
  }
  for (TagDefined& tag : more.tags) {
    tag.sequence = input.sequence;
    facts.tags.push_back(std::move(tag));
  }
  for (Refusal& refusal : more.refusals) {
    refusal.sequence = input.sequence;
    refusal.receive_time = input.receive_time;
    facts.refusals.push_back(std::move(refusal));
  }
  std::ranges::move(more.transitions, std::back_inserter(facts.transitions));
  for (RecordedInput& one : more.inputs) {
    one.sequence = input.sequence;
    one.receive_time = input.receive_time;
    facts.inputs.push_back(std::move(one));
  }
  std::ranges::move(more.gates, std::back_inserter(facts.gates));
  facts.counts.messages += 1;
}

void Park::stop_server() {
  stopped_ = true;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  const auto at_end = [&] {
    const std::lock_guard lock{mutex};
    done = true;
    changed.notify_all();
  };
  boost::asio::post(loop_, [&] { server_->stop(at_end); });
  std::unique_lock lock{mutex};
  if (!changed.wait_for(lock, patience, [&] { return done; })) {
    throw std::runtime_error("the server did not stop");
  }
}

AlarmEvent transition(std::uint64_t journal, TransitionKind kind, AlarmState state,
                      const std::string& rule, const std::string& tag) {
  AlarmEvent event;
  event.journal = journal;
  event.at = from_us(1'767'225'600'000'000 + static_cast<std::int64_t>(journal));
  event.kind = kind;
  event.state = state;
  event.rule = rule;
  event.tag = tag;
  event.level = Level::high_high;
  event.priority = Priority::critical;
  event.occurrence = 1;
  event.raised_at = event.at;
  event.group = "tank-farm";
  event.unit = "m";
  event.value = 9.5;
  event.limit = 9.0;
  event.message = {"液位过高", "Level too high"};
  return event;
}

}  // namespace parkwatch::test
