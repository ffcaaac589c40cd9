# The vector builds of the kernels. -O3 in every configuration: without it the register tiles live in memory. Under
# sanitizers -O1, or the unrolled tiles take minutes to compile.
if(TARGET vv_compute)
  set(kernels ${CMAKE_CURRENT_SOURCE_DIR}/compute)
  set(level -O3)
  if(VARVE_SANITIZE)
    set(level -O1)
  endif()
  set_source_files_properties(${kernels}/plain.c PROPERTIES COMPILE_OPTIONS "${level}")
  # Plain loops stay plain: gcc 12 for aarch64 stops with an internal error when it vectorizes them.
  set_source_files_properties(${kernels}/reference.c PROPERTIES COMPILE_OPTIONS "-fno-tree-vectorize")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
    set_source_files_properties(${kernels}/avx2.c PROPERTIES COMPILE_OPTIONS "${level};-mavx2;-mfma")
    set_source_files_properties(${kernels}/avx512.c PROPERTIES COMPILE_OPTIONS
      "${level};-mavx2;-mfma;-mavx512f;-mavx512vl;-mavx512dq;-mavx512bw;-mprefer-vector-width=512")
  endif()
endif()
