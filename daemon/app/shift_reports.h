// daemon/app/shift_reports.h - At the end of each shift: its report, written and mailed as
// configured. On the loop's thread; the store is read on a thread of its own.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "http/shift_report.h"

namespace parkwatch::app {

struct ShiftReportsCalls {
  std::function<http::ShiftContext()> context;
  // On the readers' thread.
  std::function<Result<std::unique_ptr<store::Reader>>()> open_reader;
  // Mails to one receiver; what went wrong ("": nothing), later, on the loop.
  std::function<void(const std::string& receiver, const std::string& title, const std::string& text,
                     const std::string& html, std::function<void(std::string)> done)>
      mail;
  std::function<void(const std::string&)> log;
};

// A shift's report is made once its windows are closed (late_after and a moment past its end), and
// at a start, if it is not there yet. What stands and what is bad is as of that moment. Mail that
// fails is tried again every five minutes until the next report; a restart ends that.
class ShiftReports {
 public:
  ShiftReports(boost::asio::io_context& loop, ShiftReportsCalls calls);
  ~ShiftReports();
  ShiftReports(const ShiftReports&) = delete;
  ShiftReports& operator=(const ShiftReports&) = delete;

  // Also after a reload.
  void use(config::ShiftReportConfig config, Duration late_after);
  // Makes what is due; call it at least once a second. Cheap when nothing is.
  void tick();
  // One is being made or mailed.
  [[nodiscard]] bool busy() const { return busy_; }
  void stop();

 private:
  struct Outcome {
    Result<std::string> title = std::string{};
    std::string text;
    std::string html;
  };
  [[nodiscard]] bool is_there(const http::ShiftSpan& span, const http::ShiftContext& now) const;
  void make(const http::ShiftSpan& span, http::ShiftContext context);
  void made(const Outcome& outcome, const http::ShiftSpan& span);
  void mail(const std::string& receiver);

  boost::asio::io_context& loop_;
  const ShiftReportsCalls calls_;
  config::ShiftReportConfig config_;
  Duration late_after_{0};
  Timestamp look_at_;   // nothing is due earlier
  Timestamp made_for_;  // begin of the shift whose report was made last
  bool busy_ = false;
  Outcome last_;
  std::map<std::string, Timestamp> to_mail_;  // receiver: not before
  std::unique_ptr<boost::asio::thread_pool> reader_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// "<park>-2026-05-31-0800-early": the name of a report's files, without their ends. Sorted by name
// they are sorted by time.
[[nodiscard]] std::string report_file_name(const http::ShiftSpan& span,
                                           const http::ShiftContext& context);

}  // namespace parkwatch::app
