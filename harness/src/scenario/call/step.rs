//! A step of a call, and what is known of it on particular stacks: deviations and failures.

use super::super::build::Scene;
use super::super::problem::{Fault, Problem};
use super::super::shape::Item;
use super::super::value::Value;
use super::super::vocabulary::listed;
use super::super::{Deviation, KnownFailure, Span, Step};
use super::verbs::build_verb;

pub(super) fn build_step(item: &Item, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) -> Step {
    let verb = build_verb(item, item.span, scene, problems);
    let mut deviations: Vec<(Deviation, Span)> = Vec::new();
    for on in item.children("on") {
        let Some(Value::Text(stack)) = on.argument(0) else { continue };
        let at = on.argument_span(0);
        runs_on(stack, at, scene, problems);
        if let Some((_, first)) = deviations.iter().find(|(other, _)| other.stack == *stack) {
            let message = format!("two deviations on \"{stack}\"");
            problems.push(Problem::new(Fault::BadDeviation, message, at, "and again").also(*first, "here"));
        }
        let before = problems.len();
        let deviant = build_verb(&merged(item, on), on.span, scene, problems);
        // Nothing replaced, or replaced by the same.
        if problems.len() == before && deviant == verb && item.sound {
            let message = format!("this is no deviation: `{}` is the same on \"{stack}\"", verb.word());
            let problem = Problem::new(Fault::BadDeviation, message, on.span, "says nothing else");
            problems.push(problem.also(item.span, "than this").help("give the property that differs, or leave it out"));
        }
        let reason = on.text("reason").unwrap_or_default();
        deviations.push((Deviation { stack: stack.clone(), reason, verb: deviant }, at));
    }
    let known_failures = build_failures(item, &deviations, scene, problems);
    Step {
        span: item.span,
        verb,
        deviations: deviations.into_iter().map(|(deviation, _)| deviation).collect(),
        known_failures,
    }
}

fn runs_on(stack: &str, at: Span, scene: &Scene<'_>, problems: &mut Vec<Problem>) {
    if scene.stacks.iter().any(|known| known == stack) {
        return;
    }
    let message = format!("the scenario does not run on \"{stack}\"");
    let problem = Problem::new(Fault::BadDeviation, message, at, "not one of its stacks");
    let names: Vec<_> = scene.stacks.iter().map(|stack| format!("\"{stack}\"")).collect();
    problems.push(problem.help(format!("it runs on {}", listed(&names, "and"))));
}

fn build_failures(
    item: &Item,
    deviations: &[(Deviation, Span)],
    scene: &Scene<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<KnownFailure> {
    // What was said of which stack, and where.
    let mut said: Vec<(String, Span, &str)> =
        deviations.iter().map(|(deviation, at)| (deviation.stack.clone(), *at, "deviates")).collect();
    let mut failures = Vec::new();
    for fails in item.children("fails") {
        let stacks = fails.texts();
        let places: Vec<(String, Span)> = match stacks.is_empty() {
            true => scene.stacks.iter().map(|stack| (stack.clone(), fails.span)).collect(),
            false => stacks.iter().cloned().zip(fails.arguments.iter().map(|(_, span)| *span)).collect(),
        };
        for (stack, at) in places {
            if !stacks.is_empty() {
                runs_on(&stack, at, scene, problems);
            }
            match said.iter().find(|(other, _, _)| *other == stack) {
                Some((_, first, "deviates")) => {
                    let message = format!("what holds on \"{stack}\" cannot be known both to hold and to fail");
                    let problem = Problem::new(Fault::BadDeviation, message, at, "known to fail");
                    let problem = problem.also(*first, "known to hold");
                    problems.push(problem.help("`on`: the server does something else, and rightly; `fails`: wrongly"));
                    break;
                }
                Some((_, first, _)) => {
                    let message = format!("two known failures on \"{stack}\"");
                    let problem = Problem::new(Fault::BadDeviation, message, at, "and again").also(*first, "here");
                    problems.push(problem.help("with no stack named, all are meant"));
                    break;
                }
                None => said.push((stack, at, "fails")),
            }
        }
        failures.push(KnownFailure { stacks, reason: fails.text("reason").unwrap_or_default() });
    }
    failures
}

/// The verb with what `on` replaces.
fn merged(item: &Item, on: &Item) -> Item {
    let mut merged = Item { items: Vec::new(), ..item.clone() };
    for (name, value) in on.properties.iter().filter(|(name, _)| **name != "reason") {
        merged.properties.insert(name, value.clone());
    }
    if let Some(arguments) = on.arguments.get(1..).filter(|arguments| !arguments.is_empty()) {
        merged.arguments = arguments.to_vec();
    }
    merged
}
