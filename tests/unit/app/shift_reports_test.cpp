// tests/unit/app/shift_reports_test.cpp - The report at a shift's end: when it is made, written and
// mailed.
#include "app/shift_reports.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/store.h"
#include "tests/support/temp_dir.h"

namespace shift_reports_test {

using namespace parkwatch;
using namespace parkwatch::app;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using parkwatch::test::TempDir;

namespace {

constexpr Timestamp midnight = from_us(1'767'225'600'000'000);  // 2026-01-01T00:00:00Z

struct Mail {
  std::string receiver;
  std::string title;
  std::string html;
};

class Office {
 public:
  Office() {
    store::StoreOptions options;
    options.directory = (dir_.path() / "state").string();
    auto opened = store::open_store(std::move(options));
    REQUIRE(opened.ok());
    store_ = std::move(*opened);
    config.directory = (dir_.path() / "reports").string();
    config.chinese = false;
    begin();
  }
  // As after a restart.
  void begin() {
    reports_ = nullptr;
    ShiftReportsCalls calls;
    calls.context = [this] {
      http::ShiftContext context;
      context.park = "park-a";
      context.now = now;
      context.calendar.shifts = {{"early", 0h}, {"late", 8h}, {"night", 16h}};
      context.live = &live_;
      return context;
    };
    calls.open_reader = [this]() -> Result<std::unique_ptr<store::Reader>> {
      if (broken) return Error{ErrorKind::transient, "disk I/O error"};
      return store::open_reader((dir_.path() / "state").string());
    };
    calls.mail = [this](const std::string& receiver, const std::string& title, const std::string&,
                        const std::string& html, const std::function<void(std::string)>& done) {
      mails.push_back({receiver, title, html});
      done(mail_failure);
    };
    calls.log = [this](const std::string& line) { log += line + '\n'; };
    reports_ = std::make_unique<ShiftReports>(loop_, std::move(calls));
    reports_->use(config, 60s);
  }
  void use() { reports_->use(config, 60s); }
  // Lets what is due be made.
  void tick(Timestamp at) {
    now = at;
    for (int turns = 0; turns < 8; ++turns) {
      reports_->tick();
      while (reports_->busy()) REQUIRE(loop_.run_one_for(20s) == 1);
    }
  }
  // The files' names, sorted.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator{config.directory, none}) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file{fs::path{config.directory} / name};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  Timestamp now = midnight + 9h;
  config::ShiftReportConfig config;
  bool broken = false;
  std::string mail_failure;
  std::vector<Mail> mails;
  std::string log;

 private:
  TempDir dir_;
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  std::unique_ptr<store::Store> store_;
  http::LiveView live_;
  std::unique_ptr<ShiftReports> reports_;
};

const std::vector<std::string> early{"park-a-2026-01-01-0000-early.html",
                                     "park-a-2026-01-01-0000-early.json",
                                     "park-a-2026-01-01-0000-early.txt"};

}  // namespace

TEST_CASE("shift reports: written in three forms once the windows of the shift are closed",
          "[app]") {
  Office office;
  office.tick(midnight + 8h + 64s);
  CHECK(office.files().size() == 3);  // of the night before, which nothing had made
  office.tick(midnight + 8h + 66s);
  const std::vector<std::string> files = office.files();
  REQUIRE(files.size() == 6);
  CHECK(std::vector<std::string>(files.begin() + 3, files.end()) == early);
  CHECK(office.text_of(early[0]).starts_with("<!DOCTYPE html>"));
  CHECK(office.text_of(early[2]).starts_with("park-a shift report early"));
  CHECK(office.text_of(early[1]).find("\"shift\":\"early\"") != std::string::npos);
}

TEST_CASE("shift reports: a restart makes what is missing, and nothing twice", "[app]") {
  Office office;
  office.tick(midnight + 9h);
  REQUIRE(office.files() == early);
  fs::remove(fs::path{office.config.directory} / early[0]);
  office.begin();
  office.tick(midnight + 10h);
  CHECK(office.files().size() == 2);  // the JSON says that it was made
  fs::remove(fs::path{office.config.directory} / early[1]);
  office.begin();
  office.tick(midnight + 11h);
  CHECK(office.files() == early);
}

TEST_CASE("shift reports: the oldest go when there are too many", "[app]") {
  Office office;
  office.config.keep = 1;
  office.use();
  office.tick(midnight + 9h);
  REQUIRE(office.files() == early);
  office.tick(midnight + 17h);
  REQUIRE(office.files().size() == 3);
  CHECK(office.files()[0] == "park-a-2026-01-01-0800-late.html");
}

TEST_CASE("shift reports: those of a park whose name begins alike do not count", "[app]") {
  Office office;
  office.config.keep = 1;
  office.use();
  const std::string others[] = {"park-a-gate-2026-01-01-0000-early.json",
                                "park-a-simulated-2026-01-01-0000-early.json", "park-a-notes.json"};
  fs::create_directories(office.config.directory);
  for (const std::string& name : others) std::ofstream{fs::path{office.config.directory} / name};
  office.tick(midnight + 9h);
  office.tick(midnight + 17h);
  const std::vector<std::string> files = office.files();
  REQUIRE(files.size() == 6);
  CHECK(files[0] == "park-a-2026-01-01-0800-late.html");
  for (const std::string& name : others) CHECK(std::count(files.begin(), files.end(), name) == 1);
}

TEST_CASE("shift reports: mailed to each receiver, again after five minutes if it fails", "[app]") {
  Office office;
  office.config.receivers = {"boss", "safety"};
  office.use();
  office.mail_failure = "450 later";
  office.tick(midnight + 9h);
  REQUIRE(office.mails.size() == 2);
  CHECK(office.mails[0].receiver == "boss");
  CHECK(office.mails[0].title.find("shift report early") != std::string::npos);
  CHECK(office.mails[0].html.find("<table>") != std::string::npos);
  CHECK(office.log.find("boss: 450 later") != std::string::npos);
  office.tick(midnight + 9h + 4min);
  CHECK(office.mails.size() == 2);
  office.mail_failure.clear();
  office.tick(midnight + 9h + 5min);
  CHECK(office.mails.size() == 4);
  office.tick(midnight + 10h);
  CHECK(office.mails.size() == 4);
}

TEST_CASE("shift reports: by mail alone they begin with the first shift that ends", "[app]") {
  Office office;
  office.config.directory.clear();
  office.config.receivers = {"boss"};
  office.begin();
  office.tick(midnight + 9h);
  CHECK(office.mails.empty());
  office.tick(midnight + 16h + 66s);
  REQUIRE(office.mails.size() == 1);
  CHECK(office.mails[0].title.find("late") != std::string::npos);
}

TEST_CASE("shift reports: what fails is said and tried again", "[app]") {
  Office office;
  office.broken = true;
  office.tick(midnight + 9h);
  CHECK(office.files().empty());
  CHECK(office.log.find("disk I/O error") != std::string::npos);
  office.broken = false;
  office.tick(midnight + 9h + 4min);
  CHECK(office.files().empty());
  office.tick(midnight + 9h + 5min);
  CHECK(office.files() == early);
}

TEST_CASE("shift reports: nothing is made unless it is asked for", "[app]") {
  Office office;
  office.config = {};
  office.use();
  office.tick(midnight + 9h);
  CHECK(office.mails.empty());
  CHECK(office.log.empty());
}

}  // namespace shift_reports_test
