//! What a statement says, as values that calls can be held against.

use std::net::Ipv4Addr;

use offhook_etc::source::Place;
use offhook_scenario::AuthProtocol;

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The call is answered after so many rings; 0: a direct line.
    Answer(u32),
    /// The same, if a program of the administrator's own (cnd-program) lets the caller pass.
    AnswerIf(u32),
    /// What is to serve the port does not start, or ends at once, and nobody is ever answered.
    Dead,
    /// Something that no call shows, and why none does.
    Unseen(&'static str),
    /// Which callers are answered, in a few words: each call has what is expected of it.
    Callers(String),
    /// A program of the administrator's own decides which callers are answered; who it is, in a few words.
    Decided(String),
    /// Who logs in at the prompt: likewise.
    Login,
    /// Whether PPP is recognised and pppd started.
    Detection(bool),
    /// PPP is recognised, and a program of the administrator's own is started.
    Program,
    /// pppd refuses to start, whoever calls.
    Refuses,
    /// Nobody is asked for a name or password.
    Open,
    /// Everybody is.
    Asked,
    /// What an entry of the secrets files is good for.
    Account {
        /// Its name; `*`: any.
        name: String,
        /// The entry.
        place: Place,
        /// By which protocol.
        protocol: AuthProtocol,
        /// Whether it lets in.
        inside: bool,
        /// With what, and with which address if not the port's own; or why not.
        how: String,
    },
    /// The addresses of caller and server, where they are certain.
    Address {
        /// The server's.
        local: Option<Ipv4Addr>,
        /// The caller's.
        remote: Option<Ipv4Addr>,
        /// Whether a caller who asks for another one may get that.
        asked: bool,
    },
    /// When a call that nobody uses is ended, in seconds after the network came up; `None`: never.
    End(Option<u64>),
    /// The DNS servers of the caller.
    Dns(Vec<Ipv4Addr>),
    /// Whether the next call after a lost carrier is answered; `None`: once something else has ended the lost one.
    Again(Option<bool>),
}
