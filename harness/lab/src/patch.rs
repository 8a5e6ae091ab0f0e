//! The lab's changes to the kernel: randomness comes from `offhook.seed=` alone, so that a run can be repeated; and what takes time
//! without need takes less.

use std::fs;
use std::path::Path;

use diffy::Patch;

use super::error::LabError;

/// The patch, for several files.
pub(super) const DETERMINISM: &str = include_str!("../determinism.patch");

/// Patches without which a kernel is as good, and slower; each with what is slower.
pub(super) const SPEED: [(&str, &str); 2] = [
    // A USB host without hardware looks 8000 times a second, of virtual time, whether something moves.
    ("calls on USB ports", include_str!("../usb.patch")),
    // Each page that a program reads is a system call of the host's, and each that it touches, in sixteens, a hand-over.
    ("programs", include_str!("../pages.patch")),
];

/// Applies a patch of unified diffs, `--- a/PATH` and `+++ b/PATH`, to the tree under `root`: all of it, or nothing.
/// Hunks may have moved; their context must fit.
///
/// # Errors
/// If a file is missing or a hunk does not fit; `source` names the tree in the message.
pub(super) fn apply(patch: &str, root: &Path, source: &str) -> Result<(), LabError> {
    let mut files = Vec::new();
    for diff in split(patch) {
        let parsed = Patch::from_str(diff);
        let name = diff.lines().find_map(|line| line.strip_prefix("+++ b/")).unwrap_or("a file");
        let mismatch = |why: String| LabError::patch_mismatch(name, source, &why);
        let parsed = parsed.map_err(|error| mismatch(error.to_string()))?;
        let path = root.join(name);
        let text = fs::read_to_string(&path).map_err(|_| mismatch("there is no such file".to_owned()))?;
        let patched = diffy::apply(&text, &parsed).map_err(|error| mismatch(error.to_string()))?;
        files.push((path, patched));
    }
    for (path, patched) in files {
        fs::write(&path, patched).map_err(|error| LabError::io("patching the kernel's source", root, &error))?;
    }
    Ok(())
}

/// A patch's diffs, one a file.
fn split(patch: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = patch.match_indices("--- a/").map(|(at, _)| at).collect();
    starts.retain(|&at| at == 0 || patch[..at].ends_with('\n'));
    let ends = starts.iter().skip(1).copied().chain([patch.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| &patch[start..end]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RANDOM_C: &str = "struct pool {\n\t.lock = __SPIN_LOCK_UNLOCKED(input_pool.lock),\n};\n\n\
        static void _mix_pool_bytes(const void *buf, size_t len)\n{\n\
        \tblake2s_update(&input_pool.hash, buf, len);\n}\n\n/*\n * more\n */\n";
    const ARCHRANDOM_H: &str = "/* SPDX-License-Identifier: GPL-2.0 */\n#ifndef __ASM_UM_ARCHRANDOM_H__\n\
        #define __ASM_UM_ARCHRANDOM_H__\n\n#include <linux/types.h>\n\n\
        /* This is from <os.h>, but better not to #include that in a global header here. */\n\
        ssize_t os_getrandom(void *buf, size_t len, unsigned int flags);\n\n\
        static inline size_t __must_check arch_get_random_longs(unsigned long *v, size_t max_longs)\n{\n\
        \tssize_t ret;\n\n\tret = os_getrandom(v, max_longs * sizeof(*v), 0);\n\tif (ret < 0)\n\t\treturn 0;\n\
        \treturn ret / sizeof(*v);\n}\n\n\
        static inline size_t __must_check arch_get_random_seed_longs(unsigned long *v, size_t max_longs)\n{\n\
        \treturn 0;\n}\n\n#endif\n";

    fn tree(random_c: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [("drivers/char/random.c", random_c), ("arch/um/include/asm/archrandom.h", ARCHRANDOM_H)] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn the_patch_applies_wherever_its_context_has_moved_to() {
        for before in ["", "/* a line */\n", &"/* a line */\n".repeat(700)] {
            let dir = tree(&format!("{before}{RANDOM_C}"));
            apply(DETERMINISM, dir.path(), "linux-source-7.3").unwrap();
            let random_c = fs::read_to_string(dir.path().join("drivers/char/random.c")).unwrap();
            assert!(random_c.contains("early_param(\"offhook.seed\", parse_offhook_seed);"));
            assert!(!random_c.contains("blake2s_update"));
            let header = fs::read_to_string(dir.path().join("arch/um/include/asm/archrandom.h")).unwrap();
            assert!(header.contains("extern unsigned long offhook_random_state;") && !header.contains("os_getrandom"));
        }
    }

    #[test]
    fn a_kernel_that_changed_under_the_patch_is_refused_by_name() {
        let dir = tree(&RANDOM_C.replace("blake2s_update", "blake3_update"));
        let error = apply(DETERMINISM, dir.path(), "linux-source-9.1").unwrap_err();
        assert!(error.message().contains("drivers/char/random.c does not fit linux-source-9.1"), "{error}");
        let header = fs::read_to_string(dir.path().join("arch/um/include/asm/archrandom.h")).unwrap();
        assert_eq!(header, ARCHRANDOM_H, "a half of a patch is none");
    }

    #[test]
    fn the_patches_for_speed_are_patches() {
        for (what, patch) in SPEED {
            let files =
                split(patch).iter().map(|diff| Patch::from_str(diff).unwrap().hunks().len()).collect::<Vec<_>>();
            assert!(!files.is_empty() && !files.contains(&0), "{what}: {files:?}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = apply(DETERMINISM, dir.path(), "linux-source-9.1").unwrap_err();
        assert!(error.message().contains("arch/um/include/asm/archrandom.h"), "{error}");
    }
}
