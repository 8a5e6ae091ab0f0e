//! The guest's file system: the stack's root under an overlay, the kernel's own file systems, the output directory.
//!
//! In comes a bare guest whose root is the host's, read-only; out comes one whose root is a writable copy of the stack,
//! with results leaving through [`OUT`]. Nothing written elsewhere survives the guest.

use std::fs;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root, sethostname};

use crate::lab::Special;
use crate::run::{Job, Trouble, plain};

/// Where the output directory is seen inside.
pub const OUT: &str = "/out";
/// File in the output directory with a shell's exit status, in decimal.
pub const STATUS: &str = "status";
/// The server's host name, which pppd takes for its own name in authentication.
const HOST_NAME: &str = "dialin";

/// Group `utmp` of base-passwd.
const UTMP_GROUP: u32 = 43;

/// Where the pieces are put together, on a tmpfs that hides the host's directory of that name.
const BENCH: &str = "/tmp";

/// Makes the stack's root this guest's root.
pub(super) fn enter(job: &Job) -> Result<(), Trouble> {
    let bench = Path::new(BENCH);
    mounted("tmpfs", "tmpfs", bench, "mode=755")?;
    let [stack, upper, work, root] = ["stack", "upper", "work", "root"].map(|name| bench.join(name));
    for directory in [&stack, &upper, &work, &root] {
        made(directory)?;
    }
    mounted("hostfs", "none", &stack, &host_path(&job.stack_root)?)?;
    let layers = format!("lowerdir={},upperdir={},workdir={}", stack.display(), upper.display(), work.display());
    mounted("overlay", "overlay", &root, &layers)?;
    for name in ["proc", "sys", "dev", "run", "tmp", "out"] {
        made(&root.join(name))?;
    }
    mounted("hostfs", "none", &root.join("out"), &host_path(&job.out)?)?;
    mounted("proc", "proc", &root.join("proc"), "")?;
    mounted("sysfs", "sysfs", &root.join("sys"), "")?;
    mounted("devtmpfs", "devtmpfs", &root.join("dev"), "")?;
    made(&root.join("dev/pts"))?;
    mounted("devpts", "devpts", &root.join("dev/pts"), "ptmxmode=666,mode=620")?;
    mounted("tmpfs", "tmpfs", &root.join("run"), "mode=755")?;
    mounted("tmpfs", "tmpfs", &root.join("tmp"), "mode=1777")?;
    for name in ["run/lock", "run/netns"] {
        made(&root.join(name))?;
    }
    chdir(&root).map_err(|errno| trouble("entering the stack's root", errno))?;
    // New root and old root on the same spot: the old one is on top afterwards and is let go (pivot_root(2)).
    pivot_root(".", ".").map_err(|errno| trouble("making the stack's root the root", errno))?;
    umount2(".", MntFlags::MNT_DETACH).map_err(|errno| trouble("letting the host's root go", errno))?;
    chdir("/").map_err(|errno| trouble("entering the new root", errno))?;
    sethostname(HOST_NAME).map_err(|errno| trouble("setting the host name", errno))?;
    if job.special.is_empty() { Ok(()) } else { specials_given(&job.special) }
}

/// Gives owners and modes that the stack's files cannot carry: setuid programs, logs of logins. Each is copied into the
/// guest's overlay for it.
fn specials_given(specials: &[Special]) -> Result<(), Trouble> {
    let mut all: Vec<(String, u32, u32, u32)> = specials
        .iter()
        .filter(|special| special.path.starts_with("usr/") || special.path.starts_with("var/log/"))
        .map(|special| (format!("/{}", special.path), special.uid, special.gid, special.mode))
        .collect();
    all.push(("/run/lock".to_owned(), 0, 0, 0o1777));
    all.push(("/run/utmp".to_owned(), 0, UTMP_GROUP, 0o664));
    fs::write("/run/utmp", "").map_err(|error| Trouble::io("making /run/utmp", &error))?;
    for (path, uid, gid, mode) in all {
        let given = chown(&path, Some(uid), Some(gid))
            // After the owner, whose change takes setuid bits away.
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)));
        match given {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Trouble::new(format!("giving {path} its owner and mode: {}", plain(&error))));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Runs `command` on the console, waits for it, and leaves its exit status in [`STATUS`]: `offhook lab shell`.
pub(super) fn shell(command: &[String]) -> Result<(), Trouble> {
    let (program, arguments) = command.split_first().ok_or_else(|| Trouble::new("no command for the shell"))?;
    let status = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs([("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/root"), ("TERM", "linux"), ("PS1", "dialin# ")])
        .status()
        .map_err(|error| Trouble::io(format!("starting {program} in the guest"), &error))?;
    let code = status.code().unwrap_or(1);
    fs::write(Path::new(OUT).join(STATUS), code.to_string())
        .map_err(|error| Trouble::io("telling the command's exit status", &error))
}

fn mounted(kind: &str, source: &str, target: &Path, data: &str) -> Result<(), Trouble> {
    mount(Some(source), target, Some(kind), MsFlags::empty(), Some(data))
        .map_err(|errno| trouble(&format!("mounting {kind} on {}", target.display()), errno))
}

fn made(directory: &Path) -> Result<(), Trouble> {
    fs::create_dir_all(directory).map_err(|error| Trouble::io(format!("making {}", directory.display()), &error))
}

/// A host path as hostfs takes it: the mount options are the path, so it must be one word to the kernel.
fn host_path(path: &Path) -> Result<String, Trouble> {
    match path.to_str() {
        Some(text) if !text.contains(',') => Ok(text.to_owned()),
        _ => Err(Trouble::new(format!("{} cannot be seen in the guest: its name has a comma in it", path.display()))
            .help("give an output directory (--out) and a cache directory without commas")),
    }
}

fn trouble(doing: &str, errno: nix::Error) -> Trouble {
    Trouble::io(format!("{doing} in the guest"), &Error::from(errno))
}
