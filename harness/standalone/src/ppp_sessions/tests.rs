//! Sessions with the caller of `offhook-caller`, in virtual time.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use offhook_caller::{Caller as Host, CallerConfig, CallerEvent, TransferRequest};
use offhook_ppp::auth::Account;

use super::*;

fn number(accounts: Vec<Account>, addresses: u8) -> PppNumber {
    let mut number = PppNumber::new("5559000".to_owned());
    number.config.accounts = accounts;
    number.remote = Ipv4Addr::new(100, 64, 0, 2)..=Ipv4Addr::new(100, 64, 0, 1 + addresses);
    number
}

fn from(number: &str) -> Caller {
    Caller { number: Some(number.to_owned()), ..Caller::default() }
}

fn host(user: &str, password: &str) -> Host {
    let (user, password) = (Some(user.to_owned()), Some(password.to_owned()));
    let mut host = Host::new(CallerConfig { user, password, magic_seed: 9, ..CallerConfig::default() });
    host.handle_carrier(Instant::ZERO);
    host
}

/// Carries everything across until nothing moves, deadlines until `until` included.
fn rest(sessions: &mut Sessions, id: SessionId, host: &mut Host, until: Instant) {
    let mut now = Instant::ZERO;
    loop {
        if let Some(octets) = host.poll_transmit() {
            sessions.octets(now, id, &octets);
        } else if let Some(octets) = sessions.poll_transmit(id) {
            host.handle_octets(now, &octets);
        } else {
            match earliest(sessions.poll_timeout(), host.poll_timeout()).filter(|next| *next <= until) {
                Some(next) => now = next,
                None => return,
            }
            sessions.handle_timeout(now);
            host.handle_timeout(now);
        }
    }
}

fn told(sessions: &mut Sessions) -> String {
    let text = |(number, what): (usize, EventKind)| match what {
        EventKind::Note { text } => format!("{number} {text}\n"),
        other => format!("{number} {other:?}\n"),
    };
    std::iter::from_fn(|| sessions.poll_log()).map(text).collect()
}

#[test]
fn a_call_is_told_from_its_answer_to_its_end() {
    let mut sessions = Sessions::new(vec![number(vec![Account::new("alice", "secret")], 9)], 1);
    let id = sessions.begin(0, from("5551000")).unwrap();
    sessions.carrier(Instant::ZERO, id, Some(33_600));
    let mut alice = host("alice", "secret");
    rest(&mut sessions, id, &mut alice, Instant::ZERO);
    assert_eq!(sessions.state(0), ("1 call: alice 100.64.0.2".to_owned(), true));
    alice.resolve(Instant::ZERO, "elsewhere.example");
    let request =
        TransferRequest { id: 1, host: "offhook.test".to_owned(), port: 80, path: "/".to_owned(), upload: None };
    alice.transfer(Instant::ZERO, request);
    rest(&mut sessions, id, &mut alice, Instant::from_millis(5_000));
    alice.close(Instant::from_millis(6_000));
    rest(&mut sessions, id, &mut alice, Instant::from_millis(30_000));
    assert_eq!((sessions.poll_over(), sessions.poll_over()), (Some(id), None));
    sessions.lost(Instant::from_millis(30_000), id);
    assert_eq!(sessions.state(0), ("waits for calls".to_owned(), false));
    insta::assert_snapshot!(told(&mut sessions));
}

#[test]
fn a_wrong_password_is_told_and_ends_the_call() {
    let mut sessions = Sessions::new(vec![number(vec![Account::new("alice", "secret")], 9)], 1);
    let id = sessions.begin(0, from("5551000")).unwrap();
    sessions.carrier(Instant::ZERO, id, None);
    rest(&mut sessions, id, &mut host("mallory", "guess"), Instant::from_millis(30_000));
    assert_eq!(sessions.poll_over(), Some(id));
    insta::assert_snapshot!(told(&mut sessions));
}

#[test]
fn a_number_without_an_address_left_is_busy_until_one_comes_back() {
    let mut sessions = Sessions::new(vec![number(Vec::new(), 2)], 1);
    let first = sessions.begin(0, from("1")).unwrap();
    let second = sessions.begin(0, from("2")).unwrap();
    assert_eq!(sessions.begin(0, from("3")), None);
    assert!(told(&mut sessions).ends_with("0 3: busy, there is no address left\n"));
    assert_eq!(sessions.state(0), ("2 calls: 1, 2".to_owned(), true));
    sessions.lost(Instant::ZERO, first);
    assert!(sessions.begin(0, from("3")).is_some_and(|third| third != second));
}

#[test]
fn callers_have_addresses_of_their_own() {
    let mut sessions = Sessions::new(vec![number(Vec::new(), 9)], 1);
    let addresses = ["1", "2"].map(|who| {
        let id = sessions.begin(0, from(who)).unwrap();
        sessions.carrier(Instant::ZERO, id, None);
        let mut caller = host("anybody", "");
        rest(&mut sessions, id, &mut caller, Instant::ZERO);
        std::iter::from_fn(|| caller.poll_event()).find_map(|event| match event {
            CallerEvent::Link(LinkEvent::IpUp { local, .. }) => Some(local),
            _ => None,
        })
    });
    assert_eq!(addresses, [2, 3].map(|last| Some(Ipv4Addr::new(100, 64, 0, last))));
    sessions.close(Instant::ZERO, 0);
    let closed = "closed by this end (\"Operator request\")";
    // Two Terminate-Requests that nobody answers.
    for seconds in 1..20 {
        sessions.handle_timeout(Instant::ZERO + Duration::from_secs(seconds));
    }
    assert_eq!(told(&mut sessions).matches(closed).count(), 2);
}

#[test]
fn what_is_no_ppp_is_told_and_not_for_ever() {
    let mut sessions = Sessions::new(vec![number(Vec::new(), 9)], 1);
    let id = sessions.begin(0, Caller::default()).unwrap();
    sessions.carrier(Instant::ZERO, id, None);
    for second in 0..20 {
        let now = Instant::ZERO + Duration::from_secs(second);
        sessions.octets(now, id, b"login?\r");
        sessions.handle_timeout(now + Duration::from_millis(900));
    }
    assert_eq!(told(&mut sessions).matches("0 caller 1: text, not PPP: login?").count(), MOST_TEXTS as usize);
}
