//! What the repository says of PPP stacks holds: the pages of docs/deviations name the cases that deviate in the tables of
//! scenarios/conformance/subjects, and slirp, lwIP and a pppd of upstream's sources come out as their tables have it, where they can be had.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{offhook, root, said};
use regex_lite::Regex;
use serde_json::Value;

/// Subjects with a table and a page.
const SUBJECTS: [&str; 4] = ["pppd", "lwip", "slirp", "ppproto"];

/// The cases that deviate on any of a table's subjects, with their levels.
fn deviating(subject: &str) -> BTreeMap<String, String> {
    let path = root().join("scenarios/conformance/subjects").join(subject).with_extension("json");
    let table: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = table["cases"].as_array().unwrap().iter();
    let deviates = |row: &&Value| {
        let mut verdicts = row["verdicts"].as_object().unwrap().values();
        verdicts.any(|verdict| ["deviates", "new-deviation"].contains(&verdict["verdict"].as_str().unwrap()))
    };
    rows.filter(deviates).map(|row| (text(&row["case"]), text(&row["level"]))).collect()
}

/// The cases that a text names, outside its examples.
fn named(page: &str) -> BTreeSet<String> {
    let outside: String = page.split("```").step_by(2).collect();
    let name = Regex::new(r"\b[A-Z][A-Z0-9]*-[0-9]+(?:\.[0-9]+)*(?:-[0-9]+(?:\.[0-9]*[a-z]?)?)\b").unwrap();
    name.find_iter(&outside).map(|found| found.as_str().to_owned()).collect()
}

#[test]
fn a_page_of_deviations_names_what_deviates_and_nothing_else() {
    for subject in SUBJECTS {
        let page = fs::read_to_string(root().join("docs/deviations").join(subject).with_extension("md")).unwrap();
        let (named, deviating) = (named(&page), deviating(subject));
        assert!(named.len() > 20, "{subject}: {named:?}");
        let sound: Vec<&String> = named.iter().filter(|case| !deviating.contains_key(*case)).collect();
        assert_eq!(sound, Vec::<&String>::new(), "{subject}: the page names cases that do not deviate");
        let binding = |level: &str| ["must", "should"].contains(&level);
        let untold: Vec<&String> = deviating
            .iter()
            .filter(|(case, level)| binding(level) && !named.contains(*case))
            .map(|(case, _)| case)
            .collect();
        assert_eq!(untold, Vec::<&String>::new(), "{subject}: cases that deviate are not in the page");
    }
}

#[test]
fn names_of_cases_are_found_in_every_form_and_not_in_examples() {
    let found = named(
        "(LCP-6-03.e, IPCP-2-05.30a; RFC 1661 section 6) HDLC-4.2-01, IPCP-1877-02.a.\n```\nLCP-1-01\n```\nV6CP-3-04 |",
    );
    let expected = ["HDLC-4.2-01", "IPCP-1877-02.a", "IPCP-2-05.30a", "LCP-6-03.e", "V6CP-3-04"];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// Plays some cases of a subject against its table.
fn as_its_table_has_it(name: &str, subject: &str, takes: &[&str], cases: &[&str], path: &str) {
    let out = tempfile::tempdir().unwrap();
    let table = format!("scenarios/conformance/subjects/{name}.json");
    let mut command = offhook();
    command.args(["conformance", "--subject", subject, "--name", name, "--against", &table, "--out"]).arg(out.path());
    command.args(takes.iter().flat_map(|takes| ["--takes", takes]));
    command.args(cases.iter().flat_map(|case| ["--case", case]));
    let output = command.env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// Cases that deviate, comply and are not for it.
const OF_SLIRP: [&str; 5] = ["LCP-5.7-01", "LCP-4.1-03", "HDLC-4.2-06", "OPT-1990-02", "V6CP-3-05"];
const OF_LWIP: [&str; 6] = ["LCP-6-03", "LCP-4.1-03", "HDLC-4.2-06", "MAG-6.4-04", "CHAP-4.1-08.q", "V6CP-4.1-04"];

#[test]
fn slirp_comes_out_as_its_table_has_it() {
    let scratch = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap();
    let there = path.split(':').any(|directory| Path::new(directory).join("slirp-fullbolt").is_file());
    let path = match there {
        true => path,
        false => match slirp(scratch.path()) {
            Ok(directory) => format!("{}:{path}", directory.display()),
            Err(why) => return eprintln!("skipped: {why}"),
        },
    };
    as_its_table_has_it("slirp", "exec tests/subjects/slirp/run", &["options"], &OF_SLIRP, &path);
}

#[test]
fn lwip_comes_out_as_its_table_has_it() {
    let scratch = tempfile::tempdir().unwrap();
    let program = match lwip(scratch.path()) {
        Ok(program) => program,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let subject = format!("exec {}", program.display());
    let path = std::env::var("PATH").unwrap();
    as_its_table_has_it("lwip", &subject, &["options", "auth"], &OF_LWIP, &path);
}

/// Runs a command there, or says why it did not do.
fn done(directory: &Path, line: &[&str]) -> Result<String, String> {
    let output = Command::new(line[0]).args(&line[1..]).current_dir(directory).output();
    let output = output.map_err(|error| format!("{}: {error}", line[0]))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{}: {}", line.join(" "), String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// slirp of this machine's Debian, unpacked; the directory of its programs.
fn slirp(scratch: &Path) -> Result<PathBuf, String> {
    done(scratch, &["apt-get", "download", "slirp"])?;
    done(scratch, &["sh", "-c", "dpkg-deb -x slirp_*.deb root"])?;
    let programs = scratch.join("root/usr/bin");
    match programs.join("slirp-fullbolt").is_file() {
        true => Ok(programs),
        false => Err("the package slirp has no slirp-fullbolt".to_owned()),
    }
}

/// A source package of trixie, unpacked. apt gets lists of its own for it, from the mirror that this machine uses.
fn sources(scratch: &Path, package: &str) -> Result<(), String> {
    let sites = done(scratch, &["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"])?;
    let site = sites.lines().find(|site| site.ends_with("/debian/")).ok_or("apt knows no mirror of Debian")?;
    let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    fs::write(scratch.join("sources.list"), format!("deb-src [signed-by={keyring}] {site} trixie main\n")).unwrap();
    for directory in ["state/lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(scratch.join(directory)).unwrap();
    }
    let place = |option: &str, name: &str| format!("{option}={}", scratch.join(name).display());
    let options = [
        place("Dir::State", "state"),
        place("Dir::Cache", "cache"),
        place("Dir::Etc::sourcelist", "sources.list"),
        "Dir::Etc::sourceparts=/dev/null".to_owned(),
    ];
    let apt = |what: &[&str]| {
        let options = options.iter().flat_map(|option| ["-o", option.as_str()]);
        done(scratch, &["apt-get"].into_iter().chain(options).chain(what.iter().copied()).collect::<Vec<_>>())
    };
    apt(&["update"])?;
    apt(&["source", package])?;
    Ok(())
}

/// lwIP's sources, whose table it is, built as a subject.
fn lwip(scratch: &Path) -> Result<PathBuf, String> {
    sources(scratch, "lwip")?;
    let sources = done(scratch, &["sh", "-c", "ls -d lwip-2.2.1*"])?;
    let build = root().join("tests/subjects/lwip/build").display().to_string();
    done(scratch, &[&build, sources.trim(), "lwip-subject"])?;
    Ok(scratch.join("lwip-subject"))
}

/// pppd of upstream's sources, without what Debian does to them, built by this machine's compiler.
fn upstream_pppd(scratch: &Path) -> Result<PathBuf, String> {
    sources(scratch, "ppp")?;
    done(scratch, &["sh", "-c", "tar -xzf ppp_2.5.2.orig.tar.gz --one-top-level=upstream --strip-components=1"])?;
    let upstream = scratch.join("upstream");
    let options = "--prefix=/usr --sysconfdir=/etc --localstatedir=/var --without-pam --without-pcap --without-srp";
    done(&upstream, &["sh", "-c", &format!("./configure {options} --disable-systemd")])?;
    done(&upstream, &["make", "-C", "pppd", "pppd"])?;
    Ok(upstream.join("pppd/pppd"))
}

/// Cases of the end that answers and of the one that calls, which comply and which deviate.
const OF_PPPD: [&str; 5] = ["LCP-4.1-03", "LCP-5.7-01", "IPCP-3.3-11", "PAP-2-11", "CHAP-4.1-08"];

#[test]
fn pppd_of_upstreams_sources_comes_out_as_its_table_has_it_at_either_end() {
    let scratch = tempfile::tempdir().unwrap();
    let program = match upstream_pppd(scratch.path()) {
        Ok(program) => program,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let made = scratch.path().join("table.json");
    let mut command = offhook();
    command.args(["conformance", "--stack", "trixie", "--replace"]);
    command.arg(format!("/usr/sbin/pppd={}", program.display())).arg("--matrix").arg(&made);
    command.args(OF_PPPD.iter().flat_map(|case| ["--case", case])).arg("--out").arg(scratch.path().join("out"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let verdicts = |path: &Path, subject: &str| -> BTreeMap<(String, String), Value> {
        let table: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = table["cases"].as_array().unwrap().iter();
        rows.map(|row| ((text(&row["case"]), text(&row["name"])), row["verdicts"][subject].clone())).collect()
    };
    let kept = verdicts(&root().join("scenarios/conformance/subjects/ppp-upstream.json"), "ppp-upstream");
    let came = verdicts(&made, "trixie");
    assert!(came.len() >= 10, "{came:?}");
    for (case, verdict) in came {
        assert_eq!(kept.get(&case), Some(&verdict), "{case:?}");
    }
}
