# Every page of the documentation is run, each as a test of its own: tests/docs/run.sh. What is not run is in tests/docs/not_run.txt.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB pages RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/docs/*.md
     ${PROJECT_SOURCE_DIR}/docs/guide/*.md)
foreach(page ${pages})
  string(REGEX REPLACE "^docs/|\\.md$" "" name ${page})
  add_test(NAME docs/${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/docs/run.sh ${page})
  set_tests_properties(docs/${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT "${cli_environment}")
endforeach()
add_test(NAME docs/not_run COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/not_run.py ${PROJECT_SOURCE_DIR} ${pages})
add_test(NAME docs/runner COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/test_runner.py)
add_test(NAME docs/reference COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/test_reference.py ${PROJECT_SOURCE_DIR})
set_tests_properties(docs/reference PROPERTIES ENVIRONMENT "${cli_environment}")
