//! What is known of one call: the facts that expectations are held against, gathered as they happen.

mod summary;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use offhook_caller::TransferOutcome;
use offhook_caller::ip::Resolved;
use offhook_clock::Instant;
use offhook_ppp::auth::AuthOption;
use offhook_ppp::ccp::Method;
use offhook_ppp::chap::Algorithm;
use offhook_telephony::trace::End;

pub use super::login::LoginOutcome;
use super::server_words::{LogEntry, ProcessEnd, ServerWords};
use offhook_base::Error;
use offhook_scenario::{AuthProtocol, AuthResult, Reason};

/// A moment with something that was so from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamped<T> {
    /// When.
    pub at: Instant,
    /// What.
    pub what: T,
}

/// Everything known of one call so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The exchange began to ring.
    pub placed: Option<Instant>,
    /// The called line was busy: with an earlier call, or off hook.
    pub busy: bool,
    /// Rings so far.
    pub rings: u32,
    /// The modem went off hook.
    pub answered: Option<Instant>,
    /// Both ends have carrier, at this rate.
    pub connected: Option<Timestamped<u32>>,
    /// The call was cleared.
    pub cleared: Option<Timestamped<Clearing>>,
    /// The DTE that served it has closed the port since.
    pub let_go: bool,
    /// The DTE that answered it has closed the port: it is to be cleared, and whoever opens the port next does not serve it.
    pub released: bool,
    /// The caller sent its first Configure-Request of LCP.
    pub establish: Option<Instant>,
    /// LCP opened.
    pub lcp_opened: Option<Instant>,
    /// The caller sent its first Authenticate-Request.
    pub authenticate: Option<Instant>,
    /// The caller sent its first Configure-Request of IPCP.
    pub network: Option<Instant>,
    /// By what the server asked last who the caller is (LCP's Authentication-Protocol).
    pub asked: Option<AuthOption>,
    /// How authentication ended.
    pub auth: Option<Timestamped<Auth>>,
    /// IPCP opened.
    pub up: Option<Timestamped<Addresses>>,
    /// IPV6CP opened.
    pub up6: Option<Instant>,
    /// One end rejects IPCP: there will be no IPv4.
    pub ip_rejected: bool,
    /// How data crosses the line compressed.
    pub compression: Compression,
    /// The last IP or IPv6 packet in either direction, as it left the server or reached it.
    pub last_data: Option<Instant>,
    /// The first Terminate-Request of LCP from the server, as it left there.
    pub terminated: Option<Timestamped<String>>,
    /// The caller's first Terminate-Request of LCP.
    pub own_terminate: Option<Timestamped<String>>,
    /// The caller's link ended, and why.
    pub closed: Option<Timestamped<String>>,
    /// Echo requests sent before the present step began: the sequence number of the last of them.
    pub pinged: u16,
    /// Sequence numbers of echo replies, one for each.
    pub pongs: Vec<Timestamped<u16>>,
    /// Whether a program of the scenario's own answers, which need not have an interface of the server's kernel.
    pub own_server: bool,
    /// Addresses the server's kernel put on a PPP interface during the call: interface, its own, its peer's.
    pub interfaces: Vec<Timestamped<(String, Ipv4Addr, Ipv4Addr)>>,
    /// Text the server sent outside PPP, octets that are no text replaced, control characters kept.
    pub heard: String,
    /// How much of it steps have taken: what is expected next comes after it.
    pub read: usize,
    /// What the text login under way waits for, since when.
    pub login_waits: Option<Timestamped<&'static str>>,
    /// How the last text login ended.
    pub login: Option<Timestamped<LoginOutcome>>,
    /// The answer of the caller's DNS servers to the last question: name and addresses.
    pub resolved: Option<Timestamped<Resolved>>,
    /// How the last transfer ended.
    pub transferred: Option<Timestamped<TransferOutcome>>,
    /// What the LAN's host got to its last ARP request.
    pub arp: Option<Timestamped<ArpAnswer>>,
    /// How the last change of the server went.
    pub changed: Option<Timestamped<Result<(), Error>>>,
    /// How the last packet script ended.
    pub script: Option<Timestamped<offhook_script::Verdict>>,
    /// The program that makes the call, if a real one does.
    pub program: Option<Program>,
    /// The server's modem was off when it was last switched on.
    pub modem_was_off: bool,
    /// Lines the server's modem told its DTE since the call began.
    pub modem: Vec<String>,
    /// The circuits between the server and its modem as they are, by number (V.24), and since when; those that nothing
    /// was heard of are missing.
    pub circuits: BTreeMap<u16, Timestamped<bool>>,
    /// Lines the server's programs logged since the call began.
    pub logs: Vec<LogEntry>,
    /// Lines the program that makes the call logged, likewise.
    pub client_logs: Vec<LogEntry>,
    /// Processes of the server on this port that have ended since the call began.
    pub ends: Vec<ProcessEnd>,
    /// The call was over when the present step began.
    pub over_before: bool,
}

/// How data crosses the line compressed, by what the caller has agreed on and by the frames that crossed. Of either pair the first
/// is the server's, which the caller receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compression {
    /// What CCP agreed on.
    pub methods: [Option<Method>; 2],
    /// Frames that were compressed by that, or encrypted.
    pub packets: [u32; 2],
    /// Whether IPCP agreed on compressed headers.
    pub headers: [bool; 2],
    /// Frames with such a header.
    pub segments: [u32; 2],
}

/// A real program that makes a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// It runs.
    Runs,
    /// It has ended, in this way: `status 8 (the connect script failed)`.
    Ended(String),
}

/// How a call was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clearing {
    /// By whom.
    pub by: End,
    /// Carrier was lost without a hang-up.
    pub abrupt: bool,
}

/// How authentication ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Accepted, refused, or not asked for.
    pub result: AuthResult,
    /// By which protocol, if one was agreed on.
    pub protocol: Option<AuthProtocol>,
    /// The server's message.
    pub message: String,
}

/// What came of an ARP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArpAnswer {
    /// The address asked for.
    pub address: Ipv4Addr,
    /// The link-layer address that came, and whether it is the server's; `None`: nobody answered.
    pub owner: Option<(String, bool)>,
}

/// What IPCP settled, as the caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The caller's own.
    pub local: Ipv4Addr,
    /// The server's, if it told.
    pub peer: Option<Ipv4Addr>,
    /// DNS servers in order.
    pub dns: Vec<Ipv4Addr>,
    /// WINS servers in order.
    pub wins: Vec<Ipv4Addr>,
}

impl Facts {
    /// The end that hung up, when, and why: the first Terminate-Request if there was one, else the clearing of the line.
    pub fn hang_up(&self) -> Option<(End, Instant, Reason)> {
        let cleared = self.cleared.as_ref()?;
        // A caller that is told to hang up gives no reason, and has hung up when the line is clear.
        if let Some(own) = &self.own_terminate
            && let why @ (Reason::NoEcho | Reason::Quality) = reason(&own.what)
            && own.at <= cleared.at
            && self.terminated.as_ref().is_none_or(|terminated| own.at < terminated.at)
        {
            return Some((End::Caller, own.at, why));
        }
        if let Some(terminated) = self.terminated.as_ref().filter(|terminated| terminated.at <= cleared.at) {
            return Some((End::Server, terminated.at, reason(&terminated.what)));
        }
        let why = if cleared.what.by == End::Server || cleared.what.abrupt { Reason::Carrier } else { Reason::Other };
        Some((cleared.what.by, cleared.at, why))
    }

    /// When the network came up: in the server's kernel, if that was seen, else at the caller.
    pub fn network_up(&self) -> Option<Instant> {
        let Some(up) = &self.up else { return self.up6 };
        let seen = self.interfaces.iter().find(|seen| seen.what.2 == up.what.local);
        Some(seen.map_or(up.at, |seen| seen.at))
    }

    /// When all of the network that there will be was up: IPv4, or IPv6 alone where there is no IPv4.
    pub fn up(&self) -> Option<Instant> {
        let alone = self.up6.filter(|_| self.ip_rejected);
        self.up.as_ref().map(|up| up.at).or(alone)
    }

    /// From when on echo requests are sent by a step that began then: a program brings the network up in its own time.
    pub fn pings_from(&self, begun: Instant) -> Option<Instant> {
        match (&self.program, &self.up) {
            (None, _) => Some(begun),
            (Some(_), up) => up.as_ref().map(|up| up.at.max(begun)),
        }
    }

    /// Whether the caller stopped ringing before anybody answered.
    pub fn unanswered(&self) -> bool {
        self.answered.is_none() && self.cleared.is_some() && !self.busy
    }

    /// Text that was heard and not taken by a step yet.
    pub fn unread(&self) -> &str {
        self.heard.get(self.read..).unwrap_or_default()
    }

    /// Where the first `text` in what is unread ends.
    pub fn find_unread(&self, text: &str) -> Option<usize> {
        self.unread().find(text).map(|at| self.read + at + text.len())
    }

    /// What was heard last, fit for a message.
    pub fn last_heard(&self) -> Option<String> {
        let text = self.heard.trim_matches(['\r', '\n']);
        (!text.is_empty()).then(|| ending(text, 80))
    }

    /// What the server's programs said last of the call; nothing while it goes on and nobody complains.
    pub fn last_words(&self) -> Option<ServerWords> {
        match self.cleared {
            Some(_) => ServerWords::among(&self.logs, &self.ends),
            None => ServerWords::complaint(&self.logs, &self.ends),
        }
    }

    /// What state the call is in, and what the server's programs said last of it.
    pub fn account(&self) -> String {
        match (self.last_words(), self.ends.last()) {
            (None, Some(end)) if self.cleared.is_some() => {
                format!("{}: {} ended with {}", self.state(), end.program, end.how)
            }
            _ => self.with_last_words(self.state()),
        }
    }

    /// A text, and what the server's programs said last of the call.
    pub fn with_last_words(&self, text: String) -> String {
        match self.last_words() {
            Some(words) => format!("{text}: {words}"),
            None => text,
        }
    }

    /// What state the call is in, in words.
    pub fn state(&self) -> String {
        if self.busy {
            return "the called line was busy".to_owned();
        }
        if let (Some(Program::Ended(how)), None, 0) = (&self.program, self.answered, self.rings) {
            let words = self.client_logs.last().map(|line| format!("; its last words: \"{}\"", shown(&line.text)));
            return format!("the caller's program ended before the line rang: {how}{}", words.unwrap_or_default());
        }
        if let Some(cleared) = &self.cleared {
            let rings = counted(self.rings, "ring");
            return match (self.answered, &self.terminated, cleared.what.by) {
                (None, _, _) => format!("the caller gave up after {rings}, not answered"),
                (_, Some(terminated), _) => format!("the server ended PPP (\"{}\") and hung up", terminated.what),
                (_, None, by) if cleared.what.abrupt => format!("carrier was lost at the {}'s end", by.name()),
                (_, None, End::Caller) if self.closed.is_some() => {
                    let why = self.closed.as_ref().map_or("", |closed| &closed.what);
                    format!("the caller hung up: {why}")
                }
                (_, None, by) => format!("the {} hung up", by.name()),
            };
        }
        if self.up.is_some() {
            "the network is up".to_owned()
        } else if self.up().is_some() {
            "the network is up, by IPv6 alone".to_owned()
        } else if self.network.is_some() {
            "IPCP is being negotiated".to_owned()
        } else if self.authenticate.is_some() {
            "the caller is authenticating itself".to_owned()
        } else if self.establish.is_some() {
            "LCP is being negotiated".to_owned()
        } else if self.connected.is_some() {
            match self.last_heard() {
                Some(text) => format!("connected, PPP not begun, last heard \"{text}\""),
                None => "connected, PPP not begun".to_owned(),
            }
        } else if self.answered.is_some() {
            "answered, still training".to_owned()
        } else if self.program.is_some() && self.rings == 0 {
            "the caller's program has not come through to the line".to_owned()
        } else {
            format!("ringing, {} so far", counted(self.rings, "ring"))
        }
    }
}

/// The scenario language's word for what a server asks by; `None`: it has none, for an algorithm of CHAP that is not known.
pub fn protocol_of(option: AuthOption) -> Option<AuthProtocol> {
    match option {
        AuthOption::Pap => Some(AuthProtocol::Pap),
        AuthOption::Chap(Algorithm::Md5) => Some(AuthProtocol::Chap),
        AuthOption::Chap(Algorithm::MsChap) => Some(AuthProtocol::MsChap),
        AuthOption::Chap(Algorithm::MsChapV2) => Some(AuthProtocol::MsChapV2),
        AuthOption::Chap(Algorithm::Unknown(_)) => None,
        AuthOption::Eap => Some(AuthProtocol::Eap),
    }
}

/// Why an end ended PPP, from the text of its Terminate-Request (pppd's own texts, which our caller has as well).
fn reason(text: &str) -> Reason {
    match text {
        "Link inactive" => Reason::Idle,
        "Authentication failed" | "peer refused to authenticate" => Reason::Authentication,
        "Connect time expired" => Reason::ConnectTime,
        "Peer not responding" => Reason::NoEcho,
        "Link quality is poor" => Reason::Quality,
        _ => Reason::Other,
    }
}

/// Text with its control characters written out: `\r\nlogin: `.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\r' => shown.push_str("\\r"),
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            c if c.is_control() => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// The same, of a long text only its last `most` characters.
pub fn ending(text: &str, most: usize) -> String {
    let whole = shown(text);
    match whole.chars().count().checked_sub(most) {
        None | Some(0) => whole,
        Some(left_out) => format!("...{}", whole.chars().skip(left_out).collect::<String>()),
    }
}

/// `1 ring`, `2 rings`.
pub fn counted(number: u32, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleared(by: End, abrupt: bool, millis: u64) -> Option<Timestamped<Clearing>> {
        Some(Timestamped { at: Instant::from_millis(millis), what: Clearing { by, abrupt } })
    }

    #[test]
    fn a_terminate_request_is_the_moment_and_the_reason_of_a_hang_up() {
        let facts = Facts {
            answered: Some(Instant::ZERO),
            terminated: Some(Timestamped { at: Instant::from_millis(70), what: "Link inactive".to_owned() }),
            cleared: cleared(End::Server, false, 90),
            ..Facts::default()
        };
        assert_eq!(facts.hang_up(), Some((End::Server, Instant::from_millis(70), Reason::Idle)));
    }

    #[test]
    fn a_caller_that_gives_up_hangs_up_when_it_says_so_and_for_its_own_reason() {
        let said = |text: &str, millis| Some(Timestamped { at: Instant::from_millis(millis), what: text.to_owned() });
        // The server drops the line before the caller does.
        let facts = Facts {
            answered: Some(Instant::ZERO),
            own_terminate: said("Peer not responding", 60),
            cleared: cleared(End::Server, false, 90),
            ..Facts::default()
        };
        assert_eq!(facts.hang_up(), Some((End::Caller, Instant::from_millis(60), Reason::NoEcho)));
        let poor = Facts { own_terminate: said("Link quality is poor", 60), ..facts.clone() };
        assert_eq!(poor.hang_up(), Some((End::Caller, Instant::from_millis(60), Reason::Quality)));
        // Told to hang up, it gives no reason; and of two who end PPP the first does.
        let request = Facts {
            own_terminate: said("User request", 60),
            cleared: cleared(End::Caller, false, 90),
            ..facts.clone()
        };
        assert_eq!(request.hang_up(), Some((End::Caller, Instant::from_millis(90), Reason::Other)));
        let server = Facts { terminated: said("Link inactive", 50), ..facts };
        assert_eq!(server.hang_up(), Some((End::Server, Instant::from_millis(50), Reason::Idle)));
    }

    #[test]
    fn a_line_cleared_by_the_server_without_a_word_is_carrier_loss() {
        let facts =
            Facts { answered: Some(Instant::ZERO), cleared: cleared(End::Server, false, 90), ..Facts::default() };
        assert_eq!(facts.hang_up(), Some((End::Server, Instant::from_millis(90), Reason::Carrier)));
    }

    #[test]
    fn a_busy_line_is_not_taken_for_a_caller_who_gave_up() {
        let facts = Facts { busy: true, cleared: cleared(End::Caller, false, 90), ..Facts::default() };
        assert!(!facts.unanswered());
        assert_eq!(facts.state(), "the called line was busy");
    }

    #[test]
    fn text_is_taken_in_its_order() {
        let mut facts = Facts { heard: "login: bob\r\nlogin: ".to_owned(), ..Facts::default() };
        assert_eq!(facts.find_unread("login:"), Some(6));
        facts.read = 6;
        assert_eq!(facts.find_unread("login:"), Some(18));
        facts.read = 18;
        assert_eq!(facts.find_unread("login:"), None);
        assert_eq!(facts.last_heard().as_deref(), Some("login: bob\\r\\nlogin: "));
    }

    #[test]
    fn of_a_long_text_the_end_is_shown() {
        assert_eq!(ending("login: ", 7), "login: ");
        assert_eq!(ending("1\r\n2\r\n", 5), "...2\\r\\n");
    }

    #[test]
    fn a_call_nobody_took_says_so() {
        let facts = Facts { rings: 8, cleared: cleared(End::Caller, false, 90), ..Facts::default() };
        assert!(facts.unanswered());
        assert_eq!(facts.state(), "the caller gave up after 8 rings, not answered");
    }
}
