//! The file of `--nvram`: what each modem keeps without power, by the number of its line (JSON).
//!
//! In: a path, and what modems keep when `&W`, `&Y` or `&Zn=` was said to one. Out: what they had kept, and the file written whole.
//! Lines of the file that no modem here has stay as they are.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use offhook_base::{Error, read_plain_file, write_result};
use offhook_telephony::modem::Nvram;
use serde::{Deserialize, Serialize};

/// A larger file is none of these.
const LONGEST: u64 = 16 << 20;
/// The form of the file.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    format: u32,
    lines: BTreeMap<String, Nvram>,
}

/// The file.
#[derive(Debug)]
pub struct NvramFile {
    path: PathBuf,
    lines: BTreeMap<String, Nvram>,
}

impl NvramFile {
    /// Reads the file; one that is not there yet is empty, and is written now, so that a place that takes none is told at once.
    ///
    /// # Errors
    ///
    /// If it cannot be read or written, or is something else.
    pub fn open(path: PathBuf) -> Result<Self, Error> {
        let lines = match read_plain_file(&path, LONGEST).map_err(io::Error::from) {
            Ok(octets) if octets.is_empty() => BTreeMap::new(),
            Ok(octets) => match serde_json::from_slice::<Contents>(&octets) {
                Ok(Contents { format: FORMAT, lines }) => lines,
                Ok(Contents { format, .. }) => {
                    let message = format!("reading {}: it has format {format}, not {FORMAT}", path.display());
                    return Err(Error::new(message).help("a newer offhook has written it; name another file"));
                }
                Err(error) => {
                    let message = format!("reading {}: it is not what modems keep: {error}", path.display());
                    return Err(Error::new(message).help("name another file, or remove it for modems as new"));
                }
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let file = Self { path, lines: BTreeMap::new() };
                file.write()?;
                return Ok(file);
            }
            Err(error) => return Err(Error::io(format!("reading {}", path.display()), &error)),
        };
        Ok(Self { path, lines })
    }

    /// What the modem of this line has kept.
    pub fn line(&self, number: &str) -> Option<&Nvram> {
        self.lines.get(number)
    }

    /// A modem keeps this from now on.
    ///
    /// # Errors
    ///
    /// If the file does not take it: then it is kept here all the same, and written with what comes next.
    pub fn keep(&mut self, number: &str, nvram: Nvram) -> Result<(), Error> {
        self.lines.insert(number.to_owned(), nvram);
        self.write()
    }

    fn write(&self) -> Result<(), Error> {
        let contents = Contents { format: FORMAT, lines: self.lines.clone() };
        let failed = |why: io::Error| Error::io(format!("writing {}", self.path.display()), &why);
        let mut text = serde_json::to_string_pretty(&contents).map_err(|error| failed(error.into()))?;
        text.push('\n');
        write_result(&self.path, text.as_bytes()).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kept(place: u32) -> Nvram {
        Nvram { numbers: [(place, "5551000".to_owned())].into(), ..Nvram::default() }
    }

    #[test]
    fn what_is_kept_is_read_again_and_lines_of_others_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("nvram");
        NvramFile::open(path.clone()).unwrap().keep("5551000", kept(1)).unwrap();
        NvramFile::open(path.clone()).unwrap().keep("5552000", kept(2)).unwrap();
        let file = NvramFile::open(path).unwrap();
        assert_eq!((file.line("5551000"), file.line("5552000")), (Some(&kept(1)), Some(&kept(2))));
        assert_eq!(file.line("5553000"), None);
    }

    #[test]
    fn a_file_that_is_something_else_or_cannot_be_written_is_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("nvram");
        let mut told = Vec::new();
        for text in ["AT&F\n", r#"{"format": 2, "lines": {}}"#, r#"{"format": 1, "lines": {"1": {"profile": []}}}"#] {
            std::fs::write(&path, text).unwrap();
            told.push(NvramFile::open(path.clone()).unwrap_err().message);
        }
        told.push(NvramFile::open(directory.path().join("none/nvram")).unwrap_err().message);
        told.push(NvramFile::open("/dev/null".into()).unwrap_err().message);
        let told = told.join("\n").replace(&directory.path().display().to_string(), "");
        insta::assert_snapshot!(told);
    }
}
