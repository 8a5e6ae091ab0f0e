//! The kinds of values there are, as part of a sentence and by an example.
//!
//! What is right of a kind is decided in `value`; here is only what a person is told about it.

use std::time::Duration;

use offhook_emulator::exchange::NATIONAL;

use super::vocabulary::one_of;

/// The possible texts, each with what it means.
pub(crate) type Choices = &'static [(&'static str, &'static str)];

/// Kinds of values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Text without control characters; may be empty.
    Text,
    /// Text without control characters, not empty.
    Sentence,
    /// Text with whatever KDL's escapes can write.
    Escaped,
    /// A whole number.
    Number { min: u32, max: u32 },
    /// A speed a serial port can be set to.
    Speed,
    /// A duration within bounds.
    Time { min: Duration, max: Duration, whole_seconds: bool },
    /// A duration in whole seconds within bounds, or "never".
    TimeOrNever { min: Duration, max: Duration },
    /// An IPv4 address.
    Address,
    /// An IPv4 address with the length of its network's prefix.
    Network,
    /// One of some texts.
    Choice(Choices),
    /// `#true` or `#false`.
    Flag,
    /// A caller's number as caller ID delivers it.
    CallerNumber,
    /// A caller's name as caller ID delivers it.
    CallerName,
    /// What a caller-ID rule compares the number with.
    RuleNumber,
    /// An address in pap-secrets.
    AccountAddress,
    /// A device name: `ttyS0`, `/dev/ttyUSB0`, `/srv/port`.
    Device,
    /// A device, or a telephone number.
    Called,
    /// A telephone number to dial.
    Digits,
    /// The name of a make of modem, or a path of a personality's file.
    Personality,
    /// Numbers and ranges of numbers: `0-3,5`.
    Ranges,
    /// The name of a stack.
    Stack,
    /// The name of a ring cadence.
    Cadence,
    /// A login or group name.
    Name,
    /// The name of a host.
    HostName,
    /// `http://host[:port]/path`.
    Url,
    /// Octets in hexadecimal.
    Octets,
    /// A file on the server: an absolute path, or, if `below_etc`, one below `/etc`, too.
    Path { below_etc: bool },
    /// A directory on this machine, below the scenario file's own unless absolute.
    Directory,
    /// Permission bits in octal.
    FileMode,
    /// `root`, or `uid:gid` in numbers.
    Owner,
}

/// Speeds mgetty takes: those termios has that its table (tio.c) has too.
pub const SPEEDS: [u32; 19] = [
    50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400,
    460_800,
];

impl Kind {
    /// The kind as part of a sentence: "takes ...".
    pub(crate) fn phrase(self) -> String {
        let fixed = match self {
            Self::Text | Self::Sentence | Self::Escaped => "a text in quotes",
            Self::Number { min, max } => return format!("a whole number from {min} to {max}"),
            Self::Speed => "a port speed",
            Self::Time { whole_seconds: false, .. } => "a duration",
            Self::Time { whole_seconds: true, .. } => "a duration in whole seconds",
            Self::TimeOrNever { .. } => "a duration in whole seconds, or \"never\"",
            Self::Address => "an IPv4 address",
            Self::Network => "an IPv4 address with a prefix length",
            Self::Choice(choices) => return one_of(&quoted(choices.iter().map(|(name, _)| *name))),
            Self::Flag => "`#true` or `#false`",
            Self::CallerNumber => "a number in digits, \"P\" or \"O\"",
            Self::CallerName => "a name, \"P\" or \"O\"",
            Self::RuleNumber => "digits, \"all\" or \"none\"",
            Self::AccountAddress => {
                "an IPv4 address, a network or a host's name, with \"!\" before it if it may not be had, or \"*\" or \"-\""
            }
            Self::Device => "a device name",
            Self::Called => "a device name or a telephone number in digits",
            Self::Personality => "the name of a make of modem, or the path of a personality's file",
            Self::Ranges => "numbers and ranges of numbers: \"0-3,5\"",
            Self::Digits => "a telephone number in digits",
            Self::Stack => "the name of a stack",
            Self::Cadence => return one_of(&quoted(cadences())),
            Self::Name => "a name of lower-case letters, digits, `_` and `-`",
            Self::HostName => "a host's name",
            Self::Url => "an address of the World Wide Web: http://host/path",
            Self::Octets => "octets in hexadecimal",
            Self::Path { below_etc: true } => "a path, absolute or below /etc",
            Self::Path { below_etc: false } => "an absolute path",
            Self::Directory => "a directory",
            Self::FileMode => "permission bits in octal",
            Self::Owner => "\"root\", or uid and gid in numbers",
        };
        fixed.to_owned()
    }

    /// A value of this kind, as it would be written.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Text | Self::Sentence | Self::Escaped => "\"text\"",
            Self::Number { .. } => "3",
            Self::Speed => "57600",
            Self::Time { .. } => "\"30s\"",
            Self::TimeOrNever { .. } => "\"5m\"",
            Self::Address => "\"192.168.32.1\"",
            Self::Network => "\"192.168.32.1/24\"",
            Self::Choice(choices) => match choices.first() {
                Some((name, _)) => name,
                None => "",
            },
            Self::Flag => "#false",
            Self::CallerNumber => "\"5551234\"",
            Self::CallerName => "\"ALICE\"",
            Self::RuleNumber => "\"555\"",
            Self::AccountAddress => "\"192.168.32.105\"",
            Self::Device | Self::Called => "\"ttyS0\"",
            Self::Digits => "\"5550100\"",
            Self::Personality => "\"usr-courier\"",
            Self::Ranges => "\"0-3\"",
            Self::Stack => "\"bookworm\"",
            Self::Cadence => "\"north-america\"",
            Self::Name => "\"bob\"",
            Self::HostName => "\"www.lan\"",
            Self::Url => "\"http://www.lan/octets/1000\"",
            Self::Octets => "\"7e ff 7d 23\"",
            Self::Path { below_etc: true } => "\"ppp/options\"",
            Self::Path { below_etc: false } => "\"/bin/bash\"",
            Self::Directory => "\"path/to/etc\"",
            Self::FileMode => "\"0644\"",
            Self::Owner => "\"root\"",
        }
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.map(|name| format!("\"{name}\"")).collect()
}

/// The names of ring cadences.
pub(crate) fn cadences() -> impl Iterator<Item = &'static str> {
    NATIONAL.iter().map(|(name, _)| *name)
}
