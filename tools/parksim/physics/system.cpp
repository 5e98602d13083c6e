// tools/parksim/physics/system.cpp - What all simulated systems share.
#include "tools/parksim/physics/system.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace parkwatch::parksim {
namespace {

constexpr auto clock_offset = std::chrono::hours{8};
constexpr double counter_max = 1e15;  // a double still counts by ones there

const std::vector<std::string>* find(const SystemSettings& settings, const std::string& name) {
  const auto at = settings.find(name);
  return at == settings.end() || at->second.empty() ? nullptr : &at->second;
}

TagInfo plain_tag(std::string site, std::string device, std::string quantity, Kind kind,
                  std::chrono::seconds period) {
  TagInfo info;
  info.site = std::move(site);
  info.device = std::move(device);
  info.quantity = std::move(quantity);
  info.kind = kind;
  info.period = period;
  return info;
}

}  // namespace

const SystemInfo* system_named(std::string_view package) {
  for (const SystemInfo& info : systems()) {
    if (info.package == package) return &info;
  }
  return nullptr;
}

const SystemCause* cause_named(const SystemInfo& info, std::string_view cause) {
  for (const SystemCause& known : info.causes) {
    if (known.name == cause) return &known;
  }
  return nullptr;
}

bool has_cause(const SystemInfo& info, std::string_view cause) {
  return cause_named(info, cause) != nullptr;
}

std::string text_setting(const SystemSettings& settings, const std::string& name,
                         std::string_view otherwise) {
  const auto* values = find(settings, name);
  return values == nullptr ? std::string{otherwise} : values->front();
}

double number_setting(const SystemSettings& settings, const std::string& name, double otherwise) {
  const auto* values = find(settings, name);
  return values == nullptr ? otherwise : std::strtod(values->front().c_str(), nullptr);
}

bool flag_setting(const SystemSettings& settings, const std::string& name, bool otherwise) {
  const auto* values = find(settings, name);
  return values == nullptr ? otherwise : values->front() == "true";
}

std::vector<std::string> names_setting(const SystemSettings& settings, const std::string& name,
                                       std::vector<std::string> otherwise) {
  const auto at = settings.find(name);
  if (at == settings.end()) return otherwise;
  return at->second;
}

double hour_of_day(TimePoint now) {
  const auto local = now + clock_offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return std::chrono::duration<double, std::ratio<3600>>(local - day).count();
}

int day_of_week(TimePoint now) {
  const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(now + clock_offset)};
  return static_cast<int>(day.iso_encoding()) - 1;
}

TagInfo number_tag(std::string site, std::string device, std::string quantity, std::string unit,
                   NumberSpan span, std::chrono::seconds period) {
  TagInfo info =
      plain_tag(std::move(site), std::move(device), std::move(quantity), Kind::number, period);
  info.unit = std::move(unit);
  info.low = span.low;
  info.high = span.high;
  info.digits = span.digits;
  return info;
}

TagInfo counter_tag(std::string site, std::string device, std::string quantity, std::string unit,
                    std::chrono::seconds period) {
  TagInfo info =
      plain_tag(std::move(site), std::move(device), std::move(quantity), Kind::counter, period);
  info.unit = std::move(unit);
  info.high = counter_max;
  return info;
}

TagInfo flag_tag(std::string site, std::string device, std::string quantity,
                 std::chrono::seconds period) {
  TagInfo info =
      plain_tag(std::move(site), std::move(device), std::move(quantity), Kind::flag, period);
  info.high = 1.0;
  return info;
}

TagInfo word_tag(std::string site, std::string device, std::string quantity,
                 std::vector<std::string> words, std::chrono::seconds period) {
  TagInfo info =
      plain_tag(std::move(site), std::move(device), std::move(quantity), Kind::word, period);
  info.high = static_cast<double>(words.size()) - 1.0;
  info.words = std::move(words);
  return info;
}

double lagged(double value, double target, double step_s, double lag_s) {
  return target + (value - target) * std::exp(-step_s / lag_s);
}

double travelled(double value, double target, double step_s, double travel_s) {
  const double way = step_s / travel_s;
  return value + std::clamp(target - value, -way, way);
}

}  // namespace parkwatch::parksim
