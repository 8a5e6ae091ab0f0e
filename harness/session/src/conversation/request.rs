//! What conversations ask of the world, and its answers: whatever happens neither on a line nor by a deadline.

use std::net::Ipv4Addr;

use offhook_clock::Instant;

use offhook_base::Error;
use offhook_scenario::Change;

/// Something to be done outside the lines.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// The LAN's host sends an echo request.
    LanPing {
        /// For which call.
        call: usize,
        /// To whom.
        to: Ipv4Addr,
        /// Its sequence number.
        sequence: u16,
        /// Octets of data.
        size: u16,
    },
    /// The LAN's host asks by ARP, its cache forgotten, whose an address is.
    Arp {
        /// For which call.
        call: usize,
        /// The address.
        address: Ipv4Addr,
    },
    /// The program that makes a call does something.
    Client {
        /// Which call's.
        call: usize,
        /// What.
        command: ClientCommand,
    },
    /// The administrator changes the server.
    Change {
        /// During which call; `None`: between calls.
        call: Option<usize>,
        /// What changes.
        change: Change,
    },
}

/// What a program that calls is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCommand {
    /// Start, and call this number.
    Dial(String),
    /// Send an echo request.
    Ping {
        /// To whom.
        to: Ipv4Addr,
        /// Its sequence number.
        sequence: u16,
        /// Octets of data.
        size: u16,
    },
    /// End PPP, and itself.
    HangUp,
    /// Say nothing any more.
    FallSilent,
}

/// What came of a [`Request`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The LAN's host got an echo reply.
    LanPong {
        /// For which call.
        call: usize,
        /// Its sequence number.
        sequence: u16,
        /// When.
        at: Instant,
    },
    /// Who answered ARP within three seconds.
    Arp {
        /// For which call.
        call: usize,
        /// The address asked for.
        address: Ipv4Addr,
        /// The link-layer address that came, `02:00:..`, and whether it is the server's; `None`: nobody answered.
        owner: Option<(String, bool)>,
    },
    /// The change is made, or cannot be made.
    Changed {
        /// During which call.
        call: Option<usize>,
        /// How it went.
        result: Result<(), Error>,
    },
}
