//! Real programs as callers are the check on offhook's own: what it says to a server is what pppd says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{offhook, said};
use serde_json::Value;

/// What one call said, each way; what is random is left out, and so is what was only said again.
fn dialogue(trace: &str, call: u64) -> BTreeSet<(String, String)> {
    let events = trace.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let frames = events.filter(|event| event["event"] == "frame" && event["port"] == "ttyS0" && event["call"] == call);
    let said = |event: &Value| {
        let word = |name: &str| event[name].as_str().unwrap().to_owned();
        (word("from"), without_chance(&word("text")))
    };
    frames.map(|event| said(&event)).collect()
}

/// Magic-Numbers, interface identifiers, identifiers of packets and of pings: `id=0x2`, `magic 0x5a9f68ea`.
fn without_chance(text: &str) -> String {
    let random = |word: &str| word.starts_with("id=0x") || word.starts_with("0x") && word.len() > 9;
    let words =
        text.split(' ').filter(|word| !random(word.trim_end_matches(['>', ']']))).filter(|w| !w.starts_with("fe80:"));
    let text = words.collect::<Vec<_>>().join(" ");
    // The rejected packet of IPV6CP repeats the server's interface identifier.
    match text.find("ProtRej 80 57") {
        Some(at) => text[..at + "ProtRej 80 57".len()].to_owned(),
        None => text,
    }
}

#[test]
fn offhooks_own_caller_and_the_server_say_to_each_other_what_pppd_and_the_server_do() {
    let directory = tempfile::tempdir().unwrap();
    for stack in ["bookworm", "trixie"] {
        let name = "pppd as a client gets the address, the peer and the name server that the built-in caller gets";
        let output = offhook()
            .args(["run", "scenarios/modem/real-client.kdl", "--scenario", name, "--stack", stack, "--out"])
            .arg(directory.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let beneath = fs::read_dir(directory.path().join("real-client")).unwrap().next().unwrap().unwrap().path();
        let trace = fs::read_to_string(beneath.join(stack).join("trace.jsonl")).unwrap();
        let (pppd, own) = (dialogue(&trace, 0), dialogue(&trace, 1));
        assert!(pppd.len() > 20, "{pppd:#?}");
        let only = |one: &BTreeSet<_>, other: &BTreeSet<_>| one.difference(other).cloned().collect::<Vec<_>>();
        assert_eq!((only(&pppd, &own), only(&own, &pppd)), (vec![], vec![]), "on {stack}, pppd alone and ours alone");
    }
}
