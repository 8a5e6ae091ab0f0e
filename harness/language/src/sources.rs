//! A scenario file and the files it includes: their texts, one after the other, and where each begins.
//!
//! A path goes in; out come the nodes of all files, whose places are places in that one long text, and what tells of such a
//! place which file it is in. Each file is read once; a file that includes itself, and includes within includes beyond a
//! bound, are mistakes.

use std::path::{Path, PathBuf};

use crate::fault;
use offhook_base::{SourceFile, Span};
use offhook_schema::{Document, FileProblems, Label, Node, Problem, file, with_stack};

/// Includes in included files, one in another. More is no order that anybody can follow.
const DEEPEST: usize = 8;
/// Files that one file includes, all in all.
const MOST: usize = 100;

/// The files, in the order in which they were read.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    files: Vec<(SourceFile, usize)>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) sources: Sources,
    /// The text of all files, and the nodes of the first.
    pub(crate) document: Document,
    /// The nodes of each included file.
    pub(crate) included: Vec<Vec<Node>>,
    /// Whether a file could not be read: what it may have declared is not missing.
    pub(crate) lost: bool,
}

/// Reads what a file includes, and parses all of it.
pub(crate) fn gather(source: &SourceFile) -> Gathered {
    let mut all = Gathered {
        sources: Sources { files: vec![(source.clone(), 0)] },
        document: parsed(&source.text),
        included: Vec::new(),
        lost: false,
    };
    let nodes: Vec<Node> = all.document.nodes.iter().filter(|node| node.name == "include").cloned().collect();
    let mut chain = vec![canonical(&source.path)];
    all.follow(&nodes, &source.path, &mut chain);
    all
}

fn parsed(text: &str) -> Document {
    with_stack(&[text], || Document::parse(text)).unwrap_or_else(Document::unreadable)
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

impl Gathered {
    /// Reads what these nodes of the file at `path` include; `chain`: the files that led here, this one last.
    fn follow(&mut self, nodes: &[Node], path: &Path, chain: &mut Vec<PathBuf>) {
        for node in nodes.iter().filter(|node| node.name == "include") {
            let Some((name, at)) = node.arguments().next().and_then(|entry| Some((entry.text()?, entry.span))) else {
                continue;
            };
            let path = path.parent().unwrap_or(Path::new("")).join(name);
            let own = canonical(&path);
            if chain.contains(&own) {
                let problem = Problem::new(fault::BAD_INCLUDE, format!("`{name}` includes itself"), at, "in a circle");
                self.document.problems.push(problem.help("remove one of the includes of the circle"));
                continue;
            }
            // What several files include is there once.
            if self.sources.files.iter().any(|(file, _)| canonical(&file.path) == own) {
                continue;
            }
            if chain.len() > DEEPEST || self.included.len() >= MOST {
                let message = format!("`{name}` is one file too many");
                let label =
                    if chain.len() > DEEPEST { "too deep in other files" } else { "more files than can be read" };
                let problem = Problem::new(fault::BAD_INCLUDE, message, at, label);
                let bounds = format!("at most {MOST} files, and {DEEPEST} of them one in another");
                self.document.problems.push(problem.help(bounds));
                self.lost = true;
                continue;
            }
            match file::text(&path, "relative paths start at the file that says `include`") {
                Ok(text) => {
                    let (start, nodes) = self.document.append(parsed(&text));
                    self.sources.files.push((SourceFile { path: path.clone(), text: text.into() }, start));
                    self.included.push(nodes.clone());
                    chain.push(own);
                    self.follow(&nodes, &path, chain);
                    chain.pop();
                }
                Err(wrong) => {
                    let why = wrong.problems.first().map_or("", |problem| problem.message.as_str());
                    let message = format!("`{name}` cannot be included: {why}");
                    let problem = Problem::new(fault::BAD_INCLUDE, message, at, "this file");
                    let help = wrong.problems.first().and_then(|problem| problem.help.clone()).unwrap_or_default();
                    self.document.problems.push(problem.help(help));
                    self.lost = true;
                }
            }
        }
    }
}

impl Sources {
    /// The texts of all files.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.files.iter().map(|(file, _)| &*file.text).collect()
    }

    /// The files that the first one includes.
    pub(crate) fn included(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().skip(1).map(|(file, _)| file)
    }

    /// The directory of the file in which a place is.
    pub(crate) fn directory(&self, at: Span) -> &Path {
        self.files.get(self.at(at)).and_then(|(file, _)| file.path.parent()).unwrap_or(Path::new(""))
    }

    /// Whether a place is in the first file, not in one that it includes.
    pub(crate) fn is_own(&self, at: Span) -> bool {
        self.at(at) == 0
    }

    /// In which file a place is.
    fn at(&self, at: Span) -> usize {
        self.files.iter().rposition(|(_, start)| *start <= at.offset).unwrap_or(0)
    }

    /// A place in its file: braces that were added at the end of a text are not in it.
    fn within(&self, file: usize, at: Span) -> Span {
        let Some((source, start)) = self.files.get(file) else { return at };
        let offset = at.offset.saturating_sub(*start).min(source.text.len());
        Span { offset, len: at.len.min(source.text.len() - offset) }
    }

    /// What is wrong with which file, each place in its own. What another file has to do with it is told in words.
    pub(crate) fn split(&self, problems: Vec<Problem>) -> Vec<FileProblems> {
        let mut split: Vec<Vec<Problem>> = vec![Vec::new(); self.files.len()];
        for mut problem in problems {
            let file = problem.labels.first().map_or(0, |label| self.at(label.span));
            for label in std::mem::take(&mut problem.labels) {
                match self.at(label.span) {
                    other if other == file => {
                        let span = self.within(file, label.span);
                        problem.labels.push(Label { span, ..label });
                    }
                    other => {
                        let told = format!("{}: {}", self.named(other, label.span), label.text);
                        let help = problem.help.take().map(|help| format!("{help}\n")).unwrap_or_default();
                        problem.help = Some(help + &told);
                    }
                }
            }
            split.get_mut(file).into_iter().for_each(|problems| problems.push(problem.clone()));
        }
        let of = |((source, _), problems): (&(SourceFile, usize), Vec<Problem>)| FileProblems {
            path: source.path.clone(),
            text: Some(source.text.clone()),
            problems,
        };
        self.files.iter().zip(split).map(of).filter(|file| !file.problems.is_empty()).collect()
    }

    /// A place as editors count it: `base.kdl:3:9`.
    fn named(&self, file: usize, at: Span) -> String {
        let Some((source, _)) = self.files.get(file) else { return String::new() };
        let before = source.text.get(..self.within(file, at).offset).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        format!("{}:{line}:{column}", source.path.display())
    }
}
