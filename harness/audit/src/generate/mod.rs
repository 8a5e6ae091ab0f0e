//! Configurations made up for a comparison of what the audit predicts with what calls show, as Metha (Birkner et al., NSDI
//! 2021) did it for network verifiers and routers.
//!
//! In go a seed and a number; out come [`Generated`] trees. Every two settings stand together in some tree (each is chosen so
//! that it has as many new pairs as it can); after that faults are made in every other one, as careless administrators make
//! them. Every fourth has only choices that go with each other: of a careful administrator's server nothing is to be found. The same seed gives the same trees.

mod faults;
mod settings;

use std::collections::HashSet;

use offhook_clock::Random;
use offhook_etc::source::Tree;
use offhook_etc::{Etc, RawFile};

use settings::SETTINGS;

/// Choices that are weighed against each other for each tree.
const CANDIDATES: usize = 12;
/// Most faults of one tree.
const MOST_FAULTS: u64 = 5;

/// A made-up server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Which it is, from 0.
    pub index: usize,
    /// Its files, below `/etc`; what begins with [`LINK`] is a link to the path behind it.
    pub files: Vec<(String, String)>,
    /// The faults that were made in it, in words.
    pub faults: Vec<&'static str>,
    /// A careful administrator's: nothing is wrong with it.
    pub careful: bool,
}

impl Generated {
    /// As an audit reads it.
    pub fn tree(&self) -> Tree {
        tree_of(&self.files)
    }
}

/// How the text of a link begins.
pub const LINK: &str = "-> ";

/// Files as an audit reads them.
pub fn tree_of(files: &[(String, String)]) -> Tree {
    let file = |(path, text): &(String, String)| match text.strip_prefix(LINK) {
        Some(target) => RawFile::link(path, target),
        None => RawFile::text(path, text),
    };
    Tree::of(Etc::of(files.iter().map(file).collect()), false)
}

/// The trees of a seed, without end.
pub fn trees(seed: u64) -> impl Iterator<Item = Generated> {
    let mut random = Random::new(seed);
    let mut covered = HashSet::new();
    (0..).map(move |index| {
        let careful = index % 4 == 2;
        let choice = if careful { sound(&mut random) } else { choice(&mut random, &mut covered) };
        let mut files = settings::written(&choice);
        // Every other administrator makes no mistake; of what half of those set, not all goes together.
        let wanted = if index % 2 == 0 { 0 } else { 1 + random.next() % MOST_FAULTS };
        let mut made = Vec::new();
        for _ in 0..wanted {
            made.extend(faults::make(&mut files, &mut random));
        }
        Generated { index, files, faults: made, careful }
    })
}

/// A choice for every setting, of those tried the one with most pairs that no tree has had.
fn choice(random: &mut Random, covered: &mut HashSet<(usize, usize, usize, usize)>) -> Vec<usize> {
    let pairs = |choice: &[usize]| {
        let choice = choice.to_vec();
        (0..choice.len())
            .flat_map(move |a| (a + 1..SETTINGS.len()).map(move |b| (a, b)))
            .map(|(a, b)| (a, choice[a], b, choice[b]))
            .collect::<Vec<_>>()
    };
    let mut best: (usize, Vec<usize>) = (0, Vec::new());
    for _ in 0..CANDIDATES {
        let one: Vec<usize> = SETTINGS.iter().map(|setting| pick(random, setting.len())).collect();
        let new = pairs(&one).iter().filter(|pair| !covered.contains(pair)).count();
        if best.1.is_empty() || new > best.0 {
            best = (new, one);
        }
    }
    covered.extend(pairs(&best.1));
    best.1
}

/// Choices that go together.
fn sound(random: &mut Random) -> Vec<usize> {
    settings::SOUND.iter().map(|choices| choices.get(pick(random, choices.len())).copied().unwrap_or(0)).collect()
}

/// A number below `count`.
fn pick(random: &mut Random, count: usize) -> usize {
    usize::try_from(random.next() % count.max(1) as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_the_same_trees_and_half_of_them_are_careful() {
        let of = |seed| trees(seed).take(20).collect::<Vec<_>>();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        let careful: Vec<_> = of(1).into_iter().filter(|tree| tree.faults.is_empty()).map(|tree| tree.index).collect();
        assert!((0..20).step_by(2).all(|index| careful.contains(&index)), "{careful:?}");
    }

    #[test]
    fn of_a_careful_administrators_server_nothing_is_found() {
        let worse = |tree: &Generated| {
            let found = crate::audit(&tree.tree()).0.findings;
            found.into_iter().find(|finding| finding.severity < crate::Severity::Note)
        };
        assert_eq!(settings::SOUND.len(), SETTINGS.len());
        for tree in trees(7).take(1600).filter(|tree| tree.careful) {
            assert_eq!(worse(&tree), None, "{tree:#?}");
        }
    }

    #[test]
    fn every_pair_of_settings_stands_in_some_tree() {
        let mut random = Random::new(1);
        let mut covered = HashSet::new();
        for _ in 0..400 {
            choice(&mut random, &mut covered);
        }
        let all: usize = (0..SETTINGS.len())
            .flat_map(|a| (a + 1..SETTINGS.len()).map(move |b| SETTINGS[a].len() * SETTINGS[b].len()))
            .sum();
        assert_eq!(covered.len(), all);
    }

    #[test]
    fn trees_are_servers_with_a_port() {
        for tree in trees(3).take(40).filter(|tree| tree.faults.is_empty()) {
            let (audit, ..) = crate::audit(&tree.tree());
            assert!(!audit.ports.is_empty(), "{tree:#?}");
        }
    }
}
