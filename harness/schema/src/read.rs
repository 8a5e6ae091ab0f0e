//! The reader: a text and a vocabulary to items, or to everything that is wrong with the text.

use std::thread;

use crate::fault;
use crate::item::Item;
use crate::items::Reader;
use crate::node::Document;
use crate::problem::Problem;
use crate::vocabulary::{Language, Vocabulary};
use offhook_base::Span;

/// Stack the KDL parser may need for a text, in octets: it calls itself for blocks, comments and escapes, in good
/// text and in bad. Twice and more what was measured at most, without optimization.
fn stack_for(text: &str) -> usize {
    let octets = text.as_bytes();
    let cost = |index: usize| match (octets.get(index), octets.get(index + 1)) {
        (Some(b'{'), _) => 160 << 10,
        (Some(b'/'), Some(b'*' | b'-')) => 64 << 10,
        (Some(b'}' | b'\\'), _) => 16 << 10,
        _ => 0,
    };
    (0..octets.len()).map(cost).sum::<usize>() + (4 << 20)
}

/// More than any file needs; beyond it there may be no room for the thread.
const MOST_STACK: usize = 512 << 20;

/// Does something that calls itself for each nested block of these texts, on a stack that is large enough for the worst that
/// a hostile text can do.
///
/// # Errors
///
/// If there can be no such stack.
pub fn with_stack<T: Send>(texts: &[&str], run: impl FnOnce() -> T + Send) -> Result<T, Problem> {
    let stack = texts.iter().map(|text| stack_for(text)).fold(0, usize::saturating_add);
    if stack > MOST_STACK {
        let message = "there are more blocks than a file can have";
        let problem = Problem::new(fault::SYNTAX, message, Span::default(), "this file is too large");
        return Err(problem.help("split it"));
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, run);
        let ended = thread.map(thread::ScopedJoinHandle::join);
        let what = match ended {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(_)) => "the KDL parser gave up on this file".to_owned(),
            Err(error) => format!("cannot start a thread to read this file: {error}"),
        };
        Err(Problem::new(fault::SYNTAX, what, Span::default(), "in this file"))
    })
}

/// Reads a text by a vocabulary, and lets `run` make something of its items, saying what is wrong with them besides.
///
/// After a slip in the KDL the rest is read all the same, and `run` sees it: an item in which something was lost is not
/// `sound`, and one whose block lost something is not `complete`.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text.
pub fn read_text<L: Language, T: Send>(
    text: &str,
    vocabulary: &'static Vocabulary<L>,
    run: impl FnOnce(Vec<Item<L>>, &mut Vec<Problem>) -> T + Send,
) -> Result<T, Vec<Problem>>
where
    Vocabulary<L>: Sync,
{
    let read = with_stack(&[text], || read_document(Document::parse(text), vocabulary, run));
    read.unwrap_or_else(|problem| Err(vec![problem])).map_err(|mut problems| {
        // Braces that were added at the end are not in the text, nor is what they close to its end.
        for label in problems.iter_mut().flat_map(|problem| &mut problem.labels) {
            label.span.offset = label.span.offset.min(text.len());
            label.span.len = label.span.len.min(text.len() - label.span.offset);
        }
        problems
    })
}

/// Reads nodes as [`read_text`] does a text. What is said of the same words twice is told once.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text, or of the texts. A place may lie in what was added to a text
/// to make it one that can be parsed.
pub fn read_document<L: Language, T>(
    document: Document,
    vocabulary: &'static Vocabulary<L>,
    run: impl FnOnce(Vec<Item<L>>, &mut Vec<Problem>) -> T,
) -> Result<T, Vec<Problem>> {
    let Document { nodes, mut problems, damaged, unreadable, .. } = document;
    let outermost = vocabulary.places.first().copied().filter(|_| !unreadable);
    let read = outermost.map(|place| {
        let mut reader =
            Reader { vocabulary, damaged: &damaged, declared: Reader::<L>::names(&nodes), problems: Vec::new() };
        let items = reader.items(&nodes, place, None);
        problems.append(&mut reader.problems);
        run(items, &mut problems)
    });
    problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
    let mut told: Vec<Problem> = Vec::new();
    for problem in problems {
        let at = |problem: &Problem| problem.labels.first().map(|label| label.span.offset);
        let same = told.iter().rev().take_while(|other| at(other) == at(&problem)).any(|other| *other == problem);
        if !same {
            told.push(problem);
        }
    }
    read.filter(|_| told.is_empty()).ok_or(told)
}
