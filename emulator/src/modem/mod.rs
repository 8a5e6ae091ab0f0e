//! The modem (DCE) on the server's port, called by the exchange: V.250 as far as an answering server uses it.
//!
//! Three machines, each in its file: `command_line` (§5.2, octets to lines), `syntax` (§5.3 and §5.4, lines to
//! commands), `execute` (§5.6 and §6, commands to effects) with `generic` (what it is) and `call` (answering and
//! hanging up). Beside them `result_code` (§5.7), `parameter` and `profile` (what can be set, what is set), `escape`
//! (`+++`, manufacturer practice), `caller_id` (V.253), and `faults`, which no standard asks for.
//!
//! In: octets of the DTE, circuit 108/2, what the line does, time. Out: [`ModemOutput`]. A modem is in one of four
//! states: command state on hook, answering, online data state (where it is transparent to every octet), online
//! command state after an escape. Voice, fax, dialling out and the caller's modem are not emulated.

mod call;
mod caller_id;
mod command_line;
mod connect;
mod escape;
mod execute;
mod faults;
mod generic;
mod listing;
mod parameter;
pub mod personality;
mod profile;
mod repertoire;
mod result_code;
mod syntax;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use caller_id::presentation;
pub use personality::Personality;
pub use result_code::ResultCode;

use self::call::Rings;
use self::command_line::{Assembled, CommandLine};
use self::escape::Escape;
use self::profile::Profile;
use self::repertoire::Repertoire;
use crate::exchange::LineEvent;
use crate::time::{Instant, earliest};
use crate::trace::{What, escaped};

/// Unsolicited result codes do not interrupt a line that is being typed (§5.5), unless the DTE has stopped typing
/// for so long: a program that died in the middle of a line must not silence the modem for ever.
const TYPING: Duration = Duration::from_secs(1);

/// What a modem is like when it comes out of its box.
#[derive(Clone, Debug)]
pub struct ModemConfig {
    /// Whose make it is.
    pub personality: Personality,
    /// What `ATI` and `+GMM` say. One line of printable ASCII, not all digits: mgetty takes digits for the product
    /// code of a maker.
    pub identification: String,
    /// Whether caller ID is shown (+VCID=1) unless the DTE switches it off.
    pub caller_id: bool,
    /// S0: rings before it answers by itself; 0: never.
    pub auto_answer: u8,
    /// For so long after the DTE opened the port it neither hears nor says anything: it is still starting.
    pub silent: Duration,
    /// Command lines that begin so (`ATZ`, upper and lower case alike) are not executed; the text beside it, between
    /// CR LF, is the only answer, and an empty one is none. The first that fits counts.
    pub replies: Vec<(String, String)>,
    /// What it says instead of the result code CONNECT, octet for octet.
    pub connect: Option<String>,
}

/// Shows caller ID, answers when told to, and has no faults.
impl Default for ModemConfig {
    fn default() -> Self {
        Self {
            personality: Personality::default(),
            identification: "offhook data modem".into(),
            caller_id: true,
            auto_answer: 0,
            silent: Duration::ZERO,
            replies: Vec::new(),
            connect: None,
        }
    }
}

/// What a modem has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModemOutput {
    /// Octets for the DTE.
    ToDte(Vec<u8>),
    /// Octets for the far end.
    ToLine(Vec<u8>),
    /// Off hook: answer, or wait for the dial tone.
    OffHook,
    /// Dials these digits (0 to 9, A to D, `*`, `#`); the modem is off hook.
    Dial(String),
    /// A circuit towards the DTE goes on or off. A pty has none of them; [`Self::HangUpDte`] stands in there.
    Circuit(Circuit, bool),
    /// On hook: the call is cleared, if it is not already.
    OnHook,
    /// Circuit 109 goes off because carrier was lost. A pty has no such circuit: its stand-in is a hang-up.
    HangUpDte,
    /// To the trace, at the present moment.
    Trace(What),
}

/// A circuit by which a modem tells its DTE something (V.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Circuit {
    /// 106 (CTS): the DTE may send.
    C106,
    /// 107 (DSR): the modem is there.
    C107,
    /// 109 (DCD): carrier.
    C109,
    /// 125 (RI): a ring burst.
    C125,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// On hook.
    Command,
    /// Off hook since `since`, waiting for carrier until `until`.
    Answering { since: Instant, until: Instant, abortable: bool },
    /// Online data state.
    Data { rate: u32, escape: Escape },
    /// Online command state.
    OnlineCommand { rate: u32 },
}

/// Something to say that must wait for the end of a command line.
#[derive(Clone, Debug)]
enum Held {
    Code(ResultCode),
    Text(Vec<String>),
}

/// A called modem.
#[derive(Clone, Debug)]
pub struct Modem {
    config: ModemConfig,
    /// What it knows.
    repertoire: Repertoire,
    factory: Profile,
    stored: [Profile; 2],
    /// &Y: which of them counts when it is switched on.
    chosen: usize,
    active: Profile,
    /// Telephone numbers stored by `&Zn=`.
    numbers: BTreeMap<u32, String>,
    /// Command lines so far.
    lines_taken: u32,
    /// The S-parameter selected last.
    selected: u8,
    state: State,
    command_line: CommandLine,
    /// When the DTE sent its last octet in command state.
    last_typed: Instant,
    held: Vec<Held>,
    rings: Rings,
    /// Circuit 108/2.
    dte_ready: bool,
    /// Octets from the far end that came in online command state.
    waiting: Vec<u8>,
    /// Carrier has stopped; the call ends then.
    carrier_lost_at: Option<Instant>,
    /// It has only just been switched on by the DTE's opening of the port.
    silent_until: Option<Instant>,
    /// It neither hears nor says anything any more.
    dead: bool,
    output: VecDeque<ModemOutput>,
}

impl Modem {
    /// A modem on hook, with no DTE yet.
    pub fn new(config: ModemConfig) -> Self {
        let repertoire = Repertoire::new(&config.personality);
        let factory = Profile::factory(&repertoire, config.caller_id, config.auto_answer);
        Self {
            config,
            repertoire,
            stored: [factory.clone(), factory.clone()],
            chosen: 0,
            numbers: BTreeMap::new(),
            lines_taken: 0,
            active: factory.clone(),
            factory,
            selected: 0,
            state: State::Command,
            command_line: CommandLine::new(),
            last_typed: Instant::ZERO,
            held: Vec::new(),
            rings: Rings::default(),
            dte_ready: false,
            waiting: Vec::new(),
            carrier_lost_at: None,
            silent_until: None,
            dead: false,
            output: VecDeque::new(),
        }
    }

    /// The DTE has sent octets.
    pub fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        self.handle_timeout(now);
        if self.is_mute() {
            return;
        }
        let mut rest = octets;
        while let Some((&octet, after)) = rest.split_first() {
            match &mut self.state {
                State::Command | State::OnlineCommand { .. } => self.type_octet(now, octet),
                State::Answering { since, abortable, .. } => {
                    let (since, abortable) = (*since, *abortable);
                    if self.abort_answering(now, since, abortable) {
                        self.report(Some(Assembled::Ignored(vec![octet])));
                    }
                }
                State::Data { escape, .. } => {
                    escape.octets(now, rest);
                    self.output.push_back(ModemOutput::ToLine(rest.to_vec()));
                    return;
                }
            }
            rest = after;
        }
    }

    /// Circuit 108/2: the DTE has opened the port, or the last one has closed it. What off does is up to &D
    /// (§6.2.9): 0 nothing, 1 online command state, 2 on hook, 3 (Hayes) on hook and the stored settings.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        self.handle_timeout(now);
        let went_off = self.dte_ready && !on;
        if on && !self.dte_ready {
            self.fall_silent(now);
        }
        self.dte_ready = on;
        if !went_off || self.dead {
            return;
        }
        let stray = self.command_line.reset();
        self.report(stray);
        self.discard_held();
        match (self.active.circuit_108, &self.state) {
            (0, _) => {}
            (1, State::Data { rate, .. }) => self.escaped(*rate),
            (1, _) | (_, State::Command) => {}
            (_, State::Answering { .. } | State::Data { .. } | State::OnlineCommand { .. }) => self.on_hook(),
        }
        if self.active.circuit_108 == 3 {
            self.active = self.stored[self.chosen].clone();
        }
    }

    /// Something happens on the line.
    pub fn handle_line(&mut self, now: Instant, event: LineEvent) {
        self.handle_timeout(now);
        if self.dead {
            return;
        }
        match event {
            LineEvent::RingOn { first, .. } => self.rings.burst_begins(now, first),
            LineEvent::RingOff { .. } => self.burst_ends(now),
            LineEvent::CallerId(id) => self.received_caller_id(now, &id),
            LineEvent::Connected(carrier) => self.connected(now, carrier.rate()),
            LineEvent::Tone(_) | LineEvent::Reversal | LineEvent::CallWaiting(_) => {}
            LineEvent::CarrierBack => self.carrier_lost_at = None,
            LineEvent::Retrain | LineEvent::Renegotiated(_) => {}
            LineEvent::CarrierLost { abrupt } => self.carrier_gone(now, abrupt),
            LineEvent::Octets(octets) => self.octets_from_line(octets),
        }
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let state = match &self.state {
            State::Answering { until, .. } => Some(*until),
            State::Data { escape, .. } => escape.poll_timeout(),
            State::Command | State::OnlineCommand { .. } => None,
        };
        let held = (!self.held.is_empty()).then_some(self.last_typed + TYPING);
        if self.dead {
            return None;
        }
        earliest(earliest(earliest(state, held), self.carrier_lost_at), self.silent_until)
    }

    /// Does what is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.poll_timeout().filter(|due| *due <= now) {
            if self.silent_until == Some(due) {
                self.silent_until = None;
            } else if self.carrier_lost_at == Some(due) {
                self.carrier_lost();
            } else if !self.held.is_empty() && self.last_typed + TYPING == due {
                self.release_held();
            } else {
                match self.state {
                    State::Answering { .. } => self.no_carrier(),
                    State::Data { rate, .. } => self.escaped(rate),
                    State::Command | State::OnlineCommand { .. } => return,
                }
            }
        }
    }

    /// What the modem has to say next.
    pub fn poll_output(&mut self) -> Option<ModemOutput> {
        self.output.pop_front()
    }

    /// One octet in a command state.
    fn type_octet(&mut self, now: Instant, octet: u8) {
        self.last_typed = now;
        let (mut echo, mut assembled) = (Vec::new(), Vec::new());
        self.command_line.push(
            octet,
            self.active.editing(self.config.personality.quirks.line_length),
            &mut echo,
            &mut assembled,
        );
        if self.active.echo {
            self.tell_dte(&echo);
        }
        for assembled in assembled {
            let line = match assembled {
                Assembled::Line { body, typed } => Ok((body, typed)),
                Assembled::Overlong { typed } => Err(typed),
                Assembled::Ignored(octets) => {
                    self.report(Some(Assembled::Ignored(octets)));
                    continue;
                }
            };
            let (Ok((_, typed)) | Err(typed)) = &line;
            self.trace(What::Command { text: escaped(typed.as_bytes()) });
            match line {
                Ok((body, typed)) => match self.stated_reply(&typed) {
                    Some(text) => self.reply(&text),
                    None => self.execute(now, &body),
                },
                Err(_) => self.result(ResultCode::Error),
            }
        }
        if !self.command_line.in_progress() && matches!(self.state, State::Command | State::OnlineCommand { .. }) {
            self.release_held();
        }
    }

    /// Notes octets that are no command line.
    fn report(&mut self, assembled: Option<Assembled>) {
        if let Some(Assembled::Ignored(octets)) = assembled {
            self.trace(What::Ignored { text: escaped(&octets) });
        }
    }

    /// A result code of the DTE's command, or of the call's end.
    fn result(&mut self, code: ResultCode) {
        if self.active.quiet || self.is_mute() {
            return;
        }
        if let (ResultCode::Connect(_), Some(text)) = (code, self.config.connect.clone()) {
            return self.say(&text);
        }
        let format = self.active.format();
        self.trace(What::Response { text: escaped(code.shown(format).as_bytes()) });
        self.tell_dte(&code.octets(format));
    }

    /// Information text of some lines.
    fn information(&mut self, lines: &[String]) {
        if self.is_mute() {
            return;
        }
        for line in lines {
            self.trace(What::Response { text: escaped(line.as_bytes()) });
        }
        self.tell_dte(&result_code::information(lines, self.active.format()));
    }

    /// A result code nobody asked for: now, or when the line that is being typed is done.
    fn unsolicited(&mut self, now: Instant, code: ResultCode) {
        if self.typing(now) { self.held.push(Held::Code(code)) } else { self.result(code) }
    }

    /// Information text nobody asked for, likewise.
    fn unsolicited_text(&mut self, now: Instant, lines: Vec<String>) {
        if self.typing(now) { self.held.push(Held::Text(lines)) } else { self.information(&lines) }
    }

    fn typing(&self, now: Instant) -> bool {
        self.command_line.in_progress() && now.since(self.last_typed) < TYPING
    }

    fn release_held(&mut self) {
        for held in std::mem::take(&mut self.held) {
            match held {
                Held::Code(code) => self.result(code),
                Held::Text(lines) => self.information(&lines),
            }
        }
    }

    /// What was held is of no interest any more.
    fn discard_held(&mut self) {
        self.held.clear();
    }

    fn trace(&mut self, what: What) {
        self.output.push_back(ModemOutput::Trace(what));
    }

    /// Octets for the DTE, joined with those before them.
    fn tell_dte(&mut self, octets: &[u8]) {
        if octets.is_empty() || self.is_mute() {
            return;
        }
        match self.output.back_mut() {
            Some(ModemOutput::ToDte(before)) => before.extend(octets),
            _ => self.output.push_back(ModemOutput::ToDte(octets.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests;
