//! `server program="..."` and `call with="./..."`: programs of a scenario's own.
//!
//! In: a command. Out: the same as the guest runs it, and the file of this machine that is put there, if its program is one.

use std::path::Path;

use offhook_base::Span;
use offhook_scenario::{HostProgram, OwnProgram, Port, Program, ReplacedBy, Server};
use offhook_schema::Problem;

use super::port::hanging_port;
use super::stacks::plain_file;
use crate::fault;
use crate::sources::Sources;
use crate::vocabulary::Item;
use crate::words::choices::{ATTACHMENTS, WHERE};

/// Where the program of a file of this machine is put.
const PLACE: &str = "/usr/local/bin";
/// The port of a program that has none stated.
const PORT: &str = "ttyS0";

/// The command as the guest runs it: a program that is named by a relative path is a file of this machine, which is put there.
pub(in super::super) fn own_command(
    written: &str,
    at: Span,
    base: &Sources,
    put: &mut Vec<ReplacedBy>,
    problems: &mut Vec<Problem>,
) -> String {
    let Some((start, end)) = first_word(written) else { return written.to_owned() };
    let program = &written[start..end];
    if program.starts_with('/') || !program.contains('/') {
        return written.to_owned();
    }
    let file = base.directory(at).join(program);
    plain_file(&file, program, at, "run in a guest", problems);
    let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    let path = format!("{PLACE}/{name}");
    if let Some(other) = put.iter().find(|other| other.path == path && other.file != file) {
        let message = format!("two programs have the name `{name}`");
        let problem = Problem::new(fault::CONTRADICTION, message, at, "one of them");
        problems.push(problem.help(format!("the other is {}; give one of them another name", other.file.display())));
    }
    let command = format!("{path}{}", &written[end..]);
    if !put.iter().any(|other| other.path == path) {
        put.push(ReplacedBy { path, file });
    }
    command
}

fn first_word(text: &str) -> Option<(usize, usize)> {
    let start = text.find(|c: char| !c.is_whitespace())?;
    let rest = &text[start..];
    Some((start, start + rest.find(char::is_whitespace).unwrap_or(rest.len())))
}

/// Whether what answers is not in a guest.
pub(in super::super) fn runs_on_host(server: &Item) -> bool {
    WHERE.required(server, "where") || server.properties.contains_key("tcp")
}

/// The server that a program of its own is, and its ports.
pub(super) fn build_own(
    item: &Item,
    base: &Sources,
    server: &mut Server,
    put: &mut Vec<ReplacedBy>,
    problems: &mut Vec<Problem>,
) {
    let span = item.property_span("program").or(item.property_span("tcp")).unwrap_or(item.span);
    let is_host = runs_on_host(item);
    check_words(item, span, is_host, problems);
    let why = ("is for mgetty and pppd, and a program of its own serves this port", "has no effect", "this program");
    let written = item.text("program").unwrap_or_default();
    let host = is_host.then(|| HostProgram {
        tcp: item.text("tcp"),
        directory: base.directory(span).to_owned(),
        tolerance: item.time("tolerance").unwrap_or_default(),
    });
    let command = match is_host {
        true => written,
        false => own_command(&written, span, base, put, problems),
    };
    server.own = Some(OwnProgram { command, on: ATTACHMENTS.required(item, "on"), host });
    server.ports = item
        .children("port")
        .map(|word| {
            let port = hanging_port(word, base, span, why, problems);
            // A cable, unless it says otherwise.
            let direct = port.direct || word.property_span("type").is_none();
            Port { program: Program::Own, direct, ..port }
        })
        .collect();
    if server.ports.is_empty() {
        server.ports.push(Port { program: Program::Own, direct: true, span, ..Port::new(PORT) });
    }
    if let (true, Some(second)) = (is_host, item.children("port").nth(1)) {
        let problem =
            Problem::new(fault::CONTRADICTION, "what runs on this machine has one port", second.span, "another");
        problems.push(problem.also(span, "not in a guest").help("remove it, or run the program in the guest"));
    }
}

/// Words that say nothing to a program of its own, and what contradicts itself.
fn check_words(item: &Item, span: Span, is_host: bool, problems: &mut Vec<Problem>) {
    for name in ["ppp", "account", "caller-id"] {
        if let Some(child) = item.child(name) {
            let message = format!("`{name}` is for mgetty and pppd, and a program of its own serves this server");
            let problem = Problem::new(fault::CONTRADICTION, message, child.span, "has no effect");
            problems.push(problem.also(span, "this program").help("give the program what it needs in its command"));
        }
    }
    for name in ["user", "file", "lan"] {
        if let Some(child) = item.child(name).filter(|_| is_host) {
            let message = format!("`{name}` is of a guest, and this server is none");
            let problem = Problem::new(fault::CONTRADICTION, message, child.span, "has no effect");
            problems.push(problem.also(span, "not in a guest").help("remove it, or run the program in the guest"));
        }
    }
    if let (Some(tcp), Some(program)) = (item.property_span("tcp"), item.property_span("program")) {
        let message = "either a program answers, or what is at an address";
        let problem = Problem::new(fault::CONTRADICTION, message, tcp, "an address").also(program, "a program");
        problems.push(problem.help("remove one of them"));
    }
    if let Some(tolerance) = item.property_span("tolerance").filter(|_| !is_host) {
        let message = "in a guest time is virtual, and there is nothing to tolerate";
        let problem = Problem::new(fault::CONTRADICTION, message, tolerance, "has no effect");
        problems.push(problem.help("remove tolerance="));
    }
    if let (Some(etc), true) = (item.property_span("etc"), span != item.span) {
        let problem =
            Problem::new(fault::CONTRADICTION, "a server is its /etc, or a program of its own", etc, "an /etc");
        problems.push(problem.also(span, "a program").help("remove one of them"));
    }
}
