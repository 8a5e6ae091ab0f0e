//! A line for every folder of scenarios, for runs whose scenarios do not fit on a screen.
//!
//! In: the plan, then outcomes as they come, and a [`Style`]. Out, once all of a folder are there: mark, folder, counts,
//! and the slowest of them. A folder is the directory of a file; where all files are in one directory, it is the file.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::entry::title;
use super::run::{Counts, Planned};
use super::style::{Ink, Style};
use super::summary::count_words;
use super::terminal::MARK;
use super::text::{fit, pad, printable, span, width};
use offhook_session::Outcome;

/// The slowest is named in at least so many columns, or not at all.
const SLOWEST: usize = 12;
/// Columns of `slowest`, its time and the blanks around them.
const TIME: usize = 19;

/// What is known of all folders.
#[derive(Clone, Debug)]
pub struct Folders {
    style: Style,
    folders: Vec<Folder>,
    /// By place in the plan: which folder.
    of: Vec<usize>,
    name: usize,
    counts: usize,
}

#[derive(Clone, Debug, Default)]
struct Folder {
    name: String,
    left: usize,
    counts: Counts,
    slowest: Option<(Duration, String)>,
}

impl Folders {
    /// The folders of a plan.
    pub fn new(style: Style, plan: &[Planned]) -> Self {
        let directories: BTreeSet<&Path> = plan.iter().map(directory).collect();
        let mut folders: Vec<Folder> = Vec::new();
        let mut of = Vec::with_capacity(plan.len());
        for planned in plan {
            let place = if directories.len() > 1 { directory(planned) } else { &planned.file };
            let name = printable(&place.display().to_string());
            let found = folders.iter().position(|folder| folder.name == name);
            let index = found.unwrap_or_else(|| {
                folders.push(Folder { name, ..Folder::default() });
                folders.len() - 1
            });
            folders[index].left += 1;
            of.push(index);
        }
        let name = folders.iter().map(|folder| width(&folder.name)).max().unwrap_or(0);
        let most = folders.iter().map(|folder| folder.left).max().unwrap_or(0);
        let counts = width(&format!("{most} passed"));
        Self { style, folders, of, name, counts }
    }

    /// Takes an outcome; the folder's line if it is the last one of the folder.
    pub fn take(&mut self, index: usize, outcome: &Outcome) -> Option<String> {
        let folder = self.folders.get_mut(*self.of.get(index)?)?;
        folder.left = folder.left.saturating_sub(1);
        folder.counts = folder.counts.and(outcome);
        if folder.slowest.as_ref().is_none_or(|(time, _)| *time < outcome.wall_time) {
            folder.slowest = Some((outcome.wall_time, title(outcome)));
        }
        let folder = folder.clone();
        (folder.left == 0).then(|| self.row(&folder))
    }

    fn row(&self, folder: &Folder) -> String {
        let style = self.style;
        let (ink, mark) = mark(folder.counts);
        // How many steps failed as expected is for the summary: here it would hide what differs.
        let counts = Counts { expected_failures: 0, ..folder.counts };
        let words: Vec<String> = count_words(counts).into_iter().map(|(_, words)| words).collect();
        let name = pad(&fit(&folder.name, self.name.min(style.width / 2), style.ellipsis()), self.name);
        let told = format!("{name}  {}", pad(&words.join(", "), self.counts));
        let left = style.width.saturating_sub(MARK + width(&told) + TIME);
        let slowest = match &folder.slowest {
            Some((time, title)) if *time > Duration::ZERO && left >= SLOWEST => {
                let title = fit(title, left, style.ellipsis());
                style.paint(Ink::Dim, &format!("  slowest {:>7}  {title}", span(*time)))
            }
            _ => String::new(),
        };
        format!("{}{}{slowest}\n", style.paint(ink, &pad(mark, MARK)), told.trim_end_matches(' '))
    }
}

fn directory(planned: &Planned) -> &Path {
    planned.file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The worst of what is in it.
const fn mark(counts: Counts) -> (Ink, &'static str) {
    match counts {
        Counts { errors: 1.., .. } => (Ink::Warn, "ERROR"),
        Counts { failed: 1.., .. } => (Ink::Bad, "FAIL"),
        Counts { not_run: 1.., .. } => (Ink::Dim, "-"),
        Counts { passed: 0, .. } => (Ink::Dim, "skip"),
        _ => (Ink::Good, "ok"),
    }
}
