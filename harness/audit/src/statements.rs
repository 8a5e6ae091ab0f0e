//! What a caller experiences on a port, said in the order of a call.
//!
//! In go [`Facts`] and a [`Port`]; out come [`Statement`]s with the places that decide them.

use std::collections::BTreeSet;

use super::accounts::{self, protocol_name};
use super::claim::Claim;
use super::effective::{Answers, Facts, Port, Ppp};
use super::starting::Obstacle;
use super::{Known, Statement, Topic};
use super::{offered, starting};
use crate::network::{Network, network};
use offhook_etc::read::accounts::Password;
use offhook_etc::read::dialin::Rule;
use offhook_etc::read::options::Opt;
use offhook_etc::read::secrets::SecretKind;
use offhook_etc::restart::When;
use offhook_etc::source::Place;
use offhook_report::text::counted;

/// Names told before the rest is counted.
const MOST: usize = 8;

/// All statements for a port.
pub fn of(facts: &Facts, port: &Port) -> Vec<Statement> {
    let mut said = vec![answer(port), line(port)];
    if port.closed.is_some() || said[0].claim == Claim::Dead {
        // Nobody gets any further.
        return said;
    }
    if !port.direct.value {
        said.push(callers(facts, port));
    }
    match port.server {
        Answers::Mgetty => said.extend([prompt(facts, port), detection(facts, port)]),
        Answers::Pppd => said.extend(port.ppp.as_ref().map(by_init)),
    }
    if let Some(ppp) = &port.ppp {
        said.push(auth(facts, ppp));
        said.extend(users(facts, ppp));
        said.push(addresses(facts, ppp));
        said.push(idle(port, ppp));
        said.push(dns(ppp));
    }
    if !port.direct.value {
        said.push(next(facts, port));
    }
    said
}

fn statement(topic: Topic, claim: Claim, text: impl Into<String>, places: Vec<Place>) -> Statement {
    Statement { topic, text: text.into(), places, claim, known: Known::Predicted }
}

fn places<'a>(options: impl IntoIterator<Item = &'a Opt>) -> Vec<Place> {
    let mut seen = BTreeSet::new();
    options.into_iter().map(|option| option.place.clone()).filter(|place| seen.insert(place.clone())).collect()
}

fn answer(port: &Port) -> Statement {
    let mut places: Vec<Place> = port.direct.place.iter().chain(&port.rings.place).cloned().collect();
    places.dedup();
    if port.server == Answers::Mgetty && !port.speed_is_known() {
        let text = format!("nobody is answered: mgetty refuses the port speed {:?} and ends", port.speed.value.trim());
        return statement(Topic::Answer, Claim::Dead, text, port.speed.place.iter().cloned().collect());
    }
    if let Some(file) = &port.closed {
        let text = format!("nobody is answered: {} closes the port", file.file);
        return statement(Topic::Answer, Claim::Unseen("the port is closed"), text, vec![file.clone()]);
    }
    if let Some(why) = &port.unserved {
        let text = format!("nobody is answered: {why}");
        return statement(Topic::Answer, Claim::Dead, text, vec![port.entry.place.clone()]);
    }
    if port.direct.value {
        let text = match port.server {
            Answers::Mgetty => "a direct line: whoever is connected gets a prompt after sending something",
            Answers::Pppd => "a direct line: whoever is connected speaks PPP at once; pppd answers no modem",
        };
        return statement(Topic::Answer, Claim::Answer(0), text, places);
    }
    let ringback = match &port.command.ringback {
        Some(seconds) => {
            format!(", in the second call of a caller who lets it ring, hangs up and calls again within {seconds} s")
        }
        None if port.flag("ringback") => ", in the second of two calls (ringback)".to_owned(),
        None => String::new(),
    };
    let unless = program(port, "cid-program").map_or_else(String::new, |(program, place)| {
        places.push(place.clone());
        format!(", unless {program} asks for another number of rings (cid-program)")
    });
    let (claim, pass) = match program(port, "cnd-program") {
        Some((program, _)) => {
            (Claim::AnswerIf(port.rings.value), format!(", if {program} lets the caller pass (cnd-program)"))
        }
        None => (Claim::Answer(port.rings.value), String::new()),
    };
    let rings = counted(port.rings.value as usize, "ring");
    statement(Topic::Answer, claim, format!("the modem answers after {rings}{ringback}{unless}{pass}"), places)
}

/// A program that mgetty asks about a call, and where it is named.
fn program<'a>(port: &'a Port, key: &str) -> Option<(String, &'a Place)> {
    let value = port.values.get(key).filter(|value| !value.text.is_empty())?;
    let program = value.text.split_whitespace().next()?;
    Some((printable(program), &value.place))
}

/// pppd that init starts.
fn by_init(ppp: &Ppp) -> Statement {
    let arguments = arguments(ppp);
    let text = format!("init starts pppd {arguments} on the line");
    statement(Topic::Ppp, Claim::Detection(true), text, vec![ppp.line.place.clone()])
}

/// What pppd is started with, without passwords.
fn arguments(ppp: &Ppp) -> String {
    let named = ppp.line.arguments();
    if named.iter().any(|word| word == "password") { "...".to_owned() } else { printable(&named.join(" ")) }
}

fn line(port: &Port) -> Statement {
    let mode = if port.direct.value {
        "no modem"
    } else if port.command.fax_only || port.flag("fax-only") {
        "fax only"
    } else if port.command.data_only || port.flag("data-only") {
        "data only"
    } else {
        "data or fax"
    };
    statement(
        Topic::Port,
        Claim::Unseen("a pseudo-terminal has no speed"),
        format!("{} bit/s at the port, {mode}", port.speed.value),
        port.speed.place.iter().cloned().collect(),
    )
}

fn callers(facts: &Facts, port: &Port) -> Statement {
    let mut said = callers_by_rules(facts, port);
    if let Some((program, place)) = program(port, "cnd-program") {
        let last = if facts.rules.as_ref().is_some_and(|rules| !rules.is_empty()) { "; of those " } else { "" };
        let before = if last.is_empty() { String::new() } else { said.text };
        said.text = format!("{before}{last}{program} decides who is answered (cnd-program)");
        said.claim = Claim::Decided(format!("whom {program} lets in"));
        said.places.insert(0, place.clone());
    }
    said
}

fn callers_by_rules(facts: &Facts, port: &Port) -> Statement {
    if facts.rules_unread {
        let text = "which callers are answered is not known: dialin.config could not be read";
        return statement(Topic::Callers, Claim::Unseen("dialin.config could not be read"), text, Vec::new());
    }
    let Some(rules) = facts.rules.as_ref().filter(|rules| !rules.is_empty()) else {
        return statement(
            Topic::Callers,
            Claim::Callers("everybody".to_owned()),
            "every caller is answered, whatever the number",
            Vec::new(),
        );
    };
    let mut parts = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let text = match rule.number.as_str() {
            _ if rule.is_all() => match (index, rule.allow) {
                (0, true) => "everybody is answered".to_owned(),
                (0, false) => "nobody is answered".to_owned(),
                (_, true) => "everybody else is answered".to_owned(),
                (_, false) => "nobody else is answered".to_owned(),
            },
            number => {
                let verb = if rule.allow { "are answered" } else { "are not answered" };
                match number {
                    "none" => format!("callers without caller ID {verb}"),
                    number => format!("numbers that begin with {} {verb}", number.replace('\u{feff}', "<BOM>")),
                }
            }
        };
        if parts.len() < MOST {
            parts.push(text);
        }
        if rule.is_all() {
            break;
        }
    }
    if rules.len() > MOST {
        parts.push(format!("and {} more", counted(rules.len() - MOST, "rule")));
    }
    if !rules.iter().any(Rule::is_all) {
        parts.push("everybody else is answered".to_owned());
    }
    let mut text = parts.join("; then ");
    let by_number = rules.iter().take_while(|rule| !rule.is_all()).any(|rule| rule.number != "none");
    if port.rings.value == 1 && by_number {
        text.push_str(" (but after one ring no number is known yet, and every caller counts as one without caller ID)");
    }
    let mut places: Vec<Place> = rules.iter().map(|rule| rule.place.clone()).collect();
    places.dedup();
    places.truncate(3);
    statement(Topic::Callers, Claim::Callers(briefly(rules)), text, places)
}

/// Rules of caller ID in a few words, in their order: `not 5554711, 555, 556, nobody else`.
fn briefly(rules: &[Rule]) -> String {
    let last = rules.iter().find(|rule| rule.is_all());
    let mut parts: Vec<String> = rules
        .iter()
        .take_while(|rule| !rule.is_all())
        .map(|rule| {
            let number = if rule.number == "none" { "no number".to_owned() } else { printable(&rule.number) };
            if rule.allow { number } else { format!("not {number}") }
        })
        .collect();
    let more = parts.len().saturating_sub(MOST);
    parts.truncate(MOST);
    if more > 0 {
        parts.push(format!("{} more", counted(more, "rule")));
    }
    let else_ = if parts.is_empty() { "" } else { " else" };
    parts.push(match last {
        Some(rule) if !rule.allow => format!("nobody{else_}"),
        _ => format!("everybody{else_}"),
    });
    parts.join(", ")
}

fn prompt(facts: &Facts, port: &Port) -> Statement {
    let prompt = port.prompt(facts).map_or_else(
        || "the default prompt".to_owned(),
        // Of several lines the last, where the caller types.
        |text| match text.trim_end_matches(['\r', '\n']).rsplit(['\r', '\n']).next().filter(|last| *last != text) {
            Some(last) => format!("the prompt ends in \"{}\"", printable(last)),
            None => format!("the prompt is \"{}\"", printable(&text)),
        },
    );
    let line = facts.login_line("somebody");
    let program = line.map_or("login", |line| line.program());
    let empty = facts.empty_password_at_prompt;
    let able = facts.users.iter().filter(|user| user.can_log_in() && (empty || user.password != Password::Empty));
    let able: Vec<&str> = able.map(|user| user.name.as_str()).collect();
    let others = facts.login.iter().flat_map(|login| &login.lines).filter(|other| {
        let name = other.pattern.trim_matches('*');
        !name.is_empty()
            && !name.starts_with('/')
            && facts.login_line(name) == Some(other)
            && other.program() != program
    });
    let others: Vec<String> =
        others.map(|line| format!("{} starts {}", printable(&line.pattern), printable(line.program()))).collect();
    let unstartable = facts.unstartable(facts.login_program("somebody"));
    let who = if let Some(why) = unstartable {
        format!("whoever gives a name is disconnected: {why}")
    } else if program != "login" {
        format!("any {}name starts {program}", if others.is_empty() { "" } else { "other " })
    } else if !facts.users_known {
        "Unix users log in with their passwords (passwd is not among the files)".to_owned()
    } else if able.is_empty() {
        "no Unix user has a password and a shell to log in with".to_owned()
    } else {
        format!("{} can log in with the Unix password", list(&able))
    };
    statement(
        Topic::Login,
        Claim::Login,
        match others.len() {
            0 => format!("{prompt}; {who}"),
            _ => format!("{prompt}; {}; {who}", list(&others.iter().map(String::as_str).collect::<Vec<_>>())),
        },
        line.map(|line| line.place.clone()).into_iter().collect(),
    )
}

fn detection(facts: &Facts, port: &Port) -> Statement {
    let Some(line) = facts.ppp_line() else {
        let why = match (&facts.login_ignored, &facts.login) {
            (Some(why), _) => format!("login.config is ignored because {why}"),
            (None, None) if facts.login_unread => {
                let text = "whether PPP is recognised is not known: login.config could not be read";
                return statement(Topic::Ppp, Claim::Unseen("login.config could not be read"), text, Vec::new());
            }
            (None, None) => "there is no login.config".to_owned(),
            (None, Some(_)) => "login.config has no line for /AutoPPP/, or another line matches first".to_owned(),
        };
        return statement(
            Topic::Ppp,
            Claim::Detection(false),
            format!("PPP is not recognised, callers who begin with PPP get /bin/login: {why}"),
            Vec::new(),
        );
    };
    let unstartable = line.words.first().and_then(|program| facts.unstartable(program));
    let ends = |why: &str| format!("PPP is recognised, and the call ends: {why}");
    let (claim, text) = match (&port.ppp, unstartable) {
        (Some(_), Some(why)) => (Claim::Detection(false), ends(&why)),
        (Some(ppp), None) => {
            let text = format!("PPP is recognised and starts pppd {}", arguments(ppp));
            (Claim::Detection(true), text.trim_end().to_owned())
        }
        (None, Some(why)) => (Claim::Program, ends(&why)),
        (None, None) => match line.words.first().filter(|program| !program.contains('/')) {
            Some(program) => (Claim::Program, ends(&format!("{} is not a path", printable(program)))),
            None => (Claim::Program, format!("PPP is recognised and starts {}", line.program())),
        },
    };
    statement(Topic::Ppp, claim, text, vec![line.place.clone()])
}

fn auth(facts: &Facts, ppp: &Ppp) -> Statement {
    let decided = places(&ppp.auth.decided);
    if let Err(why) = starting::starts(facts, ppp) {
        return statement(
            Topic::Auth,
            Claim::Refuses,
            format!("nobody gets in by PPP: pppd does not start, because {why}"),
            why.place().cloned().into_iter().chain(decided).collect(),
        );
    }
    if !ppp.auth.required {
        let text = "callers get in by PPP without a name or password";
        return match network(facts, ppp) {
            Network::Yes => statement(Topic::Auth, Claim::Open, text, decided),
            Network::No(why) => {
                let text = format!("callers are asked for no name and no password, and nobody gets in: {why}");
                statement(Topic::Auth, Claim::Unseen("nobody comes into the network"), text, decided)
            }
            Network::Unknown(why) => statement(
                Topic::Auth,
                Claim::Open,
                format!("{text}, unless there is no address for them ({why})"),
                decided,
            ),
        };
    }
    let offered: Vec<&str> = offered::offered(facts, ppp).into_iter().map(protocol_name).collect();
    let unix = ppp.unix_login();
    let also =
        if unix.is_some() && offered.contains(&"PAP") { ", and PAP checks the Unix password as well" } else { "" };
    let mut from = decided;
    from.extend(places(unix));
    from.dedup();
    statement(Topic::Auth, Claim::Asked, format!("every caller is asked by {}{also}", list_or(&offered)), from)
}

fn users(facts: &Facts, ppp: &Ppp) -> Vec<Statement> {
    // Where pppd does not start for another reason, accounts are not what matters.
    let starts = starting::starts(facts, ppp);
    let matters = matches!(starts, Ok(()) | Err(Obstacle::NoAccount(_)));
    if !ppp.auth.required || !matters {
        return Vec::new();
    }
    let all = accounts::of(facts, ppp);
    let network = network(facts, ppp);
    let mut said = Vec::new();
    for account in all.iter().take(MOST * 4) {
        // Nobody gets in where pppd does not start: only what is wrong with an account is told.
        if !offered::asked(ppp, account.protocol) || starts.is_err() && account.usable.is_ok() {
            continue;
        }
        let name = match account.entry.client.as_str() {
            "*" => "everybody".to_owned(),
            "" => "a caller with an empty name".to_owned(),
            _ => accounts::shown_name(&account.entry),
        };
        let protocol = protocol_name(account.protocol);
        let (long, how) = match &account.usable {
            Ok(address) => {
                let password = match (account.entry.secret.kind(), ppp.unix_login()) {
                    (SecretKind::Empty, None) if protocol == "PAP" => "with any password",
                    (SecretKind::Empty | SecretKind::Login, _) if protocol == "PAP" => "with the Unix password",
                    (SecretKind::Empty, _) => "with an empty password",
                    (_, Some(_)) if protocol == "PAP" => "with this password, if it is the Unix password as well",
                    _ => "with the password",
                };
                let address = match address {
                    Some(address) => format!(", gets {address}"),
                    None if ppp.addresses().1.is_none() => ", if the caller brings an address".to_owned(),
                    None => String::new(),
                };
                let of_port = ppp.addresses().1.map(|(address, _)| address);
                // The port's own address is told of the port.
                let how =
                    if account.usable == Ok(of_port) { password.to_owned() } else { format!("{password}{address}") };
                (format!("{password}{address}"), how)
            }
            Err(why) => (why.to_string(), why.to_string()),
        };
        let (long, how) = match (network, &account.usable) {
            (Network::No(why), Ok(_)) => (long, format!("accepted, and gets no address: {why}")),
            (Network::Unknown(why), Ok(_)) => {
                (format!("{long}, unless there is none ({why})"), format!("{how}, perhaps: {why}"))
            }
            (Network::Yes, _) | (_, Err(_)) => (long, how),
        };
        let text = match &account.usable {
            Ok(_) if matches!(network, Network::No(_)) => format!("{name} does not get in by {protocol}: {how}"),
            Ok(_) => format!("{name} gets in by {protocol} {long}"),
            Err(_) if account.entry.client == "*" => {
                format!("the entry for everybody (*) lets nobody in by {protocol}: {long}")
            }
            Err(_) => format!("{name} does not get in by {protocol}: {long}"),
        };
        let claim = Claim::Account {
            // Where a quote is never closed the name runs over passwords.
            name: if account.entry.runaway { String::new() } else { account.entry.client.clone() },
            place: account.place.clone(),
            protocol: account.protocol,
            inside: account.usable.is_ok() && !matches!(network, Network::No(_)),
            how,
        };
        said.push(statement(Topic::Account, claim, text, vec![account.place.clone()]));
    }
    said
}

fn addresses(facts: &Facts, ppp: &Ppp) -> Statement {
    let (local, remote) = ppp.addresses();
    let mut from = places(ppp.ipv4().err().into_iter().chain(ppp.accepts_remote()));
    from.extend(places(remote.iter().chain(&local).map(|(_, option)| *option)));
    let own = || match ppp.own_address(facts.hostname.as_deref()) {
        Some(address) => format!("{address}, the address of its own name"),
        None => "the address of its own name".to_owned(),
    };
    let server = local.map_or_else(own, |(address, _)| address.to_string());
    let text = match remote {
        _ if ppp.ipv4().is_err() => "no caller gets an address: noip is set".to_owned(),
        Some((address, _)) if ppp.accepts_remote().is_some() => {
            format!("the caller gets {address}, or the address that it asks for; the server has {server}")
        }
        Some((address, _)) => format!("the caller gets {address}, the server has {server}"),
        None => format!("the caller brings its own address, or gets the one of its account; the server has {server}"),
    };
    let arp = ppp.proxy_arp();
    from.extend(places(arp));
    statement(
        Topic::Address,
        Claim::Address {
            local: local.map(|(address, _)| address),
            remote: remote.map(|(address, _)| address),
            asked: ppp.accepts_remote().is_some(),
        },
        format!(
            "{text}{}",
            if arp.is_some() { "; the LAN reaches the caller through the server (proxyarp)" } else { "" }
        ),
        from,
    )
}

/// Why no call shows when a call ends that only begins anew.
const BEGINS_AGAIN: &str = "with persist pppd begins again on the same line, and the call goes on";

fn idle(port: &Port, ppp: &Ppp) -> Statement {
    let mut ends = Vec::new();
    let mut from = Vec::new();
    let idle = ppp.positive("idle");
    if let Some((seconds, option)) = &idle {
        ends.push(format!("after {} without traffic", spelled(*seconds)));
        from.push(option.place.clone());
    }
    if let Some((seconds, option)) = ppp.positive("maxconnect") {
        ends.push(format!("after {} in any case", spelled(seconds)));
        from.push(option.place.clone());
    }
    if let Some((seconds, (_, option))) = ppp.echo_timeout().zip(ppp.positive("lcp-echo-interval")) {
        ends.push(format!("when the caller is not heard for {}", spelled(seconds)));
        from.push(option.place.clone());
    }
    from.dedup();
    let (claim, what) = match port.begins_again() {
        Some(_) => (Claim::Unseen(BEGINS_AGAIN), "what pppd has going on the line is"),
        None => (Claim::End(ppp.longest_idle_call()), "the call is"),
    };
    let text = match (ends.join(", or "), idle) {
        (ends, _) if ends.is_empty() => format!("{what} not ended by an idle timeout"),
        (ends, Some(_)) => format!("{what} ended {ends}"),
        (ends, None) => format!("{what} ended {ends}, and by no idle timeout"),
    };
    statement(Topic::End, claim, text, from)
}

/// What becomes of the line after a lost carrier.
fn next(facts: &Facts, port: &Port) -> Statement {
    let restart = facts.init.restarts.iter().find(|(place, ..)| place.file == port.entry.place.file);
    if let Some((place, _, restart)) = restart.filter(|(.., restart)| restart.when != When::Always) {
        // After a lost carrier pppd and login end with a failure.
        let (expected, text) = match restart.when {
            When::OnFailure => {
                (None, "after a lost carrier the next call is answered, after a call that ends well none")
            }
            _ => (Some(false), "after a lost carrier nobody is answered: nothing starts the program again"),
        };
        return statement(Topic::Next, Claim::Again(expected), text, vec![place.clone()]);
    }
    let ppp = port.ppp.as_ref();
    let local = ppp.and_then(|ppp| ppp.on("local", &["modem"]));
    // Of init's own pppd the line is its own.
    let persist = port.begins_again().filter(|_| port.server == Answers::Mgetty);
    let ends = ppp.and_then(|ppp| ppp.longest_idle_call().into_iter().chain(ppp.echo_timeout()).min());
    let (expected, text) = match (persist, local, ends) {
        (Some(_), ..) => {
            (Some(false), "after a lost carrier pppd keeps the line, and nobody else is answered".to_owned())
        }
        (None, Some(_), None) => {
            (Some(false), "after a lost carrier the line stays taken, and nobody else is answered".to_owned())
        }
        (None, Some(_), Some(seconds)) => {
            (None, format!("after a lost carrier the line stays taken for up to {}", spelled(seconds)))
        }
        (None, None, _) => (Some(true), "after a lost carrier the next call is answered".to_owned()),
    };
    statement(Topic::Next, Claim::Again(expected), text, places(persist.into_iter().chain(local)))
}

fn dns(ppp: &Ppp) -> Statement {
    let servers = ppp.dns();
    let text = match servers.as_slice() {
        [] => "the caller is given no DNS server".to_owned(),
        some => {
            let mut told: Vec<String> = some.iter().map(|(address, _)| address.to_string()).collect();
            // One that is said in two files is one.
            told.dedup();
            format!("the caller is given DNS {}", told.join(" and "))
        }
    };
    statement(
        Topic::Dns,
        Claim::Dns(servers.iter().map(|(address, _)| *address).collect()),
        text,
        places(servers.iter().map(|(_, option)| *option)),
    )
}

/// `5 min`, `90 s`, `2 h`.
pub fn spelled(seconds: u64) -> String {
    match seconds {
        0 => "0 s".to_owned(),
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

fn list(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(MOST).map(|name| printable(name)).collect();
    let more = names.len().saturating_sub(MOST);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn list_or(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn printable(text: &str) -> String {
    offhook_report::text::printable(text)
}

#[cfg(test)]
mod tests {
    use crate::tests::{audited, with};

    fn said(changes: &[(&str, &str)]) -> Vec<String> {
        let audit = audited(&with(changes));
        audit.ports[0].statements.iter().map(|s| format!("{}: {}", s.topic.word(), s.text)).collect()
    }

    #[test]
    fn a_call_is_told_from_the_first_ring_to_its_end() {
        assert_eq!(
            said(&[]),
            [
                "answer: the modem answers after 2 rings",
                "port: 57600 bit/s at the port, data only",
                "callers: numbers that begin with 555 are answered; then nobody else is answered",
                "login: the default prompt; bob can log in with the Unix password",
                "ppp: PPP is recognised and starts pppd auth -chap +pap debug",
                "auth: every caller is asked by PAP",
                "account: alice gets in by PAP with the password, gets 192.168.32.105",
                "account: bob gets in by PAP with the password, gets 192.168.32.105",
                "address: the caller gets 192.168.32.105, the server has 192.168.32.1",
                "end: the call is ended after 5 min without traffic",
                "dns: the caller is given DNS 192.168.32.1",
                "next: after a lost carrier the next call is answered",
            ]
        );
    }

    #[test]
    fn nobody_is_said_to_get_in_where_pppd_does_not_start() {
        let said = said(&[("ppp/pap-secrets", "* * \"\" *\nguest * \"*\" -\n")]);
        assert!(said.iter().any(|line| line.starts_with("auth: nobody gets in by PPP")), "{said:?}");
        assert!(!said.iter().any(|line| line.contains("gets in by PAP")), "{said:?}");
    }

    #[test]
    fn a_prompt_is_told_as_callers_see_it_and_of_several_lines_the_last() {
        let login = |prompt: &str| {
            let said = said(&[("mgetty/mgetty.config", &format!("login-prompt {prompt}\n"))]);
            said.into_iter().find(|said| said.starts_with("login: ")).unwrap_or_default()
        };
        assert!(login("@ \\P login:\\040").contains("the prompt is \"dialin ttyS0 login: \";"));
        assert!(login("\\V\\n\\r\\S\\n\\r@ login:\\040").contains("the prompt ends in \"dialin login: \";"));
    }

    #[test]
    fn a_direct_line_has_no_callers() {
        let said = said(&[("inittab", "S0:2345:respawn:/sbin/mgetty -r -s 115200 ttyS0\n")]);
        assert!(said[0].contains("direct line") && !said.iter().any(|line| line.starts_with("callers")));
    }
}
