//! flex, bison, bc and m4, which a kernel's build needs and few machines have: unpacked privately where missing.
//!
//! The packages are bookworm's, whose glibc is the oldest of the stacks', so that they run on any later machine.
//! Libraries they need come along; the machine's own libc serves.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::apt::Archive;
use super::child::Children;
use super::error::{LabError, quoted};
use super::machine::Machine;
use super::progress::Task;
use super::unpack::Target;

/// A program, and the packages that it comes from.
const TOOLS: [(&str, &[&str]); 4] = [
    ("flex", &["flex"]),
    ("bison", &["bison"]),
    ("bc", &["bc", "libreadline8", "libtinfo6"]),
    ("m4", &["m4", "libsigsegv2"]),
];

/// Unpacks under `dir` the build tools that the machine lacks.
/// Returns a directory of commands to put in front of PATH, if any was lacking.
pub(super) fn provide(
    children: &Children,
    machine: &Machine,
    archive: &Archive<'_>,
    dir: &Path,
    download: &Path,
    task: &Task,
) -> Result<Option<PathBuf>, LabError> {
    let missing = || TOOLS.iter().filter(|(tool, _)| machine.find(tool).is_none());
    let names: Vec<&str> = missing().flat_map(|(_, packages)| packages.iter().copied()).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let suite = archive.suite("bookworm", task)?;
    let packages = suite.describe(&names)?;
    suite.fetch(&packages, download, task)?;
    let failed = |error: io::Error| LabError::io("unpacking the build tools", dir, &error);
    let mut target = Target::merged(&dir.join("root")).map_err(failed)?;
    for package in &packages {
        target.package(children, &download.join(package.file_name()), |path| !path.starts_with("usr/share/doc"))?;
    }
    let commands = dir.join("bin");
    fs::create_dir_all(&commands).map_err(failed)?;
    for (tool, _) in missing() {
        wrap(&commands.join(tool), tool, &dir.join("root"), machine).map_err(failed)?;
    }
    Ok(Some(commands))
}

/// Writes a command that runs the private tool with its data and libraries, and leaves every other program alone.
fn wrap(command: &Path, tool: &str, root: &Path, machine: &Machine) -> io::Result<()> {
    let usr = root.join("usr");
    let m4 = machine.find("m4").unwrap_or_else(|| command.with_file_name("m4"));
    let (usr, m4) = (quoted(&usr), quoted(&m4));
    let script = format!(
        "#!/bin/sh\nBISON_PKGDATADIR={usr}/share/bison M4={m4} \\\nLD_LIBRARY_PATH={usr}/lib/x86_64-linux-gnu \\\n\
         exec {usr}/bin/{tool} \"$@\"\n"
    );
    fs::write(command, script)?;
    fs::set_permissions(command, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wrapped_tool_sees_its_libraries_and_the_one_m4() {
        let dir = tempfile::tempdir().unwrap();
        let machine = Machine { env: [("PATH".to_owned(), "/nonexistent".to_owned())].into(), ..Machine::this() };
        let command = dir.path().join("bison");
        wrap(&command, "bison", Path::new("/lab/root"), &machine).unwrap();
        let script = fs::read_to_string(&command).unwrap();
        assert!(script.contains("BISON_PKGDATADIR='/lab/root/usr'/share/bison"), "{script}");
        assert!(script.contains(&format!("M4='{}'", dir.path().join("m4").display())), "{script}");
    }
}
