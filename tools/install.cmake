# What `cmake --install` puts where: the program, both libraries, the headers, hourglass.pc, a CMake package, and the
# man pages and shell completion that the program writes about itself.
if(TARGET hourglass)
  add_custom_command(OUTPUT share/man/man1/hourglass.1 DEPENDS hourglass tools/manuals VERBATIM
    COMMAND ${PROJECT_SOURCE_DIR}/tools/manuals $<TARGET_FILE:hourglass> ${PROJECT_BINARY_DIR}/share)
  add_custom_target(manuals ALL DEPENDS share/man/man1/hourglass.1)
  install(TARGETS hourglass RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATAROOTDIR})
endif()

set_target_properties(libhourglass PROPERTIES EXPORT_NAME static)
set_target_properties(libhourglass_shared PROPERTIES EXPORT_NAME hourglass)
install(TARGETS libhourglass libhourglass_shared EXPORT hourglass
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/hourglass DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

list(JOIN HOURGLASS_NEEDS " " HOURGLASS_NEEDS)
# Where the prefix lies, seen from the file: a copy that was installed or moved elsewhere still finds itself.
file(RELATIVE_PATH HOURGLASS_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(tools/hourglass.pc.in hourglass.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hourglass.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/hourglass)
configure_package_config_file(tools/hourglass-config.cmake.in hourglass-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(hourglass-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hourglass-config.cmake ${PROJECT_BINARY_DIR}/hourglass-config-version.cmake
  DESTINATION ${package_folder})
install(EXPORT hourglass NAMESPACE hourglass:: FILE hourglass-targets.cmake DESTINATION ${package_folder})
