# library.sh: what is installed is what the headers and the build promise.
. "$(dirname "$0")/../tap.sh"

build=$(dirname "$HOURGLASS")
libraries=$(pkg-config --libs zlib libpng libturbojpeg jansson libmd)
compile() { cc -std=c17 -Wall -Wextra -Werror "$1" -o "$2" -I "$SOURCE_DIR/include" "$build/libhourglass.a" $libraries -lm -pthread; }

# The program in a header's first comment, on the sample instead of MNIST so that training takes seconds.
example() { sed -n '/^ \*\/$/q; s/^ \*     //p; /\*\/$/q' "$1" | sed 's/"mnist"/"mnist-sample"/'; }

for name in base data eval record report train net hourglass; do
    header=$SOURCE_DIR/include/hourglass/$name.h
    mkdir $name
    example "$header" >$name/example.c
    ok "the example of $name.h has at most ten lines" [ "$(wc -l <$name/example.c)" -le 10 ]
    run compile $name/example.c $name/example
    ok "the example of $name.h compiles" [ "$status" = 0 ]
    if [ $name = net ]; then cp train/runs/first/model.safetensors net/; fi
    run sh -c "cd $name && ./example"
    ok "the example of $name.h runs" [ "$status" = 0 ]
done
run base/example
ok 'the example of base.h prints what it seems to' [ "$(cat out)" = '784 values, done' ]

mkdir readme && sed -n '/^```c$/,/^```$/{/^```/d;s/"runs.conv-mnist"/"train\/runs\/first"/;p}' "$SOURCE_DIR/README.md" >readme/example.c
run compile readme/example.c readme/example
ok 'the example of README.md compiles' [ "$status" = 0 ]
run readme/example
ok 'and prints a pixel' grep -Eq '^of nothing, the middle pixel becomes [01]\.[0-9]{3}$' out

for header in "$SOURCE_DIR"/include/hourglass/*.h; do
    echo "#include <hourglass/$(basename "$header")>" >alone.c
    run cc -std=c17 -Wall -Wextra -Werror -I "$SOURCE_DIR/include" -c alone.c
    ok "$(basename "$header") can be included alone" [ "$status" = 0 ]
done

run sh -c "nm -D --defined-only '$build/libhourglass.so' | awk '{print \$3}' | grep -v '^hg_[^_]'"
ok 'the shared library shows the public names only' [ ! -s out ]
run sh -c "nm -D --defined-only '$build/libhourglass.so' | grep -c ' T hg_'"
ok 'and it does show them' [ "$(cat out)" -gt 20 ]

run readelf -hldW "$HOURGLASS"
ok 'the program is position independent' has out 'DYN (Position-Independent Executable file)'
ok 'its tables are read-only after start' has out GNU_RELRO
ok 'all its symbols are bound at start' has out BIND_NOW
ok 'its stack cannot be executed' grep -q 'GNU_STACK.* RW  *0x' out
run sh -c "nm -D '$HOURGLASS'"
ok 'its stack is protected' has out __stack_chk_fail
ok 'its C library calls are fortified' has out _chk@

for call in 'strcpy(a, b)' 'sprintf(a, b)' 'atoi(b)' 'rand()' 'strtok(a, b)' 'system(b)' 'alloca(9)'; do
    echo "void f(char *a, const char *b); void f(char *a, const char *b) { (void)a, (void)b; $call; }" >banned.c
    run cc -std=c17 -include "$SOURCE_DIR/src/base/banned.h" -c banned.c
    ok "$call does not compile" [ "$status" != 0 ]
    ok 'and the message says that it is poisoned' has err poisoned
done

run cmake --install "$build" --prefix "$PWD/prefix"
ok 'it installs' [ "$status" = 0 ]
for file in bin/hourglass include/hourglass/train.h share/man/man1/hourglass.1 share/man/man1/hourglass-train.1 \
    share/bash-completion/completions/hourglass share/zsh/vendor-completions/_hourglass \
    share/fish/vendor_completions.d/hourglass.fish; do
    ok "$file is installed" [ -s prefix/$file ]
done
run sh -c 'cc base/example.c -o installed $(PKG_CONFIG_PATH=$(dirname $(find $PWD/prefix -name hourglass.pc)) pkg-config \
    --cflags --libs hourglass) && ./installed'
ok 'a program finds the shared library with pkg-config alone, also when it runs' has out '784 values'
mkdir user && cat >user/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(user C)
find_package(hourglass REQUIRED)
add_executable(shared ../base/example.c)
target_link_libraries(shared hourglass::hourglass)
add_executable(static ../train/example.c)
target_link_libraries(static hourglass::static)
END
run sh -c 'cmake -S user -B user/build -G Ninja -D CMAKE_PREFIX_PATH="$PWD/prefix" && cmake --build user/build'
ok 'a program finds both libraries with CMake' [ "$status" = 0 ]
run user/build/shared
ok 'and runs' has out '784 values'
