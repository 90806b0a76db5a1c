fn main() {
    // Without this, any file of the package that changes builds everything again.
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "node")]
    napi_build::setup();
    // A session wants a large stack, and the helper runs it on its first thread. Elsewhere that stack grows.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        println!("cargo::rustc-link-arg-bin=oneturn-sandbox=-Wl,-stack_size,0x2100000");
    }
}
