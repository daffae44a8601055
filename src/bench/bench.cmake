# The published protocols, built into what the program benches with; protocols.c lists them.
file(GLOB PROTOCOLS CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src/bench/literature/*)
hourglass_embed_into(hourglass_bench hg__protocol_files ${PROTOCOLS})
