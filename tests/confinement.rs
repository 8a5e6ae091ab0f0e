//! What a guest cannot do on its host, each attempt beside one that succeeds without the wall.
//!
//! A program that broke out of a guest's kernel is any program under the kernel's confinement: the probe below is one. What
//! root in a guest can do to the host's files by hostfs is tried in a guest.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, sched_getaffinity, sched_setaffinity, unshare};
use nix::sys::ptrace;
use nix::sys::signal::kill;
use nix::sys::stat::Mode;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::{Pid, geteuid, getppid, mkfifo, setpgid};
use offhook_base::guest::{ANY_PROCESSOR, BECOME_KERNEL, Confined, Confinement, LANDLOCK, SHOW_CONFINEMENT};

#[path = "common/attacker.rs"]
mod attacker;
#[path = "common/mod.rs"]
mod common;

/// Where the probe finds what it attacks.
const FIELD: &str = "OFFHOOK_PROBE_FIELD";

/// An ordinary user (nobody of base-passwd).
const NOBODY: u32 = 65_534;

/// One attempt: its name, and what it does in the field.
type Attempt = (&'static str, fn(&Path) -> io::Result<()>);

/// Each must succeed without confinement and fail with it. The canary is the host's; `out` is the guest's.
const ATTEMPTS: &[Attempt] = &[
    ("read a file of the host", |field| fs::read(field.join("home/canary")).map(drop)),
    ("list a directory of the host", |field| fs::read_dir(field.join("home")).map(drop)),
    ("write to a file of the host", |field| {
        OpenOptions::new().append(true).open(field.join("home/canary"))?.write_all(b"!")
    }),
    ("cut a file of the host short", |field| {
        File::options().write(true).truncate(true).open(field.join("home/canary")).map(drop)
    }),
    ("make a file on the host", |field| File::create(field.join("home/new")).map(drop)),
    ("make a directory on the host", |field| fs::create_dir(field.join("home/newdir"))),
    ("remove a file of the host", |field| fs::remove_file(field.join("home/lamb"))),
    ("open a file of the host to others", |field| {
        fs::set_permissions(field.join("home/canary"), Permissions::from_mode(0o666))
    }),
    ("take a file of the host away", |field| fs::rename(field.join("home/ram"), field.join("out/ram"))),
    ("leave a symbolic link", |field| symlink(field.join("home/canary"), field.join("out/link"))),
    ("leave a hard link", |field| fs::hard_link(field.join("home/canary"), field.join("out/twice"))),
    ("leave a FIFO", |field| Ok(mkfifo(&field.join("out/pipe"), Mode::S_IRWXU)?)),
    ("leave a socket", |field| UnixListener::bind(field.join("out/socket")).map(drop)),
    ("run a program of the host", |_| Command::new("/bin/true").status().map(drop)),
    ("signal a process of the host", |field| Ok(kill(sheep(field)?, None)?)),
    ("change the limits of a process of the host", |field| {
        let limit = rustix::process::Rlimit { current: Some(5), maximum: Some(5) };
        Ok(rustix::process::prlimit(Some(process(field)?), rustix::process::Resource::Nofile, limit).map(drop)?)
    }),
    ("move a process of the host to a processor", |field| {
        Ok(sched_setaffinity(sheep(field)?, &sched_getaffinity(Pid::from_raw(0))?)?)
    }),
    ("make a process of the host slower", |field| Ok(rustix::process::setpriority_process(Some(process(field)?), 19)?)),
    ("leave its process group", |_| Ok(setpgid(Pid::from_raw(0), Pid::from_raw(0))?)),
    ("connect by TCP", |field| TcpStream::connect(fs::read_to_string(field.join("out/tcp"))?.trim()).map(drop)),
    ("send by UDP", |_| UdpSocket::bind("127.0.0.1:0").map(drop)),
    ("connect to an abstract socket", |field| {
        let name = fs::read_to_string(field.join("out/abstract"))?;
        UnixStream::connect_addr(&SocketAddr::from_abstract_name(name.trim())?).map(drop)
    }),
    ("connect to a socket of the host", |field| UnixStream::connect(field.join("home/service")).map(drop)),
];

/// Those that only root can do even without confinement.
const OF_ROOT: &[Attempt] = &[
    ("mount", |field| Ok(mount(Some("none"), &field.join("mount"), Some("tmpfs"), MsFlags::empty(), None::<&str>)?)),
    ("trace a process of the host", |field| Ok(ptrace::attach(sheep(field)?)?)),
    ("read the memory of a process of the host", |field| {
        let maps = fs::read_to_string(format!("/proc/{}/maps", sheep(field)?))?;
        let begin = maps.split('-').next().and_then(|word| usize::from_str_radix(word, 16).ok()).unwrap_or_default();
        let mut octets = [0; 4];
        let local = &mut [io::IoSliceMut::new(&mut octets)];
        Ok(process_vm_readv(sheep(field)?, local, &[RemoteIoVec { base: begin, len: 4 }]).map(drop)?)
    }),
    ("leave a namespace", |_| Ok(unshare(CloneFlags::CLONE_NEWUTS)?)),
];

/// A process of the host, of the same user.
fn sheep(field: &Path) -> io::Result<Pid> {
    let text = fs::read_to_string(field.join("out/sheep"))?;
    Ok(Pid::from_raw(text.trim().parse().map_err(io::Error::other)?))
}

fn process(field: &Path) -> io::Result<rustix::process::Pid> {
    rustix::process::Pid::from_raw(sheep(field)?.as_raw()).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Not a test by itself: started by those below, it makes every attempt and tells how each went.
#[test]
#[ignore = "it is the attacker of the other tests"]
fn probe() {
    let Some(field) = std::env::var_os(FIELD).map(PathBuf::from) else { return };
    let of_root = if geteuid().is_root() { OF_ROOT } else { &[] };
    for (name, attempt) in ATTEMPTS.iter().chain(of_root) {
        let went = attempt(&field).map_or_else(|error| format!("failed: {error}"), |()| "done".to_owned());
        println!("\nprobe|{name}|{went}");
    }
    // What it must be able to do, so that not just everything fails.
    let own = fs::write(field.join("out/report"), "own")
        .and_then(|()| fs::rename(field.join("out/report"), field.join("out/kept")));
    println!(
        "\nprobe|write in its own directory|{}",
        own.map_or_else(|error| error.to_string(), |()| "done".to_owned())
    );
}

/// A field with a canary, and what goes on around it while it lives.
struct Field {
    directory: tempfile::TempDir,
    _tcp: TcpListener,
    _abstract: UnixListener,
    _service: UnixListener,
}

impl Field {
    fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("offhook-field").tempdir_in("/tmp").unwrap();
        let path = directory.path();
        for name in ["home", "out", "mount", "bin"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        for name in ["canary", "lamb", "ram"] {
            fs::write(path.join("home").join(name), "of the host").unwrap();
        }
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        fs::write(path.join("out/tcp"), tcp.local_addr().unwrap().to_string()).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        fs::write(path.join("out/abstract"), &name).unwrap();
        let listening = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        let service = UnixListener::bind(path.join("home/service")).unwrap();
        Self { directory, _tcp: tcp, _abstract: listening, _service: service }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Gives all of it to that user, so that nothing but the confinement stands in the way.
    fn given_to(&self, user: u32) {
        let mut open = vec![self.path().to_owned()];
        while let Some(path) = open.pop() {
            std::os::unix::fs::chown(&path, Some(user), Some(user)).unwrap();
            if path.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }

    /// How every attempt of a probe went, which that user runs.
    fn attempts(&self, user: u32, wall: Option<Wall>) -> BTreeMap<String, String> {
        let (init, probe) = (self.path().join("bin/init"), self.path().join("bin/probe"));
        fs::copy(lab().init.program(), &init).unwrap();
        fs::copy(std::env::current_exe().unwrap(), &probe).unwrap();
        // A process of the same user, which does nothing.
        let mut sheep = Command::new("sleep").arg("60").uid(user).gid(user).spawn().unwrap();
        fs::write(self.path().join("out/sheep"), sheep.id().to_string()).unwrap();
        self.given_to(user);
        let confinement = Confinement {
            execute: vec![probe.clone(), "/lib".into(), "/usr/lib".into(), "/lib64".into()],
            read: vec![],
            write: vec![self.path().join("out")],
            file_size: 1 << 20,
            required: true,
            without_landlock: wall == Some(Wall::Namespace),
        };
        let mut command = if wall.is_some() {
            let mut command = Command::new(&init);
            command.args([BECOME_KERNEL, &std::process::id().to_string(), ANY_PROCESSOR]);
            command.arg(serde_json::to_string(&confinement).unwrap()).arg(&probe);
            command
        } else {
            Command::new(&probe)
        };
        command.args(["--exact", "probe", "--ignored", "--nocapture", "--test-threads=1"]);
        command.env(FIELD, self.path()).current_dir("/").uid(user).gid(user);
        let output = output(&mut command);
        sheep.kill().unwrap();
        sheep.wait().unwrap();
        if user == 0 && wall.is_none() {
            let _ = nix::mount::umount(&self.path().join("mount"));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let told = text.lines().filter_map(|line| line.strip_prefix("probe|")?.split_once('|'));
        let told: BTreeMap<String, String> = told.map(|(name, went)| (name.to_owned(), went.to_owned())).collect();
        assert!(told.len() > ATTEMPTS.len(), "{}", common::said(&output));
        told
    }
}

/// What a program says that was just written: a child that another test starts may still have it open, until it is what it will be.
fn output(command: &mut Command) -> Output {
    for _ in 0..1000 {
        match command.output() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(std::time::Duration::from_millis(5))
            }
            output => return output.unwrap(),
        }
    }
    panic!("a program stays open for writing: {command:?}");
}

fn lab() -> offhook_lab::Lab {
    offhook_lab::ensure(&[], &offhook_lab::Progress::for_stderr()).unwrap()
}

/// What a guest is confined by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wall {
    Landlock,
    Namespace,
}

/// What a user namespace does not hold.
const THROUGH_A_NAMESPACE: [&str; 1] = ["signal a process of the host"];

fn held(user: u32, wall: Wall) {
    let without = Field::new().attempts(user, None);
    let field = Field::new();
    let with = field.attempts(user, Some(wall));
    for (name, went) in &without {
        assert_eq!(went, "done", "without confinement: {name}");
    }
    assert_eq!(with["write in its own directory"], "done");
    let let_through = |name: &str| wall == Wall::Namespace && THROUGH_A_NAMESPACE.contains(&name);
    for (name, went) in with.iter().filter(|(name, _)| *name != "write in its own directory" && !let_through(name)) {
        assert!(went.starts_with("failed: "), "with confinement: {name}: {went}");
    }
    assert_eq!(with.len(), without.len());
    let home: Vec<_> =
        ["canary", "lamb", "ram"].map(|name| fs::read_to_string(field.path().join("home").join(name)).unwrap()).into();
    assert_eq!(home, ["of the host"; 3]);
    let mut names: Vec<_> =
        fs::read_dir(field.path().join("home")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["canary", "lamb", "ram", "service"]);
}

/// Whether there is anything to be shown here: not on a kernel without Landlock, which is told.
fn landlock() -> bool {
    let confined = lab().init.confined().unwrap();
    if confined.landlock.is_none_or(|version| version < 6) {
        eprintln!("SKIPPED: this machine's kernel has no Landlock of version 6: {confined:?}");
    }
    confined.landlock.is_some_and(|version| version >= 6)
}

#[test]
fn whoever_broke_out_of_a_guests_kernel_reaches_nothing_of_the_users() {
    if landlock() {
        held(geteuid().as_raw(), Wall::Landlock);
    }
}

#[test]
fn nor_does_an_ordinary_user_s_guest() {
    if landlock() && geteuid().is_root() {
        held(NOBODY, Wall::Landlock);
    }
}

/// Whether this machine lets its users have namespaces, which is told if not.
fn namespaces() -> bool {
    let output = Command::new(lab().init.program()).arg(SHOW_CONFINEMENT).env(LANDLOCK, "off").output().unwrap();
    let confined: Confined = serde_json::from_slice(&output.stdout).unwrap();
    if !confined.enclosed {
        eprintln!("SKIPPED: this machine lets nobody have a user namespace: {confined}");
    }
    confined.enclosed
}

#[test]
fn without_landlock_a_namespace_holds_all_but_signals() {
    if namespaces() {
        held(geteuid().as_raw(), Wall::Namespace);
    }
}

#[test]
fn without_landlock_a_namespace_holds_an_ordinary_user_s_guest_too() {
    if namespaces() && geteuid().is_root() {
        held(NOBODY, Wall::Namespace);
    }
}

#[test]
fn a_guest_in_a_namespace_runs_and_finds_nothing_of_the_host() {
    if !namespaces() {
        return;
    }
    let canary = tempfile::NamedTempFile::new().unwrap();
    fs::write(canary.path(), "the host's canary").unwrap();
    let up = "/..".repeat(12);
    let script = format!(
        "{}mkdir /tmp/a; /tmp/m hostfs /tmp/a {up} && echo mounted; ls -R /tmp/a/etc /tmp/a/home /tmp/a/proc\n\
         cat /tmp/a{}; cat /tmp/a/etc/shadow; true",
        attacker::mounter(),
        canary.path().display()
    );
    let mut command = common::offhook();
    let output = command
        .args(["lab", "shell", "bookworm", "--", "/bin/sh", "-c", &script])
        .env(LANDLOCK, "off")
        .output()
        .unwrap();
    let text = common::said(&output);
    assert!(output.status.success() && text.contains("mounted"), "{text}");
    assert!(!text.contains("the host's canary") && !text.contains("root:x"), "{text}");
    for gone in [format!("/tmp/a{}", canary.path().display()), "/tmp/a/etc/shadow".to_owned()] {
        assert!(text.contains(&format!("cat: {gone}: No such file or directory")), "{text}");
    }
}

#[test]
fn nothing_is_started_unconfined_where_that_is_required() {
    // Who has the parent is of no matter here: the number is this process's.
    let parent = std::process::id().to_string();
    let output = Command::new(lab().init.program())
        .args([BECOME_KERNEL, &parent, ANY_PROCESSOR, "no JSON", "/bin/true"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("starting the guest's kernel"),
        "{}",
        common::said(&output)
    );
    assert_ne!(getppid().as_raw(), 0);
}

#[test]
fn root_in_a_guest_reads_nothing_of_the_hosts_by_mounting_it() {
    if !landlock() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let canary = scratch.path().join("canary");
    fs::write(&canary, "the host's canary").unwrap();
    let stack =
        offhook_lab::ensure(&["bookworm".to_owned()], &offhook_lab::Progress::for_stderr()).unwrap().stacks["bookworm"]
            .root
            .clone();
    let up = "/..".repeat(12);
    let script = format!(
        "{}mkdir /tmp/a /tmp/b /tmp/c\n\
         m() {{ /tmp/m hostfs /tmp/$1 $2 && echo mounted; }}; m a {up}; m b {up}/proc; m c {up}{}\n\
         echo \"control: $(cat /tmp/a{}/etc/debian_version)\"\n\
         cat /tmp/a{} /tmp/a/etc/shadow /tmp/b/self/environ /tmp/c/canary; ls /tmp/a /tmp/a/root /tmp/c\n\
         echo x > /tmp/c/new; mkdir /tmp/c/newdir; rm /tmp/c/canary; true",
        attacker::mounter(),
        scratch.path().display(),
        stack.display(),
        canary.display(),
    );
    let output = common::offhook().args(["lab", "shell", "bookworm", "--", "/bin/sh", "-c", &script]).output().unwrap();
    let text = common::said(&output);
    assert_eq!(text.matches("mounted").count(), 3, "{text}");
    // The way up and down again leads to what a guest may read, so it is the wall that the rest meets.
    assert!(text.contains("control: 12"), "{text}");
    assert!(!text.contains("the host's canary") && !text.contains("root:"), "{text}");
    assert!(text.matches("Permission denied").count() >= 8, "{text}");
    let mut names: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["canary"]);
}
