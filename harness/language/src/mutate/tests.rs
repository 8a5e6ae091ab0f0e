//! What mutants there are of a text, and that each is one change of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use offhook_base::SourceFile;
use offhook_schema::Kind;

use super::custom;
use super::{Mutant, Part, mutants};
use crate::read;
use crate::words::SCENARIOS;

const TEXT: &str = r#"
scenario "another" { server { port "ttyS0"; }; call { expect-answer; }; }
scenario "it" {
    stack "bookworm" "trixie"
    server {
        port "ttyS0" answer-after=2 {
            line rate=33600
        }
        ppp { idle "5m"; dns "9.9.9.9" "1.1.1.1"; }
        account "alice" password="secret"
        caller-id {
            allow "555"
            deny "all"
        }
        file "ppp/options.server" """
            # of the house
            lock
            mru 296
            """
    }
    call from="5551234" {
        expect-answer rings=2 {
            on "trixie" rings=3 reason="why"
        }
        ppp user="alice" password="secret"
        expect-hangup after="5m" within="2s" by="server" reason="idle"
    }
}
"#;

fn file() -> SourceFile {
    SourceFile { path: Path::new("a.kdl").to_owned(), text: TEXT.into() }
}

fn told(part: Part) -> Vec<String> {
    let all = mutants(&file()).all;
    all.iter().filter(|mutant| mutant.part == part && mutant.line > 2).map(|mutant| mutant.change.to_string()).collect()
}

#[test]
fn every_setting_of_the_server_is_changed_removed_and_reordered() {
    insta::assert_snapshot!(told(Part::Server).join("\n"));
}

#[test]
fn what_is_expected_is_another_value_of_the_same_kind() {
    insta::assert_snapshot!(told(Part::Expectation).join("\n"));
}

#[test]
fn a_mutant_is_one_change_in_its_line_and_the_other_scenarios_are_gone() {
    let all = mutants(&file());
    let is = |mutant: &&Mutant| mutant.change.to_string() == "idle \"5m\" -> \"7m\"";
    assert_eq!(all.all.iter().find(is), None);
    let idle = all.all.iter().find(|mutant| mutant.change.to_string() == "idle \"5m\" -> \"6m\"").unwrap();
    let text = idle.text(TEXT, &all.scenarios);
    assert_eq!(text.len(), TEXT.len());
    let differ: Vec<usize> =
        (1..).zip(TEXT.lines().zip(text.lines())).filter(|(_, (a, b))| a != b).map(|(line, _)| line).collect();
    assert_eq!(differ, [2, idle.line]);
    assert_eq!(text.lines().nth(1).unwrap().trim(), "");
    assert!(text.contains("idle \"6m\""));
}

#[test]
fn mutants_of_one_line_are_numbered() {
    let all = mutants(&file()).all;
    let line: Vec<usize> = all.iter().filter(|mutant| mutant.line == 9).map(|mutant| mutant.number).collect();
    assert_eq!(line, (1..=line.len()).collect::<Vec<_>>());
}

#[test]
fn most_mutants_are_scenarios_and_none_is_broken_kdl() {
    let all = mutants(&file());
    let source = |text: String| SourceFile { path: Path::new("a.kdl").to_owned(), text: text.into() };
    let mut refused = Vec::new();
    for mutant in &all.all {
        if let Err(errors) = read(&source(mutant.text(TEXT, &all.scenarios))) {
            let text = errors.to_string();
            assert!(!text.contains("not KDL") && !text.contains("unexpected"), "{}: {text}", mutant.change);
            refused.push(mutant.change.to_string());
        }
    }
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn every_kind_of_the_language_has_neighbours_or_says_that_it_has_none() {
    for word in SCENARIOS.all() {
        let kinds = word.arguments.iter().map(|one| one.kind).chain(word.properties.iter().map(|one| one.kind));
        for kind in kinds {
            if let Kind::Custom(custom) = kind {
                assert!(custom::knows(custom.name), "{} has no neighbours", custom.name);
            }
        }
    }
}

#[test]
fn a_line_of_a_given_etc_is_changed_by_a_file_that_replaces_the_trees() {
    let home = tempfile::tempdir().unwrap();
    let etc = home.path().join("etc/ppp");
    std::fs::create_dir_all(&etc).unwrap();
    std::fs::write(home.path().join("etc/inittab"), "S0:23:respawn:/sbin/mgetty ttyS0\n").unwrap();
    std::fs::write(etc.join("pap-secrets"), "# client\nalice * a *\nbob * b *\n").unwrap();
    let text = "scenario \"it\" { server etc=\"etc\" { port \"ttyS0\" }; call { expect-answer; }; }";
    let file = SourceFile { path: home.path().join("a.kdl"), text: text.into() };
    let all = mutants(&file);
    let swap = "/etc/ppp/pap-secrets:2: alice * a * <-> bob * b *";
    let mutant = all.all.iter().find(|mutant| mutant.change.to_string() == swap).unwrap();
    let source = SourceFile { text: mutant.text(text, &all.scenarios).into(), ..file };
    let [scenario] = read(&source).unwrap().try_into().unwrap();
    let [written] = &*scenario.server.files else { panic!("one file") };
    assert_eq!((&*written.path, written.mode), ("/etc/ppp/pap-secrets", 0o600));
    assert_eq!(written.content, offhook_etc::Content::File(b"# client\nbob * b *\nalice * a *\n".to_vec()));
}
