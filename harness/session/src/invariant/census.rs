//! What a server has at a moment, a line each: what is there afterwards and was not before has been left behind.
//!
//! In: lines, from whoever looks at the server. Out: those that only one of two moments has.

use serde::{Deserialize, Serialize};

/// What a server has, sorted: `process pppd`, `lock /run/lock/LCK..ttyS0`. Two processes of one name are two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census(Vec<String>);

impl Census {
    /// Of these lines.
    pub fn of(lines: impl IntoIterator<Item = String>) -> Self {
        let mut lines: Vec<String> = lines.into_iter().collect();
        lines.sort();
        Self(lines)
    }

    /// The same, without how many files each process has open.
    pub fn without_files(&self) -> Self {
        let name = |line: &String| line.split_once(" with ").map_or(line.as_str(), |(name, _)| name).to_owned();
        Self::of(self.0.iter().map(name))
    }

    /// What this one has more than `before`, and what it lacks.
    pub fn since(&self, before: &Self) -> (Vec<String>, Vec<String>) {
        (more(&self.0, &before.0), more(&before.0, &self.0))
    }
}

/// The lines of `one` that `other` has less often.
fn more(one: &[String], other: &[String]) -> Vec<String> {
    let mut others: Vec<&String> = other.iter().collect();
    let missing = |line: &&String| match others.iter().position(|known| known == line) {
        Some(place) => {
            others.remove(place);
            false
        }
        None => true,
    };
    one.iter().filter(missing).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_not_only_looked_for() {
        let of = |lines: &[&str]| Census::of(lines.iter().map(|line| (*line).to_owned()));
        let (before, after) = (of(&["mgetty", "mgetty", "lock"]), of(&["pppd", "mgetty", "pppd"]));
        let (more, less) = after.since(&before);
        assert_eq!((more, less), (vec!["pppd".into(), "pppd".into()], vec!["lock".to_owned(), "mgetty".to_owned()]));
        let (one, other) = (of(&["process mgetty with 4 open files"]), of(&["process mgetty with 5 open files"]));
        assert_ne!(one, other);
        assert_eq!(one.without_files(), other.without_files());
    }
}
