//! From a USB device to `/dev/ttyACM0`: waits for the port the kernel makes of it, and gives it the scenario's name.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use nix::sys::stat::{Mode, SFlag, makedev, mknod};

use offhook_base::plain;
use offhook_server::page::device_path;

/// How often it is looked for ...
const EVERY: Duration = Duration::from_millis(10);
/// ... and for how long. It takes 0.44 s.
const TRIES: usize = 500;
/// How the driver of the class names its ports.
const DRIVER: &str = "ttyACM";

/// Waits for the port of the device on that controller, and sees to it that it is found as `/dev/DEVICE`. In words,
/// what went wrong.
pub(super) fn named(number: usize, device: &str) -> Result<(), String> {
    let path = device_path(device);
    for _ in 0..TRIES {
        let found = found(Path::new("/sys/class/tty"), number).map_err(|error| plain(&error))?;
        // devtmpfs makes a node of the kernel's name, a little later than it is seen in /sys/class.
        if let Some((name, major, minor)) = found.filter(|(name, ..)| Path::new("/dev").join(name).exists()) {
            if format!("/dev/{name}") == path {
                return Ok(());
            }
            return made(&path, major, minor).map_err(|error| format!("making {path}: {}", plain(&error)));
        }
        // Virtual time: whoever waits for nothing but this sees it pass at once.
        std::thread::sleep(EVERY);
    }
    Err("waited 5s, and the kernel made no port of it".to_owned())
}

/// The name, and the numbers, of the port below `directory` that belongs to the controller of that number.
fn found(directory: &Path, number: usize) -> io::Result<Option<(String, u64, u64)>> {
    let controller = format!("/dummy_hcd.{number}/");
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // There are many others, and each system call counts.
        if !entry.file_name().to_string_lossy().starts_with(DRIVER) {
            continue;
        }
        // A link to where the device is in the tree of devices.
        let target = fs::read_link(entry.path())?;
        if target.to_string_lossy().contains(&controller) {
            // A file that comes a little later than the directory.
            let text = fs::read_to_string(entry.path().join("dev")).unwrap_or_default();
            let numbers =
                text.trim().split_once(':').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
            let name = entry.file_name().to_string_lossy().into_owned();
            return Ok(numbers.map(|(major, minor)| (name, major, minor)));
        }
    }
    Ok(None)
}

/// A node of its own, so that programs that ask what their terminal is called are told the scenario's name.
fn made(path: &str, major: u64, minor: u64) -> io::Result<()> {
    if let Some(parent) = Path::new(path).parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    Ok(mknod(path, SFlag::S_IFCHR, Mode::from_bits_truncate(0o600), makedev(major, minor))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_port_of_a_controller_is_found_by_its_place_among_the_devices() {
        let root = tempfile::tempdir().unwrap();
        let class = root.path().join("class");
        fs::create_dir(&class).unwrap();
        for (number, name, numbers) in [(0, "ttyACM1", "166:1\n"), (10, "ttyACM0", "166:0\n")] {
            let device = root.path().join(format!("devices/dummy_hcd.{number}/usb1/1-1/tty/{name}"));
            fs::create_dir_all(&device).unwrap();
            fs::write(device.join("dev"), numbers).unwrap();
            symlink(&device, class.join(name)).unwrap();
        }
        assert_eq!(found(&class, 0).unwrap(), Some(("ttyACM1".to_owned(), 166, 1)));
        assert_eq!(found(&class, 10).unwrap(), Some(("ttyACM0".to_owned(), 166, 0)));
        assert_eq!(found(&class, 1).unwrap(), None);
    }
}
