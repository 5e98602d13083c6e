# Asks for a link that the table does not allow; run as a script, it must stop with the table's message.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/layers.cmake)
parkwatch_library(rules LINKS model store SOURCES none.cpp)
