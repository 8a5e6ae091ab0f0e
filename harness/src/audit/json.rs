//! An audit as JSON, for programs.
//!
//! One object, keys always in this order:
//!
//! ```text
//! { "format": 1,                      grows only when something is removed or changes its meaning
//!   "offhook": "0.1.0",
//!   "exit_code": 1,                   0, 1 or 3
//!   "danger": 0, "broken": 1, "warning": 0, "note": 2,
//!   "stack": "bookworm",              where calls were made; null: none were
//!   "ports": [ {
//!       "device": "ttyS0",
//!       "place": { "file": "/etc/inittab", "line": 12 },
//!       "statements": [ {
//!           "topic": "answer",        answer port callers login ppp auth account address end dns
//!           "text": "...",            for people; may be worded otherwise in any version
//!           "places": [ { "file", "line" } ],
//!           "called": "..." or null
//!       } ]
//!   } ],
//!   "findings": [ {
//!       "code": "no-auth",            stable
//!       "severity": "danger"          or "broken", "warning", "note"
//!       "place": { "file", "line" }   or null; "line" is null for a file as a whole
//!       "ports": ["ttyS0"],           empty: all, or none in particular
//!       "what": "...", "why": "...", "mend": "...",
//!       "called": "..." or null
//!   } ]
//! }
//! ```
//!
//! No secret is in it.

use serde::Serialize;

use super::{Audit, Finding, PortReport, Severity};

/// Version of the format.
pub const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    format: u32,
    offhook: &'static str,
    exit_code: u8,
    danger: usize,
    broken: usize,
    warning: usize,
    note: usize,
    stack: Option<&'a str>,
    ports: &'a [PortReport],
    findings: &'a [Finding],
}

/// Writes the audit.
///
/// # Errors
///
/// None that an audit could cause.
pub fn report(audit: &Audit, stack: Option<&str>, exit_code: u8) -> serde_json::Result<String> {
    let count = |severity| audit.findings.iter().filter(|finding| finding.severity == severity).count();
    let whole = Whole {
        format: FORMAT,
        offhook: env!("CARGO_PKG_VERSION"),
        exit_code,
        danger: count(Severity::Danger),
        broken: count(Severity::Broken),
        warning: count(Severity::Warning),
        note: count(Severity::Note),
        stack,
        ports: &audit.ports,
        findings: &audit.findings,
    };
    let mut text = serde_json::to_string_pretty(&whole)?;
    text.push('\n');
    Ok(text)
}
