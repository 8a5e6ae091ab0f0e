//! Shared blocks: `use "name"` in a server is followed by the words of `shared "name"`.
//!
//! In: the nodes of a server's block. Out: the same with what they use, filled in. Words that may stand only once and are
//! nothing but a block (`ppp`, `caller-id`) are one word where shared words and the server's own both have them: the block
//! has the words of both, so that a server extends what it uses. Whatever contradicts itself then is said by the reader, as
//! if all of it had been written in one place.

use super::Work;
use super::fill::Scope;
use crate::fault;
use crate::vocabulary::Place;
use crate::words::SCENARIOS;
use offhook_base::Span;
use offhook_schema::{Node, Occurs, Problem, listed, nearest, quoted};

/// A `use`: what it is part of.
#[derive(Debug, Default)]
struct Uses {
    /// The shared blocks around it, the outermost first, and where each is used.
    around: Vec<(String, Span)>,
}

impl Uses {
    /// Where the outermost shared block is used.
    fn outermost(&self) -> Option<Span> {
        self.around.first().map(|(_, at)| *at)
    }

    /// Where the innermost one is.
    fn innermost(&self) -> Option<Span> {
        self.around.last().map(|(_, at)| *at)
    }
}

/// A word of a block, and where the blocks are used that it is from; `None`: it is the block's own.
type Put = (Node, Vec<Option<Span>>);

impl Work {
    /// The words of a block, each with what it uses; `name`, if it is itself a shared block.
    pub(super) fn block(&mut self, nodes: Vec<Node>, scope: &mut Scope<'_>, name: Option<&str>) -> Vec<Node> {
        let mut to: Vec<Put> = Vec::new();
        let circle: Vec<String> = name.map(str::to_owned).into_iter().collect();
        self.words(nodes, scope, &circle, &mut Uses::default(), &mut to);
        to.into_iter().map(|(node, _)| node).collect()
    }

    /// Puts words in `to`. Says whether all could be put in.
    fn words(
        &mut self,
        nodes: Vec<Node>,
        scope: &mut Scope<'_>,
        circle: &[String],
        uses: &mut Uses,
        to: &mut Vec<Put>,
    ) -> bool {
        let mut whole = true;
        for mut node in nodes {
            self.fill(&mut node, scope, uses.outermost());
            let name = node.arguments().next().and_then(|entry| entry.text()).map(str::to_owned);
            let at = node.arguments().next().map_or(node.head, |entry| entry.span);
            let (place, is_use) = (node.whole, node.name == "use");
            put(node, uses.innermost(), to);
            let Some(name) = name.filter(|_| is_use) else { continue };
            let good = self.used(name, at, scope, circle, uses, to);
            if !good && !self.damaged.contains(&place) {
                self.damaged.push(place);
            }
            whole &= good;
        }
        whole
    }

    /// Puts in what `use` names.
    fn used(
        &mut self,
        name: String,
        at: Span,
        scope: &mut Scope<'_>,
        circle: &[String],
        uses: &mut Uses,
        to: &mut Vec<Put>,
    ) -> bool {
        let Some(shared) = scope.declared.shared(&name) else {
            if !scope.declared.lost {
                let problem =
                    Problem::new(fault::BAD_SHARED, format!("unknown shared block `{name}`"), at, "not declared");
                let known: Vec<&str> = scope.declared.shared_names().collect();
                self.problems.push(match nearest(&name, known.iter().copied()) {
                    Some(near) => problem.help(format!("did you mean \"{near}\"?")),
                    None if known.is_empty() => {
                        problem.help(format!("declare it at the top of the file: shared \"{name}\" {{ ... }}"))
                    }
                    None => problem.help(format!("there is {}", listed(&quoted(known), "and"))),
                });
            }
            return false;
        };
        if uses.around.iter().map(|(other, _)| other).chain(circle).any(|other| *other == name) {
            let message = format!("the shared block `{name}` uses itself");
            let problem = Problem::new(fault::BAD_SHARED, message, at, "in a circle");
            self.problems.push(problem.help("remove one `use` of the circle"));
            return false;
        }
        if !shared.nodes.iter().all(|node| self.takes(node, at)) {
            return false;
        }
        uses.around.push((name, at));
        let whole = self.words(shared.nodes.clone(), scope, circle, uses, to);
        uses.around.pop();
        whole && !shared.damaged
    }
}

/// Adds a word to a block, or its own block's words to one that is there already and may stand only once, if that is from
/// elsewhere: two in one place are a mistake.
fn put(node: Node, from: Option<Span>, to: &mut Vec<Put>) {
    let bare = |node: &Node| node.entries.is_empty() && node.block.is_some();
    let once =
        |name: &str| SCENARIOS.word_at(name, Place::Server).is_some_and(|word| word.occurs == Occurs::AtMostOnce);
    let extends = |(other, origins): &&mut Put| other.name == node.name && bare(other) && !origins.contains(&from);
    let found = if bare(&node) && once(&node.name) { to.iter_mut().find(extends) } else { None };
    match found {
        Some((Node { block: Some(block), .. }, origins)) => {
            block.nodes.extend(node.block.into_iter().flat_map(|block| block.nodes));
            origins.push(from);
        }
        _ => to.push((node, vec![from])),
    }
}
