# The presets, built into the library; presets.c lists them. hourglass_embed is src/data/data.cmake's.
file(GLOB PRESETS CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/models/*.hg)
hourglass_embed(hg__preset_files ${PRESETS})
