//! A lab that cannot be built says why and what to do, with exit code 3, and leaves nothing half-made.
//!
//! apt is played by small scripts in PATH, so nothing here needs the network, and nothing takes long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use common::offhook;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A cache that is not there yet, and a directory of programs that come first in PATH.
struct Machine {
    dir: tempfile::TempDir,
}

impl Machine {
    /// A machine whose `apt-get` is that shell script.
    fn with_apt_get(script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let machine = Self { dir };
        let scripts = [("apt-get", script), ("apt-cache", "exit 0"), ("apt-config", "exit 0"), ("dpkg-deb", "exit 1")];
        // the build gets as far as apt on a machine without a compiler, too
        let tools = ["gcc", "ld", "strip", "make", "sed", "awk", "find"].map(|tool| (tool, "exit 0"));
        fs::create_dir(machine.path("bin")).unwrap();
        for (name, script) in scripts.into_iter().chain(tools) {
            let path = machine.path("bin").join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(machine.path("keyring"), "").unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `offhook lab build trixie`.
    fn build(&self) -> Command {
        let mut command = offhook();
        command.args(["lab", "build", "trixie"]);
        command.env("OFFHOOK_CACHE", self.path("cache")).env("OFFHOOK_KEYRING", self.path("keyring"));
        command.env("OFFHOOK_MIRROR", "http://mirror.example/debian").env_remove("OFFHOOK_KERNEL_SOURCE");
        command.env("PATH", format!("{}:/usr/bin:/bin", self.path("bin").display()));
        command
    }

    /// Its exit code and the message, with this test's directory taken out.
    fn message(&self, mut command: Command) -> (Option<i32>, String) {
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).replace(self.dir.path().to_str().unwrap(), "DIR");
        // progress may stand before it, in any order
        let message = said.lines().filter(|line| !line.starts_with("lab: ")).collect::<Vec<_>>().join("\n");
        (output.status.code(), message)
    }

    /// What is left under the cache's `tmp`, but for the lock of its own.
    fn leftovers(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("cache/tmp")).into_iter().flatten();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != ".sweep").collect()
    }
}

/// A build whose apt sleeps, once it has begun to.
fn sleeping(machine: &Machine) -> Child {
    let mut build = machine.build().stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&mut build, "fetching the package lists of trixie");
    build
}

fn wait_for(build: &mut Child, words: &str) {
    let stderr = build.stderr.as_mut().unwrap();
    let found = BufReader::new(stderr).lines().map_while(Result::ok).any(|line| line.contains(words));
    assert!(found, "the build never said {words:?}");
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
}

#[test]
fn without_apt_nothing_is_begun() {
    let machine = Machine::with_apt_get("exit 0");
    fs::remove_file(machine.path("bin/apt-get")).unwrap();
    let mut build = machine.build();
    build.env("PATH", machine.path("bin"));
    let (code, message) = machine.message(build);
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("there is no apt-get in PATH"), "{message}");
    assert!(!machine.path("cache").exists());
}

#[test]
fn an_archive_out_of_reach_is_named_with_what_to_do() {
    let said = "E: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Could not connect";
    let machine = Machine::with_apt_get(&format!("echo '{said}' >&2; exit 100"));
    let (code, message) = machine.message(machine.build());
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("the archive http://mirror.example/debian could not be reached"), "{message}");
    assert!(message.contains("OFFHOOK_MIRROR=") && message.contains(said), "{message}");
    assert_eq!(machine.leftovers(), [""; 0]);
}

#[test]
fn a_full_disk_is_called_so() {
    let machine = Machine::with_apt_get("echo 'E: Write error - write (28: No space left on device)' >&2; exit 100");
    let (code, message) = machine.message(machine.build());
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("became full") && message.contains("OFFHOOK_CACHE="), "{message}");
    assert_eq!(machine.leftovers(), [""; 0]);
}

#[test]
fn a_cache_that_cannot_be_made_is_named() {
    let machine = Machine::with_apt_get("exit 0");
    fs::write(machine.path("cache"), "a file").unwrap();
    let (code, message) = machine.message(machine.build());
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("cache directory DIR/cache, which cannot be written: not a directory"), "{message}");
}

#[test]
fn a_cache_that_others_may_write_is_refused_with_the_command_that_mends_it() {
    let machine = Machine::with_apt_get("exit 0");
    fs::create_dir(machine.path("cache")).unwrap();
    fs::set_permissions(machine.path("cache"), fs::Permissions::from_mode(0o777)).unwrap();
    let (code, message) = machine.message(machine.build());
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("DIR/cache is one that everybody may write (mode 0777)"), "{message}");
    assert!(message.contains("chmod -R go-w 'DIR/cache'."), "{message}");
    assert_eq!(fs::read_dir(machine.path("cache")).unwrap().count(), 0, "nothing is made there");
}

#[test]
fn what_is_made_by_a_user_with_umask_002_can_be_written_by_nobody_else() {
    // Too full to go on, but the cache is there.
    let machine = Machine::with_apt_get("echo 'E: Write error - write (28: No space left on device)' >&2; exit 100");
    let build = machine.build();
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 0002; exec \"$@\"", "sh"]).arg(build.get_program()).args(build.get_args());
    shell.envs(build.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(common::root());
    let (code, message) = machine.message(shell);
    assert_eq!(code, Some(3), "{message}");
    let mut open = vec![machine.path("cache")];
    while let Some(path) = open.pop() {
        let about = fs::symlink_metadata(&path).unwrap();
        assert_eq!(about.permissions().mode() & 0o022, 0, "{}", path.display());
        if about.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
}

#[test]
fn an_interrupt_ends_apt_and_leaves_nothing() {
    for number in [Signal::SIGINT, Signal::SIGTERM] {
        let machine = Machine::with_apt_get("echo $$ >> \"${0%/bin/*}/processes\"; sleep 600 & wait");
        let mut build = sleeping(&machine);
        signal(&build, number);
        assert_eq!(build.wait().unwrap().code(), Some(130), "{number}");
        assert_eq!(machine.leftovers(), [""; 0]);
        for process in fs::read_to_string(machine.path("processes")).unwrap_or_default().lines() {
            let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            assert!(state.is_empty() || state.contains(") Z "), "apt-get is still there: {state}");
        }
    }
}

#[test]
fn what_a_killed_build_left_is_removed_at_the_next_start() {
    let machine = Machine::with_apt_get("sleep 600");
    let mut build = sleeping(&machine);
    signal(&build, Signal::SIGKILL);
    build.wait().unwrap();
    assert_ne!(machine.leftovers(), [""; 0]);
    // One that was just being started may not be written to.
    let other = machine.path("bin/other");
    fs::write(&other, "#!/bin/sh\nexit 100\n").unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(&other, machine.path("bin/apt-get")).unwrap();
    let (code, message) = machine.message(machine.build());
    assert_eq!(code, Some(3), "{message}");
    assert_eq!(machine.leftovers(), [""; 0]);
}

#[test]
fn a_second_build_waits_and_says_for_whom() {
    let machine = Machine::with_apt_get("sleep 600");
    let mut first = sleeping(&machine);
    let mut second = machine.build().stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&mut second, &format!("waiting for process {}", first.id()));
    signal(&second, Signal::SIGINT);
    assert_eq!(second.wait().unwrap().code(), Some(130));
    signal(&first, Signal::SIGINT);
    assert_eq!(first.wait().unwrap().code(), Some(130));
    assert_eq!(machine.leftovers(), [""; 0]);
}
