//! Modem models: the files that ship, by name, and files of users' own.
//!
//! In: a name, `usr-courier`, or a path, `./mine.kdl`. Out: a [`Personality`], or everything that is wrong with its file.
//! The words of these files are a vocabulary of their own; [`read()`] makes something of them.

mod build;
mod fields;
mod read;
#[cfg(test)]
mod tests;

use std::path::Path;

use offhook_telephony::modem::Personality;

use crate::fault;
use offhook_base::Span;
use offhook_schema::file::text;
use offhook_schema::{Errors, FileProblems, Problem};
use offhook_schema::{listed, nearest};

pub use read::read;

/// The name of the modem that is by the book: V.250's and common practice's.
pub const GENERIC: &str = "generic";

/// The files that ship, by name in the order in which they are listed; the generic modem's first.
const SHIPPED: [(&str, &str); 10] = [
    (GENERIC, include_str!("../../personalities/generic.kdl")),
    ("usr-courier", include_str!("../../personalities/usr-courier.kdl")),
    ("usr-sportster", include_str!("../../personalities/usr-sportster.kdl")),
    ("rockwell-56k", include_str!("../../personalities/rockwell-56k.kdl")),
    ("zyxel-u1496", include_str!("../../personalities/zyxel-u1496.kdl")),
    ("hayes-accura", include_str!("../../personalities/hayes-accura.kdl")),
    ("elsa-microlink", include_str!("../../personalities/elsa-microlink.kdl")),
    ("isdn-adapter", include_str!("../../personalities/isdn-adapter.kdl")),
    ("cellular", include_str!("../../personalities/cellular.kdl")),
    ("broken", include_str!("../../personalities/broken.kdl")),
];

/// The names of those that ship, and the text of each one's file.
pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED.into_iter()
}

/// What a model that ships is, for people; empty for a name that does not.
pub fn title(name: &str) -> String {
    let text = SHIPPED.into_iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
    // Also of the generic modem, whose personality has no title of its own.
    text.lines().find_map(|line| line.strip_prefix("title \"")?.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// The model of that name, or in the file at that path; a path has a `/` in it or ends in `.kdl`.
///
/// # Errors
///
/// That nobody knows the name, with the nearest that is known; or all that is wrong with the file.
pub fn load(name: &str) -> Result<Personality, Errors> {
    find(name, Path::new(""), Span::default()).map_err(|problem| {
        let elsewhere = problem.elsewhere.clone();
        let bare = FileProblems { path: name.into(), text: None, problems: vec![*problem] };
        Errors { files: vec![elsewhere.map_or(bare, |file| *file)] }
    })
}

/// The same, named in a file in the directory `base` at the place `at`.
pub(crate) fn find(name: &str, base: &Path, at: Span) -> Result<Personality, Box<Problem>> {
    if let Some((name, text)) = SHIPPED.into_iter().find(|(known, _)| *known == name) {
        let path = format!("{name}.kdl");
        return read(Path::new(&path), text).map_err(|file| wrong_file(&path, file, at));
    }
    if !is_file(name) {
        return Err(Box::new(unknown(name, at)));
    }
    let path = base.join(name);
    let text = text(&path, "give a model or its file").map_err(|file| wrong_file(name, file, at))?;
    read(&path, &text).map_err(|file| wrong_file(name, file, at))
}

/// Whether what stands for a model, and is none that ships, is the path of a file.
pub(crate) fn is_file(name: &str) -> bool {
    name.contains('/') || name.ends_with(".kdl")
}

fn unknown(name: &str, at: Span) -> Problem {
    let problem = Problem::new(fault::UNKNOWN_MODEL, format!("unknown modem model `{name}`"), at, "unknown model");
    let names: Vec<String> = SHIPPED.into_iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let list = format!("known are {}, and files of your own: \"./{name}.kdl\"", listed(&names, "and"));
    problem.help(match nearest(name, SHIPPED.into_iter().map(|(name, _)| name)) {
        Some(near) => format!("did you mean \"{near}\"? {list}"),
        None => list,
    })
}

/// What is wrong with a file, as it is said where the file is named.
fn wrong_file(name: &str, file: FileProblems, at: Span) -> Box<Problem> {
    let problem = match (&file.text, file.problems.as_slice()) {
        // The file itself cannot be had: there is nothing to point at in it.
        (None, [only]) => {
            let message = format!("the model file {name} cannot be used: {}", only.message);
            Problem::new(fault::BAD_MODEL, message, at, "this file").help("relative paths start at the scenario file")
        }
        (_, problems) => {
            let count = problems.len();
            let message = match count {
                1 => format!("there is a mistake in the model file {name}"),
                _ => format!("there are {count} mistakes in the model file {name}"),
            };
            let problem = Problem::new(fault::BAD_MODEL, message, at, "see below");
            Problem { elsewhere: Some(Box::new(file)), ..problem }
        }
    };
    Box::new(problem)
}
