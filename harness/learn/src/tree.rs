//! What a subject has answered so far, as a prefix tree: the cache of queries, and the proof that two states are apart.
//!
//! Every node is the state after its word. Two nodes are apart if some word after both was answered differently; then
//! no machine that explains the answers has them as one state.

use std::collections::BTreeMap;

/// A node; the root is 0.
pub(crate) type Node = usize;

#[derive(Clone, Debug)]
struct Entry<O> {
    parent: Option<(Node, usize)>,
    children: BTreeMap<usize, (O, Node)>,
}

/// Answers, by the words they were given to.
#[derive(Clone, Debug)]
pub(crate) struct Tree<O> {
    entries: Vec<Entry<O>>,
}

/// An answer contradicts an earlier one.
#[derive(Debug)]
pub(crate) struct Contradiction<O> {
    /// The inputs up to and with the one that was answered differently.
    pub(crate) word: Vec<usize>,
    /// The answers of an earlier query.
    pub(crate) before: Vec<O>,
}

impl<O: Clone + PartialEq> Tree<O> {
    pub(crate) fn new() -> Self {
        Self { entries: vec![Entry { parent: None, children: BTreeMap::new() }] }
    }

    /// The answer to `input` in `node`, and the node after it.
    pub(crate) fn child(&self, node: Node, input: usize) -> Option<(&O, Node)> {
        self.entries[node].children.get(&input).map(|(output, next)| (output, *next))
    }

    /// Everything that was answered in `node`.
    pub(crate) fn children(&self, node: Node) -> impl Iterator<Item = (usize, &O, Node)> {
        self.entries[node].children.iter().map(|(input, (output, next))| (*input, output, *next))
    }

    /// The node after `word`, if that far was asked.
    pub(crate) fn find(&self, from: Node, word: &[usize]) -> Option<Node> {
        word.iter().try_fold(from, |node, input| self.child(node, *input).map(|(_, next)| next))
    }

    /// The word of a node.
    pub(crate) fn word(&self, node: Node) -> Vec<usize> {
        let mut word = Vec::new();
        let mut at = node;
        while let Some((parent, input)) = self.entries[at].parent {
            word.push(input);
            at = parent;
        }
        word.reverse();
        word
    }

    /// The answers on the way to a node.
    fn answers(&self, node: Node) -> Vec<O> {
        let mut at = 0;
        let mut answers = Vec::new();
        for input in self.word(node) {
            if let Some((output, next)) = self.child(at, input) {
                answers.push(output.clone());
                at = next;
            }
        }
        answers
    }

    /// Adds a query's answers.
    pub(crate) fn insert(&mut self, word: &[usize], answers: Vec<O>) -> Result<(), Contradiction<O>> {
        let mut node = 0;
        for (at, (input, answer)) in word.iter().zip(answers).enumerate() {
            match self.child(node, *input) {
                Some((known, next)) if *known == answer => node = next,
                Some((_, next)) => {
                    return Err(Contradiction { word: word[..=at].to_vec(), before: self.answers(next) });
                }
                None => {
                    let next = self.entries.len();
                    self.entries.push(Entry { parent: Some((node, *input)), children: BTreeMap::new() });
                    self.entries[node].children.insert(*input, (answer, next));
                    node = next;
                }
            }
        }
        Ok(())
    }

    /// A shortest word after both nodes that was answered differently.
    pub(crate) fn apart(&self, a: Node, b: Node) -> Option<Vec<usize>> {
        let mut level = vec![(a, b, Vec::new())];
        while !level.is_empty() {
            let mut next_level = Vec::new();
            for (a, b, word) in level {
                for (input, output, next) in self.children(a) {
                    if let Some((other, other_next)) = self.child(b, input) {
                        let word = [&word[..], &[input]].concat();
                        if output != other {
                            return Some(word);
                        }
                        next_level.push((next, other_next, word));
                    }
                }
            }
            level = next_level;
        }
        None
    }
}
