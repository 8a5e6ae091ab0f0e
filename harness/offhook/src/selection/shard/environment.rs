//! `--shard auto`: which share this is, by the variables of whatever starts several of them.
//!
//! Variables go in; out comes the share, and from which of them it was taken, or why there is none. What each engine sets:
//!
//! - `OFFHOOK_SHARD=I/N`: ours, for matrices, whose jobs have no number of their own.
//! - Bazel: `TEST_SHARD_INDEX` from 0, `TEST_TOTAL_SHARDS`; `TEST_SHARD_STATUS_FILE` is to be touched to say that this test
//!   can be divided, or Bazel fails it ("Test Encyclopedia", Test sharding).
//! - GitLab: `CI_NODE_INDEX` from 1 and `CI_NODE_TOTAL` in jobs with `parallel:`; the total is 1 in others, without an index.
//! - Slurm: of an array `SLURM_ARRAY_TASK_ID`, `_MIN`, `_MAX`, `_STEP` and `_COUNT` (sbatch(1)). Of an array like 1,2,5 nobody
//!   can tell from these which of the three this is.
//! - Kubernetes: `JOB_COMPLETION_INDEX` from 0 in a Job with `completionMode: Indexed`; how many there are, no variable tells.
//! - GNU parallel: `PARALLEL_SEQ` from 1; likewise.

use std::path::PathBuf;

use super::Share;

/// A share, and where that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The share.
    pub share: Share,
    /// The variables that said so, as they are: `CI_NODE_INDEX=2 CI_NODE_TOTAL=4`.
    pub from: String,
    /// The file that is to be touched.
    pub status_file: Option<PathBuf>,
}

/// A number from a variable.
type Number = Result<u32, String>;

struct Variables<F>(F);

/// What has to be said to those that do not tell how many there are.
const SHARDS: &str = "OFFHOOK_SHARDS";

/// Takes the share from these variables.
///
/// # Errors
///
/// If none of them says it, or one says what cannot be.
pub fn taken(variable: impl Fn(&str) -> Option<String>) -> Result<Taken, String> {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let variables = Variables(&variable);
    if is_set("OFFHOOK_SHARD") {
        let text = variable("OFFHOOK_SHARD").unwrap_or_default();
        let share = text.parse().map_err(|why| format!("OFFHOOK_SHARD={text}: {why}"))?;
        return Ok(Taken { share, from: variables.shown(&["OFFHOOK_SHARD"]), status_file: None });
    }
    if is_set("TEST_TOTAL_SHARDS") {
        let (index, total) = (variables.number("TEST_SHARD_INDEX"), variables.number("TEST_TOTAL_SHARDS"));
        let taken = variables.counted_from_zero(index, total, &["TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS"])?;
        let status_file = variable("TEST_SHARD_STATUS_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
        return Ok(Taken { status_file, ..taken });
    }
    if is_set("CI_NODE_TOTAL") {
        let total = variables.number("CI_NODE_TOTAL");
        let index = if is_set("CI_NODE_INDEX") { variables.number("CI_NODE_INDEX") } else { total.clone() };
        return variables.counted_from_one(index, total, &["CI_NODE_INDEX", "CI_NODE_TOTAL"]);
    }
    if is_set("SLURM_ARRAY_TASK_ID") {
        return slurm(&variables);
    }
    for (index, from_zero) in [("JOB_COMPLETION_INDEX", true), ("PARALLEL_SEQ", false)] {
        if !is_set(index) {
            continue;
        }
        if !is_set(SHARDS) {
            return Err(format!(
                "{} is set, and nothing says how many shards there are: set {SHARDS}",
                variables.shown(&[index])
            ));
        }
        let (number, total, names) = (variables.number(index), variables.number(SHARDS), [index, SHARDS]);
        return match from_zero {
            true => variables.counted_from_zero(number, total, &names),
            false => variables.counted_from_one(number, total, &names),
        };
    }
    Err("no variable says which shard this is: give --shard I/N, or set OFFHOOK_SHARD=I/N (Bazel, GitLab, Slurm, Kubernetes and \
         GNU parallel set variables of their own)"
        .to_owned())
}

fn slurm<F: Fn(&str) -> Option<String>>(variables: &Variables<F>) -> Result<Taken, String> {
    const NAMES: [&str; 5] = [
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_MAX",
        "SLURM_ARRAY_TASK_STEP",
        "SLURM_ARRAY_TASK_COUNT",
    ];
    let [id, min, max] = [NAMES[0], NAMES[1], NAMES[2]].map(|name| variables.number(name));
    let (id, min, max) = (id?, min?, max?);
    let step = if (variables.0)(NAMES[3]).is_some() { variables.number(NAMES[3])?.max(1) } else { 1 };
    let shown = variables.shown(&NAMES);
    let whole = id >= min && id <= max && (id - min) % step == 0;
    let total = max.saturating_sub(min) / step + 1;
    let count = if (variables.0)(NAMES[4]).is_some() { variables.number(NAMES[4])? } else { total };
    if !whole || count != total {
        return Err(format!(
            "{shown}: these are no range with a step, so which shard this is cannot be told; set OFFHOOK_SHARD=I/N"
        ));
    }
    Ok(Taken { share: Share::new((id - min) / step + 1, total)?, from: shown, status_file: None })
}

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    fn number(&self, name: &str) -> Number {
        let text = (self.0)(name).ok_or_else(|| format!("{name} is not set, and others that belong to it are"))?;
        text.parse().map_err(|_| format!("{name}={text}: expected a whole number"))
    }

    /// Those that are set, with their values.
    fn shown(&self, names: &[&str]) -> String {
        let one = |name: &&str| (self.0)(name).map(|value| format!("{name}={value}"));
        names.iter().filter_map(one).collect::<Vec<_>>().join(" ")
    }

    fn counted_from_one(&self, index: Number, total: Number, names: &[&str]) -> Result<Taken, String> {
        let from = self.shown(names);
        let share = Share::new(index?, total?).map_err(|why| format!("{from}: {why}"))?;
        Ok(Taken { share, from, status_file: None })
    }

    fn counted_from_zero(&self, index: Number, total: Number, names: &[&str]) -> Result<Taken, String> {
        let (index, total) = (index?, total?);
        if index >= total {
            return Err(format!("{}: there is no such shard, they are numbered from 0", self.shown(names)));
        }
        self.counted_from_one(Ok(index + 1), Ok(total), names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<String, String> {
        let found =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        taken(found).map(|taken| format!("{} by {}", taken.share, taken.from))
    }

    #[test]
    fn every_engine_counts_in_its_way() {
        let said = |text: &str| Ok(text.to_owned());
        assert_eq!(of(&[("OFFHOOK_SHARD", "2/4"), ("CI_NODE_TOTAL", "9")]), said("2/4 by OFFHOOK_SHARD=2/4"));
        let bazel = [("TEST_SHARD_INDEX", "0"), ("TEST_TOTAL_SHARDS", "4")];
        assert_eq!(of(&bazel), said("1/4 by TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=4"));
        assert_eq!(
            of(&[("CI_NODE_INDEX", "4"), ("CI_NODE_TOTAL", "4")]),
            said("4/4 by CI_NODE_INDEX=4 CI_NODE_TOTAL=4")
        );
        assert_eq!(of(&[("CI_NODE_TOTAL", "1")]), said("1/1 by CI_NODE_TOTAL=1"));
        let slurm = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_MAX", "7")];
        let step = [("SLURM_ARRAY_TASK_STEP", "2"), ("SLURM_ARRAY_TASK_COUNT", "4")];
        assert!(of(&[slurm, [step[0], step[1], ("", "")]].concat()).is_ok_and(|text| text.starts_with("3/4 by SLURM")));
        assert!(of(&slurm).is_ok_and(|text| text.starts_with("5/7 by SLURM")));
        let (index, shards) = (("JOB_COMPLETION_INDEX", "3"), ("OFFHOOK_SHARDS", "4"));
        assert_eq!(of(&[index, shards]), said("4/4 by JOB_COMPLETION_INDEX=3 OFFHOOK_SHARDS=4"));
        assert_eq!(of(&[("PARALLEL_SEQ", "3"), shards]), said("3/4 by PARALLEL_SEQ=3 OFFHOOK_SHARDS=4"));
    }

    #[test]
    fn what_cannot_be_is_said_with_the_variables() {
        let refused = |variables: &[(&str, &str)], part: &str| {
            assert!(of(variables).is_err_and(|text| text.contains(part)), "{:?}", of(variables));
        };
        refused(&[], "set OFFHOOK_SHARD=I/N");
        refused(&[("OFFHOOK_SHARD", "4")], "OFFHOOK_SHARD=4: expected I/N");
        refused(&[("TEST_SHARD_INDEX", "4"), ("TEST_TOTAL_SHARDS", "4")], "numbered from 0");
        refused(&[("TEST_TOTAL_SHARDS", "4")], "TEST_SHARD_INDEX is not set");
        refused(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "4")], "no shard 0 of 4");
        refused(&[("CI_NODE_TOTAL", "four")], "CI_NODE_TOTAL=four: expected a whole number");
        refused(&[("JOB_COMPLETION_INDEX", "0")], "set OFFHOOK_SHARDS");
        let list = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_MAX", "5")];
        refused(&[list[0], list[1], list[2], ("SLURM_ARRAY_TASK_COUNT", "3")], "no range with a step");
    }

    #[test]
    fn bazel_names_a_file_to_touch() {
        let variable = |name: &str| match name {
            "TEST_SHARD_INDEX" => Some("1".to_owned()),
            "TEST_TOTAL_SHARDS" => Some("2".to_owned()),
            "TEST_SHARD_STATUS_FILE" => Some("/tmp/status".to_owned()),
            _ => None,
        };
        assert_eq!(taken(variable).ok().and_then(|taken| taken.status_file), Some("/tmp/status".into()));
    }
}
