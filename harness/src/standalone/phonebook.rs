//! The phonebook of stand-alone modems: a KDL file that says where numbers lead, and what the lines here are like.
//!
//! Text goes in and a [`Phonebook`] comes out, or everything that is wrong with it, each mistake with its place:
//!
//! ```kdl
//! number "5553000" name="Example BBS" tcp="bbs.example:23" telnet=#true
//! line "5551001" name="ALICE" personality="usr-courier" rate=14400
//! listen "127.0.0.1:6401" number="5551000"
//! default tcp="gateway.example:6400"
//! ```

mod reader;

use std::collections::BTreeMap;
use std::path::Path;

use crate::scenario::read::with_document;
use crate::scenario::{Errors, Fault, FileProblems, Problem, Span};

/// Larger than any phonebook, in octets.
const LARGEST: u64 = 1 << 20;
/// Where numbers lead, and what lines are like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phonebook {
    /// Numbers of other machines.
    pub numbers: BTreeMap<String, Entry>,
    /// What is special about lines here, by number.
    pub lines: BTreeMap<String, LineEntry>,
    /// Where calls come in from outside.
    pub listens: Vec<Listen>,
    /// Where every other number leads; `None`: there is no such number.
    pub default: Option<Target>,
}

/// Another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is, for people.
    pub name: Option<String>,
    /// Where it is.
    pub target: Target,
}

/// An address that answers calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `host:port`.
    pub tcp: String,
    /// Speaks telnet (RFC 854), else just octets.
    pub telnet: bool,
}

/// What is special about a line here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineEntry {
    /// Name told as caller ID, and shown.
    pub name: Option<String>,
    /// Make of its modem, a name or a file; `None`: as on the command line.
    pub personality: Option<String>,
    /// Line rate in bit/s; `None`: as on the command line.
    pub rate: Option<u32>,
}

/// A TCP port at which calls come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// `address:port`.
    pub tcp: String,
    /// The number that is called.
    pub number: String,
    /// Speaks telnet (RFC 854), else just octets.
    pub telnet: bool,
}

impl Phonebook {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn load(path: &Path) -> Result<Self, Errors> {
        let failed = |message: String| {
            let problem = Problem::new(Fault::File, message, Span::default(), "").help("a phonebook is a KDL file");
            Errors { files: vec![FileProblems { path: path.to_owned(), text: None, problems: vec![problem] }] }
        };
        let text = match std::fs::metadata(path) {
            Ok(about) if !about.is_file() => return Err(failed("it is not a file".to_owned())),
            Ok(about) if about.len() > LARGEST => return Err(failed("it is larger than 1 MiB".to_owned())),
            _ => std::fs::read_to_string(path)
                .map_err(|error| failed(format!("it cannot be read: {}", crate::run::plain(&error))))?,
        };
        Self::read(&text).map_err(|mut problems| {
            problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
            let text = Some(text.into());
            Errors { files: vec![FileProblems { path: path.to_owned(), text, problems }] }
        })
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        with_document(text, reader::phonebook)
    }
}

/// Whether it is a telephone number as a modem dials one.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'*' | b'#'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::scenario::Style;

    #[test]
    fn every_word_becomes_what_it_says() {
        let book = Phonebook::read(
            "number \"5553000\" name=\"Example BBS\" tcp=\"bbs.example:23\" telnet=#true\n\
             line \"5551001\" personality=\"usr-courier\" rate=14400 name=\"ALICE\"\n\
             listen \"[::1]:6401\" number=\"5551001\"\ndefault tcp=\"gw.example:1\"\n",
        )
        .unwrap();
        let target = Target { tcp: "bbs.example:23".into(), telnet: true };
        assert_eq!(book.numbers["5553000"], Entry { name: Some("Example BBS".into()), target });
        let line = &book.lines["5551001"];
        assert_eq!(
            (line.rate, line.personality.as_deref(), line.name.as_deref()),
            (Some(14_400), Some("usr-courier"), Some("ALICE"))
        );
        assert_eq!(book.listens, [Listen { tcp: "[::1]:6401".into(), number: "5551001".into(), telnet: false }]);
        assert_eq!(book.default, Some(Target { tcp: "gw.example:1".into(), telnet: false }));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("book.kdl");
        let text = "numbr \"1\"\nnumber \"12 34\" tcp=\"host\"\nnumber \"5\"\nline \"7\" rate=9\nlisten \"x:23\"\n\
                    default tcp=\"a:1\" colour=\"red\"\nnumber \"8\" tcp=8 telnet=1\n";
        std::fs::write(&path, text).unwrap();
        let errors = Phonebook::load(&path).unwrap_err();
        let text = errors.render(Style { unicode: false, ..Style::PLAIN });
        insta::assert_snapshot!(text.replace(&path.display().to_string(), "book.kdl"));
    }

    #[test]
    fn no_nesting_however_deep_and_no_missing_file_is_more_than_an_error() {
        for unit in ["a{", "{", "}", "/-", "/*", "\\ ", "\"", "(", "a {\"", "#"] {
            assert!(Phonebook::read(&unit.repeat(2500)).is_err() || unit == "/-", "{unit}");
            let _ = Phonebook::read(&unit.repeat(900));
        }
        assert!(Phonebook::load(Path::new("/nowhere/book.kdl")).unwrap_err().to_string().contains("no such file"));
        assert!(Phonebook::load(Path::new("/dev/zero")).unwrap_err().to_string().contains("it is not a file"));
    }
}
