//! A difference as a scenario: the packets of the word that shows it, and what is expected of the last. Where the
//! difference is, it fails and says what came.

use std::fmt::Write;
use std::time::Duration;

use super::compare::Difference;
use super::layer::{Layer, Setup};
use super::symbol::{Input, Output, Outputs};
use super::words::{Pace, script, server, step};

/// The text of a file with the scenario. `max` as for [`server`].
pub fn scenario(setup: &Setup, pace: &Pace, max: u32, difference: &Difference) -> String {
    let Difference { state, input, rule, word, due, shown, .. } = difference;
    let mut text = format!(
        "// {} of the subject was learnt, and differs here: {due} is expected of the last input, {shown} came.\n",
        setup.layer.name()
    );
    let _ = writeln!(text, "scenario \"{} in {state}, {input}: {rule}\" {{", setup.layer.name());
    let _ = writeln!(text, "    spec \"{}\"", spec(setup.layer));
    text.push_str(&server(setup, pace, max));
    text.push_str(&script(setup));
    let _ = writeln!(text, "            wait \"{}s\"", pace.of(None).as_secs());
    for (at, input) in word.iter().enumerate() {
        let last = at + 1 == word.len();
        if last {
            text.push_str("            forget\n");
        }
        let _ = writeln!(text, "            // {input}");
        if let Some(step) = step(setup, *input) {
            let _ = writeln!(text, "            {step}");
        }
        if !last {
            let _ = writeln!(text, "            wait \"{}s\"", pace.of(Some(*input)).as_secs());
        }
    }
    let within = word.last().map_or(pace.quiet, |input| pace.of(Some(*input)));
    for line in expectation(setup.layer, word.last().copied(), due, shown, within) {
        let _ = writeln!(text, "            {line}");
    }
    text + "        }\n    }\n}\n"
}

/// A name for the file.
pub fn file_name(layer: Layer, difference: &Difference) -> String {
    let name = format!("{} {} {}", layer.name(), difference.state, difference.input.name());
    let words = name.to_lowercase().replace('+', " good").replace("-(", " bad (");
    let words: Vec<&str> = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-") + ".kdl"
}

const fn spec(layer: Layer) -> &'static str {
    match layer {
        Layer::Lcp | Layer::Ipcp => "RFC 1661 section 4.1",
        Layer::Pap => "RFC 1334 section 2",
        Layer::Chap => "RFC 1994 section 4",
    }
}

/// What holds of the last input if there is no difference: all that did not come has to, or else nothing more than is due.
fn expectation(layer: Layer, last: Option<Input>, due: &Outputs, shown: &Outputs, within: Duration) -> Vec<String> {
    let within = within.as_secs();
    let mut missing: Vec<Output> = due.iter().collect();
    for output in shown.iter() {
        if let Some(place) = missing.iter().position(|other| *other == output) {
            missing.remove(place);
        }
    }
    let packet = |output: &Output| packet(layer, *output);
    let mut lines: Vec<String> = missing
        .iter()
        .filter_map(packet)
        .map(|packet| format!("expect {packet} among=#true within=\"{within}s\" {{ anything; }}"))
        .collect();
    if missing.contains(&Output::Tlf) {
        lines.push(format!("expect-closed within=\"{within}s\""));
    }
    if lines.is_empty() {
        let repeated = if last == Some(Input::Silence) { shown } else { due };
        let due: Vec<Output> = repeated.iter().filter(|output| due.iter().any(|other| other == *output)).collect();
        lines.extend(due.iter().filter_map(packet).map(|packet| format!("ignore {packet}")));
        lines.push(format!("expect-nothing for=\"{within}s\" by=\"time\""));
    }
    lines
}

/// A packet as `expect` names it; `None`: it is none, or any.
fn packet(layer: Layer, output: Output) -> Option<String> {
    let code = match output {
        Output::Scr => "configure-request",
        Output::Sca | Output::ScaWrong => "configure-ack",
        Output::ScnNak => "configure-nak",
        Output::ScnReject => "configure-reject",
        Output::Str => "terminate-request",
        Output::Sta => "terminate-ack",
        Output::Scj => "code-reject",
        Output::Ser => "echo-reply",
        Output::EchoRequest => "echo-request",
        Output::AuthRequest => "authenticate-request",
        Output::AuthAck => "authenticate-ack",
        Output::AuthNak => "authenticate-nak",
        Output::Challenge => "challenge",
        Output::Response => "response",
        Output::Success => "success",
        Output::Failure => "failure",
        Output::Tlu => return Some("\"ipcp\" \"configure-request\"".into()),
        Output::Spj => return Some("\"lcp\" \"protocol-reject\"".into()),
        Output::Lower => return Some("\"lcp\" \"configure-request\"".into()),
        Output::Tlf | Output::Other => return None,
    };
    Some(format!("\"{}\" \"{code}\"", layer.name().to_lowercase()))
}
