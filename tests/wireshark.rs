//! Wireshark and offhook: every frame of the golden captures is the same to both, runs and scenarios are captured from as they
//! go, and the profile's filters are understood. Skipped where there is no tshark.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::{offhook, root, said};
use offhook_decode::{Decoder, Options, What};
use offhook_ppp::frame::{CCP, CHAP, EAP, Frame, IPCP, IPV6CP, LCP, PAP};
use offhook_telephony::trace::{End, EventKind};

/// tshark, set up by its first arguments; `None` if this machine has none.
fn tshark(set_up: impl FnOnce(&mut Command)) -> Option<Output> {
    let mut command = Command::new("tshark");
    command.env("LC_ALL", "C.UTF-8").current_dir(root());
    set_up(&mut command);
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("skipped: tshark cannot be started ({error}); install it to check against Wireshark");
            None
        }
    }
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn golden() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("captures")).unwrap().map(|entry| entry.unwrap().path());
    let mut captures: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "pcapng")).collect();
    captures.sort();
    captures
}

/// Sender, protocol, and of control protocols code and Identifier, of every frame of a capture, as offhook reads it.
fn ours(capture: &Path) -> Vec<String> {
    let mut frames = Vec::new();
    let mut decoder = Decoder::new(Options::default());
    let mut sink = |found: offhook_decode::Found| {
        let What::Event(event) = found.what else { return };
        let EventKind::Frame { from, octets, .. } = event.what else { return };
        let Frame { protocol, information } = Frame::parse(&octets).unwrap();
        // Wireshark counts what the DTE sends as 0.
        let received = u8::from(from == End::Caller);
        let packet = match (protocol, information) {
            (LCP | PAP | CHAP | EAP | IPCP | IPV6CP | CCP, [code, identifier, ..]) => format!("{code} {identifier}"),
            _ => String::new(),
        };
        frames.push(format!("{received} {protocol:#06x} {packet}"));
    };
    decoder.push(&fs::read(capture).unwrap(), &mut sink);
    decoder.finish(&mut sink);
    frames
}

#[test]
fn wireshark_reads_every_frame_of_the_golden_captures_as_we_do() {
    const FIELDS: [&str; 9] = [
        "ppp.direction",
        "ppp.protocol",
        "ppp.code",
        "ppp.identifier",
        "pap.code",
        "pap.identifier",
        "chap.code",
        "chap.identifier",
        "eap.code",
    ];
    let mut compared = 0;
    for capture in golden() {
        let output = tshark(|tshark| {
            tshark.arg("-r").arg(&capture).args([
                "-Y",
                "ppp",
                "-T",
                "fields",
                "-E",
                "occurrence=f",
                "-E",
                "separator=,",
            ]);
            tshark.args(FIELDS.iter().flat_map(|field| ["-e", field])).args(["-e", "eap.id"]);
        });
        let Some(output) = output else { return };
        let theirs: Vec<String> = text(&output)
            .lines()
            .map(|line| {
                let fields: Vec<&str> = line.split(',').collect();
                let protocol = u16::from_str_radix(fields[1].trim_start_matches("0x"), 16).unwrap();
                let number = |field: &str| match field.strip_prefix("0x") {
                    Some(digits) => u32::from_str_radix(digits, 16).unwrap(),
                    None => field.parse().unwrap(),
                };
                // PPP's own fields for what has no others; those of IP packets are empty.
                let pair = fields[2..].chunks(2).find(|pair| !pair[0].is_empty() && !pair[1].is_empty());
                let packet = pair.map_or_else(String::new, |pair| format!("{} {}", number(pair[0]), number(pair[1])));
                format!("{} {protocol:#06x} {packet}", number(fields[0]))
            })
            .collect();
        assert_eq!(theirs, ours(&capture), "{}", capture.display());
        compared += theirs.len();
    }
    assert!(compared > 40, "{compared} frames");
}

#[test]
fn wireshark_understands_every_filter_of_the_profile() {
    let profile = root().join("docs/wireshark/offhook");
    let read = |name: &str| fs::read_to_string(profile.join(name)).unwrap();
    let rules = read("colorfilters");
    let rules =
        rules.lines().filter(|line| line.starts_with('@')).map(|line| line.split('@').nth(2).unwrap().to_owned());
    let buttons = read("dfilter_buttons");
    let buttons = buttons.lines().filter(|line| line.starts_with('"'));
    let buttons = buttons.map(|line| line.split("\",\"").nth(2).unwrap().replace("\\x22", "\""));
    let filters: Vec<String> = rules.chain(buttons).collect();
    assert!(filters.len() > 12, "{filters:?}");
    for filter in filters {
        let capture = root().join("captures/first-call.pcapng");
        let output = tshark(|tshark| {
            tshark.arg("-r").arg(capture).arg("-Y").arg(&filter);
        });
        let Some(output) = output else { return };
        assert!(output.status.success(), "{filter}: {}", said(&output));
    }
    // And the profile as a whole is loaded.
    let home = tempfile::tempdir().unwrap();
    let profiles = home.path().join(".config/wireshark/profiles");
    fs::create_dir_all(&profiles).unwrap();
    symlink(&profile, profiles.join("offhook")).unwrap();
    let output = tshark(|tshark| {
        tshark.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
        tshark.args(["-C", "offhook", "-r", "captures/first-call.pcapng", "-Y", "frame.comment", "-c", "200"]);
    });
    let Some(output) = output else { return };
    let rows = text(&output);
    assert!(rows.contains("ttyS0 events") && rows.contains("step 1 expect-answer passed"), "{rows}");
}

#[test]
fn wireshark_shows_a_frame_with_a_bad_fcs_as_it_came_over_the_line() {
    let scratch = tempfile::tempdir().unwrap();
    let scenario = scratch.path().join("bad-fcs.kdl");
    let text_of = r#"scenario "a frame with a bad FCS" {
    server {
        port "ttyS0"
        ppp { addresses local="10.0.0.1" remote="10.0.0.2"; }
    }
    call {
        ppp
        expect-up
        send "7e ff 7d 23 c0 21 7e"
        ping "10.0.0.1" count=1
        hang-up
    }
}
"#;
    fs::write(&scenario, text_of).unwrap();
    let out = scratch.path().join("out");
    let ran = offhook().arg("run").arg(&scenario).args(["--stack", "trixie", "--out"]).arg(&out).output().unwrap();
    assert!(ran.status.success(), "{}", said(&ran));
    let mut captures = common::tree(&out).into_keys().filter(|path| path.ends_with("capture.pcapng"));
    let capture = out.join(captures.next().unwrap());
    let came = "bad FCS, as it came, 7 octets: 7e ff 7d 23 c0 21 7e";
    // The same in a listing.
    let listed = offhook().arg("decode").arg(&capture).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&listed.stdout).matches(came).count(), 1, "{}", said(&listed));
    let output = tshark(|tshark| {
        tshark.arg("-r").arg(&capture).args(["-Y", "frame.comment contains \"as it came\"", "-T", "fields"]);
        tshark.args(["-e", "frame.interface_name", "-e", "frame.comment", "-e", "_ws.col.Info"]);
    });
    let Some(output) = output else { return };
    let rows = text(&output);
    let fields: Vec<&str> = rows.trim_end().split('\t').collect();
    assert_eq!(fields[..2], ["ttyS0 events", came], "{rows}");
    assert!(fields[2].ends_with("caller > server  no frame, bad FCS, 4 octets: ff 03 c0 21"), "{rows}");
}

#[test]
fn a_run_is_captured_from_as_it_goes() {
    let scratch = tempfile::tempdir().unwrap();
    let mut run = offhook();
    run.args(["run", "scenarios/first-call.kdl", "--stack", "bookworm", "--jobs", "1", "--capture", "-", "--out"]);
    let mut run = run.arg(scratch.path().join("out")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let piped = run.stdout.take().unwrap();
    let output = tshark(|tshark| {
        tshark.args(["-i", "-", "-Y", "lcp.opt.auth_protocol or frame.comment contains \"scenario ends\""]);
        tshark.args(["-T", "fields", "-e", "_ws.col.Info"]).stdin(piped);
    });
    let ran = run.wait_with_output().unwrap();
    let Some(output) = output else { return };
    assert!(ran.status.success(), "{}", said(&ran));
    let rows = text(&output);
    assert_eq!(rows.matches("the scenario ends, passed").count(), 3, "{rows}{}", said(&output));
    // All that a run says otherwise is on standard error.
    assert!(String::from_utf8_lossy(&ran.stderr).contains("3 passed"), "{}", said(&ran));
    // To a file it is the captures of the evidence, one after the other.
    let file = scratch.path().join("all.pcapng");
    let ran = offhook()
        .args(["run", "scenarios/first-call.kdl", "--stack", "bookworm", "--jobs", "1", "--capture"])
        .arg(&file)
        .arg("--out")
        .arg(scratch.path().join("out"))
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", said(&ran));
    let mut evidence: Vec<Vec<u8>> = common::tree(&scratch.path().join("out"))
        .into_iter()
        .filter(|(path, _)| path.ends_with("capture.pcapng"))
        .map(|(_, octets)| octets)
        .collect();
    let mut all = fs::read(&file).unwrap();
    while !all.is_empty() {
        let next = evidence.iter().position(|one| all.starts_with(one)).expect("a section is some scenario's capture");
        all.drain(..evidence.remove(next).len());
    }
    assert!(evidence.is_empty());
}

#[test]
fn wireshark_has_an_interface_that_runs_scenarios() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join(".config/wireshark/extcap");
    fs::create_dir_all(&directory).unwrap();
    symlink(env!("CARGO_BIN_EXE_offhook"), directory.join("offhook")).unwrap();
    // The lab stays where it is.
    let own = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = own("OFFHOOK_CACHE").or_else(|| Some(own("XDG_CACHE_HOME")?.join("offhook")));
    let cache = cache.or_else(|| Some(own("HOME")?.join(".cache/offhook"))).unwrap();
    let extcap = |tshark: &mut Command| {
        tshark.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").env("OFFHOOK_CACHE", &cache);
    };
    let Some(interfaces) = tshark(|tshark| extcap(tshark.arg("-D"))) else { return };
    let interfaces = text(&interfaces);
    assert!(interfaces.contains(" offhook (offhook: run dial-in scenarios)"), "{interfaces}");
    let scenarios = root().join("scenarios/first-call.kdl");
    let output = tshark(|tshark| {
        let setting = format!("extcap.offhook.scenarios:{}", scenarios.display());
        tshark.args(["-i", "offhook", "-o", &setting, "-o", "extcap.offhook.scenario:right password"]);
        tshark.args(["-o", "extcap.offhook.stack:bookworm"]);
        tshark.args(["-Y", "pap or frame.comment contains \"scenario ends\"", "-T", "fields", "-e", "_ws.col.Info"]);
        extcap(tshark);
    });
    let Some(output) = output else { return };
    let rows = text(&output);
    let rows: Vec<&str> = rows.lines().collect();
    assert!(rows[0].starts_with("Authenticate-Request"), "{rows:?}{}", said(&output));
    assert!(rows.last().unwrap().ends_with("the scenario ends, passed, 7 steps"), "{rows:?}");
}

#[test]
fn wireshark_is_told_what_there_is_and_what_is_missing() {
    let sentences = |arguments: &[&str]| {
        let output = offhook().args(arguments).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    let (config, code) = sentences(&["--extcap-interface", "offhook", "--extcap-config"]);
    assert!(config.starts_with("arg {number=0}{call=--scenarios}") && code == Some(0), "{config}");
    let (dlts, code) = sentences(&["--extcap-dlts", "--extcap-interface=offhook", "--extcap-version=4.0"]);
    assert!(dlts.starts_with("dlt {number=252}") && code == Some(0), "{dlts}");
    assert_eq!(sentences(&["--extcap-interface", "eth0", "--extcap-dlts"]).1, Some(2));
    assert_eq!(sentences(&["--extcap-interface", "offhook", "--capture", "--fifo", "/dev/null"]).1, Some(2));
}
