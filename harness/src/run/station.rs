//! A station: one port's modem, the line it hangs on, and the caller at the far end, with what is known of their call.
//!
//! It carries octets and events between the three until nothing moves, stamps what happened, and keeps the facts.
//! Sans-I/O like its parts: the DTE's octets come in, octets for the DTE and trace events go out.

use std::collections::VecDeque;
use std::time::Duration;

use offhook_emulator::caller::{AuthOutcome, Caller, CallerConfig, CallerEvent};
use offhook_emulator::exchange::{CallSetup, CallerEvent as Heard, Line, LineConfig, LineEvent, LineOutput};
use offhook_emulator::modem::{Modem, ModemConfig, ModemOutput};
use offhook_emulator::time::{Instant, earliest};
use offhook_emulator::trace::{End, Event, What, escaped};

use super::facts::{Addresses, Auth, Clearing, Facts, Since};
use super::transit::Transit;
use crate::scenario::AuthResult;

/// How much line time may be queued from the server before its modem stops reading the DTE (its flow control).
const BACKLOG: Duration = Duration::from_millis(250);
/// How long a DTE must have been silent after its modem's last answer to be taken as ready for calls.
const QUIET: Duration = Duration::from_secs(2);

/// One port with all that hangs on it.
pub struct Station {
    /// Device name without `/dev/`.
    pub device: String,
    /// What is known of the current call.
    pub facts: Facts,
    direct: bool,
    modem: Modem,
    line: Line,
    caller: Option<Caller>,
    call: Option<usize>,
    /// Sequence number of the call's last echo request.
    sequence: u16,
    to_caller: Transit,
    to_server: Transit,
    /// When what the caller has got last left the server.
    departed: Instant,
    /// Up to which octet of the caller's there is data that the server has not got yet.
    data_until: Option<u64>,
    dte: Dte,
    to_dte: VecDeque<Vec<u8>>,
    hang_up_dte: bool,
    events: Vec<Event>,
}

/// What is known of the DTE.
#[derive(Debug, Default)]
struct Dte {
    open: bool,
    /// The modem has answered a command since the port was opened.
    served: bool,
    last: Instant,
}

impl Station {
    /// A station for the port `device`.
    pub fn new(device: &str, direct: bool, modem: ModemConfig, line: LineConfig) -> Self {
        Self {
            device: device.to_owned(),
            facts: Facts::default(),
            direct,
            modem: Modem::new(modem),
            line: Line::new(line),
            caller: None,
            call: None,
            sequence: 0,
            to_caller: Transit::default(),
            to_server: Transit::default(),
            departed: Instant::ZERO,
            data_until: None,
            dte: Dte::default(),
            to_dte: VecDeque::new(),
            hang_up_dte: false,
            events: Vec::new(),
        }
    }

    /// The DTE opened or closed the port.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        if self.dte.open != on {
            self.dte = Dte { open: on, served: false, last: now };
            self.record(now, if on { What::DteOpened } else { What::DteClosed });
            self.modem.handle_circuit_108(now, on);
            self.pump(now);
        }
    }

    /// The DTE wrote octets.
    pub fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        self.dte.last = now;
        self.modem.handle_dte_octets(now, octets);
        self.pump(now);
    }

    /// A deadline may have passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.line.handle_timeout(now);
        self.modem.handle_timeout(now);
        if let Some(caller) = &mut self.caller {
            caller.handle_timeout(now);
        }
        self.pump(now);
    }

    /// The next deadline of any part.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let caller = self.caller.as_ref().and_then(Caller::poll_timeout);
        earliest(earliest(self.line.poll_timeout(), self.modem.poll_timeout()), caller)
    }

    /// Octets to write to the DTE.
    pub fn poll_dte(&mut self) -> Option<Vec<u8>> {
        self.to_dte.pop_front()
    }

    /// True once after circuit 109 went off: the port must be hung up.
    pub fn poll_hang_up(&mut self) -> bool {
        std::mem::take(&mut self.hang_up_dte)
    }

    /// Whether the DTE may be read: not while much of what it wrote still waits for the line.
    pub fn wants_dte_octets(&self, now: Instant) -> bool {
        self.line.backlog(now, End::Server) < BACKLOG
    }

    /// What happened since the last time.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// From when on the port is ready for a call, as far as can be seen from its modem; `None` if it is not.
    ///
    /// A server that starts its modem is ready when the dialogue has been over for two seconds.
    pub fn ready_at(&self) -> Option<Instant> {
        (self.dte.open && (self.dte.served || self.direct)).then(|| self.dte.last + QUIET)
    }

    /// Whether nothing is left of the last call: line free, and the DTE that served it gone.
    pub fn is_free(&self) -> bool {
        self.facts.placed.is_none()
            || (self.facts.cleared.is_some() && (self.facts.answered.is_none() || !self.dte.served))
    }

    /// Places call number `call`.
    pub fn place_call(&mut self, now: Instant, call: usize, setup: CallSetup) {
        self.facts = Facts { placed: Some(now), ..Facts::default() };
        self.caller = None;
        self.call = Some(call);
        self.sequence = 0;
        (self.to_caller, self.to_server) = Default::default();
        self.data_until = None;
        self.line.place_call(now, setup);
        self.pump(now);
    }

    /// The caller begins to speak PPP, as soon as there is carrier.
    pub fn dial_in(&mut self, now: Instant, config: CallerConfig) {
        let mut caller = Caller::new(config);
        if self.facts.connected.is_some() && self.facts.cleared.is_none() {
            caller.handle_carrier(now);
        }
        self.caller = Some(caller);
        self.pump(now);
    }

    /// Echo requests from now on are those of a new step.
    pub fn begin_ping(&mut self) {
        self.facts.pinged = self.sequence;
    }

    /// The caller sends an echo request.
    pub fn ping(&mut self, now: Instant, to: std::net::Ipv4Addr) {
        if let Some(caller) = &mut self.caller {
            let id = u16::try_from(self.call.unwrap_or_default()).unwrap_or(u16::MAX).wrapping_add(1);
            self.sequence = self.sequence.saturating_add(1);
            caller.ping(now, to, id, self.sequence);
            self.pump(now);
        }
    }

    /// The caller hangs up: PPP is closed first if it runs, the line is cleared when that is done.
    pub fn hang_up(&mut self, now: Instant) {
        match &mut self.caller {
            Some(caller) if self.facts.connected.is_some() && self.facts.closed.is_none() => caller.close(now),
            _ => self.line.clear(now, false),
        }
        self.pump(now);
    }

    /// The caller goes on hook without a word to PPP, or the line is cut.
    pub fn clear(&mut self, now: Instant, abrupt: bool) {
        self.line.clear(now, abrupt);
        self.pump(now);
    }

    /// Adds a trace event of this port and call.
    pub fn record(&mut self, now: Instant, what: What) {
        self.events.push(Event { at: now, port: Some(self.device.clone()), call: self.call, what });
    }

    /// Moves everything that can move now.
    fn pump(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.line.poll_output() {
                self.handle_line(now, output);
            } else if let Some(output) = self.modem.poll_output() {
                self.handle_modem(now, output);
            } else if let Some(event) = self.caller.as_mut().and_then(Caller::poll_event) {
                self.handle_caller(now, event);
            } else if let Some(octets) = self.caller.as_mut().and_then(Caller::poll_transmit) {
                self.line.send(now, End::Caller, &octets);
                self.to_server.send(now, octets.len());
                // The data just announced is in here, or in what went before it.
                self.data_until = self.data_until.map(|until| until.max(self.to_server.sent()));
            } else {
                return;
            }
        }
    }

    fn handle_line(&mut self, now: Instant, output: LineOutput) {
        match output {
            LineOutput::Trace(what) => self.note(now, what),
            LineOutput::ToModem(event) => {
                if let LineEvent::Octets(octets) = &event {
                    self.to_server.get(now, octets.len());
                    if self.data_until.is_some_and(|until| self.to_server.has_got(until)) {
                        self.data_until = None;
                        self.facts.last_data = Some(now);
                    }
                }
                self.modem.handle_line(now, event);
            }
            LineOutput::ToCaller(event) => self.handle_far_end(now, event),
        }
    }

    /// What the caller's end of the line brings.
    fn handle_far_end(&mut self, now: Instant, event: Heard) {
        if let Heard::Octets(octets) = &event {
            self.departed = self.to_caller.get(now, octets.len());
        }
        match (event, &mut self.caller) {
            (Heard::Busy, _) => {
                self.facts.busy = true;
                self.facts.cleared = Some(Since { at: now, what: Clearing { by: End::Caller, abrupt: false } });
            }
            (Heard::Octets(octets), Some(caller)) => caller.handle_octets(now, &octets),
            (Heard::Octets(octets), None) => self.heard(now, &octets),
            (Heard::Connected { .. }, Some(caller)) => caller.handle_carrier(now),
            (Heard::Cleared { .. }, Some(caller)) => caller.handle_carrier_lost(now),
            _ => {}
        }
    }

    fn handle_modem(&mut self, now: Instant, output: ModemOutput) {
        match output {
            ModemOutput::ToDte(octets) => self.to_dte.push_back(octets),
            ModemOutput::ToLine(octets) => {
                self.to_caller.send(now, octets.len());
                self.line.send(now, End::Server, &octets);
            }
            ModemOutput::OffHook => self.line.handle_off_hook(now),
            ModemOutput::OnHook => self.line.handle_on_hook(now),
            ModemOutput::HangUpDte => self.hang_up_dte = true,
            ModemOutput::Trace(what) => self.note(now, what),
        }
    }

    /// Keeps what a line or modem tells, and the facts in it.
    fn note(&mut self, now: Instant, what: What) {
        match &what {
            What::RingOn { count } => self.facts.rings = *count,
            What::OffHook => self.facts.answered = self.facts.answered.or(Some(now)),
            What::Connected { rate } => self.facts.connected = Some(Since { at: now, what: *rate }),
            What::Cleared { by, abrupt } if self.facts.cleared.is_none() => {
                self.facts.cleared = Some(Since { at: now, what: Clearing { by: *by, abrupt: *abrupt } });
            }
            What::Response { .. } => {
                self.dte.served = true;
                self.dte.last = now;
            }
            _ => {}
        }
        self.record(now, what);
    }

    fn heard(&mut self, now: Instant, octets: &[u8]) {
        let text = escaped(octets);
        self.facts.text = Some(text.clone());
        self.record(now, What::Text { from: End::Server, text });
    }

    fn handle_caller(&mut self, now: Instant, event: CallerEvent) {
        let at = now;
        match event {
            CallerEvent::FrameSent { octets, text } => {
                self.sent(now, &text);
                self.record(now, What::Frame { from: End::Caller, octets, text });
            }
            CallerEvent::FrameReceived { octets, text } => {
                self.record(now, What::Frame { from: End::Server, octets, text });
            }
            CallerEvent::BadFrame { reason, octets } => {
                let reason = reason.name().to_owned();
                self.record(now, What::BadFrame { from: End::Server, reason, octets });
            }
            CallerEvent::Text(octets) => self.heard(now, &octets),
            CallerEvent::LcpOpened => {
                self.facts.lcp_opened = Some(now);
                self.linked(now, "LCP is Opened".to_owned());
            }
            CallerEvent::Auth(AuthOutcome { accepted, message, protocol }) => {
                let result = if accepted { AuthResult::Accepted } else { AuthResult::Refused };
                self.linked(
                    now,
                    format!("{protocol}: {}, \"{message}\"", if accepted { "accepted" } else { "refused" }),
                );
                self.facts.auth = Some(Since { at, what: Auth { result, message } });
            }
            CallerEvent::AuthNotAsked => {
                self.facts.auth =
                    Some(Since { at, what: Auth { result: AuthResult::NotAsked, message: String::new() } });
                self.linked(now, "the server asks for no authentication".to_owned());
            }
            CallerEvent::IpUp { local, peer, dns } => {
                let peer = (!peer.is_unspecified()).then_some(peer);
                let told = peer.map(|peer| format!(", peer {peer}")).unwrap_or_default();
                self.linked(now, format!("IPCP is Opened: {local}{told}"));
                self.facts.up = Some(Since { at, what: Addresses { local, peer, dns } });
            }
            CallerEvent::Ipv6Up { .. } => {
                self.facts.up6 = Some(now);
                self.linked(now, "IPV6CP is Opened".to_owned());
            }
            CallerEvent::TerminateRequestReceived { text } => self.terminated(now, text),
            CallerEvent::Closed { why } => {
                self.linked(now, format!("PPP is over: {why}"));
                self.facts.closed = Some(Since { at, what: why });
                // The far end's user hangs up when PPP is over, as pppd's chat script or a dialler would.
                if self.facts.terminated.is_none() {
                    self.line.clear(now, false);
                }
            }
            CallerEvent::Pong { seq, .. } => self.facts.pongs.push(Since { at, what: seq }),
            CallerEvent::Data { from: End::Server } => {
                self.facts.last_data = self.facts.last_data.max(Some(self.departed))
            }
            CallerEvent::Data { from: End::Caller } => self.data_until = Some(self.to_server.sent() + 1),
            CallerEvent::Resolved { .. } | CallerEvent::Transferred(_) => {}
            CallerEvent::Phase(_) | CallerEvent::IpDown | CallerEvent::Ipv6Down => {}
        }
    }

    /// A Terminate-Request refuses authentication too, if the caller had none to offer (pppd's own text).
    fn terminated(&mut self, now: Instant, text: String) {
        if self.facts.auth.as_ref().is_none_or(|auth| auth.what.result == AuthResult::NotAsked)
            && text == "peer refused to authenticate"
        {
            let auth = Auth { result: AuthResult::Refused, message: text.clone() };
            self.facts.auth = Some(Since { at: now, what: auth });
        }
        if self.facts.terminated.is_none() {
            self.facts.terminated = Some(Since { at: self.departed, what: text });
        }
    }

    /// The caller's first packet of a phase marks its beginning.
    fn sent(&mut self, now: Instant, text: &str) {
        let begun = |mark: &mut Option<Instant>| *mark = mark.or(Some(now));
        if text.starts_with("[LCP ConfReq") {
            begun(&mut self.facts.establish);
        } else if text.starts_with("[PAP AuthReq") {
            begun(&mut self.facts.authenticate);
        } else if text.starts_with("[IPCP ConfReq") {
            begun(&mut self.facts.network);
        }
    }

    fn linked(&mut self, now: Instant, text: String) {
        self.record(now, What::Link { text });
    }
}
