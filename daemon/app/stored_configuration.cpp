// daemon/app/stored_configuration.cpp - Opens the store, looks which configuration was in force.
#include "app/stored_configuration.h"

#include <filesystem>
#include <utility>

#include "app/recovery.h"
#include "config/files.h"
#include "drivers/driver.h"
#include "store/directory.h"
#include "store/store.h"

namespace parkwatch::app {
namespace {

OwnCondition condition(bool on) {
  OwnCondition own;
  own.rule = rule_configuration_fault;
  own.tag = "gateway/configuration";
  own.on = on;
  return own;
}

// The hash of what was in force at the end; "" where nothing ever was.
Result<std::string> hash_in_force(store::Store& store) {
  const auto recovery = recover(store, [&store](const std::string& hash) {
    const auto text = store.plant_text(hash);
    Diagnostics ignored;
    const auto config = text.ok() ? config::load_bundle(*text, {}, ignored) : nullptr;
    return config == nullptr ? nullptr : config->plant;
  });
  if (!recovery.ok()) return recovery.error();
  return recovery->pipeline.plant_hash();
}

}  // namespace

Result<std::shared_ptr<const config::Config>> stored_configuration(const std::string& config_path,
                                                                   Diagnostics& out) {
  const Error none{ErrorKind::not_found, "no configuration was ever in force here"};
  const std::string directory = config::find_state_directory(config_path);
  std::error_code ec;
  if (directory.empty() || !std::filesystem::exists(directory + "/" + store::database_name, ec)) {
    return none;
  }
  store::StoreOptions options;
  options.directory = directory;
  auto store = store::open_store(options);
  if (!store.ok()) return store.error();
  auto hash = hash_in_force(**store);
  if (!hash.ok() && hash.error().kind == ErrorKind::damaged) {
    store->reset();  // and with it the lock
    options.damage = hash.error().message;
    store = store::open_store(options);
    if (!store.ok()) return store.error();
    hash = hash_in_force(**store);
  }
  if (!hash.ok()) return hash.error();
  if (hash->empty()) return none;
  const auto text = (*store)->plant_text(*hash);
  if (!text.ok()) return text.error();
  auto config = config::load_bundle_to_run(*text, config_path, check_driver, out);
  if (config == nullptr) {
    return Error{ErrorKind::permanent, "the configuration that was last in force cannot be run"};
  }
  // A moved store, say, whose configuration still names the old place.
  const auto plain = [](const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal() / "";
  };
  if (plain(config->state_directory) != plain(directory)) {
    return Error{ErrorKind::permanent, "the configuration that was last in force in " + directory +
                                           " keeps its state in " + config->state_directory};
  }
  return config;
}

OwnCondition configuration_fault(const std::string& config_path, const Diagnostics& mistakes) {
  const Diagnostics errors = errors_of(mistakes);
  const std::string count = std::to_string(errors.size());
  const std::string text = errors.empty() ? config_path : to_text(errors.front());
  OwnCondition own = condition(true);
  own.priority = Priority::high;
  own.message = {
      "配置文件有 " + count + " 处错误，正在使用上次生效的配置。第一处：" + text,
      "the configuration has " + count +
          " errors; the one that was last in force runs in its place. The first: " + text};
  own.guidance = {
      "运行 parkwatch check 查看全部错误，改正后执行 systemctl reload parkwatchd",
      "See all errors with parkwatch check, mend them, then systemctl reload parkwatchd"};
  return own;
}

OwnCondition configuration_is_well() { return condition(false); }

}  // namespace parkwatch::app
