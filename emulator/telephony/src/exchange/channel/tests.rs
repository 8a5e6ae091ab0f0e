//! One direction of a line in virtual time: what arrives when, with and without noise.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::quality::Quality;
use super::*;

/// Runs the channel until nothing is on it: when how many octets arrived.
fn arrivals(channel: &mut Channel) -> Vec<(u64, usize)> {
    let mut seen = Vec::new();
    while let Some(at) = channel.poll_timeout() {
        channel.handle_timeout(at);
        while let Some(octets) = channel.arrived(at) {
            seen.push((at.micros(), octets.len()));
        }
    }
    seen
}

#[test]
fn pacing_is_exact_to_the_microsecond() {
    let mut channel = Channel::new(33_600, 10, Duration::from_millis(10));
    channel.send(Instant::ZERO, &[0; 3360]);
    let seen = arrivals(&mut channel);
    // 3360 octets are one second; the last arrives a delay later, and no burst is longer than 20 ms.
    assert_eq!(seen.last(), Some(&(1_010_000, 3360 % 67)));
    assert_eq!(seen.first(), Some(&(10_000 + 19_941, 67)));
    assert!(seen.iter().all(|(_, octets)| *octets <= 67));
    assert_eq!(seen.iter().map(|(_, octets)| octets).sum::<usize>(), 3360);
}

#[test]
fn a_long_frame_is_one_burst_with_the_end_in_its_time() {
    let mut channel = Channel::new(33_600, 10, Duration::ZERO);
    let mut frame = vec![b'x'; 1678];
    (frame[0], frame[1677]) = (FLAG, FLAG);
    channel.send(Instant::ZERO, &[&frame[..], &[b'x'; 100]].concat());
    // Half a second for what is a twentieth of 33600 octets, and 20 ms at most where no flag is to come.
    assert_eq!(arrivals(&mut channel), [(499_405, 1678), (519_346, 67), (529_167, 33)]);
}

#[test]
fn a_short_frame_is_one_burst_and_an_idle_channel_starts_again() {
    let mut channel = Channel::new(33_600, 10, Duration::ZERO);
    channel.send(Instant::ZERO, &[0; 1]);
    assert_eq!(arrivals(&mut channel), [(298, 1)]);
    channel.send(Instant::from_millis(5), &[0; 2]);
    assert_eq!(arrivals(&mut channel), [(5_596, 2)]);
}

#[test]
fn octets_sent_while_the_wire_is_busy_follow_without_a_gap() {
    let mut channel = Channel::new(9600, 10, Duration::ZERO);
    channel.send(Instant::ZERO, b"0123456789");
    channel.send(Instant::from_micros(10), b"0123456789");
    assert_eq!(channel.backlog(Instant::from_micros(10)), Duration::from_micros(10_417 - 10 + 10_417));
    assert_eq!(arrivals(&mut channel), [(10_417, 10), (20_834, 10)]);
}

#[test]
fn a_cut_wire_delivers_what_has_left() {
    let mut channel = Channel::new(8000, 8, Duration::from_millis(7));
    channel.send(Instant::ZERO, b"0123456789");
    channel.cut(Instant::from_micros(3_500));
    assert_eq!(arrivals(&mut channel), [(10_000, 3)]);
}

#[test]
fn a_slow_wire_still_moves_octet_by_octet() {
    let mut channel = Channel::new(75, 10, Duration::ZERO);
    channel.send(Instant::ZERO, b"ab");
    assert_eq!(arrivals(&mut channel), [(133_334, 1), (266_667, 1)]);
}

/// A noisy channel of 9600 bit/s.
fn noisy(quality: &Quality, seed: u64, error_control: bool) -> Channel {
    let impairments = Impairments::new(quality, seed, Instant::ZERO);
    Channel::new(9600, 10, Duration::from_millis(10)).with_impairments(impairments, error_control)
}

/// Runs the channel until nothing is on it: what arrived, and when the last of it.
fn received(channel: &mut Channel) -> (Vec<u8>, Instant) {
    let (mut all, mut last) = (Vec::new(), Instant::ZERO);
    while let Some(at) = channel.poll_timeout() {
        assert!(at >= last, "bursts arrive in order");
        last = at;
        channel.handle_timeout(at);
        while let Some(octets) = channel.arrived(at) {
            all.extend(octets);
        }
    }
    (all, last)
}

fn bad() -> Quality {
    Quality {
        bit_errors: Some(20_000),
        bursts: Some((Duration::from_secs(2), Duration::from_millis(30))),
        loss: Some(2000),
        jitter: Duration::from_millis(40),
        retrains: None,
        deaf: Vec::new(),
    }
}

#[test]
fn a_wire_that_rests_goes_on_in_the_middle_of_a_burst() {
    let mut channel = Channel::new(9600, 10, Duration::ZERO);
    channel.send(Instant::ZERO, b"0123456789");
    channel.rest(Instant::from_millis(5), Instant::from_millis(1005));
    channel.rest(Instant::from_millis(500), Instant::from_millis(1505));
    channel.send(Instant::from_millis(600), b"abc");
    assert_eq!(arrivals(&mut channel), [(1_510_417, 10), (1_513_542, 3)]);
    channel.rest(Instant::from_millis(2000), Instant::from_millis(2100));
    channel.send(Instant::from_millis(2050), b"x");
    assert_eq!(arrivals(&mut channel), [(2_101_042, 1)]);
}

#[test]
fn what_arrives_in_a_gap_of_the_carrier_is_lost() {
    let mut channel = Channel::new(9600, 10, Duration::ZERO);
    channel.send(Instant::ZERO, b"0123456789");
    // Octet n arrives 1.042 ms times n + 1.
    channel.lose(Instant::from_micros(3000), Instant::from_micros(6000));
    assert_eq!(received(&mut channel).0, b"0156789");
}

#[test]
fn a_new_rate_holds_from_the_octet_under_way() {
    let mut channel = Channel::new(9600, 10, Duration::ZERO);
    channel.send(Instant::ZERO, b"0123456789");
    channel.set_rate(Instant::from_micros(5000), 4800);
    // Four octets have left; six take 12.5 ms.
    assert_eq!(arrivals(&mut channel), [(4167, 4), (17_500, 6)]);
}

#[test]
fn noise_is_the_same_for_the_same_seed_and_another_for_another() {
    let of = |seed| {
        let mut channel = noisy(&bad(), seed, false);
        channel.send(Instant::ZERO, &[0x55; 20_000]);
        received(&mut channel)
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1).0, of(2).0);
    assert_ne!(of(1).0, vec![0x55; 20_000]);
}

#[test]
fn bursts_are_late_by_the_jitter_at_most_and_in_order() {
    let mut channel = noisy(&Quality { jitter: Duration::from_millis(40), ..Quality::default() }, 1, false);
    channel.send(Instant::ZERO, &[0; 19]);
    let (_, at) = received(&mut channel);
    let on_time = Instant::from_micros(19_792 + 10_000);
    assert!(at >= on_time && at <= on_time + Duration::from_millis(40), "{at}");
}

#[test]
fn every_impairment_is_told_once() {
    let mut channel = noisy(&bad(), 3, false);
    channel.send(Instant::ZERO, &[0; 20_000]);
    let (octets, _) = received(&mut channel);
    let (mut bits, mut lost) = (0, 0);
    while let Some(burst) = channel.poll_impaired() {
        assert!(!burst.again);
        (bits, lost) = (bits + burst.toll.bits, lost + burst.toll.lost as usize);
    }
    assert_eq!(octets.len() + lost, 20_000);
    assert!(octets.iter().map(|octet| octet.count_ones()).sum::<u32>() <= bits && bits > 0 && lost > 0);
}

proptest! {
    #[test]
    fn a_perfect_wire_delivers_what_it_is_given(bursts: Vec<(u16, Vec<u8>)>, rate in 300u32..56_000) {
        let mut channel = Channel::new(rate, 10, Duration::from_millis(10));
        let mut now = Instant::ZERO;
        let mut sent = Vec::new();
        let mut all = Vec::new();
        for (hold_waiting_call, octets) in bursts {
            now += Duration::from_micros(hold_waiting_call.into());
            channel.handle_timeout(now);
            while let Some(octets) = channel.arrived(now) {
                all.extend(octets);
            }
            channel.send(now, &octets);
            sent.extend(octets);
        }
        all.extend(received(&mut channel).0);
        prop_assert_eq!(all, sent);
    }

    #[test]
    fn error_control_falsifies_nothing_and_costs_time(seed: u64, octets in prop::collection::vec(any::<u8>(), 1..3000),
                                                      bit_errors in 1u64..100_000) {
        let quality = Quality { bit_errors: Some(bit_errors), ..bad() };
        let mut channel = noisy(&quality, seed, true);
        channel.send(Instant::ZERO, &octets);
        let (all, last) = received(&mut channel);
        prop_assert!(last >= Instant::ZERO + channel.line_time(octets.len() as u64) + channel.delay);
        prop_assert_eq!(all, octets);
    }
}
