//! The telephone plant: what stands between a caller and a dial-in server's serial port.
//!
//! Read in this order:
//!
//! - [`time`]: the only notion of time there is, and no way to read a clock.
//! - [`trace`]: what happened, written by everything below, read by everything above this crate.
//! - [`exchange`]: the called line: ringing, caller ID, through-connection, octets at the line's rate.
//! - [`modem`]: the DCE on the server's port: V.250 commands in, result codes out.
//! - [`ppp`]: RFC 1661 and 1662 as values, a transition table and a link.
//! - [`caller`]: the far end: a PPP link with an IP host on top of it.
//! - [`port`]: where a modem meets a DTE: the one module that touches the operating system.
//!
//! Every machine here is driven from outside: octets, events and `now` go in by `handle_*`,
//! octets and events come out by `poll_*`, and `poll_timeout` names the next deadline.

pub mod caller;
pub mod exchange;
pub mod modem;
pub mod port;
pub mod ppp;
pub mod time;
pub mod trace;
