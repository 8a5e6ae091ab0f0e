//! The telephone exchange, as far as one called subscriber line needs it.
//!
//! Read in this order: [`Cadence`] (when the line rings), [`CallerId`] (what is told between the first two rings),
//! `channel` (how octets get across at the line's rate), [`Line`] (the call). Beside them [`Cable`], which needs no exchange.
//!
//! In go a call, the hook of the called modem and octets of either end; out come ringing, caller ID, carrier and
//! octets of the other end, each at its moment. No clock is read: every `handle_*` is told `now`, and
//! [`Line::poll_timeout`] names the next moment at which something happens.

mod both_ways;
mod cable;
mod cadence;
mod caller_id;
mod caller_id_service;
mod carrier;
mod channel;
mod config;
mod dial_plan;
mod disturbance;
mod events;
mod gap;
mod impairment;
mod line;
mod message;
mod number_collector;
mod party;
mod quality;
mod release;
mod ringing;
mod stamp;
mod subscriber_id;
mod switch;
mod tone;

pub use cable::{Cable, CableOutput};
pub use cadence::{Cadence, CadenceError, NATIONAL};
pub use caller_id::CallerId;
pub use caller_id_service::CallerIdService;
pub use carrier::{BEYOND_V34, Carrier, modulation};
pub use config::{Abilities, CallSetup, LineConfig};
pub use dial_plan::{DialPlan, ForwardOn, Route};
pub use events::{CallerEvent, LineEvent, LineOutput, WaitingCall};
pub use line::Line;
pub use message::{Parameter as CallerIdParameter, parameters as caller_id_parameters};
pub use number_collector::{NumberCollector, Numbers};
pub use party::Party;
pub use quality::{Deafness, Quality};
pub use release::Release;
pub use stamp::Stamp;
pub use subscriber_id::LineId;
pub use switch::Exchange;
pub use tone::Tone;

#[cfg(test)]
mod line_end_tests;
