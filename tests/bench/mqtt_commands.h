// tests/bench/mqtt_commands.h - The measurements that are MQTT clients: commands of one program,
// bench_mqtt.
#pragma once
#include <CLI/CLI.hpp>

namespace parkwatch::bench {

// Each adds its command, which runs while the command line is parsed.
void add_publish(CLI::App& app);
void add_latency(CLI::App& app);
void add_alarms(CLI::App& app);

}  // namespace parkwatch::bench
