//! The server as a machine in the guest: its files written, and changed while it runs, with copies kept as evidence.
//!
//! In goes a job and what an administrator does; out come files below `/`, what init is to keep running, and which devices
//! there must be.

use std::fs;
use std::path::Path;

use nix::unistd::sethostname;

use offhook_base::Error;
use offhook_etc::inittab::Entry;
use offhook_etc::read::direct::is_direct;
use offhook_etc::served::{self, Complaint, served};
use offhook_etc::source::Tree;
use offhook_etc::{Etc, RawFile};
use offhook_scenario::{Edit, Port, Scenario};
use offhook_server::change::{Difference, deletable};
use offhook_server::files::{self, Configuration, REPLACED_BY_ETC};
use offhook_server::written;
use offhook_session::Job;

use super::output;

/// A file that the stack ships and that is there only if the scenario says so.
const OPTIONAL: &[&str] = &["/etc/mgetty/dialin.config"];

/// The server's files.
#[derive(Debug)]
pub(super) struct Machine {
    configuration: Configuration,
    files: Vec<RawFile>,
    changes: usize,
    /// Whether copies are kept.
    evidence: bool,
}

impl Machine {
    /// Writes the files of the job's server.
    pub(super) fn furnish(job: &Job) -> Result<Self, Error> {
        let root = Path::new("/");
        let server = &job.scenario.server;
        let io = |doing: &str, error: &std::io::Error| Error::io(doing, error);
        let shipped = if files::has_users(&job.scenario) {
            Some(files::shipped(root).map_err(|error| io("reading the stack's accounts", &error))?)
        } else {
            None
        };
        let configuration = Configuration::new(server.clone(), shipped);
        let files =
            configuration.files().map_err(|error| Error::new(format!("writing the server's files: {error}")))?;
        if let Some(etc) = &server.etc {
            written::remove(REPLACED_BY_ETC, root).map_err(|error| io("making room for the given /etc", &error))?;
            // pppd makes files in it; an /etc without one is possible.
            fs::create_dir_all("/etc/ppp").map_err(|error| io("making /etc/ppp", &error))?;
            name_host(etc)?;
        } else {
            let absent: Vec<_> = OPTIONAL.iter().filter(|path| !files.iter().any(|file| file.path == **path)).collect();
            written::remove(&absent, root).map_err(|error| io("removing what the stack ships", &error))?;
        }
        written::write(&files, root).map_err(|error| io("writing the server's files", &error))?;
        written::make_homes(&Configuration::homes(&files), root)
            .map_err(|error| io("making home directories", &error))?;
        let machine = Self { configuration, files, changes: 0, evidence: job.evidence };
        machine.keep(&machine.files, "server")?;
        Ok(machine)
    }

    /// Makes one edit, and tells what came of it in a line for the trace.
    pub(super) fn edit(&mut self, edit: &Edit) -> Result<String, Error> {
        let root = Path::new("/");
        let refused = |why: String| Error::new(format!("changing the server: {why}"));
        if let Edit::DeleteFile(path) = edit {
            deletable(path, root).map_err(refused)?;
        }
        self.configuration.edit(edit).map_err(refused)?;
        let files = self.configuration.files().map_err(refused)?;
        let mut difference = Difference::between(&self.files, &files);
        if let Edit::DeleteFile(path) = edit
            && !difference.removed.contains(path)
        {
            // One of the stack's, or one that the server made.
            difference.removed.push(path.clone());
        }
        let io = |error: std::io::Error| Error::io("changing the server's files", &error);
        written::remove(&difference.removed, root).map_err(io)?;
        written::write(&difference.written, root).map_err(io)?;
        written::make_homes(&Configuration::homes(&difference.written), root).map_err(io)?;
        self.changes += 1;
        self.keep(&difference.written, &format!("server/change-{}", self.changes))?;
        self.files = files;
        let written = difference.written.iter().map(|file| format!("{} written", file.path));
        let removed = difference.removed.iter().map(|path| format!("{path} removed"));
        let told: Vec<String> = written.chain(removed).collect();
        Ok(if told.is_empty() { "nothing to write".to_owned() } else { told.join(", ") })
    }

    /// What init is to keep running, and what it says of lines it cannot use.
    pub(super) fn entries(&self) -> (Vec<Entry>, Vec<Complaint>) {
        served::entries(&files::as_etc(&self.files))
    }

    /// Every port that there ever is: those the scenario names, and those that its files have served.
    pub(super) fn ports(&self, scenario: &Scenario) -> Vec<Port> {
        let mut ports: Vec<Port> = scenario.ports().into_iter().cloned().collect();
        let mut future = self.configuration.clone();
        let mut add = |files: &[RawFile]| {
            let tree = Tree::of(files::as_etc(files), true);
            for found in served(&tree.etc) {
                if !ports.iter().any(|port| port.device == found.device) {
                    ports.push(Port { direct: is_direct(&tree, &found), ..Port::new(found.device) });
                }
            }
        };
        add(&self.files);
        for edit in scenario.changes().flat_map(|change| &change.edits) {
            // What cannot be done is told when it is tried.
            if matches!(edit, Edit::File(_)) && future.edit(edit).is_ok() {
                add(&future.files().unwrap_or_default());
            }
        }
        ports
    }

    fn keep(&self, files: &[RawFile], place: &str) -> Result<(), Error> {
        if !self.evidence {
            return Ok(());
        }
        written::keep(files, &output::directory().join(place))
            .map_err(|error| Error::io("keeping the server's files as evidence", &error))
    }
}

/// The host name that an `/etc` states, which pppd takes for its own in authentication.
fn name_host(etc: &Etc) -> Result<(), Error> {
    let text = etc.text("/etc/hostname").unwrap_or_default();
    let Some(name) = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')) else {
        return Ok(());
    };
    sethostname(name).map_err(|errno| Error::new(format!("setting the host name {name:?}: {}", errno.desc())))
}
