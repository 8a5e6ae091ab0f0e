//! From the top of a file to everything in it that can be another way.

use std::path::Path;

use offhook_base::{SourceFile, Span};
use offhook_schema::{ValueOf, written};

use super::candidate::{Candidate, Node, literal};
use super::claims::{Claims, claims};
use super::mutant::{Mutant, Part};
use super::{etc, files, removals, swaps, values};
use crate::vocabulary::{Act, Edit, Verb};
use crate::words::SCENARIOS;

/// The mutants of a file.
#[derive(Debug)]
pub struct Mutants {
    /// In the order of the text.
    pub all: Vec<Mutant>,
    /// Where the file's scenarios stand.
    pub scenarios: Vec<Span>,
}

/// All mutants of the scenarios in a file without mistakes. Its path says where an `etc=` that is not absolute begins.
pub fn mutants(file: &SourceFile) -> Mutants {
    let text: &str = &file.text;
    let base = file.path.parent().unwrap_or(Path::new(""));
    let nodes = written(text, &SCENARIOS);
    let scenarios: Vec<&Node> = nodes.iter().filter(|node| node.word.name == "scenario").collect();
    let mut all: Vec<Mutant> = Vec::new();
    for scenario in &scenarios {
        let mut walk = Walk { text, base, nodes: &nodes, scenario, found: Vec::new() };
        walk.scenario(scenario);
        all.append(&mut walk.found);
    }
    all.sort_by_key(|mutant| mutant.line);
    let (mut line, mut number) = (0, 0);
    for mutant in &mut all {
        number = if mutant.line == line { number + 1 } else { 1 };
        line = mutant.line;
        mutant.number = number;
    }
    Mutants { all, scenarios: scenarios.iter().map(|scenario| scenario.whole).collect() }
}

struct Walk<'a> {
    text: &'a str,
    base: &'a Path,
    /// All of the file.
    nodes: &'a [Node],
    scenario: &'a Node,
    found: Vec<Mutant>,
}

/// Whose candidates they are.
#[derive(Clone, Copy)]
struct Owner<'a> {
    part: Part,
    step: Option<usize>,
    stack: Option<&'a str>,
}

const SERVER: Owner<'_> = Owner { part: Part::Server, step: None, stack: None };

impl<'a> Walk<'a> {
    fn scenario(&mut self, scenario: &'a Node) {
        for node in block(scenario) {
            match node.word.role.act {
                Some(Act::Call) => self.call(node),
                Some(Act::Together) => block(node).iter().for_each(|call| self.call(call)),
                Some(Act::Change) => self.change(node),
                None if node.word.name == "server" => {
                    // Which /etc it is is not changed, but what is in it.
                    self.server_block(block(node));
                    block(node).iter().for_each(|word| self.shared(word));
                    self.take(SERVER, etc::lines(self.text, node, self.base));
                }
                None => {}
            }
        }
    }

    /// What a `use` puts in its place, if it stands in the same file: here it is this scenario's alone.
    fn shared(&mut self, word: &Node) {
        let name = |node: &Node| node.values.first().map(|name| name.value.clone());
        let is = |node: &&Node| node.word.name == "shared" && name(node) == name(word);
        if let Some(shared) = self.nodes.iter().find(is).filter(|_| word.word.name == "use") {
            self.server_block(block(shared));
        }
    }

    fn change(&mut self, node: &'a Node) {
        self.take(SERVER, removals::of_node(self.text, node));
        self.server_block(block(node));
    }

    /// Words of a server, and those in their blocks.
    fn server_block(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            self.take(SERVER, removals::of_node(self.text, node));
            self.take(SERVER, removals::of_values(self.text, node));
            for value in node.values.iter().filter(|value| !is_identity(node, value.of)) {
                let candidates = match files::lines(self.text, node, value) {
                    Some(lines) => lines,
                    None => values::of(self.text, node, value, Part::Server),
                };
                self.take(SERVER, candidates);
            }
            self.take(SERVER, swaps::of_values(self.text, node));
            self.server_block(block(node));
        }
        self.take(SERVER, swaps::of_nodes(self.text, nodes));
    }

    fn call(&mut self, call: &'a Node) {
        for step in block(call) {
            match step.word.role.verb {
                Some(Verb::Change) => self.change(step),
                Some(verb) => self.step(step, claims(verb)),
                // How a program is configured that calls.
                None => {}
            }
        }
    }

    fn step(&mut self, step: &'a Node, claims: Claims) {
        let owner = Owner { part: Part::Expectation, step: Some(step.head.offset), stack: None };
        self.expectation(owner, step, claims);
        if let Some(opposite) = claims.opposite {
            self.take(owner, [values::opposite(self.text, step, opposite)]);
        }
        for known in block(step) {
            let stacks = self.stacks(known);
            let owner = Owner { stack: stacks.first().copied(), ..owner };
            self.take(owner, removals::of_node(self.text, known));
            self.expectation(owner, known, claims);
        }
    }

    /// The values of a step, or of what is known of it on one stack.
    fn expectation(&mut self, owner: Owner<'a>, node: &'a Node, claims: Claims) {
        let expected = |of: ValueOf| match of {
            // The first of a known deviation is its stack.
            ValueOf::Argument(argument, _) => claims.arguments && argument.name != "stack",
            ValueOf::Property(property) => claims.properties.contains(&property.name),
        };
        for value in node.values.iter().filter(|value| expected(value.of)) {
            self.take(owner, values::of(self.text, node, value, Part::Expectation));
        }
        if claims.arguments {
            self.take(owner, swaps::of_values(self.text, node));
        }
    }

    /// The stacks that are named by a known deviation or failure.
    fn stacks(&self, known: &Node) -> Vec<&'a str> {
        let named = known
            .values
            .iter()
            .filter(|value| matches!(value.of, ValueOf::Argument(argument, _) if argument.name == "stack"));
        named.filter_map(|value| literal(self.text, value.literal)).map(|text| text.trim_matches('"')).collect()
    }

    fn take(&mut self, owner: Owner<'_>, candidates: impl IntoIterator<Item = Candidate>) {
        for candidate in candidates {
            let Candidate { at, by, change } = candidate;
            let before = self.text.get(..at.offset).unwrap_or(self.text);
            let name = self.scenario.values.first().and_then(|name| literal(self.text, name.literal));
            self.found.push(Mutant {
                part: owner.part,
                change,
                line: before.bytes().filter(|octet| *octet == b'\n').count() + 1,
                number: 0,
                scenario: self.scenario.whole,
                name: name.unwrap_or_default().trim_matches('"').to_owned(),
                step: owner.step,
                stack: owner.stack.map(str::to_owned),
                edit: (at.offset..at.offset + at.len, by),
            });
        }
    }
}

/// The words of a node's block.
fn block(node: &Node) -> &[Node] {
    node.block.as_deref().unwrap_or_default()
}

/// Whether the value says which port it is, and nothing about it.
fn is_identity(node: &Node, of: ValueOf) -> bool {
    node.word.role.edit == Some(Edit::Port) && matches!(of, ValueOf::Argument(..))
}
