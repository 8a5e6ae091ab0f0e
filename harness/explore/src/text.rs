//! The scenario that is explored as text: itself alone, its calls allowed to fail, what must hold, and one good call more.
//!
//! In: the file, which of its scenarios it is, and which of its calls got through. Out: a text that reads as a scenario, into
//! which disturbances are put. What is written for a violation is that text: it is what was run.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use kdl::{KdlDocument, KdlEntry, KdlNode};
use offhook_base::{SourceFile, format_duration};
use offhook_scenario::{Deed, InvariantKind, Moment, Scenario};
use offhook_telephony::trace::End;

/// How long after the last call the good one is made.
const REST: &str = "5m";

/// Why a scenario is not explored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub String);

/// A scenario made ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The text without disturbances.
    text: String,
    /// Where in it they are put.
    place: usize,
}

impl Prepared {
    /// The text with these disturbances.
    pub fn with(&self, disturbances: &[(Moment, Deed)]) -> String {
        let lines: String =
            disturbances.iter().map(|(moment, deed)| format!("    {}\n", disturb_line(moment, deed))).collect();
        let mut text = self.text.clone();
        text.insert_str(self.place, &lines);
        text
    }
}

/// One disturbance as it stands in a scenario.
pub fn disturb_line(moment: &Moment, deed: &Deed) -> String {
    let time = |time: &Duration| format!(" time=\"{}\"", format_duration(*time));
    let of = |end: &End| format!(" end=\"{}\"", end.name());
    let particulars = match deed {
        Deed::CutLine | Deed::HangUp | Deed::FallSilent | Deed::ModemDies => String::new(),
        Deed::Lose(end) | Deed::Damage(end) | Deed::Double(end) => of(end),
        Deed::Delay(end, late) | Deed::Deafen(end, late) => of(end) + &time(late),
        Deed::Flicker(lasts)
        | Deed::DropDtr(lasts)
        | Deed::HoldOff(lasts)
        | Deed::ModemMutes(lasts)
        | Deed::ModemLags(lasts)
        | Deed::ModemRestarts(lasts)
        | Deed::FillDisk(lasts) => time(lasts),
        Deed::ModemSays(text) => format!(" text={}", quoted(text)),
        Deed::Kill { program, signal } => format!(" program={} signal=\"{signal}\"", quoted(program)),
        Deed::Stop { program, time: lasts } => format!(" program={}{}", quoted(program), time(lasts)),
        Deed::SetClock(seconds) => {
            let back = if *seconds < 0 { " back=#true" } else { "" };
            time(&Duration::from_secs(seconds.unsigned_abs())) + back
        }
    };
    let later =
        if moment.later.is_zero() { String::new() } else { format!(" later=\"{}\"", format_duration(moment.later)) };
    format!("disturb \"{}\" after=\"{}\" nth={}{later}{particulars}", deed.word(), moment.event, moment.nth)
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Makes a scenario of a file ready. `good`: which of its calls, from 0, is made once more in the end, and has to get through;
/// `steps`: of that call alone so many steps are kept in the scenario, the rest is cut off.
///
/// # Errors
///
/// Why it cannot be explored.
pub fn prepared(source: &SourceFile, scenario: &Scenario, good: Option<usize>) -> Result<Prepared, Unfit> {
    let text: &str = &source.text;
    let document: KdlDocument = text.parse().map_err(|_| Unfit("its file cannot be read as KDL".to_owned()))?;
    let nodes = document.nodes();
    let place = nodes.iter().position(|node| is(node, "scenario") && holds(node, scenario));
    let node =
        place.and_then(|place| nodes.get(place)).ok_or_else(|| Unfit("it is not found in its file".to_owned()))?;
    let children = node.children().map(KdlDocument::nodes).unwrap_or_default();
    let calls: Vec<&KdlNode> = children.iter().flat_map(calls_of).collect();
    if calls.is_empty() {
        return Err(Unfit("it makes no call of its own".to_owned()));
    }
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (number, other) in nodes.iter().enumerate() {
        if Some(number) != place && is(other, "scenario") {
            edits.push((whole_lines(text, range(other)), String::new()));
        } else if is(other, "include") {
            let path = other.entries().first();
            edits.extend(path.and_then(|path| absolute(text, path, source.path.parent())));
        }
    }
    for child in children {
        let other_case = is(child, "case") && range(child).start != scenario.span.offset;
        let gone = ["snapshot", "conformance", "fault", "invariant", "disturb"];
        if other_case || gone.iter().any(|name| is(child, name)) {
            edits.push((whole_lines(text, range(child)), String::new()));
        } else {
            relative_paths(text, child, source.path.parent(), &mut edits);
        }
    }
    let may_fail = |call: &&&KdlNode| call.entry("may-fail").is_some();
    edits.extend(calls.iter().filter(|call| !may_fail(call)).map(|call| {
        let after = range(call).start + "call".len();
        (after..after, " may-fail=#true".to_owned())
    }));
    let steps = calls.iter().flat_map(|call| call.children().map(KdlDocument::nodes).unwrap_or_default());
    let records = steps.flat_map(|step| step.children().map(KdlDocument::nodes).unwrap_or_default());
    let case = scenario.variant.case.as_deref();
    let of_another =
        |record: &&KdlNode| is(record, "fails") && record.get("case").is_some_and(|of| of.as_string() != case);
    edits.extend(records.filter(of_another).map(|record| (whole_lines(text, range(record)), String::new())));
    let end = range(node).start + text.get(range(node)).and_then(|text| text.rfind('}')).unwrap_or_default();
    edits.push((end..end, ending(text, good.and_then(|good| calls.get(good).copied()))));
    let (text, place) = edited(text, edits, end);
    Ok(Prepared { text, place })
}

/// What must hold, and the good call.
fn ending(text: &str, good: Option<&KdlNode>) -> String {
    let mut ending = String::from("\n");
    for kind in InvariantKind::ALL {
        ending.push_str(&format!("    invariant \"{}\"\n", kind.name()));
    }
    let after = |call: &str| {
        let header = call.split('{').next().unwrap_or_default();
        // Longer than what a server waits for by itself: who is still busy then is for good.
        let pause = if header.contains("after=") { String::new() } else { format!(" after=\"{REST}\"") };
        call.replacen("call", &format!("call{pause}"), 1)
    };
    if let Some(call) = good.and_then(|good| text.get(range(good))).map(after) {
        ending.push_str(&format!("    invariant \"the port answers the next good call\" {{\n        {call}\n    }}\n"));
    }
    ending
}

/// Makes edits, none of which overlap; and where octet `place` is afterwards, before what is put there.
fn edited(text: &str, mut edits: Vec<(Range<usize>, String)>, place: usize) -> (String, usize) {
    edits.sort_by_key(|(range, _)| range.start);
    let (mut made, mut at, mut moved) = (String::new(), 0, 0);
    for (range, by) in edits {
        // One that lies in another is gone with it.
        if range.start < at {
            continue;
        }
        made.push_str(text.get(at..range.start).unwrap_or_default());
        if range.start == place {
            made.push('\n');
            moved = made.len();
        }
        made.push_str(&by);
        at = range.end;
    }
    made.push_str(text.get(at..).unwrap_or_default());
    (made, moved)
}

/// The calls of a child of a scenario, in the order in which they are numbered.
fn calls_of(child: &KdlNode) -> Vec<&KdlNode> {
    match child.name().value() {
        "call" => vec![child],
        "together" => child
            .children()
            .map(KdlDocument::nodes)
            .unwrap_or_default()
            .iter()
            .filter(|node| is(node, "call"))
            .collect(),
        _ => Vec::new(),
    }
}

fn is(node: &KdlNode, name: &str) -> bool {
    node.name().value() == name
}

/// Whether the name of the scenario, or its case, stands in the node.
fn holds(node: &KdlNode, scenario: &Scenario) -> bool {
    range(node).contains(&scenario.span.offset)
}

fn range(node: &KdlNode) -> Range<usize> {
    let span = node.span();
    span.offset()..span.offset() + span.len()
}

/// With the blanks before it, if it begins a line.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let line = text.get(..range.start).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
    let blank = text.get(line..range.start).is_some_and(|before| before.trim().is_empty());
    if blank { line..range.end } else { range }
}

/// Makes every path in a node, or below it, absolute: the server's `etc=`, and whatever else is written as beginning here.
fn relative_paths(text: &str, node: &KdlNode, base: Option<&Path>, edits: &mut Vec<(Range<usize>, String)>) {
    let is_path = |entry: &KdlEntry| {
        let etc = is(node, "server") && entry.name().is_some_and(|name| name.value() == "etc");
        let begins_here = |path: &str| path.starts_with("./") || path.starts_with("../");
        let is_there = |path: &str| base.is_some_and(|base| base.join(path).exists());
        etc || entry.value().as_string().is_some_and(|path| begins_here(path) && is_there(path))
    };
    edits.extend(node.entries().iter().filter(|entry| is_path(entry)).filter_map(|entry| absolute(text, entry, base)));
    for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
        relative_paths(text, child, base, edits);
    }
}

/// A path that is relative to the file, written so that the text may lie elsewhere.
fn absolute(text: &str, entry: &KdlEntry, base: Option<&Path>) -> Option<(Range<usize>, String)> {
    let path = std::path::absolute(base?.join(entry.value().as_string()?)).ok()?;
    let span = entry.span();
    let range = span.offset()..span.offset() + span.len();
    let key = entry.name().map(|name| format!("{}=", name.value())).unwrap_or_default();
    // The blank before it may be a part of the entry.
    let blank = text.get(range.clone()).map_or(0, |text| text.len() - text.trim_start().len());
    Some((range.start + blank..range.end, format!("{key}{}", quoted(&path.display().to_string()))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use offhook_scenario::{Act, Call};

    const TEXT: &str = r#"variable "speed" 9600
scenario "another" {
    server { port "ttyS0"; }
    call { expect-answer; }
}

// What it is about.
scenario "it" {
    spec "a rule"
    case "fast" speed=57600
    case "slow" speed=9600
    server { port "ttyS0" speed=$speed; }
    snapshot "a"
    call from="1" { expect-answer; hang-up; }
    together {
        call from="2" { expect-answer; wait "1s"; }
        call from="3" after="1s" { expect-busy; }
    }
}
"#;

    fn explored(good: usize) -> (Prepared, Scenario) {
        let source = SourceFile { path: "/x/it.kdl".into(), text: TEXT.into() };
        let scenarios = offhook_language::read(&source).unwrap();
        let slow = scenarios.into_iter().find(|scenario| scenario.name == "it, slow").unwrap();
        (prepared(&source, &slow, Some(good)).unwrap(), slow)
    }

    fn read(text: String) -> Vec<Scenario> {
        offhook_language::read(&SourceFile { path: "/x/it.kdl".into(), text: text.into() }).unwrap()
    }

    #[test]
    fn files_beside_the_scenario_are_found_from_elsewhere_and_rows_of_other_cases_are_left_out() {
        // Whatever is there does.
        let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = r#"scenario "it" {
    case "fast" speed=57600
    case "slow" speed=9600
    server { port "ttyS0" speed=$speed { modem "./Cargo.toml"; }; }
    call {
        expect-answer {
            fails case="fast" reason="so it is"
        }
        type "./elsewhere"
    }
}
"#;
        let source = SourceFile { path: directory.join("it.kdl"), text: text.into() };
        let [fast, slow] = ["fast", "slow"].map(|case| {
            let offset = text.find(&format!("case \"{case}\"")).unwrap();
            let mut scenario = Scenario::new("it", Default::default(), Vec::new());
            scenario.span.offset = offset;
            scenario.variant.case = Some(case.to_owned());
            prepared(&source, &scenario, None).unwrap().with(&[])
        });
        let model = directory.join("Cargo.toml").display().to_string();
        for text in [&fast, &slow] {
            assert!(text.contains(&format!("modem \"{model}\"")) && text.contains("type \"./elsewhere\""), "{text}");
        }
        assert!(fast.contains("so it is") && !slow.contains("so it is"), "{slow}");
    }

    #[test]
    fn what_is_explored_is_the_scenario_alone_with_what_must_hold_and_a_good_call() {
        let (prepared, _) = explored(1);
        let moment = Moment { event: "frame".to_owned(), nth: 3, later: Duration::from_millis(1500) };
        insta::assert_snapshot!(prepared.with(&[(moment, Deed::Lose(End::Server))]));
    }

    #[test]
    fn what_is_written_reads_as_what_was_run() {
        let (prepared, scenario) = explored(0);
        let read = read(prepared.with(&[]));
        let [alone] = &read[..] else { panic!("{} scenarios", read.len()) };
        let calls: Vec<&Call> = alone.calls().collect();
        assert_eq!((alone.name.as_str(), calls.len()), ("it, slow", scenario.calls().count() + 1));
        assert_eq!(calls.iter().map(|call| call.may_fail).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!(alone.invariants.len(), InvariantKind::ALL.len());
        assert_eq!(alone.server.ports[0].speed, Some(9600));
        assert!(matches!(&alone.acts[..], [Act::Calls(_), Act::Calls(_), Act::Calls(_)]));
    }

    #[test]
    fn every_deed_is_written_so_that_it_reads_as_itself() {
        let time = Duration::from_millis(1500);
        let program = || "pppd".to_owned();
        let deeds = [
            Deed::CutLine,
            Deed::HangUp,
            Deed::FallSilent,
            Deed::Lose(End::Server),
            Deed::Damage(End::Caller),
            Deed::Double(End::Server),
            Deed::Delay(End::Caller, time),
            Deed::Deafen(End::Server, time),
            Deed::Flicker(time),
            Deed::ModemMutes(time),
            Deed::ModemLags(time),
            Deed::DropDtr(time),
            Deed::HoldOff(time),
            Deed::ModemSays("NO \"CARRIER\"".to_owned()),
            Deed::ModemDies,
            Deed::ModemRestarts(time),
            Deed::Kill { program: program(), signal: "TERM".to_owned() },
            Deed::Stop { program: program(), time },
            Deed::FillDisk(time),
            Deed::SetClock(3600),
            Deed::SetClock(-60),
        ];
        let (prepared, _) = explored(0);
        let moment = Moment { event: "ring-on".to_owned(), nth: 2, later: time };
        for deed in deeds {
            let read = read(prepared.with(&[(moment.clone(), deed.clone())]));
            let found = &read[0].disturbances[0];
            assert_eq!((&found.moment, &found.deed), (&moment, &deed));
        }
    }
}
