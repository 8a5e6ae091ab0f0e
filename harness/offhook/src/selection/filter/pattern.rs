//! What a text is compared with: another text, a part of it, a regular expression, a glob.

use std::path::Path;

use offhook_base::Span;
use regex_lite::Regex;

/// How an argument without a sign in front is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Contains,
    Equals,
    Glob,
}

/// What a text is compared with.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Contains(String),
    Equals(String),
    Regex(Regex),
    Glob(String),
}

impl Pattern {
    /// The pattern that an argument is: `~text`, `=text`, `/regex/`, or as `plain` says; or what is wrong with it, and where
    /// in it.
    pub(super) fn of(argument: &str, plain: Plain) -> Result<Self, (String, Span)> {
        let whole = Span { offset: 0, len: argument.len() };
        if let Some(text) = argument.strip_prefix('~') {
            return Ok(Self::Contains(unescaped(text)));
        }
        if let Some(text) = argument.strip_prefix('=') {
            return Ok(Self::Equals(unescaped(text)));
        }
        if let Some(text) = argument.strip_prefix('/')
            && plain != Plain::Glob
        {
            let Some(text) = text.strip_suffix('/') else {
                return Err(("the regular expression has no `/` at its end".to_owned(), whole));
            };
            // Regular expressions have escapes of their own; a slash needs one only here.
            return Regex::new(&text.replace("\\/", "/")).map(Self::Regex).map_err(|error| (error.to_string(), whole));
        }
        let text = unescaped(argument);
        Ok(match plain {
            Plain::Contains => Self::Contains(text),
            Plain::Equals => Self::Equals(text),
            Plain::Glob => Self::Glob(text),
        })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => text.contains(part),
            Self::Equals(other) => text == other,
            Self::Regex(regex) => regex.is_match(text),
            Self::Glob(glob) => fast_glob::glob_match(glob, text),
        }
    }

    /// The same of a path. A glob without a slash is of the file's name; with one it may also be of the end of the path.
    pub(super) fn matches_path(&self, path: &Path) -> bool {
        let shown = path.to_string_lossy();
        let shown = shown.strip_prefix("./").unwrap_or(&shown);
        match self {
            Self::Glob(glob) if !glob.contains('/') => {
                path.file_name().is_some_and(|name| fast_glob::glob_match(glob, &*name.to_string_lossy()))
            }
            Self::Glob(glob) => {
                let glob = glob.strip_prefix("./").unwrap_or(glob);
                fast_glob::glob_match(glob, shown) || fast_glob::glob_match(format!("**/{glob}"), shown)
            }
            _ => self.matches(shown),
        }
    }
}

/// `\)` is a parenthesis, `\\` a backslash; before anything else a backslash is itself.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = characters.next_if(|next| character == '\\' && matches!(next, '(' | ')' | '\\'));
        plain.push(escaped.unwrap_or(character));
    }
    plain
}
