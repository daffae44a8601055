# What is built into the library. hourglass_embed(NAME FILE…) makes a C file that defines the table NAME
# (base/embedded.h) and adds it to the library's objects, hourglass_embed_into to another target; the main CMakeLists.txt
# includes this file after add_library(hourglass_objects …).
add_executable(embed ${PROJECT_SOURCE_DIR}/tools/embed.c)

function(hourglass_embed_into target name)
  set(made ${PROJECT_BINARY_DIR}/embedded/${name}.c)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/embedded)
  add_custom_command(OUTPUT ${made} COMMAND embed ${made} ${name} ${files} DEPENDS ${files} embed VERBATIM)
  target_sources(${target} PRIVATE ${made})
endfunction()

function(hourglass_embed name)
  hourglass_embed_into(hourglass_objects ${name} ${ARGN})
endfunction()

hourglass_embed(hg__mnist_sample
  data/mnist-sample/train-images-idx3-ubyte.gz data/mnist-sample/train-labels-idx1-ubyte.gz
  data/mnist-sample/t10k-images-idx3-ubyte.gz data/mnist-sample/t10k-labels-idx1-ubyte.gz)
