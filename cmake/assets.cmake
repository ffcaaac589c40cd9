# Files of pages (scripts, styles) become part of the program: one generated C file that takes their bytes in with .incbin,
# and a table of them, src/report/web/assets.h. Made anew whenever one of the files changes.
#
#   varve_assets(TARGET FILE ...)    adds the table to a target; names are those of the files, without their folders
#
# The same file is the script that writes the C file: cmake -DOUTPUT=... "-DFILES=a;b" -P assets.cmake

set(asset_type_js "text/javascript; charset=utf-8")
set(asset_type_css "text/css; charset=utf-8")
set(asset_type_html "text/html; charset=utf-8")
set(asset_type_svg "image/svg+xml")
set(asset_type_txt "text/plain; charset=utf-8")

# The hash is in the text, so that a compiler's cache sees that a file has changed, and for Content-Security-Policy.
function(write_assets output)
  set(bytes "")
  set(rows "")
  set(n 0)
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME)
    get_filename_component(extension ${file} LAST_EXT)
    string(SUBSTRING ${extension} 1 -1 extension)
    file(SIZE ${file} size)
    file(SHA256 ${file} hash)
    string(APPEND bytes "BYTES(${n}, \"${file}\")\n")
    string(APPEND rows "    { \"${name}\", \"${asset_type_${extension}}\", vvi_asset_bytes_${n}, ${size},\n      \"${hash}\" },\n")
    math(EXPR n "${n} + 1")
  endforeach()
  file(WRITE ${output} "/* Written by cmake/assets.cmake. */
#include \"report/web/assets.h\"

#define BYTES(n, file)                                                                                               \\
    __asm__(\".section .rodata\\n.globl vvi_asset_bytes_\" #n \"\\n.hidden vvi_asset_bytes_\" #n                             \\
            \"\\nvvi_asset_bytes_\" #n \":\\n.incbin \\\"\" file \"\\\"\\n.byte 0\\n.previous\\n\");                                 \\
    extern const char vvi_asset_bytes_##n[];
${bytes}
const vvi_asset vvi_assets[] = {
${rows}    { 0 },
};
")
endfunction()

function(varve_assets target)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_assets.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/assets.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/assets.cmake VERBATIM)
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE ${output})
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  write_assets(${OUTPUT} ${FILES})
endif()
