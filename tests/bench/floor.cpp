// tests/bench/floor.cpp - The floor that throughput is held against: a bare Paho subscriber that
// only counts. floor PORT COUNT [CLIENT_ID]: prints "ready" once subscribed, then "received=...
// seconds=..." between the first and the last of COUNT messages.
#include <mqtt/async_client.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::size_t count = std::strtoul(argv[2], nullptr, 10);
  const std::string id = argc > 3 ? argv[3] : "floor";
  mqtt::async_client client{"tcp://127.0.0.1:" + std::string{argv[1]}, id};
  std::mutex mutex;
  std::condition_variable finished;
  std::size_t received = 0;
  std::chrono::steady_clock::time_point first;
  std::chrono::steady_clock::time_point last;
  client.set_message_callback([&](const mqtt::const_message_ptr&) {
    const std::lock_guard lock{mutex};
    last = std::chrono::steady_clock::now();
    if (received++ == 0) first = last;
    if (received >= count) finished.notify_one();
  });
  mqtt::connect_options options;
  options.set_clean_session(false);
  client.connect(options)->wait();
  client.subscribe("load/#", 1)->wait();
  std::printf("ready\n");
  std::fflush(stdout);
  std::unique_lock lock{mutex};
  finished.wait(lock, [&] { return received >= count; });
  const std::chrono::duration<double> seconds = last - first;
  std::printf("received=%zu seconds=%.3f\n", received, seconds.count());
  std::fflush(stdout);
  lock.unlock();
  client.disconnect()->wait();
}
