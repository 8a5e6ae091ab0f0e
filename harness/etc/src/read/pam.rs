//! PAM's files, as far as they decide who gets in at the prompt and by PPP: pam_unix for `login` and for pppd's `ppp`.
//!
//! In go `/etc/pam.d` and a service's name; out come answers. Where a file is not among the files, Debian's own stands for
//! it: there an empty password needs `nullok`, which common-auth has, and an account without a Unix user is refused.

use crate::source::Tree;

/// The service of /bin/login.
pub const LOGIN: &str = "login";
/// The service of pppd.
pub const PPP: &str = "ppp";

/// Debian's files, as bookworm and trixie have them.
const DEBIAN: &[(&str, &str)] = &[
    (
        "common-auth",
        "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\n",
    ),
    (
        "common-account",
        "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\naccount requisite pam_deny.so\naccount required pam_permit.so\n",
    ),
    ("login", "auth requisite pam_nologin.so\n@include common-auth\n@include common-account\n"),
    ("ppp", "auth required pam_nologin.so\n@include common-auth\n@include common-account\n"),
];

/// How deep files may include one another.
const DEEPEST: usize = 8;

/// One line of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// `auth`, `account`, ...
    kind: String,
    /// `required`, or what stands between brackets.
    control: String,
    /// The module without its path.
    module: String,
    /// Its arguments.
    arguments: Vec<String>,
}

/// Whether pam_unix lets a user without a password in by that service.
pub fn empty_password(tree: &Tree, service: &str) -> bool {
    let lines = lines(tree, service, DEEPEST);
    let mut unix = lines.iter().filter(|line| line.kind == "auth" && line.module == "pam_unix.so");
    unix.any(|line| line.arguments.iter().any(|word| word == "nullok" || word == "nullok_secure"))
}

/// Whether the account phase of that service is passed by a name that no Unix user has. pppd takes pam_unix's own "user
/// unknown" for no objection; what denies behind it is one.
pub fn passes_unknown_user(tree: &Tree, service: &str) -> bool {
    for line in lines(tree, service, DEEPEST).iter().filter(|line| line.kind == "account") {
        match line.module.as_str() {
            "pam_deny.so" => return false,
            "pam_unix.so" if !line.control.contains("ignore") => return true,
            _ => {}
        }
    }
    true
}

fn lines(tree: &Tree, service: &str, deep: usize) -> Vec<Line> {
    let path = format!("/etc/pam.d/{service}");
    let own = tree.source(&path).map(|source| String::from_utf8_lossy(source.octets).into_owned());
    let debian = || DEBIAN.iter().find(|(name, _)| *name == service).map(|(_, text)| (*text).to_owned());
    let Some(text) = own.or_else(debian).filter(|_| deep > 0) else { return Vec::new() };
    let mut all = Vec::new();
    for line in text.replace("\\\n", " ").lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix("@include") {
            all.extend(lines(tree, name.trim(), deep - 1));
            continue;
        }
        let Some(read) = read(line) else { continue };
        if matches!(read.control.as_str(), "include" | "substack") {
            all.extend(lines(tree, &read.module, deep - 1).into_iter().filter(|line| line.kind == read.kind));
        } else {
            all.push(read);
        }
    }
    all
}

fn read(line: &str) -> Option<Line> {
    let (kind, rest) = line.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (control, rest) = match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => rest.split_once(char::is_whitespace)?,
    };
    let mut words = rest.split_whitespace();
    let module = words.next()?;
    Some(Line {
        // A leading hyphen: not logged if the module is missing.
        kind: kind.trim_start_matches('-').to_ascii_lowercase(),
        control: control.to_owned(),
        module: module.rsplit('/').next().unwrap_or(module).to_owned(),
        arguments: words.map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn an_empty_password_needs_nullok() {
        let login = |text: &str| empty_password(&tree(&[("pam.d/login", text)]), LOGIN);
        assert!(empty_password(&tree(&[]), LOGIN), "Debian's common-auth has it");
        assert!(!login("auth required pam_unix.so\n"));
        assert!(login("auth required /lib/security/pam_unix.so try_first_pass nullok\n"));
        assert!(login("@include common-auth\n"));
        assert!(login("auth substack common-auth\n"));
        let hardened =
            [("pam.d/common-auth", "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n")];
        assert!(!empty_password(&tree(&hardened), LOGIN));
    }

    #[test]
    fn a_name_without_a_unix_user_passes_only_where_nothing_denies_it() {
        let ppp = |text: &str| passes_unknown_user(&tree(&[("pam.d/ppp", text)]), PPP);
        assert!(!passes_unknown_user(&tree(&[]), PPP), "Debian's common-account ends in pam_deny");
        assert!(ppp("auth required pam_unix.so\naccount required pam_unix.so\n"));
        assert!(!ppp("@include common-account\n"));
        assert!(ppp("account required pam_permit.so\n"));
    }

    #[test]
    fn files_that_include_each_other_end() {
        let circle = [("pam.d/login", "@include a\n"), ("pam.d/a", "@include login\n@include a\n")];
        assert!(!empty_password(&tree(&circle), LOGIN));
    }
}
