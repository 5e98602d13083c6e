// daemon/app/notices_out.cpp - See the header.
#include "app/notices_out.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "config/files.h"

namespace parkwatch::app {
namespace {

constexpr std::size_t events_a_page = 1000;
constexpr std::size_t secret_bytes_max = 4096;
constexpr unsigned secret_forbidden = 077;  // as config says of these files

// The first line of a file; "" without a file.
Result<std::string> first_line(const ReceiverSpec& receiver, const std::string& path) {
  if (path.empty()) return std::string{};
  const std::string fault = config::fault_of_file(path, secret_forbidden);
  if (!fault.empty()) {
    return Error{ErrorKind::permanent, "receiver " + receiver.name + ": " + fault};
  }
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  if (line.empty() || line.size() > secret_bytes_max) {
    return Error{ErrorKind::permanent,
                 "receiver " + receiver.name + ": " + path + ": no secret in its first line"};
  }
  return line;
}

Result<notify::Secrets> secrets_of(const ReceiverSpec& receiver) {
  notify::Secrets out;
  for (const Endpoint& endpoint : receiver.endpoints) {
    auto url = endpoint.url_file.empty() ? Result<std::string>{endpoint.url}
                                         : first_line(receiver, endpoint.url_file);
    if (!url) return url.error();
    auto secret = first_line(receiver, endpoint.secret_file);
    if (!secret) return secret.error();
    out.endpoints.push_back({*std::move(url), *std::move(secret)});
  }
  const std::pair<const std::string*, std::string*> files[] = {
      {&receiver.token_file, &out.token},
      {&receiver.hmac_file, &out.hmac},
      {&receiver.password_file, &out.password}};
  for (const auto& [path, secret] : files) {
    auto line = first_line(receiver, *path);
    if (!line) return line.error();
    *secret = *std::move(line);
  }
  return out;
}

}  // namespace

Result<std::vector<notify::Secrets>> read_secrets(const NotifyPlan& plan) {
  std::vector<notify::Secrets> out;
  for (const ReceiverSpec& receiver : plan.receivers) {
    auto secrets = secrets_of(receiver);
    if (!secrets) return secrets.error();
    out.push_back(*std::move(secrets));
  }
  return out;
}

std::vector<notify::Secrets> readable_secrets(const NotifyPlan& plan) {
  std::vector<notify::Secrets> out;
  for (const ReceiverSpec& receiver : plan.receivers) {
    auto secrets = secrets_of(receiver);
    if (secrets) {
      out.push_back(*std::move(secrets));
    } else {
      out.emplace_back().missing = secrets.error().message;
    }
  }
  return out;
}

NoticesOut::NoticesOut(boost::asio::io_context& loop, std::string park, std::string generation,
                       std::uint64_t start_number, NoticesOutCalls calls)
    : loop_(loop),
      park_(std::move(park)),
      generation_(std::move(generation)),
      start_number_(start_number),
      calls_(std::move(calls)) {}

Result<Done> NoticesOut::start(const config::Config& config, std::uint64_t newest_journal) {
  plan_ = config.notify;
  zone_ = config.plant->calendar.zone;
  notify::NoticesCalls calls;
  calls.now = calls_.now;
  calls.keep = calls_.keep;
  calls.condition = calls_.condition;
  calls.news = calls_.news;
  calls.raise_told = calls_.raise_told;
  calls.log = calls_.log;
  calls.send = [this](const notify::Request& request, const ReceiverSpec& receiver,
                      const notify::Secrets& known, std::function<void(notify::Reply)> done) {
    send(request, receiver, known, std::move(done));
  };
  notices_ = std::make_unique<notify::Notices>(
      loop_, notify::NoticesPlan{plan_, readable_secrets(*plan_)},
      notify::Sender{{park_, generation_},
                     [this](Timestamp at) { return notify::local_time(zone_, at); }},
      start_number_, std::move(calls));
  auto reader = store::open_reader(config.state_directory);
  if (!reader.ok()) return reader.error();
  auto rows = (*reader)->notify_rows();
  if (!rows.ok()) return rows.error();
  const auto find = [&reader](std::uint64_t journal) -> notify::AlertPtr {
    if (journal == 0) return nullptr;
    auto found = (*reader)->events(journal - 1, 1);
    if (!found.ok() || found->empty() || found->front().journal != journal) return nullptr;
    return std::make_shared<const notify::Alert>(notify::Alert{std::move(found->front()), {}});
  };
  const std::uint64_t after = notices_->restore(*std::move(rows), newest_journal, find);
  if (auto routed = route_missed(**reader, after); !routed) return routed;
  notices_->look();
  if (!notices_->without_secrets().empty()) retry_.failed(std::chrono::steady_clock::now());
  return end_stale_alarms(**reader);
}

// What was committed in an earlier run and not routed.
Result<Done> NoticesOut::route_missed(store::Reader& reader, std::uint64_t after) {
  for (;;) {
    store::JournalNumbers damaged;
    auto events = reader.events(after, events_a_page, &damaged);
    if (!events.ok()) return events.error();
    if (events->empty() && damaged.empty()) return Done{};
    if (!events->empty()) after = events->back().journal;
    if (!damaged.empty()) {
      after = std::max(after, damaged.back());
      calls_.damaged(damaged);
    }
    notices_->committed(*events);
  }
}

// The alarms of receivers that left the configuration while the daemon was down.
Result<Done> NoticesOut::end_stale_alarms(store::Reader& reader) {
  store::JournalNumbers damaged;
  const auto standing = reader.standing(&damaged);
  if (!standing.ok()) return standing.error();
  if (!damaged.empty()) calls_.damaged(damaged);
  for (const AlarmEvent& event : *standing) {
    if (event.rule != rule_delivery_failed) continue;
    const auto name = notify::receiver_of_tag(event.tag);
    if (name && !notify::receiver_of(*plan_, *name)) calls_.condition({*name, false, {}});
  }
  return Done{};
}

Result<Done> NoticesOut::reload(const config::Config& config) {
  zone_ = config.plant->calendar.zone;
  if (*config.notify == *plan_) return Done{};
  auto secrets = read_secrets(*config.notify);
  if (!secrets) return secrets.error();
  plan_ = config.notify;
  retry_.over();
  notices_->take_plan(notify::NoticesPlan{plan_, *std::move(secrets)});
  return Done{};
}

void NoticesOut::retry(Retry::SteadyTime now) {
  if (!retry_.due(now)) return;
  for (const std::size_t at : notices_->without_secrets()) {
    auto secrets = secrets_of(plan_->receivers[at]);
    if (!secrets) continue;
    calls_.log("receiver " + plan_->receivers[at].name + ": its secret can be read");
    (void)notices_->take_secrets(at, *std::move(secrets));
  }
  if (notices_->without_secrets().empty()) {
    retry_.over();
  } else {
    retry_.failed(now);
  }
}

void NoticesOut::retry_now() {
  retry_.hurry();
  retry(std::chrono::steady_clock::now());
  for (std::size_t at = 0; at < plan_->receivers.size(); ++at) {
    auto secrets = secrets_of(plan_->receivers[at]);
    if (!secrets || !notices_->take_secrets(at, *std::move(secrets))) continue;
    calls_.log("receiver " + plan_->receivers[at].name + ": its secret has been read anew");
  }
}

void NoticesOut::send(const notify::Request& request, const ReceiverSpec& receiver,
                      const notify::Secrets& secrets, std::function<void(notify::Reply)> done) {
  if (request.way == notify::Request::Way::mqtt) {
    calls_.publish(request.url, request.body, [done = std::move(done)](std::string failure) {
      notify::Reply reply;
      reply.failure = std::move(failure);
      done(std::move(reply));
    });
    return;
  }
  // The thread begins with the first message.
  if (!sender_) sender_ = std::make_unique<notify::CurlSender>(loop_);
  sender_->send(notify::transfer_of(request, receiver, secrets), std::move(done));
}

void NoticesOut::stop() {
  if (notices_) notices_->stop();
  sender_.reset();
}

}  // namespace parkwatch::app
