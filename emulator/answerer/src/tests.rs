//! Calls by the caller of `offhook-caller`, over a line without delay, in virtual time.
#![allow(clippy::unwrap_used)]

use offhook_caller::ip::HostEvent as CallerHostEvent;
use offhook_caller::{AuthChoice, Caller, CallerConfig, CallerEvent, TransferRequest};
use offhook_ppp::auth::{Account, AuthOption, Method, OwnAuth};
use offhook_ppp::callback::{CallbackAgreed, CallbackOffer};
use offhook_ppp::link::LinkEnding;

use super::*;
use offhook_ppp::frame::IPV6;

const REMOTE: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 2);

/// Both ends of a call.
struct Call {
    now: Instant,
    answerer: Answerer,
    caller: Caller,
    told: Vec<AnswererEvent>,
    seen: Vec<CallerEvent>,
}

fn accounts() -> AnswererConfig {
    AnswererConfig { accounts: vec![Account::new("alice", "secret")], ..AnswererConfig::default() }
}

fn alice(password: &str, auth: AuthChoice) -> CallerConfig {
    let (user, password) = (Some("alice".to_owned()), Some(password.to_owned()));
    CallerConfig { user, password, auth, magic_seed: 2, ..CallerConfig::default() }
}

impl Call {
    fn new(config: &AnswererConfig, caller: CallerConfig) -> Self {
        let facts = CallFacts { number: Some("5551000".to_owned()), rate: Some(33_600) };
        let mut call = Self {
            now: Instant::ZERO,
            answerer: Answerer::new(config, facts, REMOTE, 1),
            caller: Caller::new(caller),
            told: Vec::new(),
            seen: Vec::new(),
        };
        call.answerer.handle_carrier(call.now);
        call.caller.handle_carrier(call.now);
        call.rest();
        call
    }

    /// Carries everything across until nothing moves.
    fn rest(&mut self) {
        loop {
            if let Some(octets) = self.caller.poll_transmit() {
                self.answerer.handle_octets(self.now, &octets);
            } else if let Some(octets) = self.answerer.poll_transmit() {
                self.caller.handle_octets(self.now, &octets);
            } else {
                break;
            }
        }
        self.told.extend(std::iter::from_fn(|| self.answerer.poll_event()));
        self.seen.extend(std::iter::from_fn(|| self.caller.poll_event()));
    }

    /// Lets time pass.
    fn pass(&mut self, until: Instant) {
        while let Some(next) = earliest(self.answerer.poll_timeout(), self.caller.poll_timeout()) {
            if next > until {
                break;
            }
            self.now = next;
            self.answerer.handle_timeout(next);
            self.caller.handle_timeout(next);
            self.rest();
        }
        self.now = until;
    }

    /// The caller's address, and its name servers.
    fn address(&self) -> Option<(Ipv4Addr, Vec<Ipv4Addr>)> {
        self.seen.iter().find_map(|event| match event {
            CallerEvent::Link(LinkEvent::IpUp { local, dns, .. }) => Some((*local, dns.clone())),
            _ => None,
        })
    }

    /// How the caller's authentication ended.
    fn auth(&self) -> Option<(Method, bool)> {
        self.seen.iter().find_map(|event| match event {
            CallerEvent::Link(LinkEvent::Auth(method, outcome)) => Some((*method, OwnAuth::is_accepted(outcome))),
            _ => None,
        })
    }

    fn host_events(&self) -> Vec<&HostEvent> {
        self.told
            .iter()
            .filter_map(|event| if let AnswererEvent::Host(event) = event { Some(event) } else { None })
            .collect()
    }

    fn resolve(&mut self, name: &str) -> Vec<Ipv4Addr> {
        self.caller.resolve(self.now, name);
        self.rest();
        self.pass(self.now + std::time::Duration::from_secs(60));
        let resolved = self.seen.iter().rev().find_map(|event| match event {
            CallerEvent::Host(CallerHostEvent::Resolved(resolved)) => Some(resolved.addresses.clone()),
            _ => None,
        });
        resolved.unwrap()
    }

    /// Status and octets of content.
    fn fetch(&mut self, host: &str, path: &str) -> (Option<u16>, u64) {
        let request = TransferRequest { id: 7, host: host.to_owned(), port: 80, path: path.to_owned(), upload: None };
        self.caller.transfer(self.now, request);
        self.rest();
        self.pass(self.now + std::time::Duration::from_secs(100));
        let outcome = self.seen.iter().rev().find_map(|event| match event {
            CallerEvent::Host(CallerHostEvent::Transferred(outcome)) => Some((outcome.status, outcome.octets)),
            _ => None,
        });
        outcome.unwrap()
    }
}

#[test]
fn without_accounts_anybody_gets_an_address_and_no_authentication_is_asked_for() {
    let call = Call::new(&AnswererConfig::default(), CallerConfig { magic_seed: 2, ..CallerConfig::default() });
    let own = AnswererConfig::default().local;
    assert_eq!(call.address(), Some((REMOTE, vec![own])));
    assert!(call.seen.contains(&CallerEvent::Link(LinkEvent::AuthNotAsked)));
    assert_eq!(call.answerer.user(), None);
}

#[test]
fn every_authentication_protocol_lets_the_right_password_in_and_no_other() {
    for (choice, method) in [
        (AuthChoice::Any, Method::Chap),
        (AuthChoice::Pap, Method::Pap),
        (AuthChoice::MsChap, Method::MsChap),
        (AuthChoice::MsChapV2, Method::MsChapV2),
        (AuthChoice::Eap, Method::Eap),
    ] {
        let call = Call::new(&accounts(), alice("secret", choice));
        assert_eq!((call.auth(), call.answerer.user()), (Some((method, true)), Some("alice")), "{choice:?}");
        assert_eq!(call.address().map(|(address, _)| address), Some(REMOTE), "{choice:?}");
        let mut call = Call::new(&accounts(), alice("guess", choice));
        call.pass(Instant::from_millis(60_000));
        assert_eq!((call.auth(), call.answerer.user()), (Some((method, false)), None), "{choice:?}");
        assert_eq!(call.address(), None, "{choice:?}");
        assert!(
            call.told.iter().any(|event| matches!(event, AnswererEvent::Link(LinkEvent::Finished(_)))),
            "{choice:?}"
        );
    }
}

#[test]
fn a_caller_without_a_name_is_not_let_in_where_there_are_accounts() {
    let mut call = Call::new(&accounts(), CallerConfig { magic_seed: 2, ..CallerConfig::default() });
    call.pass(Instant::from_millis(60_000));
    assert_eq!(call.address(), None);
}

#[test]
fn one_protocol_alone_is_asked_for_if_that_is_said() {
    let config = AnswererConfig { auth: vec![AuthOption::Pap], ..accounts() };
    assert_eq!(Call::new(&config, alice("secret", AuthChoice::Any)).auth(), Some((Method::Pap, true)));
    assert_eq!(Call::new(&config, alice("secret", AuthChoice::Chap)).address(), None);
}

#[test]
fn the_host_answers_pings_at_its_own_address_alone() {
    let mut call = Call::new(&accounts(), alice("secret", AuthChoice::Any));
    let own = AnswererConfig::default().local;
    for (seq, to) in [(1, own), (2, Ipv4Addr::new(192, 0, 2, 1))] {
        call.caller.ping(call.now, to, 1, seq, 56);
        call.rest();
    }
    let pongs = call.seen.iter().filter(|event| matches!(event, CallerEvent::Host(CallerHostEvent::Pong(_)))).count();
    assert_eq!(pongs, 1);
}

#[test]
fn dns_knows_the_names_given_and_its_own_and_no_other() {
    let www = Ipv4Addr::new(192, 0, 2, 80);
    let config = AnswererConfig { names: vec![("www.example".to_owned(), www)], ..AnswererConfig::default() };
    let mut call = Call::new(&config, CallerConfig { magic_seed: 2, ..CallerConfig::default() });
    assert_eq!(call.resolve("www.example"), [www]);
    assert_eq!(call.resolve("offhook.test"), [config.local]);
    assert_eq!(call.resolve("elsewhere.example"), [] as [Ipv4Addr; 0]);
    let asked = |name: &str, addresses| HostEvent::Asked { name: name.to_owned(), addresses };
    let expected = [
        asked("www.example", Some(vec![www])),
        asked("offhook.test", Some(vec![config.local])),
        asked("elsewhere.example", None),
    ];
    assert_eq!(call.host_events(), expected.iter().collect::<Vec<_>>());
}

#[test]
fn servers_of_names_are_those_that_were_said() {
    let servers = vec![Ipv4Addr::new(192, 0, 2, 53), Ipv4Addr::new(192, 0, 2, 54)];
    let config = AnswererConfig { dns: servers.clone(), ..AnswererConfig::default() };
    let call = Call::new(&config, CallerConfig { magic_seed: 2, ..CallerConfig::default() });
    assert_eq!(call.address(), Some((REMOTE, servers)));
}

#[test]
fn pages_are_fetched_by_name_again_and_again() {
    let mut call = Call::new(&accounts(), alice("secret", AuthChoice::Any));
    for _ in 0..12 {
        let (status, octets) = call.fetch("offhook.test", "/");
        assert_eq!(status, Some(200));
        assert!(octets > 200, "{octets}");
    }
    assert_eq!(call.fetch("100.64.0.1", "/nothing").0, Some(404));
    let fetched = call.host_events().iter().filter(|event| matches!(event, HostEvent::Fetched { .. })).count();
    assert_eq!(fetched, 13);
}

#[test]
fn nine_connections_at_once_are_all_answered_in_the_end() {
    let mut call = Call::new(&AnswererConfig::default(), CallerConfig { magic_seed: 2, ..CallerConfig::default() });
    for id in 0..9 {
        let request =
            TransferRequest { id, host: "100.64.0.1".to_owned(), port: 80, path: "/".to_owned(), upload: None };
        call.caller.transfer(call.now, request);
    }
    call.rest();
    call.pass(Instant::from_millis(200_000));
    let whole = call.seen.iter().filter(|event| {
        matches!(event, CallerEvent::Host(CallerHostEvent::Transferred(outcome)) if outcome.status == Some(200))
    });
    assert_eq!(whole.count(), 9);
}

#[test]
fn the_end_of_the_link_is_told_whoever_wants_it() {
    let mut call = Call::new(&accounts(), alice("secret", AuthChoice::Any));
    call.caller.close(call.now);
    call.rest();
    // The line is kept for a moment, so that the Terminate-Ack arrives (RFC 1661 §4.4, zrc).
    call.pass(Instant::from_millis(10_000));
    let by_peer = AnswererEvent::Link(LinkEvent::Finished(LinkEnding::ByPeer(b"User request".to_vec())));
    assert!(call.told.contains(&by_peer), "{:?}", call.told);
    let mut call = Call::new(&accounts(), alice("secret", AuthChoice::Any));
    call.answerer.close(call.now, "closing time");
    call.rest();
    let closed = AnswererEvent::Link(LinkEvent::Finished(LinkEnding::Closed("closing time".to_owned())));
    assert!(call.told.contains(&closed), "{:?}", call.told);
}

#[test]
fn ipv6_is_spoken_if_it_is_wanted_and_its_host_answers() {
    let config = AnswererConfig { ipv6: true, ..AnswererConfig::default() };
    let caller = || CallerConfig { ipv6: true, magic_seed: 2, ..CallerConfig::default() };
    let is_up =
        |call: &Call| call.seen.iter().any(|event| matches!(event, CallerEvent::Link(LinkEvent::Ipv6Up { .. })));
    let mut call = Call::new(&config, caller());
    assert!(is_up(&call));
    assert!(!is_up(&Call::new(&AnswererConfig::default(), caller())));
    // An echo request over IPv6 (RFC 4443 §4.1), from the caller's link-local address to the host's.
    let addresses = call.seen.iter().find_map(|event| match event {
        CallerEvent::Link(LinkEvent::Ipv6Up { local, peer }) => Some((*local, *peer)),
        _ => None,
    });
    let (local, peer) = addresses.unwrap();
    let mut packet = vec![0x60, 0, 0, 0, 0, 8, 58, 64];
    packet.extend(local.octets());
    packet.extend(peer.octets());
    let sum = [&local.octets()[..], &peer.octets()[..], &[0, 0, 0, 8, 0, 0, 0, 58], &[128, 0, 0, 0, 0, 1, 0, 1]]
        .concat()
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]))
        .sum::<u32>();
    let sum = (sum & 0xffff) + (sum >> 16);
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    packet.extend([128, 0]);
    packet.extend(sum.to_be_bytes());
    packet.extend([0, 1, 0, 1]);
    let frame = offhook_ppp::frame::Frame { protocol: IPV6, information: &packet }.emit(Default::default());
    call.answerer.handle_octets(call.now, &offhook_ppp::transparency::encode(&frame, u32::MAX));
    call.rest();
    let replies = call.told.iter().filter(|event| {
        matches!(event, AnswererEvent::Link(LinkEvent::FrameSent(frame)) if offhook_ppp::print::frame(frame).contains("echo reply"))
    });
    assert_eq!(replies.count(), 1);
}

#[test]
fn a_caller_is_called_back_by_whoever_drives_the_answerer() {
    let offer = CallbackOffer { user: true, delay: 5, ..CallbackOffer::default() };
    let config = AnswererConfig { callback: Some(offer), ..accounts() };
    let number = Some("5551234".to_owned());
    let caller = CallerConfig { callback: true, callback_number: number.clone(), ..alice("secret", AuthChoice::Any) };
    let call = Call::new(&config, caller);
    let agreed = CallbackAgreed { number, delay: 5 };
    assert!(call.told.contains(&AnswererEvent::Link(LinkEvent::Callback(agreed.clone()))), "{:#?}", call.told);
    assert!(call.seen.contains(&CallerEvent::Link(LinkEvent::Callback(agreed.clone()))), "{:#?}", call.seen);
    assert_eq!(agreed.to_string(), "the caller is to be called back at 5551234, 5 s after this call");
}
