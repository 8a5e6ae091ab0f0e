//! Which ports are served, and by what command line: read from an `/etc`, as its init would.
//!
//! In goes an [`Etc`]; out comes one [`Served`] a port, in the order of the files. inittab of sysvinit, and of systemd the
//! enabled instances of `mgetty@.service` and `serial-getty@.service`.

use crate::scenario::Etc;

/// A port that init keeps a process on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Device name without `/dev/`; a device elsewhere: its whole path.
    pub device: String,
    /// The command line.
    pub process: String,
    /// inittab's id, or the unit's name.
    pub id: String,
    /// The file it stands in.
    pub file: String,
    /// The line there, from 1.
    pub line: usize,
}

/// mgetty's flags that take a value (conf_mg.c, mgetty_parse_args).
const WITH_VALUE: &str = "kxspnRiCSIm";

/// The ports of `etc`, those of runlevel 2 where there are runlevels.
pub fn served(etc: &Etc) -> Vec<Served> {
    let mut ports = Vec::new();
    if let Some(text) = etc.text("/etc/inittab") {
        for (index, line) in text.lines().enumerate() {
            let (entries, _) = super::inittab::respawned(line, '2');
            for entry in entries {
                if let Some(device) = device(&entry.process) {
                    ports.push(Served {
                        device,
                        process: entry.process,
                        id: entry.id,
                        file: "/etc/inittab".to_owned(),
                        line: index + 1,
                    });
                }
            }
        }
    }
    ports
}

/// The device in the command line of an mgetty: its first word that is neither a flag nor a flag's value.
pub fn device(process: &str) -> Option<String> {
    let mut words = process.split_whitespace();
    if !words.next()?.ends_with("mgetty") {
        return None;
    }
    while let Some(word) = words.next() {
        match word
            .strip_prefix('-')
            .and_then(|flags| flags.find(|flag| WITH_VALUE.contains(flag)).map(|at| (flags, at)))
        {
            // The value is the rest of the word, or the next one.
            Some((flags, at)) if at + 1 == flags.len() => drop(words.next()),
            Some(_) => {}
            None if word.starts_with('-') => {}
            None => return Some(word.strip_prefix("/dev/").unwrap_or(word).to_owned()),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_is_the_first_word_that_belongs_to_no_flag() {
        assert_eq!(device("/sbin/mgetty -s 57600 -n2 -D ttyS0").as_deref(), Some("ttyS0"));
        assert_eq!(device("/sbin/mgetty -x0 -s 57600 /dev/ttyS3 vt100").as_deref(), Some("ttyS3"));
        assert_eq!(device("/sbin/getty 38400 tty1"), None);
    }
}
