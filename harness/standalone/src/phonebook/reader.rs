//! The entries of a phonebook, checked word by word, to a [`Phonebook`]; and what is there twice.

use std::sync::Arc;

use offhook_answerer::AnswererConfig;
use offhook_ppp::auth::Account;
use offhook_schema::{Item, Problem, fault};

use super::words::{AUTH, EARS, Entry as EntryWord, MOMENTS, Phonebooks};
use super::{Ear, Entry, LineEntry, Listen, Moment, Phonebook, Send, Speaks, Target};
use crate::ppp_number::{PppNumber, addresses, callback_offer};

/// What the entries say; what is wrong with them is added to `problems`.
pub(super) fn phonebook(items: &[Item<Phonebooks>], problems: &mut Vec<Problem>) -> Phonebook {
    let mut book = Phonebook::default();
    for item in items {
        let number = item.argument_text(0);
        let again = |message: String| Problem::new(fault::REPEATED_WORD, message, item.argument_span(0), "given again");
        match item.word.role {
            EntryWord::Number => {
                let entry = Entry { name: item.text("name"), target: target(item) };
                // A number that was wrong is empty, and has been told.
                if book.numbers.insert(number.clone(), entry).is_some() && !number.is_empty() {
                    problems.push(again(format!("the number {number} is in this phonebook twice")));
                }
            }
            EntryWord::Line => {
                let entry = LineEntry {
                    name: item.text("name"),
                    personality: item.text("personality"),
                    init: item.text("init"),
                    rate: item.number("rate"),
                    sends: item.children("send").map(|item| send(item, problems)).collect(),
                };
                if book.lines.insert(number.clone(), entry).is_some() && !number.is_empty() {
                    problems.push(again(format!("the line {number} is in this phonebook twice")));
                }
            }
            EntryWord::Listen => book.listens.push(Listen {
                tcp: item.argument_text(0),
                number: item.text("number").unwrap_or_default(),
                telnet: item.flag("telnet").unwrap_or_default(),
            }),
            EntryWord::Default => book.default = Some(target(item)),
            EntryWord::Ppp => {
                let entry = ppp(item, &number);
                if book.ppp.insert(number.clone(), entry).is_some() && !number.is_empty() {
                    problems.push(again(format!("the number {number} is in this phonebook twice")));
                }
            }
            // Only within others.
            EntryWord::Send | EntryWord::Account | EntryWord::Host | EntryWord::Dns | EntryWord::Auth => {}
        }
    }
    book
}

/// A number that answers with PPP.
fn ppp(item: &Item<Phonebooks>, number: &str) -> PppNumber {
    let usual = PppNumber::new(number.to_owned());
    let account =
        |item: &Item<Phonebooks>| Account::new(item.argument_text(0), item.text("password").unwrap_or_default());
    let host = |item: &Item<Phonebooks>| Some((item.argument_text(0), item.address("address")?));
    let auth = item.child("auth").map(|auth| auth.texts().iter().filter_map(|name| AUTH.of(name)).collect());
    let config = AnswererConfig {
        accounts: item.children("account").map(account).collect(),
        auth: auth.unwrap_or(usual.config.auth),
        local: item.address("local").unwrap_or(usual.config.local),
        dns: item.child("dns").map(Item::addresses).unwrap_or_default(),
        names: item.children("host").filter_map(host).collect(),
        ipv6: item.flag("ipv6").unwrap_or_default(),
        callback: item.text("callback").map(|whom| callback_offer(&whom)),
        ..AnswererConfig::default()
    };
    // What is no range has been told.
    let remote = item.text("remote").and_then(|text| addresses(&text).ok()).unwrap_or(usual.remote);
    PppNumber { name: item.text("name"), config, remote, number: usual.number }
}

/// Where an entry leads. A phonebook in which that was wrong does not leave the reader.
fn target(item: &Item<Phonebooks>) -> Target {
    let speaks = match item.flag("telnet") {
        None => Speaks::AsItOpens,
        Some(true) => Speaks::Telnet,
        Some(false) => Speaks::Octets,
    };
    Target { tcp: item.text("tcp").unwrap_or_default(), speaks }
}

/// What a `send` says.
fn send(item: &Item<Phonebooks>, problems: &mut Vec<Problem>) -> Send {
    let (when, to) = (MOMENTS.required(item, "when"), EARS.required(item, "to"));
    if to == Ear::Dte && !matches!(when, Moment::Answered | Moment::Connected) {
        let span = item.property_span("to").unwrap_or(item.span);
        let problem = Problem::new(fault::NOT_A_CHOICE, "the DTE is in no call then", span, "nobody to get it");
        problems.push(problem.help("leave out to=, or send it when=\"answered\" or when=\"connected\""));
    }
    Send { when, to, file: item.argument_text(0), octets: Arc::default(), span: item.argument_span(0) }
}
