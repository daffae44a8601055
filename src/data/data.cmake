# What is built into the library. hourglass_embed(NAME FILE…) makes a C file that defines the table NAME
# (base/embedded.h) and adds it to the library's objects; the main CMakeLists.txt includes this file after
# add_library(hourglass_objects …).
add_executable(embed ${PROJECT_SOURCE_DIR}/tools/embed.c)

function(hourglass_embed name)
  set(made ${PROJECT_BINARY_DIR}/embedded/${name}.c)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/embedded)
  add_custom_command(OUTPUT ${made} COMMAND embed ${made} ${name} ${files} DEPENDS ${files} embed VERBATIM)
  target_sources(hourglass_objects PRIVATE ${made})
endfunction()

hourglass_embed(hg__mnist_sample
  data/mnist-sample/train-images-idx3-ubyte.gz data/mnist-sample/train-labels-idx1-ubyte.gz
  data/mnist-sample/t10k-images-idx3-ubyte.gz data/mnist-sample/t10k-labels-idx1-ubyte.gz)
