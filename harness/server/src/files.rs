//! The configuration as files: which there are, with what in them, as the scenario has it at this moment.
//!
//! In goes a [`Server`] and what the stack ships; out come [`RawFile`]s in the order of their paths. A server that is
//! stated in the page's words gets the page's files ([`page`]); one with an `/etc` of its own gets that and nothing else;
//! users and single files come on top of either. What changes while the server runs is in [`change`](super::change).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use super::own;
use super::page;
use super::users::{Accounts, Home, shadow_for};
use offhook_etc::{Content, Etc, RawFile};
use offhook_scenario::{AccountsFile, Edit, Ppp, Scenario, Server};

/// Group `shadow` of base-passwd.
const SHADOW: u32 = 42;
/// The account files, in the order of [`Accounts`]' members.
const PASSWD: &str = "/etc/passwd";
const SHADOW_FILE: &str = "/etc/shadow";
const GROUP: &str = "/etc/group";

/// What of the stack's `/etc` goes before a given one is laid over it: all that configures a dial-in server, so that only
/// the given tree counts. The rest (PAM, name service, login.defs) stays unless the tree has it.
pub const REPLACED_BY_ETC: &[&str] = &["/etc/inittab", "/etc/inittab.d", "/etc/mgetty", "/etc/ppp"];

/// A server's configuration while it is in use.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub(super) server: Server,
    /// inittab's ids, by device: they stay what they are when other ports come and go.
    pub(super) ids: BTreeMap<String, u32>,
    /// Options of single ports, by device: they stay when their port goes.
    pub(super) port_options: BTreeMap<String, Ppp>,
    /// Files that are not to be there.
    pub(super) deleted: BTreeSet<String>,
    /// The stack's accounts; `None` if nobody looks at them.
    shipped: Option<Accounts>,
}

/// Whether the scenario is about users: then the guest sees to owners and modes that a stack's files cannot carry.
pub fn has_users(scenario: &Scenario) -> bool {
    let account_file = |file: &RawFile| [PASSWD, SHADOW_FILE, GROUP].contains(&file.path.as_str());
    let server = &scenario.server;
    let stated = server.etc.is_some() || !server.users.is_empty() || server.files.iter().any(account_file);
    stated
        || scenario.changes().flat_map(|change| &change.edits).any(|edit| match edit {
            Edit::User(_) => true,
            Edit::File(file) => account_file(file),
            _ => false,
        })
}

/// The stack's accounts, read below `root`.
pub fn shipped(root: &Path) -> io::Result<Accounts> {
    let read = |path: &str| fs::read_to_string(root.join(path.trim_start_matches('/')));
    Ok(Accounts { passwd: read(PASSWD)?, shadow: read(SHADOW_FILE)?, group: read(GROUP)? })
}

impl Configuration {
    /// That of `server`; `shipped` are the stack's accounts if the scenario is about users.
    pub fn new(server: Server, shipped: Option<Accounts>) -> Self {
        let ids = (1..).zip(&server.ports).map(|(id, port)| (port.device.clone(), id)).collect();
        let options = |port: &offhook_scenario::Port| Some((port.device.clone(), port.ppp.clone()?));
        let port_options = server.ports.iter().filter_map(options).collect();
        Self { server, ids, port_options, deleted: BTreeSet::new(), shipped }
    }

    /// Every file, in the order of their paths.
    ///
    /// # Errors
    /// In words, if a user's password cannot be hashed.
    pub fn files(&self) -> Result<Vec<RawFile>, String> {
        let mut files = BTreeMap::new();
        let mut put = |file: RawFile| drop(files.insert(file.path.clone(), file));
        match &self.server.etc {
            Some(etc) => etc.files.iter().cloned().for_each(&mut put),
            None => self.page_files().into_iter().for_each(&mut put),
        }
        if let Some(shipped) = &self.shipped {
            let own = self.server.files.iter().find(|file| file.path == PASSWD);
            let accounts = self.accounts(&files, own, shipped)?;
            // The account files of a stack serve as they are unless somebody is added or they come from elsewhere.
            if !self.server.users.is_empty() || files.contains_key(PASSWD) || own.is_some() {
                for (path, mode, gid, text) in [
                    (PASSWD, 0o644, 0, &accounts.passwd),
                    (SHADOW_FILE, 0o640, SHADOW, &accounts.shadow),
                    (GROUP, 0o644, 0, &accounts.group),
                ] {
                    let file = RawFile { gid, ..text_file(path, mode, text.clone()) };
                    files.insert(path.to_owned(), file);
                }
            }
        }
        for file in self.server.own.iter().flat_map(own::files) {
            files.insert(file.path.clone(), file);
        }
        for file in &self.server.files {
            files.insert(file.path.clone(), file.clone());
        }
        files.retain(|path, _| !self.deleted.contains(path));
        Ok(files.into_values().collect())
    }

    /// The stack's accounts or those of a given `/etc`, with the scenario's users.
    fn accounts(
        &self,
        files: &BTreeMap<String, RawFile>,
        own: Option<&RawFile>,
        shipped: &Accounts,
    ) -> Result<Accounts, String> {
        let text = |path: &str| match files.get(path).map(|file| &file.content) {
            Some(Content::File(octets)) => Some(String::from_utf8_lossy(octets).into_owned()),
            _ => None,
        };
        let own = own.and_then(|file| match &file.content {
            Content::File(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
            Content::Link(_) => None,
        });
        let passwd = own.or_else(|| text(PASSWD));
        let shadow = text(SHADOW_FILE).unwrap_or_else(|| match &passwd {
            // Who copies an /etc as an ordinary user has no shadow file in it.
            Some(passwd) => shadow_for(passwd, &shipped.shadow),
            None => shipped.shadow.clone(),
        });
        let group = text(GROUP).unwrap_or_else(|| shipped.group.clone());
        let mut accounts = Accounts { passwd: passwd.unwrap_or_else(|| shipped.passwd.clone()), shadow, group };
        for user in &self.server.users {
            accounts.set(user)?;
        }
        Ok(accounts)
    }

    /// The home directories there have to be.
    pub fn homes(files: &[RawFile]) -> Vec<Home> {
        let passwd = files.iter().find(|file| file.path == PASSWD).and_then(|file| match &file.content {
            Content::File(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
            Content::Link(_) => None,
        });
        passwd.map_or_else(Vec::new, |passwd| Accounts { passwd, ..Accounts::default() }.homes())
    }

    /// What the page's words mean.
    fn page_files(&self) -> Vec<RawFile> {
        let server = &self.server;
        let ports = server.ports.iter().filter_map(|port| Some((*self.ids.get(&port.device)?, port)));
        let accounts = |other: AccountsFile| server.accounts.iter().filter(move |account| account.file != other);
        let mut files = vec![
            text_file("/etc/inittab", 0o644, page::inittab(ports)),
            // Debian's own defaults, without its comments.
            text_file(
                "/etc/mgetty/mgetty.config",
                0o644,
                "debug 4\nspeed 38400\nissue-file /etc/issue.mgetty\n".to_owned(),
            ),
            // mgetty ignores this one unless it belongs to root and nobody else may even read it.
            text_file("/etc/mgetty/login.config", 0o600, page::login_config(server.auto_ppp)),
            text_file("/etc/ppp/options", 0o644, page::options(&server.ppp)),
            // Both replace what Debian ships, which lets anybody in who has a Unix password.
            text_file("/etc/ppp/pap-secrets", 0o600, page::secrets(accounts(AccountsFile::Chap))),
            text_file("/etc/ppp/chap-secrets", 0o600, page::secrets(accounts(AccountsFile::Pap))),
        ];
        if let Some(rules) = &server.caller_id {
            files.push(text_file("/etc/mgetty/dialin.config", 0o600, page::dialin(rules)));
        }
        for (device, ppp) in &self.port_options {
            files.push(text_file(&page::port_options_path(device), 0o644, page::options(ppp)));
        }
        files
    }
}

/// The files below `/etc` as a tree, to be read as init reads it.
pub fn as_etc(files: &[RawFile]) -> Etc {
    Etc { files: files.iter().filter(|file| file.path.starts_with("/etc/")).cloned().collect() }
}

fn text_file(path: &str, mode: u32, text: String) -> RawFile {
    RawFile { path: path.to_owned(), mode, uid: 0, gid: 0, content: Content::File(text.into_bytes()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;
    use offhook_scenario::{Account, Port, User};

    fn text_of<'a>(files: &'a [RawFile], path: &str) -> &'a str {
        match files.iter().find(|file| file.path == path).map(|file| &file.content) {
            Some(Content::File(octets)) => std::str::from_utf8(octets).unwrap(),
            _ => "no file",
        }
    }

    fn of(server: Server) -> Vec<RawFile> {
        Configuration::new(server, None).files().unwrap()
    }

    fn stack() -> Option<Accounts> {
        Some(Accounts {
            passwd: "root:x:0:0::/root:/bin/bash\n".into(),
            shadow: "root:*:1::::::\n".into(),
            group: "root:x:0:\n".into(),
        })
    }

    #[test]
    fn a_port_with_its_own_options_gets_the_file_pppd_looks_for() {
        let ppp =
            Ppp { remote: Some(Ipv4Addr::new(10, 0, 0, 9)), idle: Some(Duration::from_secs(60)), ..Ppp::default() };
        let files = of(Server { ports: vec![Port { ppp: Some(ppp), ..Port::new("ttyS0") }], ..Server::default() });
        assert_eq!(text_of(&files, "/etc/ppp/options.ttyS0"), ":10.0.0.9\nidle 60\n");
    }

    #[test]
    fn an_account_stands_in_the_file_it_is_for() {
        let account = |user: &str, file| Account {
            file,
            user: user.into(),
            password: "secret".into(),
            server: "*".into(),
            addresses: vec!["*".into()],
        };
        let accounts =
            vec![account("a", AccountsFile::Pap), account("b", AccountsFile::Chap), account("c", AccountsFile::Both)];
        let files = of(Server { accounts, ..Server::default() });
        assert_eq!(text_of(&files, "/etc/ppp/pap-secrets"), "a  \"*\"  secret  \"*\"\nc  \"*\"  secret  \"*\"\n");
        assert_eq!(text_of(&files, "/etc/ppp/chap-secrets"), "b  \"*\"  secret  \"*\"\nc  \"*\"  secret  \"*\"\n");
    }

    #[test]
    fn login_config_has_the_mode_mgetty_demands() {
        let files = of(Server::default());
        let login = files.iter().find(|file| file.path.ends_with("login.config")).map(|file| file.mode);
        assert_eq!(login, Some(0o600));
    }

    #[test]
    fn with_an_etc_nothing_is_written_of_the_pages_words() {
        let etc = Etc { files: vec![text_file("/etc/inittab", 0o644, "tree\n".into())] };
        let files = vec![text_file("/run/lock/LCK..ttyS0", 0o644, "1\n".into())];
        let server = Server { ports: vec![Port::new("ttyS0")], etc: Some(etc), files, ..Server::default() };
        let files = Configuration::new(server, stack()).files().unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["/etc/inittab", "/run/lock/LCK..ttyS0"]);
    }

    #[test]
    fn users_join_a_given_passwd_and_its_missing_shadow_is_made() {
        let passwd = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
        let etc = Etc { files: vec![text_file(PASSWD, 0o644, passwd.into())] };
        let bob = User { name: "bob".into(), password: None, shell: "/bin/sh".into(), groups: vec![] };
        let server = Server { etc: Some(etc), users: vec![bob], ..Server::default() };
        let files = Configuration::new(server, stack()).files().unwrap();
        assert_eq!(text_of(&files, PASSWD), format!("{passwd}bob:x:1001:1001::/home/bob:/bin/sh\n"));
        assert!(text_of(&files, SHADOW_FILE).starts_with("root:*:1::::::\nann:*:"));
        let homes: Vec<String> = Configuration::homes(&files).into_iter().map(|home| home.path).collect();
        assert_eq!(homes, ["/home/ann", "/home/bob"]);
    }

    #[test]
    fn a_single_file_stands_above_all_others() {
        let files = vec![text_file("/etc/ppp/options", 0o600, "debug\n".into())];
        let files = of(Server { files, ..Server::default() });
        assert_eq!(text_of(&files, "/etc/ppp/options"), "debug\n");
    }
}
