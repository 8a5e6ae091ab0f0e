//! Calls of all kinds on many lines, for as long as one likes in virtual time: no line is stuck, every call has an end, every
//! octet arrives or is counted, and memory stays as it is.
//!
//! Half of the lines call: the other half, peers outside, a busy peer, and a number that nobody has. The other half answer, and
//! peers outside call them. They talk, pause, and end calls in every way there is. The same seed is the same run.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use offhook_clock::{Instant, Random};
use offhook_standalone::modem_pool::CallId;
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::modem::ModemConfig;
use offhook_telephony::trace::EventKind;

use super::rig::{Rig, is_of_a_call};

/// No call attempt and no end of a call takes longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) lines: usize,
    pub(crate) time: Duration,
    pub(crate) seed: u64,
}

/// How it went so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// Call attempts by what came of them: `CONNECT`, `BUSY`, `NO CARRIER`.
    pub(crate) attempts: BTreeMap<&'static str, u64>,
    /// Calls from outside, and those of them that found the line busy.
    pub(crate) from_outside: u64,
    pub(crate) busy_outside: u64,
    pub(crate) written: u64,
    pub(crate) arrived: u64,
    pub(crate) lost: u64,
    /// Resident memory, KiB, at every tenth of the time.
    pub(crate) resident: Vec<u64>,
}

/// In one line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts: Vec<String> = self.attempts.iter().map(|(code, count)| format!("{count} {code}")).collect();
        let Self { from_outside, busy_outside, written, arrived, lost, .. } = self;
        write!(f, "dialled: {}; from outside: {from_outside}, {busy_outside} of them busy; ", attempts.join(", "))?;
        write!(f, "octets: {written} written, {arrived} arrived, {lost} lost and told; ")?;
        write!(f, "{} KiB resident", self.resident.last().copied().unwrap_or_default())
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The port is closed, or there is no call.
    Idle,
    /// A number has been dialled; by then there is a result code.
    Dialled { until: Instant },
    /// There is a call; so many times it still says something.
    Online { turns: u64 },
    /// The call has been ended, or is about to be; by then the line is free.
    Ending { until: Instant },
    /// The escape sequence has been sent.
    Escaped { until: Instant },
}

struct Actor {
    step: Step,
    at: Instant,
    random: Random,
}

/// Runs a plan; `told` hears of every tenth of it.
///
/// # Errors
///
/// What is wrong, with the line and the time.
pub(crate) fn run(plan: Plan, mut told: impl FnMut(u32, &Report)) -> Result<Report, String> {
    let line = LineConfig { training: Duration::from_secs(4), ..LineConfig::default() };
    let mut rig = Rig::new(plan.lines, &line, &ModemConfig::default());
    let mut random = Random::new(plan.seed);
    let mut actors: Vec<Actor> = (0..plan.lines)
        .map(|_| Actor {
            step: Step::Idle,
            at: Instant::from_millis(below(&mut random, 60_000)),
            random: Random::new(random.next()),
        })
        .collect();
    let mut outside = Actor { step: Step::Idle, at: Instant::ZERO, random: Random::new(random.next()) };
    let mut report = Report::default();
    for line in 0..plan.lines {
        rig.open(line);
        rig.write(line, if line < plan.lines / 2 { b"ATE0S12=2S7=40\r" } else { b"ATE0S0=1\r" });
    }
    let (mut ignored, end) = (0, Instant::ZERO + plan.time);
    for tenth in 1..=10 {
        let until = Instant::ZERO + plan.time * tenth / 10;
        while rig.now < until {
            let next = actors.iter().map(|actor| actor.at).min().unwrap_or(until).min(outside.at).min(until);
            rig.run(next.since(rig.now));
            for (line, actor) in actors.iter_mut().enumerate().filter(|(_, actor)| actor.at <= next) {
                let pause = if line < plan.lines / 2 {
                    caller(line, plan.lines, actor, &mut rig, &mut report)?
                } else {
                    answerer(line, actor, &mut rig)?
                };
                actor.at = rig.now + pause;
            }
            if outside.at <= next {
                outside.at = rig.now + peers(plan.lines, &mut outside.random, &mut rig, &mut report);
            }
            ignored += forget(&mut rig);
        }
        account(&rig, &mut report);
        told(tenth, &report);
    }
    // Everybody goes, and everything comes to rest.
    for line in 0..plan.lines {
        rig.close(line);
    }
    let calls: Vec<CallId> = rig.peers.keys().copied().collect();
    calls.into_iter().for_each(|call| rig.say_and_close(call, b""));
    rig.run(PATIENCE);
    ignored += forget(&mut rig);
    for line in 0..plan.lines {
        if !rig.pool.is_free(line) || rig.is_open(line) {
            return Err(format!(
                "line {line} is stuck after {}: {}",
                rig.now.since(end).as_secs(),
                rig.pool.state(line)
            ));
        }
        // What was never read of its port.
        rig.open(line);
    }
    account(&rig, &mut report);
    let known = rig.tally.arrived + rig.tally.unread + rig.lost() + ignored;
    if known != rig.tally.written {
        let lost = rig.lost();
        return Err(format!("{:?}, {lost} lost, {ignored} said to modems: {known} are accounted for", rig.tally));
    }
    if !rig.peers.is_empty() {
        return Err(format!("{} peers are left", rig.peers.len()));
    }
    Ok(report)
}

/// The DTE of a calling line does the next thing; how long until then.
fn caller(
    line: usize,
    lines: usize,
    actor: &mut Actor,
    rig: &mut Rig,
    report: &mut Report,
) -> Result<Duration, String> {
    let Actor { step, random, .. } = actor;
    let soon = Duration::from_millis(100);
    match *step {
        Step::Idle if !rig.is_open(line) => {
            rig.open(line);
            Ok(Duration::from_millis(below(random, 500)))
        }
        Step::Idle => {
            let answering = lines / 2;
            let number = match below(random, 12) {
                0 => "99".to_owned(),
                1 => "777".to_owned(),
                2..=5 => (90 + below(random, 9)).to_string(),
                _ => (answering as u64 + 1 + below(random, (lines - answering) as u64)).to_string(),
            };
            rig.ports[line].got.clear();
            rig.write(line, format!("ATDT{number}\r").as_bytes());
            *step = Step::Dialled { until: rig.now + PATIENCE };
            Ok(soon)
        }
        Step::Dialled { until } => {
            let said = ["CONNECT", "BUSY", "NO CARRIER"].into_iter().find(|code| has(&rig.ports[line].got, code));
            let Some(code) = said else { return patient(line, rig, until, "no result code").map(|()| soon) };
            *report.attempts.entry(code).or_default() += 1;
            let online = code == "CONNECT";
            *step = if online {
                Step::Online { turns: below(random, 6) }
            } else {
                Step::Ending { until: rig.now + PATIENCE }
            };
            Ok(soon)
        }
        Step::Online { turns } if turns > 0 && !has(&rig.ports[line].got, "NO CARRIER") => {
            let octets = letters(random);
            rig.write(line, &octets);
            *step = Step::Online { turns: turns - 1 };
            Ok(Duration::from_millis(below(random, 20_000)))
        }
        Step::Online { .. } => {
            *step = Step::Ending { until: rig.now + PATIENCE };
            match below(random, 4) {
                _ if has(&rig.ports[line].got, "NO CARRIER") => {}
                0 => rig.close(line),
                1 if rig.is_read(line) => {
                    rig.pool.handle_dtr(rig.now, line, false);
                    rig.settle();
                    rig.pool.handle_dtr(rig.now, line, true);
                    rig.settle();
                }
                2 if rig.is_read(line) => {
                    rig.run(Duration::from_millis(60));
                    rig.write(line, b"+++");
                    *step = Step::Escaped { until: rig.now + PATIENCE };
                }
                // The other end will, or so it is hoped: then it hangs up itself.
                _ => *step = Step::Escaped { until: rig.now + PATIENCE },
            }
            Ok(Duration::from_secs(1))
        }
        Step::Escaped { .. } if has(&rig.ports[line].got, "OK") && rig.is_read(line) => {
            rig.ports[line].got.clear();
            rig.write(line, b"ATH\r");
            *step = Step::Ending { until: rig.now + PATIENCE };
            Ok(soon)
        }
        Step::Escaped { until } if has(&rig.ports[line].got, "NO CARRIER") || rig.now >= until => {
            if rig.now >= until {
                rig.close(line);
            }
            *step = Step::Ending { until: rig.now + PATIENCE };
            Ok(soon)
        }
        Step::Escaped { .. } => Ok(Duration::from_secs(2)),
        Step::Ending { until } if !rig.pool.is_free(line) => patient(line, rig, until, "not free").map(|()| soon),
        Step::Ending { .. } => {
            *step = Step::Idle;
            Ok(Duration::from_millis(500 + below(random, 60_000)))
        }
    }
}

/// The DTE of an answering line does the next thing; how long until then.
fn answerer(line: usize, actor: &mut Actor, rig: &mut Rig) -> Result<Duration, String> {
    let Actor { step, random, .. } = actor;
    let online = rig.pool.modem(line).is_online();
    match *step {
        _ if !rig.is_open(line) => {
            rig.open(line);
            *step = Step::Idle;
            Ok(Duration::from_secs(1))
        }
        Step::Idle if online => {
            rig.ports[line].got.clear();
            *step = Step::Online { turns: below(random, 8) };
            Ok(Duration::from_millis(below(random, 3000)))
        }
        Step::Online { turns } if online && turns > 0 => {
            let octets = letters(random);
            rig.write(line, &octets);
            *step = Step::Online { turns: turns - 1 };
            Ok(Duration::from_millis(below(random, 15_000)))
        }
        Step::Online { .. } if online => {
            rig.close(line);
            *step = Step::Ending { until: rig.now + PATIENCE };
            Ok(Duration::from_secs(1))
        }
        Step::Ending { until } if !rig.pool.is_free(line) => {
            patient(line, rig, until, "not free").map(|()| Duration::from_secs(1))
        }
        _ => {
            rig.ports[line].got.clear();
            *step = Step::Idle;
            Ok(Duration::from_secs(1))
        }
    }
}

/// Peers outside call, speak and go; how long until they do again.
fn peers(lines: usize, random: &mut Random, rig: &mut Rig, report: &mut Report) -> Duration {
    if below(random, 3) == 0 {
        let line = lines / 2 + usize::try_from(below(random, (lines - lines / 2) as u64)).unwrap_or_default();
        report.from_outside += 1;
        report.busy_outside += u64::from(!rig.call(line, 3));
    }
    let calls: Vec<CallId> = rig.peers.keys().copied().collect();
    for call in calls {
        match below(random, 12) {
            0 => rig.say_and_close(call, &letters(random)),
            1..=3 => rig.say_in(call, &letters(random)),
            _ => {}
        }
    }
    Duration::from_millis(500 + below(random, 10_000))
}

/// A number below `limit`.
const fn below(random: &mut Random, limit: u64) -> u64 {
    random.next() % limit
}

fn letters(random: &mut Random) -> Vec<u8> {
    let count = if below(random, 8) == 0 { 6000 } else { 400 };
    (0..below(random, count)).map(|place| b'b' + u8::try_from(place % 25).unwrap_or_default()).collect()
}

fn has(got: &[u8], word: &str) -> bool {
    got.windows(word.len()).any(|window| window == word.as_bytes())
}

fn patient(line: usize, rig: &Rig, until: Instant, what: &str) -> Result<(), String> {
    if rig.now < until {
        return Ok(());
    }
    let (state, got) = (rig.pool.state(line), String::from_utf8_lossy(&rig.ports[line].got));
    Err(format!("line {line} at {}: {what} in {} s; {state}; got {got:?}", rig.now, PATIENCE.as_secs()))
}

/// Forgets what has been told; how many octets of calls were said to modems instead.
fn forget(rig: &mut Rig) -> u64 {
    rig.left.clear();
    let mut octets = 0;
    for entry in rig.log.drain(..) {
        if let EventKind::Ignored { text } = entry.what {
            let text = text.replace("\\r", "").replace("\\n", "");
            octets += text.bytes().filter(|octet| is_of_a_call(*octet)).count() as u64;
        }
    }
    octets
}

fn account(rig: &Rig, report: &mut Report) {
    (report.written, report.arrived, report.lost) = (rig.tally.written, rig.tally.arrived, rig.lost());
    report.resident.push(resident());
}

/// Resident memory of this process, KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
}
