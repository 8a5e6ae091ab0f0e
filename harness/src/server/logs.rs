//! What the server's programs log: syslog's socket, mgetty's own files, and the console of inittab's processes.
//!
//! Every line carries the moment it was written, told by inotify for files. mgetty begins a record with a newline
//! instead of ending it with one, and writes some in pieces: a record is whole when the next one begins, or when
//! somebody asks for all there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use offhook_emulator::port::Watched;
use offhook_emulator::time::Instant;
use tokio::net::UnixDatagram;

use super::init::CONSOLE_LOG;

/// Where mgetty writes one file a port.
const MGETTY_LOGS: &str = "/var/log/mgetty";

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was begun, if that was before it was read.
    pub at: Option<Instant>,
    /// The port it concerns, if the log is one port's.
    pub port: Option<String>,
    /// Who wrote it: `mgetty`, `pppd`.
    pub program: String,
    /// The text alone.
    pub text: String,
}

/// The socket where syslogd would listen.
#[derive(Debug)]
pub struct Syslog {
    socket: UnixDatagram,
}

impl Syslog {
    /// Listens at /dev/log.
    pub fn listen() -> io::Result<Self> {
        UnixDatagram::bind("/dev/log").map(|socket| Self { socket })
    }

    /// The next line. May be dropped and called anew at any point.
    pub async fn next(&mut self) -> io::Result<LogLine> {
        let mut buffer = [0; 2048];
        let length = self.socket.recv(&mut buffer).await?;
        Ok(syslog_line(&String::from_utf8_lossy(&buffer[..length])))
    }
}

/// `<30>Jan  5 09:00:21 pppd[33]: text`: what openlog and syslog of the C library send.
fn syslog_line(datagram: &str) -> LogLine {
    let datagram = datagram.trim_end_matches(['\n', '\0']);
    let rest = datagram.split_once('>').map_or(datagram, |(_, rest)| rest);
    // The time stamp has fixed width; the moment of arrival is more exact.
    let rest = rest.get(16..).unwrap_or(rest);
    let (tag, text) = rest.split_once(": ").unwrap_or(("", rest));
    let program = tag.split('[').next().filter(|name| !name.is_empty()).unwrap_or("syslog");
    LogLine { at: None, port: None, program: program.to_owned(), text: text.to_owned() }
}

/// The log files, read on from where they were read last.
#[derive(Debug)]
pub struct LogFiles {
    changes: Watched<Inotify>,
    /// Files written to since they were read.
    written: BTreeSet<PathBuf>,
    tails: BTreeMap<PathBuf, Tail>,
}

/// One file.
#[derive(Debug, Default)]
struct Tail {
    read: u64,
    /// A record that may not be whole yet, and when it began.
    begun: Option<(Instant, String)>,
}

impl LogFiles {
    /// Watches the directory of mgetty's logs, which is made if it is not there. Needs a tokio runtime on this thread.
    pub fn watch() -> io::Result<Self> {
        fs::create_dir_all(MGETTY_LOGS)?;
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        inotify.add_watch(MGETTY_LOGS, AddWatchFlags::IN_MODIFY)?;
        Ok(Self { changes: Watched::new(inotify)?, written: BTreeSet::new(), tails: BTreeMap::new() })
    }

    /// Waits until something was written. May be dropped and called anew at any point.
    pub async fn changed(&mut self) -> io::Result<()> {
        self.changes.readable().await?;
        // How often is of no interest; what was written is read from the files.
        while let Ok(events) = self.changes.get().read_events()
            && !events.is_empty()
        {
            self.written.extend(events.into_iter().filter_map(|event| Some(Path::new(MGETTY_LOGS).join(event.name?))));
        }
        Ok(())
    }

    /// The records that came since the last time; with `all`, those included that may not be whole yet.
    pub fn fresh(&mut self, now: Instant, all: bool) -> io::Result<Vec<LogLine>> {
        let mut lines = Vec::new();
        // With many ports, reading all files for each line of one is most of the work of a scenario.
        let mut paths = std::mem::take(&mut self.written);
        if all {
            paths.extend(fs::read_dir(MGETTY_LOGS)?.filter_map(|entry| entry.ok().map(|entry| entry.path())));
        }
        for path in paths {
            let port = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix("mg_"));
            let port = port.map(str::to_owned);
            for (at, text) in self.tail(&path, now, all)? {
                let text = without_stamp(&text).to_owned();
                lines.push(LogLine { at: Some(at), port: port.clone(), program: "mgetty".to_owned(), text });
            }
        }
        if all {
            for (at, text) in self.tail(Path::new(CONSOLE_LOG), now, true)? {
                lines.push(LogLine { at: Some(at), port: None, program: "console".to_owned(), text });
            }
        }
        Ok(lines)
    }

    fn tail(&mut self, path: &Path, now: Instant, all: bool) -> io::Result<Vec<(Instant, String)>> {
        let tail = self.tails.entry(path.to_owned()).or_default();
        let mut octets = Vec::new();
        match File::open(path) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(tail.read))?;
                file.read_to_end(&mut octets)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        tail.read += octets.len() as u64;
        Ok(tail.take(&String::from_utf8_lossy(&octets), now, all))
    }
}

impl Tail {
    /// Adds what was written and gives what is whole.
    fn take(&mut self, written: &str, now: Instant, all: bool) -> Vec<(Instant, String)> {
        let mut records = Vec::new();
        for (index, piece) in written.split('\n').enumerate() {
            if index > 0 {
                records.extend(self.begun.take());
            }
            if !piece.is_empty() {
                self.begun.get_or_insert_with(|| (now, String::new())).1.push_str(piece);
            }
        }
        if all {
            records.extend(self.begun.take());
        }
        records.retain_mut(|(_, text)| {
            text.truncate(text.trim_end().len());
            !text.is_empty() && text != "--"
        });
        records
    }
}

/// The text after `01/05 09:00:02 yS0  `: month/day, time, the last three characters of the device.
fn without_stamp(record: &str) -> &str {
    let stamp = |text: &str| text.chars().all(|character| character.is_ascii_digit() || "/: ".contains(character));
    match record.split_at_checked(15) {
        Some((begin, rest)) if stamp(begin) => rest.split_once(' ').map_or(rest, |(_, text)| text.trim_start()),
        _ => record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syslog_datagram_is_program_and_text() {
        let line = syslog_line("<30>Jan  5 09:00:21 pppd[33]: Connect: ppp0 <--> /dev/ttyS0");
        assert_eq!((line.program.as_str(), line.text.as_str()), ("pppd", "Connect: ppp0 <--> /dev/ttyS0"));
        assert_eq!(syslog_line("").program, "syslog");
    }

    #[test]
    fn a_record_of_mgettys_log_is_its_text_alone() {
        assert_eq!(without_stamp("01/05 09:01:02 yS0  waiting..."), "waiting...");
        assert_eq!(without_stamp("01/05 09:01:02 ##### denied caller dev=ttyS0"), "denied caller dev=ttyS0");
        assert_eq!(without_stamp("no stamp"), "no stamp");
    }

    #[test]
    fn a_record_written_in_pieces_is_given_whole_with_the_time_of_its_first() {
        let at = |millis| Instant::from_millis(millis);
        let mut tail = Tail::default();
        assert_eq!(tail.take("\nwaiting for ``OK''", at(10), false), []);
        assert_eq!(tail.take(" ** found **", at(20), false), []);
        let whole = tail.take("\nsend: AT", at(30), false);
        assert_eq!(whole, [(at(10), "waiting for ``OK'' ** found **".to_owned())]);
        assert_eq!(tail.take("", at(40), true), [(at(30), "send: AT".to_owned())]);
        assert_eq!(tail.take("", at(50), true), []);
    }
}
