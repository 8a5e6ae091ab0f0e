//! The library as somebody else uses it: servers from words, from a directory and from text; calls, outcomes, evidence; and all of it
//! from a crate outside the workspace.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use offhook::{Call, Error, ErrorKind, Lab, Scenario, Server, Severity, Topic};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The `/etc` of a server with one port and one account.
fn etc() -> tempfile::TempDir {
    let etc = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("inittab", "id:2:initdefault:\nS0:2345:respawn:/sbin/mgetty -D -s 57600 -n 1 ttyS0\n"),
        ("mgetty/login.config", "/AutoPPP/ - a_ppp /usr/sbin/pppd auth +pap noipv6\n* - - /bin/login @\n"),
        ("ppp/options", "lock\nmodem\n10.0.0.1:10.0.0.2\n"),
        ("ppp/pap-secrets", "alice * secret *\n"),
    ] {
        fs::create_dir_all(etc.path().join(path).parent().unwrap()).unwrap();
        fs::write(etc.path().join(path), text).unwrap();
    }
    etc
}

#[test]
fn a_directory_is_a_server_and_a_call_has_facts_trace_and_evidence() -> Result<(), Error> {
    let etc = etc();
    let call = Call::new().from("5551234").expect_answer(1).ppp("alice", "secret").ping("10.0.0.1", 2).hang_up();
    let outcomes = Lab::with_stacks(["trixie"])?.call(&Server::from_etc(etc.path()), [call])?;
    outcomes.assert_passed();
    let [outcome] = &*outcomes else { panic!("one stack, one outcome: {outcomes}") };
    let facts = &outcome.calls()[0];
    assert_eq!((facts.rings, facts.answered, facts.lcp), (1, true, true));
    assert_eq!((facts.local, facts.peer), (Some([10, 0, 0, 2].into()), Some([10, 0, 0, 1].into())));
    assert!(outcome.trace().len() > 20);
    let evidence = outcome.evidence().to_owned();
    assert!(["capture.pcapng", "transcript.txt", "outcome.json"].iter().all(|name| evidence.join(name).is_file()));
    drop(outcomes);
    assert!(!evidence.exists(), "temporary evidence goes with its outcome");
    Ok(())
}

#[test]
fn a_directory_is_audited_by_its_files_and_by_calls() -> Result<(), Error> {
    let etc = etc();
    let lab = Lab::with_stacks(["trixie"])?;
    let audit = lab.audit(etc.path())?;
    assert_eq!((audit.count(Severity::Danger), audit.count(Severity::Error)), (0, 0), "{:#?}", audit.findings);
    let seen = |topic| audit.ports[0].statements.iter().find(|s| s.topic == topic).and_then(|s| s.known.saw());
    assert_eq!(seen(Topic::Answer), Some("answered after 1 ring"));
    assert_eq!(seen(Topic::Account), Some("alice got 10.0.0.2 by PAP"));
    // The same server without a password for anybody.
    fs::write(etc.path().join("ppp/options.ttyS0"), "noauth\n").unwrap();
    fs::write(etc.path().join("mgetty/login.config"), "/AutoPPP/ - a_ppp /usr/sbin/pppd noipv6\n").unwrap();
    let audit = lab.audit(etc.path())?;
    assert_eq!(audit.count(Severity::Danger), 1, "{:#?}", audit.findings);
    assert!(audit.findings[0].known.saw().is_some_and(|shown| shown.contains("got in")), "{:#?}", audit.findings[0]);
    assert_eq!(lab.audit("/nowhere").unwrap_err().kind(), ErrorKind::Files);
    Ok(())
}

#[test]
fn scenarios_are_read_from_files_and_the_same_seed_leaves_the_same_evidence() -> Result<(), Error> {
    let scenarios = Scenario::from_path(repository().join("scenarios/first-call.kdl"))?;
    let dir = tempfile::tempdir().unwrap();
    let captured = |name: &str| {
        let lab = Lab::with_stacks(["bookworm"])?.seed(7).evidence_in(dir.path().join(name));
        let outcomes = lab.run(&scenarios[0])?;
        outcomes.assert_passed();
        Ok::<_, Error>(fs::read(outcomes[0].evidence().join("capture.pcapng")).unwrap())
    };
    assert_eq!(captured("one")?, captured("other")?);
    Ok(())
}

#[test]
fn a_scenario_for_another_stack_and_a_stack_that_is_none_are_errors() -> Result<(), Error> {
    let text = r#"scenario "a" { stack "bookworm"; server { port "ttyS0"; }; call { ring 1; }; }"#;
    let error = Lab::with_stacks(["trixie"])?.run(&Scenario::from_text(text)?[0]).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("bookworm")), (ErrorKind::Lab, true), "{error}");
    let error = Lab::with_stacks(["sid"]).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("trixie")), (ErrorKind::Lab, true), "{error}");
    Ok(())
}

/// `tests/outside` is taken out of the repository; Cargo gets the workspace's lock file, so that nothing is downloaded.
#[test]
fn a_crate_outside_the_workspace_calls_a_server_with_offhook_as_its_only_dependency() {
    let root = repository();
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
    for directory in ["src", "tests"] {
        fs::create_dir_all(place.join(directory)).unwrap();
    }
    for file in ["src/lib.rs", "tests/dial_in.rs"] {
        fs::copy(root.join("tests/outside").join(file), place.join(file)).unwrap();
    }
    let manifest = fs::read_to_string(root.join("tests/outside/Cargo.toml")).unwrap();
    let library = format!("path = {:?}", root.join("harness/offhook"));
    let manifest = manifest.replace("path = \"../../harness/offhook\"", &library);
    assert!(manifest.contains(&library));
    fs::write(place.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock")).unwrap();
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--offline", "--quiet", "--test", "dial_in"])
        .current_dir(&place)
        .env("CARGO_TARGET_DIR", place.join("target"))
        // Debugging information takes time and space, and changes nothing here.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("test result: ok. 3 passed"), "{out}\n{err}");
}
