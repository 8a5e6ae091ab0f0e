//! How a statement or a finding is known: from the files alone, or by calls.

use serde::Serialize;

/// How something is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Known {
    /// The files say so, and no call looked.
    #[default]
    Predicted,
    /// Calls showed it.
    Shown {
        /// Which: `ttyS0-0 call 3`, in the evidence of that name the third call.
        calls: Vec<String>,
        /// What they showed.
        saw: String,
    },
    /// A call showed otherwise: what the files seemed to say does not hold.
    Refuted {
        /// Which calls.
        calls: Vec<String>,
        /// What they showed instead.
        saw: String,
        /// What the server's own programs said of it, if they said something.
        said: Option<String>,
    },
    /// No call could show it.
    NotTried {
        /// Why.
        why: String,
    },
}

impl Known {
    /// Not tried, for that reason.
    pub fn not_tried(why: impl Into<String>) -> Self {
        Self::NotTried { why: why.into() }
    }

    /// What calls showed, whether they agree or not.
    pub fn saw(&self) -> Option<&str> {
        match self {
            Self::Shown { saw, .. } | Self::Refuted { saw, .. } => Some(saw),
            Self::Predicted | Self::NotTried { .. } => None,
        }
    }

    /// Whether calls showed it.
    pub const fn is_shown(&self) -> bool {
        matches!(self, Self::Shown { .. })
    }

    /// Whether calls showed otherwise.
    pub const fn is_refuted(&self) -> bool {
        matches!(self, Self::Refuted { .. })
    }

    /// Of the same thing on several ports: what one call has shown is so; what is refuted is refuted everywhere.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        const fn rank(known: &Known) -> u8 {
            match known {
                Known::Shown { .. } => 3,
                Known::Predicted => 2,
                Known::NotTried { .. } => 1,
                Known::Refuted { .. } => 0,
            }
        }
        if rank(&other) > rank(&self) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn what_one_port_shows_is_so_and_what_is_refuted_is_refuted_on_all() {
        let shown = Known::Shown { calls: vec![], saw: "got in".to_owned() };
        let refuted = Known::Refuted { calls: vec![], saw: "kept out".to_owned(), said: None };
        assert_eq!(refuted.clone().or(shown.clone()), shown);
        assert_eq!(shown.clone().or(refuted.clone()), shown);
        assert_eq!(refuted.clone().or(Known::not_tried("no call")), Known::not_tried("no call"));
        assert_eq!(refuted.clone().or(refuted.clone()), refuted);
    }
}
