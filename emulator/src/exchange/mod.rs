//! The telephone exchange, as far as one called subscriber line needs it.
//!
//! Read in this order: [`Cadence`] (when the bell rings), [`CallerId`] (what is told between the first two rings),
//! `wire` (how octets get across at the line's rate), [`Line`] (the call). Beside them [`Cable`], which needs no exchange.
//!
//! In go a call, the hook of the called modem and octets of either end; out come ringing, caller ID, carrier and
//! octets of the other end, each at its moment. No clock is read: every `handle_*` is told `now`, and
//! [`Line::poll_timeout`] names the next moment at which something happens.

mod cable;
mod cadence;
mod caller_id;
mod carrier;
mod config;
mod disturbance;
mod events;
mod harm;
mod line;
mod message;
mod numbers;
mod quality;
mod ringing;
mod second;
mod switch;
mod tone;
mod wire;

pub use cable::{Cable, CableOutput};
pub use cadence::{Cadence, CadenceError, NATIONAL};
pub use caller_id::{CallerId, CallerIdService, Stamp};
pub use carrier::{Carrier, modulation};
pub use config::{Abilities, CallSetup, LineConfig};
pub use events::{CallerEvent, LineEvent, LineOutput, SecondCall};
pub use line::Line;
pub use message::{Parameter as CallerIdParameter, parameters as caller_id_parameters};
pub use numbers::{ForwardOn, Numbers, Route};
pub use quality::Quality;
pub use switch::{Exchange, LineId};
pub use tone::Tone;

#[cfg(test)]
mod plant_tests;
