//! Findings held against calls: those that calls show, those that they refute, those that cannot come to pass yet, and
//! those that only calls make.

use std::time::Duration;

use super::seen::Seen;
use super::statements::Calls;
use super::{PortCalls, Unmade, spelled_time};
use crate::known::Known;
use crate::plan::Aim;
use crate::registry::{
    Rule, accounts, addresses, auth, calls as shown, login, options, ports, programs, reach, serving,
};
use crate::secrecy::Secrecy;
use crate::{Audit, Cue, Finding, Severity};
use offhook_etc::source::Place;
use offhook_report::text::counted;

/// A line that is free again so soon after a lost carrier was not held: rings until the answer, and mgetty's start.
const PROMPT: Duration = Duration::from_secs(60);

/// Why something happens of which no program of the server's says anything.
const NOTHING: &str = "the server's programs said nothing of it";

/// What callers experience if a rule is right about a port.
#[derive(Clone, Copy)]
enum Effect {
    /// mgetty never gets the port ready.
    NotServed,
    /// Nobody gets PPP.
    NoPpp,
    /// A caller of that kind gets in.
    Open(fn(&Aim) -> bool, &'static str),
    /// The account at the finding's place does not get in.
    KeptOut,
    /// Nobody gets an address.
    NoAddress,
    /// The line stays taken after carrier was lost.
    Held,
    /// A caller gets the address that it asks for.
    OtherAddress,
}

/// What calls can show of rules. Of the others they show nothing.
const EFFECTS: &[(Effect, &[&Rule])] = &[
    (
        Effect::NotServed,
        &[
            &programs::PROGRAM_MISSING,
            &ports::PORT_SPEED,
            &ports::MGETTY_FLAG,
            &ports::PORT_TWICE,
            &ports::INITTAB_ID_TWICE,
            &ports::DOS_LINE_ENDS,
        ],
    ),
    (
        Effect::NoPpp,
        &[
            &auth::NO_USABLE_ACCOUNT,
            &options::OPTION_UNKNOWN,
            &options::OPTION_VALUE,
            &options::OPTIONS_QUOTE,
            &options::OPTIONS_FILE_MISSING,
            &options::OPTIONS_FILE_CIRCLE,
            &options::OPTION_VERSION,
            &serving::PLUGIN_MISSING,
            &programs::PPP_PROGRAM_MISSING,
            &login::LOGIN_PROGRAM,
            &login::LOGIN_CONFIG_IGNORED,
            &login::AUTOPPP_SHADOWED,
            &login::AUTOPPP_OFF,
        ],
    ),
    (
        Effect::Open(is_bad_password, "a wrong password"),
        &[&auth::ANY_PASSWORD, &auth::NO_AUTH, &auth::NOAUTH_UNDOES_AUTH],
    ),
    (
        Effect::Open(is_unauthenticated, "no authentication"),
        &[&auth::NULL_LOGIN, &auth::NO_AUTH, &auth::NOAUTH_UNDOES_AUTH],
    ),
    (Effect::Open(is_empty_password, "an empty password"), &[&auth::EMPTY_PASSWORD]),
    (Effect::Open(is_text_login, "no Unix password"), &[&auth::NO_UNIX_PASSWORD]),
    (
        Effect::KeptOut,
        &[
            &accounts::ACCOUNT_NO_ADDRESS,
            &accounts::ACCOUNT_ADDRESS_WORD,
            &accounts::ACCOUNT_NEVER_MATCHES,
            &accounts::SERVER_EMPTY,
            &accounts::SERVER_PASSWORD,
            &accounts::LOGIN_WITHOUT_USER,
            &addresses::ADDRESS_REFUSED,
        ],
    ),
    (Effect::NoAddress, &[&addresses::NO_ADDRESS, &reach::NO_IP, &reach::NO_LOCAL_ADDRESS]),
    (Effect::Held, &[&options::LOCAL_ON_MODEM, &serving::PERSIST]),
    (Effect::OtherAddress, &[&reach::CALLER_PICKS]),
];

/// The effects of a rule.
fn effects(rule: &Rule) -> impl Iterator<Item = Effect> {
    EFFECTS.iter().filter(move |(_, rules)| rules.contains(&rule)).map(|(effect, _)| *effect)
}

/// Whether that port is dead if a rule is right about it.
fn is_not_served(rule: &Rule) -> bool {
    effects(rule).any(|effect| matches!(effect, Effect::NotServed))
}

/// Whether nobody gets PPP if a rule is right.
fn is_no_ppp(rule: &Rule) -> bool {
    effects(rule).any(|effect| matches!(effect, Effect::NoPpp))
}

/// The call to the line of login.config that a finding is about, if it is about one for names that are typed.
fn is_by_prompt<'a>(finding: &Finding, port: &'a PortCalls) -> Option<&'a Seen> {
    let Some(Cue::Text(name)) = &finding.cue else { return None };
    port.seen.iter().find(|seen| matches!(&seen.probe.aim, Aim::ByPrompt(typed, _) if typed == name))
}

/// What pppd says when it ends for the reason of a rule. The others have words of many kinds.
const LAST_WORDS: &[(&Rule, &[&str])] = &[
    (&auth::NO_USABLE_ACCOUNT, &["suitable secret", "required to authenticate itself"]),
    (&options::OPTION_UNKNOWN, &["unrecognized option"]),
    (&options::OPTIONS_FILE_MISSING, &["an't open options file"]),
    (&serving::PLUGIN_MISSING, &["plugin"]),
];

/// Whether what pppd said may be for the reason of that rule.
fn is_of(rule: &Rule, said: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|words| said.contains(words));
    match LAST_WORDS.iter().find(|(of, _)| *of == rule) {
        Some((_, words)) => has(words) || !said.contains("pppd said"),
        None => !LAST_WORDS.iter().any(|(_, words)| has(words)),
    }
}

fn is_bad_password(aim: &Aim) -> bool {
    *aim == Aim::BadPassword
}

fn is_empty_password(aim: &Aim) -> bool {
    matches!(aim, Aim::EmptyPassword(_))
}

fn is_unauthenticated(aim: &Aim) -> bool {
    *aim == Aim::Unauthenticated
}

fn is_text_login(aim: &Aim) -> bool {
    matches!(aim, Aim::TextLogin(_))
}

impl Effect {
    /// What the calls to a port show of it; `None`: nothing.
    fn seen(self, finding: &Finding, port: &PortCalls, secrecy: &Secrecy) -> Option<Known> {
        let device = &port.device;
        let shown = |by: &[&Seen], saw: String| {
            Some(Known::Shown { calls: by.iter().map(|seen| seen.name()).collect(), saw: format!("on {device} {saw}") })
        };
        let refuted = |by: &Seen, saw: String| {
            let said = by.said(secrecy);
            Some(Known::Refuted { calls: vec![by.name()], saw: format!("on {device} {saw}"), said })
        };
        let calls = Calls { seen: &port.seen, left_out: &[], unmade: None, secrecy };
        let by_ppp: Vec<&Seen> = calls.by_ppp().collect();
        match self {
            // A call is placed when the port is ready for it.
            Self::NotServed => match (&port.unmade, port.seen.first()) {
                (_, Some(seen)) => refuted(seen, "mgetty got ready for a call".to_owned()),
                (Some(Unmade::NotReady(said)), None) => {
                    shown(&[], format!("mgetty never gets ready for a call: {}", secrecy.hide(said)))
                }
                _ => None,
            },
            // What pppd takes otherwise than it looks is a warning, and pppd starts.
            Self::NoPpp if finding.severity != Severity::Error && finding.rule != &login::AUTOPPP_OFF => None,
            Self::NoPpp => match (by_ppp.first(), by_ppp.iter().find(|seen| seen.call.lcp)) {
                (_, Some(seen)) => refuted(seen, "a caller was answered by PPP".to_owned()),
                (Some(first), None) => {
                    let why = first.account(secrecy);
                    // pppd ends at the first thing that it does not like: that is shown, and nothing that comes later.
                    is_of(finding.rule, &why).then(|| shown(&by_ppp, format!("a caller got no PPP: {why}")))?
                }
                (None, None) => None,
            },
            Self::Open(..) if is_by_prompt(finding, port).is_some() => {
                let seen = is_by_prompt(finding, port)?;
                let Aim::ByPrompt(name, _) = &seen.probe.aim else { return None };
                match (seen.inside(), seen.call.lcp) {
                    (true, _) => shown(&[seen], format!("whoever typed {name} at the prompt got in")),
                    (false, true) => refuted(seen, format!("who typed {name} at the prompt did not get in")),
                    (false, false) => None,
                }
            }
            Self::Open(aim, how) => {
                let seen = port.seen.iter().find(|seen| aim(&seen.probe.aim) && seen.call.answered)?;
                let tried = !is_bad_password(&seen.probe.aim) || seen.sent_a_password();
                match (seen.inside(), tried && seen.refused() || is_text_login(&seen.probe.aim)) {
                    (true, _) => shown(&[seen], format!("a caller with {how} got in")),
                    (false, true) => refuted(seen, format!("a caller with {how} did not get in")),
                    (false, false) => None,
                }
            }
            Self::KeptOut => {
                let of = |seen: &&Seen| match &seen.probe.aim {
                    Aim::Account { place, .. } => Some(place) == finding.place.as_ref(),
                    _ => false,
                };
                let seen = port.seen.iter().find(of)?;
                let who = seen.who();
                match seen.inside() {
                    true => refuted(seen, format!("{who} got in")),
                    false => shown(&[seen], format!("{who} did not get in ({})", seen.ending(secrecy))),
                }
            }
            Self::NoAddress => {
                let without = |seen: &&Seen| seen.call.lcp && !seen.refused() && seen.probe.brings.is_none();
                let tried: Vec<&Seen> = by_ppp.into_iter().filter(without).collect();
                match (tried.iter().find(|seen| seen.inside()), tried.first()) {
                    (Some(seen), _) => refuted(seen, format!("{} got an address", seen.who())),
                    (None, Some(first)) => {
                        let why = first.account(secrecy);
                        shown(&[first], format!("{} got no address: {why}", first.who()))
                    }
                    (None, None) => None,
                }
            }
            Self::OtherAddress => {
                let seen =
                    port.seen.iter().find(|seen| matches!(seen.probe.aim, Aim::OtherAddress(_)) && seen.inside())?;
                match (seen.address(), seen.probe.brings) {
                    (Some(got), Some(asked)) if got == asked => shown(&[seen], format!("{} got it", seen.who())),
                    (Some(got), _) => refuted(seen, format!("{} got {got}", seen.who())),
                    (None, _) => None,
                }
            }
            Self::Held => match calls.answered_again()? {
                (seen, None) => {
                    shown(&[seen], format!("the next call after a lost carrier was {}", seen.ending(secrecy)))
                }
                (seen, Some(after)) if after > PROMPT => {
                    let after = spelled_time(after);
                    shown(&[seen], format!("the next call was answered only {after} after carrier was lost"))
                }
                (seen, Some(after)) => {
                    refuted(seen, format!("the next call was answered {} after carrier was lost", spelled_time(after)))
                }
            },
        }
    }
}

/// Gives every finding what the calls to its ports show of it, and takes out those that they refute.
pub(super) fn known(audit: &mut Audit, ports: &[PortCalls], secrecy: &Secrecy) {
    for finding in &mut audit.findings {
        if finding.severity == Severity::Note || finding.known != Known::Predicted {
            continue;
        }
        let concerned = ports.iter().filter(|port| finding.concerns(&port.device));
        let seen = concerned.flat_map(|port| {
            effects(finding.rule)
                .map(|effect| effect.seen(finding, port, secrecy).unwrap_or_default())
                .collect::<Vec<_>>()
        });
        if let Some(known) = seen.reduce(Known::or) {
            finding.known = known;
        }
    }
    let (withdrawn, findings) = std::mem::take(&mut audit.findings).into_iter().partition(|one| one.known.is_refuted());
    audit.findings = findings;
    audit.withdrawn.extend(withdrawn);
    latent(audit);
}

/// How it is told that the modem refused a command.
const REFUSED: &str = "the last answer of the modem was \"ERROR\"";

/// Marks dangers that cannot come to pass yet: what they are about does not work at all.
pub fn latent(audit: &mut Audit) {
    let dead = |of: fn(&Rule) -> bool| -> Vec<Finding> {
        let dead = |one: &&Finding| of(one.rule) && one.severity == Severity::Error;
        audit.findings.iter().filter(dead).cloned().collect()
    };
    let mut not_served = dead(|rule| is_not_served(rule) || rule == &shown::CALLED_NOT_READY);
    // What the lab's modem refuses another one may take: the port is not dead for that.
    not_served.retain(|finding| finding.rule != &shown::CALLED_NOT_READY || !finding.why.contains(REFUSED));
    let no_ppp = dead(|rule| is_no_ppp(rule) || rule == &reach::NO_IP || rule == &reach::NO_LOCAL_ADDRESS);
    let devices: Vec<String> = audit.ports.iter().map(|port| port.device.clone()).collect();
    for finding in audit.findings.iter_mut().filter(|finding| finding.severity == Severity::Danger) {
        finding.latent = None;
        if finding.known.is_shown() {
            continue;
        }
        let by_login = finding.rule == &auth::NO_UNIX_PASSWORD;
        let why = |device: &String| {
            let dead = not_served.iter().find(|dead| dead.concerns(device));
            dead.or_else(|| no_ppp.iter().filter(|_| !by_login).find(|dead| dead.concerns(device)))
        };
        let concerned: Vec<&String> = devices.iter().filter(|device| finding.concerns(device)).collect();
        let dead: Vec<&Finding> = concerned.iter().filter_map(|device| why(device)).collect();
        if let (Some(first), true) = (dead.first(), dead.len() == concerned.len()) {
            finding.latent = Some(format!("not yet, because of {}", first.code()));
        }
    }
}

/// What calls to a port show that was not expected of them.
pub(super) fn contradictions(audit: &mut Audit, port: &PortCalls, calls: &Calls<'_>, place: &Place) {
    let device = &port.device;
    match &port.unmade {
        Some(Unmade::NotReady(said)) if port.seen.is_empty() => {
            let why = format!("the log says: {}", calls.secrecy.hide(said));
            let what = match said.contains(REFUSED) {
                true => format!(
                    "lab: the modem of the lab refuses a command of {device}, and mgetty never gets ready with it"
                ),
                false => format!("lab: mgetty never gets {device} ready, so nobody is answered"),
            };
            let known = audit
                .findings
                .iter()
                .any(|one| one.concerns(device) && one.severity == Severity::Error && is_not_served(one.rule));
            if !known {
                let finding = Finding::new(&shown::CALLED_NOT_READY, what).at(place.clone()).on(device).why(why);
                audit
                    .findings
                    .push(finding.known(Known::Shown { calls: vec![], saw: "no call was possible".to_owned() }));
            }
        }
        Some(Unmade::NotReady(said)) => {
            let why = format!("mgetty did not get ready again: {}", calls.secrecy.hide(said));
            not_placed(audit, device, 0, &why);
        }
        Some(Unmade::Left(count, why)) if !answers_nobody(calls.seen) => not_placed(audit, device, *count, why),
        Some(Unmade::Left(..)) | None => {}
    }
    if answers_nobody(calls.seen) {
        let why = calls.seen.iter().find_map(|seen| seen.said(calls.secrecy));
        let expected = calls.seen.iter().filter(|seen| is_expected(seen));
        let by: Vec<String> = expected.map(Seen::name).collect();
        let what = format!("nobody is answered on {device}: {} rang out", counted(by.len(), "call"));
        let finding = Finding::new(&shown::CALLED_NOT_ANSWERED, format!("lab: {what}")).at(place.clone()).on(device);
        let why = why.unwrap_or_else(|| NOTHING.to_owned());
        audit.findings.push(finding.why(why).known(Known::Shown { calls: by, saw: what }));
        return;
    }
    for seen in calls.seen {
        if explained(audit, device, seen) {
            continue;
        }
        audit.findings.extend(contradiction(device, seen, calls.secrecy).map(|finding| match finding.place {
            None if finding.rule == &shown::CALLED_RINGS => finding.at(place.clone()),
            _ => finding,
        }));
    }
    if let Some((seen, after)) = calls.answered_again() {
        // A note tells it as well: LCP echoes free the port later.
        let told = |one: &Finding| {
            effects(one.rule).any(|effect| matches!(effect, Effect::Held)) || one.rule == &ports::PORT_NOT_KEPT
        };
        let held = audit.findings.iter().any(|one| told(one) && one.concerns(device));
        if after.is_none() && !held {
            let finding =
                Finding::new(&shown::CALLED_HELD, format!("lab: after a lost carrier {device} is not free again"))
                    .at(place.clone())
                    .on(device)
                    .why(
                        seen.said(calls.secrecy)
                            .unwrap_or_else(|| format!("the next caller was {}", seen.ending(calls.secrecy))),
                    );
            audit
                .findings
                .push(finding.known(Known::Shown { calls: vec![seen.name()], saw: seen.ending(calls.secrecy) }));
        }
    }
}

/// Whether callers were to be answered, and none was.
fn answers_nobody(calls: &[Seen]) -> bool {
    calls.iter().any(is_expected) && !calls.iter().any(|seen| seen.call.answered)
}

fn is_expected(seen: &Seen) -> bool {
    seen.probe.expected.answered.is_some() && seen.probe.aim != Aim::Again
}

/// Whether what a call found is what a finding says already: no PPP where pppd is known not to start.
fn explained(audit: &Audit, device: &str, seen: &Seen) -> bool {
    let without_ppp = seen.tries_ppp() && seen.call.answered && !seen.call.lcp;
    let picks = |one: &Finding| one.rule == &reach::CALLER_PICKS && one.concerns(device);
    matches!(seen.probe.aim, Aim::Lost | Aim::Again)
        || matches!(seen.probe.aim, Aim::OtherAddress(_)) && audit.findings.iter().any(picks)
        || without_ppp
            && audit
                .findings
                .iter()
                .any(|one| one.concerns(device) && one.severity < Severity::Note && is_no_ppp(one.rule))
}

fn not_placed(audit: &mut Audit, device: &str, count: usize, why: &str) {
    let what = match count {
        0 => format!("not all calls to {device} could be placed"),
        count => format!("{} to {device} could not be placed", counted(count, "call")),
    };
    audit.findings.push(
        Finding::new(&shown::CALLS_MISSING, what)
            .on(device)
            .why(why)
            .fix("what the files say about them is not confirmed; see the evidence (--out DIR)"),
    );
}

/// What a call shows that was not expected of it.
fn contradiction(device: &str, seen: &Seen, secrecy: &Secrecy) -> Option<Finding> {
    let who = seen.who();
    let place = match &seen.probe.aim {
        Aim::Account { place, .. } => Some(place.clone()),
        Aim::CallerId(place) => place.clone(),
        _ => None,
    };
    let finding = |rule, what: String| {
        let why = seen.said(secrecy).unwrap_or_else(|| NOTHING.to_owned());
        let known = Known::Shown { calls: vec![seen.name()], saw: what.clone() };
        Finding::new(rule, format!("lab: {what}")).at(place.clone()).on(device).why(why).known(known)
    };
    let (expected, call) = (&seen.probe.expected, &seen.call);
    match (expected.answered, call.answered) {
        (None, true) => return Some(finding(&shown::CALLED_ANSWERED, format!("{who} was answered"))),
        (Some(_), false) => {
            let what = format!("{who} was not answered in {}", counted(call.rings as usize, "ring"));
            return Some(finding(&shown::CALLED_NOT_ANSWERED, what));
        }
        (Some(rings), true) if rings != 0 && rings != call.rings => {
            // Caller ID may count as a ring: one less is the server's own way.
            let severity = if call.rings + 1 == rings { Severity::Note } else { Severity::Warning };
            let what = format!("answered after {}, not after {rings}", counted(call.rings as usize, "ring"));
            return Some(finding(&shown::CALLED_RINGS, what).severity(severity));
        }
        _ => {}
    }
    match (expected.inside, seen.inside()) {
        (Some(false), true) => Some(finding(&shown::CALLED_GOT_IN, format!("{who} got in"))),
        (Some(true), false) => {
            Some(finding(&shown::CALLED_KEPT_OUT, format!("{who} did not get in: {}", seen.ending(secrecy))))
        }
        (Some(true), true) => match (expected.address, seen.address()) {
            (Some(expected), Some(got)) if expected != got => {
                Some(finding(&shown::CALLED_ADDRESS, format!("{who} got {got}, not {expected}")))
            }
            _ => None,
        },
        _ => None,
    }
}
