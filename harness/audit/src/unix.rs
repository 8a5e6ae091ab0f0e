//! Unix passwords in the lab's copy of a server's files: calls need one that is known, and only hashes are there.
//!
//! In goes an [`Etc`]; out comes the same with one user's hash replaced. The server's own files are never written.

use offhook_etc::{Content, Etc};
use offhook_scenario::User;
use offhook_server::users::Accounts;

/// Gives a user that password, where the hash stands: in shadow, or in passwd itself.
pub(super) fn set_password(etc: &mut Etc, name: &str, password: &str) {
    let Some(hash) = hash(password) else { return };
    for path in ["/etc/shadow", "/etc/passwd"] {
        let Some(file) = etc.files.iter_mut().find(|file| file.path == path) else { continue };
        let Content::File(octets) = &mut file.content else { continue };
        let text = String::from_utf8_lossy(octets);
        let mut found = false;
        let lines = text.split('\n').map(|line| {
            let mut fields: Vec<&str> = line.split(':').collect();
            match fields.as_mut_slice() {
                // In passwd x says that shadow has it.
                [first, field, ..] if !found && *first == name && *field != "x" => {
                    found = true;
                    *field = &hash;
                    fields.join(":")
                }
                _ => line.to_owned(),
            }
        });
        let new = lines.collect::<Vec<_>>().join("\n");
        *octets = new.into_bytes();
        if found {
            return;
        }
    }
}

/// The hash of a password as crypt(3) has it.
fn hash(password: &str) -> Option<String> {
    let mut accounts = Accounts::default();
    let user =
        User { name: "x".to_owned(), password: Some(password.to_owned()), shell: String::new(), groups: Vec::new() };
    accounts.set(&user).ok()?;
    accounts.shadow.split(':').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use offhook_etc::RawFile;

    use super::*;

    #[test]
    fn only_that_user_s_hash_changes_wherever_it_stands() {
        let mut etc = Etc {
            files: vec![
                RawFile::text("passwd", "bob:x:1:1::/:/bin/sh\neve:$6$old:2:2::/:/bin/sh\n"),
                RawFile::text("shadow", "bob:$6$old:19700:0:9:7:::\nroot:*:1::::::\n"),
            ],
        };
        set_password(&mut etc, "bob", "x");
        set_password(&mut etc, "eve", "x");
        let (passwd, shadow) = (etc.text("/etc/passwd"), etc.text("/etc/shadow"));
        assert!(shadow.as_deref().is_some_and(|text| {
            text.starts_with("bob:$6$rounds=") && text.ends_with(":19700:0:9:7:::\nroot:*:1::::::\n")
        }));
        assert!(passwd.as_deref().is_some_and(|text| {
            text.starts_with("bob:x:1:1::/:/bin/sh\neve:$6$rounds=") && text.ends_with(":2:2::/:/bin/sh\n")
        }));
    }
}
