//! Lines of the files of a given `/etc` that are left out, or change places with the next.
//!
//! The directory stays as it is: the mutant has a `file` that replaces the tree's.

use std::path::Path;

use offhook_base::Span;
use offhook_etc::{Content, RawFile, tree};
use offhook_schema::Value;

use super::candidate::{Candidate, Node};
use super::files::statements;
use super::mutant::Change;
use super::spelling::quoted;
use super::values::short;
use crate::build::mode_in_etc;
use crate::vocabulary::Edit;

/// The lines of every text file that `server` takes from a directory; `base` is where relative paths begin.
pub(super) fn lines(text: &str, server: &Node, base: &Path) -> Vec<Candidate> {
    let directory =
        server.values.iter().find_map(|value| if let Value::Text(path) = &value.value { Some(path) } else { None });
    let Some(Ok((etc, _))) = directory.map(|directory| tree::read(&base.join(directory))) else { return Vec::new() };
    let Some(end) = insertion(text, server) else { return Vec::new() };
    // One that the scenario replaces is not read.
    let replaced = |path: &str| {
        let files = server.block.iter().flatten().filter(|node| node.word.role.edit == Some(Edit::File));
        files
            .filter_map(|node| node.values.first())
            .any(|value| matches!(&value.value, Value::Text(other) if other == path))
    };
    etc.files.iter().filter(|file| !replaced(&file.path)).flat_map(|file| of_file(file, &end)).collect()
}

/// Where a word is added to a block, and what has to stand before it.
fn insertion(text: &str, server: &Node) -> Option<(usize, &'static str)> {
    server.block.as_ref()?;
    let at = (server.whole.offset + server.whole.len).checked_sub(1)?;
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let separator = if before.ends_with(['\n', '{', ';']) { "" } else { "; " };
    Some((at, separator))
}

fn of_file(file: &RawFile, (at, separator): &(usize, &str)) -> Vec<Candidate> {
    let Content::File(octets) = &file.content else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(octets) else { return Vec::new() };
    let mode = mode_in_etc(&file.path, file.mode);
    let candidate = |mutated: String, change: Change| Candidate {
        at: Span { offset: *at, len: 0 },
        by: format!("{separator}file {} {} mode=\"{mode:04o}\" ", quoted(&file.path), quoted(&mutated)),
        change,
    };
    let number = |span: Span| text[..span.offset].matches('\n').count() + 1;
    let name = |span: Span, line: &str| format!("{}:{}: {}", file.path, number(span), short(line));
    let lines = statements(text, 0);
    let mut candidates = Vec::new();
    for (index, (span, line)) in lines.iter().enumerate() {
        let mut without = text.to_owned();
        without.replace_range(span.offset..span.offset + span.len, "");
        candidates.push(candidate(without, Change::Removed(name(*span, line))));
        if let Some((next, other)) = lines.get(index + 1).filter(|(_, other)| other != line) {
            let between = &text[span.offset + span.len..next.offset];
            let mut swapped = text.to_owned();
            swapped.replace_range(span.offset..next.offset + next.len, &format!("{other}{between}{line}"));
            candidates.push(candidate(swapped, Change::Swapped(name(*span, line), short(other))));
        }
    }
    candidates
}
