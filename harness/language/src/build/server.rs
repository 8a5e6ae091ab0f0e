//! The server: its ports, options, accounts, rules, users, network and files.

use super::etc::build_etc;
use super::network::build_lan;
use super::numbers::build_numbers;
use super::options::build_server_ppp;
use super::people::{build_account, build_file, build_rule, build_user};
use super::port::build_port;
use super::program::build_own;
use crate::fault;
use crate::sources::Sources;
use crate::vocabulary::Item;
use offhook_base::Span;
use offhook_etc::RawFile;
use offhook_scenario::{Port, ReplacedBy, Server};
use offhook_schema::Problem;

/// Makes the server; `changed` are the ports that changes add or edit.
pub(in super::super) fn build_server(
    item: &Item,
    base: &Sources,
    changed: &[Port],
    put: &mut Vec<ReplacedBy>,
    problems: &mut Vec<Problem>,
) -> Server {
    let mut server = Server::default();
    if ["program", "tcp"].iter().any(|name| item.properties.contains_key(name)) {
        build_own(item, base, &mut server, put, problems);
    } else if item.properties.contains_key("etc") {
        build_etc(item, base, &mut server, problems);
        if server.ports.is_empty() && server.etc.is_some() {
            let span = item.property_span("etc").unwrap_or(item.span);
            let message = "the inittab of this /etc serves no port";
            let problem = Problem::new(fault::MISSING_WORD, message, span, "has no mgetty in its inittab");
            problems.push(problem.help("if something else serves one, declare it: port \"ttyS0\""));
        }
    } else {
        build_written(item, base, &mut server, problems);
    }
    for name in ["on", "where", "tolerance"] {
        if let (Some(at), None) = (item.property_span(name), &server.own) {
            let problem = Problem::new(fault::CONTRADICTION, format!("`{name}` needs program="), at, "has no effect");
            problems.push(problem.help("add the program that answers: program=\"./my-ppp\""));
        }
    }
    check_twice(item, problems);
    server.users = item.children("user").map(build_user).collect();
    server.lan = item.child("lan").and_then(|lan| build_lan(lan, problems));
    server.files = files(item, problems);
    let mut ports = server.ports.clone();
    ports.extend(changed.iter().filter(|port| !server.ports.iter().any(|own| own.device == port.device)).cloned());
    (server.hunt_groups, server.forwards) = build_numbers(item, &ports, problems);
    server
}

/// What becomes files of the server.
fn build_written(item: &Item, base: &Sources, server: &mut Server, problems: &mut Vec<Problem>) {
    server.ports = item.children("port").map(|port| build_port(port, base, problems)).collect();
    if server.ports.is_empty() && item.complete {
        let problem =
            Problem::new(fault::MISSING_WORD, "the server has no port", item.span, "has no `port` in its block");
        problems.push(problem.help("add a serial port that takes calls: port \"ttyS0\""));
    }
    if let Some(ppp) = item.child("ppp") {
        (server.ppp, server.auto_ppp) = build_server_ppp(ppp, problems);
    }
    server.accounts = item.children("account").map(|account| build_account(account, problems)).collect();
    server.caller_id = item.child("caller-id").map(|rules| rules.items.iter().map(build_rule).collect());
}

/// Ports and users are told apart by their names.
fn check_twice(item: &Item, problems: &mut Vec<Problem>) {
    for (word, fault) in [("port", fault::SAME_PORT), ("user", fault::REPEATED_WORD)] {
        let mut seen: Vec<(String, Span)> = Vec::new();
        for child in item.children(word) {
            let written = child.argument_text(0);
            let name = written.strip_prefix("/dev/").unwrap_or(&written).to_owned();
            if name.is_empty() {
                continue;
            }
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
                let message = format!("two {word}s have the name `{name}`");
                problems.push(
                    Problem::new(fault, message, child.span, "declared again").also(*first, "first declared here"),
                );
            }
            seen.push((name, child.span));
        }
    }
}

fn files(item: &Item, problems: &mut Vec<Problem>) -> Vec<RawFile> {
    let mut files: Vec<(RawFile, Span)> = Vec::new();
    for child in item.children("file") {
        let (file, span) = (build_file(child), child.argument_span(0));
        if let Some((_, first)) = files.iter().find(|(other, _)| other.path == file.path && !file.path.is_empty()) {
            let message = format!("the file {} is written twice", file.path);
            let problem =
                Problem::new(fault::REPEATED_WORD, message, span, "written again").also(*first, "first written here");
            problems.push(problem.help("to change a file while the server runs, use `change`"));
        }
        files.push((file, span));
    }
    files.into_iter().map(|(file, _)| file).collect()
}
