//! What ran, so that two outcomes can be compared.

use serde::{Deserialize, Serialize};

/// What ran: the versions and hashes that make two outcomes comparable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Version of offhook.
    pub offhook: String,
    /// Kernel release, `7.3.4`.
    pub kernel: String,
    /// SHA-256 of the kernel image, in hexadecimal.
    pub kernel_sha256: String,
    /// Stack name, `bookworm`.
    pub stack: String,
    /// Versions of the packages that matter, `mgetty 1.2.1-1.2`, in order.
    pub packages: Vec<String>,
    /// SHA-256 over names and hashes of all packages of the stack, in hexadecimal.
    pub stack_sha256: String,
}
