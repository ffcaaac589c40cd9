# What is delivered: the command, one static and one shared library of all modules, and their installation.
# Included at the end of src/CMakeLists.txt.

set(modules base space compute data nn search study explain tuner insight report)
set(objects "")
foreach(module ${modules})
  list(APPEND objects $<TARGET_OBJECTS:vv_${module}>)
endforeach()
set(libraries PkgConfig::JANSSON PkgConfig::SQLITE PkgConfig::LIBPQ PkgConfig::YAML PkgConfig::ZLIB PkgConfig::CURL PkgConfig::GMP PkgConfig::LAPACK
    PkgConfig::BLAS PkgConfig::NLOPT Threads::Threads m)

# The command holds every object, used or not, and exports them: hypermodels are loaded into it and call them. The dashboard
# is the command's alone: the library needs no HTTP.
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.c)
add_executable(varve ${cli_sources} ${objects} $<TARGET_OBJECTS:vv_serve>)
target_link_libraries(varve PRIVATE varve_flags ${libraries} PkgConfig::MICROHTTPD ${CMAKE_DL_LIBS})
target_compile_definitions(varve PRIVATE VARVE_INCLUDE_DIR="${PROJECT_SOURCE_DIR}/include" VARVE_DATE="${VARVE_DATE}")
set_target_properties(varve PROPERTIES ENABLE_EXPORTS ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

add_library(varve_static STATIC ${objects})
add_library(varve_shared SHARED ${objects})
foreach(library varve_static varve_shared)
  set_target_properties(${library} PROPERTIES OUTPUT_NAME varve LINKER_LANGUAGE C
                        ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_include_directories(${library} INTERFACE ${PROJECT_SOURCE_DIR}/include)
endforeach()
target_link_libraries(varve_static INTERFACE ${libraries})
target_link_libraries(varve_shared PRIVATE ${libraries})
# Only the public names leave the shared library.
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/exports.map "{ global: vv_*; local: *; };\n")
set_target_properties(varve_shared PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION 0 LINK_DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/exports.map)
target_link_options(varve_shared PRIVATE -Wl,--version-script=${CMAKE_CURRENT_BINARY_DIR}/exports.map)
if(NOT VARVE_SANITIZE)
  target_link_options(varve_shared PRIVATE -Wl,--no-undefined)
endif()

# The manual pages: from the tables of the command and docs/man.
file(GLOB manual_parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.mdoc)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/man/varve.1
  COMMAND ${PROJECT_SOURCE_DIR}/tools/manual $<TARGET_FILE:varve> ${PROJECT_SOURCE_DIR}/docs/man ${CMAKE_BINARY_DIR}/man
  DEPENDS varve ${PROJECT_SOURCE_DIR}/tools/manual ${manual_parts})
add_custom_target(manual ALL DEPENDS ${CMAKE_BINARY_DIR}/man/varve.1)

# The reference of the library: from its headers. Where there is no Python there is none.
find_package(Python3 COMPONENTS Interpreter)
file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/varve/*.h)
set(reference ${PROJECT_SOURCE_DIR}/tools/reference)
if(Python3_Interpreter_FOUND)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/reference/index.html
    COMMAND Python3::Interpreter -B ${reference}/write.py ${CMAKE_BINARY_DIR}/reference ${headers}
    DEPENDS ${headers} ${reference}/write.py ${reference}/headers.py)
  add_custom_target(reference ALL DEPENDS ${CMAKE_BINARY_DIR}/reference/index.html)
endif()

add_custom_target(everything DEPENDS varve varve_static varve_shared manual)
if(TARGET reference)
  add_dependencies(everything reference)
endif()

set(PREFIX "@PREFIX@")
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/varve.pc.in ${CMAKE_CURRENT_BINARY_DIR}/varve.pc.in @ONLY)
# The prefix is known when the files are installed, not before: `cmake --install --prefix` may change it.
install(CODE "
  set(PREFIX \"\${CMAKE_INSTALL_PREFIX}\")
  configure_file(\"${CMAKE_CURRENT_BINARY_DIR}/varve.pc.in\" \"${CMAKE_CURRENT_BINARY_DIR}/varve.pc\" @ONLY)")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/varve.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(TARGETS varve varve_static varve_shared)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/varve DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${CMAKE_BINARY_DIR}/reference DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY ${CMAKE_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1"
        PATTERN bash EXCLUDE)
install(FILES ${CMAKE_BINARY_DIR}/man/bash/varve DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/varve/data PATTERN "*.sh" EXCLUDE)
