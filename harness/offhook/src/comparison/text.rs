//! Differences as text, for people.
//!
//! In: what is different in a scenario, and a style. Out: the scenario, its verdicts, then call by call what only the first has
//! (`-`), what only the second has (`+`), and under two packets of a kind what is different in them.

use std::fmt::Write as _;

use super::exchange::{Entry, Group};
use super::{Change, Difference, Pair};
use offhook_report::text::{counted, hang, printable};
use offhook_report::{Ink, Style};

/// What is different in a scenario.
pub fn scenario(pair: &Pair, difference: &Difference, style: Style) -> String {
    let Pair { before, after } = pair;
    let stacks = match before.stack == after.stack {
        true => before.stack.clone(),
        false => format!("- {}  + {}", before.stack, after.stack),
    };
    let title = printable(&format!("{}: {}", after.source.path.display(), after.name));
    let mut text = hang("", &format!("{}  {stacks}", style.paint(Ink::Strong, &title)), 4, style.width);
    if let Some((first, second)) = &difference.verdicts {
        text.push_str(&hang("  verdict  ", &format!("{first}; then {second}"), 2, style.width));
    }
    for call in &difference.calls {
        let _ = writeln!(text, "  {}", group(&call.group));
        for change in &call.changes {
            text.push_str(&lines(change, style));
        }
    }
    text
}

/// How many differ, of how many.
pub fn summary(compared: usize, different: usize, only: [usize; 2]) -> String {
    let mut text = format!("{} compared: ", counted(compared, "scenario run"));
    text.push_str(&match different {
        0 => "no difference".to_owned(),
        1 => "1 differs".to_owned(),
        many => format!("{many} differ"),
    });
    for (count, which) in only.into_iter().zip(["first", "second"]) {
        if count > 0 {
            let _ = write!(text, ", {count} only in the {which}");
        }
    }
    text.push('\n');
    text
}

fn group(group: &Group) -> String {
    match (group.call, &group.port) {
        (Some(call), Some(port)) => format!("call {} to {port}", call + 1),
        (Some(call), None) => format!("call {}, on no port", call + 1),
        (None, Some(port)) => format!("{port} outside of calls"),
        (None, None) => "outside of calls".to_owned(),
    }
}

fn lines(change: &Change, style: Style) -> String {
    match change {
        Change::Same(entry) => line(' ', entry, Ink::Dim, style),
        Change::Gone(entry) => line('-', entry, Ink::Bad, style),
        Change::New(entry) => line('+', entry, Ink::Good, style),
        Change::Other(old, new, differences) => {
            let mut text = line('-', old, Ink::Bad, style) + &line('+', new, Ink::Good, style);
            for difference in differences {
                text.push_str(&hang("                         ", difference, 2, style.width));
            }
            text
        }
        Change::Skipped(count) => format!("      {}\n", style.paint(Ink::Dim, &format!("{count} the same"))),
    }
}

fn line(sign: char, entry: &Entry, ink: Ink, style: Style) -> String {
    let way = entry.way.map_or(" ", |way| way.arrow(style.unicode));
    let lead = format!("    {sign} {:>9}  {way}  {:<4}  ", entry.at.to_string(), entry.lane.name());
    let text = hang(&lead, &printable(&entry.text), 2, style.width);
    text.lines().map(|line| style.paint(ink, line) + "\n").collect()
}
