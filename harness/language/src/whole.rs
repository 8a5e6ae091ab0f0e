//! The second pass, from the top: [`Item`]s to [`Scenario`]s, their parts in order.
//!
//! Parts of the server are made in `build`, calls in `call`; `order` looks at a call whose words are right.

use std::sync::Arc;

use super::build::{
    Known, Scene, build_change, build_disturbances, build_own_stacks, build_port, build_server, runs_on_host,
};
use super::call::script::faulty::build_faults;
use super::call::{build_call, build_together};
use super::order;
use crate::fault;
use crate::sources::Sources;
use crate::vocabulary::{Act as ActWord, Item, Place};
use crate::words::choices::{EXTENTS, INVARIANTS, LEVELS, STACKS_UNLESS_STATED, SUBJECTS};
use offhook_scenario::{Act, Conformance, Invariant, InvariantKind, OwnStack, Port, Scenario, Snapshot, Variant};
use offhook_schema::{Problem, Value, nearest};

/// What runs on no stack runs on this.
const HOST: &str = "host";

/// Makes the scenarios of a file; `base` knows where it lies, `variants` which case of a table each is.
pub(super) fn build(
    items: &[Item],
    base: &Sources,
    variants: Vec<Variant>,
    problems: &mut Vec<Problem>,
) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    let own_stacks: Arc<[OwnStack]> = build_own_stacks(items, base, problems).into();
    let items = items.iter().filter(|item| item.word.opens == Some(Place::Scenario));
    for (item, variant) in items.zip(variants) {
        let scenario = Scenario { variant, own_stacks: own_stacks.clone(), ..build_scenario(item, base, problems) };
        if let Some(first) = scenarios.iter().find(|other| other.name == scenario.name && !other.name.is_empty()) {
            let message = format!("two scenarios have the name \"{}\"", scenario.name);
            let problem = Problem::new(fault::SAME_NAME, message, scenario.span, "used again")
                .also(first.span, "first used here");
            problems.push(problem.help("give each scenario of a file a name of its own"));
        }
        scenarios.push(scenario);
    }
    scenarios
}

fn build_scenario(item: &Item, base: &Sources, problems: &mut Vec<Problem>) -> Scenario {
    let is_host = item.child("server").is_some_and(runs_on_host);
    let stacks = match item.child("stack") {
        Some(stack) if is_host => {
            let message = "this server runs on no stack, but on this machine itself";
            let problem = Problem::new(fault::CONTRADICTION, message, stack.span, "has no effect");
            problems.push(problem.help("remove `stack`, or run the program in the guest"));
            vec![HOST.to_owned()]
        }
        Some(stack) => build_stacks(stack, problems),
        None if is_host => vec![HOST.to_owned()],
        None => STACKS_UNLESS_STATED.map(str::to_owned).to_vec(),
    };
    let changed = changed_ports(item, base);
    let mut put = Vec::new();
    let server = item.child("server").map(|server| build_server(server, base, &changed, &mut put, problems));
    let server = server.unwrap_or_default();
    let mut ports = server.ports.clone();
    ports.extend(changed.into_iter().filter(|port| !server.ports.iter().any(|own| own.device == port.device)));
    let whole = words_understood(item);
    let known = if whole { Known::of(&server) } else { Known::default() };
    let mut scene = Scene {
        base,
        server: &server,
        ports,
        stacks: &stacks,
        has_cases: item.child("case").is_some(),
        put,
        known,
        whole,
    };
    let mut acts = Vec::new();
    for group in &item.items {
        let before = problems.len();
        let Some(act) = group.word.role.act else { continue };
        acts.push(match act {
            ActWord::Call => Act::Calls(vec![build_call(group, &mut scene, problems)]),
            ActWord::Together => Act::Calls(build_together(group, &mut scene, problems)),
            ActWord::Change => Act::Change(build_change(group, base, &scene.ports, &mut scene.known, problems)),
        });
        if is_host {
            only_of_a_guest(group, problems);
        }
        check_order(group, &acts, &scene, before, problems);
    }
    for word in item.items.iter().filter(|word| is_host && matches!(word.word.name, "disturb" | "invariant")) {
        let message = format!("`{}` is of a guest, and this server is none", word.word.name);
        let problem = Problem::new(fault::CONTRADICTION, message, word.span, "needs a guest");
        problems.push(problem.help("run the server's program in the guest: where=\"guest\""));
    }
    let placed = acts.len();
    let mut invariants = Vec::new();
    for word in item.children("invariant") {
        match INVARIANTS.of(&word.argument_text(0)) {
            Some(kind) if word.items.is_empty() => invariants.push(Invariant { span: word.span, kind }),
            _ => build_probe(word, &mut acts, &mut scene, problems),
        }
    }
    if !acts[..placed].iter().any(|act| matches!(act, Act::Calls(_))) && item.complete {
        let message = "this scenario makes no call";
        let problem = Problem::new(fault::EMPTY_CALL, message, item.argument_span(0), "has no `call` in its block");
        problems.push(problem.help("add a call: call from=\"5551234\" { ... }"));
    }
    let put = scene.put;
    // Each of those that show invariants is an act of its own.
    let probes = acts.len() - placed;
    Scenario {
        name: item.argument_text(0),
        span: item.argument_span(0),
        variant: Variant::default(),
        specs: item.children("spec").flat_map(Item::texts).collect(),
        tags: build_tags(item, problems),
        snapshots: build_snapshots(item, problems),
        conformance: build_conformance(item),
        faults: build_faults(item, problems),
        stacks,
        own_stacks: Arc::default(),
        put,
        like: None,
        server,
        acts,
        disturbances: build_disturbances(item, problems),
        invariants,
        probes,
    }
}

/// The calls of an invariant that is shown by calls: acts after all others.
fn build_probe(word: &Item, acts: &mut Vec<Act>, scene: &mut Scene<'_>, problems: &mut Vec<Problem>) {
    if word.items.is_empty() && word.complete && word.sound {
        let message = format!("nothing says how \"{}\" is seen to hold", word.argument_text(0));
        let problem = Problem::new(fault::EMPTY_CALL, message, word.span, "has no `call` in its block");
        let names: Vec<&str> = InvariantKind::ALL.map(InvariantKind::name).into();
        problems.push(problem.help(match nearest(&word.argument_text(0), names.iter().copied()) {
            Some(near) => {
                format!("did you mean \"{near}\"? Else give it calls: invariant \"...\" {{ call {{ ... }}; }}")
            }
            None => format!("without a block: {}", names.join(", ")),
        }));
    }
    for call in word.children("call") {
        let before = problems.len();
        acts.push(Act::Calls(vec![build_call(call, scene, problems)]));
        check_order(call, acts, scene, before, problems);
    }
}

/// What a call lacks is said once; its order is only looked at when its words are right.
fn check_order(group: &Item, acts: &[Act], scene: &Scene<'_>, before: usize, problems: &mut Vec<Problem>) {
    if group.sound
        && problems.len() == before
        && let Some(Act::Calls(calls)) = acts.last()
    {
        for call in calls {
            order::check(call, scene, problems);
        }
    }
}

/// What needs a guest, in a scenario of something on this machine itself.
fn only_of_a_guest(group: &Item, problems: &mut Vec<Problem>) {
    let with = group.property_span("with").map(|with| ("a real program calls in a guest", with));
    let change = (group.word.name == "change").then_some(("a server that is no guest is not changed", group.span));
    for (message, at) in with.into_iter().chain(change) {
        let problem = Problem::new(fault::CONTRADICTION, message, at, "needs a guest");
        problems.push(problem.help("run the server's program in the guest: where=\"guest\""));
    }
    for inner in group.items.iter().filter(|inner| matches!(inner.word.name, "call" | "change")) {
        only_of_a_guest(inner, problems);
    }
}

/// Which case of a conformance suite it is.
fn build_conformance(item: &Item) -> Option<Conformance> {
    let word = item.child("conformance")?;
    let (level, subject) = (LEVELS.required(word, "level"), SUBJECTS.required(word, "subject"));
    Some(Conformance { case: word.argument_text(0), level, subject, own: word.text("own-end") })
}

/// Whether every word in the blocks of `item` was one. A word that was not may have said what others refer to.
fn words_understood(item: &Item) -> bool {
    item.complete && item.items.iter().all(words_understood)
}

/// Its snapshots, each with a name of its own.
fn build_snapshots(item: &Item, problems: &mut Vec<Problem>) -> Vec<Snapshot> {
    let mut snapshots: Vec<Snapshot> = Vec::new();
    for word in item.children("snapshot") {
        let name = word.argument_text(0);
        if snapshots.iter().any(|other| other.name == name) && !name.is_empty() {
            let message = format!("two snapshots have the name \"{name}\"");
            problems.push(Problem::new(fault::REPEATED_WORD, message, word.argument_span(0), "used again"));
        }
        let of = EXTENTS.required(word, "of");
        snapshots.push(Snapshot { name, of, call: word.number("call"), span: word.span });
    }
    snapshots
}

/// The tags of all its `tag` words, each once.
fn build_tags(item: &Item, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for (value, span) in item.children("tag").flat_map(|word| &word.arguments) {
        let Some(Value::Text(tag)) = value else { continue };
        if tags.contains(tag) {
            let message = format!("the tag \"{tag}\" is given twice");
            problems.push(Problem::new(fault::REPEATED_WORD, message, *span, "given again"));
        } else {
            tags.push(tag.clone());
        }
    }
    tags
}

fn build_stacks(item: &Item, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut stacks: Vec<String> = Vec::new();
    for (value, span) in &item.arguments {
        let Some(Value::Text(stack)) = value else { continue };
        if stacks.contains(stack) {
            let message = format!("the stack \"{stack}\" is given twice");
            problems.push(Problem::new(fault::REPEATED_WORD, message, *span, "given again"));
        } else {
            stacks.push(stack.clone());
        }
    }
    stacks
}

/// The ports that changes add or edit, each once. What is wrong with them is said where they are built.
fn changed_ports(scenario: &Item, base: &Sources) -> Vec<Port> {
    let changes = scenario.items.iter().flat_map(|item| match item.word.role.act {
        Some(ActWord::Change) => vec![item],
        Some(ActWord::Call) => item.children("change").collect(),
        Some(ActWord::Together) => item.children("call").flat_map(|call| call.children("change")).collect(),
        None => Vec::new(),
    });
    let mut ports: Vec<Port> = Vec::new();
    for item in changes.flat_map(|change| change.children("port")) {
        let port = build_port(item, base, &mut Vec::new());
        if !ports.iter().any(|known| known.device == port.device) {
            ports.push(port);
        }
    }
    ports
}
