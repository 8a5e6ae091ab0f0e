//! The programs of an audited server: with its root directory they are looked for, called in the lab, and nothing else of that
//! root is open to them; where a stack is called in their place, what the files name besides is taken along.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[path = "common/attacker.rs"]
mod attacker;
#[path = "common/mod.rs"]
mod common;

use common::{offhook, root, said};
use tempfile::TempDir;

/// A server's root directory: the programs of the stack bookworm, as its own, and the `/etc` of a server with nothing wrong.
struct Server(TempDir);

impl Server {
    fn new() -> Self {
        let server = Self(tempfile::tempdir().unwrap());
        let lab = offhook_lab::ensure(&["bookworm".to_owned()], &offhook_lab::Progress::for_stderr()).unwrap();
        fs::create_dir(server.path("usr")).unwrap();
        let copied = |from: PathBuf, to: &str| {
            let done = Command::new("cp").arg("-a").arg(from).arg(server.path(to)).status().unwrap();
            assert!(done.success(), "{to}");
        };
        for name in ["bin", "sbin", "lib", "lib64"] {
            copied(lab.stacks["bookworm"].root.join("usr").join(name), "usr");
            symlink(format!("usr/{name}"), server.path(name)).unwrap();
        }
        copied(root().join("tests/audit/pap-inittab/etc"), "etc");
        for private in ["etc/ppp/pap-secrets", "etc/ppp/chap-secrets", "etc/mgetty/login.config", "etc/shadow"] {
            if server.path(private).exists() {
                server.set_mode(private, 0o600);
            }
        }
        server
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn set_mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn program(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
        self.set_mode(path, 0o755);
    }

    /// A file of its `/etc` with other words.
    fn changed(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.path(path), text.replace(from, to)).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    /// What an audit of it says.
    fn audited(&self, more: &[&str]) -> String {
        printed(&offhook().args(["audit", "--root"]).arg(self.0.path()).args(more).output().unwrap())
    }

    fn name(&self) -> String {
        self.0.path().display().to_string()
    }
}

/// What a program printed, without line ends and what follows them: text is broken where the screen ends.
fn printed(output: &Output) -> String {
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn the_servers_own_programs_are_called_and_what_they_are_is_told() {
    let server = Server::new();
    // A program that no stack has, in front of the one that answers.
    fs::rename(server.path("usr/sbin/mgetty"), server.path("usr/sbin/mgetty.real")).unwrap();
    server
        .program("usr/sbin/mgetty", "#!/bin/sh\necho own >> /var/log/mgetty/own\nexec /usr/sbin/mgetty.real \"$@\"\n");
    let out = tempfile::tempdir().unwrap();
    let json = out.path().join("audit.json");
    let evidence = out.path().join("evidence");
    let text = server.audited(&["--json", json.to_str().unwrap(), "--out", evidence.to_str().unwrap()]);
    let called = format!("called on the programs of {} themselves, read-only", server.name());
    says(&text, &["PAP: anna, bert", "shown by calls", "installed: ppp 2.4.9", &called]);
    assert!(fs::read_to_string(evidence.join("ttyS0-0/server/log/own")).unwrap().starts_with("own\n"), "{text}");
    let audit: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(audit["own_programs"], true);
    assert_eq!(audit["installed"], serde_json::json!([{ "name": "ppp", "version": "2.4.9", "architecture": null }]));
    assert_eq!(audit["fingerprint"]["packages"], serde_json::json!(["ppp 2.4.9"]));
}

#[test]
fn what_the_server_does_not_have_is_missing_in_the_calls_as_well() {
    let server = Server::new();
    server.remove("usr/sbin/pppd");
    let text = server.audited(&[]);
    says(
        &text,
        &[
            "nobody gets PPP",
            "nobody gets in by PPP: /usr/sbin/pppd does not exist [ppp-program-missing]",
            "shown: on ttyS0 a caller got no PPP: mgetty said \"cannot execute '/usr/sbin/pppd'",
        ],
    );
    // A stack has one: its calls would show something else.
    let text = server.audited(&["--stack", "bookworm"]);
    says(&text, &["not tried: callers by PPP: /usr/sbin/pppd does not exist"]);
    server.remove("usr/sbin/mgetty");
    let text = server.audited(&[]);
    says(&text, &["ttyS0 nobody is answered: /sbin/mgetty does not exist", "[program-missing]"]);
    assert!(!text.contains("answers after") && !text.contains("pppd"), "{text}");
}

#[test]
fn programs_that_are_not_for_this_machine_or_lack_something_are_not_run_and_a_stack_is() {
    let server = Server::new();
    let pppd = fs::read(server.path("usr/sbin/pppd")).unwrap();
    let mut foreign = pppd.clone();
    // e_machine of elf(5): EM_AARCH64.
    foreign[18] = 183;
    server.program("usr/sbin/pppd", foreign);
    let text = server.audited(&[]);
    says(
        &text,
        &[
            "called on bookworm (pppd 2.4.9)",
            "the server's own programs were not run: /usr/sbin/pppd is for 64-bit ARM, and the lab is an x86-64 machine",
            "shown by calls",
        ],
    );
    server.program("usr/sbin/pppd", pppd);
    for library in fs::read_dir(server.path("usr/lib/x86_64-linux-gnu")).unwrap() {
        let library = library.unwrap();
        if library.file_name().to_str().unwrap().starts_with("libpcap.so") {
            fs::remove_file(library.path()).unwrap();
        }
    }
    says(&server.audited(&[]), &["were not run: /usr/sbin/pppd needs libpcap.so.0.8, which is not there"]);
}

#[test]
fn a_stack_that_is_named_is_called_with_what_the_files_name_besides() {
    let server = Server::new();
    fs::rename(server.path("usr/sbin/mgetty"), server.path("usr/sbin/mg")).unwrap();
    fs::create_dir_all(server.path("opt/sbin")).unwrap();
    fs::rename(server.path("usr/sbin/mg"), server.path("opt/sbin/mgetty")).unwrap();
    server.changed("etc/inittab", "/sbin/mgetty", "/opt/sbin/mgetty");
    server.program("opt/in", "#!/bin/sh\nexec /opt/helper auth -chap +pap\n");
    server.program("opt/helper", "#!/bin/bash\nexec /usr/sbin/pppd \"$@\"\n");
    server.changed("etc/mgetty/login.config", "/usr/sbin/pppd auth -chap +pap debug", "/opt/in");
    let named = ["--stack", "trixie"];
    let text = server.audited(&named);
    says(
        &text,
        &["a caller with a wrong password: \"Login incorrect\"", "called on trixie (pppd 2.5.2); there it is ppp"],
    );
    says(&server.audited(&[]), &["a caller with a wrong password: \"Login incorrect\"", "themselves, read-only"]);

    let mut perl = fs::read(server.path("usr/bin/true")).unwrap();
    let name = perl.windows(10).position(|name| name == b"libc.so.6\0").unwrap();
    perl[name..name + 9].copy_from_slice(b"libp.so.5");
    server.program("usr/bin/perl", perl);
    server.program("opt/helper", "#!/usr/bin/perl\n");
    says(
        &server.audited(&named),
        &[
            "not tried: callers by PPP: /opt/in starts a program: /opt/helper needs /usr/bin/perl, which the lab does not have",
        ],
    );
    // Of a mere /etc nobody has the programs.
    let etc = offhook().args(["audit", "--etc"]).arg(server.path("etc")).output().unwrap();
    let expected =
        "the port as a whole: the program /opt/sbin/mgetty is not among the files, and the stack bookworm does";
    says(&printed(&etc), &[expected]);
}

#[test]
fn of_a_servers_root_nothing_is_open_to_its_programs_but_programs() {
    let server = Server::new();
    for closed in ["home", "root", "var", "srv"] {
        server.program(&format!("{closed}/canary"), "of others");
    }
    server.program("usr/lib/canary", "a library");
    let (mounter, root) = (attacker::mounter(), server.name());
    let script = format!(
        "#!/bin/sh\nPATH=/usr/sbin:/usr/bin; exec >> /var/log/mgetty/said 2>&1\n{mounter}\n\
         look() {{ mkdir -p /tmp/$1; /tmp/m hostfs /tmp/$1 $2; cat /tmp/$1/$3; }}\n\
         look usr /programs/usr lib/canary; echo .; echo mine > /tmp/usr/lib/written; echo mine > /usr/lib/written\n\
         for name in home root var srv; do\n\
         cat /$name/canary\nlook a$name /programs/usr/../$name canary\nlook b$name / {root}/$name/canary\n\
         look c$name /programs/../../../../../../../../../../../../../..{root}/$name canary\ndone\necho end\n"
    );
    server.program("etc/ppp/ip-up", script);
    let out = tempfile::tempdir().unwrap();
    let text = server.audited(&["--out", out.path().join("evidence").to_str().unwrap()]);
    says(&text, &["shown by calls", "themselves, read-only"]);
    let told = fs::read_to_string(out.path().join("evidence/ttyS0-0/server/log/said")).unwrap();
    assert!(told.contains("a library.\n") && told.contains("\nend\n"), "{told}");
    assert!(!told.contains("of others"), "{told}");
    assert!(!server.path("usr/lib/written").exists(), "{told}");
}

#[test]
fn a_root_whose_directories_of_programs_lead_elsewhere_is_not_read_there() {
    let server = Server::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::rename(server.path("usr"), elsewhere.path().join("usr")).unwrap();
    symlink(elsewhere.path().join("usr"), server.path("usr")).unwrap();
    let text = server.audited(&[]);
    says(&text, &["nobody is answered: /sbin/mgetty does not exist"]);
    assert!(!text.contains("themselves"), "{text}");
}

/// The directory is there, and is none that anybody may write: nothing of this test changes it.
#[test]
fn programs_of_a_root_are_only_read() {
    let server = Server::new();
    let state = |path: &Path| common::tree(path);
    let before = state(&server.path("usr/sbin"));
    server.audited(&[]);
    assert_eq!(state(&server.path("usr/sbin")), before);
}
