//! utmp(5): who is logged in, as init keeps it for its children.
//!
//! init enters each child when it starts it and marks it dead when it has ended; mgetty and login change the entry of
//! their own process in between. In go ids and process numbers; out go records of 384 octets in `/run/utmp`, and the same
//! at the end of `/var/log/wtmp`. The record is that of the C library on x86-64 (`struct utmp` in bits/utmp.h).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// One record's octets.
const RECORD: usize = 384;
/// ut_type of a process that init started.
const INIT_PROCESS: i16 = 5;
/// ut_type of a user's process.
const USER_PROCESS: i16 = 7;
/// ut_type of one that has ended.
const DEAD_PROCESS: i16 = 8;
/// Where in a record its fields begin, and their length where it is not 4.
const PID: usize = 4;
const LINE: std::ops::Range<usize> = 8..40;
const ID: std::ops::Range<usize> = 40..44;
const USER: std::ops::Range<usize> = 44..76;
const SESSION: usize = 336;
const SECONDS: usize = 340;
const MICROS: usize = 344;

type Record = [u8; RECORD];

/// The two files.
#[derive(Debug)]
pub struct Utmp {
    utmp: PathBuf,
    wtmp: PathBuf,
}

/// Who is logged in, by that file: user and line. Nobody, if it cannot be read.
pub fn logins(utmp: &std::path::Path) -> Vec<(String, String)> {
    let octets = std::fs::read(utmp).unwrap_or_default();
    let records = octets.chunks_exact(RECORD).filter(|record| record[..2] == USER_PROCESS.to_le_bytes());
    let text = |octets: &[u8]| {
        String::from_utf8_lossy(octets.split(|octet| *octet == 0).next().unwrap_or_default()).into_owned()
    };
    records.map(|record| (text(&record[USER]), text(&record[LINE]))).collect()
}

impl Utmp {
    /// Makes `utmp` empty; `wtmp` is added to if it is there, as on any system.
    pub fn new(utmp: impl Into<PathBuf>, wtmp: impl Into<PathBuf>) -> io::Result<Self> {
        let (utmp, wtmp) = (utmp.into(), wtmp.into());
        File::create(&utmp)?;
        Ok(Self { utmp, wtmp })
    }

    /// A child was started. `time` is since 1970.
    pub fn born(&self, id: &str, pid: i32, time: std::time::Duration) -> io::Result<()> {
        let mut record = [0; RECORD];
        set(&mut record, INIT_PROCESS, pid, time);
        let length = id.len().min(ID.len());
        record[ID][..length].copy_from_slice(&id.as_bytes()[..length]);
        record[SESSION..SESSION + 4].copy_from_slice(&pid.to_le_bytes());
        self.put(&record, |old| old[ID] == record[ID])
    }

    /// It has ended: the line it was on stays in its entry, its user does not.
    pub fn died(&self, pid: i32, time: std::time::Duration) -> io::Result<()> {
        let number = pid.to_le_bytes();
        let mine = |old: &Record| old[PID..PID + 4] == number;
        let Some(old) = self.records()?.into_iter().find(mine) else { return Ok(()) };
        let mut record = [0; RECORD];
        record[LINE].copy_from_slice(&old[LINE]);
        record[ID].copy_from_slice(&old[ID]);
        set(&mut record, DEAD_PROCESS, pid, time);
        self.put(&record, mine)
    }

    fn records(&self) -> io::Result<Vec<Record>> {
        let octets = std::fs::read(&self.utmp)?;
        Ok(octets.chunks_exact(RECORD).filter_map(|chunk| chunk.try_into().ok()).collect())
    }

    /// Writes a record over the first that is its own, or at the end; and to wtmp.
    fn put(&self, record: &Record, own: impl Fn(&Record) -> bool) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&self.utmp)?;
        let mut octets = Vec::new();
        file.read_to_end(&mut octets)?;
        let records = octets.chunks_exact(RECORD).filter_map(|chunk| <&Record>::try_from(chunk).ok());
        let count = octets.len() / RECORD;
        let place = records.enumerate().find(|(_, old)| own(old)).map_or(count, |(index, _)| index);
        file.seek(SeekFrom::Start((place * RECORD) as u64))?;
        file.write_all(record)?;
        match OpenOptions::new().append(true).open(&self.wtmp) {
            Ok(mut wtmp) => wtmp.write_all(record),
            // Who wants no such record has no such file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn set(record: &mut Record, kind: i16, pid: i32, time: std::time::Duration) {
    record[..2].copy_from_slice(&kind.to_le_bytes());
    record[PID..PID + 4].copy_from_slice(&pid.to_le_bytes());
    let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    record[SECONDS..SECONDS + 4].copy_from_slice(&seconds.to_le_bytes());
    record[MICROS..MICROS + 4].copy_from_slice(&time.subsec_micros().to_le_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_child_has_one_entry_from_its_start_to_its_end_and_the_next_takes_it_over() {
        let dir = tempfile::tempdir().unwrap();
        let wtmp = dir.path().join("wtmp");
        File::create(&wtmp).unwrap();
        let utmp = Utmp::new(dir.path().join("utmp"), &wtmp).unwrap();
        let second = |number| Duration::from_secs(number);
        utmp.born("1", 30, second(1)).unwrap();
        utmp.born("S1", 31, second(1)).unwrap();
        utmp.died(30, second(2)).unwrap();
        let records = utmp.records().unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!((records[0][0], records[0][40], records[1][0]), (8, b'1', 5));
        assert_eq!(&records[1][40..44], b"S1\0\0");
        utmp.born("1", 32, second(3)).unwrap();
        let records = utmp.records().unwrap();
        assert_eq!((records.len(), records[0][0], records[0][4]), (2, 5, 32));
        assert_eq!(records[0][340], 3);
        assert_eq!(std::fs::metadata(wtmp).unwrap().len(), 4 * 384);
    }

    #[test]
    fn who_has_no_entry_dies_without_one() {
        let dir = tempfile::tempdir().unwrap();
        let utmp = Utmp::new(dir.path().join("utmp"), dir.path().join("wtmp")).unwrap();
        utmp.died(99, Duration::ZERO).unwrap();
        assert!(utmp.records().unwrap().is_empty());
    }
}
