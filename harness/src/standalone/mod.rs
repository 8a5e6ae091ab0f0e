//! Modems without a scenario: in real time, for any program that wants one, and calls to servers that already run.
//!
//! `offhook modem` puts modems on a [`bench::Bench`], gives each a port ([`link`]) and runs them by [`driver`], which has
//! the only clock. [`phonebook`] says where numbers lead, `peer` is whoever is there, [`view`] and [`journal`] show it all,
//! [`recorder`] captures it.
//! `offhook call` is in [`call`]: one call by the built-in caller, and a report.

pub mod bench;
pub mod call;
pub mod control;
pub mod driver;
mod ear;
pub mod journal;
pub mod link;
pub mod panel;
mod peer;
pub mod phonebook;
pub mod recorder;
pub mod said;
mod subscriber;
mod telnet;
pub mod trunk;
pub mod view;
