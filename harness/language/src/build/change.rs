//! A `change`: edits, and whether what they edit is there at that point.
//!
//! Edits are looked at in the order of the text. Where files are taken or written as they are, nobody but the server
//! knows what is in them: then nothing is said.

use super::options::build_server_ppp;
use super::people::{build_account, build_file, build_rule, build_user};
use super::port::{build_port, device};
use crate::fault;
use crate::sources::Sources;
use crate::vocabulary::{Edit as EditWord, Item};
use crate::words::choices::WAYS;
use offhook_scenario::{Change, Edit, Port, Server};
use offhook_schema::Problem;
use offhook_schema::{listed, nearest};

/// What the server has at some point of the text; `None`: not known.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Known {
    devices: Option<Vec<String>>,
    users: Option<Vec<String>>,
    rules: Option<usize>,
}

impl Known {
    /// What `server` begins with.
    pub(in super::super) fn of(server: &Server) -> Self {
        if server.etc.is_some() {
            return Self::default();
        }
        let mut known = Self {
            devices: Some(server.ports.iter().map(|port| port.device.clone()).collect()),
            users: Some(server.accounts.iter().map(|account| account.user.clone()).collect()),
            rules: Some(server.caller_id.as_ref().map_or(0, Vec::len)),
        };
        server.files.iter().for_each(|file| known.forget(&file.path));
        known
    }

    /// A file is written or deleted as it is.
    fn forget(&mut self, path: &str) {
        match path {
            "/etc/inittab" => self.devices = None,
            "/etc/ppp/pap-secrets" | "/etc/ppp/chap-secrets" => self.users = None,
            "/etc/mgetty/dialin.config" => self.rules = None,
            _ => {}
        }
    }
}

/// Makes a change; `ports` are all there ever are, each where it is described first.
pub(in super::super) fn build_change(
    item: &Item,
    base: &Sources,
    ports: &[Port],
    known: &mut Known,
    problems: &mut Vec<Problem>,
) -> Change {
    if item.items.is_empty() && item.complete {
        let problem = Problem::new(fault::EMPTY_CALL, "this change is empty", item.span, "has no edits in its block");
        problems.push(problem.help("add what the administrator does: delete-port \"ttyS0\"; apply"));
    }
    Change {
        span: item.span,
        edits: item
            .items
            .iter()
            .filter_map(|edit| Some(build_edit(edit, edit.word.role.edit?, base, ports, known, problems)))
            .collect(),
    }
}

fn build_edit(
    item: &Item,
    edit: EditWord,
    base: &Sources,
    ports: &[Port],
    known: &mut Known,
    problems: &mut Vec<Problem>,
) -> Edit {
    // Where the place was wrong that has been told, and no change leaves the reader.
    let place = || item.argument_number(0).unwrap_or(1);
    match edit {
        EditWord::Port => {
            let port = build_port(item, base, problems);
            same_wire(item, &port, ports, problems);
            add(&mut known.devices, &port.device);
            Edit::Port(port)
        }
        EditWord::DeletePort => {
            let (device, _) = device(&item.argument_text(0));
            remove(&mut known.devices, &device, item, "port", problems);
            Edit::DeletePort(device)
        }
        EditWord::Ppp => {
            let (ppp, auto) = build_server_ppp(item, problems);
            Edit::Ppp(ppp, auto)
        }
        EditWord::Account => {
            let account = build_account(item, problems);
            add(&mut known.users, &account.user);
            Edit::Account(account)
        }
        EditWord::DeleteAccount => {
            let user = item.argument_text(0);
            remove(&mut known.users, &user, item, "account", problems);
            Edit::DeleteAccount(user)
        }
        EditWord::Rule => {
            known.rules = known.rules.map(|rules| rules + 1);
            Edit::Rule(build_rule(item))
        }
        EditWord::DeleteRule => {
            if has_rule(item, known, problems) {
                known.rules = known.rules.map(|rules| rules.saturating_sub(1));
            }
            Edit::DeleteRule(place())
        }
        EditWord::MoveRule => {
            let (place, up) = (place(), WAYS.argument(item, 1));
            if has_rule(item, known, problems) && item.sound {
                at_the_edge(item, place, up, known, problems);
            }
            Edit::MoveRule { place, up }
        }
        EditWord::User => Edit::User(build_user(item)),
        EditWord::File => {
            let file = build_file(item);
            known.forget(&file.path);
            Edit::File(file)
        }
        EditWord::DeleteFile => {
            let path = item.argument_text(0);
            known.forget(&path);
            Edit::DeleteFile(path)
        }
        EditWord::Apply => Edit::Apply,
    }
}

/// The cable and the telephone line stay as they are, whatever is done to files.
fn same_wire(item: &Item, port: &Port, ports: &[Port], problems: &mut Vec<Problem>) {
    let Some(first) = ports.iter().find(|first| first.device == port.device && first.span != port.span) else { return };
    for name in ["line", "modem"] {
        if let Some(child) = item.child(name) {
            let message = format!("a change cannot replace the `{name}` of {}", port.device);
            let problem = Problem::new(fault::CONTRADICTION, message, child.span, "not part of the server's files");
            problems
                .push(problem.also(first.span, "declared here").help(format!("put `{name}` into this declaration")));
        }
    }
}

fn add(known: &mut Option<Vec<String>>, name: &str) {
    if let Some(known) = known
        && !known.iter().any(|other| other == name)
    {
        known.push(name.to_owned());
    }
}

fn remove(known: &mut Option<Vec<String>>, name: &str, item: &Item, what: &str, problems: &mut Vec<Problem>) {
    let Some(known) = known.as_mut().filter(|_| item.sound) else { return };
    if known.iter().any(|other| other == name) {
        known.retain(|other| other != name);
        return;
    }
    let message = format!("there is no {what} \"{name}\" to delete");
    let problem = Problem::new(fault::NOT_THERE, message, item.argument_span(0), "not there at this point");
    problems.push(match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None if known.is_empty() => problem.help(format!("at this point the server has no {what}")),
        None => {
            let names: Vec<_> = known.iter().map(|name| format!("\"{name}\"")).collect();
            problem.help(format!("at this point it has {}", listed(&names, "and")))
        }
    });
}

/// Whether there is a rule at that place, as far as one knows.
fn has_rule(item: &Item, known: &Known, problems: &mut Vec<Problem>) -> bool {
    let (Some(rules), Some(place)) = (known.rules, item.argument_number(0)) else { return true };
    if usize::try_from(place).is_ok_and(|place| place <= rules) {
        return true;
    }
    let message = format!("there is no caller-ID rule {place}");
    let problem = Problem::new(fault::NOT_THERE, message, item.argument_span(0), "not there at this point");
    problems.push(problem.help(match rules {
        0 => "at this point the server has no rules".to_owned(),
        1 => "at this point it has one rule".to_owned(),
        rules => format!("at this point it has {rules} rules"),
    }));
    false
}

fn at_the_edge(item: &Item, place: u32, up: bool, known: &Known, problems: &mut Vec<Problem>) {
    let last = known.rules.is_some_and(|rules| u32::try_from(rules).is_ok_and(|rules| rules == place));
    let (message, way) = match (place, up) {
        (1, true) => ("the first rule cannot be moved up", "nothing is above it"),
        (_, false) if last => ("the last rule cannot be moved down", "nothing is below it"),
        _ => return,
    };
    problems.push(Problem::new(fault::NOT_THERE, message, item.argument_span(1), way));
}
