//! Which kernel source is taken, and which of its files: most of a kernel's source is drivers no guest has.

use super::apt::{Archive, Suite};
use super::error::LabError;
use super::manifest::Package;
use super::progress::Task;

/// From this version on guests run user space by seccomp, four times faster than by ptrace.
const FAST_ENOUGH: (u32, u32) = (6, 16);

/// The newest kernel source that trixie's backports offer, if new enough, else the newest of all in trixie.
/// `named` asks for one package.
pub(super) fn newest<'a>(
    archive: &Archive<'a>,
    named: Option<&str>,
    task: &Task,
) -> Result<(Suite<'a>, Package), LabError> {
    let mut found: Option<((u32, u32), Suite<'a>, String)> = None;
    let mut mirror = String::new();
    for name in ["trixie-backports", "trixie"] {
        let suite = archive.suite(name, task)?;
        suite.mirror().clone_into(&mut mirror);
        for package in suite.names("linux-source-")? {
            let Some(version) = version(&package) else { continue };
            if named.is_none_or(|named| named == package) && found.as_ref().is_none_or(|(best, ..)| version > *best) {
                found = Some((version, suite.clone(), package));
            }
        }
        if found.as_ref().is_some_and(|(best, ..)| *best >= FAST_ENOUGH || named.is_some()) {
            break;
        }
    }
    let (_, suite, name) = found.ok_or_else(|| LabError::no_kernel_source(&mirror))?;
    let package = suite.describe(&[name])?.pop().ok_or_else(|| LabError::no_kernel_source(&mirror))?;
    Ok((suite, package))
}

/// `linux-source-7.3` is (7, 3); other names are none.
fn version(package: &str) -> Option<(u32, u32)> {
    let (major, minor) = package.strip_prefix("linux-source-")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Directories whose C files no User Mode Linux kernel of ours compiles.
/// Should a later kernel want one of them, the build fails and is tried again with all files.
const UNUSED: &[&str] = &[
    "drivers/accel/",
    "drivers/ata/",
    "drivers/clk/",
    "drivers/comedi/",
    "drivers/crypto/",
    "drivers/gpu/",
    "drivers/hid/",
    "drivers/hwmon/",
    "drivers/i2c/",
    "drivers/iio/",
    "drivers/infiniband/",
    "drivers/input/",
    "drivers/interconnect/",
    "drivers/isdn/",
    "drivers/leds/",
    "drivers/md/",
    "drivers/media/",
    "drivers/mfd/",
    "drivers/mmc/",
    "drivers/mtd/",
    "drivers/net/can/",
    "drivers/net/dsa/",
    "drivers/net/ethernet/",
    "drivers/net/wireless/",
    "drivers/nvme/",
    "drivers/phy/",
    "drivers/pinctrl/",
    "drivers/platform/",
    "drivers/power/",
    "drivers/regulator/",
    "drivers/scsi/",
    "drivers/soc/",
    "drivers/spi/",
    "drivers/staging/",
    "drivers/thermal/",
    "drivers/video/",
    "drivers/watchdog/",
    "fs/bcachefs/",
    "fs/btrfs/",
    "fs/ceph/",
    "fs/ext4/",
    "fs/f2fs/",
    "fs/gfs2/",
    "fs/jfs/",
    "fs/nfs/",
    "fs/nfsd/",
    "fs/ntfs3/",
    "fs/ocfs2/",
    "fs/smb/",
    "fs/ubifs/",
    "fs/xfs/",
    "net/batman-adv/",
    "net/bluetooth/",
    "net/mac80211/",
    "net/sctp/",
    "net/sunrpc/",
    "net/tipc/",
    "net/wireless/",
    "sound/",
];

/// Directories of which nothing but what configures the kernel is needed.
const UNREAD: &[&str] = &["Documentation/", "LICENSES/", "samples/", "tools/perf/", "tools/testing/", "tools/power/"];

/// Whether a file, by its path in the source, is needed to build the lab's kernel.
pub(super) fn needed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if ["Kconfig", "Makefile", "Kbuild"].iter().any(|kind| name.starts_with(kind)) {
        return true;
    }
    if name.ends_with(".dts") || name.ends_with(".dtsi") || name.ends_with(".rs") {
        return false;
    }
    let other_arch = path
        .strip_prefix("arch/")
        .is_some_and(|rest| rest.contains('/') && !rest.starts_with("um/") && !rest.starts_with("x86/"));
    let code = [".c", ".h", ".S"].iter().any(|kind| name.ends_with(kind));
    let unused = code && UNUSED.iter().any(|dir| path.starts_with(dir));
    !other_arch && !unused && !UNREAD.iter().any(|dir| path.starts_with(dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("linux-source-7.3"), Some((7, 3)));
        assert!(version("linux-source-6.9") < version("linux-source-6.16"));
        assert_eq!(version("linux-source"), None);
        assert_eq!(version("linux-source-6.1-rt"), None);
    }

    #[test]
    fn what_configures_the_kernel_is_always_needed() {
        assert!(needed("drivers/gpu/drm/Kconfig"));
        assert!(needed("drivers/gpu/drm/Kconfig.debug"));
        assert!(needed("Documentation/Makefile"));
        assert!(needed("sound/Kconfig"));
    }

    #[test]
    fn drivers_no_guest_has_are_left_out() {
        assert!(!needed("drivers/gpu/drm/drm_drv.c"));
        assert!(!needed("arch/arm64/kernel/setup.c"));
        assert!(!needed("Documentation/index.rst"));
        for path in [
            "drivers/char/random.c",
            "arch/um/kernel/um_arch.c",
            "arch/x86/um/signal.c",
            "net/ipv4/tcp.c",
            "arch/Kconfig",
        ] {
            assert!(needed(path), "{path}");
        }
    }
}
