//! The kinds of values that only this language has; how each is read stands in `value`.

use offhook_schema::{Custom, Kind, Read};
use offhook_telephony::exchange::NATIONAL;

use super::value::{address, length, modem, packet, place, speed, tag, telephone, variable};

/// The names of ring cadences.
fn cadences() -> Vec<&'static str> {
    NATIONAL.iter().map(|(name, _)| *name).collect()
}

/// The name of a ring cadence.
pub(crate) const CADENCE: Kind = Kind::Names(cadences);

macro_rules! kinds {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $phrase:literal, $example:literal, $read:expr, $told:expr, $digits:expr;)*) => {
        $($(#[$doc])* pub(crate) const $constant: Kind = Kind::Custom(&Custom {
            name: $name,
            phrase: $phrase,
            example: $example,
            told: $told,
            digits: $digits,
            read: $read,
        });)*
    };
}

/// The reference says what the kind is, beside the name of the value.
const TOLD: bool = true;
/// The name of the value says it all.
const UNTOLD: bool = false;
/// A number without quotes is one with its quotes forgotten.
const DIGITS: bool = true;
const NO_DIGITS: bool = false;

kinds! {
    /// The name of a variable.
    VARIABLE = "variable-name", "a name of letters, digits, `-` and `_`", "\"speed\"",
        Read::Text(variable::read_variable), TOLD, NO_DIGITS;
    /// A program that calls: one that is known, or the command of one.
    CLIENT = "calling-program", "\"pppd\", \"wvdial\" or the path of a program", "\"pppd\"",
        Read::Text(place::read_client), TOLD, NO_DIGITS;
    /// The command of a program.
    COMMAND = "command", "a command, which begins with a program", "\"./my-ppp --answer\"",
        Read::Text(place::read_command), TOLD, NO_DIGITS;
    /// What a stack of a scenario file is called.
    STACK_NAME = "stack-name", "a name of lower-case letters, digits, `-` and `.`", "\"mine\"",
        Read::Text(tag::read_stack), TOLD, NO_DIGITS;
    /// A file on this machine, below the scenario file's own directory unless absolute.
    FILE_HERE = "file-here", "a file on this machine", "\"./build/pppd\"",
        Read::Text(place::read_file_here), UNTOLD, NO_DIGITS;
    /// What a scenario is tagged with.
    TAG = "tag-name", "a tag of letters, digits, `-`, `_` and `.`", "\"slow\"",
        Read::Text(tag::read_tag), TOLD, NO_DIGITS;
    /// A protocol of PPP.
    PROTOCOL = "ppp-protocol", "the name of a protocol, or its number in quotes", "\"lcp\"",
        Read::Text(packet::read_protocol), TOLD, DIGITS;
    /// The code of a packet, or the kind of an option.
    CODE = "name-or-number", "a name, or a number in quotes", "\"configure-request\"",
        Read::Text(packet::read_name), TOLD, DIGITS;
    /// What a snapshot is called.
    SNAPSHOT = "snapshot-name", "a name of letters, digits, `-`, `_` and `.`", "\"packets\"",
        Read::Text(tag::read_snapshot), TOLD, NO_DIGITS;
    /// Another scenario file.
    INCLUDED = "scenario-file", "the path of a .kdl file", "\"./base.kdl\"",
        Read::Text(place::read_directory), UNTOLD, NO_DIGITS;
    /// A speed a serial port can be set to.
    SPEED = "port-speed", "a port speed", "57600", Read::Number(speed::read_speed), TOLD, NO_DIGITS;
    /// An IPv4 address with the length of its network's prefix.
    NETWORK = "ipv4-network", "an IPv4 address with a prefix length", "\"192.168.32.1/24\"",
        Read::Text(address::read_network), TOLD, NO_DIGITS;
    /// An IPv4 address, or the IPv6 address of an end of the link.
    IP_ADDRESS = "ip-address", "an IPv4 address, or an IPv6 address that begins with fe80:", "\"192.168.32.1\"",
        Read::Text(address::read_ip_address), TOLD, NO_DIGITS;
    /// An address in pap-secrets.
    ACCOUNT_ADDRESS = "account-address",
        "an IPv4 address, a network or a host's name, with \"!\" before it if it is forbidden; or \"*\" or \"-\"",
        "\"192.168.32.105\"", Read::Text(address::read_account_address), TOLD, NO_DIGITS;
    /// A caller's number as caller ID delivers it.
    CALLER_NUMBER = "caller-number", "a number in digits, \"P\" or \"O\"", "\"5551234\"",
        Read::Text(telephone::read_caller_number), TOLD, DIGITS;
    /// A caller's name as caller ID delivers it.
    CALLER_NAME = "caller-name", "a name, \"P\" or \"O\"", "\"ALICE\"",
        Read::Text(telephone::read_caller_name), TOLD, NO_DIGITS;
    /// What a caller-ID rule compares the number with.
    RULE_NUMBER = "rule-number", "digits, \"all\" or \"none\"", "\"555\"",
        Read::Text(telephone::read_rule_number), TOLD, DIGITS;
    /// A device name: `ttyS0`, `/dev/ttyUSB0`, `/srv/port`.
    DEVICE = "device", "a device name", "\"ttyS0\"", Read::Text(place::read_device), UNTOLD, NO_DIGITS;
    /// A device, or a telephone number.
    CALLED = "device-or-number", "a device name or a telephone number in digits", "\"ttyS0\"",
        Read::Text(telephone::read_called), UNTOLD, DIGITS;
    /// A telephone number to dial.
    DIGITS_TO_DIAL = "telephone-number", "a telephone number in digits", "\"5550100\"",
        Read::Text(telephone::read_digits), TOLD, DIGITS;
    /// The name of a modem model, or the path of a model's file.
    MODEL = "modem-model", "the name of a modem model, or the path of a model's file", "\"usr-courier\"",
        Read::Text(modem::read_model), UNTOLD, NO_DIGITS;
    /// A name that a caller sends to be let in.
    SENT_NAME = "name-sent", "a text of at most 255 octets", "\"alice\"",
        Read::Text(length::read_sent_name), TOLD, DIGITS;
    /// A name or a password in pap-secrets or chap-secrets.
    SECRETS_WORD = "secrets-word", "a text of at most 1023 octets", "\"alice\"",
        Read::Text(length::read_secrets_word), TOLD, DIGITS;
    /// A login or group name.
    NAME = "login-name", "a name of lower-case letters, digits, `_`, `-` and `.`", "\"bob\"",
        Read::Text(place::read_name), TOLD, NO_DIGITS;
    /// The name of a host.
    HOST_NAME = "host-name", "a host's name", "\"www.lan\"", Read::Text(place::read_host_name), UNTOLD, NO_DIGITS;
    /// `http://host[:port]/path`.
    URL = "http-url", "a URL: http://host/path", "\"http://www.lan/octets/1000\"",
        Read::Text(place::read_url), TOLD, NO_DIGITS;
    /// A file on the server: an absolute path, or one below `/etc`.
    PATH = "path", "a path, absolute or below /etc", "\"ppp/options\"", Read::Text(place::read_path), TOLD, NO_DIGITS;
    /// A file on the server: an absolute path.
    ABSOLUTE_PATH = "absolute-path", "an absolute path", "\"/bin/bash\"",
        Read::Text(place::read_absolute_path), TOLD, NO_DIGITS;
    /// A directory on this machine, below the scenario file's own unless absolute.
    DIRECTORY = "directory", "a directory", "\"path/to/etc\"", Read::Text(place::read_directory), UNTOLD, NO_DIGITS;
    /// Permission bits in octal.
    FILE_MODE = "file-mode", "permission bits in octal", "\"0644\"", Read::Text(place::read_file_mode), TOLD, DIGITS;
    /// `root`, or `uid:gid` in numbers.
    OWNER = "owner", "\"root\", or uid and gid in numbers", "\"root\"", Read::Text(place::read_owner), UNTOLD, NO_DIGITS;
}
