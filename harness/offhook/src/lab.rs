//! The lab: what scenarios run on, found or built, and the running of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use offhook_base::plain;
#[cfg(feature = "audit")]
use offhook_etc::source::Tree;
use offhook_lab::{Progress, STACKS};
use offhook_report::evidence;
use offhook_report::run::DEFAULT_SEED;

#[cfg(feature = "audit")]
use crate::audit_calls::{self, CallOptions};
use crate::runner::item::{Item, Options};
use crate::runner::own;
use crate::runner::schedule;
use crate::{Call, Error, ErrorKind, Outcome, Outcomes, Scenario, Server};

/// A kernel and server stacks, built once for a user and cached.
///
/// ```no_run
/// use offhook::{Call, Lab, Server};
///
/// # fn main() -> Result<(), offhook::Error> {
/// let server = Server::from_words(r#"port "ttyS0" answer-after=2"#);
/// Lab::open()?.call(&server, [Call::new().expect_answer(2).hang_up()])?.assert_passed();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Lab {
    inner: offhook_lab::Lab,
    seed: u64,
    limit: Duration,
    evidence: Option<PathBuf>,
}

impl Lab {
    /// The lab with every server stack. What is not in the cache directory is built, which takes some minutes the first time
    /// and is told on standard error; tests that come to it at the same time wait for the one that builds.
    ///
    /// # Errors
    ///
    /// If a part is missing and cannot be built; the text says what to do.
    pub fn open() -> Result<Self, Error> {
        Self::with_stacks(STACKS.iter().copied())
    }

    /// The lab with these server stacks alone: `bookworm`, `trixie`.
    ///
    /// # Errors
    ///
    /// As [`Lab::open`], and if there is no such stack.
    pub fn with_stacks<'a>(stacks: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let stacks: Vec<String> = stacks.into_iter().map(str::to_owned).collect();
        let inner = offhook_lab::ensure(&stacks, &Progress::for_stderr())?;
        Ok(Self { inner, seed: DEFAULT_SEED, limit: Duration::from_secs(60), evidence: None })
    }

    /// The same lab, with another seed of everything random; it is 1 otherwise.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same lab, with another limit for the real time that a guest may take; it is a minute otherwise.
    #[must_use]
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same lab, leaving evidence in that directory, a directory for each scenario and stack.
    #[must_use]
    pub fn evidence_in(mut self, directory: impl Into<PathBuf>) -> Self {
        self.evidence = Some(directory.into());
        self
    }

    /// Calls a server, one call after the other, on every stack of the lab.
    ///
    /// # Errors
    ///
    /// Mistakes in the words of server and calls, or a lab that cannot run. A call that fails is no error but an outcome.
    pub fn call(&self, server: &Server, calls: impl IntoIterator<Item = Call>) -> Result<Outcomes, Error> {
        self.run(&Scenario::new("a call", server, calls)?)
    }

    /// Runs a scenario on every stack of the lab that it is for.
    ///
    /// # Errors
    ///
    /// If the lab cannot run it. A scenario that fails is no error but an outcome.
    pub fn run(&self, scenario: &Scenario) -> Result<Outcomes, Error> {
        if let Some((own, _)) = scenario.inner.host_program() {
            let message = format!("`{}` would run on this machine itself: only `offhook run` does that", own.command);
            return Err(Error::new(ErrorKind::Scenario, message));
        }
        let (root, directory) = self.place()?;
        let mut source = scenario.source.clone();
        if !scenario.is_file {
            source.path = root.join("scenario.kdl");
            fs::write(&source.path, scenario.text()).map_err(|error| files("writing", &source.path, &error))?;
        }
        let own = |stack: &str| scenario.inner.own_stacks.iter().find(|own| own.name == stack);
        // One of the scenario's own is here where the one is that it is from.
        let here = |stack: &&String| {
            self.inner.stacks.contains_key(own(stack).map_or(stack.as_str(), |own| own.from.as_str()))
        };
        let case = scenario.inner.variant.case.as_deref();
        let mut items: Vec<Item> = scenario
            .inner
            .stacks
            .iter()
            .filter(here)
            .map(|stack| {
                let place = root.join(evidence::directory(Path::new(""), scenario.name(), case, stack, None));
                Item::new(source.clone(), scenario.inner.clone(), stack.clone(), self.seed, place)
            })
            .collect();
        if items.is_empty() {
            let known: Vec<&str> = self.inner.stacks.keys().map(String::as_str).collect();
            let (wanted, known) = (scenario.inner.stacks.join(", "), known.join(", "));
            return Err(Error::new(
                ErrorKind::Lab,
                format!("the scenario is for {wanted}; the lab was opened with {known}"),
            ));
        }
        own::make(&mut items)?;
        let lab = match items.iter().all(|item| self.inner.stacks.contains_key(item.lab_stack())) {
            true => self.inner.clone(),
            // One that has packages of its own is made now.
            false => {
                let names: BTreeSet<&str> = items.iter().map(Item::lab_stack).collect();
                let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
                offhook_lab::ensure(&names, &Progress::for_stderr())?
            }
        };
        let jobs = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
        let options = Options::new(&self.inner, jobs, self.limit)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| Error::new(ErrorKind::Lab, format!("starting the event loop: {}", plain(&error))))?;
        let keep = |outcome: &offhook_session::Outcome| evidence::write(outcome, &outcome.evidence);
        let run = schedule::run(Some(&lab), items, &options, keep, std::future::pending(), |_| ());
        let result = runtime.block_on(run);
        let of =
            |inner: &Arc<offhook_session::Outcome>| Outcome { inner: inner.clone(), _directory: directory.clone() };
        Ok(Outcomes(result.outcomes.iter().map(of).collect()))
    }

    /// Audits a server: reads the `/etc` in that directory, calls every port in the first stack of the lab, and tells what a
    /// caller experiences and what is wrong. The directory is a copy, so owners and modes are taken as they should be.
    ///
    /// ```no_run
    /// use offhook::{Lab, Severity};
    ///
    /// # fn main() -> Result<(), offhook::Error> {
    /// let audit = Lab::open()?.audit("tests/etc")?;
    /// assert_eq!(audit.count(Severity::Danger), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the directory cannot be read, or the lab cannot make the calls.
    #[cfg(feature = "audit")]
    pub fn audit(&self, etc: impl AsRef<Path>) -> Result<offhook_audit::Audit, Error> {
        let etc = etc.as_ref();
        let tree = Tree::read(etc, false, true).map_err(|error| files("reading", etc, &error))?;
        let stack = self.inner.stacks.keys().next().cloned().unwrap_or_default();
        let options = CallOptions {
            programs: None,
            trusted: false,
            stack,
            modem: Default::default(),
            jobs: None,
            limit: self.limit,
            evidence: self.evidence.clone(),
        };
        let completed = audit_calls::complete(&tree, || Ok(self.inner.clone()), &options, std::future::pending());
        match completed.called {
            Ok(_) => Ok(completed.audit),
            Err(stopped) => Err(Error::new(ErrorKind::Lab, stopped.to_string())),
        }
    }

    /// Where evidence goes, and what is to be removed with it.
    fn place(&self) -> Result<(PathBuf, Option<Arc<tempfile::TempDir>>), Error> {
        if let Some(directory) = &self.evidence {
            let made = fs::create_dir_all(directory).and_then(|()| std::path::absolute(directory));
            return Ok((made.map_err(|error| files("making", directory, &error))?, None));
        }
        let parent = std::env::temp_dir();
        let made = tempfile::Builder::new().prefix("offhook-").tempdir();
        let directory = made.map_err(|error| files("making a directory in", &parent, &error))?;
        Ok((directory.path().to_owned(), Some(Arc::new(directory))))
    }
}

fn files(doing: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Files, format!("{doing} {}: {}", path.display(), plain(error)))
}
