// tests/integration/refusals_test.cpp - What an integrator gets wrong: a clear message, and nothing
// else stops.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/integration/running_daemon.h"
#include "tests/support/mosquitto.h"

namespace refusals_test {

using namespace parkwatch::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

bool may_mount() {
  if (::geteuid() == 0) return true;
  WARN("needs root for a small filesystem");
  return false;
}

// A state directory of 16 MiB.
class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& path) : path_(path.string()) {
    fs::create_directories(path);
    (void)run_to_end({"mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", path_});
  }
  ~SmallDisk() { ChildProcess{{"umount", "-l", path_}}.wait(10s); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  const std::string path_;
};

// Leaves nothing, not even what the store had put aside: its file grows over every free byte again
// and again.
class Hog {
 public:
  explicit Hog(const fs::path& folder)
      : file_(folder / "hog"),
        process_{{"sh", "-c",
                  "while :; do dd if=/dev/zero of=" + file_.string() +
                      " bs=64k oflag=append conv=notrunc 2>/dev/null; done"}} {}
  void end() {
    process_.signal(SIGKILL);
    (void)process_.wait(10s);
    fs::remove(file_);
  }

 private:
  const fs::path file_;
  ChildProcess process_;
};

}  // namespace

TEST_CASE("refusal: a file that is no database is named, kept as it is, and a new one begins",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon daemon{tank_config(broker.port())};
  fs::create_directories(daemon.state());
  std::ofstream{daemon.state() / "parkwatch.db"} << std::string(5000, 'x');
  daemon.start_ready();
  CHECK(daemon.log().find("parkwatch.db: file is not a database") != std::string::npos);
  std::size_t kept = 0;
  for (const auto& entry : fs::directory_iterator{daemon.state()}) {
    if (!entry.path().filename().string().starts_with("parkwatch-damaged-")) continue;
    if (entry.path().extension() == ".db" && entry.file_size() == 5000) ++kept;
  }
  CHECK(kept == 1);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("refusal: a state directory that cannot be made is named", "[integration]") {
  RunningDaemon daemon{tank_config(1)};
  std::ofstream{daemon.state()} << "a file stands where the directory should be";
  daemon.start();
  CHECK(daemon.wait() == 1);
  CHECK(daemon.log().find(daemon.state().string()) != std::string::npos);
}

TEST_CASE("refusal: a second daemon on the same state directory is told who has it",
          "[integration]") {
  Mosquitto broker;
  RunningDaemon first{tank_config(broker.port())};
  first.start_ready();
  ChildProcess second{{program("daemon/app/parkwatchd"), "--config", first.config_path()}};
  CHECK(second.wait(20s) == 1);
  CHECK(second.output().find(first.state().string()) != std::string::npos);
  CHECK(get(first.port(), "/readyz").status == 200);
}

TEST_CASE("refusal: an occupied port is named with what to do", "[integration]") {
  Mosquitto broker;
  RunningDaemon first{tank_config(broker.port())};
  first.start_ready();
  RunningDaemon second{tank_config(broker.port())};
  std::ofstream{second.config_path()}
      << "[daemon]\npark = \"test\"\nstate_directory = \"" << second.state().string()
      << "\"\n[http]\nlisten = \"127.0.0.1:" << first.port() << "\"\n"
      << tank_config(broker.port());
  second.start();
  CHECK(second.wait() == 1);
  CHECK(second.log().find("127.0.0.1:" + std::to_string(first.port())) != std::string::npos);
}

TEST_CASE("refusal: every mistake of a configuration is printed at once, with its place",
          "[integration]") {
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {"[[rule]]\nid = \"r1\"\nkind = \"limt\"\ntags = [\"a/b/c\"]\nH = 5\n",
       "did you mean \"limit\""},
      {"[[rule]]\nid = \"r2\"\nkind = \"limit\"\ntags = [\"a/b/x\"]\nH = 5\n", "a/b/x"},
      {"[[rule]]\nid = \"r3\"\nkind = \"limit\"\ntags = [\"a/b/c\"]\nH = 50\n", "50"},
      {"[[rule]]\nid = \"r3\"\nkind = \"limit\"\ntags = [\"a/b/c\"]\nH = 5\n", "r3"},
      {"[[rule]]\nid = \"r5\"\nkind = \"limit\"\ntags = [\"a/b/c\"]\nH = 5\nunit = \"kPa\"\n",
       "kPa"},
      {"[[rule]]\nid = \"r6\"\nkind = \"limit\"\ntags = [\"a/b/c\"]\nH = 5\nHH = 6\ndeadband = 3\n",
       "deadband"},
      {"[[rule]]\nid = \"r7\"\nkind = \"state\"\ntags = [\"a/b/c\"]\nstates = [\"ajar\"]\n",
       "ajar"},
      {"[[rule]]\nid = \"r8\"\nkind = \"limit\"\ntags = [\"a/b/c\"]\nH = 5\npriorty = \"low\"\n",
       "priorty"},
      {"[[rule]]\nid = \"r9\"\nkind = \"expr\"\ntags = [\"a/b/c\"]\nexpression = \"`a/b/c` >\"\n",
       "expression"},
      {"[[tag]]\nname = \"a//b\"\n", "a//b"}};
  std::string config = "[[tag]]\nname = \"a/b/c\"\nunit = \"m\"\nrange = [0, 10]\n";
  for (const auto& [text, words] : mistakes) config += text;
  RunningDaemon daemon{config};
  daemon.start({"--check"});
  CHECK(daemon.wait() == 1);
  const std::string log = daemon.log();
  for (const auto& [text, words] : mistakes) {
    CAPTURE(words, log);
    CHECK(log.find(words) != std::string::npos);
  }
  // One line each, with file, line and column.
  std::istringstream lines{log};
  std::size_t placed = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("parkwatch.toml:") != std::string::npos) ++placed;
  }
  CHECK(placed >= mistakes.size());
}

TEST_CASE("refusal: --check reads the list of permits, and tells a mistake where it stands",
          "[integration]") {
  RunningDaemon daemon{
      tank_config(1, "[gates]\npermits = \"visitors.csv\"\n[[gate]]\nname = \"north\"\n")};
  const std::string list = (daemon.folder() / "visitors.csv").string();
  const auto checked = [&](const std::string& permits) {
    std::ofstream{list} << permits;
    daemon.start({"--check"});
    return daemon.wait();
  };
  CHECK(checked("number,id,class\n1,H1,hazmat\n2,H2,lorry\n") == 1);
  CHECK_THAT(daemon.log(), Catch::Contains(list + ":3:6 error permits.class: must be person"));
  CHECK(checked("number,id,class\n1,H1,hazmat\n") == 0);
}

TEST_CASE("refusal: a mistake on the command line ends with 2, as in the tools", "[integration]") {
  ChildProcess daemon{{program("daemon/app/parkwatchd"), "--frob"}};
  CHECK(daemon.wait(20s) == 2);
}

TEST_CASE("refusal: a broker that is not there leaves the rest at work, and says why",
          "[integration]") {
  const std::uint16_t nobody = free_loopback_port();
  RunningDaemon daemon{tank_config(nobody)};
  daemon.start_ready(false);
  CHECK(daemon.until("/v1/status", [](const HttpReply& r) {
    return r.body.find("refused") != std::string::npos;
  }));
  CHECK(daemon.until("/healthz", [](const HttpReply& r) {
    return r.status == 503 && r.body.find("not connected") != std::string::npos;
  }));
  CHECK(get(daemon.port(), "/v1/readings").status == 200);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("refusal: a token file without a token keeps its holder out, and the park is watched",
          "[integration]") {
  Mosquitto broker;
  // [http] is the section that the configuration begins in.
  RunningDaemon daemon{
      "token_file = \"admin\"\n[[http.token]]\nname = \"li\"\nrole = \"viewer\"\n"
      "token_file = \"li\"\n" +
      tank_config(broker.port())};
  const auto write = [&](const std::string& name, const std::string& text) {
    const std::filesystem::path file = daemon.folder() / name;
    std::ofstream{file} << text;
    std::filesystem::permissions(file, std::filesystem::perms{0600});
  };
  write("admin", "\n");
  write("li", "li-knows-a-long-word\n");
  ChildProcess check{
      {program("daemon/app/parkwatchd"), "--check", "--config", daemon.config_path()}};
  CHECK(check.wait(20s) == 1);
  ChildProcess dashboard{{"mosquitto_sub", "-p", std::to_string(broker.port()), "-v", "-t",
                          "parkwatch/v1/test/alarm/#"}};
  daemon.start_ready(false);
  CHECK(dashboard.wait_for_output("configuration-fault", 20s));
  CHECK(get(daemon.port(), "/v1/alarms").status == 401);
  CHECK(get(daemon.port(), "/healthz").status == 503);
  publish(broker.port(), "park/tank/t101/level", reading("10.5"));
  CHECK(dashboard.wait_for_output("\"HH\"", 20s));
  CHECK(daemon.stop() == 0);

  write("admin", "admin-knows-a-long-word\n");
  daemon.start_ready(false);
  CHECK(dashboard.wait_for_output("parkwatch.alarm.returned", 20s));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("refusal: secrets that cannot be read leave the rest at work, are told and read again",
          "[integration]") {
  Mosquitto broker;
  const std::string late = "username = \"g\"\npassword_file = \"late\"\n";
  std::string config = tank_config(
      broker.port(),
      "[[receiver]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\n"
      "token_file = \"late\"\n[[route]]\nto = [\"hook\"]\n");
  const std::string alerts = "[alerts]\nenabled = true\n";
  REQUIRE(config.find(alerts) != std::string::npos);
  config.insert(config.find(alerts) + alerts.size(), late);
  config.insert(config.find(alerts),
                "[[source]]\nname = \"second\"\ndriver = \"mqtt\"\nurl = \"mqtt://127.0.0.1:" +
                    std::to_string(broker.port()) + "\"\n" + late +
                    "[[source.mapping]]\ntopic = \"late/{x}\"\nformat = \"bare\"\n"
                    "tag = \"tank/t101/level\"\n");
  RunningDaemon daemon{config};
  ChildProcess check{
      {program("daemon/app/parkwatchd"), "--check", "--config", daemon.config_path()}};
  CHECK(check.wait(20s) == 1);
  daemon.start_ready();
  const auto has = [](const HttpReply& r, const std::string& words) {
    return r.body.find(words) != std::string::npos;
  };
  CHECK(daemon.until("/healthz", [&](const HttpReply& r) {
    return r.status == 503 && has(r, "source second is not connected") &&
           has(r, "alerts cannot leave") && has(r, "receiver hook cannot be told");
  }));
  for (const char* key : {"source.password_file", "alerts.password_file", "receiver.token_file"}) {
    CAPTURE(key);
    CHECK(daemon.log().find(key) != std::string::npos);
  }
  CHECK(daemon.until("/v1/events?max=1000", [&](const HttpReply& r) {
    return has(r, "delivery-failed") && has(r, "receiver/hook");
  }));
  publish(broker.port(), "park/tank/t101/level", reading("1"));
  CHECK(daemon.until("/v1/status", [&](const HttpReply& r) { return has(r, "\"readings\":1"); }));

  std::ofstream{daemon.folder() / "new"} << "secret\n";
  fs::permissions(daemon.folder() / "new", fs::perms{0600});
  fs::rename(daemon.folder() / "new", daemon.folder() / "late");
  daemon.signal(SIGHUP);
  CHECK(daemon.until("/healthz", [](const HttpReply& r) { return r.status == 200; }));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("refusal: a full disk holds acknowledgements, is told, and passes by itself",
          "[integration]") {
  if (!may_mount()) return;
  MosquittoOptions options;
  options.unlimited_queue = true;
  Mosquitto broker{options};
  RunningDaemon daemon{tank_config(broker.port())};
  const SmallDisk disk{daemon.state()};
  daemon.start_ready();
  publish(broker.port(), "park/tank/t101/level", reading("1"));
  REQUIRE(daemon.until("/v1/status", [](const HttpReply& r) {
    return r.body.find("\"readings\":1") != std::string::npos;
  }));

  ChildProcess dashboard{
      {"mosquitto_sub", "-p", std::to_string(broker.port()), "-v", "-t", "parkwatch/v1/test/#"}};
  REQUIRE(dashboard.wait_for_output("parkwatch/v1/test/online", 10s));

  Hog hog{daemon.state()};
  int sent = 1;
  const auto fails = [&](const HttpReply& r) {
    publish(broker.port(), "park/tank/t101/level", reading(std::to_string(++sent % 8)));
    return r.status == 503 && r.body.find("cannot commit") != std::string::npos;
  };
  // The hog is slow on a busy machine: what is awaited is that it has done it, not a time.
  REQUIRE(daemon.until("/healthz", fails, 120s));
  CHECK(daemon.says("the store cannot commit, acknowledgements are held"));
  // The alert leaves although nothing can be stored.
  CHECK(dashboard.wait_for_output("the store cannot commit: ", 10s));
  CHECK(daemon.until("/v1/status", [](const HttpReply& r) {
    return r.body.find("\"held_acknowledgements\":0") == std::string::npos;
  }));
  for (int i = 0; i < 30; ++i)
    publish(broker.port(), "park/tank/t101/level", reading(std::to_string(++sent % 8)));
  hog.end();
  REQUIRE(daemon.until(
      "/healthz", [](const HttpReply& r) { return r.status == 200; }, 120s));
  REQUIRE(daemon.until("/v1/status", [&](const HttpReply& r) {
    return r.body.find("\"readings\":" + std::to_string(sent)) != std::string::npos;
  }));
  CHECK(daemon.pull_all().size() == static_cast<std::size_t>(sent));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("refusal: who was told that the store cannot commit hears the end after a kill too",
          "[integration]") {
  if (!may_mount()) return;
  MosquittoOptions options;
  options.unlimited_queue = true;
  Mosquitto broker{options};
  RunningDaemon daemon{
      tank_config(broker.port(),
                  "[[receiver]]\nname = \"board\"\nkind = \"board\"\ntopic = \"gate/board\"\n"
                  "characters = 40\nidle_text = \"welcome\"\n[[route]]\nto = [\"board\"]\n")};
  const SmallDisk disk{daemon.state()};
  daemon.start_ready();
  ChildProcess dashboard{{"mosquitto_sub", "-p", std::to_string(broker.port()), "-v", "-t",
                          "parkwatch/v1/test/#", "-t", "gate/board"}};
  REQUIRE(dashboard.wait_for_output("parkwatch/v1/test/online", 10s));
  Hog hog{daemon.state()};
  int sent = 0;
  const auto fails = [&](const HttpReply& r) {
    publish(broker.port(), "park/tank/t101/level", reading(std::to_string(++sent % 8)));
    return r.body.find("cannot commit") != std::string::npos;
  };
  REQUIRE(daemon.until("/healthz", fails, 120s));
  REQUIRE(dashboard.wait_for_output("gate/board ▲存储无法提交", 10s));
  daemon.kill();
  hog.end();
  daemon.start_ready();
  CHECK(dashboard.wait_for_output("gate/board welcome", 20s));
  CHECK(dashboard.wait_for_output("parkwatch.alarm.cleared.v1", 20s));
  // And then it is forgotten.
  CHECK(daemon.until("/healthz",
                     [&](const HttpReply&) { return !fs::exists(daemon.state() / "told-fault"); }));
  CHECK(daemon.stop() == 0);
}

}  // namespace refusals_test
