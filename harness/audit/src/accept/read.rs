//! A file of accepted findings, checked word by word, to [`Acceptance`]s.

use std::path::Path;

use offhook_etc::source::Place;
use offhook_schema::{Item, Problem, read_text};

use super::words::{self, ACCEPTANCES};
use super::{Acceptance, acceptable};

/// What the text says; `path` names it in places.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(super) fn acceptances(path: &Path, text: &str) -> Result<Vec<Acceptance>, Vec<Problem>> {
    read_text(text, &ACCEPTANCES, |items, _| {
        // One that was wrong is left out, and has been told.
        items.iter().filter_map(|item| acceptance(item, path, text)).collect()
    })
}

fn acceptance(item: &Item<words::Acceptances>, path: &Path, text: &str) -> Option<Acceptance> {
    let code = item.argument_text(0);
    let before = text.get(..item.span.offset).unwrap_or(text);
    Some(Acceptance {
        rule: acceptable().find(|rule| rule.code() == code)?,
        at: item.text("at").and_then(|at| words::place(&at)),
        port: item.text("port").map(|port| port.trim_start_matches("/dev/").to_owned()),
        reason: item.text("reason")?,
        until: item.text("until").and_then(|until| words::date(&until)),
        place: Place::line(path.display().to_string(), before.matches('\n').count() + 1),
    })
}
