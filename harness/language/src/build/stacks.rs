//! The stacks of a file's own: what each is from, and the files of this machine that are in it.
//!
//! In: the words at the top of a file and of those it includes. Out: [`OwnStack`]s, whose files are there and are plain files;
//! they are read when a run needs them. What a file says itself holds before what an included one does.

use std::path::{Path, PathBuf};

use offhook_base::Span;
use offhook_base::rooted::file_at;
use offhook_scenario::{OwnStack, ReplacedBy};
use offhook_schema::Problem;

use crate::fault;
use crate::sources::Sources;
use crate::vocabulary::{Item, Place};
use crate::words::choices::STACKS;

/// Makes the stacks of a file.
pub(in super::super) fn build_own_stacks(items: &[Item], base: &Sources, problems: &mut Vec<Problem>) -> Vec<OwnStack> {
    let mut stacks: Vec<(OwnStack, Span)> = Vec::new();
    for item in items.iter().filter(|item| item.word.opens == Some(Place::Stack)) {
        let (name, at) = (item.argument_text(0), item.argument_span(0));
        if let Some((_, first)) = stacks.iter().find(|(other, _)| other.name == name && !name.is_empty()) {
            if base.is_own(*first) && !base.is_own(at) {
                continue;
            }
            let message = format!("two stacks have the name \"{name}\"");
            let problem = Problem::new(fault::BAD_STACK, message, at, "declared again");
            problems.push(problem.also(*first, "first declared here").help("remove one of them"));
        }
        if STACKS.of(&name).is_some() {
            let problem = Problem::new(fault::BAD_STACK, format!("a stack \"{name}\" ships"), at, "its name");
            problems.push(problem.help("give it another name"));
        }
        stacks.push((build(item, name, base, problems), at));
    }
    stacks.into_iter().map(|(stack, _)| stack).collect()
}

fn build(item: &Item, name: String, base: &Sources, problems: &mut Vec<Problem>) -> OwnStack {
    let from = item.text("from").unwrap_or_default();
    let mut replaced: Vec<(ReplacedBy, Span)> = Vec::new();
    for word in item.children("replace") {
        let (path, at) = (word.argument_text(0), word.argument_span(0));
        if let Some((_, first)) = replaced.iter().find(|(other, _)| other.path == path && !path.is_empty()) {
            let problem = Problem::new(fault::BAD_STACK, format!("{path} is replaced twice"), at, "replaced again");
            problems.push(problem.also(*first, "first replaced here"));
        }
        replaced.push((ReplacedBy { path, file: here(word, 1, base, problems) }, at));
    }
    let debs: Vec<PathBuf> = item.children("deb").map(|word| here(word, 0, base, problems)).collect();
    if replaced.is_empty() && debs.is_empty() && item.complete {
        let message = format!("the stack \"{name}\" is no different from \"{from}\"");
        let problem = Problem::new(fault::BAD_STACK, message, item.span, "nothing is replaced");
        problems.push(problem.help("add what differs: replace \"/usr/sbin/pppd\" \"./build/pppd\""));
    }
    OwnStack { name, from, replaced: replaced.into_iter().map(|(file, _)| file).collect(), debs }
}

/// The file that an argument names, which has to be there.
fn here(word: &Item, argument: usize, base: &Sources, problems: &mut Vec<Problem>) -> PathBuf {
    let written = word.argument_text(argument);
    let path = base.directory(word.span).join(&written);
    // What is wrong with the text has been said.
    if written.is_empty() {
        return path;
    }
    plain_file(&path, &written, word.argument_span(argument), "be put into a stack", problems);
    path
}

/// Whether there is a plain file, as it was `written`; else it cannot do what is wanted of it.
pub(super) fn plain_file(path: &Path, written: &str, at: Span, wanted: &str, problems: &mut Vec<Problem>) {
    if let Err(error) = file_at(path) {
        let message = format!("{written} cannot {wanted}: {}", offhook_base::plain(&error));
        let problem = Problem::new(fault::BAD_STACK, message, at, "this file");
        problems.push(problem.help("name a plain file; relative paths start at the scenario file"));
    }
}
