//! What is run, and how.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::snapshots::Mode;
use offhook_base::SourceFile;
use offhook_lab::{Lab, LabError, OwnParts, Replacement, Room, ServerPrograms};
use offhook_report::run::Planned;
use offhook_scenario::Scenario;

/// One scenario to run on one stack with one seed.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file it comes from.
    pub source: SourceFile,
    /// The scenario.
    pub scenario: Scenario,
    /// The stack.
    pub stack: String,
    /// What that is made of, if it is of the scenario file's own.
    pub own: Option<Arc<OwnParts>>,
    /// Programs of a machine's own, in place of the stack's.
    pub programs: Option<ServerPrograms>,
    /// Files in the place of the server's.
    pub replaced: Arc<[Replacement]>,
    /// The seed.
    pub seed: u64,
    /// Where its evidence goes.
    pub evidence: PathBuf,
}

impl Item {
    /// That scenario on that stack as it is.
    pub fn new(
        source: SourceFile,
        scenario: Scenario,
        stack: impl Into<String>,
        seed: u64,
        evidence: impl Into<PathBuf>,
    ) -> Self {
        let (stack, evidence) = (stack.into(), evidence.into());
        Self { source, scenario, stack, own: None, programs: None, replaced: [].into(), seed, evidence }
    }

    /// The stack of the lab that it boots.
    pub fn lab_stack(&self) -> &str {
        self.own.as_ref().map_or(&self.stack, |own| &own.lab_stack)
    }

    /// Files in the place of that one's; of two in one place the later is there.
    pub fn all_replaced(&self) -> impl Iterator<Item = &Replacement> {
        self.own.iter().flat_map(|own| &own.replaced).chain(self.replaced.iter())
    }

    /// What is told of it before it runs.
    pub(super) fn planned(&self) -> Planned {
        Planned {
            file: self.source.path.clone(),
            name: self.scenario.name.clone(),
            stack: self.stack.clone(),
            seed: self.seed,
        }
    }
}

/// Of which runs the server's files, logs, capture and transcript are kept. A run that leaves none is shorter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// Of all.
    #[default]
    All,
    /// Of those that do not pass: they run once more for it, which is the same run but for microseconds.
    Failed,
    /// Of none.
    None,
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Guests at once, 1 or more.
    pub jobs: usize,
    /// Wall-clock time a guest may take.
    pub limit: Duration,
    /// Where the guests live.
    pub room: Arc<Room>,
    /// Keep the programs of a guest apart from the memory of its kernel, at the price of speed.
    pub untrusted: bool,
    /// Start no guest that this machine's kernel cannot confine.
    pub confined: bool,
    /// What is done with snapshots.
    pub snapshots: Mode,
    /// Of which runs evidence is kept.
    pub evidence: Evidence,
    /// Stop at the first scenario that fails or cannot run.
    pub fail_fast: bool,
}

impl Options {
    /// So many guests at once, in a room of their own, each for so long at most; all else as it is unless stated.
    ///
    /// # Errors
    ///
    /// If there is no room for them.
    pub fn new(lab: &Lab, jobs: usize, limit: Duration) -> Result<Self, LabError> {
        Ok(Self::in_room(Arc::new(Room::for_guests(&lab.cache, jobs)?), jobs, limit))
    }

    /// The same, in that room.
    pub fn in_room(room: Arc<Room>, jobs: usize, limit: Duration) -> Self {
        let (snapshots, evidence) = (Mode::Check, Evidence::All);
        Self { jobs, limit, room, untrusted: false, confined: false, snapshots, evidence, fail_fast: false }
    }
}
