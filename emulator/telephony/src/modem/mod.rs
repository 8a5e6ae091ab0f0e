//! The modem (DCE) between a DTE's port and a telephone line: V.250, with what makers did beside it.
//!
//! Three machines, each in its file: `command_line` (§5.2, octets to lines), `syntax` (§5.3 and §5.4, lines to
//! commands), `execute` (§5.6 and §6, commands to effects) with `generic` (what it is). What they say goes through
//! `result_output` and `result_code` (§5.7); `parameter`, `profile` and `settings` are what can be set, and what is;
//! `nvram` what is kept of it.
//! The call: `rings` and `caller_id` (V.253), `dial` and `dialling` (§6.3.1), `call` (answering to hanging up), `reports`
//! (what is told before `CONNECT`), `escape` (`+++`, manufacturer practice), `hang_up` (what waits when the DTE ends it),
//! `inactivity` (S30), `last_call` and `fields` (its figures, and how they are told).
//! The DTE's side: `flow` (§6.2.12, buffers), `hold_off`, `losses`, `circuits` (V.24), `speed` (§6.2.10). `power`, off and on. And
//! `faults`, which no standard asks for.
//!
//! In: octets of the DTE, circuits 105 and 108/2, what the line does, time. Out: [`ModemOutput`]. A modem is in one of six
//! states: command state on hook and off hook, dialling, answering, online data state (where it is transparent to every
//! octet), online command state after an escape. Voice and fax are not emulated.

mod address;
mod call;
mod caller_id;
mod circuits;
mod command_line;
mod command_set;
mod config;
mod connect;
mod dial;
mod dialling;
mod editing;
mod equipment;
mod escape;
mod execute;
mod faults;
pub mod fields;
mod flow;
mod generic;
mod hang_up;
mod hold_off;
mod inactivity;
mod last_call;
mod listing;
mod losses;
mod nvram;
mod output;
mod packet_service;
mod panel;
mod parameter;
pub mod personality;
mod power;
mod profile;
mod result_code;
mod result_output;
mod rings;
mod settings;
mod speed;
mod syntax;
mod training;

use std::collections::{BTreeMap, VecDeque};

pub use caller_id::presentation;
pub use config::ModemConfig;
pub use inactivity::Inactivity;
pub use last_call::CallEnd;
pub use nvram::{Nvram, NvramProfile};
pub use output::{Circuit, ModemOutput};
pub use personality::Personality;
pub use result_code::ResultCode;

use self::circuits::Circuits;
use self::command_line::{Assembled, CommandLine};
use self::command_set::CommandSet;
use self::dialling::Dialling;
use self::escape::Escape;
use self::flow::Flow;
use self::hang_up::HangingUp;
use self::hold_off::HoldOff;
use self::last_call::LastCall;
use self::power::Condition;
use self::profile::Profile;
use self::result_output::Held;
use self::rings::Rings;
use self::speed::Speed;
use crate::exchange::{Carrier, LineEvent, Tone};
use offhook_clock::Instant;

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// On hook.
    Command,
    /// Off hook without carrier, and taking commands: after `H1`, or after a number with `;`.
    OffHook,
    /// On its way to a called modem.
    Dialling(Dialling),
    /// Off hook, waiting for carrier until `until`; an octet of the DTE from `abortable` on ends that.
    Answering { until: Instant, abortable: Option<Instant> },
    /// Online data state.
    Data { carrier: Carrier, escape: Escape },
    /// Online command state.
    OnlineCommand { carrier: Carrier },
}

/// What happens by itself; at one moment in this order.
#[derive(Clone, Copy, Debug)]
enum Timer {
    Silence,
    Carrier,
    HangUp,
    Ring,
    Command,
    Held,
    HoldOff,
    Flow,
    Inactivity,
    State,
}

/// A modem.
///
/// ```
/// use offhook_clock::Instant;
/// use offhook_telephony::exchange::{Carrier, LineEvent};
/// use offhook_telephony::modem::{Modem, ModemConfig, ModemOutput};
///
/// /// What the DTE reads, and whether the modem goes off hook meanwhile.
/// fn outputs(modem: &mut Modem) -> (String, bool) {
///     let (mut text, mut off_hook) = (String::new(), false);
///     while let Some(output) = modem.poll_output() {
///         match output {
///             ModemOutput::ToDte(octets) => text += &String::from_utf8_lossy(&octets),
///             ModemOutput::OffHook => off_hook = true,
///             _ => {}
///         }
///     }
///     (text, off_hook)
/// }
///
/// let mut modem = Modem::new(ModemConfig::default());
/// modem.handle_circuit_108(Instant::ZERO, true);
/// modem.handle_dte_octets(Instant::ZERO, b"ATE0S0?\r");
/// assert_eq!(outputs(&mut modem), ("ATE0S0?\r\r\n000\r\n\r\nOK\r\n".into(), false));
///
/// // One burst of ringing; its end makes it a ring.
/// let (ringing, answered, trained) =
///     (Instant::from_millis(1_000), Instant::from_millis(3_000), Instant::from_millis(11_000));
/// modem.handle_line(ringing, LineEvent::RingOn { ring: 1, first: true, pattern: 1 });
/// modem.handle_line(answered, LineEvent::RingOff { ring: 1 });
/// assert_eq!(outputs(&mut modem), ("\r\nRING\r\n".into(), false));
/// modem.handle_dte_octets(answered, b"ATA\r");
/// assert_eq!(outputs(&mut modem), ("".into(), true));
/// modem.handle_line(trained, LineEvent::Connected(Carrier::new(33_600)));
/// assert_eq!(outputs(&mut modem), ("\r\nCONNECT 33600\r\n".into(), false));
/// ```
#[derive(Clone, Debug)]
pub struct Modem {
    config: ModemConfig,
    /// What it knows.
    command_set: CommandSet,
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
    /// When something was last done to it.
    now: Instant,
    command_line: CommandLine,
    /// When the DTE sent its last octet in command state.
    last_typed: Instant,
    /// When it last gave a result code.
    last_result: Option<Instant>,
    /// A command line that is not heard because it came too soon.
    unheard: Vec<u8>,
    /// A command line that the modem takes its time for.
    awaited: Option<(Instant, String)>,
    held: Vec<Held>,
    rings: Rings,
    /// What is to be heard on the line.
    tone: Tone,
    /// Digits have been dialled since the modem went off hook.
    dialled: bool,
    /// The number dialled last.
    last_dialled: Option<String>,
    /// A far modem has trained while this one was off hook for something else.
    offered: Option<Carrier>,
    flow: Flow,
    speed: Speed,
    circuits: Circuits,
    /// Circuit 108/2.
    dte_ready: bool,
    /// Carrier has stopped; the call ends then, and so.
    carrier_lost: Option<(Instant, CallEnd)>,
    /// The DTE has ended the call, and octets of it are still to be delivered.
    hanging_up: Option<HangingUp>,
    /// Octets of calls that were lost here, in all.
    lost: u64,
    last_call: LastCall,
    /// What it keeps without power has been written to.
    nvram_written: bool,
    /// It has only just been switched on by the DTE's opening of the port.
    silent_until: Option<Instant>,
    /// Circuit 106 is held off.
    held_off: Option<HoldOff>,
    condition: Condition,
    output: VecDeque<ModemOutput>,
}

impl Modem {
    /// A modem on hook, with no DTE yet.
    pub fn new(config: ModemConfig) -> Self {
        let command_set = CommandSet::new(&config.personality);
        let factory = Profile::factory(&command_set, config.caller_id, config.auto_answer);
        let nvram = config.nvram.clone();
        let mut modem = Self {
            flow: Flow::new(config.buffer),
            config,
            command_set,
            stored: [factory.clone(), factory.clone()],
            chosen: 0,
            numbers: BTreeMap::new(),
            lines_taken: 0,
            active: factory.clone(),
            factory,
            selected: 0,
            state: State::Command,
            now: Instant::ZERO,
            command_line: CommandLine::new(),
            last_typed: Instant::ZERO,
            last_result: None,
            unheard: Vec::new(),
            awaited: None,
            held: Vec::new(),
            rings: Rings::default(),
            tone: Tone::Silence,
            dialled: false,
            last_dialled: None,
            offered: None,
            speed: Speed::default(),
            circuits: Circuits::default(),
            dte_ready: false,
            carrier_lost: None,
            hanging_up: None,
            lost: 0,
            last_call: LastCall::default(),
            nvram_written: false,
            silent_until: None,
            held_off: None,
            condition: Condition::Works,
            output: VecDeque::new(),
        };
        if let Some(nvram) = nvram {
            modem.restore(&nvram);
        }
        modem
    }

    /// The DTE has sent octets.
    pub fn handle_dte_octets(&mut self, now: Instant, octets: &[u8]) {
        self.handle_timeout(now);
        if self.is_mute() || self.keep(octets) {
            return;
        }
        let mut rest = octets;
        while let Some((&octet, after)) = rest.split_first() {
            if self.mishears() {
                return;
            }
            if self.is_hanging_up() {
                return self.report(Some(Assembled::Ignored(rest.to_vec())));
            }
            match &mut self.state {
                State::Command | State::OffHook | State::OnlineCommand { .. } => self.type_octet(now, octet),
                State::Dialling(_) | State::Answering { .. } => {
                    if self.abort(now) {
                        self.report(Some(Assembled::Ignored(vec![octet])));
                    } else {
                        // A line feed belongs to the line of the command.
                        let said = rest.iter().any(|octet| !matches!(octet, b'\r' | b'\n'));
                        return self.report(said.then(|| Assembled::Ignored(rest.to_vec())));
                    }
                }
                State::Data { escape, .. } => {
                    escape.octets(now, rest);
                    self.octets_to_line(now, rest);
                    break;
                }
            }
            rest = after;
        }
        self.update_circuits();
    }

    /// Circuit 108/2: the DTE has opened the port, or the last one has closed it. What off does is up to &D
    /// (§6.2.9): 0 nothing, 1 online command state, 2 on hook, 3 (Hayes) on hook and the stored settings.
    pub fn handle_circuit_108(&mut self, now: Instant, on: bool) {
        self.handle_timeout(now);
        let went_off = self.dte_ready && !on;
        if on && !self.dte_ready {
            if self.is_working() {
                self.fall_silent(now);
            }
            self.hang_up_soon();
            self.forget_xoff(now);
        }
        self.dte_ready = on;
        if went_off && self.is_working() {
            self.dte_gone();
        }
        self.update_circuits();
    }

    fn dte_gone(&mut self) {
        let stray = self.command_line.reset();
        self.report(stray);
        self.discard_held();
        self.unheard.clear();
        self.awaited = None;
        match (self.active.circuit_108, &self.state) {
            // Whoever comes next does not get what was left unread.
            (_, State::Command) => self.forget_waiting(),
            (0, _) => {}
            (1, State::Data { .. }) => self.escaped(),
            (1, _) => {}
            (_, State::OffHook | State::Dialling(_) | State::Answering { .. }) => self.on_hook(CallEnd::Dtr),
            (_, State::Data { .. } | State::OnlineCommand { .. }) if self.has_to_deliver() => {
                self.begin_to_hang_up(None);
            }
            (_, State::Data { .. } | State::OnlineCommand { .. }) => {
                self.on_hook(CallEnd::Dtr);
                self.forget_waiting();
            }
        }
        if self.active.circuit_108 == 3 {
            self.active = self.stored[self.chosen].clone();
        }
    }

    /// Something happens on the line.
    pub fn handle_line(&mut self, now: Instant, event: LineEvent) {
        self.handle_timeout(now);
        if !self.is_working() {
            return;
        }
        match event {
            LineEvent::RingOn { ring, first, pattern } => self.burst_begins(now, ring, first, pattern),
            LineEvent::RingOff { .. } => self.burst_ends(now),
            LineEvent::CallerId(id) => self.received_caller_id(now, id),
            LineEvent::Connected(carrier) => self.connected(now, carrier),
            LineEvent::Tone(tone) => self.heard_tone(now, tone),
            LineEvent::Reversal => {}
            LineEvent::CallWaiting(id) => self.call_waiting(now, id.as_ref()),
            LineEvent::CarrierBack => self.carrier_back(now),
            LineEvent::Retrain => {
                self.last_call.retrains();
                self.flow.stand_still(now, true);
            }
            LineEvent::Renegotiated(carrier) => self.renegotiated(now, carrier),
            LineEvent::CarrierLost { abrupt } => self.carrier_gone(now, abrupt),
            LineEvent::Octets(octets) => self.octets_from_line(now, octets),
        }
        self.update_circuits();
    }

    /// What happens next by itself, and when.
    fn next_timer(&self) -> Option<(Instant, Timer)> {
        if !self.is_working() {
            return None;
        }
        let state = match &self.state {
            State::Answering { until, .. } => Some(*until),
            State::Dialling(dialling) => dialling.poll_timeout(),
            State::Data { escape, .. } => escape.poll_timeout(),
            State::Command | State::OffHook | State::OnlineCommand { .. } => None,
        };
        [
            (self.silent_until, Timer::Silence),
            (self.carrier_lost.map(|(at, _)| at), Timer::Carrier),
            (self.hang_up_due(), Timer::HangUp),
            (self.rings.poll_timeout(), Timer::Ring),
            (self.awaited.as_ref().map(|(at, _)| *at), Timer::Command),
            (self.held_due(), Timer::Held),
            (self.hold_off_due(), Timer::HoldOff),
            (self.flow_due(), Timer::Flow),
            (self.inactivity_due(), Timer::Inactivity),
            (state, Timer::State),
        ]
        .into_iter()
        .filter_map(|(at, timer)| Some((at?, timer)))
        .min_by_key(|(at, _)| *at)
    }

    /// The next moment at which something happens by itself.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.next_timer().map(|(at, _)| at)
    }

    /// Does what is due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((due, timer)) = self.next_timer().filter(|(due, _)| *due <= now) {
            self.now = due.max(self.now);
            match timer {
                Timer::Silence => self.silent_until = None,
                Timer::Carrier => {
                    if let Some((_, end)) = self.carrier_lost {
                        self.lose_call(end);
                    }
                }
                Timer::HangUp => self.hang_up_timeout(due),
                Timer::Ring => self.ring_due(due),
                Timer::Command => self.execute_awaited(due),
                Timer::Held => self.release_held(),
                Timer::HoldOff => self.hold_off_timeout(due),
                Timer::Flow => self.flow_timeout(due),
                // Nobody has said anything for too long.
                Timer::Inactivity => self.lose_call(CallEnd::Inactivity),
                Timer::State => match self.state {
                    State::Answering { .. } => self.give_up(ResultCode::NoCarrier, CallEnd::NoCarrier),
                    State::Dialling(_) => self.dialling_due(due),
                    State::Data { .. } => self.escaped(),
                    State::Command | State::OffHook | State::OnlineCommand { .. } => return,
                },
            }
            self.update_circuits();
        }
        self.now = self.now.max(now);
    }

    /// What the modem has to say next.
    pub fn poll_output(&mut self) -> Option<ModemOutput> {
        self.output.pop_front()
    }
}

#[cfg(test)]
mod tests;
