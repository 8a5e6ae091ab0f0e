//! Users who can log in: their lines in passwd, shadow and group, added to those of the stack or of a given `/etc`.
//!
//! In go the three texts as they are and the users of the scenario; out come the texts with the users in them.
//! passwd(5), shadow(5), group(5); passwords by SHA-512 crypt with few rounds, which any Debian takes and nobody waits for.

use std::fmt::Write;

use sha_crypt::{Algorithm, CustomizedPasswordHasher, Params, ShaCrypt};

use offhook_scenario::User;

/// The first number of a user who is a person (login.defs, UID_MIN).
const FIRST: u32 = 1000;
/// And the last (UID_MAX).
const LAST: u32 = 60_000;
/// What is hashed with every password, so that the same password is the same line in every run.
const SALT: &[u8] = b"offhook";
/// The fewest rounds that crypt(5) allows.
const ROUNDS: u32 = Params::ROUNDS_MIN;
/// The day of a password's last change, in days since 1970: before any guest's today.
const CHANGED: u32 = 19_700;

/// The texts of the account files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// `/etc/passwd`.
    pub passwd: String,
    /// `/etc/shadow`.
    pub shadow: String,
    /// `/etc/group`.
    pub group: String,
}

/// A home directory and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Absolute path.
    pub path: String,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

impl Accounts {
    /// With `user` added, or changed if there is such a user.
    ///
    /// # Errors
    /// In words, if the password cannot be hashed.
    pub fn set(&mut self, user: &User) -> Result<(), String> {
        let hash = match &user.password {
            Some(password) => hashed(password).map_err(|error| format!("user {:?}: {error}", user.name))?,
            None => "*".to_owned(),
        };
        let shadow = format!("{}:{hash}:{CHANGED}:0:99999:7:::", user.name);
        let known = line_of(&self.passwd, &user.name).map(str::to_owned);
        let passwd = match &known {
            // Number, group, comment and home stay.
            Some(line) => {
                let mut fields: Vec<&str> = line.split(':').collect();
                fields.resize(7, "");
                fields[1] = "x";
                fields[6] = &user.shell;
                fields.join(":")
            }
            None => {
                let uid = self.free_number();
                let name = &user.name;
                if line_of(&self.group, name).is_none() {
                    let _ = writeln!(self.group, "{name}:x:{uid}:");
                }
                format!("{name}:x:{uid}:{uid}::/home/{name}:{}", user.shell)
            }
        };
        replaced(&mut self.passwd, &user.name, &passwd);
        replaced(&mut self.shadow, &user.name, &shadow);
        for group in &user.groups {
            self.join(group, &user.name);
        }
        Ok(())
    }

    /// Adds a member to a group; a group that is not there is made.
    fn join(&mut self, group: &str, member: &str) {
        let line = match line_of(&self.group, group) {
            Some(line) if line.rsplit(':').next().is_some_and(|all| all.split(',').any(|one| one == member)) => return,
            Some(line) if line.ends_with(':') => format!("{line}{member}"),
            Some(line) => format!("{line},{member}"),
            None => format!("{group}:x:{}:{member}", self.free_number()),
        };
        replaced(&mut self.group, group, &line);
    }

    /// The first number from [`FIRST`] that neither a user nor a group has.
    fn free_number(&self) -> u32 {
        let taken = |number: u32| {
            let has = |line: &str| line.split(':').nth(2) == Some(number.to_string().as_str());
            self.passwd.lines().chain(self.group.lines()).any(has)
        };
        (FIRST..LAST).find(|&number| !taken(number)).unwrap_or(LAST)
    }

    /// Home directories of persons, which a machine that they use has.
    pub fn homes(&self) -> Vec<Home> {
        let home = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let (uid, gid) = (fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?);
            let path = fields.get(5).filter(|path| path.starts_with("/home/") && !path.contains("/.."))?;
            (FIRST..=LAST).contains(&uid).then(|| Home { path: (*path).to_owned(), uid, gid })
        };
        self.passwd.lines().filter_map(home).collect()
    }
}

/// A shadow file for a passwd file that came without one: the lines of `shipped` for users it has, no password for the
/// others.
pub fn shadow_for(passwd: &str, shipped: &str) -> String {
    let names = passwd.lines().filter_map(|line| line.split_once(':').map(|(name, _)| name));
    let line = |name: &str| {
        line_of(shipped, name).map_or_else(|| format!("{name}:*:{CHANGED}:0:99999:7:::\n"), |line| format!("{line}\n"))
    };
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(line).collect()
}

fn hashed(password: &str) -> Result<String, String> {
    let parameters = Params::new(ROUNDS).map_err(|_| "the number of rounds is out of range".to_owned())?;
    let crypt = ShaCrypt::new(Algorithm::Sha512Crypt, parameters);
    crypt
        .hash_password_customized(password.as_bytes(), SALT, None, None, parameters)
        .map(|hash| hash.as_str().to_owned())
        .map_err(|error| format!("the password cannot be hashed: {error}"))
}

fn line_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find(|line| line.split_once(':').is_some_and(|(first, _)| first == name))
}

/// Puts `line` where the line of `name` is, or at the end.
fn replaced(text: &mut String, name: &str, line: &str) {
    let mut found = false;
    let mut new = String::new();
    for old in text.lines() {
        let this = !found && old.split_once(':').is_some_and(|(first, _)| first == name);
        found |= this;
        new.push_str(if this { line } else { old });
        new.push('\n');
    }
    if !found {
        new.push_str(line);
        new.push('\n');
    }
    *text = new;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn base() -> Accounts {
        Accounts {
            passwd: "root:x:0:0:root:/root:/bin/bash\n".into(),
            shadow: "root:*:19700:0:99999:7:::\n".into(),
            group: "root:x:0:\ndip:x:30:\n".into(),
        }
    }

    fn user(name: &str) -> User {
        User { name: name.into(), password: Some("secret".into()), shell: "/bin/bash".into(), groups: vec![] }
    }

    #[test]
    fn a_user_gets_a_line_in_each_file_and_a_home() {
        let mut accounts = base();
        accounts.set(&User { groups: vec!["dip".into(), "modem".into()], ..user("bob") }).unwrap();
        accounts.set(&User { groups: vec!["dip".into()], password: None, ..user("eve") }).unwrap();
        assert_eq!(
            accounts.passwd,
            "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/bash\neve:x:1002:1002::/home/eve:/bin/bash\n"
        );
        assert_eq!(accounts.group, "root:x:0:\ndip:x:30:bob,eve\nbob:x:1000:\nmodem:x:1001:bob\neve:x:1002:\n");
        assert!(accounts.shadow.contains("\nbob:$6$rounds=1000$"), "{}", accounts.shadow);
        assert!(accounts.shadow.contains("\neve:*:"), "{}", accounts.shadow);
        let homes: Vec<_> = accounts.homes().into_iter().map(|home| (home.path, home.uid)).collect();
        assert_eq!(homes, [("/home/bob".to_owned(), 1000), ("/home/eve".to_owned(), 1002)]);
    }

    #[test]
    fn a_password_is_hashed_as_crypt_does() {
        // What the C library's crypt(3) makes of the same salt and rounds.
        let expected = "$6$rounds=1000$jNaNcxqPf/$Rv464L3BOQQhcMbQN3ShTM/CPgYOiTc/9X9EAyjVvgzHCQRUJSoC7LCDeFDfqalTGRUGQzhBTp0d5TUy/gMIK/";
        assert_eq!(hashed("secret").unwrap(), expected);
    }

    #[test]
    fn a_user_who_is_there_keeps_number_and_home() {
        let mut accounts = base();
        accounts.set(&User { shell: "/usr/sbin/pppd".into(), ..user("root") }).unwrap();
        assert_eq!(accounts.passwd, "root:x:0:0:root:/root:/usr/sbin/pppd\n");
        assert_eq!(accounts.shadow.lines().count(), 1);
        assert_eq!(accounts.group, base().group);
    }

    #[test]
    fn a_passwd_without_shadow_gets_one_in_which_nobody_new_has_a_password() {
        let passwd = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(shadow_for(passwd, &base().shadow), "root:*:19700:0:99999:7:::\nann:*:19700:0:99999:7:::\n");
    }
}
