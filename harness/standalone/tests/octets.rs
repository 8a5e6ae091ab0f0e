//! No octet is lost without a word: for all that DTEs and peers do, in virtual time.

#![allow(clippy::unwrap_used)]

mod rig;

use std::time::Duration;

use offhook_clock::Instant;
use offhook_standalone::modem_pool::CallId;
use offhook_telephony::exchange::LineConfig;
use offhook_telephony::modem::ModemConfig;
use proptest::prelude::*;

use self::rig::{Rig, octets};

/// Who is at the other end of the first line's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    /// The DTE of another line, which the first has called.
    Dte,
    /// A peer that the first line has called.
    Called,
    /// A peer that has called the first line.
    Caller,
}

/// How the DTE of the first line ends a call, or whether the other end does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// It closes its port.
    Close,
    /// It escapes and gives `ATH`.
    Command,
    /// It drops DTR (108/2), its port stays open.
    Dtr,
    /// The other end closes its port or connection.
    Other,
}

const CALLED: CallId = CallId::Out(0);
const CALLER: CallId = CallId::In(0);
const NO_CARRIER: &[u8] = b"\r\nNO CARRIER\r\n";

/// A call between the DTE of the first line and another end, and what each has said.
struct Call {
    rig: Rig,
    other: Other,
    sent: [Vec<u8>; 2],
}

impl Call {
    fn new(other: Other, line: &LineConfig, settings: &str) -> Self {
        Self::at(other, line, settings, None)
    }

    /// The same; the DTEs' ports have a speed that matters, as serial devices have.
    fn at(other: Other, line: &LineConfig, settings: &str, speed: Option<u32>) -> Self {
        let mut rig = Rig::new(2, line, &ModemConfig { paced: line.paced, ..ModemConfig::default() });
        rig.open(0);
        rig.open(1);
        if let Some(speed) = speed {
            rig.pool.handle_dte_speed(rig.now, 0, speed);
            rig.pool.handle_dte_speed(rig.now, 1, speed);
        }
        rig.write(0, format!("ATE0S0=1S12=2{settings}\r").as_bytes());
        rig.write(1, b"ATE0S0=1\r");
        match other {
            Other::Dte => rig.write(0, b"ATDT2\r"),
            Other::Called => rig.write(0, b"ATDT90\r"),
            Other::Caller => assert!(rig.call(0, 5)),
        }
        rig.run(Duration::from_secs(60));
        rig.ports.iter_mut().for_each(|port| port.got.clear());
        rig.log.clear();
        Self { rig, other, sent: [Vec::new(), Vec::new()] }
    }

    fn say(&mut self, first: bool, octets: &[u8]) {
        self.sent[usize::from(!first)].extend(octets);
        match (first, self.other) {
            (true, _) => self.rig.write(0, octets),
            (false, Other::Dte) => self.rig.write(1, octets),
            (false, _) => self.rig.say(octets),
        }
    }

    fn end(&mut self, ending: Ending) {
        match (ending, self.other) {
            (Ending::Close, _) => self.rig.close(0),
            (Ending::Command, _) => {
                // The modem sends the escape sequence as well (V.250 says nothing of it; modems do).
                self.wait_until_read();
                self.rig.run(Duration::from_millis(50));
                self.say(true, b"+++");
                self.wait_until_read();
                self.rig.run(Duration::from_millis(50));
                self.rig.write(0, b"ATH\r");
            }
            (Ending::Dtr, _) => {
                self.wait_until_read();
                self.rig.pool.handle_dtr(self.rig.now, 0, false);
                self.rig.settle();
            }
            (Ending::Other, Other::Dte) => self.rig.close(1),
            (Ending::Other, Other::Called) => self.rig.say_and_close(CALLED, b""),
            (Ending::Other, Other::Caller) => self.rig.say_and_close(CALLER, b""),
        }
        self.rig.run(Duration::from_secs(400));
    }

    fn wait_until_read(&mut self) {
        while !self.rig.is_read(0) {
            self.rig.run(Duration::from_millis(10));
        }
    }

    /// What the end has got of the call; of the first line without what its modem answered to its commands.
    fn got(&self, first: bool) -> Vec<u8> {
        match (first, self.other) {
            (true, _) => self.rig.ports[0].got.clone(),
            (false, Other::Dte) => self.rig.ports[1].got.clone(),
            (false, _) => self.rig.left.last().map(|peer| peer.pipe.got.clone()).unwrap_or_default(),
        }
    }
}

/// `got` without what comes after the octets of the call: result codes of the modem.
fn of_the_call<'a>(got: &'a [u8], sent: &[u8]) -> &'a [u8] {
    let same = got.iter().zip(sent).take_while(|(got, sent)| got == sent).count();
    &got[..same]
}

fn others() -> impl Strategy<Value = Other> {
    prop::sample::select(vec![Other::Dte, Other::Called, Other::Caller])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]
    #[test]
    fn each_end_gets_a_prefix_of_what_the_other_sent_all_of_an_orderly_end_and_the_rest_is_counted(
        other in others(),
        ending in prop::sample::select(vec![Ending::Close, Ending::Command, Ending::Dtr, Ending::Other]),
        discard in any::<bool>(),
        writes in prop::collection::vec((any::<bool>(), 0..600_usize, 0..400_u64), 0..12),
        paced in any::<bool>(),
        error_control in any::<bool>(),
        rate in prop::sample::select(vec![300, 2400, 33_600, 56_000]),
        delay in 0..300_u64,
        speed in prop::sample::select(vec![None, Some(1200), Some(57_600)]),
    ) {
        let octet_bits = if error_control { 8 } else { 10 };
        let line = LineConfig { paced, rate, octet_bits, delay: Duration::from_millis(delay), ..LineConfig::default() };
        let mut call = Call::at(other, &line, if discard { "+ETBM=0" } else { "" }, speed);
        for (first, count, pause) in writes {
            call.say(first, &octets(count));
            call.rig.run(Duration::from_millis(pause));
        }
        call.end(ending);
        let got = [call.got(true), call.got(false)];
        let (to_first, to_other) = (of_the_call(&got[0], &call.sent[1]), of_the_call(&got[1], &call.sent[0]));
        // Nothing but a prefix: what follows is the modem's.
        let rest = &got[1][to_other.len()..];
        let stays = other == Other::Dte && ending != Ending::Other;
        prop_assert_eq!(String::from_utf8_lossy(rest), String::from_utf8_lossy(if stays { NO_CARRIER } else { b"" }));
        let rest = String::from_utf8_lossy(&got[0][to_first.len()..]).into_owned();
        let answers = ["", "\r\nNO CARRIER\r\n", "\r\nOK\r\n\r\nOK\r\n", "\r\nOK\r\n\r\nNO CARRIER\r\n"];
        prop_assert!(answers.contains(&rest.as_str()), "{rest:?}");
        // Whoever ends the call in order is heard to the end; the DTE may say that what waits is discarded (V.250 +ETBM).
        let orderly = ending == Ending::Close || !discard && matches!(ending, Ending::Command | Ending::Dtr);
        if orderly {
            prop_assert_eq!(to_other.len(), call.sent[0].len());
        }
        if ending == Ending::Other {
            prop_assert_eq!(to_first.len(), call.sent[1].len());
        }
        // Whatever did not arrive was counted and told; unread is what the pool has never been given.
        // What is said when the call is over is said to the modem.
        let (arrived, said) = (to_first.len() + to_other.len(), call.sent[0].len() + call.sent[1].len());
        for line in [0, 1] {
            call.rig.pool.handle_circuit_108(call.rig.now, line, false);
            call.rig.settle();
        }
        let lost = said - arrived - call.rig.unread() - call.rig.ignored();
        prop_assert_eq!((call.rig.lost(), call.rig.told_lost()), (lost as u64, lost as u64));
        prop_assert!(call.rig.pool.is_free(0) && call.rig.pool.is_free(1));
    }
}

#[test]
fn what_is_written_before_the_port_is_closed_arrives_before_no_carrier() {
    for (paced, count) in [(true, 8), (true, 800), (true, 4000), (false, 8), (false, 200_000)] {
        let mut call = Call::new(Other::Dte, &LineConfig { paced, ..LineConfig::default() }, "");
        call.say(true, &octets(count));
        call.end(Ending::Close);
        assert_eq!(call.got(false), [&octets(count)[..], NO_CARRIER].concat(), "{count} octets, paced: {paced}");
        assert!(call.rig.pool.is_free(1));
    }
}

#[test]
fn a_port_that_is_opened_again_at_once_cuts_nothing_off() {
    let mut call = Call::new(Other::Dte, &LineConfig { rate: 2400, ..LineConfig::default() }, "");
    call.say(true, &octets(200));
    call.rig.close(0);
    while call.rig.is_open(0) {
        call.rig.run(Duration::from_millis(1));
    }
    call.rig.open(0);
    call.rig.write(0, b"AT\r");
    call.rig.run(Duration::from_secs(60));
    assert_eq!(call.got(false), [&octets(200)[..], NO_CARRIER].concat());
    assert_eq!((call.got(true), call.rig.lost()), (b"\r\nOK\r\n".to_vec(), 0));
}

#[test]
fn a_server_that_speaks_and_goes_while_the_modems_train_is_heard_or_counted() {
    let mut rig = Rig::new(1, &LineConfig::default(), &ModemConfig::default());
    rig.open(0);
    rig.write(0, b"ATE0DT90\r");
    rig.run(Duration::from_secs(5));
    rig.say_and_close(CALLED, &octets(3000));
    rig.run(Duration::from_secs(30));
    let connect = b"ATE0DT90\r\r\nCONNECT 33600\r\n";
    assert_eq!(rig.ports[0].got, [&connect[..], &octets(3000), NO_CARRIER].concat());

    // The DTE breaks off the training.
    rig.write(0, b"ATDT90\r");
    rig.run(Duration::from_secs(5));
    rig.say_and_close(CallId::Out(1), &octets(3000));
    rig.write(0, b"x");
    rig.run(Duration::from_secs(30));
    assert!(rig.ports[0].got.ends_with(NO_CARRIER));
    assert_eq!((rig.lost(), rig.told_lost(), rig.pool.is_free(0)), (3000, 3000, true));
}

#[test]
fn a_caller_that_goes_leaves_the_line_free_at_once() {
    let mut rig = Rig::new(1, &LineConfig::default(), &ModemConfig::default());
    rig.open(0);
    rig.write(0, b"ATE0S0=1\r");
    for seconds in [0, 3, 4] {
        assert!(rig.call(0, 12), "after {seconds} s");
        rig.run(Duration::from_secs(seconds));
        rig.say_and_close(CALLER, b"");
        rig.run(Duration::from_millis(100));
        assert!(rig.pool.is_free(0), "after {seconds} s");
    }
    assert!(rig.now < Instant::from_millis(8000));
}

#[test]
fn a_caller_that_goes_in_the_middle_of_a_ring_leaves_the_line_free_at_once_though_the_modem_answers() {
    let mut rig = Rig::new(1, &LineConfig::default(), &ModemConfig::default());
    rig.open(0);
    rig.write(0, b"ATE0S0=1\r");
    for millis in (50..2100).step_by(50) {
        assert!(rig.call(0, 12), "before {millis} ms");
        rig.run(Duration::from_millis(millis));
        rig.say_and_close(CALLER, b"");
        rig.run(Duration::from_millis(100));
        assert!(rig.pool.is_free(0), "after {millis} ms");
        // What rings have been counted is forgotten.
        rig.run(Duration::from_secs(10));
    }
}

#[test]
fn an_answer_to_nobody_waits_for_carrier_as_long_as_s7_says() {
    let mut rig = Rig::new(1, &LineConfig::default(), &ModemConfig::default());
    rig.open(0);
    assert!(rig.call(0, 12));
    rig.run(Duration::from_secs(1));
    rig.say_and_close(CALLER, b"");
    rig.run(Duration::from_secs(1));
    rig.write(0, b"ATE0S7=5A\r");
    rig.run(Duration::from_millis(4900));
    assert!(!rig.pool.is_free(0));
    rig.run(Duration::from_millis(200));
    assert!(rig.pool.is_free(0) && rig.ports[0].got.ends_with(NO_CARRIER));
}

/// The peer's last octet has left for the modem at the moment at which the modem's second arrives at the peer.
#[test]
fn an_octet_that_arrives_at_the_moment_at_which_the_peer_goes_is_given_to_it() {
    let line = LineConfig { paced: true, rate: 300, delay: Duration::from_millis(35), ..LineConfig::default() };
    let mut call = Call::new(Other::Called, &line, "");
    call.say(false, &octets(11));
    call.rig.run(Duration::from_millis(265));
    call.say(true, &octets(2));
    call.end(Ending::Other);
    assert_eq!((call.got(false), call.rig.lost()), (octets(2), 0));
}
