// daemon/app/shift_reports.cpp - See the header.
#include "app/shift_reports.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <utility>

#include "report/report_view.h"

namespace parkwatch::app {
namespace {

namespace fs = std::filesystem;

// After the last window has closed.
constexpr Duration settle = std::chrono::seconds{5};
constexpr Duration mail_again_after = std::chrono::minutes{5};
constexpr std::string_view ends[] = {".html", ".txt", ".json"};

// As a whole or not at all: a reader never sees half of it.
Result<Done> write_file(const fs::path& path, const std::string& text) {
  const fs::path half = path.string() + ".part";
  {
    std::ofstream file{half, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    if (!file) return Error{ErrorKind::transient, "cannot write " + half.string()};
  }
  std::error_code failed;
  fs::rename(half, path, failed);
  if (failed) return Error{ErrorKind::transient, path.string() + ": " + failed.message()};
  return Done{};
}

// "<park>-2026-05-31-0800-early.json"; another park's name may begin with this one's.
bool is_report_of(const std::string& park, std::string_view name) {
  constexpr std::string_view time = "-0000-00-00-0000-";
  if (!name.starts_with(park) || !name.ends_with(".json")) return false;
  name.remove_prefix(park.size());
  if (name.size() < time.size()) return false;
  return std::equal(time.begin(), time.end(), name.begin(), [](char pattern, char c) {
    return pattern == '0' ? c >= '0' && c <= '9' : c == pattern;
  });
}

// Deletes the oldest reports of this park above `keep`.
void delete_old(const std::string& directory, const std::string& park, std::size_t keep) {
  std::vector<fs::path> reports;
  std::error_code failed;
  for (fs::directory_iterator at{directory, failed}, end; !failed && at != end;
       at.increment(failed)) {
    const fs::path& path = at->path();
    if (is_report_of(park, path.filename().string())) reports.push_back(path);
  }
  std::sort(reports.begin(), reports.end());
  if (reports.size() <= keep) return;
  reports.resize(reports.size() - keep);
  for (fs::path& report : reports) {
    for (const std::string_view end : ends) fs::remove(report.replace_extension(end), failed);
  }
}

}  // namespace

std::string report_file_name(const http::ShiftSpan& span, const http::ShiftContext& context) {
  const TimeZone& zone = context.calendar.zone;
  std::string local = to_local_text(span.from, zone).substr(0, 16);
  local[10] = '-';
  local.erase(13, 1);
  return context.park + '-' + local + '-' + (span.name.empty() ? "day" : span.name);
}

ShiftReports::ShiftReports(boost::asio::io_context& loop, ShiftReportsCalls calls)
    : loop_(loop), calls_(std::move(calls)) {}

ShiftReports::~ShiftReports() {
  *alive_ = false;
  stop();
}

void ShiftReports::use(config::ShiftReportConfig config, Duration late_after) {
  if (config == config_ && late_after == late_after_) return;
  config_ = std::move(config);
  late_after_ = late_after;
  look_at_ = Timestamp{};
  std::erase_if(to_mail_, [this](const auto& entry) {
    return std::find(config_.receivers.begin(), config_.receivers.end(), entry.first) ==
           config_.receivers.end();
  });
}

void ShiftReports::stop() {
  config_ = {};
  if (reader_) reader_->join();
  reader_.reset();
}

bool ShiftReports::is_there(const http::ShiftSpan& span, const http::ShiftContext& now) const {
  if (made_for_ == span.from) return true;
  // Without a directory nothing says what an earlier run has mailed: only what ends from now on.
  if (config_.directory.empty()) return false;
  std::error_code failed;
  return fs::exists(fs::path{config_.directory} / (report_file_name(span, now) + ".json"), failed);
}

void ShiftReports::tick() {
  if (!config_.wanted() || busy_) return;
  http::ShiftContext context = calls_.context();
  const Timestamp now = context.now;
  for (const auto& [receiver, due] : to_mail_) {
    if (due <= now) return mail(receiver);
  }
  if (now < look_at_) return;
  const bool first = look_at_ == Timestamp{};
  // The shift in which it was not settled yet is the one before the one that is on.
  const Timestamp settled = now - late_after_ - settle;
  const http::ShiftSpan span = http::shift_span(context.calendar, settled, true, now);
  const http::ShiftSpan on = http::shift_span(context.calendar, settled, false, now);
  look_at_ = on.end + late_after_ + settle;
  if (first && config_.directory.empty()) made_for_ = span.from;
  if (!is_there(span, context)) make(span, std::move(context));
}

void ShiftReports::make(const http::ShiftSpan& span, http::ShiftContext context) {
  busy_ = true;
  if (!reader_) reader_ = std::make_unique<boost::asio::thread_pool>(1);
  boost::asio::post(*reader_, [this, span, context = std::move(context), config = config_,
                               alive = alive_] {
    auto outcome = std::make_shared<Outcome>();
    const auto write = [&]() -> Result<std::string> {
      auto reader = calls_.open_reader();
      if (!reader) return reader.error();
      const auto document = http::shift_report(**reader, span, context);
      if (!document) return document.error();
      const report::ViewStyle style{false, config.chinese};
      outcome->text = report::shift_report_view(*document, style);
      outcome->html = report::shift_report_html(*document, style);
      if (config.directory.empty()) return report::shift_report_title(*document, style);
      std::error_code failed;
      fs::create_directories(config.directory, failed);
      const fs::path path = fs::path{config.directory} / report_file_name(span, context);
      const std::string* texts[] = {&outcome->html, &outcome->text};
      for (std::size_t i = 0; i < std::size(texts); ++i) {
        auto written = write_file(path.string() + std::string{ends[i]}, *texts[i]);
        if (!written) return written.error();
      }
      // The last one: when it is there, all are.
      auto written = write_file(path.string() + ".json", boost::json::serialize(*document) + '\n');
      if (!written) return written.error();
      delete_old(config.directory, context.park, config.keep);
      return report::shift_report_title(*document, style);
    };
    outcome->title = write();
    boost::asio::post(loop_, [this, outcome, span, alive] {
      if (*alive) made(*outcome, span);
    });
  });
}

void ShiftReports::made(const Outcome& outcome, const http::ShiftSpan& span) {
  busy_ = false;
  if (!outcome.title) {
    calls_.log("the shift's report cannot be written: " + outcome.title.error().message);
    look_at_ = calls_.context().now + mail_again_after;
    return;
  }
  made_for_ = span.from;
  last_ = outcome;
  to_mail_.clear();
  for (const std::string& receiver : config_.receivers) to_mail_[receiver] = Timestamp{};
  calls_.log("the report of the shift is made: " + *outcome.title);
}

void ShiftReports::mail(const std::string& receiver) {
  busy_ = true;
  calls_.mail(receiver, *last_.title, last_.text, last_.html,
              [this, receiver, alive = alive_](const std::string& failure) {
                if (!*alive) return;
                busy_ = false;
                if (failure.empty()) {
                  to_mail_.erase(receiver);
                } else {
                  calls_.log("the shift's report to " + receiver + ": " + failure);
                  to_mail_[receiver] = calls_.context().now + mail_again_after;
                }
              });
}

}  // namespace parkwatch::app
