//! What came of cases, by subject: counted by level, and as a table.
//!
//! In: a case with what came of it on one subject, one after the other. Out: text for a terminal, Markdown, JSON, which is read
//! back.

use std::collections::BTreeMap;
use std::fmt::Write;

use offhook_scenario::{Level, Subject};
use serde::{Deserialize, Serialize};

/// What came of a case on a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// As the clause has it.
    Complies,
    /// Not so, as is known and recorded.
    Deviates {
        /// What it does instead.
        reason: String,
    },
    /// Not so, and nobody knew.
    NewDeviation {
        /// What was expected.
        expected: String,
        /// What came instead.
        actual: String,
    },
    /// A deviation that is recorded is not there any more.
    Gone {
        /// What the record says.
        reason: String,
    },
    /// It could not be run, or was not.
    NotRun {
        /// Why.
        why: String,
    },
    /// Another shard runs it.
    OtherShard,
}

impl Verdict {
    /// In a word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Complies => "complies",
            Self::Deviates { .. } => "deviates",
            Self::NewDeviation { .. } => "new deviation",
            Self::Gone { .. } => "deviation gone",
            Self::NotRun { .. } => "not run",
            Self::OtherShard => "other shard",
        }
    }

    /// What is said of it: the record's reason, what was expected and came, why it was not run.
    pub fn told(&self) -> Option<String> {
        match self {
            Self::Complies | Self::OtherShard => None,
            Self::Deviates { reason } | Self::Gone { reason } => Some(reason.clone()),
            Self::NewDeviation { expected, actual } => Some(format!("expected {expected}, got {actual}")),
            Self::NotRun { why } => Some(why.clone()),
        }
    }

    /// Of two of one case on one subject the higher counts.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::OtherShard => 0,
            Self::Complies => 1,
            Self::Deviates { .. } => 2,
            Self::NotRun { .. } => 3,
            Self::Gone { .. } => 4,
            Self::NewDeviation { .. } => 5,
        }
    }

    /// Whether the record does not hold: a deviation that nobody knew, or one that is gone.
    pub const fn is_news(&self) -> bool {
        matches!(self, Self::NewDeviation { .. } | Self::Gone { .. })
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// Its name: group, section and number.
    pub case: String,
    /// The fact it shows.
    pub name: String,
    /// How binding the clause is.
    pub level: Level,
    /// Which end is looked at.
    pub subject: Subject,
    /// The clauses.
    pub clauses: Vec<String>,
    /// Its file.
    pub file: String,
}

/// Cases by subjects.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    pub(crate) rows: BTreeMap<Case, BTreeMap<String, Verdict>>,
    /// In the order in which they came.
    subjects: Vec<String>,
    /// Which share of the cases it is of, if not of all.
    pub shard: Option<Shard>,
}

/// One of several shares of the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    pub index: u32,
    /// Of how many.
    pub total: u32,
}

/// How many cases of a level came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// As the clause has it.
    pub complies: usize,
    /// Not so, as recorded.
    pub deviates: usize,
    /// Not as recorded.
    pub news: usize,
    /// Not run.
    pub not_run: usize,
}

impl Matrix {
    /// One more result. The worst of several of one case on one subject counts.
    pub fn add(&mut self, case: Case, subject: &str, verdict: Verdict) {
        if !self.subjects.iter().any(|known| known == subject) {
            self.subjects.push(subject.to_owned());
        }
        let cell = self.rows.entry(case).or_default();
        match cell.get(subject) {
            Some(known) if known.rank() >= verdict.rank() => {}
            _ => {
                cell.insert(subject.to_owned(), verdict);
            }
        }
    }

    /// The subjects, in the order in which they came.
    pub fn subjects(&self) -> Vec<&str> {
        self.subjects.iter().map(String::as_str).collect()
    }

    /// Every case, in order, with what came of it on each subject.
    pub fn cases(&self) -> impl Iterator<Item = (&Case, &BTreeMap<String, Verdict>)> {
        self.rows.iter()
    }

    /// Whether anything is not as it is recorded.
    pub fn has_news(&self) -> bool {
        self.rows.values().flat_map(BTreeMap::values).any(Verdict::is_news)
    }

    /// How the cases of a level came out on a subject.
    pub fn count(&self, level: Level, subject: &str) -> Count {
        let mut count = Count::default();
        for (_, row) in self.rows.iter().filter(|(case, _)| case.level == level) {
            match row.get(subject) {
                Some(Verdict::Complies) => count.complies += 1,
                Some(Verdict::Deviates { .. }) => count.deviates += 1,
                Some(Verdict::NewDeviation { .. } | Verdict::Gone { .. }) => count.news += 1,
                Some(Verdict::NotRun { .. } | Verdict::OtherShard) | None => count.not_run += 1,
            }
        }
        count
    }

    /// A few lines for a terminal: what deviates, then counts by level.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for (case, row) in &self.rows {
            for (subject, verdict) in row {
                let Some(told) = verdict.told() else { continue };
                let _ = writeln!(text, "{}  {subject}  {}: {}", case.case, verdict.word(), case.name);
                let _ = writeln!(text, "    {told}");
            }
        }
        text.push_str(&self.counts());
        text
    }

    /// Counts by level and subject, as aligned columns.
    pub fn counts(&self) -> String {
        let mut rows = vec![
            ["level", "subject", "cases", "complies", "deviates", "not as recorded", "not run"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for subject in self.subjects() {
            for level in Level::ALL {
                let count = self.count(level, subject);
                let Count { complies, deviates, news, not_run } = count;
                let all = complies + deviates + news + not_run;
                if all == 0 {
                    continue;
                }
                let mut row = vec![level.name().to_owned(), subject.to_owned()];
                row.extend([all, complies, deviates, news, not_run].map(|count| count.to_string()));
                rows.push(row);
            }
        }
        let widths: Vec<usize> =
            (0..7).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or_default()).collect();
        let line = |row: &Vec<String>| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(at, (cell, width))| if at < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
                .collect();
            cells.join("  ").trim_end().to_owned() + "\n"
        };
        rows.iter().map(line).collect()
    }

    /// A table in Markdown: a row a case, a column a subject; then what deviates, each with its reason.
    pub fn markdown(&self) -> String {
        let subjects = self.subjects();
        let mut text = String::from("| case | level | clause | what is shown |");
        subjects.iter().for_each(|subject| text.push_str(&format!(" {subject} |")));
        text.push_str("\n|---|---|---|---|");
        subjects.iter().for_each(|_| text.push_str("---|"));
        text.push('\n');
        let cell = |text: &str| text.replace('|', "\\|");
        for (case, row) in &self.rows {
            let clauses = cell(&case.clauses.join(", "));
            let _ = write!(text, "| {} | {} | {clauses} | {} |", case.case, case.level.name(), cell(&case.name));
            for subject in &subjects {
                let word = row.get(*subject).map_or("not run", Verdict::word);
                let _ = write!(text, " {word} |");
            }
            text.push('\n');
        }
        let deviations = self.deviations();
        if !deviations.is_empty() {
            text.push_str("\n## Deviations\n");
            for (case, told) in deviations {
                let _ = writeln!(text, "\n**{}**: {}. Clauses: {}.\n", case.case, case.name, case.clauses.join(", "));
                for (reason, subjects) in told {
                    let _ = writeln!(text, "- {}: {reason}", subjects.join(", "));
                }
            }
        }
        text
    }

    /// The cases that deviate: for each what it does instead, and which subjects do.
    fn deviations(&self) -> Vec<(&Case, BTreeMap<String, Vec<&str>>)> {
        let mut all = Vec::new();
        for (case, row) in &self.rows {
            let mut told: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (subject, verdict) in row {
                let reason = match verdict {
                    Verdict::Deviates { reason } => reason.clone(),
                    Verdict::NewDeviation { expected, actual } => format!("new: expected {expected}, got {actual}"),
                    Verdict::Gone { reason } => format!("no longer: {reason}"),
                    Verdict::Complies | Verdict::NotRun { .. } | Verdict::OtherShard => continue,
                };
                told.entry(reason).or_default().push(subject);
            }
            if !told.is_empty() {
                all.push((case, told));
            }
        }
        all
    }

    /// Reads a table in JSON back.
    ///
    /// # Errors
    ///
    /// If it is no such table.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Row {
            #[serde(flatten)]
            case: Case,
            verdicts: BTreeMap<String, Verdict>,
        }
        #[derive(Deserialize)]
        struct Whole {
            shard: Option<Shard>,
            cases: Vec<Row>,
        }
        let whole: Whole = serde_json::from_str(text)?;
        let mut matrix = Self { shard: whole.shard, ..Self::default() };
        for Row { case, verdicts } in whole.cases {
            for (subject, verdict) in verdicts {
                matrix.add(case.clone(), &subject, verdict);
            }
        }
        Ok(matrix)
    }

    /// The whole as JSON: counts, and each case with its verdicts.
    ///
    /// # Errors
    ///
    /// None that can come of these values.
    pub fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Row<'a> {
            #[serde(flatten)]
            case: &'a Case,
            verdicts: &'a BTreeMap<String, Verdict>,
        }
        #[derive(Serialize)]
        struct Whole<'a> {
            format: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            shard: Option<Shard>,
            counts: BTreeMap<&'a str, BTreeMap<&'static str, Count>>,
            cases: Vec<Row<'a>>,
        }
        let of =
            |subject| Level::ALL.into_iter().map(move |level| (level.name(), self.count(level, subject))).collect();
        let counts = self.subjects().into_iter().map(|subject| (subject, of(subject))).collect();
        let cases = self.rows.iter().map(|(case, verdicts)| Row { case, verdicts }).collect();
        serde_json::to_string_pretty(&Whole { format: 1, shard: self.shard, counts, cases }).map(|text| text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(case: &str, level: Level) -> Case {
        let (name, file) = ("a fact".to_owned(), "a.kdl".to_owned());
        Case {
            case: case.to_owned(),
            name,
            level,
            subject: Subject::Answering,
            clauses: vec!["RFC 1661 section 5".into()],
            file,
        }
    }

    fn matrix() -> Matrix {
        let mut matrix = Matrix::default();
        matrix.add(case("LCP-1", Level::Must), "trixie", Verdict::Complies);
        matrix.add(case("LCP-1", Level::Must), "bookworm", Verdict::Deviates { reason: "it | Rejects".to_owned() });
        matrix.add(case("LCP-2", Level::May), "trixie", Verdict::NotRun { why: "no lab".to_owned() });
        matrix
    }

    #[test]
    fn the_worst_of_several_runs_of_one_case_counts() {
        let mut matrix = matrix();
        assert!(!matrix.has_news());
        let gone = Verdict::Gone { reason: "why".to_owned() };
        matrix.add(case("LCP-1", Level::Must), "bookworm", gone);
        matrix.add(case("LCP-1", Level::Must), "bookworm", Verdict::Complies);
        assert!(matrix.has_news());
        assert_eq!(matrix.count(Level::Must, "bookworm"), Count { news: 1, ..Count::default() });
    }

    #[test]
    fn counts_stand_in_columns_in_the_order_of_the_subjects_and_a_case_that_a_subject_did_not_see_is_not_run() {
        let expected = "\
level  subject   cases  complies  deviates  not as recorded  not run
must   trixie        1         1         0                0        0
may    trixie        1         0         0                0        1
must   bookworm      1         0         1                0        0
may    bookworm      1         0         0                0        1
";
        assert_eq!(matrix().counts(), expected);
    }

    #[test]
    fn a_table_has_a_row_a_case_and_each_deviation_its_reason() {
        let text = matrix().markdown();
        assert!(text.contains("| LCP-1 | must | RFC 1661 section 5 | a fact | complies | deviates |\n"), "{text}");
        assert!(text.contains("- bookworm: it | Rejects\n"), "{text}");
        assert!(matrix().json().is_ok_and(|text| text.contains("\"verdict\": \"deviates\"")));
    }

    #[test]
    fn a_table_in_json_is_read_back_as_it_was_and_a_shards_says_which_it_is() {
        let mut written = matrix();
        written.shard = Some(Shard { index: 2, total: 3 });
        written.add(case("LCP-3", Level::Must), "trixie", Verdict::OtherShard);
        let text = written.json().unwrap_or_default();
        let read = Matrix::read(&text).unwrap_or_default();
        assert_eq!(read.json().unwrap_or_default(), text);
        assert_eq!((read.shard, read.count(Level::Must, "trixie").not_run), (written.shard, 1));
        assert!(Matrix::read("{}").is_err());
    }
}
