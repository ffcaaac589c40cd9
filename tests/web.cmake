# Pages in headless Chromium, driven over WebDriver by Python's standard library: tests/web/NAME.py. Pictures of them are kept in
# the build folder, web/. Where there is no chromedriver they say so and are left out, or fail where CI or VARVE_REQUIRE_ALL is set.
find_program(SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(SYSTEM_PYTHON)
  foreach(name report figures dashboard)
    add_test(NAME web/${name} COMMAND ${SYSTEM_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/web/${name}.py)
    set_tests_properties(web/${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT
      "VARVE=$<TARGET_FILE:varve>;VARVE_SOURCE=${PROJECT_SOURCE_DIR};VARVE_BUILD=${CMAKE_BINARY_DIR};VARVE_D3=${VARVE_D3};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endif()
