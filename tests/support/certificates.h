// tests/support/certificates.h - Certificates for one test, made by the openssl command when it
// runs.
#pragma once
#include <filesystem>
#include <string>

#include "tests/support/temp_dir.h"

namespace parkwatch::test {

struct CertificateFiles {
  std::string cert;
  std::string key;
};

// A certificate authority in a directory of its own; gone with its object.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name = "Test CA");

  [[nodiscard]] const std::string& file() const { return files_.cert; }
  // `alternative_names` as openssl writes them: "DNS:localhost,IP:127.0.0.1"; empty: none. `days`
  // may be negative: already expired.
  CertificateFiles issue(const std::string& common_name, const std::string& alternative_names,
                         int days = 2);

 private:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (dir_.path() / name).string();
  }
  TempDir dir_;
  CertificateFiles files_;
  int issued_ = 0;
};

}  // namespace parkwatch::test
