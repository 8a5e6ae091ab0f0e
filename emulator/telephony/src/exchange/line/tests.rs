//! Calls on a line in virtual time: what happens when.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::exchange::{Deafness, Quality, Stamp};

const ALICE: Stamp = Stamp { month: 1, day: 5, hour: 14, minute: 30 };

fn setup(rings: u32) -> CallSetup {
    CallSetup { rings, stamp: ALICE, ..CallSetup::default() }
}

fn line(cadence: &str) -> Line {
    Line::new(LineConfig { cadence: Cadence::named(cadence).unwrap(), ..LineConfig::default() })
}

/// Runs the line to `until` (inclusive) and notes in milliseconds what it said.
fn run(line: &mut Line, until: u64) -> Vec<(u64, LineOutput)> {
    let mut seen = Vec::new();
    let until = Instant::from_millis(until);
    let mut now = Instant::ZERO;
    for _ in 0..100_000 {
        while let Some(output) = line.poll_output() {
            seen.push((now.micros() / 1000, output));
        }
        match line.poll_timeout() {
            Some(due) if due <= until => now = due,
            _ => return seen,
        }
        line.handle_timeout(now);
    }
    panic!("the line never came to rest");
}

/// What the called modem saw.
fn modem(seen: &[(u64, LineOutput)]) -> Vec<(u64, LineEvent)> {
    seen.iter()
        .filter_map(|(at, output)| match output {
            LineOutput::ToModem(event) => Some((*at, event.clone())),
            _ => None,
        })
        .collect()
}

/// What the caller saw.
fn caller(seen: &[(u64, LineOutput)]) -> Vec<(u64, CallerEvent)> {
    seen.iter()
        .filter_map(|(at, output)| match output {
            LineOutput::ToCaller(event) => Some((*at, event.clone())),
            _ => None,
        })
        .collect()
}

/// What went to the trace.
fn traced(seen: &[(u64, LineOutput)]) -> Vec<(u64, EventKind)> {
    seen.iter()
        .filter_map(|(at, output)| match output {
            LineOutput::Trace(what) => Some((*at, what.clone())),
            _ => None,
        })
        .collect()
}

/// A line that is through since 10.5 s, its output so far thrown away.
fn connected(config: LineConfig) -> Line {
    let mut line = Line::new(config);
    line.place_call(Instant::ZERO, setup(5));
    line.handle_off_hook(Instant::from_millis(2500));
    run(&mut line, 10_500);
    line
}

#[test]
fn a_line_rings_at_its_cadence_until_the_caller_gives_up() {
    let mut line = line("north-america");
    line.place_call(Instant::ZERO, setup(2));
    let seen = run(&mut line, 60_000);
    let (on, off) = (|ring| LineEvent::RingOn { ring, first: true, pattern: 1 }, |ring| LineEvent::RingOff { ring });
    assert_eq!(modem(&seen), [(0, on(1)), (2000, off(1)), (6000, on(2)), (8000, off(2))]);
    assert_eq!(caller(&seen), [(12_000, CallerEvent::GaveUp)]);
    assert_eq!(
        traced(&seen),
        [
            (0, EventKind::CallBegins { from: None, name: None }),
            (0, EventKind::RingOn { count: 1 }),
            (2000, EventKind::RingOff { count: 1 }),
            (6000, EventKind::RingOn { count: 2 }),
            (8000, EventKind::RingOff { count: 2 }),
            (12_000, EventKind::Cleared { by: End::Caller, abrupt: false }),
        ]
    );
    assert!(line.is_free());
}

#[test]
fn a_double_burst_is_two_bursts_for_the_modem_and_one_ring_in_the_trace() {
    let mut line = line("uk");
    line.place_call(Instant::ZERO, setup(2));
    let seen = run(&mut line, 3500);
    let (on, off) = (|ring| LineEvent::RingOn { ring, first: true, pattern: 1 }, |ring| LineEvent::RingOff { ring });
    assert_eq!(
        modem(&seen),
        [
            (0, on(1)),
            (400, off(1)),
            (600, LineEvent::RingOn { ring: 1, first: false, pattern: 1 }),
            (1000, off(1)),
            (3000, on(2)),
            (3400, off(2))
        ]
    );
    assert_eq!(
        traced(&seen)[1..],
        [
            (0, EventKind::RingOn { count: 1 }),
            (1000, EventKind::RingOff { count: 1 }),
            (3000, EventKind::RingOn { count: 2 }),
        ]
    );
}

#[test]
fn caller_id_comes_in_the_silence_after_the_first_ring_and_once() {
    for (cadence, at) in [("north-america", 3141), ("uk", 2141), ("france", 2641)] {
        let mut line = line(cadence);
        let setup = CallSetup { from: Some("5551234".into()), name: Some("ALICE".into()), ..setup(4) };
        line.place_call(Instant::ZERO, setup);
        let seen = run(&mut line, 60_000);
        let ids: Vec<_> = modem(&seen).into_iter().filter(|(_, e)| matches!(e, LineEvent::CallerId(_))).collect();
        let id = CallerId::mdmf(ALICE, Some("5551234".into()), Some("ALICE".into()));
        assert_eq!(ids, [(at, LineEvent::CallerId(id))], "{cadence}");
        let lines = ["DATE = 0105", "TIME = 1430", "NMBR = 5551234", "NAME = ALICE"].map(String::from).to_vec();
        assert!(traced(&seen).contains(&(at, EventKind::CallerId { lines })), "{cadence}");
    }
}

#[test]
fn answering_stops_the_ringer_and_training_takes_its_time() {
    let mut line = line("north-america");
    line.place_call(Instant::ZERO, setup(5));
    run(&mut line, 7000);
    // In the middle of the second burst.
    line.handle_off_hook(Instant::from_millis(7000));
    let seen = run(&mut line, 60_000);
    let said: Vec<_> = seen.into_iter().map(|(_, output)| output).collect();
    assert_eq!(
        said,
        [
            LineOutput::Trace(EventKind::RingOff { count: 2 }),
            LineOutput::ToModem(LineEvent::RingOff { ring: 2 }),
            LineOutput::Trace(EventKind::OffHook),
            LineOutput::ToCaller(CallerEvent::Answered),
            LineOutput::Trace(EventKind::Connected { rate: 33_600 }),
            LineOutput::ToModem(LineEvent::Connected(Carrier::new(33_600))),
            LineOutput::ToCaller(CallerEvent::Connected(Carrier::new(33_600))),
        ]
    );
}

#[test]
fn the_number_of_rings_can_change_while_it_rings() {
    let mut line = line("north-america");
    line.place_call(Instant::ZERO, setup(2));
    run(&mut line, 7000);
    line.set_rings(Instant::from_millis(7000), 3);
    assert_eq!(caller(&run(&mut line, 60_000)), [(18_000, CallerEvent::GaveUp)]);

    line.place_call(Instant::from_millis(20_000), setup(9));
    run(&mut line, 27_000);
    line.set_rings(Instant::from_millis(27_000), 1);
    let said = run(&mut line, 27_000);
    assert_eq!(caller(&said).len(), 1, "one ring is already over: {said:?}");
    assert!(line.is_free());
}

#[test]
fn octets_cross_at_the_line_s_rate_and_late_by_its_delay() {
    let mut line = connected(LineConfig { rate: 33_600, delay: Duration::from_millis(15), ..LineConfig::default() });
    let now = Instant::from_millis(11_000);
    line.send(now, End::Caller, &[0x7e; 336]);
    line.send(now, End::Server, b"!");
    assert_eq!(line.backlog(now, End::Caller), Duration::from_millis(100));
    let mut arrivals = Vec::new();
    while let Some(due) = line.poll_timeout() {
        line.handle_timeout(due);
        while let Some(output) = line.poll_output() {
            match output {
                LineOutput::ToModem(LineEvent::Octets(octets)) => arrivals.push((due.since(now), octets.len())),
                LineOutput::ToCaller(CallerEvent::Octets(octets)) => {
                    assert_eq!((due.since(now), octets), (Duration::from_micros(15_298), b"!".to_vec()));
                }
                other => panic!("unexpected: {other:?}"),
            }
        }
    }
    // 67 octets of 10 bits at 33600 bit/s are 19940.48 microseconds.
    let expected = [(34_941, 67), (54_881, 67), (74_822, 67), (94_762, 67), (114_703, 67), (115_000, 1)];
    assert_eq!(arrivals, expected.map(|(micros, count)| (Duration::from_micros(micros), count)));
}

#[test]
fn octets_before_carrier_are_lost() {
    let mut line = Line::new(LineConfig::default());
    line.place_call(Instant::ZERO, setup(5));
    line.send(Instant::from_millis(1), End::Caller, b"x");
    line.handle_off_hook(Instant::from_millis(2500));
    line.send(Instant::from_millis(3000), End::Server, b"x");
    let seen = run(&mut line, 60_000);
    assert!(!seen.iter().any(|(_, output)| matches!(
        output,
        LineOutput::ToModem(LineEvent::Octets(_)) | LineOutput::ToCaller(CallerEvent::Octets(_))
    )));
}

#[test]
fn a_caller_that_hangs_up_takes_back_nothing_that_has_left() {
    let mut line = connected(LineConfig::default());
    line.send(Instant::from_millis(11_000), End::Caller, &[b'a'; 3360]);
    run(&mut line, 11_050);
    line.clear(Instant::from_millis(11_050), Release::Orderly);
    let seen = run(&mut line, 60_000);
    let octets: usize =
        modem(&seen).iter().map(|(_, e)| if let LineEvent::Octets(octets) = e { octets.len() } else { 0 }).sum();
    // 168 octets leave in 50 ms; two bursts of 67 have arrived by then.
    assert_eq!(octets, 168 - 2 * 67);
    assert_eq!(modem(&seen).last(), Some(&(11_060, LineEvent::CarrierLost { abrupt: false })));
    let cleared = CallerEvent::Cleared { by: End::Caller, abrupt: false };
    assert_eq!(caller(&seen).iter().map(|(_, e)| e.clone()).collect::<Vec<_>>(), [cleared]);
    assert!(!line.is_free(), "the modem is still off hook");
    line.handle_on_hook(Instant::from_millis(11_060));
    assert!(line.is_free());
}

#[test]
fn a_server_that_hangs_up_is_heard_a_delay_later() {
    let mut line = connected(LineConfig::default());
    line.handle_on_hook(Instant::from_millis(11_000));
    let seen = run(&mut line, 60_000);
    assert_eq!(caller(&seen), [(11_010, CallerEvent::Cleared { by: End::Server, abrupt: false })]);
    let whats: Vec<_> = traced(&seen).into_iter().map(|(_, what)| what).collect();
    assert_eq!(whats, [EventKind::OnHook, EventKind::Cleared { by: End::Server, abrupt: false }]);
    assert!(line.is_free());
}

#[test]
fn a_modem_that_loses_its_power_tells_the_far_end_nothing() {
    let mut line = connected(LineConfig::default());
    line.on_hook(Instant::from_millis(11_000), Release::Abrupt);
    let seen = run(&mut line, 60_000);
    assert_eq!(caller(&seen), [(11_010, CallerEvent::Cleared { by: End::Server, abrupt: true })]);
    assert!(line.is_free());
}

/// How many octets each end gets, and what is lost.
fn crossed(seen: &[(u64, LineOutput)]) -> (usize, usize, Vec<Loss>) {
    let at_modem =
        modem(seen).iter().map(|(_, e)| if let LineEvent::Octets(octets) = e { octets.len() } else { 0 }).sum();
    let at_caller =
        caller(seen).iter().map(|(_, e)| if let CallerEvent::Octets(octets) = e { octets.len() } else { 0 }).sum();
    let lost =
        seen.iter().filter_map(|(_, output)| if let LineOutput::Lost(loss) = output { Some(*loss) } else { None });
    (at_modem, at_caller, lost.collect())
}

#[test]
fn a_line_dead_in_one_direction_keeps_its_carrier_and_counts_what_does_not_arrive() {
    let mut line = connected(LineConfig { octet_bits: 8, ..LineConfig::default() });
    let deafness = Deafness { end: End::Server, after: Duration::ZERO, lasts: Some(Duration::from_secs(1)) };
    line.deafen(Instant::from_millis(11_000), deafness);
    for (at, octets) in [(11_000, 7), (12_000, 5)] {
        line.send(Instant::from_millis(at), End::Caller, &vec![b'a'; octets]);
        line.send(Instant::from_millis(at), End::Server, &vec![b'b'; octets]);
    }
    let seen = run(&mut line, 60_000);
    let lost = Loss { octets: 7, from: End::Caller, cause: LossCause::DeadDirection };
    assert_eq!(crossed(&seen), (5, 12, vec![lost]));
    assert!(line.is_connected());
    assert!(!modem(&seen).iter().any(|(_, event)| matches!(event, LineEvent::CarrierLost { .. })));
}

#[test]
fn a_line_may_be_dead_towards_the_caller_in_every_call_from_some_time_after_carrier_on() {
    let deaf = vec![Deafness { end: End::Caller, after: Duration::from_secs(2), lasts: None }];
    let quality = Quality { deaf, ..Quality::default() };
    let mut line = connected(LineConfig { quality, ..LineConfig::default() });
    let connected = 10_500;
    line.send(Instant::from_millis(connected + 1900), End::Server, b"early");
    run(&mut line, connected + 2000);
    line.send(Instant::from_millis(connected + 2000), End::Server, b"late");
    let lost = Loss { octets: 4, from: End::Server, cause: LossCause::DeadDirection };
    assert_eq!(crossed(&run(&mut line, 60_000)), (0, 0, vec![lost]));
}

#[test]
fn both_ends_may_clear_at_once_and_the_first_is_noted() {
    let mut line = connected(LineConfig::default());
    line.clear(Instant::from_millis(11_000), Release::Abrupt);
    line.handle_on_hook(Instant::from_millis(11_005));
    let seen = run(&mut line, 60_000);
    assert_eq!(modem(&seen), [], "a modem on hook hears nothing");
    let whats: Vec<_> = traced(&seen).into_iter().map(|(_, what)| what).collect();
    assert_eq!(whats, [EventKind::Cleared { by: End::Caller, abrupt: true }, EventKind::OnHook]);
    assert!(line.is_free());
}

#[test]
fn a_caller_that_clears_while_it_rings_stops_the_ringer() {
    let mut line = line("north-america");
    line.place_call(Instant::ZERO, setup(5));
    run(&mut line, 1000);
    line.clear(Instant::from_millis(1000), Release::Orderly);
    let seen = run(&mut line, 60_000);
    assert_eq!(modem(&seen).len(), 1);
    assert_eq!(
        traced(&seen).into_iter().map(|(_, what)| what).collect::<Vec<_>>(),
        [EventKind::RingOff { count: 1 }, EventKind::Cleared { by: End::Caller, abrupt: false }]
    );
    assert!(line.is_free());
}

#[test]
fn a_caller_that_clears_while_training_leaves_the_modem_alone() {
    let mut line = line("north-america");
    line.place_call(Instant::ZERO, setup(5));
    line.handle_off_hook(Instant::from_millis(2500));
    run(&mut line, 4000);
    line.clear(Instant::from_millis(4000), Release::Orderly);
    assert_eq!(modem(&run(&mut line, 60_000)), []);
    line.place_call(Instant::from_millis(20_000), setup(5));
    assert_eq!(caller(&run(&mut line, 60_000)).last().map(|(_, e)| e.clone()), Some(CallerEvent::Busy));
    line.handle_on_hook(Instant::from_millis(52_500));
    assert!(line.is_free());
}

#[test]
fn a_server_that_hangs_up_while_training_clears_the_call() {
    let mut line = line("north-america");
    line.place_call(Instant::ZERO, setup(5));
    line.handle_off_hook(Instant::from_millis(2500));
    run(&mut line, 4000);
    line.handle_on_hook(Instant::from_millis(4000));
    let cleared = CallerEvent::Cleared { by: End::Server, abrupt: false };
    assert_eq!(caller(&run(&mut line, 60_000)), [(4010, cleared)]);
    assert!(line.is_free());
}

#[test]
fn a_modem_that_goes_off_hook_on_a_quiet_line_makes_it_busy() {
    let mut line = Line::new(LineConfig::default());
    line.handle_off_hook(Instant::from_millis(1));
    line.place_call(Instant::from_millis(2), setup(5));
    let seen = run(&mut line, 60_000);
    assert_eq!(caller(&seen).first().map(|(_, e)| e.clone()), Some(CallerEvent::Busy));
    assert_eq!(modem(&seen), []);
}
