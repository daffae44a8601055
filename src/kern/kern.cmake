# The kernel sets beyond ref: one text (src/kern/isa/*.h), compiled once per ISA, chosen at run time.
# These definitions tell choose.c which sets are linked; a target without them has ref alone.
target_sources(hourglass_objects PRIVATE src/kern/isa/generic.c)
target_compile_definitions(hourglass_objects PRIVATE HG__KERN_SIMD)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  target_sources(hourglass_objects PRIVATE
    src/kern/isa/avx2.c src/kern/isa/avx512.c src/kern/isa/avx512bf16.c src/kern/isa/avx512int8.c)
  target_compile_definitions(hourglass_objects PRIVATE HG__KERN_X86)
  set(bf16 "-mavx2;-mfma;-mavx512f;-mavx512bw;-mavx512bf16")
  set_source_files_properties(src/kern/isa/avx2.c PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
  set_source_files_properties(src/kern/isa/avx512.c PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;-mavx512f")
  set_source_files_properties(src/kern/isa/avx512bf16.c PROPERTIES COMPILE_OPTIONS "${bf16}")
  set_source_files_properties(src/kern/isa/avx512int8.c PROPERTIES
    COMPILE_OPTIONS "-mavx2;-mfma;-mavx512f;-mavx512vnni")
  if(CMAKE_SYSTEM_NAME STREQUAL Linux) # which is asked for tiles in its own way
    target_sources(hourglass_objects PRIVATE src/kern/isa/amx.c src/kern/isa/amxbf16.c)
    target_compile_definitions(hourglass_objects PRIVATE HG__KERN_AMX)
    set_source_files_properties(src/kern/isa/amxbf16.c PROPERTIES COMPILE_OPTIONS "${bf16};-mamx-tile;-mamx-bf16")
  endif()
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  target_sources(hourglass_objects PRIVATE src/kern/isa/neon.c)
  target_compile_definitions(hourglass_objects PRIVATE HG__KERN_ARM)
endif()
