// tests/support/child_process.cpp - fork, exec, and a thread that reads the output.
#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace parkwatch::test {

ChildProcess::ChildProcess(std::vector<std::string> argv) {
  std::vector<char*>
      arguments;  // made before fork: after it only async-signal-safe calls are allowed
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it ended before prctl
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_fd_ = ends[0];
  reader_ = std::thread([this] { read_output(); });
}

ChildProcess::~ChildProcess() {
  signal(SIGKILL);
  reader_.join();
  ::close(output_fd_);
}

void ChildProcess::read_output() {
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t n = ::read(output_fd_, chunk.data(), chunk.size());
    if (n <= 0) break;
    const std::lock_guard lock(mutex_);
    output_.append(chunk.data(), static_cast<std::size_t>(n));
    changed_.notify_all();
  }
  // Not reaped before the code is noted under the lock, so that signal() never meets a foreign pid.
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  const std::lock_guard lock(mutex_);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended_ = true;
  changed_.notify_all();
}

void ChildProcess::signal(int number) const {
  const std::lock_guard lock(mutex_);
  if (!exit_code_) ::kill(pid_, number);
}

bool ChildProcess::wait_for_output(const std::string& text, std::chrono::milliseconds timeout,
                                   std::size_t from) {
  std::unique_lock lock(mutex_);
  const auto said = [&] { return output_.find(text, from) != std::string::npos; };
  changed_.wait_for(lock, timeout, [&] { return ended_ || said(); });
  return said();
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return ended_; });
  return exit_code_;
}

std::string ChildProcess::output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

std::string run_to_end(std::vector<std::string> argv, std::chrono::milliseconds timeout) {
  std::string name = argv.at(0);
  ChildProcess child(std::move(argv));
  const std::optional<int> code = child.wait(timeout);
  if (code != 0) throw std::runtime_error(name + " failed: " + child.output());
  return child.output();
}

}  // namespace parkwatch::test
