//! Where a modem meets a DTE: a pty, a serial device, TCP.
//!
//! In: octets for the DTE, circuits, and the wish to hang it up. Out: [`PortEvent`]s: the DTE opens the port (circuit
//! 108/2 on), sends octets, closes it (off). This is the one module of the crate that touches the operating system.
//!
//! - [`Port`]: the bare pty of the lab, where it is given a name by a mount, and time is virtual.
//! - [`Attachment`]: any port of a modem that stands alone, opened by what an [`AttachmentSpec`] says.
//! - [`telnet`]: the protocol, without a connection, also for far ends of calls.

mod attachment;
mod duplex;
mod error;
mod event;
#[doc(hidden)]
pub mod fuzzing;
mod hung_up;
mod ip232;
mod link;
mod null_modem;
mod openings;
mod pending;
mod pty;
mod serial;
mod socket;
mod spec;
mod successor;
pub mod telnet;
mod terminal;
mod watched;
mod watcher;

pub use attachment::Attachment;
pub use error::PortError;
pub use event::PortEvent;
pub use pty::Port;
pub use spec::{AttachmentSpec, AttachmentSpecError, Protocol};
pub use watched::Watched;
pub use watcher::Watcher;
