//! Several tables as one: shards of a run put together, and subjects side by side.
//!
//! In: tables that were read back, each with its name. Out: one table, and what is wrong with the parts: shards that are missing,
//! cases that two parts do not agree about.

use std::collections::BTreeSet;
use std::fmt;

use crate::matrix::{Matrix, Shard, Verdict};
use offhook_base::shards::{missing, missing_told};

/// What is wrong with parts, so that the whole is not what one run would have told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Shards are not among the parts.
    Missing {
        /// Which, from 1.
        shards: Vec<u32>,
        /// Of how many.
        total: u32,
    },
    /// A part is of a run that was divided otherwise.
    OtherDivision {
        /// The part.
        part: String,
        /// How the first that was divided is: into so many.
        total: u32,
    },
    /// No part has played a case.
    Left {
        /// Its name.
        case: String,
        /// The subject.
        subject: String,
    },
    /// Two parts have played a case, and do not agree.
    Contradicted {
        /// Its name.
        case: String,
        /// The subject.
        subject: String,
        /// The part that came later.
        part: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { shards, total } => f.write_str(&missing_told(shards, *total)),
            Self::OtherDivision { part, total } => {
                write!(f, "{part} is of another number of shards than {total}, as a part before it is")
            }
            Self::Left { case, subject } => write!(f, "no part has played {case} on {subject}"),
            Self::Contradicted { case, subject, part } => {
                write!(f, "{part} has another verdict on {case} of {subject} than a part before it; the worse counts")
            }
        }
    }
}

/// Makes one table of several.
pub fn merge(parts: &[(String, Matrix)]) -> (Matrix, Vec<Fault>) {
    let mut faults = divisions(parts);
    let mut whole = Matrix::default();
    for (part, matrix) in parts {
        for (case, row) in matrix.cases() {
            // In the order of the part's subjects.
            for (subject, verdict) in matrix.subjects().into_iter().filter_map(|subject| row.get_key_value(subject)) {
                let known = whole.rows.get(case).and_then(|row| row.get(subject));
                let played = |verdict: &Verdict| *verdict != Verdict::OtherShard;
                if known.is_some_and(|known| played(known) && played(verdict) && known.word() != verdict.word()) {
                    let (case, subject) = (case.case.clone(), subject.clone());
                    faults.push(Fault::Contradicted { case, subject, part: part.clone() });
                }
                whole.add(case.clone(), subject, verdict.clone());
            }
        }
    }
    if !faults.iter().any(|fault| matches!(fault, Fault::Missing { .. })) {
        let left =
            whole.cases().flat_map(|(case, row)| row.iter().map(move |(subject, verdict)| (case, subject, verdict)));
        let left = left.filter(|(.., verdict)| **verdict == Verdict::OtherShard);
        faults.extend(left.map(|(case, subject, _)| Fault::Left { case: case.case.clone(), subject: subject.clone() }));
    }
    (whole, faults)
}

/// Shards that are missing of a run, and parts that are of another division. Tables of other subjects are runs of their own.
fn divisions(parts: &[(String, Matrix)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen: Vec<(Vec<&str>, u32, BTreeSet<u32>)> = Vec::new();
    for (part, matrix) in parts {
        let Some(Shard { index, total }) = matrix.shard else { continue };
        let mut subjects = matrix.subjects();
        subjects.sort_unstable();
        match seen.iter_mut().find(|(of, ..)| *of == subjects) {
            Some((_, known, _)) if *known != total => {
                faults.push(Fault::OtherDivision { part: part.clone(), total: *known });
            }
            Some((.., there)) => {
                there.insert(index);
            }
            None => seen.push((subjects, total, BTreeSet::from([index]))),
        }
    }
    for (_, total, there) in seen {
        let shards = missing(total, &there);
        if !shards.is_empty() {
            faults.push(Fault::Missing { shards, total });
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Case;
    use offhook_scenario::{Level, Subject};

    fn case(case: &str) -> Case {
        Case {
            case: case.to_owned(),
            name: "a fact".to_owned(),
            level: Level::Must,
            subject: Subject::Answering,
            clauses: Vec::new(),
            file: "a.kdl".to_owned(),
        }
    }

    /// A table of shard `index` of two, with these verdicts on cases 1 and 2.
    fn shard(index: u32, verdicts: [Verdict; 2]) -> (String, Matrix) {
        let mut matrix = Matrix::default();
        matrix.shard = Some(Shard { index, total: 2 });
        for (number, verdict) in ["LCP-1", "LCP-2"].into_iter().zip(verdicts) {
            matrix.add(case(number), "mine", verdict);
        }
        (format!("{index}.json"), matrix)
    }

    #[test]
    fn shards_together_have_every_case_and_are_no_shard() {
        let (whole, faults) = merge(&[
            shard(1, [Verdict::Complies, Verdict::OtherShard]),
            shard(2, [Verdict::OtherShard, Verdict::Complies]),
        ]);
        assert_eq!((faults, whole.shard), (Vec::new(), None));
        assert_eq!(whole.count(Level::Must, "mine").complies, 2);
    }

    #[test]
    fn a_shard_that_is_missing_is_told_by_its_number() {
        let (whole, faults) = merge(&[shard(2, [Verdict::OtherShard, Verdict::Complies])]);
        assert_eq!(faults, [Fault::Missing { shards: vec![1], total: 2 }]);
        assert_eq!(whole.count(Level::Must, "mine").not_run, 1);
        assert!(faults[0].to_string().contains("--shard N/2"), "{}", faults[0]);
    }

    #[test]
    fn parts_that_do_not_agree_are_told_and_the_worse_counts() {
        let gone = Verdict::Gone { reason: "why".to_owned() };
        let (whole, faults) =
            merge(&[shard(1, [Verdict::Complies, Verdict::OtherShard]), shard(2, [gone, Verdict::OtherShard])]);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(matches!(&faults[0], Fault::Contradicted { case, part, .. } if case == "LCP-1" && part == "2.json"));
        assert!(matches!(&faults[1], Fault::Left { case, .. } if case == "LCP-2"));
        assert!(whole.has_news());
    }

    #[test]
    fn subjects_stand_in_the_order_of_their_tables() {
        let table = |subject: &str| {
            let mut matrix = Matrix::default();
            matrix.add(case("LCP-1"), subject, Verdict::Complies);
            (format!("{subject}.json"), matrix)
        };
        let (whole, faults) = merge(&[table("zeta"), table("alpha")]);
        assert_eq!((whole.subjects(), faults), (vec!["zeta", "alpha"], Vec::new()));
    }
}
