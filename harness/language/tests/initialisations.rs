//! Lines by which programs and makers' documents set modems up, each answered as the maker of that modem documents it.
//!
//! Each with where it is from. A line that another make would take is an error here as it is there.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "initialisations/collected.rs"]
mod collected;

use std::time::Duration;

use offhook_clock::Instant;
use offhook_language::model;
use offhook_telephony::modem::{Modem, ModemConfig, ModemOutput};

/// Model, line, result code, where the line is from.
const LINES: &[(&str, &str, &str, &str)] = &[
    ("generic", "AT Z H0", "OK", "Doom general 2"),
    ("rockwell-56k", "AT&C0N0S37=9&K0W0&Q0S36=3S48=128%C0", "OK", "Doom Boca 14.4k"),
    ("rockwell-56k", "AT &F S0=1 S36=0 &K0 &Q6N0S37=9 &D2", "OK", "Doom Boca ext"),
    ("rockwell-56k", "AT &F N0 S37=9 &Q0 &D2 \\N1", "OK", "Doom Cardinal"),
    ("usr-sportster", "AT S0=1 &N6 &K0 &M0", "OK", "Doom Telepath USR"),
    ("hayes-accura", "AT &Q6 &K S37=9 N %C0 \\N0", "OK", "Doom Hayes 28.8"),
    ("generic", "AT \\N0 %C0 \\Q0 B8", "ERROR", "Doom Intel 14.4"),
    ("generic", "AT Z \\N0 &D2 &K0 S48=48", "OK", "Doom Digicom"),
    ("generic", "AT &F B8 \\Q0", "ERROR", "Doom GVC 14.4"),
    ("hayes-accura", "AT&F&C1&D2&K3%C0", "OK", "modemhelp Hayes 33.6"),
    ("hayes-accura", "ATX4V1Q0S7=70", "OK", "modemhelp Hayes Smartmodem"),
    ("hayes-accura", "AT&F&C1&D2&K3S46=136", "OK", "modemhelp Hayes Optima"),
    ("hayes-accura", "AT&Q5S36=7&C1&D0&K3", "OK", "modemhelp Hayes V-Series"),
    ("hayes-accura", "AT&F&C1&D2&Q5&K3S38=0S95=42", "OK", "modemhelp Hayes Accura"),
    ("hayes-accura", "AT&D2&C1X4V1Q0S7=70W2N1&Q5&K3", "OK", "modemhelp Hayes Accura 9600"),
    ("usr-sportster", "AT&F&B1&H1&R2&A3&K3X4S11=38", "OK", "USR docs Sportster"),
    ("usr-sportster", "AT&F&B1&H1&R2&A0&K3X4V0H0", "0", "USR Telegard BBS"),
    ("usr-courier", "at&f1 t m0 s32=6 &w", "OK", "Courier Unix host"),
    ("usr-courier", "AT&F1M0X7&A3&B1&H1&R2&D2S0=0S2=255S10=5&C1", "OK", "Courier BBS typical"),
    ("usr-sportster", "AT&F1", "OK", "USR factory hw flow"),
    ("usr-courier", "AT&FS0=1&C1&D3&H1&R2&B1&M4&K1&W", "OK", "Cisco Courier"),
    ("generic", "AT&FE0S0=0S2=255Q0V1", "OK", "Worldgroup"),
    ("generic", "ATS0=0S2=128S7=60B0E0F1V1X1Q0", "OK", "EazyBBS"),
    ("generic", "ATE0Q0V1X4F1", "OK", "WhatsUp pager"),
    ("generic", "ATE0V1Q0X1 S6=3 S7=30 ", "OK", "Prodigy 1"),
    ("generic", "AT&C1&D1 S10=32 ", "OK", "Prodigy 2"),
    ("generic", "ATI0", "OK", "Prodigy 3"),
    ("generic", "ATH0S0=1 E0", "OK", "RemoteAccess in DOSBox"),
    ("rockwell-56k", "ATE1V1W&F&Q5S36=7S48=7\\N3&K3S46=138%C3S7=60", "OK", "Zoom portmaster"),
    ("generic", "ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0", "OK", "wvdial default"),
    ("rockwell-56k", "AT+VCID=1", "OK", "callattendant"),
    ("rockwell-56k", "AT&W0", "OK", "callattendant"),
    ("rockwell-56k", "ATE1 S0=1 S7=3 &D2 +MS=B212", "OK", "mm_manager 1"),
    ("rockwell-56k", "ATE=1 S0=1 S7=3 &D2 +MS=B212", "OK", "mm_manager 2"),
    ("usr-sportster", "AT&F1E0Q0V1&C1&D2S0=0", "OK", "Win9x unimodem USR"),
    ("rockwell-56k", "AT&FE0V1S0=0&D2&C1W2S95=47", "OK", "Win9x unimodem Rockwell"),
    ("generic", "ATE0V1", "OK", "Win9x unimodem std"),
    ("generic", "AT&F E0 V1 &D2 &C1 S0=0", "OK", "Win9x std 2"),
    ("generic", "ATX3", "OK", "Win98 dial tone probe"),
    ("zyxel-u1496", "AT&FX7&D2&C1&H3&K4&N0S0=0S38.3=1", "OK", "ZyXEL BBS"),
    ("zyxel-u1496", "AT&FE0X5&C1&D2&H3&K4&R1S0=0", "OK", "ZyXEL plain"),
    ("zyxel-u1496", "ATZ*E0*N3", "OK", "ZyXEL *"),
    ("zyxel-u1496", "AT&FS2=255", "OK", "mgetty.config, ZyXEL"),
    ("zyxel-u1496", "ATN3S0=0S13.2=1", "OK", "mgetty.config, ZyXEL"),
    ("generic", "AT&C1&K3", "OK", "Trumpet Winsock"),
    ("generic", "AT S7=45 S0=0 L1 V1 X4 &C1 &D2 E1 Q0", "OK", "Telix"),
    ("generic", "ATM0H0S0=0Q0V1", "OK", "FrontDoor"),
    ("generic", "AT S7=45 S0=0 L1 V1 X4 &c1 E1 Q0", "OK", "minicom"),
    ("generic", "ATE0V1Q0X4S0=0", "OK", "uucp"),
    ("rockwell-56k", "AT+FCLASS=?", "OK", "HylaFAX data probe"),
    ("generic", "ATX1M0", "OK", "Mac OT PPP"),
    ("generic", "ats0=1z&c1&k3%f0s3=13", "OK", "tcpser readme chain"),
    ("generic", "AT&FS58=2S68=2S51=6S180=2", "ERROR", "Telebit"),
    ("generic", "AT&F&E4&E1&E15$BA0", "ERROR", "Multitech"),
    ("rockwell-56k", "AT&F2", "OK", "Supra/Rockwell"),
    ("rockwell-56k", "AT+MS=11,1,300,33600", "ERROR", "Rockwell 33.6"),
    ("rockwell-56k", "ATS25=5S26=1S38=20", "OK", "Rockwell S25 S26 S38"),
    ("generic", "AT+NET1", "ERROR", "DOSBox +NET1"),
    ("generic", "ATS62=0", "ERROR", "Zimodem"),
    ("generic", "AT&D0S25=10", "ERROR", "quake"),
    ("generic", "ATE0V0X1Q0S0=0", "0", "Falcon style"),
    ("generic", "AT+CMEE=1", "ERROR", "GSM ERR"),
    ("rockwell-56k", "ATQ0V1N1X4Y0&C1&D2%E2\\K5+FCLASS=0S37=0", "OK", "C-Kermit, rockwell-v90"),
    ("usr-courier", "ATQ0X4&A3&N0&Y3S14=0", "OK", "C-Kermit, usrobotics"),
    ("usr-sportster", "ATQ0X4&A3&N0&Y3S14=0", "OK", "C-Kermit, usrobotics"),
    ("zyxel-u1496", "ATQ0E1&N0X5&Y1", "OK", "C-Kermit, zyxel"),
    ("hayes-accura", "ATQ0X4N1Y0S37=0", "OK", "C-Kermit, hayes-high-speed"),
    ("hayes-accura", "AT&Q5S36=7S48=7", "OK", "C-Kermit, hayes-high-speed"),
    ("hayes-accura", "ATS46=2", "OK", "C-Kermit, hayes-high-speed"),
    ("rockwell-56k", "ATB0S0=0&D2\\N3%C2&K3X5\\V0", "ERROR", "Boca's BBS manual; Conexant 100498 has X0 to X4"),
];

/// What documents of these makes have, and these models have not: each a gap, named where it stands.
const GAPS: &[(&str, &str, &str)] = &[
    ("rockwell-56k", "AT &F S46=0 &K0 &Q0 &D2 &W", "Doom's help, general 1: S46=0; Rockwell documents 136 and 138"),
    (
        "rockwell-56k",
        "ATS48=0S37=9S46=136%C0%E0%M0&K0&Q0&R1&C1&D2\\G0\\N1N0",
        "Doom's help, Boca M1440i: %M, in no manual that was found",
    ),
    ("rockwell-56k", "AT&J0&X0&T5", "seen on a modem: &J0, in no manual that was found"),
];

/// The last line that a modem says to a command line.
fn answer(model: &str, line: &str) -> String {
    all(model, line).trim_end().rsplit(['\r', '\n']).next().unwrap_or_default().to_owned()
}

/// All that it says.
fn all(model: &str, line: &str) -> String {
    let personality = model::load(model).unwrap_or_else(|_| panic!("no model {model}"));
    let mut modem = Modem::new(ModemConfig { personality, ..ModemConfig::default() });
    let mut now = Instant::ZERO;
    let mut said = Vec::new();
    modem.handle_circuit_108(now, true);
    for _ in 0..2 {
        // A model may take its time after circuit 108 is on.
        now += Duration::from_secs(5);
        modem.handle_timeout(now);
    }
    modem.handle_dte_octets(now, format!("{line}\r").as_bytes());
    for _ in 0..100 {
        while let Some(output) = modem.poll_output() {
            if let ModemOutput::ToDte(octets) = output {
                said.extend(octets);
            }
        }
        let Some(deadline) = modem.poll_timeout().filter(|at| *at < now + Duration::from_secs(3)) else { break };
        modem.handle_timeout(deadline);
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn every_make_answers_as_its_documents_have_it() {
    let wrong: Vec<_> = LINES
        .iter()
        .chain(collected::LINES)
        .map(|(model, line, expected, source)| (model, line, expected, answer(model, line), source))
        .filter(|(_, _, expected, actual, _)| *expected != actual)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_a_gap_is_still_one() {
    for (model, line, why) in GAPS {
        assert_eq!(answer(model, line), "ERROR", "{model} takes {line:?} now: {why}");
    }
}

#[test]
fn bits_of_registers_are_set_and_read_where_makers_have_that() {
    // ZyXEL, U-1496 Series User's Manual, page 42; USRobotics, V.34 manual, page B-15: S13.0=1 .3=1 is S13=9.
    for (model, lines, expected) in [
        ("zyxel-u1496", "ATS38.3=1S38?", "008"),
        ("zyxel-u1496", "ATS38=255S38.3=0S38.3?", "0"),
        ("usr-courier", "ATS13.0=1 .3=1 S13?", "009"),
        ("usr-sportster", "ATS13.0=1.3=1S13.3?", "1"),
    ] {
        let personality = model::load(model).unwrap_or_else(|_| panic!("no model {model}"));
        assert!(personality.registers.iter().any(|register| register.bits), "{model}");
        assert_eq!(value(model, lines), expected, "{model} {lines}");
    }
    for (model, line) in [
        ("generic", "ATS7.0=1"),
        ("usr-courier", "ATS13.8=1"),
        ("usr-courier", "ATS13.0=2"),
        ("usr-courier", "ATS13.0"),
    ] {
        assert_eq!(answer(model, line), "ERROR", "{model} {line}");
    }
}

/// The information text before OK.
fn value(model: &str, line: &str) -> String {
    let said = all(model, line);
    let lines: Vec<&str> = said.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.last(), Some(&"OK"), "{said:?}");
    lines[lines.len() - 2].to_owned()
}
