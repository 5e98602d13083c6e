// drivers/mqtt/connection.h - The keys of a connection to an MQTT broker, for a [[source]] and for
// [alerts].
#pragma once
#include <string>
#include <string_view>

#include "model/diagnostic.h"
#include "model/result.h"
#include "model/settings.h"
#include "mqtt/session.h"

namespace parkwatch::mqtt_driver {

// Reads url, client_id, username, password_file, ca_file, cert_file, key_file, server_name,
// keep_alive, connect_timeout and reconnect_max; every mistake becomes a diagnostic of `reader`.
// Touches no file: that those named exist is what config looks at, and the password is read by
// connection_options. `client_id` stays empty if the table has none.
[[nodiscard]] mqtt_session::SessionOptions read_connection(SettingsReader& reader);

// Checks an [alerts] table: `enabled` and the keys of a connection.
void check_alerts(const SettingsTable& table, Diagnostics& out);

// Options to connect with, the password read from its file. `client_id` is used if the table has
// none. REQUIRES: a check found no error. Blocks on the disk. Errors: permanent - the password
// file.
[[nodiscard]] Result<mqtt_session::SessionOptions> connection_options(const SettingsTable& table,
                                                                      const std::string& client_id);

// The first line of the file. Errors: permanent - it cannot be read, is empty, or users other than
// its owner may read it (chmod 600).
[[nodiscard]] Result<std::string> read_password(const std::string& path);

}  // namespace parkwatch::mqtt_driver
