# Searches that are killed and begun again (tests/fault): some of them in `make check`, 300 in `make check-slow`.
add_executable(fault fault/fault.c fault/disturb.c fault/compare.c fault/processes.c)
target_link_libraries(fault PRIVATE varve_flags vv_study)
target_compile_definitions(fault PRIVATE VARVE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

set(driver $<TARGET_FILE:fault> --varve $<TARGET_FILE:varve>)
set(over_postgresql sh ${CMAKE_CURRENT_SOURCE_DIR}/fault/postgresql.sh ${driver})
set(searches 8)
if(VARVE_SANITIZE)
  set(searches 3) # each takes ten times as long
endif()
add_test(NAME fault/sqlite COMMAND ${driver} --searches ${searches})
add_test(NAME fault/postgresql COMMAND ${over_postgresql} --store PostgreSQL --first 8 --searches ${searches})
add_test(NAME fault/connection COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/fault/connection.sh)
set_tests_properties(fault/sqlite fault/postgresql fault/connection PROPERTIES LABELS fault TIMEOUT 600
                     SKIP_RETURN_CODE 77 ENVIRONMENT "${cli_environment}")
set_tests_properties(fault/sqlite fault/postgresql PROPERTIES PROCESSORS 2)

# The long run, whose table is tests/fault/results.md.
add_custom_target(check_slow COMMAND ${over_postgresql} --searches 300 --jobs 3 USES_TERMINAL DEPENDS fault varve)
