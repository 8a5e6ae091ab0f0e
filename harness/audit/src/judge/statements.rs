//! Statements held against calls: what was shown, what was refuted and what no call tried.
//!
//! In go a [`Claim`] and the calls to its port; out comes how it is [`Known`].

use std::net::Ipv4Addr;

use offhook_report::text::counted;
use offhook_scenario::{AuthProtocol, Reason};

use super::seen::Seen;
use super::spelled_time;
use crate::claim::Claim;
use crate::known::Known;
use crate::plan::{Aim, LeftOut, LeftOutWhat};
use crate::secrecy::Secrecy;

/// The calls to a port, and what was not called.
pub(super) struct Calls<'a> {
    /// Calls that were placed, in order.
    pub seen: &'a [Seen],
    /// What is left out.
    pub left_out: &'a [LeftOut],
    /// Why there are no calls, or no more of them.
    pub unmade: Option<&'a str>,
    /// What must not be printed.
    pub secrecy: &'a Secrecy,
}

impl Calls<'_> {
    /// How a statement is known after these calls.
    pub(super) fn known(&self, claim: &Claim) -> Known {
        match claim {
            Claim::Unseen(why) => Known::not_tried(*why),
            Claim::Dead => match self.seen.first() {
                // A call is placed when the port is ready for it.
                Some(seen) => self.refuted(seen, "mgetty got ready for a call"),
                None => self.untried(|_| false),
            },
            Claim::Answer(rings) => self.answer(*rings),
            Claim::AnswerIf(rings) => match self.passed() {
                Some(known) => known,
                None => self.answer(*rings),
            },
            Claim::Decided(_) => self.passed().unwrap_or_else(|| self.callers()),
            Claim::Callers(_) => self.callers(),
            Claim::Login => self.logins(),
            Claim::Detection(pppd) => self.detection(*pppd),
            Claim::Program => match (self.by_ppp().find(|seen| seen.inside()), self.by_ppp().next()) {
                (Some(seen), _) => self.shown([seen], format!("{} got in", seen.who())),
                (None, Some(seen)) => {
                    self.shown(self.by_ppp(), format!("{}: {}", seen.who(), seen.ending(self.secrecy)))
                }
                (None, None) => self.untried(|what| *what == LeftOutWhat::Ppp),
            },
            Claim::Refuses => self.refuses(),
            Claim::Open => self.open(),
            Claim::Asked => self.asked(),
            Claim::Account { place, protocol, inside, .. } => {
                let of = |seen: &&Seen| match &seen.probe.aim {
                    Aim::Account { place: of, .. } => of == place,
                    _ => false,
                };
                match self.seen.iter().find(of) {
                    Some(seen) => self.account(seen, *protocol, *inside),
                    None => self.untried(|what| match what {
                        LeftOutWhat::Account(_, of) => of == place,
                        LeftOutWhat::Accounts(_) => true,
                        _ => false,
                    }),
                }
            }
            Claim::Address { local, remote, asked } => self.address(*local, *remote, *asked),
            Claim::End(seconds) => self.end(*seconds),
            Claim::Dns(servers) => self.dns(servers),
            Claim::Again(answered) => self.again(*answered),
        }
    }

    fn shown<'s>(&self, by: impl IntoIterator<Item = &'s Seen>, saw: impl Into<String>) -> Known {
        Known::Shown { calls: by.into_iter().map(Seen::name).collect(), saw: saw.into() }
    }

    fn refuted(&self, by: &Seen, saw: impl Into<String>) -> Known {
        Known::Refuted { calls: vec![by.name()], saw: saw.into(), said: by.said(self.secrecy) }
    }

    /// Not tried, for the reason that was given where it was left out.
    fn untried(&self, concerns: impl Fn(&LeftOutWhat) -> bool) -> Known {
        let left = self.left_out.iter().find(|left| left.what == LeftOutWhat::Port || concerns(&left.what));
        match (left, self.unmade) {
            (Some(left), _) => Known::not_tried(&left.why),
            (None, Some(why)) => Known::not_tried(why),
            (None, None) => Known::not_tried("no call was made for it"),
        }
    }

    /// Where nobody is answered whom the rules let in: that is what the program decided.
    fn passed(&self) -> Option<Known> {
        let expected = |seen: &&Seen| seen.probe.expected.answered.is_some() && seen.probe.aim != Aim::Again;
        if self.seen.iter().any(|seen| seen.call.answered) {
            return None;
        }
        let first = self.seen.iter().find(expected)?;
        Some(self.shown(self.seen.iter().filter(expected), first.account(self.secrecy)))
    }

    fn answer(&self, rings: u32) -> Known {
        let expected: Vec<&Seen> = self
            .seen
            .iter()
            .filter(|seen| seen.probe.expected.answered.is_some() && seen.probe.aim != Aim::Again)
            .collect();
        let answered: Vec<&Seen> = expected.iter().copied().filter(|seen| seen.call.answered).collect();
        let Some(first) = expected.first() else { return self.untried(|_| false) };
        if answered.is_empty() {
            return self.refuted(first, first.ending(self.secrecy));
        }
        if rings == 0 {
            return self.shown(answered, "answered");
        }
        // A whole block of caller ID may count as a ring: one less is the server's own way.
        match answered.iter().find(|seen| seen.call.rings != rings && seen.call.rings + 1 != rings) {
            Some(odd) => self.refuted(odd, format!("answered after {}", counted(odd.call.rings as usize, "ring"))),
            None => {
                let mut told: Vec<u32> = answered.iter().map(|seen| seen.call.rings).collect();
                told.sort_unstable();
                told.dedup();
                let told: Vec<String> = told.into_iter().map(|rings| counted(rings as usize, "ring")).collect();
                self.shown(answered, format!("answered after {}", told.join(", and after ")))
            }
        }
    }

    fn callers(&self) -> Known {
        let numbers: Vec<&Seen> = self.seen.iter().filter(|seen| matches!(seen.probe.aim, Aim::CallerId(_))).collect();
        if numbers.is_empty() {
            // No rule: whoever called is an example.
            let anybody = self.seen.iter().find(|seen| seen.call.answered);
            return match (anybody, self.seen.iter().find(|seen| !seen.call.answered)) {
                (Some(seen), _) => {
                    let from = seen.probe.from.clone().unwrap_or_else(|| "no caller ID".to_owned());
                    self.shown([seen], format!("{from} answered"))
                }
                (None, Some(seen)) => self.refuted(seen, seen.ending(self.secrecy)),
                (None, None) => self.untried(|_| false),
            };
        }
        let told = |seen: &Seen| {
            let from = seen.probe.from.clone().unwrap_or_else(|| "no caller ID".to_owned());
            format!("{from} {}", if seen.call.answered { "answered" } else { "not answered" })
        };
        let odd = numbers.iter().find(|seen| seen.call.answered != seen.probe.expected.answered.is_some());
        match odd {
            Some(odd) => self.refuted(odd, told(odd)),
            None => {
                let told: Vec<String> = numbers.iter().map(|seen| told(seen)).collect();
                self.shown(numbers, told.join("; "))
            }
        }
    }

    fn logins(&self) -> Known {
        let logins: Vec<(&str, &Seen)> = self
            .seen
            .iter()
            .filter_map(|seen| match &seen.probe.aim {
                Aim::TextLogin(name) => Some((name.as_str(), seen)),
                _ => None,
            })
            .collect();
        if let Some((name, seen)) = logins.iter().find(|(_, seen)| !seen.inside()) {
            return self.refuted(seen, format!("{name} did not log in ({})", seen.ending(self.secrecy)));
        }
        let told: Vec<String> = logins.iter().map(|(name, _)| format!("{name} logged in")).collect();
        match logins.is_empty() {
            true => self.untried(|what| *what == LeftOutWhat::Logins),
            false => self.shown(logins.into_iter().map(|(_, seen)| seen), told.join("; ")),
        }
    }

    /// Calls that tried PPP and were answered.
    pub(super) fn by_ppp(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|seen| seen.tries_ppp() && seen.call.answered)
    }

    fn detection(&self, pppd: bool) -> Known {
        let Some(first) = self.by_ppp().next() else { return self.untried(|what| *what == LeftOutWhat::Ppp) };
        let spoke =
            |seen: &&Seen| seen.call.lcp || seen.call.last_words.as_ref().is_some_and(|words| words.program == "pppd");
        match (self.by_ppp().find(spoke), pppd) {
            (Some(seen), true) if seen.call.lcp => self.shown([seen], "pppd answered a caller who began with PPP"),
            (Some(seen), true) => self.shown([seen], "pppd was started for a caller who began with PPP"),
            (Some(seen), false) => self.refuted(seen, "pppd answered a caller who began with PPP"),
            (None, true) => self.refuted(first, first.ending(self.secrecy)),
            (None, false) => self.shown([first], "a caller who began with PPP was not answered by pppd"),
        }
    }

    fn refuses(&self) -> Known {
        let Some(first) = self.by_ppp().next() else { return self.untried(|_| false) };
        match self.by_ppp().find(|seen| seen.call.lcp) {
            Some(seen) => self.refuted(seen, "pppd answered"),
            None => self.shown(
                self.by_ppp(),
                first.said(self.secrecy).unwrap_or_else(|| "nobody was answered by PPP".to_owned()),
            ),
        }
    }

    fn of(&self, aim: &Aim) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.probe.aim == *aim && seen.call.answered)
    }

    fn open(&self) -> Known {
        match self.of(&Aim::Unauthenticated) {
            Some(seen) if seen.inside() => self.shown([seen], "a caller who does not authenticate got in"),
            // Nobody comes into the network there, asked or not.
            Some(seen) if seen.probe.expected.inside.is_none() && !seen.refused() => {
                Known::not_tried(format!("no caller came into the network: {}", seen.account(self.secrecy)))
            }
            Some(seen) => {
                self.refuted(seen, format!("a caller who does not authenticate: {}", seen.ending(self.secrecy)))
            }
            None => self.untried(|_| false),
        }
    }

    /// A password that was sent and refused, and a caller who was sent away because it has none.
    fn asked(&self) -> Known {
        let mut told = Vec::new();
        let mut by = Vec::new();
        for (aim, who) in [(Aim::BadPassword, "a wrong password"), (Aim::Unauthenticated, "no password")] {
            let Some(seen) = self.of(&aim) else { continue };
            let how = match seen.inside() {
                true => "got in",
                // Of a password: one that was sent.
                false if seen.refused() && (aim != Aim::BadPassword || seen.sent_a_password()) => "did not get in",
                // Nothing was asked and nothing refused: that shows nothing.
                false => continue,
            };
            told.push(format!("{who} {how}"));
            by.push(seen);
        }
        match (by.as_slice(), self.by_ppp().next()) {
            ([], Some(seen)) => Known::not_tried(format!("no caller came so far: {}", seen.account(self.secrecy))),
            ([], None) => self.untried(|_| false),
            _ => self.shown(by, told.join(", ")),
        }
    }

    fn account(&self, seen: &Seen, protocol: AuthProtocol, inside: bool) -> Known {
        let who = seen.who();
        let by = protocol.name();
        match (seen.inside(), inside) {
            (true, true) => {
                let address = seen.address().map_or_else(String::new, |address| format!("got {address} "));
                let other = seen.probe.expected.address.filter(|expected| seen.address() != Some(*expected));
                match other {
                    Some(_) => self.refuted(seen, format!("{who} {address}by {by}")),
                    // Only a hash of it is known: nobody can call with the real one.
                    None if seen.probe.unix => self.shown(
                        [seen],
                        format!("{who} {address}by {by}, with a Unix password that was set in the lab's copy"),
                    ),
                    None => self.shown([seen], format!("{who} {address}by {by}")),
                }
            }
            (false, false) => self.shown([seen], format!("{who} did not get in ({})", seen.ending(self.secrecy))),
            // Whether anybody can get in there is not known.
            (false, true) if seen.probe.expected.inside.is_none() => {
                Known::not_tried(format!("no caller came into the network: {}", seen.account(self.secrecy)))
            }
            (false, true) => self.refuted(seen, format!("{who} did not get in ({})", seen.ending(self.secrecy))),
            (true, false) if seen.probe.expected.inside.is_none() => {
                Known::not_tried("an account for anybody takes what this caller sends")
            }
            (true, false) => self.refuted(seen, format!("{who} got in")),
        }
    }

    /// Calls that came into the network.
    fn within(&self) -> impl Iterator<Item = &Seen> {
        self.by_ppp().filter(|seen| seen.inside())
    }

    fn address(&self, local: Option<Ipv4Addr>, remote: Option<Ipv4Addr>, asked: bool) -> Known {
        // An account's own address is the account's matter.
        let of_port = |seen: &&Seen| {
            let expected = seen.probe.expected.address;
            (expected.is_none() || expected == remote) && !matches!(seen.probe.aim, Aim::OtherAddress(_) | Aim::Lost)
        };
        // Who asks for another address gets the port's all the same, unless it may choose.
        let other = |seen: &&Seen| {
            let brought = asked && seen.address() == seen.probe.brings;
            matches!(seen.probe.aim, Aim::OtherAddress(_)) && seen.address() != seen.probe.expected.address && !brought
        };
        if let Some((seen, address)) = self.within().find(other).and_then(|seen| Some((seen, seen.address()?))) {
            return self.refuted(seen, format!("{} got {address}", seen.who()));
        }
        let Some(seen) = self.within().find(of_port) else {
            return Known::not_tried(self.nobody_within());
        };
        let (own, peer) = seen.call.interface.unwrap_or((Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED));
        let saw = format!("the server's interface had {own}, its peer {peer}");
        let brought = remote.is_none() && seen.probe.brings.is_some_and(|address| address != peer);
        if remote.is_some_and(|remote| remote != peer) || local.is_some_and(|local| local != own) || brought {
            return self.refuted(seen, saw);
        }
        self.shown([seen], saw)
    }

    fn nobody_within(&self) -> String {
        match (self.unmade, self.by_ppp().next()) {
            (Some(why), None) => why.to_owned(),
            _ => "no caller came into the network".to_owned(),
        }
    }

    fn end(&self, seconds: Option<u64>) -> Known {
        let stayed = self.within().filter(|seen| seen.probe.aim != Aim::Lost).max_by_key(|seen| seen.probe.stays);
        let Some(seen) = stayed else { return Known::not_tried(self.nobody_within()) };
        let ended = seen.call.moments.ended.zip(seen.call.moments.up).map(|(ended, up)| ended.since(up));
        match (seconds, seen.call.ended, ended) {
            (None, None, _) => Known::not_tried("no end is configured that a call could wait for"),
            (Some(_), None, _) if seen.probe.stays <= crate::plan::MOMENT => Known::not_tried("nobody waits that long"),
            (Some(_), None, _) => self.refuted(seen, format!("not ended within {}", spelled_time(seen.probe.stays))),
            (wanted, Some(reason), Some(after)) => {
                let saw = format!("ended {} after the network came up ({})", spelled_time(after), reason_words(reason));
                let right = wanted.is_some_and(|wanted| after.as_secs().abs_diff(wanted) <= 2);
                if right { self.shown([seen], saw) } else { self.refuted(seen, saw) }
            }
            (_, Some(_), None) => Known::not_tried(self.nobody_within()),
        }
    }

    fn dns(&self, servers: &[Ipv4Addr]) -> Known {
        let Some(seen) = self.within().find(|seen| seen.call.peer.is_some() && !seen.is_program()) else {
            return Known::not_tried(self.nobody_within());
        };
        let list = |servers: &[Ipv4Addr]| servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        let saw =
            if seen.call.dns.is_empty() { "got none".to_owned() } else { format!("got {}", list(&seen.call.dns)) };
        let mut expected = servers.to_vec();
        expected.dedup();
        if seen.call.dns == expected { self.shown([seen], saw) } else { self.refuted(seen, saw) }
    }

    /// How long after carrier was lost the next call was answered; `None`: that was not tried.
    pub(super) fn answered_again(&self) -> Option<(&Seen, Option<std::time::Duration>)> {
        let lost = self.seen.iter().find(|seen| seen.probe.aim == Aim::Lost && seen.call.answered)?;
        let again = self.seen.iter().find(|seen| seen.probe.aim == Aim::Again && seen.guest == lost.guest)?;
        let from = lost.call.moments.ended?;
        Some((again, again.call.moments.answered.map(|answered| answered.since(from))))
    }

    fn again(&self, expected: Option<bool>) -> Known {
        let Some((seen, after)) = self.answered_again() else { return self.untried(|_| false) };
        let saw = match after {
            Some(after) => format!("answered {} after carrier was lost", spelled_time(after)),
            None => seen.ending(self.secrecy),
        };
        match expected.is_none_or(|expected| expected == after.is_some()) {
            true => self.shown([seen], saw),
            false => self.refuted(seen, saw),
        }
    }
}

const fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Idle => "idle",
        Reason::Authentication => "authentication",
        Reason::ConnectTime => "connect time",
        Reason::NoEcho => "no echo",
        Reason::Quality => "quality",
        Reason::Other => "another reason",
        Reason::Carrier => "carrier",
    }
}
