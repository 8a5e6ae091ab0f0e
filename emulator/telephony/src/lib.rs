#![doc = include_str!("../README.md")]
//!
//! # Reading order
//!
//! - [`exchange`]: lines, ringing, caller ID, through-connection, octets at the line's rate, null-modem cables.
//! - [`modem`]: the DCE on a DTE's port: V.250 commands in, result codes out.
//! - [`trace`]: what happened, as one list with one clock; [`loss`]: why octets never arrive; [`line_monitor`]: a line as a
//!   third party hears it.
//!
//! Every machine here is driven from outside: octets, events and `now` go in by `handle_*`,
//! octets and events come out by `poll_*`, and `poll_timeout` names the next deadline. There is no clock and no socket.

pub mod exchange;
pub mod line_monitor;
pub mod loss;
pub mod modem;
pub mod trace;
