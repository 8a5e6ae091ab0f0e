//! Modems of mobile networks: `D*99#`, `+CGDATA`, and parameters that have more to say than their values (3GPP TS 27.007).

use super::*;
use crate::modem::personality::{Extended, ReadForm};

fn wireless() -> Modem {
    let parameter = |name: &str, allowed: &[&[u32]], reads: Vec<ReadForm>, keyed| Extended {
        name: name.to_owned(),
        default: allowed.iter().map(|values| values[0].to_string()).collect::<Vec<_>>().join(","),
        ranges: String::new(),
        allowed: allowed.iter().map(|values| values.iter().map(|value| *value..=*value).collect()).collect(),
        same_as: None,
        reads,
        keyed,
    };
    let form = |when: Option<(u8, &str)>, text: &str| ReadForm {
        when: when.map(|(place, is)| (place, is.to_owned())),
        text: text.to_owned(),
    };
    let registration = vec![form(Some((1, "2")), "2,1,\"0001\""), form(None, "{1},1")];
    let identity = [("+CSQ", "+CSQ: 20,99"), ("+CSQ=?", "+CSQ: (0-31,99),(99)"), ("+CPIN?", "+CPIN: READY")];
    let personality = Personality {
        name: "wireless".to_owned(),
        wireless: true,
        identity: identity.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
        extended: vec![
            parameter("+CMEE", &[&[0, 1, 2]], Vec::new(), false),
            parameter("+CREG", &[&[0, 1, 2]], registration, false),
            parameter("+CGDCONT", &[&[1, 2, 3]], Vec::new(), true),
        ],
        ..Personality::default()
    };
    let mut modem = Modem::new(ModemConfig { personality, ..ModemConfig::default() });
    modem.handle_dte_octets(Instant::ZERO, b"ATE0\r");
    while modem.poll_output().is_some() {}
    modem
}

/// What the modem answers, result codes and information, without line ends.
fn answers(modem: &mut Modem, command: &str) -> Vec<String> {
    modem.handle_dte_octets(Instant::ZERO, format!("{command}\r").as_bytes());
    let mut said = Vec::new();
    while let Some(output) = modem.poll_output() {
        if let ModemOutput::ToDte(octets) = output {
            said.extend(octets);
        }
    }
    let said = String::from_utf8_lossy(&said).into_owned();
    said.split("\r\n").filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// What it dials at once, without time passing.
fn dialled(modem: &mut Modem, command: &str) -> Option<String> {
    modem.handle_dte_octets(Instant::ZERO, format!("{command}\r").as_bytes());
    for _ in 0..5 {
        modem.handle_timeout(Instant::ZERO);
    }
    std::iter::from_fn(|| modem.poll_output()).find_map(|output| match output {
        ModemOutput::Dial(digits) => Some(digits),
        _ => None,
    })
}

// M69, TS 27.007 §10.2.1.1
#[test]
fn a_wireless_modem_dials_at_once_whatever_x_says() {
    for command in ["ATD*99#", "ATDT*99***1#", "ATX4D*99***1#", "ATDW9,5551000"] {
        let expected: String = command.chars().filter(|c| c.is_ascii_digit() || "*#".contains(*c)).collect();
        let expected = expected.strip_prefix('4').unwrap_or(&expected).to_owned();
        assert_eq!(dialled(&mut wireless(), command), Some(expected), "{command}");
    }
}

// M69, TS 27.007 §10.2.1.1
#[test]
fn carrier_is_connect_and_its_end_no_carrier_and_a_refusal_is_told_at_once() {
    let mut modem = wireless();
    dialled(&mut modem, "ATD*99#");
    modem.handle_line(Instant::ZERO, LineEvent::Connected(Carrier::new(33_600)));
    assert!(modem.is_online());
    for (tone, word) in [(Tone::Busy, "BUSY"), (Tone::Unobtainable, "NO CARRIER"), (Tone::Congestion, "NO CARRIER")] {
        let mut modem = wireless();
        dialled(&mut modem, "ATD*99#");
        modem.handle_line(Instant::ZERO, LineEvent::Tone(tone));
        assert_eq!(answers(&mut modem, ""), [word], "{tone:?}");
    }
}

// M70, TS 27.007 §10.1.12
#[test]
fn cgdata_is_the_service_code_by_another_name() {
    for (command, number) in [
        ("AT+CGDATA=\"PPP\",1", Some("*99***1#")),
        ("AT+CGDATA=\"PPP\"", Some("*99#")),
        ("AT+CGDATA", Some("*99#")),
        ("AT+CGDATA=\"M-0021\",1", None),
        ("AT+CGDATA=\"PPP\",x", None),
    ] {
        assert_eq!(dialled(&mut wireless(), command).as_deref(), number, "{command}");
    }
    assert_eq!(answers(&mut wireless(), "AT+CGDATA=?"), ["+CGDATA: (\"PPP\")", "OK"]);
    assert_eq!(
        answers(&mut Modem::new(ModemConfig::default()), "AT+CGDATA=\"PPP\",1").last().map(String::as_str),
        Some("ERROR")
    );
}

// M71, TS 27.007 §7.2
#[test]
fn what_is_read_may_be_more_than_what_was_set() {
    let mut modem = wireless();
    assert_eq!(answers(&mut modem, "AT+CREG?"), ["+CREG: 0,1", "OK"]);
    assert_eq!(answers(&mut modem, "AT+CREG=1;+CREG?"), ["+CREG: 1,1", "OK"]);
    assert_eq!(answers(&mut modem, "AT+CREG=2;+CREG?"), ["+CREG: 2,1,\"0001\"", "OK"]);
    assert_eq!(answers(&mut modem, "AT+CREG=3"), ["ERROR"]);
}

// M72, TS 27.007 §10.1.1
#[test]
fn contexts_are_defined_and_undefined_one_by_one() {
    let mut modem = wireless();
    assert_eq!(answers(&mut modem, "AT+CGDCONT?"), ["OK"]);
    answers(&mut modem, "AT+CGDCONT=2,\"IP\",\"corporate\"");
    answers(&mut modem, "AT+CGDCONT=1,\"IP\",\"internet\"");
    let both = ["+CGDCONT: 1,\"IP\",\"internet\"", "+CGDCONT: 2,\"IP\",\"corporate\"", "OK"];
    assert_eq!(answers(&mut modem, "AT+CGDCONT?"), both);
    assert_eq!(answers(&mut modem, "AT+CGDCONT=2;+CGDCONT?"), [both[0], "OK"]);
    assert_eq!(answers(&mut modem, "AT+CGDCONT=9,\"IP\""), ["ERROR"]);
    // As other settings, they are stored and come back.
    assert_eq!(answers(&mut modem, "AT&W&F+CGDCONT?"), ["OK"]);
    answers(&mut modem, "ATZ");
    assert_eq!(answers(&mut modem, "AT+CGDCONT?"), [both[0], "OK"]);
    let config = modem.config.clone();
    let mut next = Modem::new(ModemConfig { nvram: Some(modem.nvram()), ..config });
    assert_eq!(answers(&mut next, "ATE0+CGDCONT?").last_chunk::<2>().map(|lines| lines[0].as_str()), Some(both[0]));
}

// M73, V.250 §5.4.2
#[test]
fn an_identity_may_be_asked_for_its_values() {
    let mut modem = wireless();
    assert_eq!(answers(&mut modem, "AT+CSQ"), ["+CSQ: 20,99", "OK"]);
    assert_eq!(answers(&mut modem, "AT+CSQ=?"), ["+CSQ: (0-31,99),(99)", "OK"]);
    assert_eq!(answers(&mut modem, "AT+CPIN?"), ["+CPIN: READY", "OK"]);
    assert_eq!(answers(&mut modem, "AT+CPIN=?"), ["OK"]);
    assert_eq!(answers(&mut modem, "AT+CPIN=\"1234\""), ["ERROR"]);
}

// 3GPP TS 27.007 §9.1, §9.2.1: 0 disables +CME ERROR, 1 has numbers, 2 words; 4 is "operation not supported".
#[test]
fn a_multiplexer_that_is_not_there_is_refused_in_the_form_that_cmee_asks_for() {
    let mut modem = wireless();
    for (form, refused) in
        [("0", "ERROR"), ("1", "+CME ERROR: 4"), ("2", "+CME ERROR: operation not supported"), ("0", "ERROR")]
    {
        assert_eq!(answers(&mut modem, &format!("AT+CMEE={form}")), ["OK"]);
        // As Zephyr and ofono ask for it; what comes after it on the line is not carried out.
        for command in ["AT+CMUX=0,0,5,127,10,3,30,10,2", "AT+CMUX=0", "AT+CMUX?", "AT+CMUX=?", "AT+CMUX=0;+CMEE=2"] {
            assert_eq!(answers(&mut modem, command), [refused], "{command} with +CMEE={form}");
        }
        // Errors of syntax are no errors of the module's functionality.
        for command in ["AT+CMUX", "AT+CMEE=3", "AT+CREG=7", "AT+NONSENSE=1"] {
            assert_eq!(answers(&mut modem, command), ["ERROR"], "{command}");
        }
        assert_eq!(answers(&mut modem, "AT+CMEE?"), [format!("+CMEE: {form}"), "OK".to_owned()]);
    }
}

#[test]
fn a_modem_that_is_no_module_does_not_know_the_command() {
    let mut modem = Modem::new(ModemConfig::default());
    modem.handle_dte_octets(Instant::ZERO, b"ATE0\r");
    while modem.poll_output().is_some() {}
    assert_eq!(answers(&mut modem, "AT+CMUX=0"), ["ERROR"]);
}
