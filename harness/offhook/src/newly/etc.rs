//! A scenario of an `/etc` that exists: what an audit predicts of it, written as calls.
//!
//! In: the tree, its path, and the audit. Out: a scenario with `server etc=`, and for each port a call that expects what the files
//! promise. Passwords are not copied: each account has a variable, to be filled in or given by `--set`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use offhook_audit::{Audit, Claim, PortReport};
use offhook_scenario::AuthProtocol;

use super::comment;
use crate::words::Quoted;

/// The scenario of an `/etc` at that path; `audit` is what its files say.
pub fn scenario(path: &Path, audit: &Audit) -> String {
    let mut text = format!(
        "{}\n// The calls expect what the files promise; `offhook audit --etc` explains each of them.\n\n",
        comment(&format!("Written from {}.", path.display()))
    );
    let accounts: BTreeSet<&str> = audit.ports.iter().filter_map(account).collect();
    for name in &accounts {
        let _ = writeln!(
            text,
            "{}\nvariable {} \"?\"\n",
            comment(&format!("The password of {name}; or --set {}=...", variable(name))),
            Quoted(&variable(name))
        );
    }
    let _ = writeln!(
        text,
        "scenario {} {{\n    server etc={}\n",
        Quoted("the server does what its files promise"),
        Quoted(&path.display().to_string())
    );
    if audit.ports.is_empty() {
        text.push_str("    // No port is served: nobody can be called.\n");
    }
    for port in &audit.ports {
        call(&mut text, port);
    }
    text.push_str("}\n");
    text
}

fn call(text: &mut String, port: &PortReport) {
    let claims = || port.statements.iter().map(|statement| &statement.claim);
    for statement in &port.statements {
        let _ = writeln!(text, "    {}", comment(&format!("{}: {}", statement.topic.word(), statement.text)));
    }
    let rings = claims().find_map(|claim| match claim {
        Claim::Answer(rings) | Claim::AnswerIf(rings) => Some(*rings),
        _ => None,
    });
    let dead = claims().any(|claim| matches!(claim, Claim::Dead));
    let Some(rings) = rings.filter(|rings| *rings > 0 && !dead) else {
        let _ =
            writeln!(text, "    {}\n", comment(&format!("{} is not called: it is answered by no modem.", port.device)));
        return;
    };
    let _ =
        writeln!(text, "    call to={} from=\"5551234\" {{\n        expect-answer rings={rings}", Quoted(&port.device));
    let open = claims().any(|claim| matches!(claim, Claim::Open));
    let refuses = claims().any(|claim| matches!(claim, Claim::Refuses | Claim::Detection(false)));
    match account(port) {
        _ if refuses => {}
        Some(name) => {
            let _ = writeln!(
                text,
                "        ppp user={} password=${}\n        expect-auth \"accepted\"",
                Quoted(name),
                variable(name)
            );
            network(text, port);
        }
        None if open => {
            text.push_str("        ppp\n        expect-auth \"not-asked\"\n");
            network(text, port);
        }
        None => {}
    }
    text.push_str("    }\n\n");
}

/// What is expected of a caller who got in.
fn network(text: &mut String, port: &PortReport) {
    let claims = || port.statements.iter().map(|statement| &statement.claim);
    let address = claims().find_map(|claim| match claim {
        Claim::Address { local, remote, asked: false } => Some((*local, *remote)),
        _ => None,
    });
    // `local` is the caller's where the caller speaks.
    if let Some((own, callers)) = address
        && (own.is_some() || callers.is_some())
    {
        text.push_str("        expect-address");
        let word = |name: &str, address: Option<std::net::Ipv4Addr>| {
            address.map_or_else(String::new, |address| format!(" {name}=\"{address}\""))
        };
        let _ = writeln!(text, "{}{}", word("local", callers), word("peer", own));
    }
    let end = claims().find_map(|claim| match claim {
        Claim::End(seconds) => *seconds,
        _ => None,
    });
    if let Some(seconds) = end {
        let _ = writeln!(text, "        expect-hangup after=\"{seconds}s\" of=\"up\" within=\"30s\" by=\"server\"");
    }
}

/// An account that gets in there by PAP or CHAP.
fn account(port: &PortReport) -> Option<&str> {
    port.statements.iter().find_map(|statement| match &statement.claim {
        Claim::Account { name, protocol: AuthProtocol::Pap | AuthProtocol::Chap, inside: true, .. } if name != "*" => {
            Some(name.as_str())
        }
        _ => None,
    })
}

/// The name of the variable with an account's password: of letters, digits and `-`.
fn variable(name: &str) -> String {
    let name: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("password-of-{name}")
}
