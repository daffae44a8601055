# The recipes, built into the library; recipes.c lists them. hourglass_embed is src/data/data.cmake's.
file(GLOB RECIPES CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/recipes/*.json)
hourglass_embed(hg__recipe_files ${RECIPES})
