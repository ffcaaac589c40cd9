# One set of flags for everything that is ours.
add_library(varve_flags INTERFACE)
target_compile_options(varve_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wstrict-prototypes -Wmissing-prototypes
  -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wpointer-arith
  -ffp-contract=off -fno-math-errno
  $<$<BOOL:${VARVE_WERROR}>:-Werror>)
target_compile_definitions(varve_flags INTERFACE _GNU_SOURCE)
target_include_directories(varve_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
if(VARVE_SANITIZE)
  add_compile_options(-fsanitize=${VARVE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${VARVE_SANITIZE})
endif()
