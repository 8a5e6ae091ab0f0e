//! A private apt for each Debian suite: own sources, lists, cache, and a status file that says nothing is installed.
//!
//! Of the system's apt configuration only what [`super::mirror`] takes over is read. The lists are verified with the
//! archive's keyring, every package with the hash that the lists say, also one kept from an interrupted build.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::child::Children;
use super::error::{LabError, LabErrorKind};
use super::machine::Machine;
use super::manifest::{self, Package};
use super::mirror::{self, Mirror};
use super::progress::{Task, Unit};

/// The archive, with one private apt for each suite that was asked for.
pub(super) struct Archive<'a> {
    children: &'a Children,
    machine: &'a Machine,
    dir: PathBuf,
    access: OnceLock<Result<(Mirror, String), LabError>>,
    suites: Mutex<BTreeMap<String, SharedSuite<'a>>>,
}

type SharedSuite<'a> = Arc<OnceLock<Result<Suite<'a>, LabError>>>;

impl<'a> Archive<'a> {
    /// An archive whose apts live under `dir`. Nothing is read yet.
    pub(super) fn new(children: &'a Children, machine: &'a Machine, dir: &Path) -> Self {
        Self { children, machine, dir: dir.to_owned(), access: OnceLock::new(), suites: Mutex::default() }
    }

    /// The apt of a suite; its lists are fetched by the first who asks.
    pub(super) fn suite(&self, name: &str, task: &Task) -> Result<Suite<'a>, LabError> {
        let shared = {
            let mut suites = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(suites.entry(name.to_owned()).or_default())
        };
        shared.get_or_init(|| self.open(name, task)).clone()
    }

    /// The archive's address and keyring, and the apt settings for reaching it.
    fn access(&self) -> Result<(Mirror, String), LabError> {
        let find = || {
            let mirror = Mirror::of(self.machine)?;
            let dump = self.children.output("reading the settings of apt", Command::new("apt-config").arg("dump"))?;
            Ok((mirror, mirror::access_settings(&dump)))
        };
        self.access.get_or_init(find).clone()
    }

    fn open(&self, name: &str, task: &Task) -> Result<Suite<'a>, LabError> {
        let (mirror, access) = self.access()?;
        let dir = self.dir.join(name);
        let suite =
            Suite { children: self.children, name: name.to_owned(), mirror: mirror.uri.clone(), dir: dir.clone() };
        write_configuration(&dir, name, &mirror, &access)
            .map_err(|error| LabError::io("writing apt's configuration", &dir, &error))?;
        let doing = format!("fetching the package lists of {name}");
        task.phase(&doing, Unit::Percent, Some(100));
        let mut update = suite.command("apt-get");
        update.args(["update", "-q", "-o", "APT::Update::Error-Mode=any", "-o", "APT::Status-Fd=1"]);
        self.children
            .lines(&doing, &mut update, |line| follow(line, task))
            .map_err(|error| suite.explain(&doing, error))?;
        Ok(suite)
    }
}

/// The private apt of one suite.
#[derive(Clone)]
pub(super) struct Suite<'a> {
    children: &'a Children,
    name: String,
    mirror: String,
    dir: PathBuf,
}

impl Suite<'_> {
    /// The archive's address.
    pub(super) fn mirror(&self) -> &str {
        &self.mirror
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("APT_CONFIG", self.dir.join("apt.conf")).env("DEBIAN_FRONTEND", "noninteractive");
        // An apt that is killed leaves its temporary files: here they go with the rest.
        command.env("TMPDIR", self.dir.join("tmp"));
        command
    }

    /// Names of packages that begin so.
    pub(super) fn names(&self, prefix: &str) -> Result<Vec<String>, LabError> {
        let doing = format!("reading the package names of {}", self.name);
        let names = self.children.output(&doing, self.command("apt-cache").args(["pkgnames", prefix]))?;
        Ok(names.lines().map(str::to_owned).collect())
    }

    /// These packages of the suite, and all that they and these files depend on. The files are not among them.
    pub(super) fn closure(&self, names: &[&str], files: &[PathBuf]) -> Result<Vec<Package>, LabError> {
        let doing = format!("reading what packages {} needs", self.name);
        let mut simulate = self.command("apt-get");
        simulate.args(["install", "--simulate", "-q", "-y", "--allow-downgrades"]).args(names).args(files);
        let plan = self.children.output(&doing, &mut simulate)?;
        let chosen: Vec<String> = plan.lines().filter_map(planned).collect();
        self.describe(&chosen)
    }

    /// These packages alone, by name or `name=version`.
    pub(super) fn describe<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<Package>, LabError> {
        let doing = format!("reading the packages of {}", self.name);
        let mut show = self.command("apt-cache");
        show.args(["show", "--no-all-versions"]).args(names.iter().map(AsRef::as_ref));
        let text = self.children.output(&doing, &mut show)?;
        let mut packages: Vec<Package> = text.split("\n\n").filter_map(described).collect();
        packages.sort();
        packages.dedup();
        if packages.len() < names.len() {
            let said = format!("{} of {} packages were found", packages.len(), names.len());
            return Err(LabError::failed(&doing, &said));
        }
        Ok(packages)
    }

    /// Fetches the packages that are not in `dir` yet, and verifies all.
    pub(super) fn fetch(&self, packages: &[Package], dir: &Path, task: &Task) -> Result<(), LabError> {
        let doing = format!("fetching {} from {}", what(packages), self.name);
        let io_error = |error: io::Error| LabError::io(&doing, dir, &error);
        fs::create_dir_all(dir).map_err(io_error)?;
        let complete = |package: &&Package| {
            let length = fs::metadata(dir.join(package.file_name())).map_or(0, |file| file.len());
            length != package.size
        };
        let missing: Vec<&Package> = packages.iter().filter(complete).collect();
        if !missing.is_empty() {
            let total = missing.iter().map(|package| package.size).sum();
            task.phase(&doing, Unit::Octets, Some(total));
            let mut download = self.command("apt-get");
            download.args(["download", "-q", "-o", "APT::Status-Fd=1"]).current_dir(dir);
            download.args(missing.iter().map(|package| format!("{}={}", package.name, package.version)));
            self.children
                .lines(&doing, &mut download, |line| follow(line, task))
                .map_err(|error| self.explain(&doing, error))?;
        }
        for package in packages {
            self.children.check()?;
            let file = package.file_name();
            let came = manifest::file_digest(&dir.join(&file)).map_err(io_error)?;
            if came != package.sha256 {
                let _ = fs::remove_file(dir.join(&file));
                return Err(LabError::wrong_hash(&file, &package.sha256, &came));
            }
        }
        Ok(())
    }

    /// Turns what apt said into what is wrong.
    fn explain(&self, doing: &str, error: LabError) -> LabError {
        if error.kind != LabErrorKind::Build {
            return error;
        }
        let said = error.details().join("\n");
        let explained = if said.contains("No space left") || said.contains("Disk quota exceeded") {
            LabError::disk_full(doing, &self.dir, None, None)
        } else if said.contains("NO_PUBKEY") || said.contains("BADSIG") || said.contains("invalid signature") {
            LabError::unknown_key(&self.name, &self.mirror)
        } else if said.contains("Failed to fetch") || said.contains("Unable to fetch") {
            LabError::no_network(doing, &self.mirror)
        } else {
            return error;
        };
        explained.with_details(error.details().iter().cloned())
    }
}

fn what(packages: &[Package]) -> String {
    match packages {
        [one] => format!("{} {}", one.name, one.version),
        more => format!("{} packages", more.len()),
    }
}

/// `dlstatus:1:20.5:...`: a percentage of all that is fetched.
fn follow(line: &str, task: &Task) {
    let percentage = line.strip_prefix("dlstatus:").and_then(|rest| rest.split(':').nth(1)?.parse::<f64>().ok());
    if let Some(percentage) = percentage {
        task.fraction(percentage / 100.0);
    }
}

/// `Inst libbsd0 (0.11.7-2 Debian:12.15/oldstable [amd64])` is `libbsd0=0.11.7-2`; a file's line, `Inst ppp (2.5.3-1 local-deb
/// [amd64])`, is none.
fn planned(line: &str) -> Option<String> {
    let mut words = line.strip_prefix("Inst ")?.split(' ');
    let name = words.next()?;
    let version = words.find_map(|word| word.strip_prefix('('))?;
    if words.next().is_some_and(|origin| origin.trim_end_matches(',') == "local-deb") {
        return None;
    }
    Some(format!("{name}={version}"))
}

/// One paragraph of `apt-cache show`.
fn described(paragraph: &str) -> Option<Package> {
    let field = |name: &str| {
        let value = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned());
        paragraph.lines().find_map(value)
    };
    Some(Package {
        name: field("Package")?,
        version: field("Version")?,
        architecture: field("Architecture")?,
        sha256: field("SHA256")?,
        size: field("Size")?.parse().ok()?,
    })
}

/// Writes the sources and the settings of a suite's private apt.
fn write_configuration(dir: &Path, suite: &str, mirror: &Mirror, access: &str) -> io::Result<()> {
    for part in ["lists/partial", "archives/partial", "sources.d", "empty.d", "log", "tmp"] {
        fs::create_dir_all(dir.join(part))?;
    }
    fs::write(dir.join("status"), "")?;
    fs::write(dir.join("sources.d/archive.sources"), sources(suite, mirror))?;
    fs::write(dir.join("apt.conf"), configuration(dir, access))
}

fn sources(suite: &str, mirror: &Mirror) -> String {
    let (uri, keyring) = (&mirror.uri, mirror.keyring.display());
    format!("Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n")
}

fn configuration(dir: &Path, access: &str) -> String {
    let dir = dir.display();
    // the system's credentials for archives (Dir::Etc::netrc) stay: they belong to the archive's address
    format!(
        r#"Dir "{dir}/";
Dir::Etc "{dir}/";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "{dir}/empty.d";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{dir}/sources.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{dir}/empty.d";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "{dir}/empty.d";
Dir::Etc::netrc "/etc/apt/auth.conf";
Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Dir::State "{dir}/";
Dir::State::lists "{dir}/lists";
Dir::State::status "{dir}/status";
Dir::State::extended_states "{dir}/extended_states";
Dir::Cache "{dir}/";
Dir::Cache::archives "{dir}/archives";
Dir::Log "{dir}/log";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
{access}"#
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_plans_lines_name_packages_with_versions() {
        let line = "Inst libcom-err2 (1.47.0-2+b2 Debian:12.15/oldstable [amd64]) []";
        assert_eq!(planned(line).unwrap(), "libcom-err2=1.47.0-2+b2");
        assert_eq!(planned("Inst dash [0.5.11] (0.5.12-2 Debian:12/oldstable [amd64])").unwrap(), "dash=0.5.12-2");
        assert_eq!(planned("Conf dash (0.5.12-2 Debian:12/oldstable [amd64])"), None);
    }

    #[test]
    fn a_package_without_a_hash_is_none() {
        let text = "Package: dash\nEssential: yes\nInstalled-Size: 191\nArchitecture: amd64\nVersion: 0.5.12-2\n\
            Filename: pool/main/d/dash/dash_0.5.12-2_amd64.deb\nSize: 91848\nSHA256: 33ea";
        let package = described(text).unwrap();
        assert_eq!((package.name.as_str(), package.size, package.sha256.as_str()), ("dash", 91848, "33ea"));
        assert_eq!(described(&text.replace("SHA256", "MD5sum")), None);
    }

    #[test]
    fn the_private_apt_verifies_and_reads_nothing_of_the_system_but_credentials() {
        let mirror = Mirror { uri: "http://mirror.example/debian".into(), keyring: "/keys.gpg".into() };
        assert!(sources("trixie", &mirror).contains("Signed-By: /keys.gpg\n"));
        let text = configuration(Path::new("/c"), "Acquire::http::Proxy \"http://proxy.example\";\n");
        assert!(text.ends_with("Acquire::http::Proxy \"http://proxy.example\";\n"));
        let outside = |line: &&str| line.contains("\"/") && !line.contains("\"/c/") && !line.contains("/dev/null");
        let outside: Vec<&str> = text.lines().filter(outside).collect();
        assert_eq!(
            outside,
            ["Dir::Etc::netrc \"/etc/apt/auth.conf\";", "Dir::Etc::netrcparts \"/etc/apt/auth.conf.d\";"]
        );
    }

    #[test]
    fn what_apt_says_becomes_what_is_wrong() {
        let children = Children::new();
        let suite = Suite {
            children: &children,
            name: "trixie".into(),
            mirror: "http://mirror.example/debian".into(),
            dir: "/c".into(),
        };
        let said = |words: &str| {
            let error =
                LabError::failed("fetching", "apt-get ended with exit code 100").with_details([words.to_owned()]);
            suite.explain("fetching", error).kind
        };
        assert_eq!(said("E: Failed to fetch http://127.0.0.1:9/  Could not connect"), LabErrorKind::Network);
        assert_eq!(said("W: GPG error: NO_PUBKEY 6ED0E7B82643E131"), LabErrorKind::Sources);
        assert_eq!(said("E: Write error - write (28: No space left on device)"), LabErrorKind::DiskFull);
        assert_eq!(said("E: Unable to locate package mgetty"), LabErrorKind::Build);
    }
}
