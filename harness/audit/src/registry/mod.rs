//! The registry of rules: every code a finding can have, once, with its severities, meaning, reason, example and fix.
//!
//! The families below are data; [`rules`](crate::rules) has the checks that find what they describe. A [`Rule`] can only
//! be made here, and a [`Finding`](crate::Finding) only of a rule, so there is no finding with an unknown code.
//! [`explain()`] is the text of `--explain`, [`list`] that of `--list-rules`, and [`reference()`] that of `docs/audit-rules.md`. Every fix is tried by the tests: a remedy
//! of [`remedy`](crate::remedy), or the example as a person has mended it.

pub mod accepting;
pub mod accounts;
pub mod addresses;
pub mod auth;
pub mod caller_id;
pub mod calls;
pub mod correct;
mod explain;
pub mod files;
pub mod login;
pub mod mgetty;
pub mod options;
pub mod ports;
pub mod programs;
pub mod reach;
mod reference;
pub mod serving;
mod source;
#[cfg(test)]
pub(crate) mod tests;
pub mod webmin;

pub use explain::{explain, list, nearest};
pub use reference::reference;
pub use source::source;

use serde::Serialize;

use crate::severity::Severity;

/// What an audit can find, and all there is to know about it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    code: &'static str,
    severities: &'static [Severity],
    meaning: &'static str,
    why: &'static str,
    fix: &'static str,
    example: Example,
    mended: Option<Example>,
}

impl Rule {
    /// Its stable name, `no-auth`.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The severities its findings can have, the usual one first; at least one.
    pub const fn severities(&self) -> &'static [Severity] {
        self.severities
    }

    /// The severity of a finding that is not told otherwise.
    pub const fn severity(&self) -> Severity {
        self.severities[0]
    }

    /// What it finds, one line.
    pub const fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// Why it matters.
    pub const fn why(&self) -> &'static str {
        self.why
    }

    /// What to do, where the finding itself does not say it more exactly.
    pub const fn fix(&self) -> &'static str {
        self.fix
    }

    /// The example as it is once a person has done what [`fix`](Self::fix) says; `None`: [`remedy`](crate::remedy) mends it, or
    /// files do not.
    pub const fn mended(&self) -> Option<&Example> {
        self.mended.as_ref()
    }

    /// A small example of it.
    pub const fn example(&self) -> &Example {
        &self.example
    }
}

/// What makes a rule find something.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Example {
    /// Files below `/etc` of a server that is otherwise correct.
    Etc(&'static [Sample]),
    /// Files of Webmin's configuration directory.
    Webmin(&'static [Sample]),
    /// An acceptance in the file of `--accept`.
    Accept(&'static str),
    /// Programs that a server with these files does not have: seen in its root directory (`--root`).
    Missing {
        /// Files below `/etc` of a server that is otherwise correct.
        files: &'static [Sample],
        /// The programs.
        programs: &'static [&'static str],
    },
    /// What calls in the lab show: it cannot be seen in files alone.
    Calls(&'static str),
}

/// A file of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Its path below the directory.
    pub path: &'static str,
    /// What is there.
    pub content: SampleContent,
    /// Permission bits, where they matter.
    pub mode: Option<u32>,
}

/// What is at the path of a [`Sample`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleContent {
    /// A file of this text.
    Text(&'static str),
    /// A link that leads there.
    Link(&'static str),
    /// Nothing.
    Missing,
}

const fn file(path: &'static str, text: &'static str) -> Sample {
    Sample { path, content: SampleContent::Text(text), mode: None }
}

const fn link(path: &'static str, target: &'static str) -> Sample {
    Sample { path, content: SampleContent::Link(target), mode: None }
}

const fn missing(path: &'static str) -> Sample {
    Sample { path, content: SampleContent::Missing, mode: None }
}

impl Sample {
    const fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }
}

/// A family: rules about one thing.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// What they are about.
    pub title: &'static str,
    /// The rules, in the order of the documentation.
    pub rules: &'static [&'static Rule],
}

/// Every family, in the order of a call.
pub static FAMILIES: &[Family] = &[
    Family { title: "Ports", rules: ports::ALL },
    Family { title: "Programs", rules: programs::ALL },
    Family { title: "mgetty.config", rules: mgetty::ALL },
    Family { title: "Caller ID", rules: caller_id::ALL },
    Family { title: "login.config", rules: login::ALL },
    Family { title: "Authentication", rules: auth::ALL },
    Family { title: "Accounts", rules: accounts::ALL },
    Family { title: "Addresses", rules: addresses::ALL },
    Family { title: "Whom callers reach", rules: reach::ALL },
    Family { title: "Options of pppd", rules: options::ALL },
    Family { title: "Options that do not go with a server", rules: serving::ALL },
    Family { title: "Files", rules: files::ALL },
    Family { title: "Webmin", rules: webmin::ALL },
    Family { title: "Calls in the lab", rules: calls::ALL },
    Family { title: "Accepted findings", rules: accepting::ALL },
];

/// Every rule, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.rules.iter().copied())
}

/// The rule of that code.
pub fn find(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code == code)
}

/// Makes the rules of a family, and their list `ALL`.
macro_rules! family {
    // Without one there is none.
    (@mended) => { None };
    (@mended $mended:expr) => { Some($mended) };
    ($($name:ident = $code:literal: $severities:expr;
       meaning $meaning:literal; why $why:literal; fix $fix:literal; example $example:expr $(=> $mended:expr)?;)+) => {
        $(
            #[doc = $meaning]
            pub static $name: $crate::registry::Rule = $crate::registry::Rule {
                code: $code,
                severities: &$severities,
                meaning: $meaning,
                why: $why,
                fix: $fix,
                example: $example,
                mended: family!(@mended $($mended)?),
            };
        )+

        /// Every rule of this family.
        pub(super) static ALL: &[&$crate::registry::Rule] = &[$(&$name),+];
    };
}
use family;
