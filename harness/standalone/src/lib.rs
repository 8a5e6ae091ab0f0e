//! Modems without a scenario: in real time, for any program that wants one, and calls to servers that already run.
//!
//! `offhook modem` puts modems on a [`modem_pool::ModemPool`], gives each a port ([`link`]) and runs them by [`driver`], which has
//! the only clock. [`phonebook`] says where numbers lead, `stream_end` is whoever is there, [`view`] and [`journal`] show it all,
//! [`recorder`] captures it, [`nvram_file`] keeps what modems store. A number may answer by itself, with PPP ([`ppp_sessions`]).
//! `offhook call` is in [`call`]: one call by the built-in caller, and a report.

mod address;
pub mod call;
pub mod control;
pub mod driver;
mod framing;
pub mod journal;
pub mod link;
pub mod log_entry;
pub mod modem_pool;
pub mod nvram_file;
pub mod outer_end;
pub mod panel;
pub mod phonebook;
pub mod ppp_number;
pub mod ppp_sessions;
pub mod recorder;
mod stream_end;
mod subscriber;
pub mod tap;
pub mod view;
