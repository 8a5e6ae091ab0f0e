//! The device that pppd's command line names, itself or through its files.
//!
//! In go the files of a server and pppd's words; out comes the last device said, as pppd has it: `/etc/ppp/options`, then
//! the command line with `call` and `file` in place. pppd without one serves its standard input.

use super::options::{self, OptionKind};
use crate::source::{Place, Source};
use crate::{Content, Etc};

/// Files that lie in one another.
const DEEPEST: usize = 16;
/// Files that are read in all.
const MOST: usize = 100;

/// The device, without `/dev/`.
pub fn device(etc: &Etc, words: &[String]) -> Option<String> {
    let mut reading = Reading { etc, device: None, read: 0 };
    reading.file("/etc/ppp/options", 0);
    let words: Vec<_> = words.iter().skip(1).map(|word| (word.clone(), Place::file("(command line)"))).collect();
    reading.take(options::parsed(&words, true).0, 0);
    reading.device
}

struct Reading<'a> {
    etc: &'a Etc,
    device: Option<String>,
    read: usize,
}

impl Reading<'_> {
    fn file(&mut self, path: &str, depth: usize) {
        let Some(file) = self.etc.file(path) else { return };
        let Content::File(octets) = &file.content else { return };
        self.read += 1;
        if depth < DEEPEST && self.read < MOST {
            let source = Source { path, octets, mode: file.mode, uid: file.uid };
            self.take(options::read(&source, true).0, depth + 1);
        }
    }

    fn take(&mut self, options: Vec<options::Opt>, depth: usize) {
        for option in options {
            match (option.kind, option.name.as_str(), option.parameter.as_deref()) {
                (OptionKind::Device, name, _) => self.device = Some(super::program::bare(name).to_owned()),
                (_, "file", Some(path)) => self.file(path, depth),
                (_, "call", Some(name)) => self.file(&format!("/etc/ppp/peers/{name}"), depth),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_is_found_in_files_that_are_called() {
        let etc = Etc::of_texts(
            &[
                ("ppp/options", "lock\n/dev/ttyS7\nfile /etc/ppp/options\n"),
                ("ppp/peers/in", "file /etc/ppp/line\nnodetach\n"),
                ("ppp/line", "ttyS2 115200\n"),
            ],
            Vec::new(),
        );
        let named = |command: &str| device(&etc, &super::super::shell::split(command));
        assert_eq!(named("pppd call in").as_deref(), Some("ttyS2"));
        assert_eq!(named("pppd call in /dev/ttyS3").as_deref(), Some("ttyS3"));
        assert_eq!(named("pppd call nosuch").as_deref(), Some("ttyS7"));
        assert_eq!(device(&Etc::default(), &[]), None);
    }
}
