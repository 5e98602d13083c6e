// tests/bench/mqtt_main.cpp - bench_mqtt publish|latency|alarms [options].
#include "tests/bench/mqtt_commands.h"

int main(int argc, char** argv) {
  CLI::App app{"MQTT clients that measure"};
  parkwatch::bench::add_publish(app);
  parkwatch::bench::add_latency(app);
  parkwatch::bench::add_alarms(app);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
}
