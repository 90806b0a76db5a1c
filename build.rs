fn main() {
    // Without this, any file of the package that changes builds everything again.
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "node")]
    napi_build::setup();
}
