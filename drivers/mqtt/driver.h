// drivers/mqtt/driver.h - The entry of driver = "mqtt": messages of one broker, each acknowledged
// to it only when it is committed. All functions on the loop's thread.
#pragma once
#include "drivers/driver.h"

namespace parkwatch::mqtt_driver {

// Name, check, decoder, make and window as drivers/driver.h says. check() touches no file. make()
// reads the password; a file that cannot be used is what start() then answers.
[[nodiscard]] DriverEntry entry();

}  // namespace parkwatch::mqtt_driver
