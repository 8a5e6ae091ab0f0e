//! A step of a call, and what is known of it on particular stacks: deviations and failures.

use super::super::build::Scene;
use super::verbs::build_verb;
use crate::fault;
use crate::vocabulary::Item;
use crate::words::choices::STACKS_UNLESS_STATED;
use offhook_base::Span;
use offhook_scenario::{Deviation, KnownFailure, Packets, Step, Verb};
use offhook_schema::Problem;
use offhook_schema::Value;
use offhook_schema::listed;

/// Makes a step; `None`: the word is no verb.
pub(super) fn build_step(item: &Item, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) -> Option<Step> {
    let role = item.word.role.verb?;
    // What is of one case has been taken out where it is another, and its `case=` where it is that one.
    for at in item.items.iter().filter_map(|known| known.property_span("case")).filter(|_| !scene.has_cases) {
        let problem = Problem::new(fault::BAD_CASE, "this scenario has no cases", at, "has no effect");
        problems.push(problem.help("remove case=, or add `case` to the scenario"));
    }
    let verb = build_verb(item, role, item.span, scene, problems);
    let mut deviations: Vec<(Deviation, Span)> = Vec::new();
    for on in item.children("on") {
        let Some(Value::Text(stack)) = on.argument(0) else { continue };
        let at = on.argument_span(0);
        runs_on(stack, at, scene, problems);
        if let Some((_, first)) = deviations.iter().find(|(other, _)| other.stack == *stack) {
            let message = format!("two deviations for \"{stack}\"");
            problems
                .push(Problem::new(fault::BAD_DEVIATION, message, at, "given again").also(*first, "first given here"));
        }
        let before = problems.len();
        let deviant = build_verb(&merged(item, on), role, on.span, scene, problems);
        // Nothing replaced, or replaced by the same.
        if problems.len() == before && deviant == verb && item.sound {
            let message = format!("`{}` on \"{stack}\" is no different", verb.word());
            let problem = Problem::new(fault::BAD_DEVIATION, message, on.span, "the same");
            problems
                .push(problem.also(item.span, "as this").help("add the property that differs, or remove this `on`"));
        }
        let reason = on.text("reason").unwrap_or_default();
        deviations.push((Deviation { stack: stack.clone(), reason, verb: deviant }, at));
    }
    let mut known_failures = build_failures(item, &deviations, scene, problems);
    if let Verb::Packets(packets) = &verb {
        known_failures.extend(build_script_failures(item, packets, scene, problems));
    }
    Some(Step {
        span: item.span,
        verb,
        deviations: deviations.into_iter().map(|(deviation, _)| deviation).collect(),
        known_failures,
    })
}

fn runs_on(stack: &str, at: Span, scene: &Scene<'_>, problems: &mut Vec<Problem>) {
    // What runs only where --stack names it runs all the same what does not name it.
    if scene.stacks.iter().any(|known| known == stack) || !STACKS_UNLESS_STATED.contains(&stack) {
        return;
    }
    let message = format!("the scenario does not run on \"{stack}\"");
    let problem = Problem::new(fault::BAD_DEVIATION, message, at, "not one of its stacks");
    let names: Vec<_> = scene.stacks.iter().map(|stack| format!("\"{stack}\"")).collect();
    problems.push(problem.help(format!("it runs on {}", listed(&names, "and"))));
}

/// The known failures of the steps of a packet script, in whatever loops they stand.
fn build_script_failures(
    item: &Item,
    packets: &Packets,
    scene: &Scene<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<KnownFailure> {
    let mut all = Vec::new();
    for word in item.items.iter().filter(|word| word.word.role.packet.is_some()) {
        let steps: Vec<usize> = (0..packets.spans.len()).filter(|at| packets.spans[*at] == word.span).collect();
        let failures = build_failures(word, &[], scene, problems);
        all.extend(failures.into_iter().map(|failure| KnownFailure { steps: steps.clone(), ..failure }));
        all.extend(build_script_failures(word, packets, scene, problems));
    }
    all
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
                    let message = format!("\"{stack}\" cannot be known both to deviate and to fail");
                    let problem = Problem::new(fault::BAD_DEVIATION, message, at, "known to fail");
                    let problem = problem.also(*first, "known to deviate");
                    problems.push(
                        problem.help("use `on` if the server rightly does something else, `fails` if it is wrong"),
                    );
                    break;
                }
                Some((_, first, _)) => {
                    let message = format!("two known failures for \"{stack}\"");
                    let problem =
                        Problem::new(fault::BAD_DEVIATION, message, at, "given again").also(*first, "first given here");
                    problems.push(problem.help("without a stack, `fails` is for all stacks"));
                    break;
                }
                None => said.push((stack, at, "fails")),
            }
        }
        let reason = fails.text("reason").unwrap_or_default();
        failures.push(KnownFailure { stacks, reason, steps: Vec::new() });
    }
    failures
}

/// The verb with what `on` replaces.
fn merged(item: &Item, on: &Item) -> Item {
    let mut merged = Item { items: Vec::new(), ..item.clone() };
    for (name, value) in on.properties.iter().filter(|(name, _)| !matches!(**name, "reason" | "case")) {
        merged.properties.insert(name, value.clone());
    }
    if let Some(arguments) = on.arguments.get(1..).filter(|arguments| !arguments.is_empty()) {
        merged.arguments = arguments.to_vec();
    }
    merged
}
