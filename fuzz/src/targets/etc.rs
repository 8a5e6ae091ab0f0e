//! A server's configuration as mgetty, pppd and init read it: every reader takes any octets.

use offhook_etc::programs::{elf, mentioned};
use offhook_etc::read::{
    accounts, dialin, inittab_units, login_config, mgetty_command, mgetty_config, options, program, secrets, words,
};
use offhook_etc::source::Tree;
use offhook_etc::{Content, Etc, RawFile, inittab, served};

use crate::{Target, corpus};

pub(super) const OPTIONS: Target = Target {
    name: "options",
    about: "files of pppd, of mgetty and of accounts: read by every reader, and no password in what is shown",
    run: run_options,
    corpus: || {
        let ends = ["options", "options.ttyS0", "-secrets", ".config", "passwd", "shadow"];
        ends.into_iter().flat_map(|end| corpus::files("tests/audit", end)).collect()
    },
    words: &[
        b"\"",
        b"'",
        b"\\",
        b"#",
        b"\n",
        b"\r\n",
        b"\0",
        b"call x\n",
        b"file /etc/ppp/options\n",
        b"noauth\n",
        b"* * \"\" *\n",
        b"10.0.0.1:10.0.0.2\n",
        b"idle 08\n",
        b"@/etc/x ",
        b"port ttyS0\n",
        b"!all\n",
        b"/AutoPPP/ - - /usr/sbin/pppd\n",
    ],
    short: 400,
};

pub(super) const INIT: Target = Target {
    name: "init",
    about: "inittab and systemd's units: which ports are served, by which lines of the text",
    run: run_init,
    corpus: || [corpus::files("tests/audit", "inittab"), corpus::files("tests/audit", ".service")].concat(),
    words: &[
        b":",
        b"respawn",
        b"S0:2345:respawn:/sbin/mgetty ttyS0\n",
        b"[Service]\n",
        b"ExecStart=",
        b"Restart=always\n",
        b"\\\n",
        b"%i",
        b"[Install]\n",
        b"WantedBy=",
        b"setsid -c ",
        b"\0",
    ],
    short: 3_000,
};

/// The paths at which the same octets are every file that is read.
const FILES: &[&str] = &[
    "ppp/options",
    "ppp/options.ttyS0",
    "ppp/pap-secrets",
    "ppp/chap-secrets",
    "mgetty/mgetty.config",
    "mgetty/login.config",
    "mgetty/dialin.config",
    "passwd",
    "shadow",
    "inittab",
    "hostname",
    "systemd/system/mgetty@.service",
];

/// How many lines are shown of an input: each takes a look at all of it.
const LINES: usize = 8;

fn tree(input: &[u8]) -> Tree {
    let raw = |path: &&str| RawFile { content: Content::File(input.to_vec()), ..RawFile::text(path, "") };
    let mut files: Vec<RawFile> = FILES.iter().map(raw).collect();
    files.push(RawFile::link("systemd/system/getty.target.wants/mgetty@ttyS0.service", "../mgetty@.service"));
    Tree::of(Etc::of(files), false)
}

fn run_options(input: &[u8]) {
    let tree = tree(input);
    let lines = input.iter().filter(|octet| **octet == b'\n').count() + 1;
    for path in ["/etc/ppp/options", "/etc/ppp/pap-secrets", "/etc/mgetty/mgetty.config"] {
        let Some(source) = tree.source(path) else { continue };
        let (read, problems) = options::read(&source, false);
        assert!(read.len() + problems.len() <= 2 * input.len() + 1, "more options than octets");
        dialin::read(&source);
        login_config::read(&source).line_for("alice");
        mgetty_config::values(&source, "ttyS0");
        mgetty_config::problems(&source);
        mgetty_config::sections(&source);
        for line in 0..=lines.min(LINES) {
            tree.excerpt(&offhook_etc::source::Place::line(path, line));
        }
    }
    accounts::read(&tree);
    words::words(input);
    // As the octets of a program that the files name.
    elf::needs(input);
    elf::needs(&[b"\x7fELF\x02\x01", input].concat());
    mentioned(&RawFile { content: Content::File([b"#!", input].concat()), ..RawFile::text("ppp/ip-up", "") });
    let all = secrets::read(input);
    let best = secrets::best(&all.entries, Some("alice"), "dialin");
    assert!(best.is_none() || !all.entries.is_empty());
    for line in 0..=lines.min(LINES) {
        if let Some(shown) = secrets::masked(input, line) {
            for entry in all.entries.iter().filter(|entry| entry.line == line) {
                let secret = entry.secret.value();
                // What stands in another word or an option of the line, or in a line it shares, is shown as that.
                let words = std::iter::once(&entry.client).chain(&entry.server);
                let elsewhere = words.chain(&entry.addresses).chain(&entry.options).any(|word| word.contains(secret));
                assert!(secret.len() < 3 || elsewhere || !shown.contains(secret), "a password is shown: {shown}");
            }
        }
    }
}

fn run_init(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let lines = text.lines().count();
    let tree = tree(input);
    let found = inittab::read(&tree.etc);
    let lines = lines.max(1);
    let there = |found: &inittab::Found| found.place.line.is_none_or(|line| (1..=lines).contains(&line));
    assert!(found.iter().all(there), "a line that is not there");
    inittab::runlevel(&found);
    for found in &found {
        found.complaint();
    }
    inittab_units::read(&tree);
    served::served(&tree.etc);
    served::entries(&tree.etc);
    for line in text.lines().take(64) {
        mgetty_command::read(line);
        if let Some(runs) = program::of_process(line) {
            served::device(&tree.etc, &runs);
        }
    }
}
