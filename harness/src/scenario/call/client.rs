//! The caller's PPP, and what cannot be said of it together.

use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::{AuthChoice, Phase, PppClient};

pub(super) fn build_client(item: &Item, problems: &mut Vec<Problem>) -> PppClient {
    for (have, lack) in [("user", "password"), ("password", "user")] {
        if let (Some(span), None, true) = (item.property_span(have), item.property_span(lack), item.sound) {
            let message = format!("authentication needs a user name and a password, and there is no {lack}");
            let problem = Problem::new(Fault::HalfLogin, message, span, format!("and no {lack}="));
            problems.push(problem.help("give both; with neither, the caller offers no authentication"));
        }
    }
    check_address(item, problems);
    if let (Some(span), None, None, true) =
        (item.property_span("auth"), item.property_span("user"), item.property_span("password"), item.sound)
    {
        let message = "a caller without user name and password takes no authentication at all";
        let problem = Problem::new(Fault::HalfLogin, message, span, "which of none?");
        problems.push(problem.help("give user= and password=, or leave auth= out"));
    }
    PppClient {
        user: item.text("user"),
        password: item.text("password"),
        address: item.address("address"),
        ask_dns: item.flag("ask-dns").unwrap_or(true),
        ipv6: item.flag("ipv6").unwrap_or(false),
        auth: match item.text("auth").as_deref() {
            Some("pap") => AuthChoice::Pap,
            Some("chap") => AuthChoice::Chap,
            Some("ms-chap-first") => AuthChoice::MsChapFirst,
            _ => AuthChoice::Any,
        },
        delay: item.time("delay").unwrap_or_default(),
        restart: item.time("restart"),
        insist: item.flag("insist").unwrap_or(false),
        no_address: item.flag("ask-address") == Some(false),
        callback: item.flag("callback").unwrap_or(false),
        miss_echo: item.number("miss-echo"),
        until: item.text("until").and_then(|until| match until.as_str() {
            "establish" => Some(Phase::Establish),
            "authenticate" => Some(Phase::Authenticate),
            "network" => Some(Phase::Network),
            _ => None,
        }),
    }
}

/// An address to insist on has to be asked for.
fn check_address(item: &Item, problems: &mut Vec<Problem>) {
    let address = item.property_span("address");
    if let (Some(true), Some(insist), None) = (item.flag("insist"), item.property_span("insist"), address) {
        let message = "there is no address to insist on";
        let problem = Problem::new(Fault::Contradiction, message, insist, "and no address= here");
        problems.push(problem.help("say which: address=\"192.168.32.105\""));
    }
    if let (Some(false), Some(asks), Some(address)) =
        (item.flag("ask-address"), item.property_span("ask-address"), address)
    {
        let message = "a caller that does not speak of an address asks for none";
        let problem = Problem::new(Fault::Contradiction, message, address, "asked for").also(asks, "not asked for");
        problems.push(problem.help("leave one of them out"));
    }
}
