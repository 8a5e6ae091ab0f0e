//! PPP options of a server or of one port, in the words of the dial-in server page.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

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
