//! Files of modem models: those that ship, and those with mistakes.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use offhook_telephony::modem::Personality;
use offhook_telephony::modem::personality::{CallerIdStyle, DistinctiveRing, Register};

use super::{GENERIC, load, read, shipped};
use crate::{model_reference, read as read_scenarios};
use offhook_base::SourceFile;
use offhook_schema::Errors;

fn errors(text: &str) -> String {
    Errors { files: vec![read(Path::new("mine.kdl"), text).unwrap_err()] }.to_string()
}

#[test]
fn every_file_that_ships_reads_and_says_where_it_is_from() {
    for (name, text) in shipped() {
        let model = load(name).unwrap_or_else(|errors| panic!("{errors}"));
        assert!(name == GENERIC || model.name == name && !model.title.is_empty(), "{name}");
        assert!(text.starts_with("// "), "{name} begins with what it is");
        assert!(["generic", "broken"].contains(&name) || text.contains("// Sources: "), "{name} has no sources");
    }
}

#[test]
fn every_file_beside_them_ships() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("personalities");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "kdl"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut names: Vec<_> = shipped().map(|(name, _)| name.to_owned()).collect();
    found.sort();
    names.sort();
    assert_eq!(found, names);
}

#[test]
fn the_generic_modem_is_the_one_without_a_file() {
    assert_eq!(load(GENERIC).unwrap(), Personality::default());
}

#[test]
fn every_make_tells_the_whole_of_a_connection_at_some_setting() {
    for (name, _) in shipped().filter(|(name, _)| !["generic", "broken"].contains(name)) {
        let model = load(name).unwrap();
        let always = model.connect.iter().any(|form| form.when.is_empty());
        assert!(always, "{name} has settings with which it says nothing when there is carrier");
    }
}

const WHOLE: &str = r##"
    title "Mine"
    information 3 "a" "b"
    identity "+gmm" "V90"
    register 40 default=4 range="0-8"
    factory "&d" 2
    command "&H" "0-3,5"
    refuse "+vcid" "&V"
    parameter "#CLS" default="0" ranges="0,8"
    parameter "+VTS" same-as="#vts" { values "0-2" "5,7-8"; }
    connect error-control=#true { when "X" 4; when "s95" 3; says "CARRIER {receive}"; says "CONNECT {dte}"; }
    connect-number 33600 155
    caller-id style="clip" switch="S40" formatted=4 unformatted=5 on=#true
    distinctive-ring "letter"
    quirks {
        after-dtr "1s"; between-commands "250ms"; answer-delay "20ms"; errors "atz"; errs-every 2; line-length 40
        takes-anything
    }
"##;

#[test]
fn a_file_is_what_its_words_say() {
    let mine = read(Path::new("some/mine.kdl"), WHOLE).unwrap();
    assert_eq!((&*mine.name, &*mine.title), ("mine", "Mine"));
    assert_eq!(mine.information[&3], ["a", "b"]);
    assert_eq!((&*mine.identity["+GMM"], mine.factory["&D"], mine.connect_numbers[&33_600]), ("V90", 2, 155));
    assert_eq!(mine.registers, [Register { number: 40, default: 4, range: 0..=8, bits: false }]);
    assert_eq!(mine.commands["&H"], [0..=3, 5..=5]);
    assert_eq!(mine.refused, ["+VCID", "&V"]);
    let [cls, vts] = &*mine.extended else { panic!("two parameters") };
    assert_eq!((&*cls.name, &*cls.default, &*cls.ranges, cls.allowed.len()), ("#CLS", "0", "0,8", 0));
    assert_eq!((&*vts.default, &*vts.ranges, vts.same_as.as_deref()), ("0,5", "(0-2),(5,7-8)", Some("#VTS")));
    let [form] = &*mine.connect else { panic!("one form") };
    assert_eq!((form.when["X"], form.when["S95"], form.error_control), (4, 3, Some(true)));
    assert_eq!(form.lines, ["CARRIER {receive}", "CONNECT {dte}"]);
    let caller_id = mine.caller_id.unwrap();
    assert_eq!((caller_id.style, &*caller_id.switch, caller_id.on), (CallerIdStyle::Clip, "S40", true));
    assert_eq!((caller_id.formatted, caller_id.unformatted), (4, Some(5)));
    assert_eq!(mine.distinctive_ring, DistinctiveRing::Letter);
    let quirks = mine.quirks;
    assert_eq!(quirks.after_dtr, Duration::from_secs(1));
    assert_eq!((quirks.between_commands, quirks.answer_delay), (Duration::from_millis(250), Duration::from_millis(20)));
    assert_eq!((quirks.errors, quirks.errs_every, quirks.line_length), (vec!["ATZ".to_owned()], 2, 40));
    assert!(quirks.takes_anything);
}

#[test]
fn without_a_switch_caller_id_is_always_on_and_with_one_it_has_to_be_turned_on() {
    let caller_id = |words: &str| {
        read(Path::new("mine.kdl"), &format!("title \"x\"\ncaller-id {words}")).unwrap().caller_id.unwrap()
    };
    assert!(caller_id("style=\"digits\"").on);
    assert!(!caller_id("switch=\"#CID\"").on);
}

#[test]
fn every_mistake_in_a_file_is_explained() {
    let text = r##"
title "Mine"
titel "Mine"
information 300 "x"
information 3 "a"
information 3 "b"
identity "GMM" "V90"
register 40 default=9 range="0-8"
register 41 range="0-3,9"
factory "&DD" 2
command "&H" "3-0"
parameter "CID"
connect { when "W" 1; }
connect { says "CONNECT {recieve} {rate"; }
caller-id switch="#CLS" formatted=2 unformatted=2 style="zyxl"
distinctive-ring "letters"
quirks { after-dtr 1; takes "all"; }
port "ttyS0"
"##;
    insta::assert_snapshot!("mistakes", errors(text));
}

#[test]
fn a_file_without_a_title_or_that_is_no_kdl_is_told_so() {
    assert!(errors("factory \"X\" 4\n").contains("`title` is missing"));
    assert!(errors("title \"x\n").contains("not closed"));
}

#[test]
fn a_scenario_names_a_file_beside_it_and_its_mistakes_are_told_after_the_scenario_s() {
    let home = tempfile::tempdir().unwrap();
    let scenario = |model: &str| {
        let text = format!(
            "scenario \"x\" {{ server {{ port \"ttyS0\" {{ modem \"{model}\"; }}; }}\n call {{ expect-answer; }}; }}\n"
        );
        read_scenarios(&SourceFile { path: home.path().join("a.kdl"), text: text.into() })
    };
    fs::write(home.path().join("mine.kdl"), "title \"Mine\"\nregister 40\n").unwrap();
    fs::write(home.path().join("wrong.kdl"), "title \"Wrong\"\nregistre 40\nfactory 4 \"X\"\n").unwrap();
    let [mine] = scenario("./mine.kdl").unwrap().try_into().unwrap();
    assert_eq!(mine.server.ports[0].modem.personality.name, "mine");
    let errors = scenario("wrong.kdl").unwrap_err();
    assert_eq!(errors.files.len(), 2);
    let text = errors.to_string();
    for part in [
        "there are 3 mistakes in the model file wrong.kdl",
        "unknown keyword `registre`",
        "wrong.kdl:2:1",
        "in 2 files",
    ] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    assert!(scenario("./none.kdl").unwrap_err().to_string().contains("no such file"));
    assert!(load("usr-curier").unwrap_err().to_string().contains("did you mean \"usr-courier\"?"));
}

#[test]
fn the_reference_in_the_guide_is_that_of_the_words() {
    const BEGIN: &str = "<!-- reference: made from the vocabulary, do not edit -->\n\n";
    const END: &str = "\n<!-- end of the reference -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("personalities/README.md");
    let guide = fs::read_to_string(&path).unwrap();
    let (before, rest) = guide.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if written != model_reference() && std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", model_reference())).unwrap();
        return;
    }
    assert!(written == model_reference(), "run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it");
}

#[test]
fn the_examples_of_the_guide_read_without_error() {
    let guide = include_str!("../../personalities/README.md");
    let examples: Vec<_> = guide.split("```kdl\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        if let Err(file) = read(Path::new("example.kdl"), example) {
            panic!("{}", Errors { files: vec![file] });
        }
    }
}
