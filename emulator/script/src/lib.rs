#![doc = include_str!("../README.md")]
//!
//! # Reading order
//!
//! - [`names`]: what protocols, codes and options are called.
//! - [`template`] is a packet to send, [`framing`] how it goes onto the line, [`pattern`] a packet that is expected;
//!   [`captured`] holds those that have a name.
//! - [`reader`] finds frames in octets, [`step`] is what a script is made of, [`player`] plays it.

mod agreed;
pub mod captured;
pub mod fault;
pub mod framing;
pub mod names;
mod negotiation;
pub mod pattern;
pub mod player;
pub mod reader;
pub mod step;
pub mod subject;
pub mod template;

pub use agreed::agreed_settings;
pub use player::{Failure, Output, Player, Verdict};
pub use step::{Expect, Negotiate, Proof, Step};
