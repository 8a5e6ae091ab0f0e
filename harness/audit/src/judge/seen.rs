//! A call as an audit sees it: what was tried, what came of it, and where the evidence is.
//!
//! In go a [`Probe`] and its [`CallSummary`]; out come answers to what an audit asks: whether the caller is inside, how it
//! ended, what the server's programs said, all without passwords.

use std::net::Ipv4Addr;

use offhook_report::text::counted;
use offhook_scenario::{AuthProtocol, AuthResult};
use offhook_session::CallSummary;

use crate::plan::{Aim, Probe};
use crate::secrecy::Secrecy;

/// The address that a probe brings, in words.
fn brought(probe: &Probe) -> String {
    probe.brings.map_or_else(|| "an address".to_owned(), |address| address.to_string())
}

/// One call that was placed.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it tried.
    pub probe: Probe,
    /// What came of it.
    pub call: CallSummary,
    /// The guest in whose evidence it is: `ttyS0-0`.
    pub guest: String,
}

impl Seen {
    /// Which call it is: `ttyS0-0 call 3`.
    pub fn name(&self) -> String {
        format!("{} call {}", self.guest, self.call.call + 1)
    }

    /// Whether the caller was let in: to a shell, or into the network, where the server's own interface has its address and
    /// it was not sent away in the same moment.
    pub fn inside(&self) -> bool {
        if let Aim::TextLogin(_) = self.probe.aim {
            return self.call.login == Some(true);
        }
        self.address().is_some() && !self.refused() && !self.sent_away()
    }

    /// The caller's address, if both ends have it.
    pub fn address(&self) -> Option<Ipv4Addr> {
        let interface = self.call.interface.map(|(_, peer)| peer);
        self.call.local.filter(|local| interface == Some(*local))
    }

    /// Whether the server refused what the caller said it was.
    pub fn refused(&self) -> bool {
        self.call.auth.as_ref().is_some_and(|auth| auth.result == AuthResult::Refused)
    }

    /// Whether authentication came so far that a password, or what is made of it, was sent.
    pub fn sent_a_password(&self) -> bool {
        self.call.auth.as_ref().is_some_and(|auth| auth.protocol.is_some())
    }

    /// Whether the server ended the call as soon as the network was up.
    fn sent_away(&self) -> bool {
        let moments = &self.call.moments;
        let after = moments.ended.zip(moments.up).map(|(ended, up)| ended.since(up));
        self.call.ended.is_some() && after.is_some_and(|after| after < crate::plan::MOMENT)
    }

    /// Whether the stack's own pppd called, which asks for no DNS server unless it is told to.
    pub fn is_program(&self) -> bool {
        let own = |protocol| matches!(protocol, AuthProtocol::Pap | AuthProtocol::Chap);
        self.probe.credentials.is_some() && self.probe.protocol.is_some_and(|protocol| !own(protocol))
    }

    /// Whether PPP was tried.
    pub const fn tries_ppp(&self) -> bool {
        !matches!(self.probe.aim, Aim::TextLogin(_) | Aim::ByPrompt(..) | Aim::CallerId(_) | Aim::Again)
    }

    /// Who calls, in words: `alice`, `a caller with a wrong password`.
    pub fn who(&self) -> String {
        match &self.probe.aim {
            Aim::Account { name, .. } => offhook_report::text::printable(name),
            Aim::TextLogin(name) => format!("{name}, at the prompt,"),
            Aim::BadPassword => "a caller with a wrong password".to_owned(),
            Aim::EmptyPassword(name) => format!("{} with an empty password", offhook_report::text::printable(name)),
            Aim::Unauthenticated => "a caller who does not authenticate".to_owned(),
            Aim::CallerId(_) => match &self.probe.from {
                Some(number) => format!("a caller from {number}"),
                None => "a caller without caller ID".to_owned(),
            },
            Aim::OtherAddress(name) => {
                format!("{}, who asked for {},", offhook_report::text::printable(name), brought(&self.probe))
            }
            Aim::NoAddress(name) => format!("{}, who brought no address,", offhook_report::text::printable(name)),
            Aim::ByPrompt(name, _) => {
                format!("{}, at the prompt and then by PPP,", offhook_report::text::printable(name))
            }
            Aim::Lost => "a caller who loses carrier".to_owned(),
            Aim::Again => "the next caller".to_owned(),
        }
    }

    /// What the server's programs said last of the call: `pppd said "..."`.
    pub fn said(&self, secrecy: &Secrecy) -> Option<String> {
        self.call.last_words.as_ref().map(|words| secrecy.hide(&words.to_string()))
    }

    /// What the server's programs said last of the call, else how it ended.
    pub fn account(&self, secrecy: &Secrecy) -> String {
        self.said(secrecy).unwrap_or_else(|| self.ending(secrecy))
    }

    /// Why the caller is not inside, in a few words.
    pub fn ending(&self, secrecy: &Secrecy) -> String {
        let call = &self.call;
        if !call.answered {
            return format!("not answered in {}", counted(call.rings as usize, "ring"));
        }
        if let Aim::TextLogin(_) = self.probe.aim {
            return self.login_refusal();
        }
        let terminated = call.terminated.as_deref().filter(|text| !text.is_empty());
        let accepted = call.auth.as_ref().is_some_and(|auth| auth.result == AuthResult::Accepted);
        let message = call.auth.as_ref().map(|auth| auth.message.trim()).filter(|message| !message.is_empty());
        let told = match (message, terminated) {
            (_, Some(text)) if accepted => format!("accepted, and sent away: \"{text}\""),
            (_, None) if accepted && call.local.is_none() => "accepted, but without an address".to_owned(),
            (_, None) if accepted => "accepted, but the server's interface has no such address".to_owned(),
            (Some(text), _) | (None, Some(text)) => format!("\"{text}\""),
            (None, None) if !call.lcp => "PPP was not answered".to_owned(),
            (None, None) => call.state.clone(),
        };
        secrecy.hide(&told)
    }

    /// What the server said last to who did not log in at the prompt.
    fn login_refusal(&self) -> String {
        let call = &self.call;
        if call.text.contains("Login incorrect") {
            return "\"Login incorrect\"".to_owned();
        }
        let lines = call.text.split("\\n").map(|line| line.trim_matches(['\\', 'r', ' ']));
        match lines.filter(|line| !line.is_empty()).last() {
            Some(line) => format!("the last line was \"{}\"", offhook_report::text::fit(line, 60, "...")),
            None => "the server sent no text".to_owned(),
        }
    }
}
