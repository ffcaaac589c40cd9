# The command's tests: tests/cli/NAME.sh, each a program of its own that says what it expected. See tests/cli/lib.sh.
add_executable(screen_of cli/screen_of.c)
target_link_libraries(screen_of PRIVATE varve_flags)

set(cli_environment "VARVE=$<TARGET_FILE:varve>;VARVE_SOURCE=${PROJECT_SOURCE_DIR};VARVE_BUILD=${CMAKE_BINARY_DIR};SCREEN_OF=$<TARGET_FILE:screen_of>;VARVE_SANITIZE=${VARVE_SANITIZE}")
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.sh)
list(FILTER scripts EXCLUDE REGEX "/lib\\.sh$")
foreach(script ${scripts})
  get_filename_component(name ${script} NAME_WE)
  add_test(NAME cli/${name} COMMAND sh ${script})
  set_tests_properties(cli/${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT
    "${cli_environment}")
endforeach()
