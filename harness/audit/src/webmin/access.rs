//! What one user of Webmin may do in its PPP Dialin Server module: the module's defaults, overridden by the user's file
//! (web-lib-funcs.pl, `get_module_acl`; pap/defaultacl).
//!
//! In goes the text of `pap/USER.acl`, or none; out comes an [`Access`].

use serde::Serialize;

/// So many of the rights are pages.
const PAGES: usize = 4;

/// What a user may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Access {
    /// Serial Port Configuration.
    pub ports: bool,
    /// PPP Options.
    pub options: bool,
    /// Caller ID Access.
    pub caller_id: bool,
    /// PPP Accounts.
    pub accounts: bool,
    /// User Synchronization, on the page of the accounts.
    pub sync: bool,
    /// The module's own configuration.
    pub config: bool,
    /// "Go direct to one page" is set.
    pub direct: bool,
}

impl Access {
    /// What the module gives to whom no file says otherwise: everything.
    pub const EVERYTHING: Self =
        Self { ports: true, options: true, caller_id: true, accounts: true, sync: true, config: true, direct: false };

    /// What a file says; of what it does not say, the module's defaults hold.
    pub fn of(text: Option<&str>) -> Self {
        let mut access = Self::EVERYTHING;
        let mut safe = false;
        for line in text.unwrap_or_default().lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = !matches!(value.trim(), "" | "0");
            match key.trim() {
                "mgetty" => access.ports = value,
                "options" => access.options = value,
                "dialin" => access.caller_id = value,
                "secrets" => access.accounts = value,
                "sync" => access.sync = value,
                "direct" => access.direct = value,
                "noconfig" => access.config = !value,
                "_safe" => safe = value,
                _ => {}
            }
        }
        // "Safe settings only": the module has no list of these, so this is all that it does.
        access.config &= !safe;
        access
    }

    /// Every right, under the module's name for it, and whether the user has it: the pages first.
    pub const fn rights(&self) -> [(&'static str, bool); 6] {
        [
            ("Serial Port Configuration", self.ports),
            ("PPP Options", self.options),
            ("Caller ID Access", self.caller_id),
            ("PPP Accounts", self.accounts),
            ("User Synchronization", self.sync),
            ("the module's configuration", self.config),
        ]
    }

    /// The names of the pages that may be opened.
    pub fn pages(&self) -> Vec<&'static str> {
        self.rights().into_iter().take(PAGES).filter(|(_, may)| *may).map(|(page, _)| page).collect()
    }

    /// The page that the module opens at once; `None`: its menu. It needs exactly one.
    pub fn opens(&self) -> Option<&'static str> {
        match self.pages().as_slice() {
            [page] if self.direct => Some(page),
            _ => None,
        }
    }

    /// Whether anything is kept from the user. The module's configuration alone is not: it opens everything else.
    pub fn is_restricted(&self) -> bool {
        self.pages().len() < PAGES || !self.sync
    }
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn a_key_that_is_not_there_has_the_module_s_default() {
        assert_eq!(Access::of(None), Access::EVERYTHING);
        assert_eq!(Access::of(Some("mgetty=\n")), Access { ports: false, ..Access::EVERYTHING });
        assert!(!Access::of(Some("_safe=1\n")).config);
    }

    #[test]
    fn going_direct_needs_exactly_one_page() {
        let one = "mgetty=\noptions=0\ndialin=\nsecrets=1\ndirect=1\n";
        assert_eq!(Access::of(Some(one)).opens(), Some("PPP Accounts"));
        assert_eq!(Access::of(Some("direct=1\n")).opens(), None);
        assert_eq!(Access::of(Some("mgetty=\noptions=0\ndialin=\nsecrets=1\n")).opens(), None);
    }
}
