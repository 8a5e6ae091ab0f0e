//! What the server's programs log: syslog's socket, mgetty's own files, and the console of inittab's processes.
//!
//! syslog lines carry the moment they came; mgetty's carry the second it wrote beside them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use offhook_emulator::time::Instant;
use time::{Date, Month, OffsetDateTime, Time};
use tokio::net::UnixDatagram;

use super::init::CONSOLE_LOG;

/// Where mgetty writes one file a port.
const MGETTY_LOGS: &str = "/var/log/mgetty";

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, if the line says so itself.
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
#[derive(Debug, Default)]
pub struct LogFiles {
    read: BTreeMap<PathBuf, u64>,
    epoch: u64,
}

impl LogFiles {
    /// Files whose time stamps count from `epoch`, seconds since 1970, UTC.
    pub fn new(epoch: u64) -> Self {
        Self { read: BTreeMap::new(), epoch }
    }

    /// The whole lines that came since the last time.
    pub fn fresh(&mut self) -> io::Result<Vec<LogLine>> {
        let mut lines = Vec::new();
        let mut paths: Vec<PathBuf> = match fs::read_dir(MGETTY_LOGS) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        paths.sort();
        for path in paths {
            let port = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix("mg_"));
            let port = port.map(str::to_owned);
            let epoch = self.epoch;
            lines.extend(self.lines_of(&path)?.iter().map(|line| mgetty_line(line, port.as_deref(), epoch)));
        }
        for text in self.lines_of(Path::new(CONSOLE_LOG))? {
            lines.push(LogLine { at: None, port: None, program: "console".to_owned(), text });
        }
        Ok(lines)
    }

    fn lines_of(&mut self, path: &Path) -> io::Result<Vec<String>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let done = self.read.entry(path.to_owned()).or_default();
        file.seek(SeekFrom::Start(*done))?;
        let mut octets = Vec::new();
        file.read_to_end(&mut octets)?;
        *done += octets.len() as u64;
        let text = String::from_utf8_lossy(&octets);
        Ok(text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }
}

/// `01/05 09:00:02 yS0  text`: month/day, time, the last three characters of the device.
fn mgetty_line(line: &str, port: Option<&str>, epoch: u64) -> LogLine {
    let bare = |text: &str| LogLine {
        at: None,
        port: port.map(str::to_owned),
        program: "mgetty".to_owned(),
        text: text.to_owned(),
    };
    let Some((stamp, rest)) = line.split_at_checked(14) else { return bare(line) };
    let Some(at) = stamped(stamp, epoch) else { return bare(line) };
    let text = rest.trim_start();
    let text = text.split_once(char::is_whitespace).map_or(text, |(_, text)| text.trim_start());
    LogLine { at: Some(at), ..bare(text) }
}

/// `01/05 09:00:02` as time since the epoch. The year is not written: it is the epoch's, or the next one.
fn stamped(stamp: &str, epoch: u64) -> Option<Instant> {
    let epoch = OffsetDateTime::from_unix_timestamp(i64::try_from(epoch).ok()?).ok()?;
    let numbers: Vec<u8> = stamp.split(['/', ' ', ':']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [month, day, hour, minute, second] = numbers[..] else { return None };
    let time = Time::from_hms(hour, minute, second).ok()?;
    (epoch.year()..=epoch.year() + 1).find_map(|year| {
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        let since = date.with_time(time).assume_utc() - epoch;
        u64::try_from(since.whole_milliseconds()).ok().map(Instant::from_millis)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::EPOCH;

    #[test]
    fn a_syslog_datagram_is_program_and_text() {
        let line = syslog_line("<30>Jan  5 09:00:21 pppd[33]: Connect: ppp0 <--> /dev/ttyS0");
        assert_eq!((line.program.as_str(), line.text.as_str()), ("pppd", "Connect: ppp0 <--> /dev/ttyS0"));
    }

    #[test]
    fn a_line_of_mgettys_log_carries_its_second() {
        let line = mgetty_line("01/05 09:01:02 yS0  waiting...", Some("ttyS0"), EPOCH);
        assert_eq!(line.at, Some(Instant::from_millis(62_000)));
        assert_eq!(line.text, "waiting...");
    }

    #[test]
    fn a_line_of_no_known_form_is_kept_whole() {
        let line = mgetty_line("--", Some("ttyS0"), EPOCH);
        assert_eq!((line.at, line.text.as_str()), (None, "--"));
        assert_eq!(syslog_line("").program, "syslog");
    }
}
