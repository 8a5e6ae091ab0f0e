//! Who may come in: accounts, users, caller-ID rules; and files as they are.

use crate::fault;
use crate::vocabulary::Item;
use crate::words::choices::SECRETS;
use crate::words::server::ANY;
use offhook_etc::{Content, RawFile};
use offhook_scenario::{Account, CallerIdRule, User};
use offhook_schema::Problem;
use offhook_schema::Value;

pub(super) fn build_account(item: &Item, problems: &mut Vec<Problem>) -> Account {
    let (password, file) = (item.property_span("password"), item.property_span("password-file"));
    match (password, file) {
        (Some(password), Some(file)) => {
            let message = "the password is given twice";
            let problem = Problem::new(fault::CONTRADICTION, message, file, "in a file").also(password, "and as text");
            problems.push(problem.help("remove one of them"));
        }
        (None, None) if item.sound => {
            let problem =
                Problem::new(fault::MISSING_PROPERTY, "`account` needs `password=`", item.span, "password= is missing");
            problems.push(problem.help("add password=\"secret\", or password-file= if a file on the server holds it"));
        }
        _ => {}
    }
    Account {
        file: SECRETS.required(item, "file"),
        user: item.argument_text(0),
        password: match item.text("password-file") {
            Some(path) => format!("@{path}"),
            None => item.text("password").unwrap_or_default(),
        },
        server: item.text("server").unwrap_or_default(),
        addresses: item.child("address").map_or_else(|| vec![ANY.to_owned()], Item::texts),
    }
}

pub(super) fn build_user(item: &Item) -> User {
    User {
        name: item.argument_text(0),
        password: item.text("password"),
        shell: item.text("shell").unwrap_or_default(),
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
    // Both have defaults in the table: what is missing here was wrong, and has been told.
    let (uid, gid) = if let Some(Value::Pair(uid, gid)) = item.value("owner") { (uid, gid) } else { (0, 0) };
    RawFile {
        path: item.argument_text(0),
        mode: item.number("mode").unwrap_or_default(),
        uid,
        gid,
        content: Content::File(text.into_bytes()),
    }
}
