//! What cannot be true at once, of a call and of the server it goes to.

use std::net::IpAddr;

use super::stages::needs_network;
use super::{End, Progress, contradiction, order};
use offhook_base::Span;
use offhook_scenario::{
    AcceptedAuth, AuthProtocol, AuthResult, Compress, Compressed, Host, Line, PATIENCE, PppClient, Reason, Since, Verb,
    format_duration,
};
use offhook_schema::Problem;
use offhook_telephony::trace;

impl Progress<'_> {
    pub(super) fn direct(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let port = self.port.filter(|port| port.direct)?;
        let (message, label) = match verb {
            Verb::Ring { .. }
            | Verb::ExpectRing { .. }
            | Verb::ExpectBusy
            | Verb::ExpectAnswer { .. }
            | Verb::ExpectNoAnswer => ("nothing rings on a direct port", "there is no modem"),
            Verb::ModemSays { .. }
            | Verb::ModemDies
            | Verb::ModemOff
            | Verb::ModemOn
            | Verb::HoldOff { .. }
            | Verb::ExpectModem { .. } => ("a direct port has no modem", "there is no modem"),
            Verb::Flicker { .. } => ("a cable has no carrier that could drop out", "there is no modem"),
            Verb::Retrain { .. } => ("there is no training on a cable", "there is no modem"),
            Verb::Renegotiate { .. } => ("there is no line rate on a cable", "there is no modem"),
            _ => return None,
        };
        let problem = contradiction(message, span, label).also(port.span, "type=\"direct\"");
        Some(match verb {
            Verb::Ring { .. }
            | Verb::ExpectRing { .. }
            | Verb::ExpectBusy
            | Verb::ExpectAnswer { .. }
            | Verb::ExpectNoAnswer => problem.help("begin with what comes over the cable, for example `ppp`"),
            _ => problem,
        })
    }

    /// Why the caller never hangs up for this reason, what helps, and where it is described.
    fn never_for(&self, by: Option<trace::End>, reason: Reason) -> Option<(&'static str, &'static str, Span)> {
        let (client, at) = self.client?;
        match reason {
            Reason::NoEcho
                if by == Some(trace::End::Caller) && client.echo.is_none_or(|echo| echo.failure.is_none()) =>
            {
                let help = "add to `ppp`: echo-interval= and echo-failure=";
                Some(("the caller does not end PPP for echoes that have no answer", help, at))
            }
            Reason::Quality if !client.quality.is_some_and(|quality| quality.ends) => {
                let help = "add to `ppp`: quality-reports= and quality-ends=#true";
                Some(("the caller does not end PPP for poor quality of the line", help, at))
            }
            _ => None,
        }
    }

    pub(super) fn contradicted(&self, verb: &Verb, span: Span) -> Option<Problem> {
        self.without_network(verb, span).or_else(|| match verb {
            Verb::ExpectRing { count } => self.ring(*count, span),
            Verb::ExpectAnswer { rings: Some(rings) } => self.impatient(*rings, "no answer after", span),
            Verb::ExpectBusy => {
                let (_, at) = self.ring?;
                Some(contradiction("a line that is busy does not ring", span, "busy").also(at, "rings"))
            }
            Verb::ExpectConnect { rate: Some(rate) } => {
                let reported = |line: &Line| line.rate == *rate || line.rate_from_caller == Some(*rate);
                let line =
                    self.port.filter(|port| !reported(&port.line) && !port.direct && port.modem.connect.is_none())?;
                let message = format!("the modems cannot report {rate}: the line's rate is {}", line.line.rate);
                let problem = contradiction(message, span, "a different rate");
                Some(
                    problem
                        .also(line.span, "the port whose line it is")
                        .help(format!("set it in the port: line rate={rate}")),
                )
            }
            Verb::ExpectAuth { result, protocol, .. } => self.authentication(*result, *protocol, span),
            Verb::ExpectHangup { by, reason: Some(reason), .. } if self.never_for(*by, *reason).is_some() => {
                let (message, help, at) = self.never_for(*by, *reason)?;
                Some(contradiction(message, span, "expected").also(at, "without it").help(help))
            }
            Verb::ExpectHangup { by, after, of, .. } => {
                let (end, at, _) = self.end?;
                if end == End::Caller && *by == Some(trace::End::Server) {
                    let problem = contradiction("the caller has hung up, not the server", span, "by=\"server\"");
                    return Some(problem.also(at, "hangs up"));
                }
                let after = after.filter(|after| end == End::Caller && *of == Since::LastStep && !after.is_zero())?;
                let message = format!("the call is over already, not {} later", format_duration(after));
                Some(contradiction(message, span, "later").also(at, "over here"))
            }
            Verb::Login { .. } | Verb::Type { .. } | Verb::Send { .. } | Verb::Ppp(_) => {
                let problem = contradiction(
                    format!("`{}` needs a caller that is not silent", verb.word()),
                    span,
                    "sends something",
                );
                Some(problem.also(self.silent?, "silent from here on"))
            }
            _ => None,
        })
    }

    /// IP needs a caller who was let in and speaks; and the LAN's host needs a LAN.
    fn without_network(&self, verb: &Verb, span: Span) -> Option<Problem> {
        let word = verb.word();
        if let Verb::Ping { to: IpAddr::V6(_), from, .. } = verb
            && (*from == Host::Lan || self.program.is_some())
        {
            let problem = contradiction("only offhook's own caller asks over IPv6", span, "an IPv6 address");
            return Some(problem.help("leave out `from` and the call's `with`, or ping an IPv4 address"));
        }
        let host = match verb {
            Verb::Ping { from: Host::Lan, .. } | Verb::ExpectArp { .. } => "asks",
            Verb::Resolve { .. } | Verb::Transfer(_) => "answers",
            _ => "",
        };
        if !host.is_empty() && self.scene.whole && self.scene.server.lan.is_none() {
            let message = format!("`{word}` needs a host on the server's network, which {host}");
            let problem = contradiction(message, span, "there is no `lan`");
            return Some(problem.help("add to `server`: lan server=\"192.168.32.1/24\" host=\"192.168.32.7\""));
        }
        if !needs_network(verb) {
            return None;
        }
        if let Some(at) = self.refused {
            let message = format!("`{word}` cannot be met: the caller was refused");
            return Some(contradiction(message, span, "needs the network").also(at, "refused here"));
        }
        let asks = matches!(verb, Verb::Ping { answered: true, .. } | Verb::Resolve { .. } | Verb::Transfer(_));
        if let Some(at) = self.silent.filter(|_| asks) {
            let problem = contradiction(format!("`{word}` needs a caller that is not silent"), span, "sends something");
            return Some(problem.also(at, "silent from here on"));
        }
        let (client, at) = self.client?;
        match verb {
            Verb::ExpectDns { servers } if !client.ask_dns && !servers.is_empty() => {
                let problem = contradiction("a caller that does not ask for DNS servers gets none", span, "expected");
                Some(problem.also(at, "not asked for"))
            }
            Verb::ExpectWins { servers } if !client.ask_wins && !servers.is_empty() => {
                let problem = contradiction("a caller that does not ask for WINS servers gets none", span, "expected");
                let problem = problem.help("add to `ppp`: ask-wins=#true");
                Some(problem.also(at, "not asked for"))
            }
            Verb::ExpectCompression { compressed: Compressed::None, .. }
                if client.compress.is_some_and(Compress::encrypts) =>
            {
                let problem = contradiction("a caller that has to encrypt sends nothing as it is", span, "expected");
                Some(problem.also(at, "encrypts"))
            }
            Verb::ExpectCompression { compressed, .. } if !may_be(client, *compressed) => {
                let message = "the caller is not told to compress so, and what it does not ask for is not agreed on";
                let problem = contradiction(message, span, "expected");
                let problem = problem.help("add to `ppp`: vj=#true, or compress= with the method");
                Some(problem.also(at, "without it"))
            }
            Verb::ExpectCompression { compressed, .. } if *compressed != Compressed::Vj => None,
            // IPv6 alone is a network, too.
            Verb::ExpectUp if client.ipv6 => None,
            _ if !client.ip => {
                let message = format!("`{word}` needs IP, and the caller negotiates no IPCP");
                Some(contradiction(message, span, "needs IP").also(at, "ip=#false"))
            }
            Verb::Resolve { .. } if !client.ask_dns => {
                let problem = contradiction("a caller that does not ask for DNS servers has none", span, "needs one");
                Some(problem.also(at, "not asked for"))
            }
            _ => None,
        }
    }

    fn ring(&self, count: u32, span: Span) -> Option<Problem> {
        if let Some((last, at)) = self.ring.filter(|(last, _)| count <= *last) {
            let problem = order(format!("ring {count} is over at this point"), span, "too late");
            return Some(problem.also(at, format!("ring {last} begins here")));
        }
        self.impatient(count, "there is no ring", span)
    }

    /// A caller who gives up before so many rings.
    fn impatient(&self, rings: u32, what: &str, span: Span) -> Option<Problem> {
        let (patience, at) = self.rings.map_or((PATIENCE, None), |(rings, at)| (rings, Some(at)));
        if rings <= patience {
            return None;
        }
        let unit = if what.ends_with("ring") { "" } else { " rings" };
        let message = format!("{what} {rings}{unit}: the caller gives up after {patience}");
        let problem = contradiction(message, span, "never reached");
        Some(match at {
            Some(at) => problem.also(at, "gives up here").help(format!("write ring {rings} or more")),
            None => problem.help(format!("put before it: ring {rings}")),
        })
    }

    fn authentication(&self, result: AuthResult, protocol: Option<AuthProtocol>, span: Span) -> Option<Problem> {
        let (client, at) = self.client?;
        if result == AuthResult::Accepted && client.user.is_none() {
            let problem = contradiction("a caller without authentication cannot be accepted", span, "accepted");
            return Some(
                problem.also(at, "without user= and password=").help("write expect-auth \"not-asked\" or \"refused\""),
            );
        }
        let protocol = protocol?;
        let (takes, protocols): (&str, &[AuthProtocol]) = match client.auth {
            AcceptedAuth::Any | AcceptedAuth::MsChapFirst => {
                ("takes PAP and CHAP", &[AuthProtocol::Pap, AuthProtocol::Chap])
            }
            AcceptedAuth::Pap => ("takes PAP alone", &[AuthProtocol::Pap]),
            AcceptedAuth::Chap => ("takes CHAP alone", &[AuthProtocol::Chap]),
            AcceptedAuth::MsChap => ("takes MS-CHAP alone", &[AuthProtocol::MsChap]),
            AcceptedAuth::MsChapV2 => ("takes MS-CHAPv2 alone", &[AuthProtocol::MsChapV2]),
            AcceptedAuth::Eap => ("takes EAP alone", &[AuthProtocol::Eap]),
            AcceptedAuth::All => return None,
        };
        // Refused may also be who takes nothing of Microsoft's or EAP, of a server that asks for it.
        let may_be_refused = !matches!(protocol, AuthProtocol::Pap | AuthProtocol::Chap);
        if protocols.contains(&protocol) || (result != AuthResult::Accepted && may_be_refused) {
            return None;
        }
        let other = protocol.name();
        let problem = contradiction(format!("this caller does not authenticate with {other}"), span, "expected");
        Some(problem.also(at, takes))
    }
}

/// Whether this caller's data can cross the line so.
const fn may_be(client: &PppClient, compressed: Compressed) -> bool {
    match (compressed, client.compress) {
        (Compressed::None, _) => true,
        (Compressed::Vj, _) => client.vj_slots.is_some(),
        (Compressed::Deflate, method) => matches!(method, Some(Compress::Deflate)),
        (Compressed::DeflateDraft, method) => matches!(method, Some(Compress::Deflate | Compress::DeflateDraft)),
        (Compressed::Bsd, method) => matches!(method, Some(Compress::Bsd)),
        (Compressed::Mppe, method) => matches!(method, Some(method) if method.encrypts()),
    }
}
