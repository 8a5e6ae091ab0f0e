//! What came of a call: for programs as JSON, and in one sentence.

use std::net::Ipv4Addr;

use serde::Serialize;

/// The report of a call. Times are milliseconds since the call was placed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallReport {
    /// Version of this form: 1.
    pub format: u32,
    /// The number or port that was called.
    pub target: String,
    /// Whether the caller got in: it had an address and nobody refused it; or the login was accepted.
    pub got_in: bool,
    /// Rings until the answer, or until the caller gave up.
    pub rings: u32,
    /// When the called modem went off hook.
    pub answered_ms: Option<u64>,
    /// When there was carrier.
    pub connected_ms: Option<u64>,
    /// Line rate, bit/s.
    pub rate: Option<u32>,
    /// How authentication ended; absent if the server asked for none.
    pub auth: Option<Auth>,
    /// Addresses that were agreed on.
    pub address: Option<Address>,
    /// Echo requests to the server's address.
    pub ping: Option<Ping>,
    /// What showed how a text login ended.
    pub login: Option<String>,
    /// Text that was heard outside PPP.
    pub heard: String,
    /// When the call was over.
    pub ended_ms: Option<u64>,
    /// Why it ended, in words.
    pub end: String,
}

/// How authentication ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Auth {
    /// `PAP` or `CHAP`.
    pub protocol: String,
    /// Whether the server let the caller in.
    pub accepted: bool,
    /// What the server said.
    pub message: String,
}

/// Addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Address {
    /// The caller's.
    pub local: Ipv4Addr,
    /// The server's, if it told.
    pub peer: Option<Ipv4Addr>,
    /// Name servers.
    pub dns: Vec<Ipv4Addr>,
}

/// Echo requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ping {
    /// How many were sent.
    pub sent: u32,
    /// How many were answered.
    pub answered: u32,
    /// How long each answer took.
    pub round_trip_ms: Vec<u64>,
}

/// Version of the form.
pub const FORMAT: u32 = 1;

/// The JSON schema of the report.
///
/// # Errors
///
/// None.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Result<String> {
    offhook_base::json_schema::<CallReport>("call", FORMAT)
}

impl CallReport {
    /// In one sentence.
    pub fn sentence(&self) -> String {
        if self.got_in {
            return match (&self.address, &self.login) {
                (Some(address), _) => format!("got in as {}", address.local),
                (None, Some(by)) => format!("got in: {by}"),
                (None, None) => "got through to text".to_owned(),
            };
        }
        let how_far = match (self.connected_ms, self.answered_ms) {
            (Some(_), _) => "connected, and did not get in",
            (None, Some(_)) => "answered, and there was no carrier",
            (None, None) => "not answered",
        };
        format!("{how_far}: {}", self.end)
    }
}
