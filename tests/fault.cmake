# Searches that are killed and begun again (tests/fault): some of them in `make check`, 300 in `make check-slow`.
add_executable(fault fault/fault.c fault/disturb.c fault/compare.c fault/processes.c)
target_link_libraries(fault PRIVATE varve_flags vv_study)
target_compile_definitions(fault PRIVATE VARVE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

add_test(NAME fault/sqlite COMMAND fault --varve $<TARGET_FILE:varve> --searches 16)
set_tests_properties(fault/sqlite PROPERTIES LABELS fault TIMEOUT 600 PROCESSORS 2)
