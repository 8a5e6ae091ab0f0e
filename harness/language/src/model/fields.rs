//! Fields between braces in the texts of a model file: each is one that the modem fills.
//!
//! In: an item and the index of its text. Out: a problem for each field that there is not.

use offhook_telephony::modem::fields::{INFORMATION, split};

use crate::fault;
use crate::vocabulary::ModelItem as Item;
use offhook_schema::{Problem, Value, listed, nearest};

/// What may stand between braces in the lines of a `connect`.
const CONNECT: &[&str] = &["dte", "transmit", "receive", "modulation", "protocol", "compression"];
/// Signs that begin commands of basic syntax.
const PREFIXES: [char; 6] = ['&', '\\', '%', '*', ')', '!'];

/// Whether this is a letter, perhaps after a sign: a command of basic syntax.
pub(super) fn is_basic_name(name: &str) -> bool {
    let letter = name.strip_prefix(PREFIXES).unwrap_or(name);
    letter.len() == 1 && letter.bytes().all(|octet| octet.is_ascii_alphabetic())
}

/// The line of a `says`.
pub(super) fn check_connect(line: &Item, problems: &mut Vec<Problem>) {
    check(line, 0, CONNECT, |field| CONNECT.contains(&field), problems);
}

/// The lines of an `information` or a `listing`.
pub(super) fn check_information(item: &Item, problems: &mut Vec<Problem>) {
    let setting = |name: &str| name.strip_prefix('S').is_some_and(|number| number.parse::<u8>().is_ok());
    let known = |field: &str| {
        let (name, _) = split(field);
        INFORMATION.contains(&name) || setting(name) || is_basic_name(name)
    };
    let mut index = 1;
    while let Some(Value::Text(_)) = item.argument(index) {
        check(item, index, INFORMATION, known, problems);
        index += 1;
    }
}

fn check(item: &Item, index: usize, names: &[&'static str], known: impl Fn(&str) -> bool, problems: &mut Vec<Problem>) {
    let text = item.argument_text(index);
    for part in text.split('{').skip(1) {
        let name = part.split_once('}').map(|(name, _)| name);
        if name.is_some_and(&known) {
            continue;
        }
        let written = format!("{{{}", name.unwrap_or(part));
        let message = format!("unknown field `{written}{}`", if name.is_some() { "}" } else { "" });
        let problem = Problem::new(fault::NOT_A_CHOICE, message, item.argument_span(index), "in this text");
        let all: Vec<String> = names.iter().map(|field| format!("{{{field}}}")).collect();
        problems.push(match name.and_then(|name| nearest(split(name).0, names.iter().copied())) {
            Some(near) => problem.help(format!("did you mean {{{near}}}?")),
            None => problem.help(format!("known are {}", listed(&all, "and"))),
        });
    }
}
