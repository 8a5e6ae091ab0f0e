//! Where a modem meets a DTE. Only a pty so far.
//!
//! In: octets for the DTE, and the wish to hang it up. Out: [`PortEvent`]s: the DTE opens the port (circuit 108/2 on),
//! sends octets, closes it (off). This is the one module of the crate that touches the operating system.

mod error;
mod pty;
mod watched;

pub use error::PortError;
pub use pty::{Port, PortEvent};
pub use watched::Watched;
