# Debian's compiler for browsers, unpacked into the folder $1 (no package of it is installed, so nothing
# conflicts with rustup), and the standard library for wasm32 built from its source. $2 is the version of
# LLVM that it is linked with; the rest are the packages.
set -eu
folder=$1 llvm=$2
shift 2
target=wasm32-unknown-unknown
host=$(dpkg-architecture -qDEB_HOST_GNU_TYPE 2>/dev/null || echo "$(uname -m)-linux-gnu")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf "$folder"
mkdir -p "$folder"
cd "$work"
apt-get download "$@"
for package in *.deb; do dpkg -x "$package" "$folder"; done

root=$folder/usr
# The compiler looks for its own library right in lib, and for a linker by another name.
for driver in "$root/lib/$host"/librustc_driver-*.so; do ln -sf "$driver" "$root/lib/"; done
rustc=$root/bin/rustc
export LD_LIBRARY_PATH="$root/lib" RUSTC="$rustc"
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET CARGO_TARGET_DIR
own=$root/lib/rustlib/$("$rustc" --print host-tuple)/bin
mkdir -p "$own"
ln -sf "/usr/lib/llvm-$llvm/bin/lld" "$own/rust-lld"

# A crate with nothing in it: what is built besides is the standard library.
mkdir -p seed/src
echo '#![no_std]' > seed/src/lib.rs
printf '[package]\nname = "seed"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' > seed/Cargo.toml
cd seed
RUSTC_BOOTSTRAP=1 "$root/bin/cargo" build --release --target $target -Zbuild-std=std,panic_abort,test
rm -f target/$target/release/deps/libseed-*.rlib
libraries=$root/lib/rustlib/$target/lib
mkdir -p "$libraries"
cp target/$target/release/deps/lib*.rlib "$libraries"
# Built, it is no longer needed: most of what was unpacked.
rm -rf "$root/src" "$root/share"
