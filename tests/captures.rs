//! The golden captures: each is made again by its scenario, and is the same.
//!
//! What made a capture stands in its section header. Where kernel, stack and offhook's version are the recorded ones, captures are
//! compared octet by octet; elsewhere by what does not depend on them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{offhook, root, said};
use offhook_decode::{Decoder, Options, What};
use offhook_ppp::frame::Frame;
use offhook_telephony::trace::EventKind;
use pcap_file::pcapng::PcapNgReader;
use pcap_file::pcapng::blocks::section_header::SectionHeaderOption;

fn golden() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("captures")).unwrap().map(|entry| entry.unwrap().path());
    let mut captures: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "pcapng")).collect();
    captures.sort();
    captures
}

/// Where a capture comes from.
#[derive(Debug)]
struct Provenance {
    scenario: String,
    file: String,
    stack: String,
    seed: String,
    /// What decides every octet of it.
    fingerprint: Vec<String>,
}

fn provenance(capture: &[u8]) -> Provenance {
    let reader = PcapNgReader::new(capture).unwrap();
    let (mut comments, mut fingerprint) = (Vec::new(), Vec::new());
    for option in &reader.section().options {
        match option {
            SectionHeaderOption::Comment(text) => comments.push(text.to_string()),
            SectionHeaderOption::UserApplication(version) => fingerprint.push(version.to_string()),
            _ => {}
        }
    }
    let of = |name: &str| {
        let line = comments.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {comments:?}")).to_owned()
    };
    fingerprint.extend(["stack sha256", "kernel sha256"].map(of));
    let file = of("file").rsplitn(3, ':').last().unwrap().to_owned();
    let stack = of("stack").split(' ').next().unwrap().to_owned();
    Provenance { scenario: of("scenario"), file, stack, seed: of("seed"), fingerprint }
}

/// Packets by sender, protocol and code, the dialogue with the modem, and verdicts: whatever the version, a call is that.
fn normalised(capture: &[u8]) -> Vec<String> {
    let mut told = Vec::new();
    let mut decoder = Decoder::new(Options::default());
    let mut sink = |found: offhook_decode::Found| {
        let What::Event(event) = found.what else { return };
        told.extend(match event.what {
            EventKind::Frame { from, octets, .. } => Frame::parse(&octets).ok().map(|frame| {
                let code = frame.information.first().filter(|_| frame.protocol >= 0x8000);
                format!("{} {:04x} {code:?}", from.name(), frame.protocol)
            }),
            EventKind::Command { text } | EventKind::Response { text } => Some(text),
            EventKind::Step { step, passed, .. } => Some(format!("step {step} {passed}")),
            _ => None,
        });
    };
    decoder.push(capture, &mut sink);
    decoder.finish(&mut sink);
    told
}

/// The only capture below a directory.
fn only_capture(directory: &Path) -> Vec<u8> {
    let mut captures: Vec<Vec<u8>> = common::tree(directory)
        .into_iter()
        .filter(|(path, _)| path.ends_with("capture.pcapng"))
        .map(|(_, octets)| octets)
        .collect();
    assert_eq!(captures.len(), 1, "one scenario on one stack");
    captures.remove(0)
}

#[test]
fn every_golden_capture_is_made_again_by_its_scenario() {
    let captures = golden();
    assert!(captures.len() >= 8, "{captures:?}");
    for path in captures {
        let recorded = fs::read(&path).unwrap();
        let from = provenance(&recorded);
        let out = tempfile::tempdir().unwrap();
        let run = offhook()
            .args(["run", &from.file, "--scenario", &from.scenario, "--stack", &from.stack, "--seed", &from.seed])
            .args(["--quiet", "--out"])
            .arg(out.path().join("out"))
            .output()
            .unwrap();
        assert!(run.status.success(), "{}: {}", path.display(), said(&run));
        let made = only_capture(&out.path().join("out"));
        let name = path.file_name().unwrap().to_string_lossy();
        if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
            fs::write(&path, &made).unwrap();
        } else if provenance(&made).fingerprint == from.fingerprint {
            eprintln!("{name}: compared octet by octet");
            assert!(made == recorded, "{name}: {} made another capture; see it with `offhook decode`", from.file);
        } else {
            eprintln!("{name}: recorded with {:?}, so packets, dialogue and verdicts are compared", from.fingerprint);
            assert_eq!(normalised(&made), normalised(&recorded), "{name}");
        }
    }
}

#[test]
fn every_golden_capture_has_its_row_with_scenario_and_fingerprint() {
    let readme = fs::read_to_string(root().join("captures/README.md")).unwrap();
    for path in golden() {
        let from = provenance(&fs::read(&path).unwrap());
        let name = path.file_name().unwrap().to_string_lossy();
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("captures/README.md has no row for {name}"));
        for told in [&from.scenario, &from.file, &from.stack, &from.fingerprint[1][..12].to_owned()] {
            assert!(row.contains(told.as_str()), "the row of {name} does not tell {told:?}: {row}");
        }
    }
}
