//! The phonebook of stand-alone modems: a KDL file that says where numbers lead, and what the lines here are like.
//!
//! Text goes in and a [`Phonebook`] comes out, or everything that is wrong with it, each mistake with its place:
//!
//! ```kdl
//! number "5553000" name="Example BBS" tcp="bbs.example:23" telnet=#true
//! line "5551001" name="ALICE" personality="usr-courier" rate=14400
//! listen "127.0.0.1:6401" number="5551000"
//! line "5551002" {
//!     send "welcome.txt" when="answered"
//! }
//! ppp "5559000" {
//!     account "alice" password="secret"
//! }
//! default tcp="gateway.example:6400"
//! ```
//!
//! A file of numbers and addresses alone, as DOSBox and 86Box have them, is one too (`plain.rs`).

mod plain;
mod reader;
mod sends;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

pub use self::sends::{Ear, Moment, Send};
use crate::modem_pool::Directory;
use crate::ppp_number::PppNumber;
use offhook_schema::json::Schema;
use offhook_schema::{Errors, FileProblems, Problem, Source, file, read_text};

/// Where numbers lead, and what lines are like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phonebook {
    /// Numbers of other machines.
    pub numbers: BTreeMap<String, Entry>,
    /// What is special about lines here, by number.
    pub lines: BTreeMap<String, LineEntry>,
    /// Where calls come in from outside.
    pub listens: Vec<Listen>,
    /// Numbers here that answer with PPP.
    pub ppp: BTreeMap<String, PppNumber>,
    /// Where every other number leads; `None`: there is no such number.
    pub default: Option<Target>,
    /// Commands that modems get whose lines say nothing else: the command line's.
    pub init: Option<String>,
    /// Whether addresses may be dialled that are not in it. No file says so: whoever starts the modems does.
    pub any_address: bool,
    /// Whether every number that is nobody's is answered with PPP. Likewise.
    pub any_ppp: bool,
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
    /// What it speaks.
    pub speaks: Speaks,
}

/// How octets go over a connection that we make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speaks {
    /// As they are.
    Octets,
    /// By telnet (RFC 854).
    Telnet,
    /// By telnet if that is how the far end opens: with IAC and WILL, WONT, DO or DONT.
    #[default]
    AsItOpens,
}

/// What is special about a line here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineEntry {
    /// Name told as caller ID, and shown.
    pub name: Option<String>,
    /// Model of its modem, a name or a file; `None`: as on the command line.
    pub personality: Option<String>,
    /// Commands its modem gets at the start, without AT; `None`: as on the command line.
    pub init: Option<String>,
    /// Line rate in bit/s; `None`: as on the command line.
    pub rate: Option<u32>,
    /// Files it sends.
    pub sends: Vec<Send>,
}

impl LineEntry {
    /// What it sends then.
    pub fn sent(&self, when: Moment, to: Ear) -> impl Iterator<Item = &[u8]> {
        self.sends.iter().filter(move |send| send.when == when && send.to == to).map(|send| &*send.octets)
    }
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

/// What the words of a phonebook mean, for `offhook explain`.
pub fn source() -> Source {
    use offhook_schema::explain::{explain, names, overview};
    Source {
        title: "Phonebooks",
        explain: |name| explain(&words::PHONEBOOK, name),
        names: || names(&words::PHONEBOOK),
        overview: || overview(&words::PHONEBOOK),
    }
}

/// The words of a phonebook as data, for editors.
pub fn schema() -> Schema {
    offhook_schema::json::schema("phonebook", &words::PHONEBOOK)
}

impl Phonebook {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the text.
    pub fn load(path: &Path) -> Result<Self, Errors> {
        let text = file::text(path, "a phonebook is a KDL file, or a number and an address a line")
            .map_err(|file| Errors { files: vec![file] })?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Self::read(&text).and_then(|book| book.with_files(directory)).map_err(|mut problems| {
            problems.sort_by_key(|problem| problem.labels.first().map(|label| label.span.offset));
            let text = Some(text.into());
            Errors { files: vec![FileProblems { path: path.to_owned(), text, problems }] }
        })
    }

    /// The same with the files that its lines send, which are in this directory.
    fn with_files(mut self, directory: &Path) -> Result<Self, Vec<Problem>> {
        let sends = self.lines.values_mut().flat_map(|line| &mut line.sends);
        let problems: Vec<Problem> = sends.filter_map(|send| send.read(directory).err()).collect();
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    /// Commands that the modem of a line gets at the start.
    pub fn init_of(&self, number: &str) -> Option<&str> {
        self.lines.get(number).and_then(|line| line.init.as_deref()).or(self.init.as_deref())
    }

    /// What of it a modem may dial.
    pub fn directory(&self) -> Directory {
        let mut names = BTreeMap::new();
        let lines = self.lines.iter().filter_map(|(number, line)| Some((number, line.name.as_ref()?)));
        let entries = self.numbers.iter().filter_map(|(number, entry)| Some((number, entry.name.as_ref()?)));
        let addresses = self.numbers.iter().map(|(number, entry)| (number, &entry.target.tcp));
        let ppp = self.ppp.iter().filter_map(|(number, entry)| Some((number, entry.name.as_ref()?)));
        for (number, name) in lines.chain(entries).chain(ppp).chain(addresses) {
            // Of those with one name, the first.
            names.entry(name.to_lowercase()).or_insert_with(|| number.clone());
        }
        Directory {
            numbers: self.numbers.keys().cloned().collect(),
            any: self.default.is_some(),
            names,
            any_address: self.any_address,
            any_ppp: self.any_ppp,
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        if plain::is_plain(text) {
            return plain::read(text);
        }
        read_text(text, &words::PHONEBOOK, |items, problems| reader::phonebook(&items, problems))
    }
}

/// The longest telephone number, in digits.
const LONGEST_NUMBER: usize = 32;

/// Whether it is a telephone number as a modem dials one.
pub fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_NUMBER
        && text.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'*' | b'#'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use offhook_schema::Style;

    #[test]
    fn every_word_becomes_what_it_says() {
        let book = Phonebook::read(
            "number \"5553000\" name=\"Example BBS\" tcp=\"bbs.example:23\" telnet=#true\n\
             line \"5551001\" personality=\"usr-courier\" rate=14400 name=\"ALICE\" init=\"S0=1\"\n\
             listen \"[::1]:6401\" number=\"5551001\"\ndefault tcp=\"gw.example:1\"\n",
        )
        .unwrap();
        let target = Target { tcp: "bbs.example:23".into(), speaks: Speaks::Telnet };
        assert_eq!(book.numbers["5553000"], Entry { name: Some("Example BBS".into()), target });
        let line = &book.lines["5551001"];
        assert_eq!(
            (line.rate, line.personality.as_deref(), line.name.as_deref()),
            (Some(14_400), Some("usr-courier"), Some("ALICE"))
        );
        assert_eq!((book.init_of("5551001"), book.init_of("5551000")), (Some("S0=1"), None));
        assert_eq!(book.listens, [Listen { tcp: "[::1]:6401".into(), number: "5551001".into(), telnet: false }]);
        assert_eq!(book.default, Some(Target { tcp: "gw.example:1".into(), speaks: Speaks::AsItOpens }));
    }

    #[test]
    fn a_number_that_answers_with_ppp_has_accounts_addresses_and_names() {
        let book = Phonebook::read(
            "ppp \"5559000\" name=\"ISP\" local=\"10.0.0.1\" remote=\"10.0.0.2-10.0.0.9\" ipv6=#true {\n\
             account \"alice\" password=\"secret\"\nauth \"pap\"\ndns \"9.9.9.9\"\n\
             host \"www.example\" address=\"10.0.0.1\"\n}\nppp \"5559001\"\n",
        )
        .unwrap();
        let full = &book.ppp["5559000"];
        let [local, first, last] = [1, 2, 9].map(|last| std::net::Ipv4Addr::new(10, 0, 0, last));
        assert_eq!((full.name.as_deref(), full.config.local, full.remote.clone()), (Some("ISP"), local, first..=last));
        assert_eq!(full.config.accounts, [offhook_ppp::auth::Account::new("alice", "secret")]);
        assert_eq!(full.config.auth, [offhook_ppp::auth::AuthOption::Pap]);
        assert_eq!(full.config.dns, [std::net::Ipv4Addr::new(9, 9, 9, 9)]);
        assert_eq!((full.config.names.as_slice(), full.config.ipv6), (&[("www.example".to_owned(), local)][..], true));
        assert_eq!(book.ppp["5559001"], PppNumber::new("5559001".to_owned()));
        assert_eq!(book.directory().names.get("isp").map(String::as_str), Some("5559000"));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("book.kdl");
        let text = "numbr \"1\"\nnumber \"12 34\" tcp=\"host\"\nnumber \"5\"\nline \"7\" rate=9\nlisten \"x:23\"\n\
                    default tcp=\"a:1\" colour=\"red\"\nnumber \"8\" tcp=8 telnet=1\n\
                    line \"9\" { send \"a\" when=\"busy\" to=\"dte\"; send when=\"noon\"; }\nsend \"b\" when=\"busy\"\n";
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
