# THE table of arrows: which folder may know which. `parkwatch_library` refuses any other link, and
# tests/tidy reads this file and compares every #include with it. Changing a line here changes the
# architecture: say why in docs/architecture.md.
#
# Format: LAYER <folder> <what it may link or include>...  A name in lower case is a folder's library,
# a name in UPPER CASE is a third-party dependency of cmake/dependencies.cmake.
set(PARKWATCH_LAYERS
  "LAYER proto          PROTOBUF"
  "LAYER model"
  "LAYER rules          model MUPARSER"
  "LAYER alarms         model"
  "LAYER gates          model"
  "LAYER pipeline       model rules alarms gates proto"
  "LAYER config         model rules alarms gates TOML OPENSSL"
  "LAYER intake         model ASIO"
  "LAYER mqtt           model ASIO PAHO OPENSSL"
  "LAYER store          model proto SQLITE ZSTD"
  "LAYER notify         model proto store mqtt ASIO JSON CURL OPENSSL"
  "LAYER report         model JSON"
  "LAYER http           model alarms proto store intake ASIO BEAST JSON PROMETHEUS OPENSSL ZSTD"
  "LAYER mqtt_codec     model proto PROTOBUF SIMDJSON"
  "LAYER drivers_api    model intake"
  "LAYER mqtt_driver    model mqtt_codec drivers_api intake mqtt ASIO"
  "LAYER drivers        model drivers_api mqtt_codec mqtt_driver intake ASIO"
  "LAYER app            *"
  "LAYER parksim_physics"
  "LAYER tools          *"
)

# The folder of each library, for the include check.
set(PARKWATCH_FOLDERS
  "FOLDER proto           proto"
  "FOLDER model           daemon/model"
  "FOLDER rules           daemon/rules"
  "FOLDER alarms          daemon/alarms"
  "FOLDER gates           daemon/gates"
  "FOLDER pipeline        daemon/pipeline"
  "FOLDER config          daemon/config"
  "FOLDER intake          daemon/intake"
  "FOLDER mqtt            daemon/mqtt"
  "FOLDER store           daemon/store"
  "FOLDER notify          daemon/notify"
  "FOLDER report          daemon/report"
  "FOLDER http            daemon/http"
  "FOLDER app             daemon/app"
  "FOLDER mqtt_codec      drivers/mqtt/codec"
  "FOLDER mqtt_driver     drivers/mqtt"
  "FOLDER drivers         drivers"
  "FOLDER parksim_physics tools/parksim/physics"
  "FOLDER tools           tools"
)

foreach(line IN LISTS PARKWATCH_LAYERS)
  string(REGEX REPLACE " +" ";" words "${line}")
  list(POP_FRONT words keyword layer)
  set(allowed "${words}")
  set(PARKWATCH_ALLOWED_${layer} "${allowed}")
endforeach()

# parkwatch_library(<folder> LINKS <folders and DEPENDENCIES> SOURCES <files> [PCH <header>])
# PCH: precompiles Boost; one for the whole build, whatever header is named.
# One static library a folder. A link that the table does not allow stops the configuration.
function(parkwatch_library name)
  cmake_parse_arguments(ARG "" "PCH" "LINKS;SOURCES" ${ARGN})
  if(NOT DEFINED PARKWATCH_ALLOWED_${name})
    message(FATAL_ERROR "layers: '${name}' is not in cmake/layers.cmake")
  endif()
  set(allowed "${PARKWATCH_ALLOWED_${name}}")
  foreach(link IN LISTS ARG_LINKS)
    if(NOT "*" IN_LIST allowed AND NOT "${link}" IN_LIST allowed)
      message(FATAL_ERROR "layers: '${name}' may not link '${link}' (cmake/layers.cmake allows: ${allowed})")
    endif()
  endforeach()
  if(ARG_SOURCES)
    add_library(parkwatch_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(parkwatch_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(parkwatch_${name} ${scope} ${PROJECT_SOURCE_DIR}/daemon ${PROJECT_SOURCE_DIR})
  target_link_libraries(parkwatch_${name} ${scope} parkwatch_options)
  foreach(link IN LISTS ARG_LINKS)
    if(link MATCHES "^[A-Z0-9_]+$")
      target_link_libraries(parkwatch_${name} ${scope} parkwatch_dep_${link})
    else()
      target_link_libraries(parkwatch_${name} ${scope} parkwatch_${link})
    endif()
  endforeach()
  if(ARG_PCH)
    target_precompile_headers(parkwatch_${name} REUSE_FROM parkwatch_boost_pch)
  endif()
endfunction()
