// tools/parksim/physics/systems/park_overview.cpp - Ages of feeds, shares of lines, readiness.
#include "tools/parksim/physics/systems/park_overview.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/parksim/physics/random.h"
#include "tools/parksim/physics/systems/faults.h"

namespace parkwatch::parksim {
namespace {

using std::chrono::seconds;

constexpr std::array lines = {"safety", "environment", "emergency", "security", "energy"};
constexpr double feed_period_s = 60.0;
constexpr double vehicles = 10.0;
constexpr double crew = 20.0;
constexpr double foam_t = 30.0;
constexpr double a_day = 86'400.0;

// The platform counts a value out after three periods without it.
constexpr double counted_out_s = 3.0 * feed_period_s;
constexpr double line_values = 100.0;
constexpr double first_feed_values = 3.0;  // of these come with a line's first feed
constexpr double link_margin_db = 12.0;    // of a feed's radio link

// A feed brings all values of one system once a minute, up to three seconds late.
class Feed {
 public:
  Feed(const std::string& site, const std::string& name, Panel& panel, std::uint64_t seed)
      : random_(seed, site + " feed " + name),
        age_(panel.add(number_tag(site, name, "age", "periods", {0.0, 10000.0, 2}, seconds{10}))) {}

  // lost: nothing of it arrives.
  void step(double dt_s, bool lost, Panel& panel) {
    age_s_ += dt_s;
    next_s_ -= dt_s;
    if (next_s_ <= 0.0) {
      const double late_s = random_.between(0.0, 3.0);
      next_s_ += feed_period_s + late_s - late_s_;
      late_s_ = late_s;
      if (!lost) age_s_ = 0.0;
    }
    panel.set(age_, age_s_ / feed_period_s);
  }

 private:
  Random random_;
  double age_s_ = 0.0;
  double next_s_ = feed_period_s / 2.0;
  double late_s_ = 0.0;  // of the next one
  TagIndex age_;
};

// The radio link of a feed, with water in the connector of its aerial.
class RadioLink {
 public:
  // Whether it is too weak to be heard.
  bool step(double dt_s, bool water) { return wet_db_.step(water, dt_s) > link_margin_db; }

 private:
  Worsening wet_db_{4.0 / 60.0, 40.0, 30.0};
};

// A hundred radio sensors of one line. Each is heard as long as interference is weaker than the
// margin of its own link: 0.25 dB for the farthest, and so much more for each that is nearer.
class Sensors {
 public:
  // How many the platform counts out.
  double step(double dt_s, bool interference) {
    const double noise_db = interference_db_.step(interference, dt_s);
    double out = 0.0;
    for (std::size_t i = 0; i < silent_s_.size(); ++i) {
      const bool heard = noise_db < margin_db * static_cast<double>(i + 1);
      silent_s_[i] = heard ? 0.0 : silent_s_[i] + dt_s;
      if (silent_s_[i] > counted_out_s) out += 1.0;
    }
    return out;
  }

 private:
  static constexpr double margin_db = 0.25;

  Worsening interference_db_{0.25 / 60.0, 30.0, 30.0};
  std::array<double, 100> silent_s_{};
};

// One of the five lines: its feeds, and the share of its values that the platform holds for alive.
class Line {
 public:
  Line(const std::string& site, const std::string& line, const std::vector<std::string>& feeds,
       Panel& panel, std::uint64_t seed)
      : name_(line) {
    for (const std::string& feed : feeds) feeds_.emplace_back(site, feed, panel, seed);
    if (!feeds.empty()) {
      alive_ = panel.add(number_tag(site, line, "alive", "%", {0.0, 101.0, 1}, seconds{10}));
    }
  }

  // first_lost: nothing of its first feed arrives. dropped: sensors behind its feeds.
  void step(double dt_s, bool first_lost, double dropped, Panel& panel) {
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
      feeds_[i].step(dt_s, i == 0 && first_lost, panel);
    }
    if (feeds_.empty()) return;
    const double lost_s = lost_.step(first_lost, dt_s);
    const double silent = (lost_s > counted_out_s ? first_feed_values : 0.0) + dropped;
    panel.set(alive_, 100.0 * (line_values - silent) / line_values);
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::vector<Feed> feeds_;
  Since lost_;
  TagIndex alive_ = 0;
};

// The book of the park's drills: the days on which they were held, and which of them count.
class DrillBook {
 public:
  // last_is_void: the last one is struck out. Another is held when that is over.
  void step(double dt_s, bool last_is_void) {
    today_ += dt_s / a_day;
    if (!last_is_void && is_void_) held_.push_back(today_);
    is_void_ = last_is_void;
  }
  // Since the last drill that counts.
  [[nodiscard]] double days() const { return today_ - *(held_.rbegin() + (is_void_ ? 1 : 0)); }

 private:
  double today_ = 0.0;
  std::vector<double> held_{-179.0, -40.0};
  bool is_void_ = false;
};

class ParkOverview final : public System {
 public:
  ParkOverview(const SystemSettings& settings, Panel& panel, std::uint64_t seed)
      : random_(seed, "park overview"),
        vehicles_out_(1.0 / 300.0, vehicles, 120.0),
        crew_out_(1.0 / 240.0, crew, 120.0),
        foam_used_(0.2 / 60.0, 25.0, 600.0) {
    const std::string site = text_setting(settings, "site", "park");
    for (const std::string line : lines) {
      lines_.emplace_back(site, line, names_setting(settings, line + "_feeds", {line + "-feed"}),
                          panel, seed);
    }
    const auto add = [&](const char* device, const char* quantity, const char* unit, double most,
                         int digits) {
      return panel.add(number_tag(site, device, quantity, unit, {0.0, most, digits}, seconds{30}));
    };
    link_ = panel.add(flag_tag(site, "command", "link", seconds{10}));
    vehicles_ = add("fire-station", "vehicles_ready", "vehicles", 100.0, 0);
    crew_ = add("fire-station", "crew_ready", "persons", 500.0, 0);
    foam_ = add("fire-station", "foam", "t", 500.0, 1);
    ambulances_ = panel.add(flag_tag(site, "medical-post", "ready", seconds{30}));
    drill_ = add("command", "drill_age", "d", 2000.0, 3);
  }

  void step(TimePoint now, double dt_s, Panel& panel) override {
    const double dropped = sensors_.step(dt_s, causes_.has("sensors-drop-out"));
    const bool unheard = link_to_safety_.step(dt_s, causes_.has("aerial-leaks"));
    for (Line& line : lines_) {
      line.step(dt_s, line.name() == "safety" && unheard,
                line.name() == "environment" ? dropped : 0.0, panel);
    }
    step_ready(hour_of_day(now), dt_s, panel);
    panel.set(link_, causes_.has("command-line-cut") ? 0.0 : 1.0);
    panel.power(link_, !causes_.has("platform-down"));
  }

  void set_cause(std::string_view name, bool on) override { causes_.set(name, on); }

 private:
  // Vehicles go to be washed and come back; the crew is as large by night.
  void step_ready(double hour, double dt_s, Panel& panel) {
    const double out = std::floor(vehicles_out_.step(causes_.has("vehicles-called-out"), dt_s));
    const double sick = std::floor(crew_out_.step(causes_.has("crew-falls-ill"), dt_s));
    const double washed = hour >= 10.0 && hour < 10.5 ? 1.0 : 0.0;
    const double used = foam_used_.step(causes_.has("foam-leaks"), dt_s);
    drills_.step(dt_s, causes_.has("drill-void"));
    panel.set(vehicles_, std::max(0.0, vehicles - std::max(out, washed)));
    panel.set(crew_, std::max(0.0, crew - sick));
    panel.set(foam_, foam_t - used);
    panel.set(ambulances_, causes_.has("ambulance-in-repair") ? 0.0 : 1.0);
    panel.set(drill_, drills_.days());
  }

  Random random_;
  Causes causes_;
  std::vector<Line> lines_;
  RadioLink link_to_safety_;
  Sensors sensors_;
  Worsening vehicles_out_;
  Worsening crew_out_;
  Worsening foam_used_;  // t
  DrillBook drills_;
  TagIndex link_, vehicles_, crew_, foam_, ambulances_, drill_;
};

constexpr std::array overview_causes = {
    SystemCause{
        "aerial-leaks",
        "rain gets into the connector of an aerial: 4 dB a minute, of 12 dB that the radio link of "
        "a feed of the safety line can lose"},
    SystemCause{
        "sensors-drop-out",
        "interference grows by 0.25 dB a minute and silences one radio sensor after the other"},
    SystemCause{"command-line-cut", "the line to the command platform is cut"},
    SystemCause{"platform-down", "the server of the data platform goes down"},
    SystemCause{"vehicles-called-out", "a fire engine is called out every five minutes"},
    SystemCause{"crew-falls-ill", "food poisoning: one of the crew falls ill every four minutes"},
    SystemCause{"foam-leaks", "the foam tank leaks 0.2 t a minute"},
    SystemCause{"ambulance-in-repair", "the ambulance is taken to repair without a replacement"},
    SystemCause{"drill-void",
                "the last drill is struck out of the book and not held again: the one before was "
                "179 days ago"},
};

}  // namespace

SystemInfo park_overview_system() {
  return {"park-overview", overview_causes,
          [](const SystemSettings& settings, Panel& panel, std::uint64_t seed) {
            return std::unique_ptr<System>{std::make_unique<ParkOverview>(settings, panel, seed)};
          }};
}

}  // namespace parkwatch::parksim
