//! Command lines of all kinds, and what personalities make of them.

use super::*;
use crate::modem::personality::{Extended, Quirks, Register};

/// What the generic modem answers, echo off.
fn generic(rows: &[(&str, &str)]) {
    of(Personality::default(), rows);
}

/// What a modem answers to command lines without `AT` and CR: its lines, joined by `|`.
fn of(personality: Personality, rows: &[(&str, &str)]) {
    let mut bench = Bench::with(ModemConfig { personality, ..ModemConfig::default() });
    bench.chat("ATE0\r");
    for (dte, dce) in rows {
        let said = bench.chat(&format!("AT{dte}\r"));
        let lines: Vec<&str> = said.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.join("|"), *dce, "to {dte:?}");
        if !matches!(bench.modem.state, State::Command) {
            bench.chat("ATH\r");
            bench.pause(200);
            bench.type_only("\r");
            bench.outputs();
        }
    }
}

// M5, V.250 §5.2.4
#[test]
fn a_line_that_failed_is_repeated_like_any_other() {
    let mut bench = Bench::new();
    bench.chat("ATE0\r");
    assert_eq!(bench.chat("ATS7?$\r"), "\r\n050\r\n\r\nERROR\r\n");
    assert_eq!(bench.chat("a/"), "\r\n050\r\n\r\nERROR\r\n");
}

// M9, V.250 §5.4: the line that makes other emulators dial
#[test]
fn caller_id_s_command_is_no_dialling() {
    let mut bench = Bench::new();
    for line in ["AT+VCID=1\r", "AT+VCID=1;+IFC=2,2;E1\r", "AT#CID=1\r"] {
        assert!(bench.chat(line).ends_with("\r\nOK\r\n"), "{line:?}");
        assert_eq!(bench.modem.state, State::Command);
    }
}

// M10, V.250 §5.3.2
#[test]
fn an_s_parameter_that_is_not_there_or_not_in_range_fails() {
    generic(&[
        ("S0=255", "OK"),
        ("S0=256", "ERROR"),
        ("S0?", "255|OK"),
        ("S6=1", "ERROR"),
        ("S13?", "ERROR"),
        ("S99=0", "ERROR"),
        ("S300?", "ERROR"),
        ("S10", "OK"),
        ("=20?", "020|OK"),
    ]);
}

// M11, V.250 §5.3.1
#[test]
fn a_missing_number_is_0_and_an_unknown_command_fails() {
    generic(&[("V", "0"), ("V1", "OK"), ("X5", "ERROR"), ("J", "ERROR"), ("&H1", "ERROR"), ("+NONE=1", "ERROR")]);
}

// M55, Hayes
#[test]
fn v_lists_what_w_has_stored_and_y_chooses() {
    let mut bench = Bench::new();
    bench.chat("ATE0S7=60&W1\r");
    bench.chat("AT&FE0S7=70&Z2=T5551234\r");
    let listed = bench.chat("AT&V\r");
    let parts: Vec<&str> = listed.split("PROFILE").collect();
    let [_, active, first, second] = parts[..] else { panic!("three profiles: {listed}") };
    assert!(active.contains("E0") && active.contains("S07:070"), "{active}");
    assert!(first.contains("E1") && first.contains("S07:050"), "{first}");
    assert!(second.contains("E0") && second.contains("S07:060") && second.contains("2=T5551234"), "{second}");
    assert!(listed.split("\r\n").all(|line| line.len() <= 72), "{listed}");
    assert!(listed.ends_with("\r\nOK\r\n"), "{listed}");
    // &D3 brings back the chosen one.
    bench.chat("AT&Y1&D3\r");
    bench.modem.handle_circuit_108(bench.now, false);
    bench.modem.handle_circuit_108(bench.now, true);
    assert_eq!(bench.chat("ATS7?\r"), "\r\n060\r\n\r\nOK\r\n");
}

// M53, V.250 §6.1.1
#[test]
fn z_brings_back_one_of_two_profiles_and_the_rest_of_its_line_is_not_done() {
    generic(&[
        ("E0S7=60&W", "OK"),
        ("E0S7=70&W1", "OK"),
        ("Z0S7=80", "OK"),
        ("S7?", "060|OK"),
        ("Z1", "OK"),
        ("S7?", "070|OK"),
        ("&FE0", "OK"),
        ("S7?", "050|OK"),
        ("Z2", "ERROR"),
    ]);
}

// M54, V.250 §6.1.3 to §6.1.9
#[test]
fn every_identification_is_one_text_and_a_result() {
    generic(&[
        ("I0", "offhook data modem|OK"),
        ("I3", concat!("offhook data modem ", env!("CARGO_PKG_VERSION"), "|OK")),
        ("I11", "offhook data modem|OK"),
        ("I12", "ERROR"),
        ("+GSN", "0|OK"),
        ("+GMM=?", "OK"),
        ("+GMM?", "ERROR"),
    ]);
}

// M56, M57, V.250 §6.4.1, §6.5, §6.6
#[test]
fn modulation_error_control_and_compression_are_kept_and_told() {
    generic(&[
        ("+MS?", "+MS: V90,1,0,0,0,0|OK"),
        ("+MS=V92;+MS?", "+MS: V92,1,0,0,0,0|OK"),
        ("+MS=V90", "OK"),
        ("+MS=V32B,0,4800,14400", "OK"),
        ("+MS?", "+MS: V32B,0,4800,14400,0,0|OK"),
        ("+MS=V99", "ERROR"),
        (
            "+MS=?",
            "+MS: (B103,B212,V21,V22,V22B,V23C,V32,V32B,V34,K56,V90,V92),(0,1),(0,300-56000),(0,300-56000),(0,300-56000),(0,300-56000)|OK",
        ),
        ("+ES=3,,2;+ES?", "+ES: 3,0,2|OK"),
        ("+ES=8", "ERROR"),
        ("+DS=0;+DS?", "+DS: 0,0,2048,32|OK"),
        ("+ER=1;+DR=1;+MR=1;+ER?;+DR?;+MR?", "+ER: 1|+DR: 1|+MR: 1|OK"),
        ("\\N3%C1", "OK"),
        ("\\N7", "ERROR"),
    ]);
}

// M58, T.31, TIA-578
#[test]
fn a_fax_class_is_there_only_if_the_model_has_it() {
    let own = Extended {
        name: "+FCLASS".to_owned(),
        default: "0".to_owned(),
        ranges: "0,1,2".to_owned(),
        allowed: vec![vec![0..=2]],
        same_as: None,
        reads: Vec::new(),
        keyed: false,
    };
    let fax = Personality { extended: vec![own], ..Personality::default() };
    of(fax, &[("+FCLASS?", "0|OK"), ("+FCLASS=?", "0,1,2|OK"), ("+FCLASS=2;+FCLASS?", "2|OK"), ("+FCLASS=8", "ERROR")]);
    generic(&[("+FCLASS?", "0|OK"), ("+FCLASS=?", "0|OK"), ("+FCLASS=1", "ERROR"), ("+FCLASS=2.0", "ERROR")]);
}

// M37, V.253, Rockwell
#[test]
fn both_spellings_of_caller_id_are_one_setting() {
    generic(&[
        ("#CID=2;+VCID?", "+VCID: 2|OK"),
        ("+VCID=0;#CID?", "#CID: 0|OK"),
        ("#CID=?", "#CID: (0-2)|OK"),
        ("+VCID=3", "ERROR"),
    ]);
}

#[test]
fn a_make_says_its_own_name_and_refuses_what_it_does_not_know() {
    let personality = Personality {
        name: "maker".to_owned(),
        title: "Maker Fast 56K".to_owned(),
        information: [(0, vec!["5601".to_owned()]), (7, vec!["Options".to_owned(), "V32bis".to_owned()])].into(),
        identity: [("+FMFR?".to_owned(), "MAKER".to_owned()), ("+GMI".to_owned(), "Maker Inc.".to_owned())].into(),
        registers: vec![Register { number: 95, default: 3, range: 0..=255, bits: false }],
        commands: [("&H".to_owned(), vec![0..=3])].into(),
        refused: vec!["&V".to_owned(), "#".to_owned()],
        ..Personality::default()
    };
    of(
        personality,
        &[
            ("I", "5601|OK"),
            ("I1", "Maker Fast 56K|OK"),
            ("I7", "Options|V32bis|OK"),
            ("+FMFR?", "MAKER|OK"),
            ("+GMI;+GMM", "Maker Inc.|Maker Fast 56K|OK"),
            ("S95?", "003|OK"),
            ("&H3", "OK"),
            ("&H4", "ERROR"),
            ("&V", "ERROR"),
            ("#CID=1", "ERROR"),
            ("+VCID=1", "OK"),
        ],
    );
}

#[test]
fn a_make_errs_where_and_as_often_as_it_is_said_to() {
    let errs = |quirks: Quirks| Personality { quirks, ..Personality::default() };
    let on_z = errs(Quirks { errors: vec!["ATZ".to_owned(), "AT&D3".to_owned()], ..Quirks::default() });
    of(on_z, &[("z", "ERROR"), (" & d3", "ERROR"), ("&D2", "OK"), ("", "OK")]);
    // The first line was ATE0.
    let every_second = errs(Quirks { errs_every: 2, ..Quirks::default() });
    of(every_second, &[("", "ERROR"), ("", "OK"), ("", "ERROR"), ("", "OK")]);
    let anything = errs(Quirks { takes_anything: true, ..Quirks::default() });
    of(anything, &[("+XYZ=7", "OK"), ("J9", "OK"), ("S200=1", "OK"), ("$", "OK")]);
    let short = errs(Quirks { line_length: 10, ..Quirks::default() });
    of(short, &[("E0E0E0E0E0", "OK"), ("E0E0E0E0E0E", "ERROR")]);
}

proptest::proptest! {
    // M7, V.250 §5.6
    #[test]
    fn every_command_line_has_one_final_result_code(body in "[A-CE-PR-UW-Y0-9&+#=?;,%\\\\ ]{0,60}") {
        let mut bench = Bench::new();
        bench.chat("ATE0\r");
        bench.type_only(&format!("AT{body}\r"));
        let last = |what: &EventKind| matches!(what, EventKind::Response { text } if ["OK", "ERROR", "NO CARRIER"].contains(&&**text));
        let said = bench.traced();
        let finals = said.iter().filter(|what| last(what)).count();
        // Off hook after H1 it takes commands, and has said so.
        let answers = !matches!(bench.modem.state, State::Command | State::OffHook);
        proptest::prop_assert_eq!(finals, usize::from(!answers), "{}", body);
        proptest::prop_assert!(answers || said.last().is_some_and(last), "{body}");
    }
}
