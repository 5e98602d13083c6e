// daemon/http/routes.cpp - Finds the route of a path, level by level.
#include "http/routes.h"

#include <array>
#include <optional>

namespace parkwatch::http {
namespace {

constexpr Role operating = Role::operating;
constexpr Role admin = Role::admin;

constexpr std::array table{
    Route{"GET", "/v1/readings", get_readings},
    Route{"GET", "/v1/events", get_events},
    Route{"GET", "/v1/alarms", get_alarms},
    Route{"POST", "/v1/alarms/ack", post_alarm_ack, false, operating},
    Route{"POST", "/v1/alarms/unack", post_alarm_unack, false, operating},
    Route{"POST", "/v1/alarms/silence", post_alarm_silence, false, operating},
    Route{"POST", "/v1/alarms/shelve", post_alarm_shelve, false, operating},
    Route{"POST", "/v1/alarms/unshelve", post_alarm_unshelve, false, operating},
    Route{"POST", "/v1/alarms/reset", post_alarm_reset, false, operating},
    Route{"POST", "/v1/alarms/out-of-service", post_alarm_out_of_service, false, admin},
    Route{"POST", "/v1/alarms/in-service", post_alarm_in_service, false, admin},
    Route{"POST", "/v1/alarms/first-out/reset", post_alarm_first_out, false, operating},
    Route{"POST", "/v1/maintenance", post_maintenance, false, admin},
    Route{"POST", "/v1/maintenance/end", post_maintenance_end, false, admin},
    Route{"POST", "/v1/loop-checks", post_loop_check, false, admin},
    Route{"POST", "/v1/loop-checks/end", post_loop_check_end, false, admin},
    Route{"GET", "/v1/tags", get_tags},
    Route{"GET", "/v1/consumers", get_consumers},
    Route{"PUT", "/v1/consumers/{name}", put_consumer, false, Role::puller},
    Route{"DELETE", "/v1/consumers/{name}", delete_consumer, false, admin},
    Route{"POST", "/v1/consumers/{name}/ack", post_consumer_ack, false, Role::puller},
    Route{"GET", "/v1/quarantine", get_quarantine},
    Route{"GET", "/v1/receivers", get_receivers},
    Route{"POST", "/v1/receivers/{name}/test", post_receiver_test, false, admin},
    Route{"GET", "/v1/gates/inside", get_gates_inside, false, operating},
    Route{"GET", "/v1/gates/passages", get_gates_passages, false, operating},
    Route{"GET", "/v1/gates/devices", get_gates_devices, false, operating},
    Route{"GET", "/v1/gates/permits", get_gates_permits, false, operating},
    Route{"PUT", "/v1/gates/permits/{name}", put_gates_permit, false, operating},
    Route{"DELETE", "/v1/gates/permits/{name}", delete_gates_permit, false, operating},
    Route{"POST", "/v1/gates/corrections", post_gates_correction, false, operating},
    Route{"GET", "/v1/gates/muster", get_gates_muster, false, operating},
    Route{"POST", "/v1/gates/muster/start", post_gates_muster_start, false, operating},
    Route{"POST", "/v1/gates/muster/end", post_gates_muster_end, false, operating},
    Route{"POST", "/v1/gates/muster/report", post_gates_muster_report, false, operating},
    Route{"GET", "/v1/kpi", get_kpi},
    Route{"GET", "/v1/shift-report", get_shift_report},
    Route{"POST", "/v1/shift-report/sign", post_shift_sign, false, operating},
    Route{"GET", "/v1/status", get_status},
    Route{"GET", "/v1/openapi.json", get_openapi},
    Route{"GET", "/metrics", get_metrics},
    Route{"GET", "/healthz", get_healthz, true},
    Route{"GET", "/readyz", get_readyz, true},
};

std::string_view take_level(std::string_view& path) {
  const std::string_view level = path.substr(0, path.find('/'));
  path.remove_prefix(level.size() < path.size() ? level.size() + 1 : path.size());
  return level;
}

// What {name} stands for ("" without one); empty when the path is another.
std::optional<std::string> match_path(std::string_view pattern, std::string_view path) {
  std::string name;
  for (;;) {
    const bool pattern_ends = pattern.find('/') == std::string_view::npos;
    const bool path_ends = path.find('/') == std::string_view::npos;
    const std::string_view wanted = take_level(pattern);
    const std::string_view level = take_level(path);
    if (wanted == "{name}") {
      name = level;
    } else if (wanted != level) {
      return std::nullopt;
    }
    if (pattern_ends != path_ends) return std::nullopt;
    if (pattern_ends) return name;
  }
}

}  // namespace

std::span<const Route> routes() { return table; }

Match match_route(std::string_view method, std::string_view path) {
  Match match;
  for (const Route& route : table) {
    auto name = match_path(route.pattern, path);
    if (!name) continue;
    if (route.method == method) return {&route, std::move(*name), {}};
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += route.method;
  }
  return match;
}

}  // namespace parkwatch::http
