//! A null-modem cable: two DTEs face to face, no modems, no exchange.
//!
//! In: either end's circuit 108 (DTR) and octets. Out: octets for the other end, circuit 109 of the server (the caller's
//! DTR, crossed over), what the caller sees ([`CallerEvent`]), and the trace. Both ends on: connected, at once.
//! Octets pass at the ports' speed, and only while both ends are on: a serial port nobody listens to speaks to the air. What a
//! call loses so is told.

use std::collections::VecDeque;
use std::time::Duration;

use super::both_ways::BothWays;
use super::carrier::Carrier;
use super::channel::Channel;
use super::config::CallSetup;
use super::events::CallerEvent;
use super::quality::Deafness;
use super::release::Release;
use crate::loss::LossCause;
use crate::trace::{End, EventKind, Loss};
use offhook_clock::Instant;

/// Start bit, eight bits, stop bit.
const OCTET_BITS: u32 = 10;

/// What a cable has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CableOutput {
    /// Octets for the server's DTE.
    ToDte(Vec<u8>),
    /// The server's circuit 109 goes off.
    HangUpDte,
    /// To the caller.
    ToCaller(CallerEvent),
    /// Octets of either end that do not arrive at the other.
    Lost(Loss),
    /// To the trace, at the present moment.
    Trace(EventKind),
}

/// Where the call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The caller's end is off.
    Idle,
    /// The caller's end is on, the server's is not.
    Calling,
    /// Both are on.
    Connected,
    /// The server's end went off; what it had written is still on its way, as a port drains before it is closed.
    Draining,
}

/// A null-modem cable.
///
/// ```
/// use offhook_clock::Instant;
/// use offhook_telephony::exchange::{Cable, CableOutput, CallSetup};
/// use offhook_telephony::trace::End;
///
/// let mut cable = Cable::new(9600);
/// cable.place_call(Instant::ZERO, CallSetup::default());
/// cable.handle_circuit_108(Instant::ZERO, true);
/// cable.send(Instant::ZERO, End::Caller, b"hello");
/// // Ten bits each at 9600 bit/s: the last of five octets is there after 5.2 ms.
/// cable.handle_timeout(Instant::from_micros(5_209));
/// let mut got = Vec::new();
/// while let Some(output) = cable.poll_output() {
///     if let CableOutput::ToDte(octets) = output {
///         got.extend(octets);
///     }
/// }
/// assert_eq!(got, b"hello");
/// ```
#[derive(Clone, Debug)]
pub struct Cable {
    speed: u32,
    /// Wires that are broken in every call.
    deaf: Vec<Deafness>,
    phase: Phase,
    server_on: bool,
    channels: BothWays,
    output: VecDeque<CableOutput>,
}

impl Cable {
    /// A cable between ports of `speed` bit/s, both ends off.
    pub fn new(speed: u32) -> Self {
        let channel = Channel::new(speed, OCTET_BITS, Duration::ZERO);
        Self {
            speed,
            deaf: Vec::new(),
            phase: Phase::Idle,
            server_on: false,
            channels: BothWays::alike(channel),
            output: VecDeque::new(),
        }
    }

    /// The same cable with wires that break in every call.
    pub fn with_deaf(self, deaf: Vec<Deafness>) -> Self {
        Self { deaf, ..self }
    }

    /// Whether no call is on it.
    pub fn is_free(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// The caller's end goes on: the call begins, as soon as the server's is on.
    pub fn place_call(&mut self, now: Instant, setup: CallSetup) {
        self.handle_timeout(now);
        self.trace(EventKind::call_begins(setup.from.as_ref(), setup.name.as_ref()));
        if !self.is_free() {
            self.trace(EventKind::Note { text: "the cable is in use".into() });
            self.tell_caller(CallerEvent::Busy);
            return;
        }
        self.phase = Phase::Calling;
        self.connect(now);
    }

    /// The server opened or closed its port.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        self.handle_timeout(now);
        self.server_on = on;
        if on {
            self.connect(now);
        } else if self.phase == Phase::Connected {
            let lost = self.channels.to_server.discard();
            self.lose(lost, End::Caller, LossCause::ReceiverHungUp);
            self.phase = Phase::Draining;
            self.handle_timeout(now);
        }
    }

    /// The caller's end goes off, or the cable is pulled.
    pub fn clear(&mut self, now: Instant, release: Release) {
        self.handle_timeout(now);
        if self.phase == Phase::Idle {
            return;
        }
        let was_connected = self.phase == Phase::Connected;
        self.end(End::Caller, release);
        if was_connected {
            self.output.push_back(CableOutput::HangUpDte);
        }
    }

    /// Sends octets to the other end.
    pub fn send(&mut self, now: Instant, from: End, octets: &[u8]) {
        self.handle_timeout(now);
        match (self.phase, from) {
            (Phase::Connected, _) => self.channels.sent_by_mut(from).send(now, octets),
            (Phase::Draining, End::Caller) => self.lose(octets.len() as u64, from, LossCause::ReceiverHungUp),
            // Without a call there is none that could lose anything.
            (Phase::Idle | Phase::Calling | Phase::Draining, _) => {}
        }
    }

    /// Octets no longer reach one end: the wire is broken. The circuits stay as they are.
    pub fn deafen(&mut self, now: Instant, deafness: Deafness) {
        self.handle_timeout(now);
        if self.phase == Phase::Connected {
            self.channels.deafen(now, deafness);
            self.trace(EventKind::Impairment { text: deafness.text() });
        }
    }

    /// Line time of what `from` has sent and what has not left yet.
    pub fn backlog(&self, now: Instant, from: End) -> Duration {
        self.channels.backlog(now, from)
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.channels.poll_timeout()
    }

    /// Does everything that is due by `now`, in order of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.poll_timeout().filter(|due| *due <= now) {
            self.channels.handle_timeout(due);
            while let Some(octets) = self.channels.to_server.arrived(due) {
                // All of a burst may have been lost.
                if !octets.is_empty() {
                    self.output.push_back(CableOutput::ToDte(octets));
                }
            }
            while let Some(octets) = self.channels.to_caller.arrived(due) {
                self.tell_caller(CallerEvent::Octets(octets));
            }
            self.output.extend(self.channels.take_lost_in_gaps().map(CableOutput::Lost));
        }
        if self.phase == Phase::Draining && self.channels.to_caller.poll_timeout().is_none() {
            self.end(End::Server, Release::Orderly);
        }
    }

    /// What the cable has to say next.
    pub fn poll_output(&mut self) -> Option<CableOutput> {
        self.output.pop_front()
    }

    fn connect(&mut self, now: Instant) {
        if self.phase == Phase::Calling && self.server_on {
            self.phase = Phase::Connected;
            self.trace(EventKind::Connected { rate: self.speed });
            self.tell_caller(CallerEvent::Connected(Carrier::new(self.speed)));
            self.channels = BothWays::alike(Channel::new(self.speed, OCTET_BITS, Duration::ZERO));
            for deafness in self.deaf.clone() {
                self.deafen(now, deafness);
            }
        }
    }

    fn end(&mut self, by: End, release: Release) {
        let abrupt = release.is_abrupt();
        self.phase = Phase::Idle;
        for (from, octets) in self.channels.discard() {
            let cause = if from == by { LossCause::SenderHungUp } else { LossCause::ReceiverHungUp };
            self.lose(octets, from, cause);
        }
        self.trace(EventKind::Cleared { by, abrupt });
        self.tell_caller(CallerEvent::Cleared { by, abrupt });
    }

    fn lose(&mut self, octets: u64, from: End, cause: LossCause) {
        if octets > 0 {
            self.output.push_back(CableOutput::Lost(Loss { octets, from, cause }));
        }
    }

    fn trace(&mut self, what: EventKind) {
        self.output.push_back(CableOutput::Trace(what));
    }

    fn tell_caller(&mut self, event: CallerEvent) {
        self.output.push_back(CableOutput::ToCaller(event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Instant = Instant::from_millis(1000);

    fn setup() -> CallSetup {
        CallSetup { rings: 1, ..CallSetup::default() }
    }

    fn drained(cable: &mut Cable) -> Vec<CableOutput> {
        std::iter::from_fn(|| cable.poll_output()).filter(|output| !matches!(output, CableOutput::Trace(_))).collect()
    }

    fn connected() -> Cable {
        let mut cable = Cable::new(9600);
        cable.handle_circuit_108(Instant::ZERO, true);
        cable.place_call(Instant::ZERO, setup());
        assert_eq!(drained(&mut cable), [CableOutput::ToCaller(CallerEvent::Connected(Carrier::new(9600)))]);
        cable
    }

    #[test]
    fn both_ends_on_is_a_connection_and_neither_sooner() {
        let mut cable = Cable::new(9600);
        cable.place_call(Instant::ZERO, setup());
        assert_eq!(drained(&mut cable), []);
        cable.handle_circuit_108(SECOND, true);
        assert_eq!(drained(&mut cable), [CableOutput::ToCaller(CallerEvent::Connected(Carrier::new(9600)))]);
    }

    #[test]
    fn octets_pass_at_the_ports_speed_and_nothing_else_reaches_the_dte() {
        let mut cable = connected();
        cable.send(Instant::ZERO, End::Caller, b"0123456789");
        cable.handle_timeout(Instant::from_micros(10_416));
        assert_eq!(drained(&mut cable), []);
        cable.handle_timeout(Instant::from_micros(10_417));
        assert_eq!(drained(&mut cable), [CableOutput::ToDte(b"0123456789".to_vec())]);
    }

    #[test]
    fn what_the_server_says_to_nobody_is_lost() {
        let mut cable = Cable::new(9600);
        cable.handle_circuit_108(Instant::ZERO, true);
        cable.send(Instant::ZERO, End::Server, b"~~~~");
        assert_eq!(cable.poll_timeout(), None);
        cable.place_call(SECOND, setup());
        cable.handle_timeout(SECOND + Duration::from_secs(1));
        assert_eq!(drained(&mut cable), [CableOutput::ToCaller(CallerEvent::Connected(Carrier::new(9600)))]);
    }

    #[test]
    fn the_caller_s_end_going_off_is_the_server_s_circuit_109_going_off() {
        let mut cable = connected();
        cable.clear(SECOND, Release::Orderly);
        let cleared = CableOutput::ToCaller(CallerEvent::Cleared { by: End::Caller, abrupt: false });
        assert_eq!(drained(&mut cable), [cleared, CableOutput::HangUpDte]);
        assert!(cable.is_free());
    }

    #[test]
    fn the_server_s_last_words_arrive_before_its_end() {
        let mut cable = connected();
        cable.send(Instant::ZERO, End::Server, b"bye");
        cable.handle_circuit_108(Instant::ZERO, false);
        assert_eq!(drained(&mut cable), []);
        cable.handle_timeout(SECOND);
        let cleared = CallerEvent::Cleared { by: End::Server, abrupt: false };
        let expected = [CableOutput::ToCaller(CallerEvent::Octets(b"bye".to_vec())), CableOutput::ToCaller(cleared)];
        assert_eq!(drained(&mut cable), expected);
    }

    #[test]
    fn what_is_under_way_when_the_caller_s_end_goes_off_is_told_as_lost() {
        let mut cable = connected();
        cable.send(Instant::ZERO, End::Server, b"0123456789");
        cable.send(Instant::ZERO, End::Caller, b"01234");
        while cable.poll_output().is_some() {}
        cable.clear(Instant::ZERO, Release::Orderly);
        let lost: Vec<_> = std::iter::from_fn(|| cable.poll_output())
            .filter_map(|output| match output {
                CableOutput::Lost(Loss { octets, from, cause }) => Some((octets, from, cause)),
                _ => None,
            })
            .collect();
        let wanted = [(5, End::Caller, LossCause::SenderHungUp), (10, End::Server, LossCause::ReceiverHungUp)];
        assert_eq!(lost, wanted);
    }

    #[test]
    fn a_broken_wire_takes_one_direction_and_leaves_the_circuits() {
        let mut cable = connected();
        cable.deafen(Instant::ZERO, Deafness { end: End::Server, after: Duration::ZERO, lasts: None });
        cable.send(Instant::ZERO, End::Caller, b"hello");
        cable.send(Instant::ZERO, End::Server, b"login:");
        cable.handle_timeout(SECOND);
        let lost = Loss { octets: 5, from: End::Caller, cause: LossCause::DeadDirection };
        let text = CallerEvent::Octets(b"login:".to_vec());
        assert_eq!(drained(&mut cable), [CableOutput::Lost(lost), CableOutput::ToCaller(text)]);
    }

    #[test]
    fn a_cable_in_use_is_busy() {
        let mut cable = connected();
        cable.place_call(SECOND, setup());
        assert_eq!(drained(&mut cable), [CableOutput::ToCaller(CallerEvent::Busy)]);
    }
}
