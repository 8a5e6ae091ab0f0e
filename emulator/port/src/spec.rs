//! What a DTE is to be attached by, in words: `/dev/ttyV0`, `serial:/dev/ttyUSB0:115200`, `telnet:6400`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The speed of a serial device whose text says none.
const SPEED: u32 = 115_200;
/// Who may call a listening port whose text says no host: programs of this machine. More must be asked for.
const HOST: &str = "127.0.0.1";

/// What a DTE is to be attached by.
///
/// | text | what it is |
/// |---|---|
/// | `/dev/ttyV0`, `./vm1` | a pty, seen by the DTE under that name: a symbolic link, made and removed with the port |
/// | `serial:/dev/ttyUSB0`, `serial:/dev/ttyUSB0:57600`, `serial:/dev/ttyUSB0:57600:rtscts` | a serial device, by a null-modem cable |
/// | `tcp:6400`, `tcp:0.0.0.0:6400` | a TCP port to be called, octets as they are |
/// | `telnet:6400`, `telnet:[::1]:6400` | a TCP port to be called, telnet with RFC 2217 |
/// | `ip232:25232` | a TCP port to be called, ip232 |
/// | `tcp-to:bench:6400` | a TCP port that is called, and again when it is lost |
/// | `telnet-to:bench:6400` | the same with telnet |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachmentSpec {
    /// A pty.
    Pty {
        /// Path of the symbolic link to it.
        link: PathBuf,
    },
    /// A serial device at the other end of a null-modem cable.
    Serial {
        /// Path of the device.
        device: PathBuf,
        /// Speed in bit/s.
        speed: u32,
        /// Whether the serial driver itself obeys and drives the flow control circuits.
        rtscts: bool,
    },
    /// A TCP port that the DTE calls.
    Listen {
        /// Name or address of this machine.
        host: String,
        /// Its port; 0 lets the system choose.
        port: u16,
        /// What is spoken there.
        protocol: Protocol,
    },
    /// A TCP port that we call, because the DTE waits there.
    Connect {
        /// Name or address.
        host: String,
        /// Its port.
        port: u16,
        /// What is spoken there.
        protocol: Protocol,
    },
}

/// What is spoken on a TCP connection with a DTE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The octets as they are.
    Raw,
    /// Telnet, with RFC 2217 if the DTE knows it.
    Telnet,
    /// ip232: VICE's and openMSX' octets with DTR, DCD and RI.
    Ip232,
}

impl Protocol {
    /// In a description.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Telnet => "telnet",
            Self::Ip232 => "ip232",
        }
    }
}

/// Why a text is no [`AttachmentSpec`]: the text, what is wrong with it, and how it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentSpecError {
    text: String,
    wrong: String,
    help: &'static str,
}

impl fmt::Display for AttachmentSpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" {}; {}", self.text, self.wrong, self.help)
    }
}

impl std::error::Error for AttachmentSpecError {}

impl FromStr for AttachmentSpec {
    type Err = AttachmentSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |wrong: &str, help| AttachmentSpecError { text: text.into(), wrong: wrong.into(), help };
        if text.starts_with(['/', '.']) {
            if text.ends_with('/') || text == "." || text == ".." {
                return Err(wrong("is a directory", "name the link in it, as in ./vm1"));
            }
            return Ok(Self::Pty { link: text.into() });
        }
        let Some((kind, rest)) = text.split_once(':') else {
            let help = "a link in this directory is ./NAME; others are serial:DEVICE, tcp:PORT, telnet:PORT, ip232:PORT, \
                        tcp-to:HOST:PORT, telnet-to:HOST:PORT";
            return Err(wrong("is neither a path nor a kind of port", help));
        };
        match kind {
            "serial" => serial(rest).map_err(|(what, help)| wrong(&what, help)),
            "tcp" | "telnet" | "ip232" => {
                let help = "as in tcp:6400, telnet:0.0.0.0:6400 or ip232:25232";
                let (host, port) = address(rest).map_err(|what| wrong(&what, help))?;
                let host = host.unwrap_or_else(|| HOST.into());
                let protocol = match kind {
                    "telnet" => Protocol::Telnet,
                    "ip232" => Protocol::Ip232,
                    _ => Protocol::Raw,
                };
                Ok(Self::Listen { host, port, protocol })
            }
            "tcp-to" | "telnet-to" => {
                let help = "as in tcp-to:localhost:6400 or telnet-to:bench:23";
                let (host, port) = address(rest).map_err(|what| wrong(&what, help))?;
                let host = host.ok_or_else(|| wrong("names no host to call", help))?;
                if port == 0 {
                    return Err(wrong("names port 0, which nobody can call", help));
                }
                let protocol = if kind == "telnet-to" { Protocol::Telnet } else { Protocol::Raw };
                Ok(Self::Connect { host, port, protocol })
            }
            other => {
                let what = format!("begins with \"{other}:\", which is no kind of port");
                let help = "there are a path (a pty), serial:DEVICE, tcp:PORT, telnet:PORT, ip232:PORT, tcp-to:HOST:PORT, \
                            telnet-to:HOST:PORT";
                Err(wrong(&what, help))
            }
        }
    }
}

/// `DEVICE[:SPEED][:rtscts]`.
fn serial(text: &str) -> Result<AttachmentSpec, (String, &'static str)> {
    let help = "as in serial:/dev/ttyUSB0, serial:/dev/ttyUSB0:57600 or serial:/dev/ttyUSB0:57600:rtscts";
    let (mut device, mut speed, mut rtscts) = (text, SPEED, false);
    if let Some((before, "rtscts")) = device.rsplit_once(':') {
        (device, rtscts) = (before, true);
    }
    // Names below /dev/serial/by-path have colons of their own, but no digits alone after the last one.
    if let Some((before, after)) = device.rsplit_once(':') {
        match after.parse() {
            Ok(0) => return Err(("has speed 0".into(), help)),
            Ok(bits) => (device, speed) = (before, bits),
            Err(_) if after.contains('/') || after.contains('-') => {}
            Err(_) => return Err((format!("has \"{after}\" where a speed in bit/s belongs"), help)),
        }
    }
    if !device.starts_with('/') && !device.starts_with('.') {
        return Err(("names no device by its path".into(), help));
    }
    Ok(AttachmentSpec::Serial { device: device.into(), speed, rtscts })
}

/// `[HOST:]PORT`, where an IPv6 address stands in brackets.
fn address(text: &str) -> Result<(Option<String>, u16), String> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (Some(host), port),
        None => (None, text),
    };
    let port = match port.parse() {
        Ok(port) => port,
        Err(_) if port.is_empty() => return Err("names no TCP port".into()),
        Err(_) => return Err(format!("has \"{port}\" where a TCP port (0 to 65535) belongs")),
    };
    let host = match host {
        None => return Ok((None, port)),
        Some("") => return Err("has no host before its second colon".into()),
        Some(host) => host,
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if bare.is_none() && host.contains([':', '[', ']']) {
        return Err("has an IPv6 address without brackets".into());
    }
    Ok((Some(bare.unwrap_or(host).into()), port))
}

/// A host and a port as [`FromStr`] takes them.
pub(super) fn host_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// How the kind of a TCP port begins.
const fn kind(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Raw => "tcp",
        Protocol::Telnet => "telnet",
        Protocol::Ip232 => "ip232",
    }
}

impl fmt::Display for AttachmentSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pty { link } => write!(f, "{}", link.display()),
            Self::Serial { device, speed, rtscts } => {
                write!(f, "serial:{}:{speed}{}", device.display(), if *rtscts { ":rtscts" } else { "" })
            }
            Self::Listen { host, port, protocol } => write!(f, "{}:{}", kind(*protocol), host_port(host, *port)),
            Self::Connect { host, port, protocol } => write!(f, "{}-to:{}", kind(*protocol), host_port(host, *port)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(text: &str) -> AttachmentSpec {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_of_port_is_said_as_the_table_says() {
        assert_eq!(parsed("/dev/ttyV0"), AttachmentSpec::Pty { link: "/dev/ttyV0".into() });
        assert_eq!(parsed("./vm1"), AttachmentSpec::Pty { link: "./vm1".into() });
        let serial = |device: &str, speed, rtscts| AttachmentSpec::Serial { device: device.into(), speed, rtscts };
        assert_eq!(parsed("serial:/dev/ttyUSB0"), serial("/dev/ttyUSB0", 115_200, false));
        assert_eq!(parsed("serial:/dev/ttyUSB0:57600"), serial("/dev/ttyUSB0", 57600, false));
        assert_eq!(parsed("serial:/dev/ttyUSB0:57600:rtscts"), serial("/dev/ttyUSB0", 57600, true));
        assert_eq!(parsed("serial:/dev/ttyUSB0:rtscts"), serial("/dev/ttyUSB0", 115_200, true));
        let by_path = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0";
        assert_eq!(parsed(&format!("serial:{by_path}")), serial(by_path, 115_200, false));
        let listen = |host: &str, port, protocol| AttachmentSpec::Listen { host: host.into(), port, protocol };
        assert_eq!(parsed("tcp:6400"), listen("127.0.0.1", 6400, Protocol::Raw));
        assert_eq!(parsed("telnet:0.0.0.0:6400"), listen("0.0.0.0", 6400, Protocol::Telnet));
        assert_eq!(parsed("telnet:[::1]:6400"), listen("::1", 6400, Protocol::Telnet));
        assert_eq!(parsed("ip232:25232"), listen("127.0.0.1", 25232, Protocol::Ip232));
        let connect = |host: &str, port, protocol| AttachmentSpec::Connect { host: host.into(), port, protocol };
        assert_eq!(parsed("tcp-to:bench:6400"), connect("bench", 6400, Protocol::Raw));
        assert_eq!(parsed("telnet-to:bench:23"), connect("bench", 23, Protocol::Telnet));
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let texts = [
            "/dev/ttyV0",
            "serial:/dev/ttyS1:9600:rtscts",
            "tcp:[::1]:0",
            "ip232:127.0.0.1:25232",
            "telnet-to:bench:23",
            "tcp-to:h:1",
        ];
        for text in texts {
            assert_eq!(parsed(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_right_way() {
        let texts = [
            "vm1",
            "usb:1",
            "./",
            "serial:ttyS0",
            "serial:/dev/ttyS0:fast",
            "serial:/dev/ttyS0:0",
            "tcp:",
            "tcp:66000",
            "tcp::6400",
            "telnet:::1:6400",
            "tcp-to:6400",
            "telnet-to:bench:0",
            "telnet-to:bench:telnet",
        ];
        let errors: Vec<String> =
            texts.iter().map(|text| text.parse::<AttachmentSpec>().unwrap_err().to_string()).collect();
        insta::assert_snapshot!(errors.join("\n"));
    }
}
