//! Findings that somebody accepts: a file of acceptances, each with a reason, and what they mean for an audit.
//!
//! In goes the file of `--accept` ([`Acceptances::load`]) and the findings of an audit; out come the findings, those that
//! match marked with the reason, and new ones for acceptances that have expired or match nothing. Today's date is handed in.
//!
//! The file is KDL, like scenarios and phonebooks: reasons are sentences and need quotes, comments and dates have a place,
//! and mistakes are shown with carets by the same reader.
//!
//! ```text
//! accept "silent-caller" reason="calls without a login are watched"
//! accept "no-auth" at="/etc/ppp/options.ttyS3" port="ttyS3" reason="a line in the lab" until="2027-03-31"
//! ```

mod read;
mod words;

use std::path::Path;

pub use time::Date;

use crate::finding::{Accepted, Finding};
use crate::registry::{self, Example, Rule, accepting};
use offhook_etc::source::Place;
use offhook_schema::{Errors, FileProblems, file};

/// One line of the file: findings of a rule, everywhere or in one place or on one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The rule.
    pub rule: &'static Rule,
    /// The file of the finding, and its line if that is given; `None`: any.
    pub at: Option<Place>,
    /// The device of the port; `None`: any.
    pub port: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Option<Date>,
    /// Where it stands in the file of acceptances.
    pub place: Place,
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acceptances {
    /// In their order.
    pub all: Vec<Acceptance>,
}

/// What an audit looked at: an acceptance of something else is not stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Calls were made in the lab.
    pub called: bool,
    /// Webmin's configuration was read.
    pub webmin: bool,
    /// The server's programs were looked for.
    pub programs: bool,
}

impl Scope {
    fn covers(self, rule: &Rule) -> bool {
        match rule.example() {
            Example::Etc(_) | Example::Accept(_) => true,
            Example::Webmin(_) => self.webmin,
            Example::Missing { .. } => self.programs,
            Example::Calls(_) => self.called,
        }
    }
}

impl Acceptance {
    fn has_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    fn matches(&self, finding: &Finding) -> bool {
        let here = |at: &Place| {
            finding
                .place
                .as_ref()
                .is_some_and(|place| place.file == at.file && (at.line.is_none() || at.line == place.line))
        };
        self.rule == finding.rule
            && self.at.as_ref().is_none_or(here)
            && self.port.as_ref().is_none_or(|port| finding.ports.contains(port))
    }

    fn accepted(&self) -> Accepted {
        let until = self.until.map(|date| date.to_string());
        Accepted { reason: self.reason.clone(), until, place: self.place.clone() }
    }

    /// The words by which a finding names it: `no-auth at /etc/ppp/options on ttyS0`.
    fn name(&self) -> String {
        let at = self.at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
        let port = self.port.as_ref().map_or_else(String::new, |port| format!(" on {port}"));
        format!("{}{at}{port}", self.rule.code())
    }
}

impl Acceptances {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn load(path: &Path) -> Result<Self, Errors> {
        let help = "a file of accepted findings is KDL: accept \"CODE\" reason=\"...\"";
        let text = file::text(path, help).map_err(|file| Errors { files: vec![file] })?;
        Self::read(path, &text)
    }

    /// Reads a text; `path` names it in messages and places.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(path: &Path, text: &str) -> Result<Self, Errors> {
        read::acceptances(path, text).map(|all| Self { all }).map_err(|problems| Errors {
            files: vec![FileProblems { path: path.to_owned(), text: Some(text.into()), problems }],
        })
    }

    /// Marks the findings that are accepted on the day `today`, and adds one for each acceptance that has expired or
    /// matches nothing. A finding on several ports of which some are accepted becomes two.
    pub fn apply(&self, findings: Vec<Finding>, today: Date, scope: Scope) -> Vec<Finding> {
        let mut used = vec![false; self.all.len()];
        let mut open = findings;
        let mut done = Vec::new();
        for (acceptance, used) in self.all.iter().zip(&mut used) {
            let (matching, others): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|finding| acceptance.matches(finding));
            open = others;
            *used = !matching.is_empty();
            for mut finding in matching {
                if acceptance.has_expired(today) {
                    open.push(finding);
                    continue;
                }
                if let Some(port) = &acceptance.port
                    && finding.ports.len() > 1
                {
                    let mut rest = finding.clone();
                    rest.ports.retain(|other| other != port);
                    open.push(rest);
                    finding.ports = vec![port.clone()];
                }
                finding.accepted = Some(acceptance.accepted());
                done.push(finding);
            }
        }
        for (acceptance, used) in self.all.iter().zip(used) {
            let name = acceptance.name();
            let finding = match acceptance.until.filter(|_| acceptance.has_expired(today)) {
                Some(until) => Finding::new(
                    &accepting::ACCEPTANCE_EXPIRED,
                    format!("the acceptance of {name} expired on {until}, and its findings count again"),
                )
                .why(format!("it was accepted because: {}", acceptance.reason)),
                None if used || !scope.covers(acceptance.rule) => continue,
                None => {
                    Finding::new(&accepting::ACCEPTANCE_STALE, format!("the acceptance of {name} matches no finding"))
                }
            };
            done.push(finding.at(acceptance.place.clone()));
        }
        open.extend(done);
        open
    }
}

/// The codes that an acceptance can name: all but those about acceptances themselves.
fn acceptable() -> impl Iterator<Item = &'static Rule> {
    registry::all().filter(|rule| !matches!(rule.example(), Example::Accept(_)))
}

#[cfg(test)]
mod tests;
