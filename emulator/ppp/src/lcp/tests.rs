//! Tests of [`Lcp`]: what is asked for, and what is said to what the peer asks for.

use super::*;

fn lcp(has_credentials: bool) -> Lcp {
    let wanted = Settings { accm: 0, pfc: true, acfc: true, callback: true, ..Settings::DEFAULT };
    let mut lcp = Lcp::new(wanted, has_credentials.then_some(AuthChoice::Any), Random::new(1));
    lcp.reset();
    lcp
}

fn judge(lcp: &mut Lcp, kind: u8, data: &[u8]) -> Verdict {
    lcp.judge(RawOption { kind, data })
}

#[test]
fn options_at_their_defaults_are_not_asked_for() {
    let mut lcp = Lcp::new(Settings::DEFAULT, None, Random::new(1));
    lcp.own.magic = None;
    assert!(lcp.request().is_empty());
}

#[test]
fn what_is_agreed_on_is_void_with_the_peers_next_request_that_is_acknowledged() {
    let mut lcp = lcp(true);
    assert_eq!(judge(&mut lcp, AUTHENTICATION, &[0xc2, 0x27]), Verdict::Nak(vec![0xc2, 0x23, 5]));
    assert!(lcp.declined_authentication());
    assert_eq!(judge(&mut lcp, AUTHENTICATION, &[0xc0, 0x23]), Verdict::Ack);
    lcp.agree();
    assert_eq!((lcp.authentication(), lcp.declined_authentication()), (Some(Method::Pap), false));
    lcp.begin_judging();
    assert_eq!(lcp.authentication(), Some(Method::Pap), "until the next one is agreed on");
    lcp.agree();
    assert_eq!(lcp.authentication(), None);
}

#[test]
fn a_new_link_forgets_that_authentication_was_declined() {
    let mut lcp = lcp(false);
    assert_eq!(judge(&mut lcp, AUTHENTICATION, &[0xc0, 0x23]), Verdict::Reject);
    assert!(lcp.declined_authentication());
    lcp.begin();
    assert!(!lcp.declined_authentication());
}

#[test]
fn callback_is_asked_for_last_by_cbcp_and_dropped_for_whoever_does_not_want_it() {
    let mut lcp = lcp(true);
    assert!(lcp.request().ends_with(&[7, 2, 8, 2, 13, 3, 6]));
    lcp.nakked(RawOption { kind: CALLBACK, data: &[0] });
    assert!(lcp.request().ends_with(&[7, 2, 8, 2]));
    assert_eq!(judge(&mut lcp, CALLBACK, &[6]), Verdict::Reject);
}

#[test]
fn every_third_echo_goes_unanswered_or_every_single_one_or_none() {
    let answered = |every: Option<u32>| {
        let mut lcp = lcp(true);
        lcp.miss_echo = every;
        [0; 7].map(|_| lcp.answers_echo())
    };
    assert_eq!(answered(Some(3)), [true, true, false, true, true, false, true]);
    assert_eq!(answered(Some(1)), [false; 7]);
    assert_eq!((answered(None), answered(Some(0))), ([true; 7], [true; 7]));
}

#[test]
fn a_magic_number_of_zero_or_like_ours_is_nakked_and_five_like_ours_mean_a_loopback() {
    let mut lcp = lcp(false);
    assert!(matches!(judge(&mut lcp, MAGIC, &[0; 4]), Verdict::Nak(_)));
    for _ in 0..5 {
        assert!(!lcp.is_looped_back());
        let ours = lcp.magic().to_be_bytes();
        assert!(matches!(judge(&mut lcp, MAGIC, &ours), Verdict::Nak(data) if data != ours));
    }
    assert!(lcp.is_looped_back());
    assert_eq!(judge(&mut lcp, MAGIC, &[1, 2, 3, 4]), Verdict::Ack);
    assert!(!lcp.is_looped_back());
}

#[test]
fn known_options_with_a_wrong_length_are_nakked_with_a_right_one_and_unknown_ones_rejected() {
    let mut lcp = lcp(true);
    assert_eq!(judge(&mut lcp, MRU, &[1]), Verdict::Nak(vec![0x05, 0xdc]));
    assert_eq!(judge(&mut lcp, ACCM, &[]), Verdict::Nak(vec![0; 4]));
    assert_eq!(judge(&mut lcp, PFC, &[1]), Verdict::Reject);
    assert_eq!(judge(&mut lcp, QUALITY, &[0xc0, 0x25, 0, 0, 0, 1]), Verdict::Reject);
    assert_eq!(judge(&mut lcp, 0xfa, &[]), Verdict::Reject);
}

#[test]
fn a_nak_moves_the_accm_to_the_union_and_a_reject_drops_the_option() {
    let mut lcp = lcp(false);
    lcp.nakked(RawOption { kind: ACCM, data: &[0, 0x0a, 0, 0] });
    assert_eq!(lcp.own().accm, 0x000a_0000);
    let before = lcp.magic();
    lcp.nakked(RawOption { kind: MAGIC, data: &before.to_be_bytes() });
    assert_ne!(lcp.magic(), before);
    for kind in [ACCM, MAGIC, PFC, ACFC, CALLBACK] {
        lcp.rejected(RawOption { kind, data: &[] });
    }
    assert!(lcp.request().is_empty());
}
