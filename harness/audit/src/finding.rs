//! What an audit finds: a [`Finding`] of a registered [`Rule`], with its severity, place and words for people.

use serde::{Serialize, Serializer};

use crate::known::Known;
use crate::registry::Rule;
use crate::severity::Severity;
use offhook_etc::source::Place;

/// Something to know about a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The rule that finds it.
    #[serde(rename = "code", serialize_with = "code")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is; `None`: in no particular place, or something is missing.
    pub place: Option<Place>,
    /// Devices of the ports it concerns; empty: all, or none in particular.
    pub ports: Vec<String>,
    /// What happens.
    pub what: String,
    /// Why.
    pub why: String,
    /// How to fix it; empty where nothing is wrong.
    pub fix: String,
    /// What a remedy has to know of it beside the place; never shown.
    #[serde(skip)]
    pub cue: Option<Cue>,
    /// How it is known.
    pub known: Known,
    /// Of a danger: why it cannot come to pass yet.
    pub latent: Option<String>,
    /// Why somebody accepts it, if somebody does.
    pub accepted: Option<Accepted>,
}

/// What a remedy changes at the place of a finding, where the place alone does not say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// A word that is wrong, and the one that is meant.
    Word {
        /// As it stands there.
        wrong: String,
        /// As it ought to be.
        meant: String,
    },
    /// The line ought to stand above this one of the same file.
    Above(usize),
    /// The name or the text that it is about.
    Text(String),
}

/// Why a finding is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Accepted {
    /// In the words of whoever accepts it.
    pub reason: String,
    /// The last day on which it is accepted, `2027-03-31`; `None`: for good.
    pub until: Option<String>,
    /// Where that is said.
    pub place: Place,
}

fn code<S: Serializer>(rule: &'static Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.code())
}

impl Finding {
    /// A finding of that rule, with its usual severity and fix, and without a place.
    pub fn new(rule: &'static Rule, what: impl Into<String>) -> Self {
        let finding = Self {
            rule,
            severity: rule.severity(),
            place: None,
            ports: Vec::new(),
            what: what.into(),
            why: String::new(),
            fix: String::new(),
            cue: None,
            known: Known::Predicted,
            latent: None,
            accepted: None,
        };
        finding.severity(rule.severity())
    }

    /// With another of the severities its rule can have. A note has no fix unless it is given one after this.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        debug_assert!(self.rule.severities().contains(&severity), "{} cannot be a {severity:?}", self.code());
        self.severity = severity;
        self.fix = if severity == Severity::Note { String::new() } else { self.rule.fix().to_owned() };
        self
    }

    /// Where it is.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// A port it concerns.
    #[must_use]
    pub fn on(mut self, device: &str) -> Self {
        self.ports.push(device.to_owned());
        self
    }

    /// How it is known.
    #[must_use]
    pub fn known(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// Why it happens.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// How to fix it, more exactly than its rule says.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// What its remedy has to know.
    #[must_use]
    pub fn cue(mut self, cue: impl Into<Option<Cue>>) -> Self {
        self.cue = cue.into();
        self
    }

    /// The text of its cue.
    pub(crate) fn cue_text(&self) -> Option<&str> {
        match &self.cue {
            Some(Cue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The stable name of its rule.
    pub fn code(&self) -> &'static str {
        self.rule.code()
    }

    /// Whether it concerns that port.
    pub fn concerns(&self, device: &str) -> bool {
        self.ports.is_empty() || self.ports.iter().any(|port| port == device)
    }
}

/// Worst first, then by place; what is the same on several ports is one finding.
pub fn sorted(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = |known: &&mut Finding| {
            known.rule == finding.rule
                && known.place == finding.place
                && known.what == finding.what
                && known.accepted == finding.accepted
        };
        match merged.iter_mut().find(same) {
            Some(known) => {
                let new = finding.ports.into_iter().filter(|port| !known.ports.contains(port));
                let new: Vec<String> = new.collect();
                known.ports.extend(new);
                known.known = std::mem::take(&mut known.known).or(finding.known);
            }
            None => merged.push(finding),
        }
    }
    merged.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.accepted.is_some(), finding.weight());
        (key(a), &a.place, a.code()).cmp(&(key(b), &b.place, b.code()))
    });
    merged
}

impl Finding {
    /// How bad it is today: a danger that cannot come to pass yet is a warning.
    pub fn weight(&self) -> Severity {
        if self.latent.is_some() { self.severity.max(Severity::Warning) } else { self.severity }
    }
}

/// 0 if no finding is at least as bad as `limit`, else 1. Accepted findings do not count.
pub fn exit_code(findings: &[Finding], limit: Severity) -> u8 {
    u8::from(findings.iter().any(|finding| finding.accepted.is_none() && finding.weight() <= limit))
}
