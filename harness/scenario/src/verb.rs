//! The verbs of a call: what a caller does, and what a scenario expects.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use offhook_telephony::trace::End;

use super::{AuthProtocol, Change, Packets, PppClient};

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
    /// `expect-up`: the network is up, at the caller and in the server's kernel, and the call goes on.
    ExpectUp,
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
    /// `expect-wins "192.168.32.7"`: likewise, of WINS servers.
    ExpectWins {
        /// Addresses in order.
        servers: Vec<Ipv4Addr>,
    },
    /// `expect-compression "deflate"`: data crosses the line so, both ways or from one end.
    ExpectCompression {
        /// How.
        compressed: Compressed,
        /// Only what this end sends is meant.
        from: Option<End>,
    },
    /// `ping "192.168.32.1" count=3`: every echo must be answered.
    Ping {
        /// Destination. Over IPv6 the link alone is reached, by its link-local addresses.
        to: IpAddr,
        /// Echo requests, 1 or more.
        count: u32,
        /// Between requests.
        every: Duration,
        /// Octets of data in each.
        size: u16,
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
    /// `packets { take "lcp"; ... }`: the caller plays a packet script.
    Packets(Packets),
    /// `modem-says "RING"`: the server's modem tells its DTE this, whatever it is doing.
    ModemSays {
        /// The text; CR LF goes before and after unless it has a CR or LF itself.
        text: String,
    },
    /// `modem-dies`: the server's modem hears and says nothing from now on.
    ModemDies,
    /// `modem-off`: the server's modem is switched off.
    ModemOff,
    /// `modem-on`: it is switched on again.
    ModemOn,
    /// `hold-off "30s"`: the server's modem holds circuit 106 (CTS) off.
    HoldOff {
        /// For how long; `None`: until the call is over.
        time: Option<Duration>,
    },
    /// `deafen "server" "30s"`: octets no longer reach that end, and there is carrier all the while.
    Deafen {
        /// Which end.
        end: End,
        /// For how long; `None`: until the call is over.
        time: Option<Duration>,
    },
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
        by: Option<End>,
        /// Why, as the wire shows it.
        reason: Option<Reason>,
    },
    /// `expect-log "mgetty" "denied caller"`: a log line since the call began contains the text.
    ExpectLog {
        /// Program: `mgetty`, `pppd`, ...
        program: String,
        /// Text to find.
        text: String,
        /// At which end it runs.
        of: End,
    },
    /// `expect-no-log "pppd" "fatal"`: no line since the call began contains the text, now.
    ExpectNoLog {
        /// Program.
        program: String,
        /// Text that must not be there.
        text: String,
        /// At which end it runs.
        of: End,
    },
    /// `hang-up`: the caller ends PPP by Terminate-Request, then goes on hook.
    HangUp,
    /// `drop-carrier`: the line is cut.
    DropCarrier,
    /// `flicker "500ms"`: carrier stops for so long, and comes back.
    Flicker {
        /// For how long there is none.
        time: Duration,
    },
    /// `retrain "3s"`: the modems retrain for so long.
    Retrain {
        /// For how long nothing crosses.
        time: Duration,
    },
    /// `renegotiate rate=14400`: the line goes on at another rate.
    Renegotiate {
        /// Bit/s, both ways.
        rate: u32,
    },
    /// `expect-modem "RING A"`: the server's modem has told its DTE a line that contains the text since the call began.
    ExpectModem {
        /// What it contains.
        text: String,
        /// How long to wait for it.
        within: Duration,
    },
    /// `expect-circuit 109 "on"`: a circuit between the server and its modem is so, or becomes so.
    ExpectCircuit {
        /// Number in V.24.
        circuit: u16,
        /// On or off.
        on: bool,
        /// How long to wait for it.
        within: Duration,
    },
}

impl Verb {
    /// How much later than `after` a hang-up is still right if nothing is said: pppd's clock ticks in seconds.
    pub const HANGUP_WITHIN: Duration = Duration::from_secs(1);

    /// Makes so much room in the times that it checks.
    pub fn be_tolerant(&mut self, more: Duration) {
        match self {
            Self::ExpectHangup { after, within, .. } => {
                if let Some(after) = after {
                    let earlier = after.saturating_sub(more);
                    *within += *after - earlier;
                    *after = earlier;
                }
                *within += more;
            }
            Self::ExpectText { within, .. } | Self::ExpectModem { within, .. } | Self::ExpectCircuit { within, .. } => {
                *within += more;
            }
            Self::Transfer(transfer) => {
                transfer.at_least = transfer.at_least.map(|least| least.saturating_sub(more));
                transfer.at_most = transfer.at_most.map(|most| most + more);
            }
            Self::Packets(packets) => {
                for step in &mut packets.steps {
                    *step = step.clone().tolerant(more);
                }
            }
            _ => {}
        }
    }

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
            Self::Packets(_) => "packets",
            Self::ModemSays { .. } => "modem-says",
            Self::ModemDies => "modem-dies",
            Self::ModemOff => "modem-off",
            Self::ModemOn => "modem-on",
            Self::HoldOff { .. } => "hold-off",
            Self::Deafen { .. } => "deafen",
            Self::FallSilent => "fall-silent",
            Self::Change(_) => "change",
            Self::ExpectNoLog { .. } => "expect-no-log",
            Self::ExpectConnect { .. } => "expect-connect",
            Self::Ppp(_) => "ppp",
            Self::ExpectAuth { .. } => "expect-auth",
            Self::ExpectUp => "expect-up",
            Self::ExpectAddress { .. } => "expect-address",
            Self::ExpectDns { .. } => "expect-dns",
            Self::ExpectWins { .. } => "expect-wins",
            Self::ExpectCompression { .. } => "expect-compression",
            Self::Ping { .. } => "ping",
            Self::Wait { .. } => "wait",
            Self::ExpectHangup { .. } => "expect-hangup",
            Self::ExpectLog { .. } => "expect-log",
            Self::HangUp => "hang-up",
            Self::DropCarrier => "drop-carrier",
            Self::Flicker { .. } => "flicker",
            Self::Retrain { .. } => "retrain",
            Self::Renegotiate { .. } => "renegotiate",
            Self::ExpectModem { .. } => "expect-modem",
            Self::ExpectCircuit { .. } => "expect-circuit",
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

/// How data crosses the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compressed {
    /// With headers of TCP compressed by Van Jacobson's method.
    Vj,
    /// Deflated.
    Deflate,
    /// Likewise, by the number that Deflate's draft had.
    DeflateDraft,
    /// By BSD-Compress.
    Bsd,
    /// Encrypted by MPPE.
    Mppe,
    /// As it is.
    None,
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

/// How authentication ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Why a call ended, as the wire shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Terminate-Request "Link quality is poor".
    Quality,
    /// Terminate-Request "User request" or "No network protocols running" or any other text.
    Other,
    /// Carrier was lost with no Terminate-Request.
    Carrier,
}
