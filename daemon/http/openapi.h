// daemon/http/openapi.h - The API's own description.
#pragma once
#include <string>

namespace parkwatch::http {

// The OpenAPI 3.0 document: daemon/http/openapi.json as it was when this was built.
[[nodiscard]] const std::string& openapi_text();

}  // namespace parkwatch::http
