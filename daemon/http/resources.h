// daemon/http/resources.h - The handlers of the routes, one source file a resource. Coroutines on
// the loop; backend and request outlive them.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "http/backend.h"
#include "http/request.h"
#include "http/response.h"

namespace parkwatch::http {

using Answer = boost::asio::awaitable<Response>;

Answer get_readings(Backend& backend, const Request& request);
Answer get_events(Backend& backend, const Request& request);
Answer get_alarms(Backend& backend, const Request& request);
Answer post_alarm_ack(Backend& backend, const Request& request);
Answer post_alarm_unack(Backend& backend, const Request& request);
Answer post_alarm_silence(Backend& backend, const Request& request);
Answer post_alarm_shelve(Backend& backend, const Request& request);
Answer post_alarm_unshelve(Backend& backend, const Request& request);
Answer post_alarm_reset(Backend& backend, const Request& request);
Answer post_alarm_out_of_service(Backend& backend, const Request& request);
Answer post_alarm_in_service(Backend& backend, const Request& request);
Answer post_alarm_first_out(Backend& backend, const Request& request);
Answer post_maintenance(Backend& backend, const Request& request);
Answer post_maintenance_end(Backend& backend, const Request& request);
Answer post_loop_check(Backend& backend, const Request& request);
Answer post_loop_check_end(Backend& backend, const Request& request);
Answer get_tags(Backend& backend, const Request& request);
Answer get_consumers(Backend& backend, const Request& request);
Answer put_consumer(Backend& backend, const Request& request);
Answer delete_consumer(Backend& backend, const Request& request);
Answer post_consumer_ack(Backend& backend, const Request& request);
Answer get_quarantine(Backend& backend, const Request& request);
Answer get_receivers(Backend& backend, const Request& request);
Answer post_receiver_test(Backend& backend, const Request& request);
Answer get_status(Backend& backend, const Request& request);
Answer get_healthz(Backend& backend, const Request& request);
Answer get_readyz(Backend& backend, const Request& request);
Answer get_metrics(Backend& backend, const Request& request);
Answer get_gates_inside(Backend& backend, const Request& request);
Answer get_gates_passages(Backend& backend, const Request& request);
Answer get_gates_devices(Backend& backend, const Request& request);
Answer get_gates_permits(Backend& backend, const Request& request);
Answer put_gates_permit(Backend& backend, const Request& request);
Answer delete_gates_permit(Backend& backend, const Request& request);
Answer post_gates_correction(Backend& backend, const Request& request);
Answer get_gates_muster(Backend& backend, const Request& request);
Answer post_gates_muster_start(Backend& backend, const Request& request);
Answer post_gates_muster_end(Backend& backend, const Request& request);
Answer post_gates_muster_report(Backend& backend, const Request& request);
Answer get_kpi(Backend& backend, const Request& request);
Answer get_shift_report(Backend& backend, const Request& request);
Answer post_shift_sign(Backend& backend, const Request& request);
Answer get_openapi(Backend& backend, const Request& request);

}  // namespace parkwatch::http
