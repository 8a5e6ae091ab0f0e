//! What is wrong with a subject is found, and told where it is.

#![allow(clippy::unwrap_used, clippy::panic)]

use offhook_clock::Instant;
use offhook_learn::learner::Effort;
use offhook_learn::mealy::Mealy;
use offhook_learn::ppp::compare::{Comparison, Kind, compare};
use offhook_learn::ppp::document::Document;
use offhook_learn::ppp::examination::examine;
use offhook_learn::ppp::layer::{End, Layer, Setup};
use offhook_learn::ppp::link::{FEW, HangUp, LinkSubject, own_end};
use offhook_learn::ppp::player::{PlayError, Player, Timing, transcript};
use offhook_learn::ppp::reference::Reference;
use offhook_learn::ppp::subject::{Subject, SubjectError};
use offhook_learn::ppp::symbol::{Input, Output, Outputs};
use offhook_learn::ppp::table::{Rules, reference};
use offhook_learn::teacher::LearnError;
use offhook_ppp::frame::{Compression, Frame, LCP};
use offhook_ppp::hdlc::{Deframer, Item};
use offhook_ppp::transparency::{DEFAULT_ACCM, encode};

const RULES: Rules = Rules { max_configure: FEW, max_terminate: FEW, hangs_up: false };

/// An LCP packet: to be changed, or dropped by false.
type Change = fn(&mut [u8], &mut u8) -> bool;

/// offhook's own answering end, with LCP packets changed on their way.
struct Faulty {
    link: LinkSubject,
    /// What it is given.
    hears: Change,
    /// What it says.
    says: Change,
    /// Whatever the changes want to remember.
    memory: u8,
    deframers: [Deframer; 2],
}

fn unchanged(_: &mut [u8], _: &mut u8) -> bool {
    true
}

impl Faulty {
    fn new(hears: Change, says: Change) -> Self {
        let link = LinkSubject::new(own_end(Layer::Lcp, End::Answering), HangUp::Never);
        Self { link, hears, says, memory: 0, deframers: [Deframer::new(1506), Deframer::new(1506)] }
    }
}

/// The octets of the frames that are left.
fn changed(octets: &[u8], deframer: &mut Deframer, change: Change, memory: &mut u8) -> Vec<u8> {
    let (mut input, mut frames) = (octets, Vec::new());
    while let Some(item) = deframer.take(&mut input) {
        if let Item::Frame(frame) = item {
            frames.push(frame.to_vec());
        }
    }
    let left = frames.iter().filter_map(|frame| {
        let Frame { protocol, information } = Frame::parse(frame).ok()?;
        let mut packet = information.to_vec();
        if protocol == LCP && !change(&mut packet, memory) {
            return None;
        }
        Some(encode(&Frame { protocol, information: &packet }.emit(Compression::NONE), DEFAULT_ACCM))
    });
    left.flatten().collect()
}

impl Subject for Faulty {
    fn reset(&mut self, now: Instant) -> Result<(), SubjectError> {
        *self = Self::new(self.hears, self.says);
        self.link.reset(now)
    }

    fn handle_down(&mut self, now: Instant) {
        self.link.handle_down(now);
    }

    fn handle_up(&mut self, now: Instant) {
        self.link.handle_up(now);
    }

    fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        let octets = changed(octets, &mut self.deframers[0], self.hears, &mut self.memory);
        self.link.handle_octets(now, &octets);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let octets = self.link.poll_transmit()?;
        Some(changed(&octets, &mut self.deframers[1], self.says, &mut self.memory))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.link.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.link.handle_timeout(now);
    }

    fn is_line_dropped(&self) -> bool {
        self.link.is_line_dropped()
    }
}

fn setup() -> Setup {
    Setup::new(Layer::Lcp, End::Answering)
}

fn expected() -> Reference {
    reference(&setup(), &setup().inputs(), RULES)
}

/// With the least effort there is: the words of the table, and those of the differences.
fn examined(hears: Change, says: Change) -> Result<Comparison, LearnError<Input, Outputs, PlayError>> {
    let mut player = Player::new(Faulty::new(hears, says), setup(), Timing::default());
    let effort = Effort { extra_states: 0, random_words: 0, ..Effort::default() };
    examine(&mut player, &expected(), effort).map(|examination| examination.comparison)
}

fn faults(comparison: &Comparison) -> String {
    let faults = comparison.differences.iter().filter(|difference| difference.is_fault());
    faults.map(|fault| format!("{fault}\n")).collect()
}

/// The answers to a request are taken under any Identifier.
fn any_identifier(packet: &mut [u8], request: &mut u8) -> bool {
    if matches!(packet[0], 2..=4) {
        packet[1] = *request;
    }
    true
}

fn remember_request(packet: &mut [u8], request: &mut u8) -> bool {
    if packet[0] == 1 {
        *request = packet[1];
    }
    true
}

#[test]
fn an_end_that_takes_an_ack_with_any_identifier_is_found_out() {
    let comparison = examined(any_identifier, remember_request).unwrap();
    insta::assert_snapshot!("any_identifier", faults(&comparison));
    // And the word is played again, as packets.
    let fault = comparison.differences.iter().find(|difference| difference.is_fault()).unwrap();
    let mut player = Player::new(Faulty::new(any_identifier, remember_request), setup(), Timing::default());
    insta::assert_snapshot!("any_identifier_packets", transcript(&player.play(&fault.word).unwrap()));
}

#[test]
fn an_end_that_does_not_acknowledge_termination_and_one_that_is_deaf_to_it_differ_in_what_follows() {
    let says_nothing = examined(unchanged, |packet, _| packet[0] != 6).unwrap();
    insta::assert_snapshot!("no_terminate_ack", faults(&says_nothing));
    let deaf = examined(|packet, _| packet[0] != 5, unchanged).unwrap();
    insta::assert_snapshot!("deaf_to_terminate_request", faults(&deaf));
}

#[test]
fn an_end_that_does_not_always_answer_alike_is_told_with_the_word() {
    // Every seventh packet is lost, counted across resets.
    static HEARD: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let loses: Change = |_, _| HEARD.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 7 != 6;
    let error = examined(loses, unchanged).unwrap_err();
    assert!(matches!(&error, LearnError::NotDeterministic { before, now, .. } if before != now), "{error}");
    assert!(error.to_string().starts_with("the subject does not always answer alike: to ["), "{error}");
}

#[test]
fn an_end_that_never_comes_to_rest_is_no_subject() {
    struct Chatterbox;
    impl Subject for Chatterbox {
        fn reset(&mut self, _: Instant) -> Result<(), SubjectError> {
            Ok(())
        }
        fn handle_down(&mut self, _: Instant) {}
        fn handle_up(&mut self, _: Instant) {}
        fn handle_octets(&mut self, _: Instant, _: &[u8]) {}
        fn poll_transmit(&mut self) -> Option<Vec<u8>> {
            None
        }
        fn poll_timeout(&self) -> Option<Instant> {
            Some(Instant::ZERO)
        }
        fn handle_timeout(&mut self, _: Instant) {}
        fn is_line_dropped(&self) -> bool {
            false
        }
    }
    // A deadline that never goes away.
    let error = Player::new(Chatterbox, setup(), Timing::default()).play(&[Input::RequestGood]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "after carrier the subject and its peer never came to rest within 400 rounds of packets; the last was none"
    );
}

/// The expected machine with one cell changed.
fn with(machine: &Mealy<Input, Outputs>, state: usize, input: usize, cell: (Outputs, usize)) -> Mealy<Input, Outputs> {
    let inputs = 0..machine.inputs().len();
    let mut cells: Vec<Vec<(Outputs, usize)>> = (0..machine.len())
        .map(|state| inputs.clone().map(|input| machine.step(state, input)).map(|(o, n)| (o.clone(), n)).collect())
        .collect();
    cells[state][input] = cell;
    Mealy::new(machine.inputs().to_vec(), cells)
}

/// Not by what is permitted alone.
fn reached(machine: &Mealy<Input, Outputs>) -> impl Iterator<Item = usize> {
    machine.access().into_iter().enumerate().filter_map(|(state, word)| word.map(|_| state))
}

#[test]
fn every_answer_of_the_table_that_is_another_is_told_at_its_cell_by_a_word_that_shows_it() {
    let expected = expected();
    let machine = expected.machine();
    for state in reached(&machine) {
        for (place, input) in machine.inputs().iter().enumerate() {
            let next = machine.step(state, place).1;
            let other = with(&machine, state, place, (Outputs::new([Output::Other]), next));
            let comparison = compare(&other, &expected);
            let name = &expected.states[state].name;
            let faults: Vec<_> = comparison.differences.iter().filter(|difference| difference.is_fault()).collect();
            assert_eq!(faults.len(), 1, "{name}, {input}: {comparison}");
            assert_eq!((&faults[0].state, faults[0].input, &faults[0].kind), (name, *input, &Kind::Output));
            assert_ne!(other.run(&faults[0].word), machine.run(&faults[0].word));
        }
    }
}

#[test]
fn every_next_state_of_the_table_that_is_another_is_told_by_a_word_that_shows_it() {
    let expected = expected();
    let machine = expected.machine();
    let classes = machine.classes();
    let (mut changed, mut at_its_cell) = (0, 0);
    for state in reached(&machine) {
        for (place, input) in machine.inputs().iter().enumerate() {
            let (outputs, next) = machine.step(state, place);
            // A third of them: all are as well, and take a while.
            let others = (0..machine.len()).filter(|target| classes[*target] != classes[next]);
            for target in others.filter(|target| (state + place + target) % 3 == 0) {
                let other = with(&machine, state, place, (outputs.clone(), target));
                let comparison = compare(&other, &expected);
                let Some(first) = comparison.differences.first() else {
                    panic!("{}, {input} to {}", expected.states[state].name, expected.states[target].name)
                };
                assert_ne!(other.run(&first.word), machine.run(&first.word), "{comparison}");
                changed += 1;
                let blamed = |fault: &&_| {
                    let fault: &offhook_learn::ppp::compare::Difference = fault;
                    (&fault.state, fault.input) == (&expected.states[state].name, *input)
                };
                at_its_cell += usize::from(comparison.differences.iter().any(|fault| blamed(&fault)));
            }
        }
    }
    assert!(changed > 1000, "{changed}");
    assert_eq!(changed, at_its_cell);
}

#[test]
fn a_new_version_is_laid_beside_an_old_one() {
    let old = expected();
    let names = compare(&old.machine(), &old).names;
    let version = |subject: &str, machine| {
        let learnt = offhook_learn::learner::Learnt { machine, figures: offhook_learn::learner::Figures::default() };
        Document::new(subject, Layer::Lcp, End::Answering, learnt).named(names.clone())
    };
    let opened = old.states.iter().position(|state| state.name == "Opened").unwrap();
    let echo = old.inputs.iter().position(|input| *input == Input::EchoRequest).unwrap();
    let (before, after) = (
        version("version 1", old.machine()),
        version("version 2", with(&old.machine(), opened, echo, (Outputs::default(), opened))),
    );
    let comparison = compare(&after.machine, &Reference::from_document(&before));
    assert_eq!(comparison.names, before.states);
    insta::assert_snapshot!("two_versions", comparison.to_string());
    assert!(compare(&before.machine, &Reference::from_document(&before)).differences.is_empty());
}
