//! One text with every word of the language, and what becomes of it.

#![allow(clippy::unwrap_used, clippy::panic)]

use offhook_etc::Content;
use offhook_scenario::{
    AcceptedAuth, AccountsFile, Act, ArpOwner, AuthProtocol, AuthResult, AutoPpp, Call, CallerIdRule, ClientProgram,
    Compress, Compressed, Direction, EchoRequests, Edit, Forward, ForwardWhen, Host, Line, Magic, Mode, ModemTraits,
    Port, Ppp, PppClient, Program, QualityReports, ReplacedBy, Scenario, Since, Start, Transfer, User, Verb, Wiring,
};
use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use offhook_telephony::exchange::{CallerIdService, Deafness, Quality};
use offhook_telephony::modem::Personality;
use offhook_telephony::trace::End;

use super::*;
use crate::expand::expand;
use crate::sources::gather;
use crate::vocabulary::Item;
use crate::words::{MODELS, SCENARIOS};
use offhook_base::SourceFile;
use offhook_schema::Errors;

const SERVER: &str = r#"
    port "ttyS0" mode="fax" ringback="30s" prompt="@!login: " arguments="-x 6" number="5551000" {
        line rate=50667 rate-from-caller=31200 error-control=#true caller-id="uk" call-waiting=#true {
            bit-errors one-in=100000
            bursts every="10s" lasting="50ms"
            octet-loss one-in=5000
            jitter "30ms"
            retrains every="1m" lasting="3s"
            deaf "server" after="1m" lasting="1s"
        }
        modem "generic" auto-answer=1 silent="25s" connect="\r\nCONNECT\r\n" { reply "ATQ0V1H0" "ERROR"; reply "ATI" ""; }
    }
    port "/dev/ttyUSB0"
    port "term/a" type="direct" program="pppd"
    port "/srv/port1"
    ppp {
        auto-ppp #false
        require-auth "default"; unix-auth; idle "never"; control-lines "default"
    }
    account "alice" password-file="/etc/ppp/alice.pw" file="both" { address "10.0.0.0/8+" "!10.0.0.1" "-" "host.name"; }
    account "bob" password="x" file="chap"
    user "bob" password="secret" shell="/bin/bash" { group "dip" "dialout"; }
    user "eve"
    caller-id { deny "all"; }
    lan server="192.168.32.1/24" host="192.168.32.7" forwarding=#false { name "www.lan" "192.168.32.7"; }
    hunt-group "5550100" "ttyS0" "/dev/ttyUSB0"
    file "ppp/options" mode="0600" owner="10:20" """
        lock
        	auth
        """
    file "/var/empty" ""
"#;

const CALLS: &str = r#"
    call to="/dev/ttyUSB0" ready=#false {
        expect-ring 2
        login user="bob"
        expect-login "refused"
        type "\u{03}" enter=#false
        expect-text "a" { fails "trixie" reason="so"; }
        expect-text "b" within="5s"
        expect-no-text "c\n"
        send "7e ff"
        modem-says "RING"
        modem-dies
        modem-off
        modem-on
        hold-off
        hold-off "30s"
        ppp user="a" password="b" auth="ms-chap-first" delay="2s" restart="1s" address="10.0.0.9" insist=#true callback=#true callback-number="555" miss-echo=6 ask-wins=#true vj=#true vj-slots=4 compress="deflate" mru=296 accm=0x000a0000 magic=0x12345678 pfc=#false acfc=#false start="silent" echo-interval="10s" echo-failure=3 quality-reports="20s" quality-bad=4 quality-ends=#true
        expect-wins "10.0.0.1"
        expect-compression "vj" from="server"
        expect-auth "accepted" protocol="chap"
        resolve "www.lan" address="192.168.32.7"
        fetch "http://www.lan/octets/1000" at-least="1s" at-most="2s"
        upload "http://www.lan/" size=5
        ping "10.0.0.9" size=1000 from="lan" answered=#false
        change { delete-rule 1; }
        fall-silent
        expect-hangup
        expect-arp "10.0.0.9" of="nobody"
        expect-no-log "pppd" "x"
    }
    change {
        port "ttyS7"
        delete-port "/dev/ttyUSB0"
        ppp { lock; auto-ppp #false; }
        account "alice" password="y"
        delete-account "bob"
        allow "555"; deny "none"; move-rule 2 "up"
        user "carol"
        file "nologin.ttyS0" ""
        delete-file "/etc/nologin.ttyS0"
        apply
    }
    together {
        call to="5550100" { ppp ask-address=#false; }
        call to="ttyS7" { expect-answer; }
        call to="ttyS7" { expect-busy; }
    }
"#;

fn scenario(text: &str) -> Scenario {
    let source = SourceFile { path: "a.kdl".into(), text: text.into() };
    let [scenario] = read(&source).unwrap_or_else(|errors| panic!("{errors}")).try_into().unwrap();
    scenario
}

fn whole() -> Scenario {
    scenario(&format!("scenario \"x\" {{ server {{ {SERVER} }}\n {CALLS} }}"))
}

fn verbs(call: &Call) -> Vec<Verb> {
    call.steps.iter().map(|step| step.verb.clone()).collect()
}

#[test]
fn ports_hold_what_serves_them_and_what_hangs_on_them() {
    let ports = whole().server.ports;
    let port = &ports[0];
    assert_eq!((port.mode, port.ringback, port.as_path), (Mode::Fax, Some(Duration::from_secs(30)), false));
    assert_eq!((port.prompt.as_deref(), port.arguments.as_deref()), (Some("@!login: "), Some("-x 6")));
    let (second, milliseconds) = (Duration::from_secs(1), Duration::from_millis);
    let quality = Quality {
        bit_errors: Some(100_000),
        bursts: Some((10 * second, milliseconds(50))),
        loss: Some(5000),
        jitter: milliseconds(30),
        retrains: Some((60 * second, 3 * second)),
        deaf: vec![Deafness { end: End::Server, after: 60 * second, lasts: Some(second) }],
    };
    let line = Line {
        rate: 50_667,
        rate_from_caller: Some(31_200),
        error_control: true,
        quality,
        caller_id: CallerIdService::Uk,
        call_waiting: true,
        ..Line::default()
    };
    assert_eq!((&port.line, port.number.as_deref(), port.wiring), (&line, Some("5551000"), Wiring::Pty));
    let modem = ModemTraits {
        silent: Duration::from_secs(25),
        replies: vec![("ATQ0V1H0".into(), "ERROR".into()), ("ATI".into(), String::new())],
        connect: Some("\r\nCONNECT\r\n".into()),
        auto_answer: Some(1),
        ..ModemTraits::default()
    };
    assert_eq!(port.modem, modem);
    let devices: Vec<_> = ports.iter().map(|port| (&*port.device, port.as_path)).collect();
    assert_eq!(devices, [("ttyS0", false), ("ttyUSB0", true), ("term/a", false), ("/srv/port1", false)]);
    assert_eq!((ports[2].program, ports[2].direct), (Program::Pppd, true));
}

#[test]
fn the_rest_of_a_server_is_what_its_words_say() {
    let server = whole().server;
    assert_eq!(server.auto_ppp, AutoPpp::Off);
    assert_eq!(server.ppp, Ppp { unix_auth: true, ..Ppp::default() }, "default and never write nothing");
    let [alice, bob] = &*server.accounts else { panic!("two accounts") };
    assert_eq!((alice.file, &*alice.password), (AccountsFile::Both, "@/etc/ppp/alice.pw"));
    assert_eq!(alice.addresses, ["10.0.0.0/8+", "!10.0.0.1", "-", "host.name"]);
    assert_eq!(bob.file, AccountsFile::Chap);
    let user = |name: &str| User { name: name.into(), password: None, shell: "/bin/sh".into(), groups: vec![] };
    let groups = vec!["dip".to_owned(), "dialout".to_owned()];
    let first = User { password: Some("secret".into()), shell: "/bin/bash".into(), groups, ..user("bob") };
    assert_eq!(server.users, [first, user("eve")]);
    let lan = server.lan.unwrap();
    assert_eq!((lan.forwarding, lan.names), (false, vec![("www.lan".into(), Ipv4Addr::new(192, 168, 32, 7))]));
    let [group] = &*server.hunt_groups else { panic!("one group") };
    assert_eq!((&*group.number, &*group.devices), ("5550100", &["ttyS0".to_owned(), "ttyUSB0".to_owned()][..]));
}

#[test]
fn a_file_is_taken_with_its_blanks_and_its_last_line_is_ended() {
    let [options, empty] = &*whole().server.files else { panic!("two files") };
    assert_eq!((&*options.path, options.mode, options.uid, options.gid), ("/etc/ppp/options", 0o600, 10, 20));
    assert_eq!(options.content, Content::File(b"lock\n\tauth\n".to_vec()));
    assert_eq!((&*empty.path, &empty.content), ("/var/empty", &Content::File(Vec::new())));
}

#[test]
fn every_verb_holds_what_it_says() {
    let scenario = whole();
    let call = scenario.calls().next().unwrap();
    assert_eq!((&*call.to, call.ready), ("ttyUSB0", false));
    let (seconds, text) = (Duration::from_secs, |text: &str| text.to_owned());
    let host = Ipv4Addr::new(192, 168, 32, 7);
    let caller = Ipv4Addr::new(10, 0, 0, 9);
    let client = PppClient {
        user: Some(text("a")),
        password: Some(text("b")),
        address: Some(caller),
        ask_dns: true,
        auth: AcceptedAuth::MsChapFirst,
        delay: seconds(2),
        restart: seconds(1),
        insist: true,
        callback: true,
        callback_number: Some(text("555")),
        miss_echo: Some(6),
        ask_wins: true,
        vj_slots: Some(4),
        compress: Some(Compress::Deflate),
        mru: 296,
        accm: 0xa_0000,
        magic: Magic::Fixed(0x1234_5678),
        pfc: false,
        acfc: false,
        start: Start::Silent,
        echo: Some(EchoRequests { interval: seconds(10), failure: Some(3) }),
        quality: Some(QualityReports { period: seconds(20), loss: 10, bad: 4, of: 5, ends: true }),
        ..PppClient::default()
    };
    let fetch = Transfer {
        direction: Direction::Fetch,
        url: text("http://www.lan/octets/1000"),
        size: 1000,
        at_least: Some(seconds(1)),
        at_most: Some(seconds(2)),
    };
    let upload =
        Transfer { direction: Direction::Upload, url: text("http://www.lan/"), size: 5, at_least: None, at_most: None };
    let (every, count) = (seconds(1), 1);
    let change = call.steps[22].verb.clone();
    let hangup = Verb::ExpectHangup { after: None, of: Since::LastStep, within: seconds(1), by: None, reason: None };
    let expected = vec![
        Verb::ExpectRing { count: 2 },
        Verb::Login { user: text("bob"), password: None },
        Verb::ExpectLogin { accepted: false },
        Verb::Type { text: text("\u{3}"), enter: false },
        Verb::ExpectText { text: text("a"), within: seconds(60) },
        Verb::ExpectText { text: text("b"), within: seconds(5) },
        Verb::ExpectNoText { text: text("c\n") },
        Verb::Send { octets: vec![0x7e, 0xff] },
        Verb::ModemSays { text: text("RING") },
        Verb::ModemDies,
        Verb::ModemOff,
        Verb::ModemOn,
        Verb::HoldOff { time: None },
        Verb::HoldOff { time: Some(seconds(30)) },
        Verb::Ppp(client),
        Verb::ExpectWins { servers: vec![Ipv4Addr::new(10, 0, 0, 1)] },
        Verb::ExpectCompression { compressed: Compressed::Vj, from: Some(End::Server) },
        Verb::ExpectAuth { result: AuthResult::Accepted, message: None, protocol: Some(AuthProtocol::Chap) },
        Verb::Resolve { name: text("www.lan"), address: Some(host) },
        Verb::Transfer(fetch),
        Verb::Transfer(upload),
        Verb::Ping { to: caller.into(), count, every, size: 1000, from: Host::Lan, answered: false },
        change.clone(),
        Verb::FallSilent,
        hangup,
        Verb::ExpectArp { address: caller, of: ArpOwner::Nobody },
        Verb::ExpectNoLog { program: text("pppd"), text: text("x"), of: End::Server },
    ];
    assert_eq!(verbs(call), expected);
    let Verb::Change(change) = change else { panic!("a change") };
    assert_eq!(change.edits, [Edit::DeleteRule(1)]);
    assert_eq!((call.steps[4].known_failure("bookworm"), call.steps[4].known_failure("trixie")), (None, Some("so")));
}

#[test]
fn a_change_is_its_edits_in_order() {
    let scenario = whole();
    let Some(Act::Change(change)) = scenario.acts.get(1) else { panic!("a change") };
    let [port, unplugged, ppp, account, gone, rest @ ..] = &*change.edits else { panic!("edits") };
    assert!(matches!(port, Edit::Port(port) if port.device == "ttyS7"));
    assert_eq!(unplugged, &Edit::DeletePort("ttyUSB0".into()));
    assert_eq!(ppp, &Edit::Ppp(Ppp { lock: true, ..Ppp::default() }, AutoPpp::Off));
    assert!(matches!(account, Edit::Account(account) if account.user == "alice" && account.password == "y"));
    assert_eq!(gone, &Edit::DeleteAccount("bob".into()));
    let rule = |allow, number: &str| Edit::Rule(CallerIdRule { allow, number: number.into() });
    assert_eq!(rest[..3], [rule(true, "555"), rule(false, "none"), Edit::MoveRule { place: 2, up: true }]);
    assert_eq!(rest[5..], [Edit::DeleteFile("/etc/nologin.ttyS0".into()), Edit::Apply]);
}

#[test]
fn who_calls_a_line_that_is_called_already_does_not_wait_for_the_port() {
    let scenario = whole();
    let calls: Vec<_> = scenario.calls().skip(1).map(|call| (&*call.to, call.ready)).collect();
    assert_eq!(calls, [("5550100", true), ("ttyS7", true), ("ttyS7", false)]);
    let Verb::Ppp(client) = &scenario.calls().nth(1).unwrap().steps[0].verb else { panic!("ppp") };
    assert!(client.no_address);
}

/// An `/etc` in a directory, and a scenario file beside it.
fn beside(etc: &[(&str, &str)], words: &str) -> Result<Vec<Scenario>, Errors> {
    let home = tempfile::tempdir().unwrap();
    for (name, text) in etc {
        let path = home.path().join("etc").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let text = format!("scenario \"x\" {{ server etc=\"etc\" {{ {words} }}\n call to=\"ttyS0\" {{ ppp; }} }}");
    let path = home.path().join("a.kdl");
    fs::write(&path, text).unwrap();
    load(&[path]).map(|files| files.into_iter().flat_map(|(_, scenarios)| scenarios).collect())
}

const INITTAB: (&str, &str) =
    ("inittab", "id:2:initdefault:\n1:2345:respawn:/sbin/mgetty -D ttyS0\n2:2345:respawn:/sbin/mgetty -r /dev/ttyS1\n");

#[test]
fn an_etc_is_taken_as_roots_with_the_ports_it_serves() {
    let words = "port \"ttyS0\" { line rate=14400; }; port \"ttyS9\"; user \"bob\"; file \"issue\" \"hello\"";
    let [scenario] = beside(&[INITTAB, ("ppp/pap-secrets", "")], words).unwrap().try_into().unwrap();
    let server = scenario.server;
    let ports: Vec<_> = server.ports.iter().map(|port| (&*port.device, port.direct, port.line.rate)).collect();
    assert_eq!(ports, [("ttyS0", false, 14_400), ("ttyS1", true, 33_600), ("ttyS9", false, 33_600)]);
    let etc = server.etc.unwrap();
    let files: Vec<_> = etc.files.iter().map(|file| (&*file.path, file.mode, file.uid, file.gid)).collect();
    assert_eq!(files, [("/etc/inittab", 0o644, 0, 0), ("/etc/ppp/pap-secrets", 0o600, 0, 0)]);
    assert_eq!((server.users.len(), server.files.len()), (1, 1));
}

#[test]
fn what_an_etc_says_itself_is_not_said_again() {
    let fault = |etc: &[(&str, &str)], words: &str| {
        let errors = beside(etc, words).unwrap_err();
        errors.files.into_iter().flat_map(|file| file.problems).map(|problem| problem.fault).collect::<Vec<_>>()
    };
    assert_eq!(fault(&[INITTAB], "port \"ttyS0\" speed=9600 { ppp { lock; }; }"), [fault::CONTRADICTION; 2]);
    assert_eq!(fault(&[INITTAB], "ppp { lock; }"), [fault::CONTRADICTION]);
    assert_eq!(fault(&[("inittab", "")], ""), [fault::MISSING_WORD], "no port");
    assert_eq!(fault(&[("fstab", "")], ""), [fault::BAD_ETC], "nothing of a dial-in server");
    assert_eq!(fault(&[], ""), [fault::BAD_ETC], "no directory");
}

#[test]
fn nothing_is_said_of_what_only_the_files_know() {
    for server in ["file \"mgetty/dialin.config\" \"!all\"", "file \"inittab\" \"\"", "file \"ppp/chap-secrets\" \"\""]
    {
        let edit = match server.contains("dialin") {
            true => "delete-rule 1; move-rule 2 \"down\"",
            false if server.contains("inittab") => "delete-port \"ttyS5\"",
            false => "delete-account \"zoe\"",
        };
        scenario(&format!(
            "scenario \"x\" {{ server {{ port \"ttyS0\"; {server}; }}; change {{ {edit}; }}; call {{ ppp; }}; }}"
        ));
    }
}

#[test]
fn a_file_has_the_same_lines_whatever_ends_those_of_the_scenario() {
    let text = "scenario \"x\" { server {\n port \"ttyS0\"\n file \"a\" \"\"\"\n  lock\n  auth\n  \"\"\"\n }\n call { ppp; }\n}\n";
    let [unix, dos] = [text.to_owned(), text.replace('\n', "\r\n")].map(|text| scenario(&text).server.files);
    assert_eq!(unix[0].content, Content::File(b"lock\nauth\n".to_vec()));
    assert_eq!(unix, dos);
}

#[test]
fn a_program_that_calls_has_its_words_and_the_verbs_beside_them() {
    let text = r#"scenario "x" { server { port "ttyACM0" line="usb" number="5551000"; }
        call with="pppd" to="5551000" from="5551234" ring-pattern=2 caller-id-garbled=#true {
            account "alice" password="secret"
            chat "ABORT" "BUSY"
            chat "" "ATDT5551000" "CONNECT" ""
            option "noipdefault"
            modem "zyxel-u1496"
            expect-address local="10.0.0.2"
            deafen "server"; deafen "caller" "30s"; flicker "500ms"; retrain "3s"; renegotiate rate=14400
            hang-up
            expect-modem "NO CARRIER" within="2s"
            expect-circuit 109 "off"
        }
        call with="wvdial" { expect-connect; }
    }"#;
    let scenario = scenario(text);
    assert_eq!(scenario.server.ports[0].wiring, Wiring::Usb);
    let [call, other] = &*scenario.calls().collect::<Vec<_>>() else { panic!("two calls") };
    let client = call.with.as_ref().unwrap();
    assert_eq!((&*call.to, client.program, &*client.personality.name), ("ttyACM0", ClientProgram::Pppd, "zyxel-u1496"));
    assert_eq!((call.ring_pattern, call.caller_id_garbled), (Some(2), true));
    assert_eq!(client.chat, ["ABORT", "BUSY", "", "ATDT5551000", "CONNECT", ""]);
    assert_eq!(
        (client.options.as_slice(), client.account.as_ref()),
        (&["noipdefault".to_owned()][..], Some(&("alice".to_owned(), "secret".to_owned())))
    );
    let (seconds, text) = (Duration::from_secs, |text: &str| text.to_owned());
    let expected = [
        Verb::ExpectAddress { local: Some(Ipv4Addr::new(10, 0, 0, 2)), peer: None },
        Verb::Deafen { end: End::Server, time: None },
        Verb::Deafen { end: End::Caller, time: Some(seconds(30)) },
        Verb::Flicker { time: Duration::from_millis(500) },
        Verb::Retrain { time: seconds(3) },
        Verb::Renegotiate { rate: 14_400 },
        Verb::HangUp,
        Verb::ExpectModem { text: text("NO CARRIER"), within: seconds(2) },
        Verb::ExpectCircuit { circuit: 109, on: false, within: seconds(1) },
    ];
    assert_eq!(verbs(call), expected);
    let client = other.with.as_ref().unwrap();
    assert_eq!((client.program, &client.personality), (ClientProgram::Wvdial, &Personality::default()));
}

#[test]
fn a_number_is_its_port_s_line_and_forwarded_calls_say_where_to_and_which() {
    let scenario = scenario(
        r#"scenario "x" { server {
            port "ttyS0" number="5551000"
            port "/dev/ttyS1"
            hunt-group "5551005" "ttyS0" "ttyS1"
            forward "5551000" to="/dev/ttyS1" when="busy"
            forward "ttyS0" to="ttyS1" when="no-answer" rings=4
            forward "5550199" to="5551005"
            forward "ttyS1" to="ttyS0" when="no-answer"
        }
        call to="5550199" { expect-answer; }
        together { call to="5551000" { expect-answer; }; call to="ttyS0" { expect-answer; }; } }"#,
    );
    let shown = |forward: &Forward| (forward.from.clone(), forward.to.clone(), forward.when);
    let expected = [
        ("ttyS0", "ttyS1", ForwardWhen::Busy),
        ("ttyS0", "ttyS1", ForwardWhen::NoAnswer { rings: 4 }),
        ("5550199", "5551005", ForwardWhen::Always),
        ("ttyS1", "ttyS0", ForwardWhen::NoAnswer { rings: 3 }),
    ];
    let expected = expected.map(|(from, to, when)| (from.to_owned(), to.to_owned(), when));
    assert_eq!(scenario.server.forwards.iter().map(shown).collect::<Vec<_>>(), expected);
    let to: Vec<_> = scenario.calls().map(|call| &*call.to).collect();
    assert_eq!(to, ["5550199", "ttyS0", "ttyS0"]);
}

/// Words and properties of the items of a text, by the first place of each word.
fn used(items: &[Item], found: &mut BTreeSet<String>) {
    for item in items {
        let name = format!("{:?}/{}", item.word.within[0], item.word.name);
        found.extend(item.properties.keys().map(|property| format!("{name}/{property}")));
        found.insert(name);
        used(&item.items, found);
    }
}

/// What no scenario that ships says.
const REST: &str = r#"scenario "h" { server tcp="localhost:7" program="./x" on="stdio" where="host" tolerance="1s"; call { expect-answer; }; }
variable "x" 1; stack "y" from="trixie" { replace "/usr/sbin/pppd" "./pppd"; deb "./ppp.deb"; }; scenario "x" { server { port "ttyS0"; }
    disturb "delay" after="frame" nth=2 later="1s" end="server" time="1s"; disturb "set-clock" after="command" time="1s" back=#true; disturb "modem-says" after="command" text="RING"; disturb "kill" after="command" program="pppd" signal="HUP"
    call with="pppd" { chat "" "ATDT1" "CONNECT" ""; modem "generic"; expect-modem "x" within="2s"; }
    call { expect-answer { on "trixie" rings=2 reason="so" case="x"; fails reason="so" case="x"; }; ppp ask-dns=#false; fetch "http://www.lan/" size=5; }
    conformance "X" level="must" subject="answering" own-end="so"
    fault "x" {
        incoming "lcp" "echo-request" id=1 of="it" contains="a" at-most=9 at-least=1 skip=1 bad=#true { keep; drop; repair; close; hang; late "1s"; having { cut; more; anything; }; }
        outgoing "lcp" "echo-reply" id=1 of="it" contains="a" at-most=9 at-least=1 skip=1 bad=#true {
            reframe address=1 control=1 acfc=#true protocol="21" fcs="bad" accm=0 escape-all=#true flags=2 end="abort" cut=3 stray="11"
            pass "lcp" id=1 same-id-as="a" other-id-than="b" of="it" as="c" length=4 padding="00" address=1 control=1 acfc=#true protocol="21" fcs="bad" accm=0 escape-all=#true flags=2 end="abort" cut=3 stray="11" every="1s"
            answer "lcp" id=1 same-id-as="a" other-id-than="b" of="it" as="c" length=4 padding="00" address=1 control=1 acfc=#true protocol="21" fcs="bad" accm=0 escape-all=#true flags=2 end="abort" cut=3 stray="11" every="1s"
        }
    }
    call { packets user="a" password="b" auth="all" address="10.0.0.1" insist=#true ask-address=#true ask-dns=#true ask-wins=#true ip=#true ipv6=#true vj=#true vj-slots=4 compress="bsd" mru=296 accm=0 magic=1 ask-magic=#true pfc=#true acfc=#true start="silent" echo-interval="1s" echo-failure=3 quality-reports="1s" quality-loss=1 quality-bad=1 quality-of=2 quality-ends=#true callback=#true callback-number="1" delay="1s" restart="1s" miss-echo=2 until="network" {
        send "lcp" "echo-request" id=1 same-id-as="a" other-id-than="b" of="it" as="c" length=4 padding="00" address=1 control=1 acfc=#true protocol="21" fcs="bad" accm=0 escape-all=#true flags=2 end="abort" cut=3 stray="11" every="1s" { rejected "a"; body-of "a"; packet-of "a"; response of="a" secret="x" by="ms-chap-v2" user="u"; }
        expect "lcp" "echo-reply" id=1 same-id-as="a" other-id-than="b" of="it" as="c" among=#true times=2 after="1s" within="2s" other-body-than="a" contains="a" at-most=9 at-least=1 address=#true protocol-octets=2 escapes=0 { cut; more; anything; any 4; }
        loop-back #false; negotiate "lcp" within="1s"; expect-up within="1s"
    }; }
}"#;

#[test]
fn every_word_and_property_of_the_table_stands_in_some_scenario() {
    let source = |path: &Path, text: &str| SourceFile { path: path.to_owned(), text: text.into() };
    let all = format!("scenario \"x\" {{ server {{ {SERVER} }}\n {CALLS} }}");
    let mut texts = vec![source(Path::new("rest.kdl"), REST), source(Path::new("all.kdl"), &all)];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "kdl") => {
                    texts.push(source(&path, &fs::read_to_string(&path).unwrap()));
                }
                false => {}
            }
        }
    }
    let mut found = BTreeSet::new();
    for text in texts {
        let document = expand(gather(&text), &Values::new()).document;
        let items = offhook_schema::read_document(document, &SCENARIOS, |items, _| items).unwrap_or_default();
        used(&items, &mut found);
    }
    let all = SCENARIOS.all().flat_map(|word| {
        let name = format!("{:?}/{}", word.within[0], word.name);
        let properties = word.properties.iter().map(|property| format!("{name}/{}", property.name)).collect::<Vec<_>>();
        properties.into_iter().chain([name])
    });
    let missing: Vec<String> = all.filter(|name| !found.contains(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_stack_of_a_files_own_is_what_its_words_and_those_of_included_files_say() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    for name in ["pppd", "base-pppd", "ppp.deb"] {
        fs::write(home.join(name), "").unwrap();
    }
    let base = r#"
        stack "mine" from="bookworm" { replace "/usr/sbin/pppd" "base-pppd"; }
        stack "base" from="forky" { replace "/usr/sbin/pppd" "base-pppd"; }
    "#;
    fs::write(home.join("base.kdl"), base).unwrap();
    let text = r#"
        include "base.kdl"
        variable "pppd" "./pppd"
        stack "mine" from="trixie" { deb "ppp.deb"; replace "/usr/sbin/pppd" $pppd; }
        scenario "x" { stack "mine" "base"; server { port "ttyS0"; }
            call { expect-answer { on "base" rings=2 reason="so"; fails "mine" reason="so"; }; }; }
    "#;
    let source = SourceFile { path: home.join("a.kdl"), text: text.into() };
    let [scenario] = read(&source).unwrap_or_else(|errors| panic!("{errors}")).try_into().unwrap();
    assert_eq!(scenario.stacks, ["mine", "base"]);
    let [mine, base] = &*scenario.own_stacks else { panic!("two stacks: {:?}", scenario.own_stacks) };
    assert_eq!((&*mine.name, &*mine.from, &mine.debs), ("mine", "trixie", &vec![home.join("ppp.deb")]));
    let replaced = |file: &str| vec![ReplacedBy { path: "/usr/sbin/pppd".to_owned(), file: home.join(file) }];
    assert_eq!(mine.replaced, replaced("./pppd"));
    assert_eq!((&*base.name, &*base.from, &base.replaced), ("base", "forky", &replaced("base-pppd")));
}

#[test]
fn what_a_text_leaves_out_is_what_the_types_have_by_themselves() {
    let scenario =
        scenario("scenario \"x\" { server { port \"ttyS0\" { line; modem; }; }\n call { ppp; expect-hangup; }; }");
    let [port] = &*scenario.server.ports else { panic!("one port") };
    assert_eq!(port, &Port { span: port.span, ..Port::new("ttyS0") });
    let call = scenario.calls().next().unwrap();
    assert_eq!(call.steps[0].verb, Verb::Ppp(PppClient::default()));
    let schemas = schemas();
    assert_eq!((schemas[0].words.len(), schemas[1].words.len()), (SCENARIOS.all().count(), MODELS.all().count()));
}

#[test]
fn a_mistake_in_a_block_that_nothing_closes_lies_within_the_text() {
    let text = "scenario {spec{p{";
    let errors = read(&SourceFile { path: "cut.kdl".into(), text: text.into() }).unwrap_err();
    let spans: Vec<_> =
        errors.files.iter().flat_map(|file| &file.problems).flat_map(|problem| &problem.labels).collect();
    assert!(spans.len() > 3);
    assert!(spans.iter().all(|label| label.span.offset + label.span.len <= text.len()), "{spans:?}");
}
