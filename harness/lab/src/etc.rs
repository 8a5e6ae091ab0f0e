//! What the packages' maintainer scripts would make, had they been run: accounts, PAM's common files, defaults.
//!
//! The source of each is named: the script's package, or the manual page of the tool it calls.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use offhook_base::guest::Special;

/// Files with their text.
pub(super) const FILES: &[(&str, &str)] = &[
    ("etc/hostname", "dialin\n"),
    ("etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\tdialin\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
    // libc-bin, without what an empty machine has no database for
    (
        "etc/nsswitch.conf",
        "passwd:\tfiles\ngroup:\tfiles\nshadow:\tfiles\ngshadow:\tfiles\nhosts:\tfiles dns\nnetworks:\tfiles\n\
         protocols:\tfiles\nservices:\tfiles\nethers:\tfiles\nrpc:\tfiles\n",
    ),
    // libpam-runtime: pam-auth-update with the one profile "unix"
    (
        "etc/pam.d/common-auth",
        "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\tpam_deny.so\n\
         auth\trequired\tpam_permit.so\n",
    ),
    (
        "etc/pam.d/common-account",
        "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so\naccount\trequisite\tpam_deny.so\n\
         account\trequired\tpam_permit.so\n",
    ),
    (
        "etc/pam.d/common-password",
        "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword\trequisite\tpam_deny.so\n\
         password\trequired\tpam_permit.so\n",
    ),
    ("etc/pam.d/common-session", SESSION),
    ("etc/pam.d/common-session-noninteractive", SESSION),
    // libpam-modules, and what the installer asks for: login complains of their absence
    ("etc/environment", ""),
    ("etc/default/locale", ""),
    // base-files, login
    ("etc/subuid", ""),
    ("etc/subgid", ""),
    ("var/log/wtmp", ""),
    ("var/log/btmp", ""),
    ("var/log/lastlog", ""),
    ("var/log/faillog", ""),
];

const SESSION: &str = "session\t[default=1]\tpam_permit.so\nsession\trequisite\tpam_deny.so\n\
    session\trequired\tpam_permit.so\nsession\trequired\tpam_unix.so\n";

/// Directories a Debian system has (base-files) and those a guest mounts over.
const DIRECTORIES: &[&str] = &[
    "dev",
    "etc/opt",
    "home",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "run/lock",
    "srv",
    "sys",
    "tmp",
    "var/log/mgetty",
    "var/mail",
    "var/opt",
    "var/spool/fax/incoming",
    "var/spool/fax/outgoing",
    "var/tmp",
];

/// Links, by place and target. `awk` is what mawk's script sets up through update-alternatives.
const LINKS: &[(&str, &str)] = &[
    ("usr/bin/awk", "mawk"),
    ("usr/bin/nawk", "mawk"),
    ("var/lock", "/run/lock"),
    ("var/run", "/run"),
    ("var/spool/mail", "../mail"),
];

/// Defaults that scripts copy from templates, if the packages hold them.
const TEMPLATES: &[(&str, &str)] = &[
    ("usr/share/mgetty/templates/etc/mgetty.config", "etc/mgetty/mgetty.config"),
    ("usr/share/mgetty/templates/etc/dialin.config", "etc/mgetty/dialin.config"),
    ("usr/share/mgetty/templates/etc/login.config", "etc/mgetty/login.config"),
    ("usr/share/ppp/pap-secrets", "etc/ppp/pap-secrets"),
    ("usr/share/ppp/chap-secrets", "etc/ppp/chap-secrets"),
    ("usr/share/base-files/profile", "etc/profile"),
    ("usr/share/base-files/motd", "etc/motd"),
    ("usr/share/base-files/dot.profile", "root/.profile"),
    ("usr/share/base-files/dot.bashrc", "root/.bashrc"),
];

/// Modes and groups that those files have on a Debian system and an ordinary user cannot give, or should not here.
const SPECIAL: &[(&str, u32, u32)] = &[
    ("etc/shadow", 42, 0o640),
    ("etc/gshadow", 42, 0o640),
    ("etc/mgetty/login.config", 0, 0o600),
    ("etc/ppp/pap-secrets", 0, 0o600),
    ("etc/ppp/chap-secrets", 0, 0o600),
    ("var/log/wtmp", 43, 0o664),
    ("var/log/btmp", 43, 0o660),
    ("var/log/lastlog", 43, 0o664),
    ("var/mail", 8, 0o2775),
    ("run/lock", 0, 0o1777),
];

/// Days from 1970 to the last change of a password, as shadow(5) wants it: any fixed day.
const PASSWORD_DAY: &str = "19700";

/// Makes all this under `root`, where the packages are unpacked. Returns what the files cannot carry.
pub(super) fn furnish(root: &Path) -> io::Result<Vec<Special>> {
    for dir in DIRECTORIES {
        fs::create_dir_all(root.join(dir))?;
    }
    for (path, target) in LINKS {
        let place = root.join(path);
        match place.symlink_metadata() {
            Ok(there) if there.is_dir() => fs::remove_dir_all(&place)?,
            Ok(_) => fs::remove_file(&place)?,
            Err(_) => {}
        }
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        symlink(target, place)?;
    }
    for (path, text) in FILES {
        write(root, path, text)?;
    }
    for (template, path) in TEMPLATES {
        if let Ok(text) = fs::read_to_string(root.join(template))
            && !root.join(path).exists()
        {
            write(root, path, &text.replace("-HOSTNAME-", "dialin"))?;
        }
    }
    accounts(root)?;
    let special =
        |(path, gid, mode): &(&str, u32, u32)| Special { path: (*path).to_owned(), uid: 0, gid: *gid, mode: *mode };
    Ok(SPECIAL.iter().map(special).collect())
}

/// The accounts of base-passwd's master files, with shadow passwords (passwd: `shadowconfig on`) that nobody knows.
fn accounts(root: &Path) -> io::Result<()> {
    let master = |name: &str| fs::read_to_string(root.join("usr/share/base-passwd").join(name));
    let (passwd, mut group) = (master("passwd.master")?, master("group.master")?);
    // util-linux or login make it where the master has it not
    if !group.lines().any(|line| line.starts_with("utmp:")) {
        group.push_str("utmp:*:43:\n");
    }
    let shadowed = |text: &str| -> String {
        let line = |line: &str| {
            let mut fields: Vec<&str> = line.split(':').collect();
            if let Some(password) = fields.get_mut(1) {
                *password = "x";
            }
            fields.join(":") + "\n"
        };
        text.lines().filter(|text| text.contains(':')).map(line).collect()
    };
    let each = |text: &str, rest: &str| -> String {
        let name = |line: &str| line.split_once(':').map(|(name, _)| format!("{name}:{rest}\n"));
        text.lines().filter_map(name).collect()
    };
    write(root, "etc/passwd", &shadowed(&passwd))?;
    write(root, "etc/group", &shadowed(&group))?;
    write(root, "etc/shadow", &each(&passwd, &format!("*:{PASSWORD_DAY}:0:99999:7:::")))?;
    write(root, "etc/gshadow", &each(&group, "*::"))
}

fn write(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let place = root.join(path);
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&place, text)?;
    fs::set_permissions(&place, fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn root() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let master = dir.path().join("usr/share/base-passwd");
        fs::create_dir_all(&master).unwrap();
        fs::write(
            master.join("passwd.master"),
            "root::0:0:root:/root:/bin/bash\nuucp:*:10:10:uucp:/var/spool/uucp:/bin/sh\n",
        )
        .unwrap();
        fs::write(master.join("group.master"), "root:*:0:\ndialout:*:20:\n").unwrap();
        dir
    }

    #[test]
    fn accounts_have_shadow_passwords_nobody_knows() {
        let dir = root();
        furnish(dir.path()).unwrap();
        let read = |path: &str| fs::read_to_string(dir.path().join(path)).unwrap();
        assert_eq!(read("etc/passwd"), "root:x:0:0:root:/root:/bin/bash\nuucp:x:10:10:uucp:/var/spool/uucp:/bin/sh\n");
        assert_eq!(read("etc/shadow"), "root:*:19700:0:99999:7:::\nuucp:*:19700:0:99999:7:::\n");
        assert_eq!(read("etc/group"), "root:x:0:\ndialout:x:20:\nutmp:x:43:\n");
        assert_eq!(read("etc/gshadow"), "root:*::\ndialout:*::\nutmp:*::\n");
    }

    #[test]
    fn shipped_configuration_is_not_replaced_by_a_template() {
        let dir = root();
        for (path, text) in [
            ("usr/share/mgetty/templates/etc/mgetty.config", "template"),
            ("usr/share/mgetty/templates/etc/login.config", "template"),
            ("etc/mgetty/mgetty.config", "shipped"),
            ("usr/share/ppp/pap-secrets", "*\t-HOSTNAME-\t\"\"\n"),
        ] {
            write(dir.path(), path, text).unwrap();
        }
        furnish(dir.path()).unwrap();
        let read = |path: &str| fs::read_to_string(dir.path().join(path)).unwrap();
        assert_eq!(read("etc/mgetty/mgetty.config"), "shipped");
        assert_eq!(read("etc/mgetty/login.config"), "template");
        assert_eq!(read("etc/ppp/pap-secrets"), "*\tdialin\t\"\"\n");
    }

    #[test]
    fn directories_that_became_links_are_replaced() {
        let dir = root();
        fs::create_dir_all(dir.path().join("var/run/x")).unwrap();
        let special = furnish(dir.path()).unwrap();
        assert_eq!(fs::read_link(dir.path().join("var/run")).unwrap(), Path::new("/run"));
        assert!(special.iter().any(|s| s.path == "etc/mgetty/login.config" && s.mode == 0o600));
    }
}
