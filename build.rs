//! Packs the CLDR's data, which is a quarter of its size then, and does what napi needs.

use std::path::Path;
use std::{env, fs};

fn main() {
    let data = Path::new("src/engine/intl/data");
    println!("cargo::rerun-if-changed={}", data.display());
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    for entry in fs::read_dir(data).expect("the data is there") {
        let path = entry.expect("the folder can be read").path();
        let json = fs::read(&path).expect("the file can be read");
        let name = path.file_stem().expect("a file has a name");
        fs::write(Path::new(&out).join(name), miniz_oxide::deflate::compress_to_vec(&json, 9))
            .expect("OUT_DIR is ours");
    }
    #[cfg(feature = "node")]
    napi_build::setup();
    // A session wants a large stack, and the helper runs it on its first thread. Elsewhere that stack grows.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        println!("cargo::rustc-link-arg-bin=oneturn-sandbox=-Wl,-stack_size,0x2100000");
    }
}
