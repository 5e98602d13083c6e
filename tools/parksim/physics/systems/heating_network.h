// tools/parksim/physics/systems/heating_network.h - The water content of one heating network:
// pressure at its fixed point, make-up, losses. Pure; one thread at a time.
#pragma once

namespace parkwatch::parksim {

struct NetworkKind {
  double set_mpa;         // that the make-up pump holds
  double content_m3_mpa;  // water that a rise of 1 MPa takes up
  double loss_m3_h;       // of a sound network
  double make_up_max_m3_h;
  double gain_m3_h_mpa;  // of the make-up's controller
};

// 1 m3/h is lost and 20 m3/h can be made up; 0.3 and 3 of a station's secondary network.
extern const NetworkKind primary_network;
extern const NetworkKind secondary_network;

class NetworkWater {
 public:
  explicit NetworkWater(const NetworkKind& kind)
      : kind_(kind), pressure_mpa_(kind.set_mpa), make_up_m3_h_(kind.loss_m3_h) {}

  // leak: out of the network; passing: through the shut make-up valve into it. In m3/h.
  void step(double leak_m3_h, double passing_m3_h, double dt_s);

  [[nodiscard]] double pressure_mpa() const { return pressure_mpa_; }
  [[nodiscard]] double make_up_m3_h() const { return make_up_m3_h_; }

 private:
  const NetworkKind& kind_;
  double pressure_mpa_;
  double make_up_m3_h_;
};

}  // namespace parkwatch::parksim
