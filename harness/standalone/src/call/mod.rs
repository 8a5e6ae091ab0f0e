//! `offhook call`: one call by the built-in caller to a server that already runs, and a report of it.
//!
//! [`session`] is the call as the caller lives it, without clock or socket; [`port`] carries it over a modem of our own in
//! front of the server, [`number`] over the modems of a running `offhook modem`; [`report`] is what came of it.

pub mod number;
pub mod port;
pub mod report;
pub mod session;
