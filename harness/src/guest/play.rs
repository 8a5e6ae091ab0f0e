//! Playing a scenario inside a guest: the server is written and started, the calls are placed, the trace is kept.

use std::fs;
use std::path::Path;

use offhook_emulator::trace::Event;

use super::boot::OUT;
use super::lan::LanHost;
use super::machine::Machine;
use super::namespaces::Namespaces;
use super::world::World;
use crate::run::{Job, Report, Trouble};

/// Plays the job's scenario and says how it went.
pub(super) fn play(job: &Job) -> Report {
    match prepared(job) {
        Ok(report) => report,
        Err(trouble) => Report { error: Some(trouble), ..Report::default() },
    }
}

fn prepared(job: &Job) -> Result<Report, Trouble> {
    let machine = Machine::furnish(job)?;
    let namespaces = Namespaces::make()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble::io("starting the event loop", &error))?;
    let mut report = runtime.block_on(async {
        namespaces.configure(job.scenario.server.lan.as_ref()).await?;
        let lan = match &job.scenario.server.lan {
            Some(lan) => Some(LanHost::start(&namespaces, lan).await?),
            None => None,
        };
        World::new(job, machine, lan, &namespaces)?.run().await
    })?;
    // A log record is known to be whole only later than it was begun.
    report.trace.sort_by_key(|event| event.at);
    keep_logs(&report.trace)?;
    Ok(report)
}

/// mgetty's own log files as they are, and what came over syslog and the console as one file each.
fn keep_logs(trace: &[Event]) -> Result<(), Trouble> {
    use offhook_emulator::trace::What;

    let directory = Path::new(OUT).join("server/log");
    let keep = || -> std::io::Result<()> {
        fs::create_dir_all(&directory)?;
        if let Ok(entries) = fs::read_dir("/var/log/mgetty") {
            for entry in entries.flatten() {
                fs::copy(entry.path(), directory.join(entry.file_name()))?;
            }
        }
        let mut syslog = String::new();
        for event in trace {
            if let What::Log { program, text } = &event.what
                && program != "mgetty"
                && event.port.is_none()
            {
                syslog.push_str(&format!("{:>12} {program}: {text}\n", event.at));
            }
        }
        fs::write(directory.join("syslog"), syslog)
    };
    keep().map_err(|error| Trouble::io("keeping the server's logs as evidence", &error))
}
