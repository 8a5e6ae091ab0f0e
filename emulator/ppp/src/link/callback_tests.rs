//! Tests of [`Link`]: callback (RFC 1570 §2.3) and CBCP, at both ends; the packets as draft-gidwani-ppp-callback-cp has them.

#![allow(clippy::unwrap_used)]

use super::pair::{MD5, Pair, answering, calling};
use super::*;
use crate::callback::{CallbackAgreed, CallbackOffer};
use crate::frame::CBCP;
use crate::packet::emit;

/// A caller that asks to be called back, at this number if it may choose, and an end that offers this.
fn pair(number: Option<&str>, offer: Option<CallbackOffer>) -> Pair {
    let caller = calling(Some("secret"), |calling| {
        calling.callback = true;
        calling.callback_number = number.map(str::to_owned);
    });
    Pair::new(caller, answering(&[MD5], |answering| answering.callback = offer))
}

fn everything() -> CallbackOffer {
    let list = vec!["111".to_owned(), "222".to_owned()];
    CallbackOffer { none: true, user: true, admin: Some("5550000".to_owned()), list, delay: 5 }
}

/// What the answering end was left with: whom to call, if anybody.
fn agreed(pair: &Pair) -> Vec<CallbackAgreed> {
    let agreed = |event: &LinkEvent| if let LinkEvent::Callback(agreed) = event { Some(agreed.clone()) } else { None };
    pair.server_events.iter().filter_map(agreed).collect()
}

fn to(number: &str) -> CallbackAgreed {
    CallbackAgreed { number: Some(number.to_owned()), delay: 5 }
}

#[test]
fn a_caller_is_called_back_at_the_number_that_it_tells_and_the_line_is_dropped_at_once() {
    let mut pair = pair(Some("5551234"), Some(everything()));
    pair.run();
    let from = pair.log.iter().position(|line| line.starts_with("< [CBCP")).unwrap();
    insta::assert_snapshot!(pair.log[from..].join("\n"));
    assert_eq!(agreed(&pair), [to("5551234")]);
    assert!(pair.has(&LinkEvent::Callback(to("5551234"))));
    assert_eq!(pair.now, Instant::from_millis(3000), "but for the restart period after a Terminate-Ack");
}

#[test]
fn each_kind_of_callback_that_may_be_had_is_chosen_by_a_caller_whom_it_suits() {
    let nothing = || CallbackOffer { delay: 5, ..CallbackOffer::default() };
    for (number, offer, expected) in [
        (None, CallbackOffer { admin: Some("5550000".to_owned()), none: true, ..nothing() }, Some(to("5550000"))),
        (Some("5551234"), CallbackOffer { admin: Some("5550000".to_owned()), ..nothing() }, Some(to("5550000"))),
        (None, CallbackOffer { list: vec!["111".to_owned(), "222".to_owned()], ..nothing() }, Some(to("111"))),
        (Some("222"), CallbackOffer { list: vec!["111".to_owned(), "222".to_owned()], ..nothing() }, Some(to("222"))),
        (Some("5551234"), CallbackOffer { user: true, ..nothing() }, Some(to("5551234"))),
        (None, CallbackOffer { user: true, none: true, ..nothing() }, None),
    ] {
        let mut pair = pair(number, Some(offer.clone()));
        pair.run();
        assert_eq!(agreed(&pair), expected.clone().into_iter().collect::<Vec<_>>(), "{number:?} {offer:?}");
        assert_eq!(pair.says("IpUp"), expected.is_none(), "{:#?}", pair.log);
        assert_eq!(pair.says("Finished"), expected.is_some());
    }
}

#[test]
fn a_caller_whom_nothing_suits_ends_the_link() {
    let mut pair = pair(None, Some(CallbackOffer { user: true, ..CallbackOffer::default() }));
    pair.run();
    assert_eq!(pair.log.last().unwrap(), "Finished: closed by this end (\"No callback that suits\")");
    assert!(agreed(&pair).is_empty());
}

#[test]
fn an_end_that_calls_nobody_back_rejects_it_and_the_call_goes_on() {
    let mut pair = pair(Some("5551234"), None);
    pair.run();
    assert!(pair.says("< [LCP ConfRej id=0x1 <callback CBCP>]") && pair.says("IpUp"), "{:#?}", pair.log);
    assert!(!pair.says("CBCP Re"));
}

#[test]
fn a_caller_that_does_not_ask_is_not_called_back() {
    let mut pair =
        Pair::new(calling(Some("secret"), |_| {}), answering(&[MD5], |end| end.callback = Some(everything())));
    pair.run();
    assert!(pair.says("IpUp") && agreed(&pair).is_empty());
}

#[test]
fn nobody_is_called_back_who_is_not_let_in() {
    let caller = calling(Some("wrong"), |calling| calling.callback = true);
    let mut pair = Pair::new(caller, answering(&[MD5], |end| end.callback = Some(everything())));
    pair.run();
    assert!(agreed(&pair).is_empty() && !pair.says("[CBCP"), "{:#?}", pair.log);
}

#[test]
fn a_request_is_sent_ten_times_and_a_caller_waits_for_the_first_as_long() {
    let mut deaf = pair(None, Some(everything()));
    deaf.link.leave(CBCP, true);
    deaf.run();
    let requests = deaf.log.iter().filter(|line| line.starts_with("< [CBCP Request")).count();
    assert_eq!(requests, 10, "{:#?}", deaf.log);
    assert!(deaf.says("\"No agreement on callback\""));
    let mut mute = pair(None, Some(everything()));
    mute.loses = Some(CBCP);
    mute.run();
    assert!(mute.log.last().unwrap().starts_with("Finished"), "{:#?}", mute.log);
    assert!(agreed(&mute).is_empty());
}

#[test]
fn a_choice_that_was_not_offered_is_not_acknowledged_but_asked_for_again() {
    let offer = CallbackOffer { list: vec!["111".to_owned()], delay: 5, ..CallbackOffer::default() };
    let mut pair = pair(None, Some(offer));
    pair.link.leave(CBCP, true);
    pair.settle();
    for (at, choice) in
        [&[1, 2][..], b"\x02\x08\x05\x01999\0", b"\x04\x08\x05\x01999\0", b"\x03\x03\x05", b"\x04\x03\x05"]
            .into_iter()
            .enumerate()
    {
        let frame = Frame { protocol: CBCP, information: &emit(2, 1 + at as u8, choice) }.emit(Compression::NONE);
        pair.server.handle_octets(pair.now, &encode(&frame, crate::transparency::DEFAULT_ACCM));
        pair.settle();
        assert!(pair.says(&format!("< [CBCP Request id=0x{:x}", at + 2)), "{choice:?} {:#?}", pair.log);
    }
    assert!(!pair.says("CBCP Ack") && agreed(&pair).is_empty());
}

// RFC 1570 §2.3: operations 0 and 3 name the place in LCP itself.
#[test]
fn a_place_that_lcp_names_is_taken_without_cbcp_and_any_other_operation_is_nakked() {
    for (option, answer) in [
        (&b"\x0d\x0a\x035551234"[..], "ConfAck"),
        (b"\x0d\x03\x00", "ConfAck"),
        (b"\x0d\x03\x06", "ConfAck"),
        (b"\x0d\x03\x02", "ConfNak id=0x9 <callback CBCP>]"),
        (b"\x0d\x05\x03!\n", "ConfNak id=0x9 <callback CBCP>]"),
    ] {
        let mut server = Link::new(answering(&[MD5], |answering| answering.callback = Some(everything())));
        server.handle_up(Instant::ZERO);
        let frame = Frame { protocol: LCP, information: &emit(1, 9, option) }.emit(Compression::NONE);
        server.handle_octets(Instant::ZERO, &encode(&frame, crate::transparency::DEFAULT_ACCM));
        let sent = std::iter::from_fn(|| server.poll_event()).filter_map(|event| match event {
            LinkEvent::FrameSent(frame) => Some(crate::print::frame(&frame)),
            _ => None,
        });
        let sent: Vec<String> = sent.collect();
        assert!(sent.last().unwrap().contains(answer), "{option:?} {sent:#?}");
    }
}
