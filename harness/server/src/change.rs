//! Changes of a configuration in use, as the page makes them.
//!
//! In goes one [`Edit`] after the other; the [`Configuration`] is then as it is afterwards, and its files can be had again.
//! Nothing is written or started here. `apply` is no edit of files: whoever runs the server does it.

use std::path::Path;

use super::files::Configuration;
use offhook_etc::RawFile;
use offhook_scenario::{Account, AccountsFile, CallerIdRule, Edit, Port};

impl Configuration {
    /// The configuration after `edit`.
    ///
    /// # Errors
    /// In words, if there is not what is to be changed. Nothing has changed then.
    pub fn edit(&mut self, edit: &Edit) -> Result<(), String> {
        let page_word = !matches!(edit, Edit::User(_) | Edit::File(_) | Edit::DeleteFile(_) | Edit::Apply);
        if page_word && self.server.etc.is_some() {
            return Err("the server's /etc is taken as it is: change its files by `file` and `delete-file`".to_owned());
        }
        match edit {
            Edit::Port(port) => self.set_port(port),
            Edit::DeletePort(device) => self.delete_port(device)?,
            Edit::Ppp(ppp, auto_ppp) => {
                self.server.ppp = ppp.clone();
                self.server.auto_ppp = *auto_ppp;
                self.written("/etc/ppp/options");
                self.written("/etc/mgetty/login.config");
            }
            Edit::Account(account) => self.set_account(account),
            Edit::DeleteAccount(user) => self.delete_account(user)?,
            Edit::Rule(rule) => self.rules().push(rule.clone()),
            Edit::DeleteRule(place) => {
                let index = self.rule(*place)?;
                self.rules().remove(index);
            }
            Edit::MoveRule { place, up } => self.move_rule(*place, *up)?,
            Edit::User(user) => match self.server.users.iter_mut().find(|known| known.name == user.name) {
                Some(known) => known.clone_from(user),
                None => self.server.users.push(user.clone()),
            },
            Edit::File(file) => self.set_file(file),
            Edit::DeleteFile(path) => {
                self.server.files.retain(|file| file.path != *path);
                self.deleted.insert(path.clone());
            }
            Edit::Apply => {}
        }
        Ok(())
    }

    /// A new port gets the page's next id: one more than the largest in the file. A port that is there keeps its own.
    fn set_port(&mut self, port: &Port) {
        if let Some(ppp) = &port.ppp {
            self.port_options.insert(port.device.clone(), ppp.clone());
            self.written(&super::page::port_options_path(&port.device));
        }
        self.written("/etc/inittab");
        match self.server.ports.iter_mut().find(|known| known.device == port.device) {
            Some(known) => known.clone_from(port),
            None => {
                let id = self.ids.values().max().map_or(1, |last| last + 1);
                self.ids.insert(port.device.clone(), id);
                self.server.ports.push(port.clone());
            }
        }
    }

    /// Only the line goes: the page leaves the port's options file where it is.
    fn delete_port(&mut self, device: &str) -> Result<(), String> {
        if self.ids.remove(device).is_none() {
            return Err(format!("there is no port {device} to delete"));
        }
        self.server.ports.retain(|port| port.device != device);
        Ok(())
    }

    fn set_account(&mut self, account: &Account) {
        if account.file != AccountsFile::Chap {
            self.written("/etc/ppp/pap-secrets");
        }
        if account.file != AccountsFile::Pap {
            self.written("/etc/ppp/chap-secrets");
        }
        match self.server.accounts.iter_mut().find(|known| known.user == account.user) {
            Some(known) => known.clone_from(account),
            None => self.server.accounts.push(account.clone()),
        }
    }

    fn delete_account(&mut self, user: &str) -> Result<(), String> {
        let before = self.server.accounts.len();
        self.server.accounts.retain(|account| account.user != user);
        if self.server.accounts.len() == before {
            Err(format!("there is no account {user:?} to delete"))
        } else {
            Ok(())
        }
    }

    fn rules(&mut self) -> &mut Vec<CallerIdRule> {
        self.written("/etc/mgetty/dialin.config");
        self.server.caller_id.get_or_insert_default()
    }

    /// The index of the rule at that place.
    fn rule(&mut self, place: u32) -> Result<usize, String> {
        let count = self.server.caller_id.as_ref().map_or(0, Vec::len);
        match usize::try_from(place).unwrap_or(usize::MAX).checked_sub(1) {
            Some(index) if index < count => Ok(index),
            _ => Err(format!("there is no caller-ID rule {place}: there are {count}")),
        }
    }

    fn move_rule(&mut self, place: u32, up: bool) -> Result<(), String> {
        let index = self.rule(place)?;
        let rules = self.rules();
        let other = if up { index.checked_sub(1) } else { Some(index + 1).filter(|&next| next < rules.len()) };
        match other {
            Some(other) => rules.swap(index, other),
            // The page does not show the arrow.
            None => return Err(format!("rule {place} is the {} and stays so", if up { "first" } else { "last" })),
        }
        Ok(())
    }

    fn set_file(&mut self, file: &RawFile) {
        self.deleted.remove(&file.path);
        match self.server.files.iter_mut().find(|known| known.path == file.path) {
            Some(known) => known.clone_from(file),
            None => self.server.files.push(file.clone()),
        }
    }

    /// A file that was deleted is there again when the page writes it.
    fn written(&mut self, path: &str) {
        self.deleted.remove(path);
    }
}

/// What a change does to the file system: files that are new or other than before, and paths that are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// To be written.
    pub written: Vec<RawFile>,
    /// To be removed.
    pub removed: Vec<String>,
}

impl Difference {
    /// From the files as they were to the files as they are, both in the order of their paths.
    pub fn between(before: &[RawFile], after: &[RawFile]) -> Self {
        let written = after.iter().filter(|file| !before.contains(file)).cloned().collect();
        let gone = |file: &&RawFile| !after.iter().any(|left| left.path == file.path);
        Self { written, removed: before.iter().filter(gone).map(|file| file.path.clone()).collect() }
    }
}

/// Whether `delete-file` has something to delete.
///
/// # Errors
/// In words, if not.
pub fn deletable(path: &str, root: &Path) -> Result<(), String> {
    match root.join(path.trim_start_matches('/')).symlink_metadata() {
        Ok(about) if about.is_dir() => Err(format!("{path} is a directory: delete-file takes files")),
        Ok(_) => Ok(()),
        Err(_) => Err(format!("there is no file {path} to delete")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use offhook_etc::{Content, Etc};
    use offhook_scenario::{Ppp, Server};

    fn configuration() -> Configuration {
        let ports = vec![Port { ppp: Some(Ppp::default()), ..Port::new("ttyS0") }, Port::new("ttyS1")];
        let rule = |number: &str| CallerIdRule { allow: true, number: number.into() };
        let caller_id = Some(vec![rule("1"), rule("2"), rule("3")]);
        Configuration::new(Server { ports, caller_id, ..Server::default() }, None)
    }

    fn text(configuration: &Configuration, path: &str) -> Option<String> {
        let files = configuration.files().unwrap();
        let file = files.into_iter().find(|file| file.path == path)?;
        match file.content {
            Content::File(octets) => String::from_utf8(octets).ok(),
            Content::Link(_) => None,
        }
    }

    fn lines(configuration: &Configuration) -> Vec<String> {
        text(configuration, "/etc/inittab").unwrap().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn a_port_that_goes_changes_no_others_id_and_leaves_its_options() {
        let mut configuration = configuration();
        configuration.edit(&Edit::DeletePort("ttyS0".into())).unwrap();
        assert_eq!(lines(&configuration), ["2:2345:respawn:/sbin/mgetty -D ttyS1"]);
        assert_eq!(text(&configuration, "/etc/ppp/options.ttyS0").as_deref(), Some(""));
        configuration.edit(&Edit::Port(Port::new("ttyS2"))).unwrap();
        configuration.edit(&Edit::Port(Port { answer_after: 3, ..Port::new("ttyS1") })).unwrap();
        assert_eq!(
            lines(&configuration),
            ["2:2345:respawn:/sbin/mgetty -n 3 -D ttyS1", "3:2345:respawn:/sbin/mgetty -D ttyS2"]
        );
        let error = configuration.edit(&Edit::DeletePort("ttyS0".into())).unwrap_err();
        assert_eq!(error, "there is no port ttyS0 to delete");
    }

    #[test]
    fn rules_are_added_moved_and_deleted_by_their_place() {
        let mut configuration = configuration();
        let dialin = |configuration: &Configuration| text(configuration, "/etc/mgetty/dialin.config").unwrap();
        configuration.edit(&Edit::Rule(CallerIdRule { allow: false, number: "all".into() })).unwrap();
        configuration.edit(&Edit::MoveRule { place: 4, up: true }).unwrap();
        configuration.edit(&Edit::MoveRule { place: 1, up: false }).unwrap();
        assert_eq!(dialin(&configuration), "2\n1\n!all\n3\n");
        configuration.edit(&Edit::DeleteRule(2)).unwrap();
        assert_eq!(dialin(&configuration), "2\n!all\n3\n");
        for (edit, error) in [
            (Edit::MoveRule { place: 1, up: true }, "rule 1 is the first and stays so"),
            (Edit::MoveRule { place: 3, up: false }, "rule 3 is the last and stays so"),
            (Edit::DeleteRule(0), "there is no caller-ID rule 0: there are 3"),
            (Edit::DeleteRule(4), "there is no caller-ID rule 4: there are 3"),
        ] {
            assert_eq!(configuration.edit(&edit).unwrap_err(), error);
        }
    }

    #[test]
    fn an_account_is_added_changed_in_its_place_and_deleted() {
        let account = |user: &str, password: &str| Account {
            file: AccountsFile::Pap,
            user: user.into(),
            password: password.into(),
            server: "*".into(),
            addresses: vec![],
        };
        let mut configuration = configuration();
        for edit in [account("a", "1"), account("b", "2"), account("a", "3")].map(Edit::Account) {
            configuration.edit(&edit).unwrap();
        }
        assert_eq!(text(&configuration, "/etc/ppp/pap-secrets").unwrap(), "a  \"*\"  3\nb  \"*\"  2\n");
        configuration.edit(&Edit::DeleteAccount("a".into())).unwrap();
        assert_eq!(text(&configuration, "/etc/ppp/pap-secrets").unwrap(), "b  \"*\"  2\n");
        assert!(configuration.edit(&Edit::DeleteAccount("a".into())).is_err());
    }

    #[test]
    fn a_deleted_file_stays_away_until_it_is_written_again() {
        let mut configuration = configuration();
        configuration.edit(&Edit::DeleteFile("/etc/ppp/options".into())).unwrap();
        assert_eq!(text(&configuration, "/etc/ppp/options"), None);
        configuration.edit(&Edit::Ppp(Ppp { lock: true, ..Ppp::default() }, Default::default())).unwrap();
        assert_eq!(text(&configuration, "/etc/ppp/options").as_deref(), Some("lock\n"));
    }

    #[test]
    fn only_what_changed_is_written() {
        let mut configuration = configuration();
        let before = configuration.files().unwrap();
        configuration.edit(&Edit::Port(Port::new("ttyS2"))).unwrap();
        configuration.edit(&Edit::DeleteFile("/etc/mgetty/dialin.config".into())).unwrap();
        let difference = Difference::between(&before, &configuration.files().unwrap());
        let written: Vec<_> = difference.written.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((written, difference.removed), (vec!["/etc/inittab"], vec!["/etc/mgetty/dialin.config".to_owned()]));
    }

    #[test]
    fn a_given_etc_is_changed_by_files_alone() {
        let mut configuration = Configuration::new(Server { etc: Some(Etc::default()), ..Server::default() }, None);
        assert!(configuration.edit(&Edit::DeletePort("ttyS0".into())).unwrap_err().contains("`file`"));
        configuration.edit(&Edit::Apply).unwrap();
    }
}
