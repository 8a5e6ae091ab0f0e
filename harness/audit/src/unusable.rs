//! Why an account lets nobody in on a port, as values and in words.

use std::fmt;
use std::net::Ipv4Addr;

use offhook_scenario::AuthProtocol;

/// Why an account lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Authentication is not required.
    NotRequired,
    /// The port does not ask by its protocol.
    NotAsked(AuthProtocol),
    /// The port would ask by its protocol, but the first entry that matches best allows no address, and so pppd does not.
    NotOffered(AuthProtocol),
    /// `remotename` has pppd take every caller of CHAP for this one.
    RemoteName(String),
    /// A quote in it is never closed.
    OpenQuote,
    /// It has fewer than three columns.
    TooFewColumns,
    /// Its server column is empty, or missing.
    NoServer,
    /// It is for a certain server, and the name of this one is not known.
    ServerUnknown,
    /// It is for another server; the name of this one. What its column says may be a password, and is not kept.
    OtherServer(String),
    /// Another entry for the same name comes first.
    NotFirst,
    /// It allows no address.
    NoAddress,
    /// CHAP needs the password, and there is a hash.
    Hash,
    /// Its name has other characters than ASCII's, which pppd writes in another way before it compares.
    NameNotAscii,
    /// Its name has a domain, which `chapms-strip-domain` takes off what a caller sends.
    NameStripped,
    /// Its password has such characters, likewise with PAP.
    PasswordNotAscii,
    /// Its name or password is longer than pppd takes from a caller.
    TooLong,
    /// PAP passwords are hashes here (`papcrypt`), and this is none.
    NoHash,
    /// Its password stands in a file that is not there, or empty: pppd passes the entry over.
    NoFile,
    /// The Unix password is checked, and there is no such user.
    NoUser,
    /// PAM checks the accounts of callers (`login` with CHAP, `enable-session`), and there is no such user.
    NoUserForChap,
    /// The Unix password is checked, and that user's is locked.
    LockedUser,
    /// It does not allow the address that it would get.
    AddressRefused(Ipv4Addr),
    /// None of its words for addresses can be read.
    NoReadableAddress,
    /// Nobody gets an address: the port does not speak IPv4.
    NoIp,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequired => f.write_str("no caller is asked for a name"),
            Self::NotAsked(protocol) => write!(f, "this port does not ask for {}", protocol.name()),
            Self::NotOffered(protocol) => write!(
                f,
                "pppd does not ask for {}: it looks only at the first of the entries that match best, which allows no address",
                protocol.name()
            ),
            Self::RemoteName(name) => write!(f, "remotename has pppd take every caller for {name:?}"),
            Self::OpenQuote => f.write_str("a quote in it is never closed"),
            Self::TooFewColumns => f.write_str("it has no third column"),
            Self::NoServer => f.write_str("its server column matches no server"),
            Self::ServerUnknown => {
                f.write_str("its second column names a server, and the name of this machine is not known")
            }
            Self::OtherServer(this) => write!(f, "its second column is neither * nor {this}, the name of this server"),
            Self::NotFirst => f.write_str("another entry for that name comes first"),
            Self::NoAddress => f.write_str("it allows no address"),
            Self::Hash => f.write_str("CHAP needs the password itself, not its hash"),
            Self::NameNotAscii => {
                f.write_str("its name has characters that are not ASCII, and such a name never matches")
            }
            Self::NameStripped => {
                f.write_str("chapms-strip-domain takes the domain off a caller's name, and its name has one")
            }
            Self::PasswordNotAscii => f.write_str(
                "its password has characters that are not ASCII, and with PAP such a password never matches",
            ),
            Self::TooLong => f.write_str("its name or password is longer than pppd takes from a caller (255 octets)"),
            Self::NoHash => f.write_str("papcrypt is set, and its password is not a hash"),
            Self::NoFile => f.write_str("the file of its password does not exist or is empty"),
            Self::NoUserForChap => {
                f.write_str("PAM checks every caller's account here, and there is no Unix user of that name")
            }
            Self::NoUser => f.write_str("the Unix password is checked, and there is no such user"),
            Self::LockedUser => f.write_str("the Unix password is checked, and that user is locked"),
            Self::AddressRefused(address) => write!(f, "it does not allow {address}, the address it would get"),
            Self::NoReadableAddress => f.write_str("no word of its address column is an address or a known name"),
            Self::NoIp => f.write_str("noip is set, and no caller gets an address"),
        }
    }
}
