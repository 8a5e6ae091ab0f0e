//! What a scenario says: a server's configuration, calls, and expectations, each with its place in the text.
//!
//! These are the types between the reader (which makes them), the guest (which gets them as JSON in its job file)
//! and the reports (which point back into the text by [`Span`]). Ranges are checked by the reader:
//! whoever holds a [`Scenario`] may rely on them.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A place in a scenario file, in octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Octets before it.
    pub offset: usize,
    /// Octets in it.
    pub len: usize,
}

/// One scenario: a server, and calls to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// What it shows, as a sentence. Unique within its file.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The rules it checks: page of the dial-in server module, RFC clause, manual.
    pub specs: Vec<String>,
    /// Stacks to run it on, by name (`bookworm`). Never empty.
    pub stacks: Vec<String>,
    /// The server under test.
    pub server: Server,
    /// Calls, in groups: the groups follow one another, the calls of one group run together.
    pub groups: Vec<Vec<Call>>,
}

impl Scenario {
    /// All calls in the order in which they are numbered.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.groups.iter().flatten()
    }
}

/// The server's configuration, in the words of the dial-in server page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Serial ports, at least one.
    pub ports: Vec<Port>,
    /// PPP options for all ports (`/etc/ppp/options`).
    pub ppp: Ppp,
    /// PPP accounts (`/etc/ppp/pap-secrets`), in order.
    pub accounts: Vec<Account>,
    /// Caller-ID rules (`/etc/mgetty/dialin.config`), in order; `None`: no such file is written.
    pub caller_id: Option<Vec<CallerIdRule>>,
    /// The network behind the server, if it has one.
    pub lan: Option<Lan>,
}

/// A serial port with a modem on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Device name without `/dev/`: `ttyS0`.
    pub device: String,
    /// Where it is declared.
    pub span: Span,
    /// mgetty's `-r`: no modem, no AT dialogue.
    pub direct: bool,
    /// mgetty's `-s`, one of the standard speeds; `None`: mgetty.config decides.
    pub speed: Option<u32>,
    /// mgetty's `-n`: rings before it answers, 1 or more.
    pub answer_after: u32,
    /// mgetty's `-D`: no fax probing. True unless the scenario says otherwise.
    pub data_only: bool,
    /// PPP options of this port alone (`/etc/ppp/options.ttyS0`).
    pub ppp: Option<Ppp>,
    /// The telephone line the modem hangs on.
    pub line: Line,
}

/// A telephone line and what the modems on it make of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Rate in bit/s reported by CONNECT and kept on the line; 10 bit an octet.
    pub rate: u32,
    /// One-way delay.
    pub delay: Duration,
    /// From off hook to CONNECT.
    pub training: Duration,
    /// On and off times of one ring, repeated: at least one pair, no zero.
    pub cadence: Vec<(Duration, Duration)>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            rate: 33_600,
            delay: Duration::from_millis(10),
            training: Duration::from_secs(8),
            cadence: vec![(Duration::from_secs(2), Duration::from_secs(4))],
        }
    }
}

/// PPP options, as pppd's options files hold them. `None` and empty write nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ppp {
    /// `LOCAL:REMOTE`, either half may be absent.
    pub local: Option<Ipv4Addr>,
    /// The address for the caller.
    pub remote: Option<Ipv4Addr>,
    /// `netmask`.
    pub netmask: Option<Ipv4Addr>,
    /// `auth`, `noauth`, `require-pap`.
    pub auth: Option<Auth>,
    /// `idle`, whole seconds.
    pub idle: Option<Duration>,
    /// `ms-dns`, at most two.
    pub dns: Vec<Ipv4Addr>,
    /// `proxyarp`.
    pub proxy_arp: bool,
    /// `lock`.
    pub lock: bool,
    /// `local` or `modem`.
    pub control_lines: Option<ControlLines>,
    /// `noipv6` if false.
    pub ipv6: Option<bool>,
    /// Lines written as they are, after all others.
    pub extra: Vec<String>,
}

/// What the server demands of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// `auth`: some authentication.
    Always,
    /// `noauth`.
    Never,
    /// `auth` and `require-pap`.
    Pap,
}

/// How pppd treats the modem control lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlLines {
    /// `local`: ignored.
    Local,
    /// `modem`: obeyed.
    Modem,
}

/// One line of pap-secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Server name, `*` for any.
    pub server: String,
    /// Addresses the user may have; `*` any. Empty: none written.
    pub addresses: Vec<String>,
}

/// One token of dialin.config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerIdRule {
    /// Allow or deny.
    pub allow: bool,
    /// Digits a number starts with, `all`, or `none` (no caller ID).
    pub number: String,
}

/// A network behind the server: `eth0` in the server, one host beyond it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lan {
    /// The server's address there.
    pub server: Ipv4Addr,
    /// The host's address there.
    pub host: Ipv4Addr,
    /// Length of the prefix both share, 1 to 30.
    pub prefix: u8,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Where it stands.
    pub span: Span,
    /// Number delivered as caller ID: digits, `P` (withheld) or `O` (out of area); `None`: no number line.
    /// Neither number nor name: no caller ID is delivered at all.
    pub from: Option<String>,
    /// Name delivered as caller ID, likewise.
    pub name: Option<String>,
    /// Device of the port whose line is called: `ttyS0`.
    pub to: String,
    /// Pause before it, counted from when its group may begin and the port is ready. 0 unless stated.
    pub after: Duration,
    /// What the caller does and what is expected, in order.
    pub steps: Vec<Step>,
}

/// One verb of a call, with what it shall be on particular stacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Where the verb stands, with its arguments.
    pub span: Span,
    /// What to do or expect.
    pub verb: Verb,
    /// What is done or expected instead on some stack: a known deviation.
    pub deviations: Vec<Deviation>,
}

impl Step {
    /// The verb that holds on `stack`, and the reason if it is a deviation.
    pub fn on(&self, stack: &str) -> (&Verb, Option<&str>) {
        match self.deviations.iter().find(|deviation| deviation.stack == stack) {
            Some(deviation) => (&deviation.verb, Some(&deviation.reason)),
            None => (&self.verb, None),
        }
    }
}

/// `on "bookworm" rings=1 reason="..."`: the step's properties, with some replaced for one stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deviation {
    /// The stack's name.
    pub stack: String,
    /// Why that stack differs.
    pub reason: String,
    /// The whole verb as it holds there.
    pub verb: Verb,
}

/// What a caller does or a scenario expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// `ring 8`: the caller gives up after this many rings. Without it, 12.
    Ring {
        /// Rings, 1 or more.
        count: u32,
    },
    /// `expect-answer rings=2`: the modem goes off hook, after exactly so many rings if stated.
    ExpectAnswer {
        /// Rings.
        rings: Option<u32>,
    },
    /// `expect-no-answer`: the caller gives up first.
    ExpectNoAnswer,
    /// `expect-connect rate=33600`: training ends with carrier.
    ExpectConnect {
        /// Rate in bit/s.
        rate: Option<u32>,
    },
    /// `ppp user="alice" password="secret"`: the caller brings PPP up, or fails to.
    Ppp(PppClient),
    /// `expect-auth "accepted"`, `expect-auth "refused" message="Login incorrect"`.
    ExpectAuth {
        /// Accepted (or the server asked for none) or refused.
        result: AuthResult,
        /// The message in the Authenticate-Ack or -Nak.
        message: Option<String>,
    },
    /// `expect-address local="192.168.32.105" peer="192.168.32.1"`: both as the caller sees them.
    ExpectAddress {
        /// The caller's address.
        local: Option<Ipv4Addr>,
        /// The server's address.
        peer: Option<Ipv4Addr>,
    },
    /// `expect-dns "9.9.9.9"`: one or two addresses; none: `expect-dns` that the server gives none.
    ExpectDns {
        /// Addresses in order.
        servers: Vec<Ipv4Addr>,
    },
    /// `ping "192.168.32.1" count=3`: every echo must be answered.
    Ping {
        /// Destination.
        to: Ipv4Addr,
        /// Echo requests, 1 or more.
        count: u32,
        /// Between requests.
        every: Duration,
    },
    /// `wait "30s"`: lets time pass; without a time, until the call is cleared.
    Wait {
        /// How long.
        time: Option<Duration>,
    },
    /// `expect-hangup after="5m" of="last-data" by="server" reason="idle"`.
    ExpectHangup {
        /// How long after `of`.
        after: Option<Duration>,
        /// From when `after` counts.
        of: Since,
        /// How much later than `after` is still right. One second unless stated: pppd's clock ticks in seconds.
        within: Duration,
        /// Who hung up.
        by: Option<Party>,
        /// Why, as the wire shows it.
        reason: Option<Reason>,
    },
    /// `expect-log "mgetty" "denied caller"`: a log line since the call began contains the text.
    ExpectLog {
        /// Program: `mgetty`, `pppd`, ...
        program: String,
        /// Text to find.
        text: String,
    },
    /// `hang-up`: the caller ends PPP by Terminate-Request, then goes on hook.
    HangUp,
    /// `drop-carrier`: the line is cut.
    DropCarrier,
}

impl Verb {
    /// The word in scenario text.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ring { .. } => "ring",
            Self::ExpectAnswer { .. } => "expect-answer",
            Self::ExpectNoAnswer => "expect-no-answer",
            Self::ExpectConnect { .. } => "expect-connect",
            Self::Ppp(_) => "ppp",
            Self::ExpectAuth { .. } => "expect-auth",
            Self::ExpectAddress { .. } => "expect-address",
            Self::ExpectDns { .. } => "expect-dns",
            Self::Ping { .. } => "ping",
            Self::Wait { .. } => "wait",
            Self::ExpectHangup { .. } => "expect-hangup",
            Self::ExpectLog { .. } => "expect-log",
            Self::HangUp => "hang-up",
            Self::DropCarrier => "drop-carrier",
        }
    }
}

/// The caller's PPP.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PppClient {
    /// User name; with neither name nor password the caller offers no authentication
    /// (it rejects the server's Authentication-Protocol option).
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Address the caller asks for; 0.0.0.0 unless stated.
    pub address: Option<Ipv4Addr>,
    /// Whether it asks for DNS servers. True unless stated otherwise.
    pub ask_dns: bool,
    /// Whether it negotiates IPV6CP. False unless stated otherwise.
    pub ipv6: bool,
    /// Go on to the next step when this phase begins, instead of when the network is up or the link has failed.
    pub until: Option<Phase>,
}

/// Phases of a link (RFC 1661 section 3.2) at whose beginning a step may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The caller has sent its first Configure-Request of LCP.
    Establish,
    /// LCP is Opened and the caller authenticates itself: its first Authenticate-Request is out.
    Authenticate,
    /// IPCP is being negotiated: its first Configure-Request is out.
    Network,
}

/// How authentication ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthResult {
    /// By an Authenticate-Ack.
    Accepted,
    /// By an Authenticate-Nak, or a Terminate-Request because the caller offers no authentication.
    Refused,
    /// LCP came up and the server asked for none.
    NotAsked,
}

/// From when a duration counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// The last IP or IPv6 packet that crossed the link in either direction, or the network coming up.
    LastData,
    /// IPCP (or IPV6CP) reached Opened.
    Up,
    /// CONNECT.
    Connect,
    /// Off hook.
    Answer,
    /// The preceding step was done.
    LastStep,
}

/// A party to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The caller.
    Caller,
    /// The server.
    Server,
}

/// Why a call ended, as the wire shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Terminate-Request "Link inactive".
    Idle,
    /// Terminate-Request "Authentication failed" or "peer refused to authenticate".
    Authentication,
    /// Terminate-Request "Connect time expired".
    ConnectTime,
    /// Terminate-Request "Peer not responding".
    NoEcho,
    /// Terminate-Request "User request" or "No network protocols running" or any other text.
    Other,
    /// Carrier was lost with no Terminate-Request.
    Carrier,
}
