# tests/integration/install.cmake - Installs into a folder; the programs there find the packages that are installed with
# them. BUILD and PREFIX are given.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(part IN ITEMS systems/tank-farm/rules.toml systems/tank-farm/incidents.toml limits/gb18918.toml)
  if(NOT EXISTS ${PREFIX}/share/parkwatch/${part})
    message(FATAL_ERROR "${part} is not installed")
  endif()
endforeach()
execute_process(COMMAND ${PREFIX}/bin/parkwatch new --package tank-farm ${PREFIX}/conf
  WORKING_DIRECTORY ${PREFIX} COMMAND_ERROR_IS_FATAL ANY)
# Without the line that says where the packages are, the daemon finds them beside itself.
file(READ ${PREFIX}/conf/parkwatch.toml text)
if(NOT text MATCHES "\nlibrary = \"${PREFIX}/share/parkwatch\"\n")
  message(FATAL_ERROR "not from ${PREFIX}: ${text}")
endif()
string(REGEX REPLACE "\nlibrary = [^\n]*" "" text "${text}")
file(WRITE ${PREFIX}/conf/parkwatch.toml "${text}")
execute_process(COMMAND ${PREFIX}/bin/parkwatchd --check --config ${PREFIX}/conf/parkwatch.toml COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE ${PREFIX})
