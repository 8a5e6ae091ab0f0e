//! Files of snapshots, in insta's format: some lines of YAML between `---`, then the text.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use offhook_base::write_whole;
use offhook_report::evidence::slug;
use offhook_scenario::{Scenario, Snapshot};
use offhook_session::Outcome;

/// The line around the head.
const FENCE: &str = "---\n";

/// The directory of the snapshots of a scenario file.
pub fn directory(scenario: &Path) -> PathBuf {
    scenario.parent().unwrap_or_else(|| Path::new("")).join("snapshots")
}

/// How the names of all snapshots of a scenario file begin: `FILE__`.
pub fn stem(file: &Path) -> String {
    let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    format!("{}__", slug(&stem))
}

/// The accepted file of a snapshot: `snapshots/FILE__SCENARIO__NAME@STACK.snap` beside the scenario file; a scenario of one stack alone
/// does not name it.
pub fn place_of(file: &Path, scenario: &Scenario, stack: &str, snapshot: &Snapshot) -> PathBuf {
    let of = if scenario.stacks.len() > 1 { format!("@{}", slug(stack)) } else { String::new() };
    directory(file).join(format!("{}{}__{}{of}.snap", stem(file), slug(&scenario.name), slug(&snapshot.name)))
}

pub(super) fn place(outcome: &Outcome, scenario: &Scenario, snapshot: &Snapshot) -> PathBuf {
    place_of(&outcome.source.path, scenario, &outcome.stack, snapshot)
}

/// The file that the exchange is compared with: the accepted one, or where there is none and the scenario does not name the stack
/// that of the stack which it is like.
pub(super) fn compared_with(outcome: &Outcome, scenario: &Scenario, snapshot: &Snapshot) -> PathBuf {
    let own = place(outcome, scenario, snapshot);
    let like = scenario.like.as_ref().filter(|_| !own.exists());
    like.map(|like| place_of(&outcome.source.path, scenario, like, snapshot))
        .filter(|path| path.exists())
        .unwrap_or(own)
}

/// The file beside it that waits for a review.
pub fn pending(accepted: &Path) -> PathBuf {
    let mut name = accepted.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// The text of a snapshot file, without its head.
///
/// # Errors
///
/// The file system's.
pub fn read(path: &Path) -> io::Result<String> {
    let whole = fs::read_to_string(path)?;
    let body =
        whole.strip_prefix(FENCE).and_then(|rest| rest.split_once(FENCE)).map_or(whole.as_str(), |(_, body)| body);
    // insta ends a file with one line feed, whatever the text has.
    Ok(format!("{}\n", body.trim_end_matches('\n')))
}

/// Writes a snapshot file whole, in a directory that is made if need be.
pub(super) fn write(path: &Path, outcome: &Outcome, snapshot: &Snapshot, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let source = serde_json::to_string(&outcome.source.path.display().to_string())?;
    let what = match snapshot.call {
        Some(call) => format!("{} of call {call}", snapshot.of.word()),
        None => snapshot.of.word().to_owned(),
    };
    // A text in JSON is one in YAML.
    let expression = serde_json::to_string(&format!("{what}: {}", outcome.name))?;
    let whole = format!("{FENCE}source: {source}\nexpression: {expression}\n{FENCE}{}\n", text.trim_end_matches('\n'));
    write_whole(path, whole.as_bytes())
}
