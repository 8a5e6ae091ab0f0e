//! How a case can fail: [`Item`]s to faults of an end, with their rules.

use offhook_schema::Problem;
use offhook_script::fault::{Direction, Effect, Fault, Fits, Rule};

use super::expected::build_pattern;
use super::sent::{build_framing, build_template};
use crate::fault;
use crate::vocabulary::Item;

/// The faults of a scenario.
pub(crate) fn build_faults(scenario: &Item, problems: &mut Vec<Problem>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for item in scenario.children("fault") {
        let name = item.argument_text(0);
        if faults.iter().any(|other| other.name == name) && !name.is_empty() {
            let message = format!("two faults have the name \"{name}\"");
            problems.push(Problem::new(fault::REPEATED_WORD, message, item.argument_span(0), "used again"));
        }
        let rules: Vec<Rule> = item.items.iter().filter_map(|rule| build_rule(rule, problems)).collect();
        if rules.is_empty() && item.complete {
            let problem = Problem::new(fault::BAD_PACKET, "this fault changes nothing", item.span, "has no rules");
            problems.push(problem.help("for example: outgoing \"lcp\" \"configure-nak\" { drop; }"));
        }
        faults.push(Fault { name, rules });
    }
    faults
}

fn build_rule(item: &Item, problems: &mut Vec<Problem>) -> Option<Rule> {
    let direction = match item.word.name {
        "incoming" => Direction::Incoming,
        _ => Direction::Outgoing,
    };
    let contents = item.child("having").unwrap_or(item);
    let pattern = build_pattern(item, contents, problems)?;
    let fits = if item.flag("bad") == Some(true) { Fits::Bad } else { Fits::Packet(Box::new(pattern)) };
    let mut effects = Vec::new();
    for word in &item.items {
        effects.push(match word.word.name {
            "keep" => Effect::Keep,
            "pass" => Effect::Pass(Box::new(build_template(word, problems)?)),
            "answer" => Effect::Answer(Box::new(build_template(word, problems)?)),
            "repair" => Effect::Repair,
            "reframe" => Effect::Reframe(build_framing(word)),
            "late" => Effect::Late(word.argument_time(0).unwrap_or_default()),
            "close" => Effect::Close,
            "hang" => Effect::Hang,
            // `drop` is that nothing goes on, and `having` is no effect.
            _ => continue,
        });
    }
    Some(Rule { direction, fits, after: item.number("skip").unwrap_or_default(), effects })
}
