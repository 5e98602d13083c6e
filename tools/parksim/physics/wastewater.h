// tools/parksim/physics/wastewater.h - The wastewater plant: sewer, equalisation, activated sludge
// with blower and DO control, clarifier. Pure; one thread at a time.
#pragma once
#include "tools/parksim/physics/panel.h"
#include "tools/parksim/physics/random.h"

namespace parkwatch::parksim {

// What flows, of one place in the plant.
struct Water {
  double flow_m3_h = 0.0;
  double cod = 0.0;   // mg/L
  double nh3n = 0.0;  // mg/L
  double tp = 0.0;    // mg/L
  double ph = 7.0;
};

class Wastewater {
 public:
  Wastewater(Panel& panel, std::uint64_t seed);

  // hour: of the day, 0..24. Reads the DO transmitter from the panel: the control is wired to it.
  void step(double hour, const Panel& panel);
  void show(Panel& panel) const;

  // Causes, on and off.
  void shock(bool on) { shocked_ = on; }
  void trip_blower(bool on) { tripped_ = on; }

  [[nodiscard]] TagIndex do_tag() const { return do_tag_; }

 private:
  void step_sewer(double hour);
  void step_air(double shown_do);
  void step_reactor();

  Random random_;
  Stray flow_stray_;
  Stray load_stray_;
  Water sewer_;                  // arrives; the influent's analysers look here
  Water equalised_;              // out of the equalisation basin
  double biodegradable_ = 15.0;  // COD in the aeration tank that can be eaten, mg/L
  double inert_ = 12.0;          // and that cannot, mg/L
  double nh3n_ = 1.5;            // in the aeration tank, mg/L
  double tp_ = 0.3;              // behind the dosing, mg/L
  double ph_ = 7.2;
  double do_ = 2.5;   // true dissolved oxygen, mg/L
  double air_ = 1.0;  // of the blower, 1 = design
  Water clarified_;   // the effluent
  bool shocked_ = false;
  bool tripped_ = false;
  TagIndex inflow_tag_, do_tag_, effluent_flow_tag_, blower_tag_;
  TagIndex in_cod_, in_nh3n_, in_tp_, in_ph_;
  TagIndex out_cod_, out_nh3n_, out_tp_, out_ph_;
};

}  // namespace parkwatch::parksim
