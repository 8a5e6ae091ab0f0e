//! The caller's PPP, and what cannot be said of it together.

use super::super::build::Scene;
use crate::fault;
use crate::value::length::PAP_FIELD;
use crate::vocabulary::Item;
use crate::words::choices::{AUTH, METHODS, PHASES, STARTS};
use offhook_scenario::{AcceptedAuth, Auth, EchoRequests, Magic, PppClient, QualityReports};
use offhook_schema::Problem;

pub(super) fn build_client(item: &Item, scene: &Scene<'_>, problems: &mut Vec<Problem>) -> PppClient {
    for (have, lack) in [("user", "password"), ("password", "user")] {
        if let (Some(span), None, true) = (item.property_span(have), item.property_span(lack), item.sound) {
            let message = format!("authentication needs both a user name and a password, and {lack}= is missing");
            let problem = Problem::new(fault::HALF_LOGIN, message, span, format!("without {lack}="));
            problems.push(problem.help("give both; with neither, the caller offers no authentication"));
        }
    }
    check_address(item, problems);
    check_magic(item, problems);
    check_echo(item, problems);
    check_callback(item, problems);
    check_quality(item, problems);
    check_password(item, scene, problems);
    check_compression(item, problems);
    if let (Some(span), None, None, true) =
        (item.property_span("auth"), item.property_span("user"), item.property_span("password"), item.sound)
    {
        let message = "a caller without a user name and a password never authenticates";
        let problem = Problem::new(fault::HALF_LOGIN, message, span, "has no effect");
        problems.push(problem.help("add user= and password=, or remove auth="));
    }
    PppClient {
        user: item.text("user"),
        password: item.text("password"),
        address: item.address("address"),
        ask_dns: item.flag("ask-dns").unwrap_or_default(),
        ask_wins: item.flag("ask-wins").unwrap_or_default(),
        ip: item.flag("ip").unwrap_or_default(),
        mru: short_number(item, "mru"),
        accm: item.number("accm").unwrap_or_default(),
        magic: match (item.number("magic"), item.flag("ask-magic")) {
            (Some(magic), _) => Magic::Fixed(magic),
            (None, Some(false)) => Magic::None,
            (None, _) => Magic::Random,
        },
        pfc: item.flag("pfc").unwrap_or_default(),
        acfc: item.flag("acfc").unwrap_or_default(),
        start: STARTS.required(item, "start"),
        echo: item
            .time("echo-interval")
            .map(|interval| EchoRequests { interval, failure: item.number("echo-failure") }),
        quality: item.time("quality-reports").map(|period| QualityReports {
            period,
            loss: short_number(item, "quality-loss").try_into().unwrap_or(QualityReports::LOSS),
            bad: item.number("quality-bad").unwrap_or(QualityReports::BAD.0),
            of: item.number("quality-of").unwrap_or(QualityReports::BAD.1),
            ends: item.flag("quality-ends").unwrap_or_default(),
        }),
        ipv6: item.flag("ipv6").unwrap_or_default(),
        vj_slots: item.flag("vj").unwrap_or_default().then(|| short_number(item, "vj-slots")),
        compress: METHODS.property(item, "compress"),
        auth: AUTH.required(item, "auth"),
        delay: item.time("delay").unwrap_or_default(),
        restart: item.time("restart").unwrap_or_default(),
        insist: item.flag("insist").unwrap_or_default(),
        no_address: item.flag("ask-address") == Some(false),
        callback: item.flag("callback").unwrap_or_default(),
        callback_number: item.text("callback-number"),
        miss_echo: item.number("miss-echo"),
        until: PHASES.property(item, "until"),
    }
}

/// A number that fits, by the bounds of its kind.
pub(super) fn short_number(item: &Item, name: &str) -> u16 {
    item.number(name).and_then(|number| u16::try_from(number).ok()).unwrap_or_default()
}

/// A password has to fit into a field of PAP, unless it is for CHAP alone, which does not send it (RFC 1994 §4.1).
fn check_password(item: &Item, scene: &Scene<'_>, problems: &mut Vec<Problem>) {
    let chap = |auth: Option<Auth>| auth == Some(Auth::Chap);
    let ports = scene.ports.iter().filter_map(|port| port.ppp.as_ref());
    let server_asks = chap(scene.server.ppp.auth) || ports.map(|ppp| ppp.auth).any(chap);
    let by_pap = match AUTH.required(item, "auth") {
        AcceptedAuth::Any | AcceptedAuth::MsChapFirst | AcceptedAuth::All => !server_asks,
        AcceptedAuth::Pap => true,
        AcceptedAuth::Chap | AcceptedAuth::MsChap | AcceptedAuth::MsChapV2 | AcceptedAuth::Eap => false,
    };
    let password = item.text("password").unwrap_or_default();
    if let (true, Some(at), Some(wrong)) =
        (by_pap, item.property_span("password"), PAP_FIELD.exceeded(&password, "`password` of `ppp`"))
    {
        let problem = Problem::new(wrong.fault, wrong.message, at, wrong.label);
        let why = wrong.help.unwrap_or_default();
        problems.push(problem.help(format!("{why}; CHAP does not send it: auth=\"chap\"")));
    }
}

/// Slots are those of compressed headers, which IPCP negotiates; and MPPE has its keys from Microsoft's CHAP (RFC 3079).
fn check_compression(item: &Item, problems: &mut Vec<Problem>) {
    let has_vj = item.flag("vj").unwrap_or_default();
    if let (Some(span), false, true) = (item.property_span("vj-slots"), has_vj, item.sound) {
        let problem = Problem::new(fault::CONTRADICTION, "`vj-slots` needs `vj=#true`", span, "has no effect");
        problems.push(problem.help("add vj=#true"));
    }
    if let (Some(vj), Some(ip), true, Some(false)) =
        (item.property_span("vj"), item.property_span("ip"), has_vj, item.flag("ip"))
    {
        let message = "compressed headers are agreed on by IPCP, which this caller does not negotiate";
        problems.push(Problem::new(fault::CONTRADICTION, message, vj, "has no effect").also(ip, "no IPCP"));
    }
    let encrypts = METHODS.property(item, "compress").is_some_and(|method| method.encrypts());
    let is_microsofts = match AUTH.required(item, "auth") {
        AcceptedAuth::MsChap | AcceptedAuth::MsChapV2 | AcceptedAuth::All => true,
        AcceptedAuth::Any | AcceptedAuth::Pap | AcceptedAuth::Chap | AcceptedAuth::MsChapFirst | AcceptedAuth::Eap => {
            false
        }
    };
    if let (Some(span), true, false, true) = (item.property_span("compress"), encrypts, is_microsofts, item.sound) {
        let message = "MPPE needs keys, which authentication by MS-CHAP or MS-CHAPv2 alone gives";
        let problem = Problem::new(fault::CONTRADICTION, message, span, "without keys");
        problems.push(problem.help("take it: auth=\"ms-chap-v2\", with user= and password="));
    }
}

/// A Magic-Number that is named is asked for.
fn check_magic(item: &Item, problems: &mut Vec<Problem>) {
    if let (Some(false), Some(asks), Some(magic)) =
        (item.flag("ask-magic"), item.property_span("ask-magic"), item.property_span("magic"))
    {
        let message = "`magic` contradicts ask-magic=#false";
        let problem = Problem::new(fault::CONTRADICTION, message, magic, "asked for").also(asks, "not asked for");
        problems.push(problem.help("remove one of them"));
    }
}

/// Echo-Requests that may fail have to be sent.
fn check_echo(item: &Item, problems: &mut Vec<Problem>) {
    if let (Some(failure), None) = (item.property_span("echo-failure"), item.property_span("echo-interval")) {
        let message = "`echo-failure` needs `echo-interval=`";
        let problem = Problem::new(fault::CONTRADICTION, message, failure, "echo-interval= is missing");
        problems.push(problem.help("add the time from one Echo-Request to the next: echo-interval=\"10s\""));
    }
}

/// A number is told to a server that calls back.
fn check_callback(item: &Item, problems: &mut Vec<Problem>) {
    if let (Some(number), false) = (item.property_span("callback-number"), item.flag("callback").unwrap_or_default()) {
        let message = "`callback-number` needs `callback=#true`";
        let problem = Problem::new(fault::CONTRADICTION, message, number, "has no effect");
        problems.push(problem.help("add callback=#true"));
    }
}

/// What is made of reports needs reports; and more bad periods than are looked at there cannot be.
fn check_quality(item: &Item, problems: &mut Vec<Problem>) {
    if item.property_span("quality-reports").is_none() {
        for name in ["quality-loss", "quality-bad", "quality-of", "quality-ends"] {
            if let Some(span) = item.property_span(name) {
                let message = format!("`{name}` needs `quality-reports=`");
                let problem = Problem::new(fault::CONTRADICTION, message, span, "quality-reports= is missing");
                problems.push(problem.help("add the time from one report to the next: quality-reports=\"10s\""));
            }
        }
    }
    if let (Some(bad), Some(of)) = (item.number("quality-bad"), item.number("quality-of"))
        && bad > of
        && let Some(span) = item.property_span("quality-bad").or_else(|| item.property_span("quality-of"))
    {
        let message = format!("there are never {bad} bad periods out of {of}");
        let problem = Problem::new(fault::CONTRADICTION, message, span, "never");
        problems.push(problem.help("make quality-bad= at most quality-of="));
    }
}

/// An address to insist on has to be asked for.
fn check_address(item: &Item, problems: &mut Vec<Problem>) {
    let address = item.property_span("address");
    if let (Some(true), Some(insist), None) = (item.flag("insist"), item.property_span("insist"), address) {
        let message = "`insist` needs `address=`";
        let problem = Problem::new(fault::CONTRADICTION, message, insist, "address= is missing");
        problems.push(problem.help("add the address to insist on: address=\"192.168.32.105\""));
    }
    if let (Some(false), Some(asks), Some(address)) =
        (item.flag("ask-address"), item.property_span("ask-address"), address)
    {
        let message = "`address` contradicts ask-address=#false";
        let problem = Problem::new(fault::CONTRADICTION, message, address, "asked for").also(asks, "not asked for");
        problems.push(problem.help("remove one of them"));
    }
}
