//! What a server under test tries against its host and against process 1: a program that pppd runs as root, as an audited
//! tree may have one. Each attempt is made in a real call; the run says what it would have said without, or says why not.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Output;

#[path = "common/attacker.rs"]
mod attacker;
#[path = "common/mod.rs"]
mod common;

/// What was left of a run.
struct Attacked {
    output: Output,
    /// What the script said of itself.
    said: String,
    /// The run as `outcome.json` has it.
    outcome: serde_json::Value,
    _out: tempfile::TempDir,
}

impl Attacked {
    /// What was said, for the message of a failed assertion.
    fn told(&self) -> String {
        format!("{}\n{}\n{}", self.said, self.outcome["verdict"], common::said(&self.output))
    }

    fn assert_error(&self, begins: &str) {
        let text = String::from_utf8_lossy(&self.output.stdout).into_owned();
        assert!(text.contains(&format!("\n  {begins}")), "{}", self.told());
        assert_eq!(self.output.status.code(), Some(3), "{}", self.told());
    }
}

/// A call to a server whose ip-up is this script, which may say something to `$said`.
fn attacked(script: &str) -> Attacked {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("attack.kdl");
    let mounter = attacker::mounter();
    let text = format!(
        r###"scenario "it is attacked" {{
    server {{
        port "ttyS0"
        ppp {{
            addresses local="192.168.32.1" remote="192.168.32.105"
            require-auth "pap"
        }}
        account "alice" password="secret"
        file "/etc/ppp/ip-up" mode="0755" ##"""
#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin; said=/var/log/mgetty/said; umask 0
{mounter}
mkdir -p /tmp/out; /tmp/m hostfs /tmp/out /out && echo mounted >> $said
{script}
"""##
    }}
    call from="5551234" {{
        ppp user="alice" password="secret"
        expect-address local="192.168.32.105" peer="192.168.32.1"
        ping "192.168.32.1" count=30
        hang-up
    }}
}}
"###
    );
    fs::write(&path, text).unwrap();
    let out = directory.path().join("out");
    let output = common::offhook()
        // Seconds as a rule; where guests that write gigabytes share a slow disk, what is short of memory and reads its
        // programs again and again has taken a minute.
        .args(["run", "--stack", "bookworm", "--limit", "300", "--out"])
        .arg(&out)
        .arg(&path)
        .output()
        .unwrap();
    let mut evidence = None;
    let mut open = vec![out];
    while let Some(place) = open.pop() {
        let entries = fs::read_dir(&place).unwrap_or_else(|error| panic!("{error}: {}", common::said(&output)));
        for entry in entries.map(|entry| entry.unwrap()) {
            if entry.file_name() == "outcome.json" {
                evidence = Some(place.clone());
            } else if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
        }
    }
    let evidence = evidence.unwrap_or_else(|| panic!("no outcome: {}", common::said(&output)));
    let outcome = serde_json::from_slice(&fs::read(evidence.join("outcome.json")).unwrap()).unwrap();
    let said = fs::read_to_string(evidence.join("server/log/said")).unwrap_or_default();
    assert!(!Path::new("/tmp/out").exists() || !Path::new("/tmp/m").exists(), "the script ran on the host");
    Attacked { output, said, outcome, _out: directory }
}

#[test]
fn process_1_cannot_be_ended_looked_into_or_spoken_for() {
    let attacked = attacked(
        r#"
held() { name=$1; shift; if "$@" > /dev/null 2>&1; then echo "$name: DONE"; else echo "$name: held"; fi >> $said; }
kill -KILL 1; kill -STOP 1; kill -TERM 1; kill -SEGV 1; kill -HUP 1; kill -USR1 1
held "read its memory" sh -c ': < /proc/1/mem'
held "see what it has open" readlink /proc/1/fd/0
held "see where it works" readlink /proc/1/cwd
held "link to a file of the host" ln -s /etc/shadow /tmp/out/transcript.txt
held "give a file a second name" sh -c 'echo > /tmp/out/one && ln /tmp/out/one /tmp/out/two'
held "make a FIFO" mkfifo /tmp/out/pipe
held "turn the machine off" reboot -f
rm -f /tmp/out/one
mkfifo /var/log/mgetty/mg_fifo.log
ln -s /dev/zero /var/log/mgetty/mg_zero.log
mkdir /var/log/mgetty/mg_directory.log
/tmp/m tmpfs /proc ""; mkdir -p /proc/self/fd/3 /proc/self/fd/4 /proc/self/fd/5
printf '%s' '{"steps":[],"error":null,"trace":[],"token":"0","virtual_micros":0}' > /tmp/forged
( while :; do cp /tmp/forged /tmp/out/report.json; sleep 1; done ) &
"#,
    );
    let expected = [
        "mounted",
        "read its memory: held",
        "see what it has open: held",
        "see where it works: held",
        "link to a file of the host: held",
        "give a file a second name: held",
        "make a FIFO: held",
        "turn the machine off: held",
    ];
    assert_eq!(attacked.said.lines().collect::<Vec<_>>(), expected, "{}", attacked.told());
    assert!(attacked.output.status.success(), "{}", attacked.told());
}

#[test]
fn what_lies_in_the_way_of_evidence_is_told() {
    let attacked = attacked("mkdir -p /tmp/out/server/log/syslog");
    attacked.assert_error("keeping the server's logs as evidence: ");
}

#[test]
fn evidence_without_end_ends_the_guest() {
    attacked("head -c 700M /dev/zero > /tmp/out/a; head -c 700M /dev/zero > /tmp/out/b; sleep 1000")
        .assert_error("the guest was ended because it wrote more than 1.0 GB of evidence");
}

#[test]
fn one_file_without_end_ends_the_guest() {
    attacked("cat /dev/zero > /tmp/out/a").assert_error("the guest was ended because it wrote ");
}

#[test]
fn files_that_were_removed_and_go_on_growing_end_the_guest() {
    let script = "exec 3> /tmp/out/a 4> /tmp/out/b; rm /tmp/out/a /tmp/out/b\n\
                  head -c 700M /dev/zero >&3; head -c 700M /dev/zero >&4; sleep 1000";
    attacked(script).assert_error("the guest was ended because it wrote more than 1.0 GB to files that it removed");
}

#[test]
fn a_log_without_end_is_cut_and_told() {
    let attacked = attacked("yes | head -n 300000 >> /var/log/mgetty/mg_ttyS0.log");
    let text = String::from_utf8_lossy(&attacked.output.stdout).into_owned();
    assert!(text.contains("are not kept: the server, or what it sent, made too many"), "{}", attacked.told());
    assert_eq!(attacked.output.status.code(), Some(3), "{}", attacked.told());
}

#[test]
fn a_guest_that_uses_up_its_memory_says_so_or_goes_on() {
    let attacked = attacked("head -c 400M /dev/zero | tail -c 400M > /dev/null; echo on >> $said");
    assert!(["mounted\non\n", "mounted\n"].contains(&attacked.said.as_str()), "{}", attacked.told());
    assert!(attacked.output.status.success(), "{}", attacked.told());
}
