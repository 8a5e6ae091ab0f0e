//! What is known of each option of pppd: which version knows it, and what it takes behind its name.

use super::version::PppVersion;

/// Which pppd knows an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// 2.4.9 and 2.5.2.
    Both,
    /// 2.4.9, no longer 2.5.2.
    Until249,
    /// 2.5.2, not yet 2.4.9.
    Since252,
    /// Either, once this plugin is loaded.
    Plugin(&'static str),
}

impl Known {
    /// Whether that version knows it; where it takes a plugin, once that is loaded.
    pub const fn by(self, version: PppVersion) -> bool {
        match self {
            Self::Both | Self::Plugin(_) => true,
            Self::Until249 => matches!(version, PppVersion::V249),
            Self::Since252 => matches!(version, PppVersion::V252),
        }
    }
}

/// What an option takes behind its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// Any word.
    Text,
    /// A number as C reads it.
    Number,
    /// A number from here on.
    AtLeast(i32),
    /// A number between these.
    Between(i32, i32),
    /// A number in hexadecimal digits.
    Hex,
    /// 0, or the size of a code up to 15; or two of them with a comma between.
    Codes {
        /// The least.
        least: i32,
        /// 2.4.9 takes one less as well.
        lenient: bool,
    },
    /// A host's address or name.
    Address,
    /// A netmask.
    Netmask,
    /// `NAME=VALUE`.
    Assignment,
    /// A file of options.
    File,
    /// A file of options below /etc/ppp/peers.
    Peer,
    /// A plugin.
    Module,
}
