//! Playing a scenario inside a guest: the server is written and started, the calls are placed, the trace is kept.

use std::fs::{self, File};
use std::io;

use offhook_telephony::trace::Event;

use super::lan::LanHost;
use super::machine::Machine;
use super::namespaces::Namespaces;
use super::output;
use super::world::World;
use offhook_base::Error;
use offhook_server::logs::plain_file;
use offhook_session::{Job, Report};

/// Plays the job's scenario and says how it went.
pub(super) fn play(job: &Job) -> Report {
    match prepared(job) {
        Ok(report) => report,
        Err(error) => Report { error: Some(error), ..Report::default() },
    }
}

fn prepared(job: &Job) -> Result<Report, Error> {
    output::withhold()?;
    let machine = Machine::furnish(job)?;
    let namespaces = Namespaces::make()?;
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_io();
    // Its timers are of the LAN's host alone, and each turn of the loop would ask the kernel for the time.
    if job.scenario.server.lan.is_some() {
        builder.enable_time();
    }
    let runtime = builder.build().map_err(|error| Error::io("starting the event loop", &error))?;
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
    // The server's programs are gone.
    output::enter()?;
    if job.evidence {
        keep_logs(&report.trace)?;
    }
    Ok(report)
}

/// mgetty's own log files and what pppd writes itself as they are, and what came over syslog and the console as one file.
fn keep_logs(trace: &[Event]) -> Result<(), Error> {
    use offhook_telephony::trace::EventKind;

    let directory = output::directory().join("server/log");
    let keep = || -> io::Result<()> {
        fs::create_dir_all(&directory)?;
        for place in ["/var/log/mgetty", "/var/log"] {
            let entries = fs::read_dir(place).into_iter().flatten().flatten();
            // Of those that are nobody's own: pppd's `record /var/log/ppp-record` and `logfile /var/log/ppp.log`.
            let kept =
                entries.filter(|entry| place != "/var/log" || entry.file_name().to_string_lossy().starts_with("ppp"));
            for entry in kept {
                // The octets alone: owners and modes cannot leave a guest.
                match plain_file(&entry.path()) {
                    Ok(mut log) => drop(io::copy(&mut log, &mut File::create(directory.join(entry.file_name()))?)?),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let mut syslog = String::new();
        for event in trace {
            if let EventKind::Log { program, text, .. } = &event.what
                && program != "mgetty"
                && event.port.is_none()
            {
                syslog.push_str(&format!("{:>12} {program}: {text}\n", event.at));
            }
        }
        fs::write(directory.join("syslog"), syslog)
    };
    keep().map_err(|error| Error::io("keeping the server's logs as evidence", &error))
}
