//! The machine as the lab sees it: environment, PATH, architecture and a few directories, all of which tests replace.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::LabError;
use super::trust;

/// All that the lab takes from its surroundings.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Architecture as Rust names it: `x86_64`.
    pub arch: String,
    /// Environment variables; those that are not UTF-8 are left out.
    pub env: BTreeMap<String, String>,
    /// Directory of the system's apt configuration: `/etc/apt`.
    pub apt_etc: PathBuf,
    /// Where the archive's keyring may lie, in order of preference.
    pub keyrings: Vec<PathBuf>,
    /// Directories on memory that a guest's memory may lie in: `/dev/shm`.
    pub shared_memory: Vec<PathBuf>,
    /// The directory for temporary files if TMPDIR is not set: `/tmp`.
    pub temporary: PathBuf,
    /// Cores to compile on.
    pub cores: usize,
    /// Number of the user who runs offhook.
    pub user: u32,
    /// Number of the group that nobody but that user is in, if there is one; asked only where it matters.
    pub private_group: fn(u32) -> Option<u32>,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        let env = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self {
            arch: std::env::consts::ARCH.to_owned(),
            env: env.collect(),
            apt_etc: "/etc/apt".into(),
            keyrings: vec![
                "/usr/share/keyrings/debian-archive-keyring.gpg".into(),
                "/usr/share/keyrings/debian-archive-keyring.pgp".into(),
            ],
            shared_memory: vec!["/dev/shm".into()],
            temporary: "/tmp".into(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            user: nix::unistd::geteuid().as_raw(),
            private_group: trust::private_group,
        }
    }

    /// An environment variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable that holds an absolute path.
    fn path_var(&self, name: &str) -> Option<PathBuf> {
        self.var(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The program of that name in PATH.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        let dirs = self.var("PATH")?.split(':').filter(|dir| !dir.is_empty());
        dirs.map(|dir| Path::new(dir).join(program)).find(|path| is_executable(path))
    }

    /// The lab's cache directory: `$OFFHOOK_CACHE`, else `$XDG_CACHE_HOME/offhook`, else `~/.cache/offhook`.
    ///
    /// # Errors
    /// If none of the three is set to an absolute path.
    pub fn cache_dir(&self) -> Result<PathBuf, LabError> {
        if let Some(own) = self.var("OFFHOOK_CACHE") {
            return std::path::absolute(own).map_err(|_| LabError::no_home());
        }
        self.path_var("XDG_CACHE_HOME")
            .or_else(|| Some(self.path_var("HOME")?.join(".cache")))
            .map(|dir| dir.join("offhook"))
            .ok_or_else(LabError::no_home)
    }

    /// Whether the lab's kernel can run here at all.
    ///
    /// # Errors
    /// On every architecture but x86-64.
    pub fn check_arch(&self) -> Result<(), LabError> {
        if self.arch == "x86_64" { Ok(()) } else { Err(LabError::not_x86_64(&self.arch)) }
    }

    /// Whether packages can be fetched and unpacked here.
    ///
    /// # Errors
    /// If apt or dpkg is missing.
    pub fn check_packaging(&self) -> Result<(), LabError> {
        let missing =
            ["apt-get", "apt-cache", "apt-config", "dpkg-deb"].into_iter().find(|tool| self.find(tool).is_none());
        missing.map_or(Ok(()), |tool| Err(LabError::no_apt(tool)))
    }

    /// Whether a kernel can be compiled here.
    ///
    /// # Errors
    /// If a program is missing that is not fetched privately.
    pub fn check_compiler(&self) -> Result<(), LabError> {
        const TOOLS: [(&str, &str); 7] = [
            ("gcc", "gcc"),
            ("ld", "binutils"),
            ("strip", "binutils"),
            ("make", "make"),
            ("sed", "sed"),
            ("awk", "mawk"),
            ("find", "findutils"),
        ];
        let missing = TOOLS.into_iter().find(|(tool, _)| self.find(tool).is_none());
        missing.map_or(Ok(()), |(tool, package)| Err(LabError::missing_tool(tool, package)))
    }
}

#[cfg(test)]
impl Machine {
    /// This machine with nothing but these in its environment.
    pub(super) fn with_env(env: &[(&str, &str)]) -> Self {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { env, ..Self::this() }
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_variable_set_decides_where_the_cache_is() {
        let all = [("OFFHOOK_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(Machine::with_env(&all).cache_dir().unwrap(), Path::new("/a"));
        assert_eq!(Machine::with_env(&all[1..]).cache_dir().unwrap(), Path::new("/b/offhook"));
        assert_eq!(Machine::with_env(&all[2..]).cache_dir().unwrap(), Path::new("/c/.cache/offhook"));
        assert_eq!(
            Machine::with_env(&[("OFFHOOK_CACHE", ""), ("HOME", "/c")]).cache_dir().unwrap(),
            Path::new("/c/.cache/offhook")
        );
        assert_eq!(Machine::with_env(&[]).cache_dir(), Err(LabError::no_home()));
        assert_eq!(Machine::with_env(&[("XDG_CACHE_HOME", "relative")]).cache_dir(), Err(LabError::no_home()));
    }

    #[test]
    fn other_architectures_are_told_what_they_can_do() {
        let arm = Machine { arch: "aarch64".into(), ..Machine::with_env(&[]) };
        assert_eq!(arm.check_arch(), Err(LabError::not_x86_64("aarch64")));
        assert_eq!(Machine { arch: "x86_64".into(), ..Machine::with_env(&[]) }.check_arch(), Ok(()));
    }

    #[test]
    fn an_empty_path_lacks_apt_and_the_compiler() {
        let empty = tempfile::tempdir().unwrap();
        let machine = Machine::with_env(&[("PATH", empty.path().to_str().unwrap())]);
        assert_eq!(machine.check_packaging(), Err(LabError::no_apt("apt-get")));
        assert_eq!(machine.check_compiler(), Err(LabError::missing_tool("gcc", "gcc")));
    }

    #[test]
    fn a_program_that_is_not_executable_is_not_found() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("make"), "").unwrap();
        assert_eq!(Machine::with_env(&[("PATH", dir.path().to_str().unwrap())]).find("make"), None);
    }
}
