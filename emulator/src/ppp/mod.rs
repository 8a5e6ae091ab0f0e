//! The Point-to-Point Protocol (RFC 1661, RFC 1662) as values, a transition table and a link.
//!
//! From the line upwards:
//!
//! - [`fcs`], [`transparency`], [`hdlc`]: octets of the line to frames and back.
//! - [`frame`]: address, control and protocol. [`packet`], [`options`]: what control protocols send each other.
//! - [`automaton`]: the table of RFC 1661 §4.1. [`counters`]: what limits it. [`control`]: both at work.
//! - [`lcp`], [`auth`], [`pap`], [`chap`], [`ipcp`], [`ipv6cp`]: the protocols that the dialling end speaks.
//! - [`link`]: all of it together, through the phases of RFC 1661 §3.
//! - [`mod@print`]: any packet as one line, in the notation of pppd's log.

pub mod auth;
pub mod automaton;
pub mod chap;
pub mod control;
pub mod counters;
pub mod fcs;
pub mod frame;
pub mod hdlc;
pub mod ipcp;
pub mod ipv6cp;
pub mod lcp;
pub mod link;
pub mod options;
pub mod packet;
pub mod pap;
pub mod print;
mod print_ip;
mod print_options;
pub mod random;
pub mod transparency;

#[cfg(test)]
pub(crate) mod server;
