// tests/support/child_process.h - A program started by a test: its output is read all the time, it
// can be waited for by what it says, and it never outlives the test.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace parkwatch::test {

// Any thread. Standard output and error come together in output(). The kernel kills the child
// should the thread that started it end first.
class ChildProcess {
 public:
  // `argv[0]` is searched in PATH. Throws std::runtime_error when it cannot be started.
  explicit ChildProcess(std::vector<std::string> argv);
  ~ChildProcess();  // SIGKILL, if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // True as soon as the output holds `text` (from the byte `from` on); false when the time is up or
  // it ended without having said so.
  bool wait_for_output(const std::string& text, std::chrono::milliseconds timeout,
                       std::size_t from = 0);
  // Waits for its end: the exit code, or 128 + the signal that ended it; empty when the time is up.
  std::optional<int> wait(std::chrono::milliseconds timeout);
  [[nodiscard]] std::string output() const;

 private:
  void read_output();

  pid_t pid_ = -1;
  int output_fd_ = -1;
  mutable std::mutex mutex_;  // protects what follows
  std::condition_variable changed_;
  std::string output_;
  bool ended_ = false;  // its output was closed
  std::optional<int> exit_code_;
  std::thread reader_;
};

// Runs a program to its end. Throws std::runtime_error with its output unless it exits with 0 in
// time.
std::string run_to_end(std::vector<std::string> argv,
                       std::chrono::milliseconds timeout = std::chrono::seconds{30});

}  // namespace parkwatch::test
