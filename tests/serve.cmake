# The dashboard over raw sockets: tests/serve/NAME.py.
foreach(name strangers)
  add_test(NAME serve/${name} COMMAND ${SYSTEM_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/serve/${name}.py)
  set_tests_properties(serve/${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "VARVE=$<TARGET_FILE:varve>;PYTHONDONTWRITEBYTECODE=1")
endforeach()
