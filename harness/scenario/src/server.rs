//! The server's configuration, in the words of the dial-in server page: options, accounts, rules, users, files.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use offhook_etc::read::dialin;
use offhook_etc::{Etc, RawFile};
use serde::{Deserialize, Serialize};

use super::{Port, Ppp, Span};

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
    /// Calls that the exchange sends on to another number.
    pub forwards: Vec<Forward>,
    /// An `/etc` taken as it is. Nothing is written from ports, options, accounts and rules then.
    pub etc: Option<Etc>,
    /// What of the directory it is taken from that is, and what is not.
    pub taken: Option<EtcTaken>,
    /// A program of its own that serves every port, in the place of mgetty and pppd.
    #[serde(default)]
    pub own: Option<OwnProgram>,
    /// Files written after all others, as they are.
    pub files: Vec<RawFile>,
}

/// A program of a scenario's own that serves ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnProgram {
    /// The command, for the server's shell.
    pub command: String,
    /// What its standard input and output are.
    pub on: Attachment,
    /// Where it runs on this machine itself; `None`: in the guest.
    #[serde(default)]
    pub host: Option<HostProgram>,
}

/// A program, or a port of TCP, that is not in a guest: it is played by the real clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostProgram {
    /// The address that is connected to, in the place of a program.
    pub tcp: Option<String>,
    /// The directory that a command is started in.
    pub directory: PathBuf,
    /// Room in every time that is checked.
    pub tolerance: Duration,
}

/// What a program has as its standard input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// The port, which is its terminal, too.
    Port,
    /// Pipes, to and from the port.
    Pipes,
}

/// What a given `/etc` is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EtcTaken {
    /// The directory, as the scenario names it.
    pub from: String,
    /// Files and links that were taken.
    pub files: usize,
    /// Octets in the files.
    pub octets: u64,
    /// What was not, or what leads to something that was not, in the order of paths.
    pub left_out: Vec<LeftOut>,
}

/// Something that is not in the server's `/etc` though it is in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// Its path on the server.
    pub path: String,
    /// Why.
    pub why: String,
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

/// Calls to one number that go to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// Number or device that is called.
    pub from: String,
    /// Number or device that rings instead.
    pub to: String,
    /// On which calls.
    pub when: ForwardWhen,
    /// Where it stands.
    pub span: Span,
}

/// Which calls are forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardWhen {
    /// All.
    Always,
    /// Those that find the line busy.
    Busy,
    /// Those not answered after so many rings.
    NoAnswer {
        /// Rings, 1 or more.
        rings: u32,
    },
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

impl CallerIdRule {
    /// Whether it fits that number; a caller without caller ID is `none`.
    pub fn fits(&self, number: &str) -> bool {
        dialin::fits(&self.number, number)
    }
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
