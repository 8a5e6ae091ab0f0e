//! Every statement of every port, with how it is known. What holds for all ports is said once, accounts stand in a table.
//!
//! In go [`PortReport`]s; out comes text, a blank line behind each port.

use std::fmt::Write as _;

use super::{by, known, short};
use crate::claim::Claim;
use crate::known::Known;
use crate::{PortReport, Statement};
use offhook_report::text::{counted, fit, hang, pad, printable, width};
use offhook_report::{Ink, Style};

/// Columns of a statement's topic.
const TOPIC: usize = 9;
/// From here on a statement's places stand behind it.
const WIDE: usize = 110;
/// Devices that are named together before they are counted.
const MOST: usize = 4;
/// The longest name that the table of accounts makes room for.
const NAME: usize = 20;

/// All of them.
pub(super) fn ports(ports: &[PortReport], style: Style) -> String {
    let common = common(ports);
    let mut text = String::new();
    if !common.is_empty() {
        let devices: Vec<&str> = ports.iter().map(|port| port.device.as_str()).collect();
        let devices =
            if devices.len() > MOST { format!("all {}", counted(devices.len(), "port")) } else { devices.join(", ") };
        text.push_str(&block(&devices, "", common.iter(), style));
    }
    for port in ports {
        let own: Vec<&Statement> =
            port.statements.iter().filter(|own| !common.iter().any(|said| same(said, own))).collect();
        text.push_str(&block(&port.device, &short(&port.place), own.into_iter(), style));
    }
    text
}

/// Whether two ports' statements say the same, and are known in the same way. An account is as good on a port with another
/// address.
fn same(one: &Statement, other: &Statement) -> bool {
    let how = |statement: &Statement| match (&statement.claim, &statement.known) {
        (Claim::Account { .. }, Known::Shown { .. }) => Known::Shown { calls: Vec::new(), saw: String::new() },
        (_, Known::Shown { saw, .. }) => Known::Shown { calls: Vec::new(), saw: saw.clone() },
        (_, Known::Refuted { saw, said, .. }) => {
            Known::Refuted { calls: Vec::new(), saw: saw.clone(), said: said.clone() }
        }
        (_, known) => known.clone(),
    };
    let says = match (&one.claim, &other.claim) {
        (Claim::Account { .. }, Claim::Account { .. }) => one.claim == other.claim,
        _ => one.text == other.text,
    };
    one.topic == other.topic && says && how(one) == how(other)
}

/// What holds for every port, with the places and calls of all.
fn common(ports: &[PortReport]) -> Vec<Statement> {
    let Some((first, others)) = ports.split_first().filter(|(_, others)| !others.is_empty()) else { return Vec::new() };
    let of_all =
        |statement: &&Statement| others.iter().all(|port| port.statements.iter().any(|said| same(said, statement)));
    let mut common: Vec<Statement> = first.statements.iter().filter(of_all).cloned().collect();
    for statement in &mut common {
        for other in others.iter().flat_map(|port| &port.statements) {
            if !same(other, statement) {
                continue;
            }
            let new = other.places.iter().filter(|place| !statement.places.contains(place));
            let new: Vec<_> = new.cloned().collect();
            statement.places.extend(new);
            if let (
                Known::Shown { calls, .. } | Known::Refuted { calls, .. },
                Known::Shown { calls: more, .. } | Known::Refuted { calls: more, .. },
            ) = (&mut statement.known, &other.known)
            {
                calls.extend(more.iter().cloned());
            }
        }
    }
    common
}

/// A heading and statements.
fn block<'a>(name: &str, place: &str, statements: impl Iterator<Item = &'a Statement>, style: Style) -> String {
    let room = style.width.saturating_sub(width(name) + 2);
    let mut text = style.paint(Ink::Strong, &printable(name));
    if !place.is_empty() {
        let _ = write!(text, "  {}", style.paint(Ink::Dim, &fit(&printable(place), room, style.ellipsis())));
    }
    text.push('\n');
    let statements: Vec<&Statement> = statements.collect();
    let columns = Columns::of(&statements);
    let mut topic = None;
    for statement in statements {
        let shown = if topic == Some(statement.topic) { "" } else { statement.topic.word() };
        topic = Some(statement.topic);
        let lead = format!("  {}", pad(shown, TOPIC));
        let (columns, said) = columns.row(statement).unwrap_or_else(|| (String::new(), printable(&statement.text)));
        text.push_str(&told(&format!("{lead}{columns}"), &said, statement, style));
    }
    text + "\n"
}

/// The table of accounts: name, protocol, what comes of it.
struct Columns {
    name: usize,
    protocol: usize,
}

impl Columns {
    fn of(statements: &[&Statement]) -> Self {
        let mut columns = Self { name: 0, protocol: 0 };
        for statement in statements {
            if let Claim::Account { protocol, .. } = &statement.claim {
                columns.name = columns.name.max(width(&name(statement))).min(NAME);
                columns.protocol = columns.protocol.max(protocol.name().len());
            }
        }
        columns
    }

    /// An account's first columns, and the last one; `None`: it is no account.
    fn row(&self, statement: &Statement) -> Option<(String, String)> {
        let Claim::Account { protocol, inside, how, .. } = &statement.claim else { return None };
        let result = if *inside { format!("in {how}") } else { format!("out: {how}") };
        let columns = format!("{}  {}  ", pad(&name(statement), self.name), pad(protocol.name(), self.protocol));
        Some((columns, printable(&result)))
    }
}

/// The name of an account in the table.
fn name(statement: &Statement) -> String {
    match &statement.claim {
        Claim::Account { name, .. } if name == "*" => "everybody (*)".to_owned(),
        Claim::Account { name, .. } if !name.is_empty() => printable(name),
        _ => match statement.places.first().and_then(|place| place.line) {
            Some(line) => format!("line {line}"),
            None => "no name".to_owned(),
        },
    }
}

/// A statement, and below it where it stands and how it is known.
fn told(lead: &str, said: &str, statement: &Statement, style: Style) -> String {
    let places: Vec<String> = statement.places.iter().take(3).map(short).collect();
    let places = printable(&places.join(", "));
    let column = if style.width >= WIDE { style.width * 2 / 3 } else { style.width };
    let mut text = hang(lead, said, 2, column);
    if !places.is_empty() && style.width >= WIDE {
        // Behind the first line, in a column of its own.
        let mut lines = text.lines().map(str::to_owned).collect::<Vec<_>>();
        let room = style.width - column - 2;
        if let Some(first) = lines.first_mut() {
            *first =
                format!("{}  {}", pad(first, column), style.paint(Ink::Dim, &fit(&places, room, style.ellipsis())));
        }
        text = lines.join("\n") + "\n";
    } else if !places.is_empty() && style.width >= 72 {
        let told = fit(&places, style.width.saturating_sub(TOPIC + 4), style.ellipsis());
        let _ = writeln!(text, "{:1$}{2}", "", TOPIC + 4, style.paint(Ink::Dim, &told));
    }
    let indent = format!("{:1$}", "", TOPIC + 2);
    let ink = match &statement.known {
        Known::Shown { .. } => Ink::Good,
        Known::Refuted { .. } => Ink::Bad,
        Known::Predicted | Known::NotTried { .. } => Ink::Dim,
    };
    let known = match (&statement.claim, &statement.known) {
        // The row tells already what was seen.
        (Claim::Account { .. }, Known::Shown { calls, saw }) => {
            let copy =
                if saw.contains("set in the lab's copy") { ", with a Unix password set in the lab's copy" } else { "" };
            format!("{indent}shown:  {}{copy}\n", by(calls))
        }
        (_, statement) => known(statement, &indent, column),
    };
    for line in known.lines() {
        let _ = writeln!(text, "{}", style.paint(ink, line));
    }
    text
}
