//! What is run: a server and calls to it, made of Rust values or read as scenario text.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use offhook_base::SourceFile;

use crate::words::Quoted;
use crate::{Call, Error, Server};

/// A scenario that has been read and checked, with the text it was read from.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub(crate) source: SourceFile,
    /// Whether the text is a file of its own already.
    pub(crate) is_file: bool,
    pub(crate) inner: offhook_scenario::Scenario,
}

impl Scenario {
    /// A scenario of these calls to this server, one after the other. `name` says what it shows, as a sentence.
    ///
    /// # Errors
    ///
    /// Every mistake in the words of server and calls, with its place in the scenario's text.
    pub fn new(name: &str, server: &Server, calls: impl IntoIterator<Item = Call>) -> Result<Self, Error> {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = writeln!(text, "scenario {} {{", Quoted(name));
        server.write(&mut text);
        calls.into_iter().for_each(|call| call.write(&mut text));
        text.push_str("}\n");
        let mut all = Self::from_text(&text)?;
        // A text with one scenario in it, all right: there is exactly one.
        Ok(all.swap_remove(0))
    }

    /// The scenarios of a text, one or more.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, with its place.
    ///
    /// ```
    /// let text = r#"scenario "nobody is called" { server { port "ttyS0"; }; call { ring 2; }; }"#;
    /// assert_eq!(offhook::Scenario::from_text(text).unwrap()[0].name(), "nobody is called");
    /// let error = offhook::Scenario::from_text(&text.replace("ring", "rang")).unwrap_err();
    /// assert!(error.to_string().contains("did you mean `ring`?"));
    /// ```
    pub fn from_text(text: &str) -> Result<Vec<Self>, Error> {
        let source = SourceFile { path: PathBuf::from("scenario.kdl"), text: text.into() };
        let scenarios = offhook_language::read(&source)?;
        let of = |inner| Self { source: source.clone(), is_file: false, inner };
        Ok(scenarios.into_iter().map(of).collect())
    }

    /// The scenarios of a file, or of all `.kdl` files in and below a directory.
    ///
    /// # Errors
    ///
    /// What cannot be read, and every mistake in what can.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Vec<Self>, Error> {
        let files = offhook_language::load(&[path.as_ref().to_owned()])?;
        let of = |(source, scenarios): (SourceFile, Vec<_>)| {
            scenarios.into_iter().map(move |inner| Self { source: source.clone(), is_file: true, inner })
        };
        Ok(files.into_iter().flat_map(of).collect())
    }

    /// What it shows.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Its text, which `offhook run` takes as a file, too.
    pub fn text(&self) -> &str {
        &self.source.text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_server_and_a_call_are_a_scenario_that_the_language_reads_back() {
        let server = Server::from_words("port \"ttyS0\" answer-after=2").with("account \"a\\\"b\" password=\"c\"");
        let call = Call::new().from("5551234").name("ALICE").to("ttyS0").expect_answer(2).ppp("a\"b", "c\\").hang_up();
        let scenario = Scenario::new("it \"reads\" back", &server, [call]).unwrap();
        assert_eq!(scenario.name(), "it \"reads\" back");
        assert_eq!(scenario.inner.server.accounts[0].user, "a\"b");
        let call = scenario.inner.calls().next().unwrap();
        assert_eq!((call.name.as_deref(), call.steps.len()), (Some("ALICE"), 3));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let server = Server::from_words("port \"ttyS0\" speeed=57600");
        let error = Scenario::new("wrong", &server, [Call::new().step("expect-anser")]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("did you mean `speed`?") && text.contains("did you mean `expect-answer`?"), "{text}");
        assert_eq!(error.kind(), crate::ErrorKind::Scenario);
    }
}
