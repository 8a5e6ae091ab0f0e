//! Who is reached by which number: a scenario's names of ports, hunt groups and forwarding as numbers of the exchange.

use offhook_telephony::exchange::{CallSetup, ForwardOn};

use super::port_session::PortSession;
use super::shared_exchange::SharedExchange;
use offhook_scenario::{Call, ForwardWhen, Server};

/// Hunt groups and forwarding, once all lines are on the exchange.
pub fn set_up(exchange: &SharedExchange, server: &Server, sessions: &[PortSession]) {
    let session = |device: &str| sessions.iter().find(|session| session.device == device);
    for group in &server.hunt_groups {
        let lines = group.devices.iter().filter_map(|device| session(device)?.line());
        lines.for_each(|line| exchange.assign(&group.number, line));
    }
    for forward in &server.forwards {
        let on = match forward.when {
            ForwardWhen::Always => ForwardOn::Always,
            ForwardWhen::Busy => ForwardOn::Busy,
            ForwardWhen::NoAnswer { rings } => ForwardOn::NoAnswer(rings),
        };
        exchange.forward(number_of(&forward.from, sessions), on, number_of(&forward.to, sessions));
    }
}

/// The number of the port of that name; what is no port is a number already.
pub fn number_of<'a>(to: &'a str, sessions: &'a [PortSession]) -> &'a str {
    let session = sessions.iter().find(|session| session.device == to);
    session.and_then(|session| session.number.as_deref()).unwrap_or(to)
}

/// What a call tells of its caller. Rings, time and the called number are not the caller's.
pub fn identity(script: &Call) -> CallSetup {
    CallSetup {
        from: script.from.clone().map(Into::into),
        name: script.name.clone().map(Into::into),
        ring_pattern: script.ring_pattern.unwrap_or(1),
        garbled: script.caller_id_garbled,
        ..CallSetup::default()
    }
}
