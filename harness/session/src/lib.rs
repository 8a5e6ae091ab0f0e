//! What plays the calls of a scenario and checks its expectations, in virtual time.
//!
//! Octets, events and `now` go in; octets, events and the next deadline come out: there is no process, no kernel and no clock
//! here. [`PortSession`](port_session::PortSession) is one port of a server with the call that is on it, [`client`] a modem that a
//! program of the caller's dials with, [`conversation`] the calls of a scenario, step after step, [`facts`] what is known of a call, [`expect`] what is expected of it, [`server_words`] what
//! the server's programs say of it.
//! [`Job`] goes into a guest, [`Report`] comes out of it, and [`Outcome`] is all that reports see.

mod caller_config;
pub mod client;
pub mod conversation;
pub mod expect;
pub mod facts;
pub mod hints;
pub mod invariant;
mod job;
pub mod last_words;
mod line_end;
pub mod login;
pub mod numbering;
mod outcome;
pub mod port_session;
pub mod server_words;
mod shared_exchange;
mod tap;
mod transit;

pub use caller_config::caller;
pub use job::*;
pub use line_end::LineFault;
pub use outcome::*;
pub use shared_exchange::SharedExchange;
