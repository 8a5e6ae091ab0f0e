//! The reader: a text and a vocabulary to items, or to everything that is wrong with the text.

use std::thread;

use kdl::KdlDocument;

use crate::fault;
use crate::item::Item;
use crate::items::Reader;
use crate::problem::Problem;
use crate::recover::{Recovered, recover};
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
    let stack = stack_for(text);
    if stack > MOST_STACK {
        let message = "there are more blocks than a file can have";
        let problem = Problem::new(fault::SYNTAX, message, Span::default(), "this file is too large");
        return Err(vec![problem.help("split it")]);
    }
    // The parser calls itself for each nested block, so a hostile file could exhaust the stack: give it one that is
    // large enough for the worst that the file can do.
    let length = text.len();
    let parse = || {
        let Recovered { document, text, mut problems, damaged } = match KdlDocument::parse(text) {
            Ok(document) => {
                Recovered { document: Some(document), text: text.to_owned(), problems: Vec::new(), damaged: Vec::new() }
            }
            Err(_) => recover(text),
        };
        let outermost = vocabulary.places.first().copied();
        let read = document.zip(outermost).map(|(document, place)| {
            let mut reader = Reader { vocabulary, text: &text, damaged: &damaged, problems: Vec::new() };
            let items = reader.items(&document, place, None);
            problems.append(&mut reader.problems);
            run(items, &mut problems)
        });
        // Braces that were added at the end are not in the text, nor is what they close to its end.
        for label in problems.iter_mut().flat_map(|problem| &mut problem.labels) {
            label.span.offset = label.span.offset.min(length);
            label.span.len = label.span.len.min(length - label.span.offset);
        }
        problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
        read.filter(|_| problems.is_empty()).ok_or(problems)
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, parse);
        let ended = thread.map(thread::ScopedJoinHandle::join);
        let what = match ended {
            Ok(Ok(result)) => return result,
            Ok(Err(_)) => "the KDL parser gave up on this file".to_owned(),
            Err(error) => format!("cannot start a thread to read this file: {error}"),
        };
        Err(vec![Problem::new(fault::SYNTAX, what, Span::default(), "in this file")])
    })
}
