//! A stack of somebody else's, in virtual time: the crate ppproto, which calls, played against all cases of a calling end.
//!
//! This is what an author of a stack in Rust writes: an [`End`], and a loop over the cases. What comes of them is kept in
//! `scenarios/conformance/subjects/ppproto.json` and `.md`; OFFHOOK_UPDATE_REFERENCE=1 writes them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use offhook_clock::Instant;
use offhook_conformance::subject::{ends_for, exchangeable, link};
use offhook_conformance::{Case, Matrix, Needs, Verdict, script_of};
use offhook_scenario::{Scenario, Subject};
use offhook_script::subject::{End, play};
use ppproto::Config;
use ppproto::pppos::{PPPoS, PPPoSAction};

/// ppproto as the end of a line. It has no clock, and so no timer.
struct Caller<'a> {
    ppp: PPPoS<'a>,
    received: Box<[u8]>,
    to_send: VecDeque<Vec<u8>>,
}

impl<'a> Caller<'a> {
    fn new(user: &'a str, password: &'a str) -> Self {
        let config = Config { username: user.as_bytes(), password: password.as_bytes() };
        Self { ppp: PPPoS::new(config), received: vec![0; 2048].into(), to_send: VecDeque::new() }
    }

    /// Lets it say what it has to say.
    fn settle(&mut self) {
        let mut octets = [0; 2048];
        loop {
            match self.ppp.poll(&mut octets, &mut self.received) {
                PPPoSAction::Transmit(count) => self.to_send.push_back(octets[..count].to_vec()),
                PPPoSAction::Received(_) => {}
                PPPoSAction::None => return,
            }
        }
    }
}

impl End for Caller<'_> {
    fn handle_up(&mut self, _now: Instant) {
        self.ppp.open().unwrap();
        self.settle();
    }

    fn handle_octets(&mut self, _now: Instant, mut octets: &[u8]) {
        while !octets.is_empty() {
            let taken = self.ppp.consume(octets, &mut self.received);
            octets = &octets[taken..];
            self.settle();
        }
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.to_send.pop_front()
    }

    fn is_closed(&self) -> bool {
        false
    }
}

/// What comes of a case.
fn verdict(scenario: &Scenario) -> Verdict {
    let needs = Needs::of(scenario);
    let own = scenario.conformance.as_ref().is_some_and(|case| case.subject == Subject::Calling);
    // It has no options; CHAP it has not, but may be asked for it.
    if let Some(why) = needs.beyond(own, false) {
        return Verdict::NotRun { why };
    }
    let prepared = script_of(scenario).and_then(|script| {
        Ok((script.client, script.steps, ends_for(scenario, script.client, Subject::Calling)?.rest))
    });
    let (client, steps, rest) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => return Verdict::NotRun { why },
    };
    let user = client.user.as_deref().unwrap_or("alice");
    let password = client.password.as_deref().unwrap_or("secret");
    match catch_unwind(AssertUnwindSafe(|| play(steps, link(&rest), &mut Caller::new(user, password)))) {
        Ok(played) => match played.verdict {
            offhook_script::Verdict::Passed => Verdict::Complies,
            offhook_script::Verdict::Failed(failure) => {
                Verdict::Deviates { reason: format!("expected {}, got {}", failure.expected, failure.actual) }
            }
        },
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panicked");
            Verdict::Deviates { reason: format!("it panics: {}", text.replace('\n', " ")) }
        }
    }
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn ppproto_comes_out_as_its_table_has_it() {
    let top = top();
    // What panics is in the table.
    std::panic::set_hook(Box::new(|_| ()));
    let (mut matrix, mut seen) = (Matrix::default(), BTreeSet::new());
    for (source, scenarios) in offhook_language::load(&[top.join("scenarios/conformance")]).unwrap() {
        for scenario in scenarios {
            let Some(case) = &scenario.conformance else { continue };
            let here = case.subject == Subject::Calling || exchangeable(&scenario).is_ok();
            if !here || !seen.insert((source.path.clone(), scenario.name.clone())) {
                continue;
            }
            let row = Case {
                case: case.case.clone(),
                name: scenario.name.clone(),
                level: case.level,
                subject: case.subject,
                clauses: scenario.specs.clone(),
                file: source.path.strip_prefix(&top).unwrap_or(&source.path).display().to_string(),
            };
            matrix.add(row, "ppproto", verdict(&scenario));
        }
    }
    let _ = std::panic::take_hook();
    println!("{}", matrix.counts());
    for (name, made) in [("ppproto.json", matrix.json().unwrap()), ("ppproto.md", matrix.markdown())] {
        let kept = top.join("scenarios/conformance/subjects").join(name);
        if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
            std::fs::write(&kept, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(&kept).unwrap_or_default() == made,
            "{name} is behind: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it"
        );
    }
}
