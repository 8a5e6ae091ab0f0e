//! Line and modem together in virtual time, with a server of a few lines: whole calls, and the same call twice.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::modem::{Modem, ModemConfig, ModemOutput};
use crate::trace::{End, EventKind};
use offhook_clock::{Instant, earliest};

/// What somebody does at a moment.
#[derive(Clone, Debug)]
enum Act {
    Call {
        from: Option<&'static str>,
        rings: u32,
    },
    /// The caller sends octets.
    Say(Vec<u8>),
    Clear(Release),
    /// The DTE sends octets.
    Type(&'static [u8]),
    /// The DTE opens or closes the port.
    Port(bool),
}

struct LineEnd {
    line: Line,
    modem: Modem,
    now: Instant,
    acts: BTreeMap<(Instant, usize), Act>,
    /// RINGs after which the server answers, and those so far.
    answer_after: usize,
    trace: Vec<String>,
    dte: Vec<u8>,
}

impl LineEnd {
    fn new(config: LineConfig, answer_after: usize, acts: &[(u64, Act)]) -> Self {
        let acts = acts.iter().enumerate().map(|(n, (at, act))| ((Instant::from_millis(*at), n), act.clone()));
        Self {
            line: Line::new(config),
            modem: Modem::new(ModemConfig::default()),
            now: Instant::ZERO,
            acts: acts.collect(),
            answer_after,
            trace: Vec::new(),
            dte: Vec::new(),
        }
    }

    /// Runs until nothing is left to happen; what happened, a line each.
    fn run(mut self) -> Vec<String> {
        for _ in 0..100_000 {
            self.settle();
            let act = self.acts.first_key_value().map(|((at, _), _)| *at);
            let Some(due) = earliest(act, earliest(self.line.poll_timeout(), self.modem.poll_timeout())) else {
                return self.trace;
            };
            assert!(due >= self.now, "time went backwards: {due} after {}", self.now);
            self.now = due;
            self.line.handle_timeout(due);
            self.modem.handle_timeout(due);
            if act == Some(due)
                && let Some((_, act)) = self.acts.pop_first()
            {
                self.act(act);
            }
        }
        panic!("line and modem never came to rest");
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Call { from, rings } => {
                let setup = CallSetup {
                    from: from.map(Into::into),
                    name: None,
                    rings,
                    stamp: Stamp { month: 1, day: 5, hour: 9, minute: 0 },
                    ..CallSetup::default()
                };
                self.line.place_call(self.now, setup);
            }
            Act::Say(octets) => self.line.send(self.now, End::Caller, &octets),
            Act::Clear(release) => self.line.clear(self.now, release),
            Act::Type(octets) => self.modem.handle_dte_octets(self.now, octets),
            Act::Port(open) => {
                self.dte.clear();
                self.modem.handle_circuit_108(self.now, open);
            }
        }
    }

    /// Passes everything on until neither has anything to say.
    fn settle(&mut self) {
        loop {
            if let Some(output) = self.line.poll_output() {
                match output {
                    LineOutput::ToModem(event) => self.modem.handle_line(self.now, event),
                    LineOutput::ToCaller(CallerEvent::Octets(octets)) => {
                        self.note(&format!("caller: {} octets", octets.len()));
                    }
                    LineOutput::ToCaller(CallerEvent::Connected(carrier)) => {
                        self.note(&format!("caller: connected {}", carrier.rate()));
                    }
                    LineOutput::ToCaller(event) => self.note(&format!("caller: {event:?}")),
                    LineOutput::ToWaitingCaller(call_waiting) => self.note(&format!("second caller: {call_waiting:?}")),
                    LineOutput::Trace(what) => self.traced(&what),
                    LineOutput::Lost(_) => {}
                }
            } else if let Some(output) = self.modem.poll_output() {
                match output {
                    ModemOutput::ToDte(octets) => self.server(&octets),
                    ModemOutput::ToLine(octets) => self.line.send(self.now, End::Server, &octets),
                    ModemOutput::OffHook => self.line.handle_off_hook(self.now),
                    ModemOutput::OnHook => self.line.handle_on_hook(self.now),
                    ModemOutput::Retrain => self.line.retrain_as_at_first(self.now),
                    ModemOutput::Dial(_) | ModemOutput::DialAddress(_) | ModemOutput::Circuit(..) => {}
                    ModemOutput::HangUpDte => {
                        self.note("server: hung up");
                        self.modem.handle_circuit_108(self.now, false);
                    }
                    ModemOutput::Trace(what) => self.traced(&what),
                }
            } else {
                return;
            }
        }
    }

    /// The server: 50 ms after enough RINGs it types ATA, and in data state it sends back what it hears.
    fn server(&mut self, octets: &[u8]) {
        self.dte.extend(octets);
        let said = String::from_utf8_lossy(&self.dte).into_owned();
        if said.ends_with("NO CARRIER\r\n") {
            self.dte.clear();
        } else if let Some((before, data)) = said.split_once("CONNECT 33600\r\n") {
            let data = data.as_bytes().to_vec();
            if !data.is_empty() {
                self.note(&format!("server: {} octets", data.len()));
                self.dte.truncate(before.len() + "CONNECT 33600\r\n".len());
                self.modem.handle_dte_octets(self.now, &data);
            }
        } else if said.matches("RING\r").count() == self.answer_after {
            self.dte.clear();
            self.acts.insert((self.now + Duration::from_millis(50), usize::MAX), Act::Type(b"ATA\r"));
        }
    }

    fn traced(&mut self, what: &EventKind) {
        let text = match what {
            EventKind::CallBegins { from, .. } => format!("call from {}", from.as_deref().unwrap_or("nobody")),
            EventKind::RingOn { count } => format!("ring {count} on"),
            EventKind::RingOff { count } => format!("ring {count} off"),
            EventKind::CallerId { lines } => format!("caller ID {}", lines.join(", ")),
            EventKind::Connected { rate } => format!("connected {rate}"),
            EventKind::Cleared { by, abrupt } => {
                format!("cleared by {}{}", by.name(), if *abrupt { ", cut" } else { "" })
            }
            EventKind::Command { text } => format!("DTE {text}"),
            EventKind::Response { text } => format!("DCE {text}"),
            other => format!("{other:?}"),
        };
        self.note(&text);
    }

    fn note(&mut self, text: &str) {
        self.trace.push(format!("{} {text}", self.now));
    }
}

/// A call that is answered after two rings, carries 500 octets there and back, and ends by `end` at 20 s.
fn call(end: Act) -> Vec<String> {
    let acts = [
        (0, Act::Port(true)),
        (10, Act::Type(b"ATE0\r")),
        (1000, Act::Call { from: Some("5551234"), rings: 5 }),
        (18_000, Act::Say(vec![b'~'; 500])),
        (20_000, end),
    ];
    LineEnd::new(LineConfig::default(), 2, &acts).run()
}

#[test]
fn a_whole_call_from_ring_to_on_hook() {
    let expected = "\
0.010 DTE ATE0
0.010 DCE OK
1.000 call from 5551234
1.000 ring 1 on
3.000 ring 1 off
3.000 DCE RING
4.083 caller ID DATE = 0105, TIME = 0900, NMBR = 5551234
4.083 DCE DATE = 0105
4.083 DCE TIME = 0900
4.083 DCE NMBR = 5551234
7.000 ring 2 on
9.000 ring 2 off
9.000 DCE RING
9.050 DTE ATA
9.050 OffHook
9.050 caller: Answered
17.050 connected 33600
17.050 caller: connected 33600
17.050 DCE CONNECT 33600
18.029 server: 67 octets
18.049 server: 67 octets
18.059 caller: 67 octets
18.069 server: 67 octets
18.079 caller: 67 octets
18.089 server: 67 octets
18.099 caller: 67 octets
18.109 server: 67 octets
18.119 caller: 67 octets
18.129 server: 67 octets
18.139 caller: 67 octets
18.149 server: 67 octets
18.158 server: 31 octets
18.159 caller: 67 octets
18.179 caller: 67 octets
18.188 caller: 31 octets
20.000 cleared by caller
20.000 caller: Cleared { by: Caller, abrupt: false }
20.060 OnHook
20.060 DCE NO CARRIER
20.060 server: hung up";
    let actual = call(Act::Clear(Release::Orderly)).join("\n");
    assert_eq!(actual, expected, "\n{actual}");
}

#[test]
fn the_same_call_twice_gives_the_same_trace() {
    for end in [Act::Clear(Release::Abrupt), Act::Clear(Release::Orderly), Act::Port(false), Act::Type(b"+++")] {
        assert_eq!(call(end.clone()), call(end));
    }
}

#[test]
fn a_cut_line_is_noticed_when_s10_is_over() {
    let trace = call(Act::Clear(Release::Abrupt));
    assert_eq!(
        trace.iter().rev().take(3).rev().collect::<Vec<_>>(),
        ["21.410 OnHook", "21.410 DCE NO CARRIER", "21.410 server: hung up"]
    );
}

#[test]
fn a_server_that_closes_its_port_clears_the_call() {
    let trace = call(Act::Port(false));
    assert_eq!(
        trace.iter().rev().take(3).rev().collect::<Vec<_>>(),
        ["20.000 OnHook", "20.000 cleared by server", "20.010 caller: Cleared { by: Server, abrupt: false }",]
    );
}

#[test]
fn a_caller_that_hangs_up_in_training_costs_the_server_s7() {
    let acts = [
        (0, Act::Port(true)),
        (0, Act::Call { from: None, rings: 5 }),
        (5000, Act::Clear(Release::Orderly)),
        // Once the modem has given up, the line rings again.
        (60_000, Act::Call { from: None, rings: 1 }),
    ];
    let trace = LineEnd::new(LineConfig::default(), 1, &acts).run();
    let from = trace.iter().position(|line| line.contains("cleared by caller")).unwrap();
    assert_eq!(
        trace[from..].iter().take(7).collect::<Vec<_>>(),
        [
            "5.000 cleared by caller",
            "5.000 caller: Cleared { by: Caller, abrupt: false }",
            "52.050 OnHook",
            "52.050 DCE NO CARRIER",
            "60.000 call from nobody",
            "60.000 ring 1 on",
            "62.000 ring 1 off",
        ]
    );
}

#[test]
fn call_after_call_is_answered() {
    let mut acts = vec![(0, Act::Port(true))];
    for call in 0..5 {
        let begin = call * 30_000;
        let end = match call {
            2 => Act::Clear(Release::Abrupt),
            _ if call % 2 == 0 => Act::Clear(Release::Orderly),
            _ => Act::Port(false),
        };
        acts.extend([
            (begin + 1000, Act::Call { from: None, rings: 5 }),
            (begin + 20_000, end),
            (begin + 25_000, Act::Port(true)),
        ]);
    }
    let trace =
        LineEnd::new(LineConfig { cadence: Cadence::named("uk").unwrap(), ..LineConfig::default() }, 1, &acts).run();
    assert_eq!(trace.iter().filter(|line| line.ends_with("DCE CONNECT 33600")).count(), 5, "{trace:#?}");
}
