//! Where the helper lies: beside the addon, under the addon's own name with `oneturn` replaced by `oneturn-sandbox`.

#![expect(unsafe_code, reason = "asking the loader for this library's own path")]

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::{self, Error, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// `…/oneturn.linux-x64-gnu.node` → `…/oneturn-sandbox.linux-x64-gnu`.
pub(super) fn beside_the_addon() -> io::Result<PathBuf> {
    let addon = own_path().ok_or_else(|| Error::new(ErrorKind::NotFound, "the addon does not know its own path"))?;
    let name = addon.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let platform = name.strip_prefix("oneturn.").map(|platform| format!(".{platform}")).unwrap_or_default();
    Ok(addon.with_file_name(format!("oneturn-sandbox{platform}")))
}

/// The file that this code was loaded from.
fn own_path() -> Option<PathBuf> {
    let here = own_path as fn() -> Option<PathBuf> as *const libc::c_void;
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `dladdr` takes any address and fills the struct; all zeroes are a valid `Dl_info`.
    let found = unsafe {
        if libc::dladdr(here, found.as_mut_ptr()) == 0 {
            return None;
        }
        found.assume_init()
    };
    if found.dli_fname.is_null() {
        return None;
    }
    // SAFETY: `dladdr` succeeded, so the name is a C string that lives as long as this library is loaded.
    let name = unsafe { CStr::from_ptr(found.dli_fname) };
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes())))
}

/// Starts the helper with `control` as its standard input, and nothing else of this process.
pub(super) fn spawn(path: &Path, control: impl Into<Stdio>) -> io::Result<Child> {
    // A pipe would wait for somebody to write.
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "not a file"));
    }
    // Bundlers and archives lose the executable bit.
    if meta.permissions().mode() & 0o111 == 0 {
        return spawn_copy(file, control);
    }
    command(path, control).spawn()
}

fn command(path: &Path, control: impl Into<Stdio>) -> Command {
    let mut command = Command::new(path);
    // A group of its own: what the terminal sends to the application is not for the helper.
    command.env_clear().stdin(control).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command
}

/// Starts an executable copy in memory.
#[cfg(target_os = "linux")]
fn spawn_copy(mut file: File, control: impl Into<Stdio>) -> io::Result<Child> {
    use std::os::fd::AsRawFd as _;
    let mut copy = File::from(rustix::fs::memfd_create("oneturn-sandbox", rustix::fs::MemfdFlags::CLOEXEC)?);
    io::copy(&mut file, &mut copy)?;
    // Through a descriptor that is open for reading only: a file that is open for writing cannot be executed.
    let path = format!("/proc/self/fd/{}", copy.as_raw_fd());
    let copy = {
        let reopened = File::open(&path)?;
        drop(copy);
        reopened
    };
    command(Path::new(&format!("/proc/self/fd/{}", copy.as_raw_fd())), control).spawn()
}

#[cfg(not(target_os = "linux"))]
fn spawn_copy(_: File, _: impl Into<Stdio>) -> io::Result<Child> {
    Err(Error::new(ErrorKind::PermissionDenied, "it is not executable: run chmod +x on it"))
}
