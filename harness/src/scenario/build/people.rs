//! Who may come in: accounts, users, caller-ID rules; and files as they are.

use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::value::Value;
use super::super::{Account, AccountsFile, CallerIdRule, Content, RawFile, User};

pub(super) fn build_account(item: &Item, problems: &mut Vec<Problem>) -> Account {
    let (password, file) = (item.property_span("password"), item.property_span("password-file"));
    match (password, file) {
        (Some(password), Some(file)) => {
            let message = "the password is given twice";
            let problem = Problem::new(Fault::Contradiction, message, file, "in a file").also(password, "and here");
            problems.push(problem.help("one of them is enough"));
        }
        (None, None) if item.sound => {
            let problem =
                Problem::new(Fault::MissingProperty, "`account` needs `password`", item.span, "no password= here");
            problems.push(problem.help("password=\"secret\", or password-file= if the server has it in a file"));
        }
        _ => {}
    }
    Account {
        file: match item.text("file").as_deref() {
            Some("chap") => AccountsFile::Chap,
            Some("both") => AccountsFile::Both,
            _ => AccountsFile::Pap,
        },
        user: item.argument_text(0),
        password: match item.text("password-file") {
            Some(path) => format!("@{path}"),
            None => item.text("password").unwrap_or_default(),
        },
        server: item.text("server").unwrap_or_else(|| "*".to_owned()),
        addresses: item.child("address").map_or_else(|| vec!["*".to_owned()], Item::texts),
    }
}

pub(super) fn build_user(item: &Item) -> User {
    User {
        name: item.argument_text(0),
        password: item.text("password"),
        shell: item.text("shell").unwrap_or_else(|| "/bin/sh".to_owned()),
        groups: item.child("group").map(Item::texts).unwrap_or_default(),
    }
}

pub(super) fn build_rule(item: &Item) -> CallerIdRule {
    CallerIdRule { allow: item.word.name == "allow", number: item.argument_text(0) }
}

pub(super) fn build_file(item: &Item) -> RawFile {
    let mut text = item.argument_text(1);
    // KDL takes the last line's end off, and no program likes a file without it. What is empty stays so.
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let (uid, gid) = match item.properties.get("owner") {
        Some((Value::Owner(uid, gid), _)) => (*uid, *gid),
        _ => (0, 0),
    };
    RawFile {
        path: item.argument_text(0),
        mode: item.number("mode").unwrap_or(0o644),
        uid,
        gid,
        content: Content::File(text.into_bytes()),
    }
}
