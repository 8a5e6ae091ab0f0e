//! What stands for something else, read: variables, tables of cases, shared blocks, other files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;
use std::time::Duration;

use super::Values;
use crate::{Reading, read, read_with};
use offhook_base::SourceFile;
use offhook_scenario::{Scenario, Step, Verb};
use offhook_schema::Errors;

fn source(text: &str) -> SourceFile {
    SourceFile { path: "a.kdl".into(), text: text.into() }
}

fn set(values: &[(&str, &str)]) -> Values {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn steps(scenario: &Scenario) -> Vec<Step> {
    scenario.calls().flat_map(|call| call.steps.clone()).collect()
}

const VALUES: &str = r##"
variable "speed" 57600
variable "idle" "5m"
variable "ipv6" #true
variable "pin" 0042
variable "who" "alice"
scenario "${who} calls" {
    server {
        port "ttyS0" speed=$speed
        ppp { idle $idle; ipv6 $ipv6; }
        account $who password=$pin
        file "a" "${who} at ${speed}: ${HOME} $speed $"
        file "b" #"${who}"#
    }
    call { ring 1; }
}
"##;

#[test]
fn a_value_is_read_as_the_kind_that_is_wanted_where_it_is_used() {
    let [scenario] = read(&source(VALUES)).unwrap().try_into().unwrap();
    let server = &scenario.server;
    assert_eq!(scenario.name, "alice calls");
    assert_eq!(server.ports[0].speed, Some(57_600));
    assert_eq!((server.ppp.idle, server.ppp.ipv6), (Some(Duration::from_secs(300)), Some(true)));
    assert_eq!((server.accounts[0].user.as_str(), server.accounts[0].password.as_str()), ("alice", "0042"));
}

#[test]
fn texts_in_quotes_are_filled_in_where_they_name_a_variable_and_raw_ones_never() {
    let [scenario] = read(&source(VALUES)).unwrap().try_into().unwrap();
    let texts: Vec<_> = scenario.server.files.iter().map(|file| format!("{:?}", file.content)).collect();
    let file = |text: &str| format!("{:?}", offhook_etc::Content::File(text.as_bytes().to_vec()));
    assert_eq!(texts, [file("alice at 57600: ${HOME} $speed $\n"), file("${who}\n")]);
}

#[test]
fn a_value_that_is_set_takes_the_place_of_the_files_own() {
    let Reading { scenarios, variables, .. } =
        read_with(&source(VALUES), &set(&[("speed", "9600"), ("x", "y")])).unwrap();
    assert_eq!(scenarios[0].server.ports[0].speed, Some(9600));
    assert_eq!(variables.keys().collect::<Vec<_>>(), ["idle", "ipv6", "pin", "speed", "who"]);
    assert_eq!(variables["speed"], "9600");
    let told = scenarios[0].variant.words();
    assert_eq!(told, "idle=5m, ipv6=#true, pin=0042, speed=9600 (--set), who=alice");
}

#[test]
fn a_value_that_is_wrong_is_told_where_it_is_used_with_its_name() {
    let errors =
        read_with(&source(VALUES), &set(&[("speed", "57601"), ("idle", "soon"), ("ipv6", "maybe")])).unwrap_err();
    let problems = &errors.files[0].problems;
    let text = &source(VALUES).text;
    let at = |index: usize| {
        problems[index].labels.iter().map(|it| &text[it.span.offset..][..it.span.len]).collect::<Vec<_>>()
    };
    assert_eq!(problems.len(), 3, "{errors}");
    assert!(problems[0].message.ends_with("; here `speed` is `57601`"), "{errors}");
    assert_eq!(at(0), ["speed=$speed", "57600"]);
    assert!(problems[1].message.ends_with("; here `idle` is `soon`"), "{errors}");
    assert_eq!(at(1), ["$idle", "\"5m\""]);
    assert_eq!(at(2), ["$ipv6", "#true"]);
}

const TABLE: &str = r#"
variable "name" "ALICE"
scenario "it answers" {
    case rings=1
    case "two" rings=2 name="BOB"
    server { port "ttyS0" answer-after=$rings; }
    call from="5" name=$name {
        expect-answer rings=$rings {
            on "trixie" rings=7 case="two" reason="why"
            fails "bookworm" case="rings=1" reason="why not"
        }
    }
}
"#;

#[test]
fn a_case_is_a_scenario_of_its_own_and_stands_where_it_is_written() {
    let scenarios = read(&source(TABLE)).unwrap();
    let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
    assert_eq!(names, ["it answers, rings=1", "it answers, two"]);
    let at = |scenario: &Scenario| TABLE[scenario.span.offset..][..scenario.span.len].to_owned();
    assert_eq!(scenarios.iter().map(at).collect::<Vec<_>>(), ["case rings=1", "case \"two\" rings=2 name=\"BOB\""]);
    let told: Vec<_> = scenarios.iter().map(|it| (it.variant.case.clone().unwrap(), it.variant.words())).collect();
    let told: Vec<_> = told.iter().map(|(case, words)| (case.as_str(), words.as_str())).collect();
    assert_eq!(told, [("rings=1", "rings=1, name=ALICE"), ("two", "rings=2, name=BOB")]);
    let callers: Vec<_> = scenarios.iter().map(|it| it.calls().next().unwrap().name.clone().unwrap()).collect();
    assert_eq!(callers, ["ALICE", "BOB"]);
}

#[test]
fn a_variable_that_a_case_is_made_of_is_told_of_that_case() {
    let text = "variable \"long\" \"5m\"\nscenario \"x\" { case idle=$long; case idle=\"1m\"; server { port \"ttyS0\"; ppp { idle $idle; }; }; call { ring 1; }; }";
    let scenarios = read_with(&source(text), &set(&[("long", "9m")])).unwrap().scenarios;
    let told: Vec<_> = scenarios.iter().map(|it| (it.name.clone(), it.variant.words())).collect();
    let told: Vec<_> = told.iter().map(|(name, words)| (name.as_str(), words.as_str())).collect();
    assert_eq!(told, [("x, idle=9m", "idle=9m, long=9m (--set)"), ("x, idle=1m", "idle=1m")]);
}

#[test]
fn what_is_known_of_one_case_is_not_known_of_another() {
    let scenarios = read(&source(TABLE)).unwrap();
    let [one, two] = [&scenarios[0], &scenarios[1]].map(|scenario| steps(scenario).remove(0));
    assert_eq!((one.deviations.len(), one.known_failures.len()), (0, 1));
    assert_eq!((two.deviations.len(), two.known_failures.len()), (1, 0));
    assert_eq!(two.on("trixie").0, &Verb::ExpectAnswer { rings: Some(7) });
}

#[test]
fn a_server_has_the_words_it_uses_and_adds_its_own_to_their_blocks() {
    let text = r#"
        shared "base" { port "ttyS0" answer-after=$rings; ppp { idle "5m"; }; use "who"; }
        shared "who" { account "alice" password="secret"; caller-id { deny "1"; }; }
        scenario "x" {
            case rings=3
            server { use "base"; ppp { lock; }; caller-id { deny "2"; }; account "bob" password="x"; }
            call { ring 1; }
        }
    "#;
    let [scenario] = read(&source(text)).unwrap_or_else(|errors| panic!("{errors}")).try_into().unwrap();
    let server = &scenario.server;
    assert_eq!(
        (server.ports[0].answer_after, server.ppp.idle, server.ppp.lock),
        (3, Some(Duration::from_secs(300)), true)
    );
    assert_eq!(server.accounts.iter().map(|account| &*account.user).collect::<Vec<_>>(), ["alice", "bob"]);
    let rules = server.caller_id.as_ref().unwrap();
    assert_eq!(rules.iter().map(|rule| &*rule.number).collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn two_blocks_that_may_stand_once_are_a_mistake_where_one_hand_wrote_them() {
    let text = "shared \"a\" { port \"ttyS0\"; ppp { lock; }; }\nscenario \"x\" { server { use \"a\"; ppp; ppp { idle \"5m\"; }; ppp { idle \"6m\"; }; }; call { ring 1; }; }";
    let errors = read(&source(text)).unwrap_err().to_string();
    assert!(errors.contains("`ppp` may appear only once in `server`"), "{errors}");
}

/// Files in a directory, and what comes of reading the first.
fn files(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Reading, Errors>) {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let (name, text) = files[0];
    let read = read_with(&SourceFile { path: home.path().join(name), text: text.into() }, &Values::new());
    (home, read)
}

const USES: &str = "include \"common/base.kdl\"\nvariable \"rings\" 4\nscenario \"x\" { server { use \"base\"; }; call { ring 1; }; }\n";

#[test]
fn another_file_has_words_variables_and_paths_of_its_own() {
    let base = "variable \"rings\" 2\nvariable \"speed\" 9600\nshared \"base\" { port \"ttyS0\" answer-after=$rings speed=$speed { modem \"./slow.modem\"; }; }\nscenario \"its own\" { server { use \"base\"; }; call { ring 1; }; }";
    let (_home, read) =
        files(&[("main.kdl", USES), ("common/base.kdl", base), ("common/slow.modem", "title \"slow\"")]);
    let Reading { scenarios, variables, .. } = read.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(scenarios.len(), 1, "scenarios of an included file are run with that file");
    let port = &scenarios[0].server.ports[0];
    assert_eq!((port.answer_after, port.speed), (4, Some(9600)), "the file's own value of a variable holds");
    assert_eq!(variables, set(&[("rings", "4"), ("speed", "9600")]));
}

#[test]
fn a_mistake_in_another_file_is_shown_in_that_file_and_what_it_meets_is_named() {
    let base = "shared \"base\" {\n    port \"ttyS0\" answer-after=0\n    port \"ttyS1\"\n}\n";
    let main = "include \"base.kdl\"\nscenario \"x\" { server { port \"ttyS1\"; use \"base\"; }; call to=\"ttyS1\" { ring 1; }; }\n";
    let (_home, read) = files(&[("main.kdl", main), ("base.kdl", base)]);
    let errors = read.unwrap_err();
    let [file] = &*errors.files else { panic!("{errors}") };
    assert_eq!(file.path.file_name(), Some("base.kdl".as_ref()));
    let [zero, twice] = &*file.problems else { panic!("{errors}") };
    assert_eq!(&base[zero.labels[0].span.offset..][..zero.labels[0].span.len], "answer-after=0");
    assert!(twice.message.contains("two ports") && twice.labels.len() == 1, "{errors}");
    assert!(twice.help.as_ref().unwrap().contains("main.kdl:2:25: first declared here"), "{errors}");
}

#[test]
fn after_a_slip_in_another_file_nothing_it_may_have_said_is_missing() {
    let base = "shared \"base\" {\n    port \"ttyS0\n}\nshared \"other\" {\n    prt \"ttyS0\"\n}\n";
    let (_home, read) = files(&[("main.kdl", USES), ("common/base.kdl", base)]);
    let errors = read.unwrap_err().to_string();
    assert!(errors.contains("not closed on its line") && errors.contains("did you mean `port`?"), "{errors}");
    assert!(errors.contains("2 errors in"), "{errors}");
}

#[test]
fn files_that_include_each_other_are_told_and_one_that_several_include_is_read_once() {
    let include = |names: &[&str]| names.iter().map(|name| format!("include \"{name}\"\n")).collect::<String>();
    let main = include(&["a.kdl", "b.kdl"]) + "scenario \"x\" { server { use \"c\"; }; call { ring 1; }; }";
    let c = "shared \"c\" { port \"ttyS0\"; }";
    let (ab, back) = (include(&["c.kdl"]), include(&["c.kdl", "main.kdl"]));
    let (_home, read) = files(&[("main.kdl", &main), ("a.kdl", &ab), ("b.kdl", &ab), ("c.kdl", c)]);
    assert_eq!(read.unwrap_or_else(|errors| panic!("{errors}")).scenarios.len(), 1);
    let (_home, read) = files(&[("main.kdl", &main), ("a.kdl", &ab), ("b.kdl", &back), ("c.kdl", c)]);
    let errors = read.unwrap_err();
    assert!(errors.to_string().contains("`main.kdl` includes itself"), "{errors}");
    assert_eq!((errors.count(), errors.files[0].path.file_name()), (1, Some("b.kdl".as_ref())));
}

#[test]
fn includes_within_includes_have_an_end() {
    let chain: Vec<(String, String)> =
        (0..12).map(|number| (format!("{number}.kdl"), format!("include \"{}.kdl\"\n", number + 1))).collect();
    let chain: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (_home, read) = files(&chain);
    let errors = read.unwrap_err().to_string();
    assert!(errors.contains("is one file too many") && errors.contains("1 error"), "{errors}");
}

#[test]
fn a_small_file_cannot_be_made_into_a_large_one() {
    let mut text = String::from("shared \"s0\" { account \"a\" password=\"b\"; }\n");
    for number in 1..40 {
        let inner = format!("use \"s{}\"; use \"s{}\";", number - 1, number - 1);
        text.push_str(&format!("shared \"s{number}\" {{ {inner} }}\n"));
    }
    text.push_str("scenario \"x\" { server { port \"ttyS0\"; use \"s39\"; }; call { ring 1; }; }\n");
    assert!(read(&source(&text)).unwrap_err().to_string().contains("more of it than can be read"));
    let rows: String = (0..3000).map(|number| format!("case n={number}\n")).collect();
    let ports: String = (0..300).map(|number| format!("port \"tty{number}\" answer-after=$n\n")).collect();
    let text = format!("scenario \"x\" {{\n{rows}\nserver {{\n{ports}\n}}\ncall {{ ring 1; }}\n}}");
    assert!(read(&source(&text)).unwrap_err().to_string().contains("more of it than can be read"));
}

#[test]
fn a_file_of_shared_words_alone_is_no_mistake() {
    assert_eq!(read(&source("shared \"a\" { port \"ttyS0\" answer-after=$rings; }")).unwrap(), []);
    let wrong = read(&source("shared \"a\" { prt \"ttyS0\"; }")).unwrap_err();
    assert!(wrong.to_string().contains("did you mean `port`?"), "{wrong}");
}
