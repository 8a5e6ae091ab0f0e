//! Numbers of `offhook modem` that answer with PPP, `offhook answer`, and the modem of a mobile network: as programs that dial in
//! use them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/ppp_host.rs"]
mod ppp_host;
#[path = "common/terminal.rs"]
mod terminal;

use std::net::Ipv4Addr;
use std::process::Output;

use common::{offhook, said};
use ppp_host::PppHost;
use serde_json::Value;
use terminal::{Modems, Terminal};

const SERVER: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 1);
const FIRST: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 2);

/// `offhook call`, by the control socket of these modems.
fn call(modems: &Modems, arguments: &[&str]) -> Output {
    let mut command = offhook();
    command.args(["call", "--timeout", "20s", "--json", "-", "--control"]).arg(modems.path("control.sock"));
    command.args(arguments).output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// Everything that a host is there for.
fn is_served(host: &mut PppHost<'_>) {
    assert_eq!(host.address(), (FIRST, Some(SERVER), vec![SERVER]));
    host.ping(SERVER);
    assert_eq!(host.resolve("offhook.test"), [SERVER]);
    assert_eq!(host.resolve("elsewhere.example"), [] as [Ipv4Addr; 0]);
    let (status, octets) = host.fetch("offhook.test", "/");
    assert!(status == Some(200) && octets > 200, "{status:?}, {octets} octets");
}

#[test]
fn a_number_lets_in_who_has_the_password_and_nobody_else() {
    let mut modems =
        Modems::start(offhook(), &["--link", "./vm0=5551000", "--ppp", "5559000", "--account", "alice:secret"]);
    modems.terminal("vm0").command("AT", "OK");
    let alice = call(&modems, &["5559000", "--user", "alice", "--password", "secret", "--from", "5550199"]);
    let report_of_alice = report(&alice);
    assert_eq!(alice.status.code(), Some(0), "{}", said(&alice));
    assert_eq!(report_of_alice["address"]["local"], "100.64.0.2");
    assert_eq!(report_of_alice["address"]["dns"][0], "100.64.0.1");
    assert_eq!(report_of_alice["ping"]["answered"], 3);
    assert_eq!(report_of_alice["auth"]["protocol"], "CHAP");
    let mallory = call(&modems, &["5559000", "--user", "alice", "--password", "guess"]);
    assert_eq!(mallory.status.code(), Some(1), "{}", said(&mallory));
    assert_eq!(report(&mallory)["auth"]["accepted"], false);
    let log = modems.log();
    for told in [
        "5559000 note   5550199: alice let in by CHAP",
        "5559000 note   5550199: address 100.64.0.2",
        "5559000 note   5550199: call over",
        "alice refused by CHAP: no such name, or another password",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

#[test]
fn a_program_dials_it_gets_an_address_pings_resolves_and_fetches_a_page() {
    let home = tempfile::tempdir().unwrap();
    let book = "ppp \"5559000\" name=\"Provider\" local=\"10.9.0.1\" remote=\"10.9.0.7\" {\n    account \"alice\" password=\"secret\"\n    \
                auth \"pap\"\n    dns \"10.9.0.1\" \"9.9.9.9\"\n    host \"www.example\" address=\"192.0.2.80\"\n}\n";
    std::fs::write(home.path().join("book"), book).unwrap();
    let arguments = ["--link", "./vm0=5551000", "--phonebook", "book"];
    let mut modems = Modems::start_in(home, &mut offhook(), &arguments);
    let mut terminal = modems.terminal("vm0");
    terminal.command("ATE0X2", "OK");
    for command in ["ATDT5559000", "ATD\"provider\""] {
        terminal.send(&format!("{command}\r"));
        terminal.hear("CONNECT 33600\r\n");
        let mut host = PppHost::begin(terminal.file(), Some(("alice", "secret")));
        let [server, own] = [1, 7].map(|last| Ipv4Addr::new(10, 9, 0, last));
        assert_eq!(host.address(), (own, Some(server), vec![server, Ipv4Addr::new(9, 9, 9, 9)]));
        host.ping(server);
        assert_eq!(host.resolve("www.example"), [Ipv4Addr::new(192, 0, 2, 80)]);
        let (status, octets) = host.fetch("10.9.0.1", "/");
        assert!(status == Some(200) && octets > 200, "{status:?}, {octets} octets");
        assert_eq!(host.fetch("10.9.0.1", "/nothing").0, Some(404));
        host.close();
        terminal.hear("NO CARRIER\r\n");
    }
    let log = modems.log();
    for told in [
        "5551000: alice let in by PAP",
        "5551000: DNS: www.example is 192.0.2.80",
        "5551000: HTTP: GET /: 200",
        "5551000: HTTP: GET /nothing: 404",
        "5551000: the caller ends PPP: \"User request\"",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
}

/// A modem of a mobile network, at `./vm0`.
fn cellular() -> (Modems, Terminal) {
    let arguments = ["--link", "./vm0=5551000", "--personality", "cellular", "--ppp", "5559000"];
    let mut modems = Modems::start(offhook(), &arguments);
    let terminal = modems.terminal("vm0");
    (modems, terminal)
}

/// Each command is answered by something with this in it, and all but the last by OK.
fn chat(terminal: &mut Terminal, script: &[(&str, &str)]) {
    for (command, expected) in script {
        let last = if expected.contains("CONNECT") { expected } else { "OK" };
        let answer = terminal.command(command, last);
        assert!(answer.contains(expected), "{command}: {answer:?} has no {expected:?}");
    }
}

#[test]
fn scripts_for_mobile_networks_get_their_answers_connect_and_ppp() {
    // Debian's /etc/chatscripts/gprs.
    let debian: &[(&str, &str)] = &[
        ("AT", "OK"),
        ("ATH", "OK"),
        ("ATE1", "OK"),
        ("AT+CGDCONT=1,\"IP\",\"internet\",\"\",0,0", "OK"),
        ("ATD*99#", "CONNECT"),
    ];
    // wvdial, with the initialisations that its configuration for such modems has.
    let wvdial: &[(&str, &str)] = &[
        ("ATZ", "OK"),
        ("ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0", "OK"),
        ("AT+CGDCONT=1,\"IP\",\"internet\"", "OK"),
        ("ATDT*99***1#", "CONNECT"),
    ];
    // What Zephyr's driver sends to a Quectel EG25-G, but for the multiplexer, which is not there.
    let zephyr: &[(&str, &str)] = &[
        ("ATE0", "OK"),
        ("AT+CFUN=4", "OK"),
        ("AT+CMEE=1", "OK"),
        ("AT+CREG=1", "OK"),
        ("AT+CGREG=1", "OK"),
        ("AT+CEREG=1", "OK"),
        ("AT+CREG?", "+CREG: 1,1\r\n"),
        ("AT+CEREG?", "+CEREG: 1,1\r\n"),
        ("AT+CGREG?", "+CGREG: 1,1\r\n"),
        ("AT+CGSN", "001010123456780\r\n"),
        ("AT+CGMM", "CELLULAR\r\n"),
        ("AT+CGMI", "offhook\r\n"),
        ("AT+CGMR", "1.0\r\n"),
        ("AT+CIMI", "001010123456789\r\n"),
        ("AT+CGACT=0,1", "OK"),
        ("AT+CFUN=1", "OK"),
        ("AT+CSQ", "+CSQ: 20,99\r\n"),
        ("ATD*99***1#", "CONNECT"),
    ];
    // Espressif's esp_modem, and who enters data state by +CGDATA.
    let espressif: &[(&str, &str)] = &[
        ("AT", "OK"),
        ("AT+CPIN?", "+CPIN: READY\r\n"),
        ("AT+CSQ", "+CSQ: 20,99\r\n"),
        ("AT+COPS?", "+COPS: 0,0,\"offhook\",7\r\n"),
        ("AT+COPS=3,2;+COPS?", "+COPS: 0,2,\"00101\",7\r\n"),
        ("AT+CGATT?", "+CGATT: 1\r\n"),
        ("AT+CGDCONT=1,\"IP\",\"internet\"", "OK"),
        ("AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"internet\"\r\n"),
        ("AT+CGDATA=?", "+CGDATA: (\"PPP\")\r\n"),
        ("AT+CGDATA=\"PPP\",1", "CONNECT"),
    ];
    let (modems, mut terminal) = cellular();
    for script in [debian, wvdial, zephyr, espressif] {
        chat(&mut terminal, script);
        let mut host = PppHost::begin(terminal.file(), None);
        is_served(&mut host);
        host.close();
        terminal.hear("NO CARRIER\r\n");
        assert!(terminal.command("AT+CEER", "OK").contains("+CEER: Normal, unspecified\r\n"));
    }
    assert_eq!(modems.log().matches("5551000: address 100.64.0.2").count(), 4, "{}", modems.log());
}

#[test]
fn a_call_to_the_packet_service_is_left_and_gone_back_to() {
    let (_modems, mut terminal) = cellular();
    chat(&mut terminal, &[("ATE0S12=10", "OK"), ("ATD*99#", "CONNECT")]);
    is_served(&mut PppHost::begin(terminal.file(), None));
    std::thread::sleep(std::time::Duration::from_millis(300));
    terminal.send("+++");
    terminal.hear("OK\r\n");
    terminal.command("AT+CSQ", "OK");
    terminal.command("ATH", "OK");
    terminal.command("AT+CEER", "+CEER: Released by the user");
}

#[test]
fn answer_gives_ppp_to_whoever_dials_anything_or_begins_with_a_frame() {
    let mut answer = Modems::answer(offhook(), &["--port", "./ppp0", "--account", "alice:secret"]);
    // A program that dials.
    let mut terminal = answer.terminal("ppp0");
    terminal.command("ATZ", "OK");
    terminal.send("ATDT0800123\r");
    terminal.hear("CONNECT 33600\r\n");
    is_served(&mut PppHost::begin(terminal.file(), Some(("alice", "secret"))));
    drop(terminal);
    answer.wait_until("its end", |answer| answer.log().contains("1: call over"));
    // One that does not.
    let terminal = answer.terminal("ppp0");
    let mut host = PppHost::begin(terminal.file(), Some(("alice", "secret")));
    is_served(&mut host);
    host.close();
    assert!(answer.log().contains("the port: alice let in by CHAP"), "{}", answer.log());
}

#[test]
fn answer_by_a_cable_begins_as_soon_as_the_port_is_open() {
    let options = ["--port", "./ppp0", "--direct", "--host", "www.example=192.0.2.80", "--dns", "192.0.2.53"];
    let mut answer = Modems::answer(offhook(), &options);
    for _ in 0..2 {
        let mut terminal = answer.terminal("ppp0");
        // A frame, unasked: its control octet, escaped.
        terminal.hear("}#");
        let mut host = PppHost::begin(terminal.file(), None);
        assert_eq!(host.address(), (FIRST, Some(SERVER), vec![Ipv4Addr::new(192, 0, 2, 53)]));
        host.ping(SERVER);
        host.close();
        drop(terminal);
        answer.wait_until("the closed port", |answer| {
            let log = answer.log();
            log.matches("closed by the DTE").count() == log.matches("the port: call answered").count()
        });
    }
}

#[test]
fn what_cannot_be_is_told_before_anything_runs() {
    let wrong = |arguments: &[&str], told: &str| {
        let output = offhook().args(arguments).output().unwrap();
        assert!(output.status.code() == Some(2) && said(&output).contains(told), "{told}: {}", said(&output));
    };
    wrong(&["modem", "--link", "./vm0=5551000", "--ppp", "5551000"], "there is a --link with that number");
    wrong(&["modem", "--link", "./vm0=5551000", "--account", "a:b"], "--ppp <NUMBER>");
    wrong(&["modem", "--link", "./vm0=5551000", "--ppp", "1", "--account", "alice"], "as in alice:secret");
    wrong(&["answer", "--port", "./ppp0", "--remote", "100.64.0.1-100.64.0.9"], "which is its own address");
    wrong(&["answer", "--port", "./ppp0", "--host", "www.example"], "as in www.example=100.64.0.1");
}
