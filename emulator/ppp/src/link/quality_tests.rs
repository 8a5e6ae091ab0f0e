//! Tests of [`Link`]: link quality monitoring (RFC 1989) between two ends, with frames lost one way and the other.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::pair::{Pair, config, server};
use super::*;
use crate::frame::{IP, LQR};
use crate::lqr::Report;

const PERIOD: Duration = Duration::from_secs(10);

/// Two ends with the network up that both want reports.
fn pair(calling: Option<Quality>, answering: Option<Quality>) -> Pair {
    let mut pair = Pair::new(Config { quality: calling, ..config(None) }, Config { quality: answering, ..server(&[]) });
    pair.settle();
    assert!(pair.says("IpUp"), "{:#?}", pair.log);
    pair
}

fn both() -> Pair {
    pair(Some(Quality::every(PERIOD)), Some(Quality::every(PERIOD)))
}

/// Time passes until so long after the beginning.
fn until(pair: &mut Pair, then: Duration) {
    let then = Instant::ZERO + then;
    while let Some(next) = earliest(pair.link.poll_timeout(), pair.server.poll_timeout()).filter(|next| *next <= then) {
        pair.now = next;
        pair.link.handle_timeout(next);
        pair.server.handle_timeout(next);
        pair.settle();
    }
    pair.now = then;
}

/// Reports that arrived at the answering end.
fn reports(pair: &Pair) -> Vec<Report> {
    let report = |event: &LinkEvent| {
        let LinkEvent::FrameReceived(octets) = event else { return None };
        let frame = Frame::parse(octets).ok().filter(|frame| frame.protocol == LQR)?;
        Report::parse(frame.information).ok()
    };
    pair.server_events.iter().filter_map(report).collect()
}

fn measured(events: &[LinkEvent]) -> Vec<QualityMeasured> {
    events.iter().filter_map(|event| if let LinkEvent::Quality(what) = event { Some(*what) } else { None }).collect()
}

/// Datagrams of 40 octets to the peer; the first `lost` of them are lost on the way.
fn datagrams(pair: &mut Pair, to_server: bool, sent: usize, lost: usize) {
    for at in 0..sent {
        let from = if to_server { &mut pair.link } else { &mut pair.server };
        assert!(from.handle_datagram(IP, &[0x45; 40]));
        if at < lost {
            from.poll_transmit().unwrap();
        }
        pair.settle();
    }
}

const fn lost(sent: u32, lost: u32) -> Lost {
    Lost { sent, lost }
}

// RFC 1989 §2.5: Quality-Protocol c025, and the Reporting-Period in hundredths of a second.
#[test]
fn reports_are_asked_for_by_lcp_and_sent_at_least_once_a_reporting_period() {
    let mut pair = both();
    assert!(pair.says("> [LCP ConfReq id=0x1 <asyncmap 0x0> <quality lqr 00 00 03 e8>"), "{:#?}", pair.log);
    assert!(pair.says("> [LCP ConfAck id=0x1 <asyncmap 0x0> <quality lqr 00 00 03 e8>"), "{:#?}", pair.log);
    until(&mut pair, Duration::from_secs(60));
    // At once, and six times after.
    assert_eq!(reports(&pair).len(), 7);
    assert!(!pair.says("PoorQuality"));
}

// RFC 1989 §2.3: from address to information, the FCS and one flag are counted; §2.6: the report itself is.
#[test]
fn a_report_tells_what_was_counted_and_what_the_peer_was_last_told() {
    let mut pair = both();
    let magic = pair.link.lcp().protocol().own().magic.unwrap();
    // 2 of protocol, 48 of report, 2 of FCS, 1 flag: ACFC was agreed on, and 0xc025 has no short form.
    let size = 53;
    let first = reports(&pair)[0];
    assert_eq!(first.fields, [magic, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, size]);
    // IPCP has said three things each way: 4 + 6 * n octets, with code, Identifier, Length and protocol.
    let sent = [22, 10, 22_u32].map(|packet| packet + 2 + 3).iter().sum::<u32>();
    until(&mut pair, PERIOD);
    let second = reports(&pair)[1];
    assert_eq!(second.fields[9..], [2, 5, 2 * size + sent]);
    // The peer's first report had counted itself, and came as the first frame.
    assert_eq!(second.fields[1..9], [1, 1, size, 1, 1, 0, 0, size]);
}

// RFC 1989 §2.8: what the sender has sent between two reports, less what the receiver has received.
#[test]
fn frames_lost_from_the_peer_and_to_it_are_seen_by_both_ends_each_by_its_side() {
    let mut pair = both();
    until(&mut pair, PERIOD);
    pair.log.clear();
    pair.server_events.clear();
    datagrams(&mut pair, true, 19, 2);
    datagrams(&mut pair, false, 9, 4);
    until(&mut pair, 4 * PERIOD);
    let at_server = measured(&pair.server_events);
    // With the report itself: of 20 frames two were lost; of 10, four.
    assert_eq!((at_server[0].inbound, at_server[1].outbound), (lost(20, 2), Some(lost(10, 4))));
    let told = |inbound, outbound| format!("{:?}", LinkEvent::Quality(QualityMeasured { inbound, outbound }));
    let told_here: Vec<&String> = pair.log.iter().filter(|line| line.starts_with("Quality")).collect();
    assert!(told_here[0].contains(&format!("inbound: {:?}", lost(10, 4))), "{told_here:#?}");
    assert!(told_here[..2].iter().any(|line| line.contains(&format!("{:?}", Some(lost(20, 2))))), "{told_here:#?}");
    // Nothing but reports afterwards, and nothing lost.
    assert_eq!(*told_here[2], told(lost(1, 0), Some(lost(1, 0))));
}

#[test]
fn a_damaged_frame_is_an_error_and_one_that_was_not_received() {
    let mut pair = both();
    until(&mut pair, PERIOD);
    assert!(pair.link.handle_datagram(IP, &[0x45; 40]));
    let mut frame = pair.link.poll_transmit().unwrap();
    frame[10] ^= 1;
    pair.server.handle_octets(pair.now, &frame);
    pair.server_events.clear();
    until(&mut pair, 3 * PERIOD);
    assert_eq!(measured(&pair.server_events)[0].inbound, lost(2, 1));
    // The calling end is told of it (§2.6).
    let told = pair.log.iter().rfind(|line| line.starts_with("< [LQR")).unwrap();
    assert!(told.contains("PeerInErrors=1 "), "{told}");
}

// RFC 1989 §2.10: "One policy is to use a K out of N algorithm."
#[test]
fn three_bad_periods_of_five_are_poor_quality_and_are_told_once() {
    let mut pair = both();
    until(&mut pair, PERIOD);
    pair.log.clear();
    for period in 2..8_u32 {
        datagrams(&mut pair, false, 9, if period % 2 == 0 { 5 } else { 0 });
        until(&mut pair, period * PERIOD);
    }
    until(&mut pair, 9 * PERIOD);
    let poor: Vec<&String> = pair.log.iter().filter(|line| line.starts_with("PoorQuality")).collect();
    assert_eq!(poor, ["PoorQuality(PoorQuality { bad: 3, of: 5 })"], "{:#?}", pair.log);
    assert_eq!(pair.link.phase(), Phase::Network);
}

#[test]
fn a_line_that_loses_too_much_ends_the_link_if_it_is_to() {
    let strict = Quality { loss: 50, bad: 2, of: 3, ends: true, ..Quality::every(PERIOD) };
    let mut pair = pair(Some(strict), Some(Quality::every(PERIOD)));
    until(&mut pair, PERIOD);
    // Half of the frames is not more than half.
    datagrams(&mut pair, false, 1, 1);
    until(&mut pair, 2 * PERIOD);
    datagrams(&mut pair, false, 2, 2);
    until(&mut pair, 3 * PERIOD);
    assert_eq!(pair.link.phase(), Phase::Network, "{:#?}", pair.log);
    datagrams(&mut pair, false, 2, 2);
    until(&mut pair, 4 * PERIOD);
    assert!(pair.says("> [LCP TermReq id=0x2 \"Link quality is poor\"]"), "{:#?}", pair.log);
    assert_eq!(
        pair.log.last().unwrap(),
        "Finished: the quality of the line is poor: 2 of 3 reporting periods were bad"
    );
}

#[test]
fn a_peer_that_is_not_heard_any_more_is_poor_quality_after_its_third_report_is_missing() {
    let mut pair = pair(Some(Quality { ends: true, ..Quality::every(PERIOD) }), Some(Quality::every(PERIOD)));
    until(&mut pair, PERIOD + Duration::from_secs(5));
    pair.server.fall_silent();
    // The second of two periods brings nothing, nor do the next two.
    until(&mut pair, Duration::from_secs(49));
    assert!(!pair.says("PoorQuality"));
    until(&mut pair, Duration::from_secs(50));
    assert!(pair.says("PoorQuality(PoorQuality { bad: 3, of: 4 })"), "{:#?}", pair.log);
    assert!(pair.says("> [LCP TermReq"));
}

// RFC 1989 §2.5: "A value of zero indicates that the peer does not need to maintain a timer".
#[test]
fn a_peer_that_is_asked_by_a_period_of_zero_answers_each_report_and_has_no_timer() {
    let zero = Quality::every(Duration::ZERO);
    let mut pair = pair(Some(zero), Some(Quality::every(PERIOD)));
    assert!(pair.says("<quality lqr 00 00 00 00>"), "{:#?}", pair.log);
    until(&mut pair, 3 * PERIOD);
    let sent = |arrow: char| pair.log.iter().filter(|line| line.starts_with(&format!("{arrow} [LQR"))).count();
    assert_eq!((sent('>'), sent('<')), (4, 4));
    assert!(!pair.says("PoorQuality"));
}

// RFC 1989 §2.5: zero "MUST be Nak'd by the peer with an appropriate non-zero value when that peer has sent or will send" zero.
#[test]
fn of_two_ends_without_a_timer_each_is_told_to_have_one() {
    let zero = || Some(Quality::every(Duration::ZERO));
    let mut pair = pair(zero(), zero());
    assert!(pair.says("> [LCP ConfNak id=0x1 <quality lqr 00 00 03 e8>]"), "{:#?}", pair.log);
    let agreed = |link: &Link| (link.lcp().protocol().own().quality, link.lcp().protocol().peer().quality);
    assert_eq!((agreed(&pair.link), agreed(&pair.server)), ((Some(1000), Some(1000)), (Some(1000), Some(1000))));
    until(&mut pair, PERIOD);
    assert!(!reports(&pair).is_empty());
}

#[test]
fn a_peer_that_does_not_know_reports_rejects_them_and_gets_none() {
    let mut pair = pair(Some(Quality::every(PERIOD)), None);
    assert!(pair.says("< [LCP ConfRej id=0x1 <quality lqr 00 00 03 e8>]"), "{:#?}", pair.log);
    until(&mut pair, 10 * PERIOD);
    assert!(reports(&pair).is_empty() && !pair.says("PoorQuality"));
    // And one that sends them all the same is told.
    pair.inject(LQR, &[0; 48]);
    pair.settle();
    assert!(pair.says("> [LCP ProtRej id=0x3 c0 25 00 00"), "{:#?}", pair.log);
}

// RFC 1989 §2.7: "If a Protocol-Reject is received specifying a LQR packet, the LQM process MUST cease sending LQRs."
#[test]
fn an_end_whose_report_is_protocol_rejected_sends_no_more() {
    for period in [PERIOD, Duration::ZERO] {
        let mut pair = pair(Some(Quality::every(PERIOD)), Some(Quality::every(period)));
        until(&mut pair, 2 * PERIOD);
        let before = reports(&pair).len();
        assert!(before >= 2, "{:#?}", pair.log);
        pair.inject(LCP, &crate::packet::emit(8, 9, &[0xc0, 0x25, 0, 0, 0, 0]));
        until(&mut pair, 10 * PERIOD);
        assert_eq!(reports(&pair).len(), before, "{:#?}", pair.log);
    }
}

#[test]
fn another_protocol_and_a_period_that_would_fill_the_line_are_nakked() {
    let mut pair = both();
    for (data, answer) in [
        (&b"\xc0\x27"[..], "ConfNak"),
        (b"\xc0\x25\x00\x00\x00\x09", "ConfNak"),
        (b"\xc0\x25\x00\x00\x00\x0a", "ConfAck"),
    ] {
        let option = [&[4, data.len() as u8 + 2], data].concat();
        pair.log.clear();
        pair.inject(LCP, &crate::packet::emit(1, 9, &option));
        pair.read_events();
        assert!(pair.says(&format!("> [LCP {answer} id=0x9")), "{:#?}", pair.log);
    }
}

#[test]
fn a_report_with_another_magic_number_is_not_of_this_link() {
    let mut pair = both();
    until(&mut pair, PERIOD);
    let before = pair.link.monitor.last.map(|saved| saved.report);
    pair.inject(LQR, &Report { fields: [1; 12] }.emit());
    assert_eq!(pair.link.monitor.last.map(|saved| saved.report), before);
}
