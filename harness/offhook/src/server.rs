//! A server to be called: in the words of the scenario language, or as the files of an `/etc`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::words::Quoted;

/// A dial-in server.
///
/// ```
/// use offhook::Server;
///
/// let server = Server::from_words(
///     r#"
///     port "ttyS0" answer-after=2
///     ppp { addresses local="10.0.0.1" remote="10.0.0.2"; require-auth "pap"; }
///     account "alice" password="secret"
///     "#,
/// );
/// # drop(server);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    etc: Option<PathBuf>,
    words: String,
}

impl Server {
    /// A server as the block of `server` in a scenario describes it: ports, PPP options, accounts, caller-ID rules. The
    /// words are read when a [`Scenario`](crate::Scenario) is made of it.
    pub fn from_words(words: impl Into<String>) -> Self {
        Self { etc: None, words: words.into() }
    }

    /// A server with the files of an `/etc` that lies in `directory`, as `server etc=` has it.
    pub fn from_etc(directory: impl AsRef<Path>) -> Self {
        let directory = directory.as_ref();
        let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        Self { etc: Some(absolute), words: String::new() }
    }

    /// The same server with more words in its block.
    #[must_use]
    pub fn with(mut self, words: &str) -> Self {
        self.words.push('\n');
        self.words.push_str(words);
        self
    }

    /// As a node of a scenario.
    pub(crate) fn write(&self, text: &mut String) {
        let etc = self.etc.as_deref().map(|etc| format!(" etc={}", Quoted(&etc.to_string_lossy())));
        let _ = writeln!(text, "    server{} {{\n{}\n    }}", etc.unwrap_or_default(), self.words.trim_matches('\n'));
    }
}
