//! What the server's programs log: syslog's socket, mgetty's own files, and the console of inittab's processes.
//!
//! Every line carries the moment it was written, told by inotify for files. mgetty begins a record with a newline
//! instead of ending it with one, and writes some in pieces: a record is whole when the next one begins, or when
//! somebody asks for all there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::libc::O_NONBLOCK;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use offhook_clock::Instant;
use offhook_port::Watched;
use tokio::net::UnixDatagram;

use super::init::CONSOLE_LOG;

/// Where mgetty writes one file a port.
const MGETTY_LOGS: &str = "/var/log/mgetty";

/// Octets of a datagram to syslog, of a record in a file, and of a whole file that are read.
const LONGEST_DATAGRAM: usize = 8192;
const LONGEST_RECORD: usize = 8192;
const LONGEST_FILE: u64 = 16 << 20;

/// How a line ends of which more was written than is read.
const CUT: &str = " (cut here: it is longer)";

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was begun, if that was before it was read.
    pub at: Option<Instant>,
    /// The port it concerns, if the log is one port's.
    pub port: Option<String>,
    /// Who wrote it: `mgetty`, `pppd`.
    pub program: String,
    /// Its process, where the log tells.
    pub pid: Option<i32>,
    /// How bad it is, from 0 (emergency) to 7 (debug), where the log tells (RFC 5424 §6.2.1).
    pub severity: Option<u8>,
    /// The text alone.
    pub text: String,
}

impl LogLine {
    /// A line of which nothing else is known.
    pub fn new(program: &str, text: String) -> Self {
        Self { at: None, port: None, program: program.to_owned(), pid: None, severity: None, text }
    }
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

    /// The next line. May be dropped and called again at any point.
    pub async fn next(&mut self) -> io::Result<LogLine> {
        let mut buffer = [0; LONGEST_DATAGRAM + 1];
        let length = self.socket.recv(&mut buffer).await?;
        let mut line = syslog_line(&String::from_utf8_lossy(&buffer[..length.min(LONGEST_DATAGRAM)]));
        if length > LONGEST_DATAGRAM {
            line.text.push_str(CUT);
        }
        Ok(line)
    }
}

/// `<30>Jan  5 09:00:21 pppd[33]: text`: what openlog and syslog of the C library send.
fn syslog_line(datagram: &str) -> LogLine {
    let datagram = datagram.trim_end_matches(['\n', '\0']);
    let (priority, rest) = datagram.split_once('>').unwrap_or(("", datagram));
    // A priority is eight times the facility, and the severity.
    let severity = priority.strip_prefix('<').and_then(|priority| priority.parse::<u8>().ok()).map(|both| both % 8);
    // The time stamp has fixed width; the moment of arrival is more exact.
    let rest = rest.get(16..).unwrap_or(rest);
    let (tag, text) = rest.split_once(": ").unwrap_or(("", rest));
    let (name, pid) = tag.split_once('[').unwrap_or((tag, ""));
    let pid = pid.strip_suffix(']').and_then(|pid| pid.parse().ok());
    let program = if name.is_empty() { "syslog" } else { name }.to_owned();
    LogLine { pid, severity, ..LogLine::new(&program, text.to_owned()) }
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
        Self::watching(Path::new(MGETTY_LOGS))
    }

    fn watching(directory: &Path) -> io::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        inotify.add_watch(directory, AddWatchFlags::IN_MODIFY)?;
        Ok(Self { changes: Watched::new(inotify)?, written: BTreeSet::new(), tails: BTreeMap::new() })
    }

    /// Waits until something was written. May be dropped and called again at any point.
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
                lines.push(LogLine { at: Some(at), port: port.clone(), ..LogLine::new("mgetty", text) });
            }
        }
        if all {
            for (at, text) in self.tail(Path::new(CONSOLE_LOG), now, true)? {
                lines.push(LogLine { at: Some(at), ..LogLine::new("console", text) });
            }
        }
        Ok(lines)
    }

    fn tail(&mut self, path: &Path, now: Instant, all: bool) -> io::Result<Vec<(Instant, String)>> {
        let tail = self.tails.entry(path.to_owned()).or_default();
        let Some(allowed) = LONGEST_FILE.checked_sub(tail.read) else { return Ok(Vec::new()) };
        let mut octets = Vec::new();
        match plain_file(path) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(tail.read))?;
                // One octet more, to see whether there is any.
                file.take(allowed + 1).read_to_end(&mut octets)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        tail.read += octets.len() as u64;
        let mut records = tail.take(&String::from_utf8_lossy(&octets), now, all);
        if tail.read > LONGEST_FILE {
            let size = LONGEST_FILE >> 20;
            records.push((now, format!("(the rest of {} is not read: it has more than {size} MB)", path.display())));
        }
        Ok(records)
    }
}

/// Opens a log, if it is a plain file. A server may put anything in its place; a FIFO's reader would wait for ever.
///
/// # Errors
///
/// As for a file that is not there, if it is anything else; if it cannot be opened.
pub fn plain_file(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).custom_flags(O_NONBLOCK).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::ErrorKind::NotFound.into()),
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
                let begun = &mut self.begun.get_or_insert_with(|| (now, String::new())).1;
                if begun.len() <= LONGEST_RECORD {
                    begun.push_str(piece);
                }
                if begun.len() > LONGEST_RECORD && !begun.ends_with(CUT) {
                    begun.truncate(begun.floor_char_boundary(LONGEST_RECORD));
                    begun.push_str(CUT);
                }
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_syslog_datagram_is_program_and_text() {
        let line = syslog_line("<30>Jan  5 09:00:21 pppd[33]: Connect: ppp0 <--> /dev/ttyS0");
        assert_eq!((line.program.as_str(), line.text.as_str()), ("pppd", "Connect: ppp0 <--> /dev/ttyS0"));
        assert_eq!((line.pid, line.severity), (Some(33), Some(6)));
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

    #[test]
    fn a_record_without_end_is_cut_and_says_so() {
        let mut tail = Tail::default();
        for _ in 0..100 {
            assert_eq!(tail.take(&"x".repeat(1000), Instant::ZERO, false), []);
        }
        let [(_, record)] = tail.take("\nnext", Instant::ZERO, false).try_into().unwrap();
        assert_eq!(record, format!("{}{CUT}", "x".repeat(LONGEST_RECORD)));
        assert_eq!(tail.take("", Instant::ZERO, true), [(Instant::ZERO, "next".to_owned())]);
    }

    #[tokio::test]
    async fn a_file_is_read_up_to_its_limit_and_nothing_else_is_read_at_all() {
        let scratch = tempfile::tempdir().unwrap();
        let log = scratch.path().join("mg_ttyS0.log");
        fs::write(&log, "0123456\n".repeat(3 << 20)).unwrap();
        let mut files = LogFiles::watching(scratch.path()).unwrap();
        let lines = files.tail(&log, Instant::ZERO, false).unwrap();
        assert_eq!(lines.len(), (16 << 20) / 8 + 1);
        assert!(lines.last().unwrap().1.ends_with("is not read: it has more than 16 MB)"));
        assert_eq!(files.tail(&log, Instant::ZERO, true).unwrap(), []);
        let fifo = scratch.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        for path in [&fifo, scratch.path()] {
            assert_eq!(plain_file(path).unwrap_err().kind(), io::ErrorKind::NotFound);
        }
    }
}
