#!/usr/bin/env bash
# The kernels compute the same bits on NEON as on this processor. (scripts/same-bits compares whole
# fits by builds for AVX2 and AVX-512.)
#
# They are compiled as embedded Swift, whose standard library a toolchain has for all processors at
# once. Those of aarch64 run in an emulator (Debian: gcc-aarch64-linux-gnu, qemu-user-static); where
# there is none they must at least compile.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ $(uname -m) == x86_64 ]] || skip "compares aarch64 with x86-64"
tools=$(dirname "$(readlink -f "$(command -v swiftc)")")
[[ -e $tools/../lib/swift/embedded/Swift.swiftmodule/aarch64-none-none-elf.swiftmodule ]] ||
  skip "this toolchain has no embedded Swift for aarch64"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "module CProcessor { header \"$root/Sources/CProcessor/include/CProcessor.h\" export * }" \
  > processor.modulemap

# compile NAME TRIPLE FLAG: the kernels and the program that prints digests, into the folder NAME.
compile() {
  local options=(-target "$2" -enable-experimental-feature Embedded -wmo -Ounchecked
    -parse-as-library -package-name shardem -Xcc "$3" -I .
    -Xcc "-fmodule-map-file=$work/processor.modulemap")
  mkdir "$1" && cd "$1" &&
    swiftc "${options[@]}" -module-name Kernels -emit-module -emit-module-path Kernels.swiftmodule \
      -c "$root"/Sources/Kernels/*.swift -o kernels.o &&
    swiftc "${options[@]}" -module-name KernelBits \
      -c "$root/scripts/checks/kernel-bits/KernelBits.swift" -o program.o
}

# run NAME COMPILER EMULATOR...: links the folder's program and writes what it prints to NAME/digests.
run() {
  "$2" -static -fuse-ld=lld -B "$tools" "$1/program.o" "$1/kernels.o" -lm -o "$1/program" &&
    "${@:3}" "$1/program" > "$1/digests"
}

(compile aarch64 aarch64-none-none-elf -mcpu=generic) > log 2>&1 &
(compile native x86_64-unknown-linux-gnu -march=native) > native.log 2>&1 || cat native.log
if wait "$!"; then ok "compile for aarch64"; else
  not_ok "compile for aarch64"
  cat log
fi
if ! command -v aarch64-linux-gnu-gcc > /dev/null || ! command -v qemu-aarch64-static > /dev/null; then
  echo "not run for want of gcc-aarch64-linux-gnu and qemu-user-static"
elif run native cc && run aarch64 aarch64-linux-gnu-gcc qemu-aarch64-static &&
  diff native/digests aarch64/digests; then
  ok "the same bits on aarch64"
else
  not_ok "the same bits on aarch64"
fi
finish
