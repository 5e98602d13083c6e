// daemon/http/kpi_documents.h - Key figures and reports as JSON documents. Pure.
#pragma once
#include <boost/json/object.hpp>

#include "alarms/kpi.h"

namespace parkwatch::http {

[[nodiscard]] boost::json::object to_document(const alarms::Activation& activation);
[[nodiscard]] boost::json::object to_document(const alarms::Kpi& kpi);
// What the figures are held against (ISA-18.2, EEMUA 191).
[[nodiscard]] boost::json::object kpi_targets();

}  // namespace parkwatch::http
