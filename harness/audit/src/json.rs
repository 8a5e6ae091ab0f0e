//! An audit as JSON, for programs.
//!
//! One object, keys always in this order:
//!
//! ```text
//! { "format": 3,                      grows only when something is removed or changes its meaning
//!   "offhook": "0.1.0",
//!   "exit_code": 1,                   0, 1 or 3
//!   "danger": 0, "error": 1, "warning": 0, "note": 2,
//!   "latent": 0,                      dangers that cannot come to pass yet, and are in none of the counts above
//!   "accepted": 0,                    findings that are accepted, and in none of the counts above
//!   "stack": "bookworm",              where calls were made; null: none were
//!   "own_programs": false,            whether with the server's own programs, over the stack's other files
//!   "installed": [ {                  versions on the server, as far as they are known; null: nobody looked (--etc)
//!       "name": "ppp", "version": "2.4.9-1+1.1", "architecture": "amd64" or null } ],
//!   "fingerprint": { ... },           what ran there, as in the JSON report of a run; null: nothing did
//!   "ports": [ {
//!       "device": "ttyS0",
//!       "place": { "file": "/etc/inittab", "line": 12 },
//!       "statements": [ {
//!           "topic": "answer",        answer port callers login ppp auth account address end dns next
//!           "text": "...",            for people; may be worded otherwise in any version
//!           "places": [ { "file", "line" } ],
//!           "known": {                how it is known: "how" is one of
//!               "how": "predicted"    the files say so, and no call looked
//!                      "shown"        with "calls": ["ttyS0-0 call 3"], "saw"
//!                      "refuted"      it does not hold; with "calls", "saw", and "said": the server's own words, or null
//!                      "not-tried" }  with "why"
//!       } ],
//!       "left_out": [ { "what": "port", "ppp", "logins", "modem", { "account": [NAME, place] }, { "accounts": 3 } or { "rules": 3 },
//!                       "why" } ]
//!   } ],
//!   "findings": [ {
//!       "id": "0123...",              the same in every run, also after lines were inserted above it
//!       "code": "no-auth",            stable; --list-rules has all of them
//!       "severity": "danger"          or "error", "warning", "note"
//!       "place": { "file", "line" }   or null; "line" is null for a file as a whole
//!       "ports": ["ttyS0"],           empty: all, or none in particular
//!       "what": "...", "why": "...", "fix": "...",
//!       "known": { ... },             as of a statement
//!       "latent": null,               or why a danger cannot come to pass yet
//!       "accepted": null              or { "reason", "until" (a date or null), "place" }
//!   } ],
//!   "withdrawn": [ ... ],             findings that calls refute, without "id"
//!   "webmin": [ {                     who may change the server through Webmin (--webmin)
//!       "user": "mona", "groups": ["dial"],
//!       "ports": false, "options": false, "caller_id": true, "accounts": true, "sync": false, "config": false,
//!       "direct": true, "opens": "PPP Accounts" or null,
//!       "place": { "file", "line" }   or null: no file restricts the user
//!   } ]
//! }
//! ```
//!
//! [`rules`] is one object: `format`, `offhook`, and `rules`, an array of objects with `code`, `severities` (the usual one
//! first), `meaning`, `why`, `fix`, `example` and `mended`, the example once a person has done what the fix says, or null.
//! No secret is in either.

use serde::Serialize;

use super::identity::identities;
use super::registry::{self, Rule};
use super::webmin::Right;
use super::{Audit, Finding, PortReport, Severity};
use offhook_base::Fingerprint;
use offhook_etc::installed::{Installed, Programs};
use offhook_etc::source::Tree;

/// Version of the format.
pub const FORMAT: u32 = 3;

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Whole<'a> {
    format: u32,
    offhook: &'static str,
    exit_code: u8,
    danger: usize,
    error: usize,
    warning: usize,
    note: usize,
    latent: usize,
    accepted: usize,
    stack: Option<&'a str>,
    own_programs: bool,
    installed: Option<&'a [Installed]>,
    fingerprint: Option<&'a Fingerprint>,
    ports: &'a [PortReport],
    findings: Vec<Identified<'a>>,
    withdrawn: &'a [Finding],
    webmin: &'a [Right],
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Identified<'a> {
    id: String,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Writes the audit of `tree`; `ran` is what calls were made on.
///
/// # Errors
///
/// None that an audit could cause.
pub fn report(audit: &Audit, tree: &Tree, ran: Option<&Fingerprint>, exit_code: u8) -> serde_json::Result<String> {
    let count = |severity| audit.count(severity);
    let ids = identities(&audit.findings, tree);
    let findings = ids.into_iter().zip(&audit.findings).map(|(id, finding)| Identified { id, finding }).collect();
    pretty(&Whole {
        format: FORMAT,
        offhook: env!("CARGO_PKG_VERSION"),
        exit_code,
        danger: count(Severity::Danger),
        error: count(Severity::Error),
        warning: count(Severity::Warning),
        note: count(Severity::Note),
        latent: audit.latent(),
        accepted: audit.accepted(),
        stack: ran.map(|ran| ran.stack.as_str()),
        own_programs: audit.own_programs,
        installed: tree.programs.as_ref().map(Programs::versions),
        fingerprint: ran,
        ports: &audit.ports,
        findings,
        withdrawn: &audit.withdrawn,
        webmin: &audit.webmin,
    })
}

/// The JSON schema of what [`report`] writes.
///
/// # Errors
///
/// None.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Result<String> {
    offhook_base::json_schema::<Whole<'_>>("audit", FORMAT)
}

/// Writes the rules.
///
/// # Errors
///
/// None.
pub fn rules() -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Rules {
        format: u32,
        offhook: &'static str,
        rules: Vec<&'static Rule>,
    }
    pretty(&Rules { format: FORMAT, offhook: env!("CARGO_PKG_VERSION"), rules: registry::all().collect() })
}

fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
