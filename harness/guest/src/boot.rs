//! The guest's file system: the stack's root under an overlay, the kernel's own file systems, the output directory.
//!
//! In comes a bare guest whose root holds process 1, its libraries and three empty directories, read-only; out comes one whose
//! root is a writable copy of the stack, with results leaving through the directory of [`output`]. Nothing written elsewhere survives the guest.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root, sethostname};

use offhook_base::guest::{PROGRAMS_VIEW, ProgramDirectory, ReplacedFile, STACK_VIEW, STATUS_FILE, Special};
use offhook_base::{Error, plain};
use offhook_session::Job;

use crate::output;

/// The server's host name, which pppd takes for its own name in authentication.
const HOST_NAME: &str = "dialin";

/// Group `utmp` of base-passwd.
const UTMP_GROUP: u32 = 43;

/// Where the pieces are put together, on a tmpfs.
const BENCH: &str = "/tmp";

/// Makes the stack's root this guest's root.
pub(super) fn enter(job: &Job) -> Result<(), Error> {
    let bench = Path::new(BENCH);
    mounted("tmpfs", "tmpfs", bench, "mode=755")?;
    let [stack, upper, work, root] = ["stack", "upper", "work", "root"].map(|name| bench.join(name));
    for directory in [&stack, &upper, &work, &root] {
        made(directory)?;
    }
    mounted("hostfs", "none", &stack, STACK_VIEW)?;
    let layers = format!("lowerdir={},upperdir={},workdir={}", stack.display(), upper.display(), work.display());
    mounted("overlay", "overlay", &root, &layers)?;
    programs_laid(&job.programs, bench, &root)?;
    for name in ["proc", "sys", "dev", "run", "tmp"] {
        made(&root.join(name))?;
    }
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
    chdir(&root).map_err(|errno| error("entering the stack's root", errno))?;
    // New root and old root on the same spot: the old one is on top afterwards and is let go (pivot_root(2)).
    pivot_root(".", ".").map_err(|errno| error("making the stack's root the root", errno))?;
    umount2(".", MntFlags::MNT_DETACH).map_err(|errno| error("letting the first root go", errno))?;
    chdir("/").map_err(|errno| error("entering the new root", errno))?;
    sethostname(HOST_NAME).map_err(|errno| error("setting the host name", errno))?;
    job.replaced.iter().try_for_each(replaced)?;
    if job.special.is_empty() { Ok(()) } else { specials_given(&job.special) }
}

/// Lays a machine's own directories of programs over the stack's, each with a writable layer of its own: nothing of the stack's
/// shines through.
fn programs_laid(programs: &[ProgramDirectory], bench: &Path, root: &Path) -> Result<(), Error> {
    for ProgramDirectory { name, link } in programs {
        let place = root.join(name);
        let failed = |error: io::Error| Error::io(format!("putting the machine's /{name} into the guest"), &error);
        match (fs::read_link(&place), link) {
            // As on most: /bin leads to usr/bin in both.
            (Ok(known), Some(link)) if known == Path::new(link) => continue,
            (Ok(_), _) => fs::remove_file(&place).map_err(failed)?,
            (Err(_), Some(_)) if place.exists() => fs::remove_dir_all(&place).map_err(failed)?,
            (Err(_), _) => {}
        }
        match link {
            Some(link) => symlink(link, &place).map_err(failed)?,
            None => {
                let layer = bench.join("programs").join(name);
                let [lower, upper, work] = ["lower", "upper", "work"].map(|name| layer.join(name));
                for directory in [&lower, &upper, &work, &place] {
                    made(directory)?;
                }
                mounted("hostfs", "none", &lower, &format!("{PROGRAMS_VIEW}/{name}"))?;
                let layers =
                    format!("lowerdir={},upperdir={},workdir={}", lower.display(), upper.display(), work.display());
                mounted("overlay", "overlay", &place, &layers)?;
            }
        }
    }
    Ok(())
}

/// Puts a file in the place of the server's, for all to execute; what leads elsewhere there is no more.
fn replaced(replaced: &ReplacedFile) -> Result<(), Error> {
    let (from, to) = (output::directory().join(&replaced.file), Path::new(&replaced.path));
    let failed =
        |error: io::Error| Error::io(format!("putting another file in the place of {}", replaced.path), &error);
    if let Some(directory) = to.parent() {
        made(directory)?;
    }
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    fs::copy(&from, to)
        .and_then(|_| chown(to, Some(0), Some(0)))
        .and_then(|()| fs::set_permissions(to, fs::Permissions::from_mode(0o755)))
        // It is no evidence.
        .and_then(|()| fs::remove_file(&from))
        .map_err(failed)
}

/// Gives owners and modes that the stack's files cannot carry: setuid programs, logs of logins. Each is copied into the
/// guest's overlay for it.
fn specials_given(specials: &[Special]) -> Result<(), Error> {
    let mut all: Vec<(String, u32, u32, u32)> = specials
        .iter()
        .filter(|special| special.path.starts_with("usr/") || special.path.starts_with("var/log/"))
        .map(|special| (format!("/{}", special.path), special.uid, special.gid, special.mode))
        .collect();
    all.push(("/run/lock".to_owned(), 0, 0, 0o1777));
    all.push(("/run/utmp".to_owned(), 0, UTMP_GROUP, 0o664));
    fs::write("/run/utmp", "").map_err(|error| Error::io("making /run/utmp", &error))?;
    for (path, uid, gid, mode) in all {
        let given = chown(&path, Some(uid), Some(gid))
            // After the owner, whose change takes setuid bits away.
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode)));
        match given {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::new(format!("giving {path} its owner and mode: {}", plain(&error))));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Runs `command` on the console, waits for it, and leaves its exit status in [`STATUS_FILE`]: `offhook lab shell`.
pub(super) fn shell(command: &[String]) -> Result<(), Error> {
    let (program, arguments) = command.split_first().ok_or_else(|| Error::new("no command for the shell"))?;
    let status = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs([("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/root"), ("TERM", "linux"), ("PS1", "dialin# ")])
        .status()
        .map_err(|error| Error::io(format!("starting {program} in the guest"), &error))?;
    let code = status.code().unwrap_or(1);
    fs::write(output::directory().join(STATUS_FILE), code.to_string())
        .map_err(|error| Error::io("telling the command's exit status", &error))
}

fn mounted(kind: &str, source: &str, target: &Path, data: &str) -> Result<(), Error> {
    mount(Some(source), target, Some(kind), MsFlags::empty(), Some(data))
        .map_err(|errno| error(&format!("mounting {kind} on {}", target.display()), errno))
}

fn made(directory: &Path) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(|error| Error::io(format!("making {}", directory.display()), &error))
}

fn error(doing: &str, errno: nix::Error) -> Error {
    Error::io(format!("{doing} in the guest"), &io::Error::from(errno))
}
