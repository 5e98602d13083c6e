// tools/parksim/physics/systems/gate_events.cpp - JSON with the devices' own words.
#include "tools/parksim/physics/systems/gate_events.h"

#include <utility>

namespace parkwatch::parksim {
namespace {

std::string text(const char* key, const std::string& value) {
  return '"' + std::string{key} + R"(": ")" + value + R"(", )";
}

std::string direction(bool in) { return text("direction", in ? "in" : "out"); }

}  // namespace

SystemEvent GateEvents::event(const std::string& place, const std::string& body, Span slow) const {
  const auto shown = std::chrono::floor<std::chrono::milliseconds>(now_ - slow);
  const auto ms = shown.time_since_epoch().count();
  return {now_, "park/" + site_ + '/' + place, '{' + body + R"("ts": )" + std::to_string(ms) + '}'};
}

void GateEvents::plate(const std::string& gate, const std::string& lane, const std::string& plate,
                       bool hazmat, bool in) {
  publish(event(gate + '/' + lane + "/plate",
                text("plate", plate) + text("type", hazmat ? "danger" : "car") + direction(in)));
}

void GateEvents::arm(const std::string& gate, const std::string& lane, bool up) {
  publish(event(gate + '/' + lane + "/arm", text("state", up ? "up" : "down")));
}

void GateEvents::card(const std::string& gate, const std::string& id, const std::string& card,
                      bool given) {
  publish(event(gate + "/dispenser/card",
                text("id", id) + text("card", card) + text("what", given ? "given" : "back")));
}

void GateEvents::report(const std::string& point, const std::string& id) {
  publish(event(point + "/muster/report", text("id", id)));
}

void GateEvents::people(std::size_t inside) {
  publish(event("inside/doors/people", R"("count": )" + std::to_string(inside) + ", "));
}

SystemEvent GateEvents::face(const std::string& gate, const std::string& id, bool in,
                             Span slow) const {
  return event(gate + "/door/face", text("id", id) + direction(in), slow);
}

void GateEvents::publish(SystemEvent event) {
  event.time = now_;
  events_.push_back(std::move(event));
}

void GateEvents::take(std::vector<SystemEvent>& out) {
  for (SystemEvent& event : events_) out.push_back(std::move(event));
  events_.clear();
}

}  // namespace parkwatch::parksim
