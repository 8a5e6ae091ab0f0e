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
    /// What happens, one act after the other.
    pub acts: Vec<Act>,
}

/// One act of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Calls that run together; usually one.
    Calls(Vec<Call>),
    /// The administrator changes the server while nobody calls.
    Change(Change),
}

impl Scenario {
    /// All calls in the order in which they are numbered.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.acts.iter().filter_map(|act| if let Act::Calls(calls) = act { Some(calls) } else { None }).flatten()
    }

    /// Every change in the order of the text: those between calls and those within them.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.acts.iter().flat_map(|act| match act {
            Act::Change(change) => vec![change],
            Act::Calls(calls) => calls
                .iter()
                .flat_map(|call| &call.steps)
                .filter_map(|step| if let Verb::Change(change) = &step.verb { Some(change) } else { None })
                .collect(),
        })
    }

    /// Every port there ever is, also those that a change adds; each device once.
    pub fn ports(&self) -> Vec<&Port> {
        let added = self.changes().flat_map(|change| &change.edits).filter_map(|edit| match edit {
            Edit::Port(port) => Some(port),
            _ => None,
        });
        let mut ports: Vec<&Port> = Vec::new();
        for port in self.server.ports.iter().chain(added) {
            if !ports.iter().any(|known| known.device == port.device) {
                ports.push(port);
            }
        }
        ports
    }
}

/// The server's configuration, in the words of the dial-in server page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Serial ports, at least one.
    pub ports: Vec<Port>,
    /// PPP options for all ports (`/etc/ppp/options`).
    pub ppp: Ppp,
    /// Whether mgetty starts pppd for callers that speak PPP at the login prompt (the `/AutoPPP/` line of login.config).
    pub auto_ppp: AutoPpp,
    /// PPP accounts (`/etc/ppp/pap-secrets`, `/etc/ppp/chap-secrets`), in order.
    pub accounts: Vec<Account>,
    /// Caller-ID rules (`/etc/mgetty/dialin.config`), in order; `None`: no such file is written.
    pub caller_id: Option<Vec<CallerIdRule>>,
    /// Users who can log in at the prompt (`/etc/passwd`, `/etc/shadow`), in order.
    pub users: Vec<User>,
    /// The network behind the server, if it has one.
    pub lan: Option<Lan>,
    /// Numbers that ring the first free of several lines.
    pub hunt_groups: Vec<HuntGroup>,
    /// An `/etc` taken as it is. Nothing is written from ports, options, accounts and rules then.
    pub etc: Option<Etc>,
    /// Files written after all others, as they are.
    pub files: Vec<RawFile>,
}

/// Whether PPP is recognised at the login prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoPpp {
    /// The `/AutoPPP/` line is there.
    #[default]
    On,
    /// It is not.
    Off,
}

/// A tree of files below `/etc`, as an administrator has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Etc {
    /// Files and links in the order of their paths, which are absolute: `/etc/inittab`.
    pub files: Vec<RawFile>,
}

/// A file with all that a server may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFile {
    /// Absolute path on the server.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// What is in it.
    pub content: Content,
}

/// What a [`RawFile`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A file with these octets.
    File(Vec<u8>),
    /// A symbolic link to this place.
    Link(String),
}

/// A user who can log in at the prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Login name.
    pub name: String,
    /// Password; `None`: none fits.
    pub password: Option<String>,
    /// Login shell.
    pub shell: String,
    /// Groups besides the user's own.
    pub groups: Vec<String>,
}

/// A number that rings the first free of several lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntGroup {
    /// The number callers dial.
    pub number: String,
    /// Where it stands.
    pub span: Span,
    /// Devices of the ports whose lines are tried, in order.
    pub devices: Vec<String>,
}

/// What an administrator does while the server runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where it stands.
    pub span: Span,
    /// Edits in order.
    pub edits: Vec<Edit>,
}

/// One edit of the configuration. Files are written at once; what runs goes on until it reads them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// `port "ttyS1" ...`: a new port at the end of inittab, or the port of that device as it now is.
    Port(Port),
    /// `delete-port "ttyS1"`: its inittab line goes; its options file stays.
    DeletePort(String),
    /// `ppp { ... }`: the options for all ports as they now are.
    Ppp(Ppp, AutoPpp),
    /// `account "alice" ...`: a new account at the end, or that user's account as it now is.
    Account(Account),
    /// `delete-account "alice"`.
    DeleteAccount(String),
    /// `allow "555"`, `deny "all"`: a new rule at the end.
    Rule(CallerIdRule),
    /// `delete-rule 2`: by its place, from 1.
    DeleteRule(u32),
    /// `move-rule 2 "up"`: swapped with its neighbour, as the arrows do. Place from 1.
    MoveRule {
        /// Place in the list, from 1.
        place: u32,
        /// Towards the head of the list.
        up: bool,
    },
    /// `user "bob" ...`: a new user, or that user as it now is.
    User(User),
    /// `file "ppp/options" ...`.
    File(RawFile),
    /// `delete-file "/etc/nologin.ttyS0"`.
    DeleteFile(String),
    /// `apply`: init reads inittab anew (`telinit q`), and every process whose command line has "mgetty" in it gets TERM.
    Apply,
}

/// A serial port with a modem on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Device name without `/dev/`: `ttyS0`, `term/a`. A device elsewhere: its whole path.
    pub device: String,
    /// Written into inittab with `/dev/` in front, as the page writes "Other device..".
    pub as_path: bool,
    /// Where it is declared.
    pub span: Span,
    /// What serves it.
    pub program: Program,
    /// A null-modem cable instead of a modem. mgetty's `-r`: no AT dialogue.
    pub direct: bool,
    /// mgetty's `-s`, one of the standard speeds; `None`: mgetty.config decides.
    pub speed: Option<u32>,
    /// mgetty's `-n`: rings before it answers, 1 or more.
    pub answer_after: u32,
    /// mgetty's `-D` or `-F`. Data unless the scenario says otherwise.
    pub mode: Mode,
    /// mgetty's `-R`: "Answer ringback within", whole seconds.
    pub ringback: Option<Duration>,
    /// mgetty's `-p`: the login prompt.
    pub prompt: Option<String>,
    /// More arguments for mgetty (or pppd), written as they are.
    pub arguments: Option<String>,
    /// PPP options of this port alone (`/etc/ppp/options.ttyS0`).
    pub ppp: Option<Ppp>,
    /// The telephone line the modem hangs on.
    pub line: Line,
    /// How its modem differs from one without faults.
    pub modem: ModemTraits,
}

impl Port {
    /// A port as it is if nothing more is said.
    pub fn new(device: impl Into<String>) -> Self {
        Self {
            device: device.into(),
            as_path: false,
            span: Span::default(),
            program: Program::Mgetty,
            direct: false,
            speed: None,
            answer_after: 1,
            mode: Mode::Data,
            ringback: None,
            prompt: None,
            arguments: None,
            ppp: None,
            line: Line::default(),
            modem: ModemTraits::default(),
        }
    }
}

/// What serves a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// mgetty, which starts pppd or login.
    #[default]
    Mgetty,
    /// pppd alone, on a direct port.
    Pppd,
}

/// What calls a modem port takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// "Data only", `-D`: no fax probing.
    #[default]
    Data,
    /// "Fax only", `-F`.
    Fax,
    /// "Data or fax": neither flag.
    DataOrFax,
}

/// How a modem differs from one without faults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModemTraits {
    /// For so long after the port is opened it hears and says nothing.
    pub silent: Duration,
    /// What it says to command lines that begin so, instead of its own answer: an empty text is silence.
    pub replies: Vec<(String, String)>,
    /// What it says instead of CR LF `CONNECT 33600` CR LF, octet for octet.
    pub connect: Option<String>,
    /// S0: answers by itself after so many rings.
    pub auto_answer: Option<u32>,
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
    /// V.42 between the modems: octets travel without start and stop bits, 8 bits each instead of 10.
    pub error_control: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            rate: 33_600,
            delay: Duration::from_millis(10),
            training: Duration::from_secs(8),
            cadence: vec![(Duration::from_secs(2), Duration::from_secs(4))],
            error_control: false,
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
    /// `auth`, `noauth`, `require-pap`, `require-chap`.
    pub auth: Option<Auth>,
    /// `login`: "Also do unix authentication?"
    pub unix_auth: bool,
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
    /// `auth` and `require-chap`.
    Chap,
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

/// One line of pap-secrets or chap-secrets, or of both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Which file it stands in.
    pub file: AccountsFile,
    /// User name; empty: what the page writes for "Any".
    pub user: String,
    /// Password; empty: "None"; `@/path`: "From file".
    pub password: String,
    /// Server name, `*` for any.
    pub server: String,
    /// Addresses the user may have; `*` any. Empty: none written.
    pub addresses: Vec<String>,
}

/// The files of accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountsFile {
    /// `/etc/ppp/pap-secrets`.
    #[default]
    Pap,
    /// `/etc/ppp/chap-secrets`.
    Chap,
    /// The same line in both.
    Both,
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
    /// Whether the server routes between callers and the LAN. True unless stated otherwise.
    pub forwarding: bool,
    /// Names that the host's DNS server knows.
    pub names: Vec<(String, Ipv4Addr)>,
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
    /// Device of the port whose line is called, `ttyS0`, or the number of a hunt group.
    pub to: String,
    /// Pause before it, counted from when its group may begin and the port is ready. 0 unless stated.
    pub after: Duration,
    /// Whether it waits for the port to be ready. True unless stated otherwise, or if its line is called already by
    /// an earlier call of the same group.
    pub ready: bool,
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
    /// Where the server is known not to meet it.
    pub known_failures: Vec<KnownFailure>,
}

impl Step {
    /// The verb that holds on `stack`, and the reason if it is a deviation.
    pub fn on(&self, stack: &str) -> (&Verb, Option<&str>) {
        match self.deviations.iter().find(|deviation| deviation.stack == stack) {
            Some(deviation) => (&deviation.verb, Some(&deviation.reason)),
            None => (&self.verb, None),
        }
    }

    /// Why the server is known to fail here on `stack`, if so.
    pub fn known_failure(&self, stack: &str) -> Option<&str> {
        let here = |known: &&KnownFailure| known.stacks.is_empty() || known.stacks.iter().any(|name| name == stack);
        self.known_failures.iter().find(here).map(|known| known.reason.as_str())
    }
}

/// `fails "bookworm" reason="..."`: the server is known not to meet the step. It is checked: it has to fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownFailure {
    /// The stacks it holds for; empty: all.
    pub stacks: Vec<String>,
    /// Why the server fails.
    pub reason: String,
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
    /// `expect-ring 2`: the second ring begins.
    ExpectRing {
        /// Which ring, from 1.
        count: u32,
    },
    /// `expect-busy`: the called line is busy.
    ExpectBusy,
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
        /// The message in the Authenticate-Ack or -Nak, or in CHAP's Success or Failure.
        message: Option<String>,
        /// The protocol by which it was asked for.
        protocol: Option<AuthProtocol>,
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
        /// Who asks.
        from: Host,
        /// Whether each must be answered, or none may be.
        answered: bool,
    },
    /// `resolve "www.lan" address="192.168.32.7"`: the caller asks the DNS servers it was given.
    Resolve {
        /// The name.
        name: String,
        /// The address it must have; `None`: any.
        address: Option<Ipv4Addr>,
    },
    /// `fetch "http://www.lan/" size=1048576` and `upload ...`: HTTP between the caller and the LAN's host, each octet
    /// checked.
    Transfer(Transfer),
    /// `expect-arp "192.168.32.105" of="server"`: whose link-layer address the LAN's host gets for it.
    ExpectArp {
        /// The address asked for.
        address: Ipv4Addr,
        /// Whose answer.
        of: ArpOwner,
    },
    /// `login user="bob" password="secret"`: the caller answers the server's prompts as a person does.
    Login {
        /// User name.
        user: String,
        /// Password; `None`: it is not expected to be asked.
        password: Option<String>,
    },
    /// `expect-login "accepted"`: what came of it.
    ExpectLogin {
        /// Accepted: a shell's prompt, or a program's words; refused: "Login incorrect" or a new prompt.
        accepted: bool,
    },
    /// `type "who"`: the caller types a line.
    Type {
        /// What is typed.
        text: String,
        /// Whether CR follows. True unless stated otherwise.
        enter: bool,
    },
    /// `expect-text "login:"`: text from the server, after what was last expected.
    ExpectText {
        /// What it contains.
        text: String,
        /// How long to wait for it.
        within: Duration,
    },
    /// `expect-no-text "EMSI"`: no text from the server contained it so far.
    ExpectNoText {
        /// What it must not contain.
        text: String,
    },
    /// `send "7e ff 7d 23"`: the caller sends these octets as they are.
    Send {
        /// The octets.
        octets: Vec<u8>,
    },
    /// `modem-says "RING"`: the server's modem tells its DTE this, whatever it is doing.
    ModemSays {
        /// The text; CR LF goes before and after unless it has a CR or LF itself.
        text: String,
    },
    /// `modem-dies`: the server's modem hears and says nothing from now on.
    ModemDies,
    /// `fall-silent`: the caller says nothing from now on, and does not hang up.
    FallSilent,
    /// `change { ... }`: the administrator changes the server during the call.
    Change(Change),
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
    /// `expect-no-log "pppd" "fatal"`: no line since the call began contains the text, now.
    ExpectNoLog {
        /// Program.
        program: String,
        /// Text that must not be there.
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
            Self::ExpectRing { .. } => "expect-ring",
            Self::ExpectBusy => "expect-busy",
            Self::Resolve { .. } => "resolve",
            Self::Transfer(transfer) => transfer.direction.word(),
            Self::ExpectArp { .. } => "expect-arp",
            Self::Login { .. } => "login",
            Self::ExpectLogin { .. } => "expect-login",
            Self::Type { .. } => "type",
            Self::ExpectText { .. } => "expect-text",
            Self::ExpectNoText { .. } => "expect-no-text",
            Self::Send { .. } => "send",
            Self::ModemSays { .. } => "modem-says",
            Self::ModemDies => "modem-dies",
            Self::FallSilent => "fall-silent",
            Self::Change(_) => "change",
            Self::ExpectNoLog { .. } => "expect-no-log",
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

/// A host at either end of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// The caller.
    #[default]
    Caller,
    /// The host on the LAN.
    Lan,
}

/// Who answers ARP for an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArpOwner {
    /// The server, by its own link-layer address.
    Server,
    /// Nobody.
    Nobody,
}

/// A transfer between the caller and a host by HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Which way.
    pub direction: Direction,
    /// `http://host[:port]/path`; the host an address or a name for the caller's DNS servers.
    pub url: String,
    /// Octets that must cross.
    pub size: u64,
    /// It must not take less than this.
    pub at_least: Option<Duration>,
    /// It must not take more than this.
    pub at_most: Option<Duration>,
}

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the caller: GET.
    Fetch,
    /// From the caller: PUT.
    Upload,
}

impl Direction {
    /// The verb.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Upload => "upload",
        }
    }
}

/// An authentication protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthProtocol {
    /// RFC 1334.
    Pap,
    /// RFC 1994, MD5.
    Chap,
}

/// Which authentication protocols the caller takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthChoice {
    /// PAP or CHAP with MD5, whichever the server asks for; anything else is answered by a Configure-Nak for CHAP, then
    /// for PAP.
    #[default]
    Any,
    /// PAP: anything else is answered by a Configure-Nak for PAP.
    Pap,
    /// CHAP with MD5: likewise.
    Chap,
    /// A Configure-Nak for MS-CHAPv2 first, as Windows does; then whatever is asked for of PAP and CHAP.
    MsChapFirst,
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
    /// Which authentication it takes.
    pub auth: AuthChoice,
    /// From carrier to its first Configure-Request.
    pub delay: Duration,
    /// Its Restart timer (RFC 1661 §4.6); `None`: 3 s.
    pub restart: Option<Duration>,
    /// Whether it takes no other address than the one it asks for.
    pub insist: bool,
    /// Whether its IPCP says nothing of an address. False unless stated otherwise.
    pub no_address: bool,
    /// Whether it asks to be called back (LCP Callback, RFC 1570 §2.3), as Windows does.
    pub callback: bool,
    /// Every so many Echo-Requests one is not answered; 1: none is.
    pub miss_echo: Option<u32>,
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
