#![doc = include_str!("../README.md")]
//!
//! # Reading order
//!
//! From the line upwards:
//!
//! - [`hdlc`] finds frames in octets, [`transparency`] makes octets of frames, [`fcs`] tells whether they arrived whole;
//!   [`receiver`] is the first with a clock.
//! - [`frame`] has address, control and protocol; [`packet`] and [`options`] are what control protocols send each other,
//!   [`pap`], [`chap`] and [`eap`] what the authentication protocols do.
//! - [`automaton`] is the table of RFC 1661 §4.1, [`restart`] limits it, and [`control`] is both at work, for any
//!   protocol of that kind: [`lcp`], [`ipcp`], [`ipv6cp`], or one of your own.
//! - [`auth`] decides who proves what to whom.
//! - [`link`] is all of it together, through the phases of RFC 1661 §3, as the calling end or the answering end;
//!   [`pool`] has addresses to give.
//! - [`mod@print`] shows any packet as one line, in the notation of pppd's log; [`mod@fields`] shows its fields, each with its
//!   octets.
//!
//! # Time
//!
//! An [`Instant`](offhook_clock::Instant) is a number of microseconds. With a real clock, it is what has passed since
//! the program began; in a test, whatever the test says. The same events at the same moments under the same seed give
//! the same octets.

pub mod auth;
pub mod automaton;
pub mod callback;
pub mod cbcp;
pub mod ccp;
pub mod chap;
pub mod compression;
pub mod control;
pub mod eap;
pub mod ecp;
pub mod fcs;
pub mod fields;
pub mod frame;
pub mod hdlc;
mod hex;
pub mod ipcp;
pub mod ipv6cp;
pub mod lcp;
pub mod link;
pub mod lqr;
pub mod mppe;
pub mod mschap;
mod open_enum;
pub mod options;
pub mod packet;
pub mod pap;
pub mod pool;
pub mod print;
pub mod quality;
pub mod receiver;
pub mod restart;
pub mod transparency;
