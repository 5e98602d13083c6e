// daemon/app/notices_out.h - The notifications with their secrets, their rows in the store and
// their way out. Lives on the loop's thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/retry.h"
#include "config/config.h"
#include "model/result.h"
#include "notify/curl_sender.h"
#include "notify/notices.h"
#include "store/reader.h"

namespace parkwatch::app {

// What the files of a plan's receivers say. Errors: permanent, naming the receiver and the file.
[[nodiscard]] Result<std::vector<notify::Secrets>> read_secrets(const NotifyPlan& plan);
// Each receiver by itself: one whose files cannot be read says so in `missing`.
[[nodiscard]] std::vector<notify::Secrets> readable_secrets(const NotifyPlan& plan);

struct NoticesOutCalls {
  std::function<Timestamp()> now;
  std::function<void(std::vector<notify::KeptRow>)> keep;
  std::function<void(const notify::ReceiverCondition&)> condition;
  // Journal rows that a start came upon and that are damaged: nobody is told of them.
  std::function<void(const std::vector<std::uint64_t>& journals)> damaged;
  // A retained text for a board; `done` with what went wrong, "": it was acknowledged.
  std::function<void(std::string topic, std::string payload, std::function<void(std::string)> done)>
      publish;
  std::function<void(NoticeNews)> news;  // for the journal
  std::function<void(const notify::RaiseTold&)> raise_told;
  std::function<void(const std::string&)> log;
};

// Does nothing while the configuration has no [[receiver]].
class NoticesOut {
 public:
  NoticesOut(boost::asio::io_context& loop, std::string park, std::string generation,
             std::uint64_t start_number, NoticesOutCalls calls);

  // Reads what is left of an earlier run from the store; before the line commits anything. Damaged
  // journal rows are passed over. A receiver whose secret cannot be read fails, and its files are
  // read again (retry()). Errors: of the store.
  [[nodiscard]] Result<Done> start(const config::Config& config, std::uint64_t newest_journal);
  // Another configuration is in force. Errors: as read_secrets(); the old one then holds.
  [[nodiscard]] Result<Done> reload(const config::Config& config);
  void committed(const std::vector<AlarmEvent>& transitions) { notices_->committed(transitions); }
  // Instead of committed() while nobody is: up to here it is history.
  void passed(std::uint64_t journal) { notices_->passed(journal); }
  // Whether anybody is to be told.
  [[nodiscard]] bool active() const { return !plan_->empty(); }
  void fault(std::string_view name, bool active, const Text& message, Timestamp at) {
    notices_->fault(name, active, message, at);
  }
  void resume_fault(std::string_view name, const Text& message, Timestamp since,
                    const std::set<std::string>& heard) {
    notices_->resume_fault(name, message, since, heard);
  }
  [[nodiscard]] std::map<std::string, bool> faults_wait() const { return notices_->faults_wait(); }
  void clock_stepped(Duration by) { notices_->clock_stepped(by); }
  // Reads missing secrets again, once their time has come; as often as likes.
  void retry(Retry::SteadyTime now);
  // The same at once, and other secrets in the files of any receiver: a reload. What cannot be read
  // leaves a receiver as it was.
  void retry_now();
  void test(const std::string& receiver,
            std::function<void(Result<notify::Reply>, notify::Outcome)> done) {
    notices_->test(receiver, std::move(done));
  }
  void mail(const std::string& receiver, notify::ReportText report,
            std::function<void(std::string)> done) {
    notices_->mail(receiver, std::move(report), std::move(done));
  }
  void stop();
  [[nodiscard]] std::vector<notify::ReceiverStatus> status() const { return notices_->status(); }
  [[nodiscard]] std::size_t waiting() const { return notices_->waiting(); }

 private:
  [[nodiscard]] Result<Done> route_missed(store::Reader& reader, std::uint64_t after);
  [[nodiscard]] Result<Done> end_stale_alarms(store::Reader& reader);
  void send(const notify::Request& request, const ReceiverSpec& receiver,
            const notify::Secrets& secrets, std::function<void(notify::Reply)> done);

  boost::asio::io_context& loop_;
  const std::string park_;
  const std::string generation_;
  const std::uint64_t start_number_;
  const NoticesOutCalls calls_;
  std::shared_ptr<const NotifyPlan> plan_;
  TimeZone zone_;  // the park's
  Retry retry_;    // of secrets
  std::unique_ptr<notify::CurlSender> sender_;
  std::unique_ptr<notify::Notices> notices_;  // never null once start() succeeded
};

}  // namespace parkwatch::app
