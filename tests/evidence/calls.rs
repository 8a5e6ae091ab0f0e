//! Outcomes made by hand, so that evidence and reports can be tested without a guest.
//!
//! The calls follow what mgetty 1.2.1 and pppd 2.4.9 do; times, frames and hashes are invented.

use std::time::Duration;

use offhook_base::Span;
use offhook_base::{Changes, Fingerprint, SourceFile};
use offhook_clock::Instant;
use offhook_scenario::Variant;
use offhook_session::{CallSummary, Outcome, StepOutcome, StepResult, Verdict};
use offhook_telephony::trace::{BadFrame, End, Event, EventKind};

const SOURCE: &str = r#"scenario "the line is dropped after five idle minutes" {
    spec "PPP Dialin Server: Idle time before disconnect"
    stack "bookworm"

    server {
        port "ttyS0" type="modem" speed=57600 answer-after=3
        ppp { addresses local="192.168.32.1" remote="192.168.32.105"; require-auth "pap"; idle "5m" }
        account "alice" password="secret"
    }

    call from="5551234" name="ALICE" to="ttyS0" {
        expect-answer rings=2
        ppp user="alice" password="secret"
        expect-address local="192.168.32.105" peer="192.168.32.1"
        ping "192.168.32.1" count=2
        wait
        expect-hangup after="5m" of="last-data" by="server" reason="idle"
    }
}

scenario "a denied caller is not answered" {
    call from="2125550000" to="ttyS0" {
        ring 3
        expect-no-answer
    }
}
"#;

/// A call that goes as it should: rings, caller ID, PAP, two pings, idle, clear.
pub(crate) fn passed() -> Outcome {
    Outcome {
        verdict: Verdict::Passed,
        steps: idle_steps(StepResult::Passed {
            at: ms(322_235),
            shown: "the server hung up 5m after the last data, idle".into(),
        }),
        virtual_time: Duration::from_micros(325_637_118),
        wall_time: Duration::from_millis(1320),
        boot_time: Some(Duration::from_micros(38_211)),
        trace: idle_call(300_000, true),
        ..outcome("the line is dropped after five idle minutes")
    }
}

/// The same call, dropped a minute late.
pub(crate) fn failed() -> Outcome {
    Outcome {
        verdict: Verdict::Failed,
        steps: idle_steps(StepResult::Failed {
            at: ms(382_235),
            expected: "the server hangs up 5m (to 5m 1s) after the last data".into(),
            actual: "the server hung up 6m after the last data".into(),
            notes: vec!["the last data was an ICMP echo reply to the caller at 22.235".into()],
            hints: Vec::new(),
        }),
        virtual_time: Duration::from_micros(385_637_118),
        wall_time: Duration::from_millis(1410),
        boot_time: Some(Duration::from_micros(38_211)),
        trace: idle_call(360_000, false),
        ..outcome("the line is dropped after five idle minutes")
    }
}

/// A caller that mgetty denies: nothing but rings, no frame at all. The second step is a known deviation.
pub(crate) fn denied() -> Outcome {
    let mut trace = start();
    let mut push = |at: u64, call: Option<usize>, what| trace.push(event(at, call, what));
    push(2_000, Some(0), EventKind::CallBegins { from: Some("2125550000".into()), name: None });
    for ring in 1..=3_u64 {
        let (at, count) = (2_000 + (ring - 1) * 6_000, ring as u32);
        push(at, Some(0), EventKind::RingOn { count });
        push(at + 1, Some(0), response("RING"));
        push(at + 2_000, Some(0), EventKind::RingOff { count });
        if ring == 1 {
            let lines = ["DATE = 0105", "TIME = 0900", "NMBR = 2125550000"].map(String::from).to_vec();
            push(5_000, Some(0), EventKind::CallerId { lines: lines.clone() });
            for (index, line) in (0_u64..).zip(&lines) {
                push(5_001 + index, Some(0), response(line));
            }
        }
    }
    push(16_100, None, log("mgetty", "denied caller dev=ttyS0, pid=41, caller='2125550000', name=''"));
    push(20_000, Some(0), EventKind::Cleared { by: End::Caller, abrupt: false });
    push(20_000, Some(0), step(0, true, ""));
    push(20_000, Some(0), step(1, true, "not answered in 3 rings"));
    let steps = [
        ("ring", "ring 3", passed_at(20_000, ""), None),
        (
            "expect-no-answer",
            "expect-no-answer",
            passed_at(20_000, "not answered in 3 rings"),
            Some("Debian's mgetty counts a complete caller ID as a ring"),
        ),
    ];
    Outcome {
        verdict: Verdict::Passed,
        steps: numbered(&steps),
        virtual_time: Duration::from_millis(20_010),
        wall_time: Duration::from_millis(402),
        boot_time: Some(Duration::from_micros(38_211)),
        trace,
        ..outcome("a denied caller is not answered")
    }
}

/// A denied caller whom the server answers all the same, as the scenario expects of it; the call ends there.
pub(crate) fn expected() -> Outcome {
    let mut trace = start();
    let mut push = |at: u64, what| trace.push(event(at, Some(0), what));
    push(2_000, EventKind::CallBegins { from: Some("2125550000".into()), name: None });
    push(2_000, EventKind::RingOn { count: 1 });
    push(3_000, EventKind::OffHook);
    push(3_000, step(0, true, ""));
    push(3_000, step(1, false, "answered after 1 ring"));
    push(3_000, EventKind::Cleared { by: End::Caller, abrupt: false });
    let fails = StepResult::ExpectedFailure {
        at: ms(3_000),
        expected: "no answer".into(),
        actual: "the server answered after 1 ring".into(),
        reason: "dialin.config of this server is not read: mgetty was built without caller-ID access".into(),
    };
    let steps = [("ring", "ring 3", passed_at(3_000, ""), None), ("expect-no-answer", "expect-no-answer", fails, None)];
    Outcome {
        verdict: Verdict::Passed,
        steps: numbered(&steps),
        calls: vec![CallSummary {
            placed: true,
            rings: 1,
            answered: true,
            state: "answered, still training".into(),
            ..CallSummary::default()
        }],
        virtual_time: Duration::from_millis(3_010),
        wall_time: Duration::from_millis(380),
        boot_time: Some(Duration::from_micros(38_211)),
        trace,
        ..outcome("a denied caller is not answered")
    }
}

/// A guest whose kernel gave up.
pub(crate) fn error() -> Outcome {
    Outcome {
        verdict: Verdict::Error {
            message: "booting the guest for this scenario, the kernel stopped after 0.4 s without a result file".into(),
            details: [
                "mount: hostfs on /x",
                "Kernel panic - not syncing: Segfault with no mm",
                "CPU: 0 PID: 1 Comm: offhook Not tainted 7.3.4 #1",
            ]
            .map(String::from)
            .to_vec(),
            help: Some("see that TMPDIR is on a file system that allows programs to be run (not noexec)".into()),
        },
        virtual_time: Duration::ZERO,
        wall_time: Duration::from_millis(431),
        boot_time: Some(Duration::from_micros(38_211)),
        ..outcome("a denied caller is not answered")
    }
}

/// A scenario whose stack was not asked for.
pub(crate) fn skipped() -> Outcome {
    Outcome {
        verdict: Verdict::Skipped { reason: "the stack trixie is not in this lab".into() },
        stack: "trixie".into(),
        fingerprint: Fingerprint::default(),
        virtual_time: Duration::ZERO,
        wall_time: Duration::ZERO,
        boot_time: None,
        ..outcome("a denied caller is not answered")
    }
}

/// What a server gone mad could leave behind: nothing in it is as it should be.
pub(crate) fn hostile() -> Outcome {
    let nasty = "\x1b[2J\u{202e}<13>1 \r\n\0 é着信 ".repeat(2000);
    let port = Some("tty\n\x1b[0m".to_owned());
    let whats = [
        EventKind::CallBegins { from: Some(nasty.clone()), name: Some(nasty.clone()) },
        EventKind::Frame { from: End::Server, octets: Vec::new(), text: String::new() },
        EventKind::Frame { from: End::Caller, octets: vec![0x21], text: nasty.clone() },
        EventKind::BadFrame {
            from: End::Server,
            reason: BadFrame::Fcs,
            octets: vec![0xff; 70_000],
            raw: vec![0xff; 70_002],
        },
        EventKind::Text { from: End::Server, text: nasty.clone() },
        EventKind::Interface { text: " 12 34:67:90 ".into() },
        EventKind::Log { program: String::new(), pid: None, text: nasty.clone() },
        EventKind::Step { step: usize::MAX, passed: false, text: nasty.clone() },
        EventKind::Step { step: 0, passed: false, text: nasty.clone() },
    ];
    let trace = whats.into_iter().map(|what| Event {
        at: Instant::from_micros(1 << 50),
        port: port.clone(),
        call: Some(0),
        what,
    });
    let result = StepResult::Failed {
        at: Instant::from_micros(u64::MAX),
        expected: nasty.clone(),
        actual: String::new(),
        notes: vec![nasty.clone()],
        hints: vec![nasty.clone()],
    };
    let mut steps = numbered(&[("wait", "wait\n", result, Some(&nasty))]);
    steps[0].span = Span { offset: usize::MAX, len: usize::MAX };
    Outcome {
        source: SourceFile { path: nasty.clone().into(), text: nasty.clone().into() },
        span: Span { offset: 3, len: usize::MAX },
        specs: vec![nasty],
        tags: vec!["slow".into()],
        stack: "\x1b[31mé\n".into(),
        seed: u64::MAX,
        verdict: Verdict::Failed,
        steps,
        virtual_time: Duration::MAX,
        trace: trace.collect(),
        ..outcome("a denied caller is not answered")
    }
}

fn outcome(name: &str) -> Outcome {
    Outcome {
        source: SourceFile { path: "scenarios/dialin/idle.kdl".into(), text: SOURCE.into() },
        name: name.into(),
        span: place(&format!("\"{name}\"")),
        variant: Variant::default(),
        specs: vec!["PPP Dialin Server: Idle time before disconnect".into()],
        tags: Vec::new(),
        conformance: None,
        stack: "bookworm".into(),
        seed: 1,
        verdict: Verdict::Passed,
        steps: Vec::new(),
        calls: Vec::new(),
        virtual_time: Duration::ZERO,
        wall_time: Duration::ZERO,
        boot_time: None,
        fingerprint: Fingerprint {
            offhook: "0.1.0".into(),
            kernel: "7.3.4".into(),
            kernel_sha256: "9f2c51d0a7".repeat(6) + "9f2c",
            stack: "bookworm".into(),
            packages: vec!["mgetty 1.2.1-1.2+b1".into(), "ppp 2.4.9-1+1.1+b1".into()],
            stack_sha256: "04be77c913".repeat(6) + "04be",
            files_sha256: "5e17d2a06b".repeat(6) + "5e17",
            kernel_changed: false,
            changed: Changes::default(),
            made: None,
            subject: None,
        },
        etc: None,
        trace: Vec::new(),
        evidence: "offhook-out/idle/the-line-is-dropped-after-five-idle-minutes/bookworm".into(),
    }
}

fn idle_steps(last: StepResult) -> Vec<StepOutcome> {
    numbered(&[
        ("expect-answer", "expect-answer rings=2", passed_at(8_062, "answered after 2 rings"), None),
        ("ppp", "ppp user", passed_at(20_190, "IP up as 192.168.32.105"), None),
        ("expect-address", "expect-address", passed_at(20_190, "192.168.32.105, peer 192.168.32.1"), None),
        ("ping", "ping", passed_at(22_235, "2 of 2 echo requests answered"), None),
        ("wait", "wait\n", passed_at(322_235, ""), None),
        ("expect-hangup", "expect-hangup after=\"5m\" of=\"last-data\" by=\"server\" reason=\"idle\"", last, None),
    ])
}

fn numbered(steps: &[(&str, &str, StepResult, Option<&str>)]) -> Vec<StepOutcome> {
    let step =
        |(number, (verb, text, result, deviation)): (usize, &(&str, &str, StepResult, Option<&str>))| StepOutcome {
            call: 0,
            step: Some(number),
            verb: (*verb).into(),
            span: place(text),
            deviation: deviation.map(Into::into),
            result: result.clone(),
        };
    steps.iter().enumerate().map(step).collect()
}

fn place(text: &str) -> Span {
    Span { offset: SOURCE.find(text).unwrap(), len: text.trim_end().len() }
}

fn start() -> Vec<Event> {
    vec![
        event(0, None, EventKind::Started { pid: 41, command: "/sbin/mgetty -D -n 3 -s 57600 ttyS0".into() }),
        event(9, None, EventKind::DteOpened),
        event(1_160, None, command("ATQ0V1H0")),
        event(1_163, None, response("OK")),
        event(1_210, None, command("AT")),
        event(1_213, None, response("OK")),
        event(1_560, None, log("mgetty", "waiting...")),
    ]
}

fn idle_call(idle: u64, kept: bool) -> Vec<Event> {
    let mut trace = start();
    let mut push = |at: u64, what| trace.push(event(at, Some(0), what));
    let id = ["DATE = 0105", "TIME = 0900", "NMBR = 5551234", "NAME = ALICE"].map(String::from).to_vec();
    push(2_000, EventKind::CallBegins { from: Some("5551234".into()), name: Some("ALICE".into()) });
    push(2_000, EventKind::RingOn { count: 1 });
    push(2_001, response("RING"));
    push(4_000, EventKind::RingOff { count: 1 });
    push(5_000, EventKind::CallerId { lines: id.clone() });
    for (index, line) in (0_u64..).zip(&id) {
        push(5_001 + index, response(line));
    }
    push(8_000, EventKind::RingOn { count: 2 });
    push(8_001, response("RING"));
    push(8_060, command("ATA"));
    push(8_062, EventKind::OffHook);
    push(8_062, step(0, true, "answered after 2 rings"));
    push(16_062, EventKind::Connected { rate: 33_600 });
    push(16_065, response("CONNECT 33600"));
    push(16_890, EventKind::Text { from: End::Server, text: "\\r\\nbookworm login: ".into() });

    // mgetty recognises the first frame and eats it; pppd sees the second.
    let caller_request = "020600000000 05065e21a3f0 0702 0802";
    push(
        17_066,
        frame(
            End::Caller,
            true,
            "c021",
            1,
            1,
            caller_request,
            "[LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x5e21a3f0> <pcomp> <accomp>]",
        ),
    );
    push(
        17_120,
        EventKind::BadFrame {
            from: End::Server,
            reason: BadFrame::Fcs,
            octets: vec![0x08, 0x20, 0x08, 0x7d, 0x23, 0x40, 0x0d],
            raw: vec![0x7e, 0x08, 0x20, 0x08, 0x7d, 0x5d, 0x23, 0x40, 0x0d, 0x7e],
        },
    );
    push(
        17_400,
        log(
            "mgetty",
            "data dev=ttyS0, pid=41, caller='5551234', conn='33600', name='ALICE', cmd='/usr/sbin/pppd', user='/AutoPPP/'",
        ),
    );
    push(17_480, log("pppd", "pppd 2.4.9 started by root, uid 0"));
    push(17_490, log("pppd", "Using interface ppp0"));
    push(17_491, log("pppd", "Connect: ppp0 <--> /dev/pts/0"));
    push(
        17_513,
        frame(
            End::Server,
            true,
            "c021",
            1,
            1,
            "020600000000 0304c023 05060c7d19be 0702 0802",
            "[LCP ConfReq id=0x1 <asyncmap 0x0> <auth pap> <magic 0xc7d19be> <pcomp> <accomp>]",
        ),
    );
    push(
        17_514,
        frame(
            End::Caller,
            true,
            "c021",
            2,
            1,
            "020600000000 0304c023 05060c7d19be 0702 0802",
            "[LCP ConfAck id=0x1 <asyncmap 0x0> <auth pap> <magic 0xc7d19be> <pcomp> <accomp>]",
        ),
    );
    push(
        20_066,
        frame(
            End::Caller,
            true,
            "c021",
            1,
            1,
            caller_request,
            "[LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0x5e21a3f0> <pcomp> <accomp>]",
        ),
    );
    push(
        20_093,
        frame(
            End::Server,
            true,
            "c021",
            2,
            1,
            caller_request,
            "[LCP ConfAck id=0x1 <asyncmap 0x0> <magic 0x5e21a3f0> <pcomp> <accomp>]",
        ),
    );
    push(20_093, link("LCP is Opened"));
    push(
        20_094,
        frame(
            End::Caller,
            false,
            "c023",
            1,
            1,
            "05616c696365 06736563726574",
            "[PAP AuthReq id=0x1 user=\"alice\" password=\"secret\"]",
        ),
    );
    push(20_121, log("pppd", "PAP peer authentication succeeded for alice"));
    push(20_122, frame(End::Server, false, "c023", 2, 1, "084c6f67696e206f6b", "[PAP AuthAck id=0x1 \"Login ok\"]"));
    push(20_122, link("PAP: accepted, \"Login ok\""));
    push(
        20_123,
        frame(
            End::Caller,
            false,
            "8021",
            1,
            1,
            "030600000000 810600000000 830600000000",
            "[IPCP ConfReq id=0x1 <addr 0.0.0.0> <ms-dns1 0.0.0.0> <ms-dns2 0.0.0.0>]",
        ),
    );
    push(
        20_140,
        frame(
            End::Server,
            false,
            "80fd",
            1,
            1,
            "1a047800 1804 7800 1503 2f",
            "[CCP ConfReq id=0x1 <deflate 15> <deflate(old#) 15> <bsd v1 15>]",
        ),
    );
    push(
        20_141,
        frame(
            End::Caller,
            true,
            "c021",
            8,
            2,
            "80fd0101000f1a0478001804 7800 15032f",
            "[LCP ProtRej id=0x2 80 fd 01 01 00 0f 1a 04 78 00 18 04 78 00 15 03 2f]",
        ),
    );
    push(
        20_143,
        frame(
            End::Server,
            false,
            "8021",
            1,
            1,
            "0206002d0f01 0306c0a82001",
            "[IPCP ConfReq id=0x1 <compress VJ 0f 01> <addr 192.168.32.1>]",
        ),
    );
    push(20_144, frame(End::Caller, false, "8021", 4, 1, "0206002d0f01", "[IPCP ConfRej id=0x1 <compress VJ 0f 01>]"));
    push(
        20_150,
        frame(
            End::Server,
            false,
            "8021",
            3,
            1,
            "0306c0a82069 810609090909 830609090909",
            "[IPCP ConfNak id=0x1 <addr 192.168.32.105> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]",
        ),
    );
    push(
        20_151,
        frame(
            End::Caller,
            false,
            "8021",
            1,
            2,
            "0306c0a82069 810609090909 830609090909",
            "[IPCP ConfReq id=0x2 <addr 192.168.32.105> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]",
        ),
    );
    push(20_170, frame(End::Server, false, "8021", 1, 2, "0306c0a82001", "[IPCP ConfReq id=0x2 <addr 192.168.32.1>]"));
    push(20_171, frame(End::Caller, false, "8021", 2, 2, "0306c0a82001", "[IPCP ConfAck id=0x2 <addr 192.168.32.1>]"));
    push(
        20_190,
        frame(
            End::Server,
            false,
            "8021",
            2,
            2,
            "0306c0a82069 810609090909 830609090909",
            "[IPCP ConfAck id=0x2 <addr 192.168.32.105> <ms-dns1 9.9.9.9> <ms-dns2 9.9.9.9>]",
        ),
    );
    push(20_190, link("IPCP is Opened, 192.168.32.105 peer 192.168.32.1"));
    push(20_190, step(1, true, "IP up as 192.168.32.105"));
    push(20_190, step(2, true, "192.168.32.105, peer 192.168.32.1"));
    push(20_195, EventKind::Interface { text: "ppp0 up, 192.168.32.1 peer 192.168.32.105".into() });
    push(20_196, log("pppd", "local  IP address 192.168.32.1"));
    push(20_196, log("pppd", "remote IP address 192.168.32.105"));
    let payload = "2a0001202122232425262728292a2b2c2d2e2f3031323334353637";
    for (sequence, at) in [(1_u8, 21_190), (2, 22_190)] {
        let payload = payload.replacen("2a0001", &format!("2a{sequence:04x}"), 1);
        let (ip_sum, ask, reply) = if sequence == 1 { ("b90d", "f1c2", "f9c2") } else { ("b90c", "f1c1", "f9c1") };
        let header = format!("21 45000034 {sequence:04x}0000 4001 {ip_sum}");
        push(
            at,
            EventKind::Frame {
                from: End::Caller,
                octets: hex(&format!("{header} c0a82069 c0a82001 0800 {ask} 00 {payload}")),
                text: format!("[IP 192.168.32.105 > 192.168.32.1 ICMP echo request id=0x2a seq={sequence}]"),
            },
        );
        push(
            at + 45,
            EventKind::Frame {
                from: End::Server,
                octets: hex(&format!("{header} c0a82001 c0a82069 0000 {reply} 00 {payload}")),
                text: format!("[IP 192.168.32.1 > 192.168.32.105 ICMP echo reply id=0x2a seq={sequence}]"),
            },
        );
    }
    push(22_235, step(3, true, "2 of 2 echo requests answered"));

    let end = 22_235 + idle;
    push(end - 20, log("pppd", "Terminating connection due to lack of activity."));
    push(end - 10, EventKind::Interface { text: "ppp0 down".into() });
    push(
        end,
        frame(End::Server, true, "c021", 5, 2, "4c696e6b20696e616374697665", "[LCP TermReq id=0x2 \"Link inactive\"]"),
    );
    push(end, step(4, true, ""));
    let told = if kept { "the server hung up 5m after the last data, idle" } else { "expected 5m, actual 6m" };
    push(end, step(5, kept, told));
    push(end + 1, frame(End::Caller, true, "c021", 6, 2, "", "[LCP TermAck id=0x2]"));
    push(end + 1, link("LCP is Closed, \"Link inactive\""));
    push(end + 30, log("pppd", "Connection terminated."));
    push(end + 30, log("pppd", "Connect time 5.4 minutes."));
    push(end + 48, EventKind::DteClosed);
    push(end + 48, EventKind::OnHook);
    push(end + 48, EventKind::Cleared { by: End::Server, abrupt: false });
    push(end + 50, EventKind::Exited { pid: 41, program: "pppd".into(), how: "status 12".into() });
    trace.push(Event {
        at: ms(end + 60),
        port: None,
        call: None,
        what: EventKind::Note { text: "the server's processes were told to end".into() },
    });
    trace
}

fn event(at: u64, call: Option<usize>, what: EventKind) -> Event {
    Event { at: ms(at), port: Some("ttyS0".into()), call, what }
}

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn passed_at(at: u64, shown: &str) -> StepResult {
    StepResult::Passed { at: ms(at), shown: shown.into() }
}

fn command(text: &str) -> EventKind {
    EventKind::Command { text: text.into() }
}

fn response(text: &str) -> EventKind {
    EventKind::Response { text: text.into() }
}

fn log(program: &str, text: &str) -> EventKind {
    EventKind::Log { program: program.into(), pid: None, text: text.into() }
}

fn link(text: &str) -> EventKind {
    EventKind::Link { text: text.into() }
}

fn step(step: usize, passed: bool, text: &str) -> EventKind {
    EventKind::Step { step, passed, text: text.into() }
}

/// A control protocol packet; `whole`: with address and control field.
fn frame(from: End, whole: bool, protocol: &str, code: u8, identifier: u8, data: &str, text: &str) -> EventKind {
    let data = hex(data);
    let mut octets = hex(if whole { "ff03" } else { "" });
    octets.extend(hex(protocol));
    octets.extend([code, identifier]);
    octets.extend(u16::try_from(data.len() + 4).unwrap().to_be_bytes());
    octets.extend(data);
    EventKind::Frame { from, octets, text: text.into() }
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
