//! The small program at both ends of a guest, as octets to be written to a file.
//!
//! On the host it becomes the guest's kernel, so that the kernel dies with the runner; in the guest it is process 1
//! ([`offhook_guest`](https://docs.rs/offhook-guest)). It is an executable for this machine, linked with its C library. How it
//! comes to be is told in this crate's build script.

use std::io::{self, Read};

use liblzma::read::XzDecoder;

/// The executable; compressed by xz in a release build, where it is carried around, and not in a debug build, where it is made
/// again and again.
const PROGRAM: &[u8] = include_bytes!(env!("OFFHOOK_INIT"));

/// How a file compressed by xz begins.
const XZ: &[u8] = b"\xfd7zXZ\0";

/// The executable.
///
/// # Errors
///
/// If it was damaged since it was built.
pub fn program() -> io::Result<Vec<u8>> {
    if !PROGRAM.starts_with(XZ) {
        return Ok(PROGRAM.to_vec());
    }
    let mut program = Vec::new();
    XzDecoder::new(PROGRAM).read_to_end(&mut program)?;
    Ok(program)
}

/// Another for every other [`program()`]: sixteen hexadecimal digits.
pub const KEY: &str = env!("OFFHOOK_INIT_KEY");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_program_is_a_small_executable() {
        let program = program().unwrap();
        assert_eq!(&program[..4], b"\x7fELF");
        // Nothing is optimized in a debug build, and nothing inlined.
        let most = if cfg!(debug_assertions) { 16_000_000 } else { 10_000_000 };
        assert!(program.len() <= most, "{} octets", program.len());
    }
}
