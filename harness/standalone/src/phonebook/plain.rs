//! Phonebooks as DOSBox (`phonebookfile`) and 86Box (its modem's phonebook) read them: a number and an address a line.
//!
//! Text goes in, and a [`Phonebook`] comes out, or everything that is wrong with it. Number and address are divided by blanks;
//! an address without a port has telnet's. What follows is ignored there, and is the entry's name here. Of a number
//! `0123456789*#=,;+>` may be written; those beside digits, `*` and `#` are not dialled. Both emulators skip lines that they
//! cannot read; here only empty ones, and comments: lines that begin with `;` or `//`, or with `#` and a blank. Where they
//! take the first of two entries, one of them is a mistake.

use offhook_base::Span;
use offhook_schema::{Problem, fault};

use super::{Entry, Phonebook, Speaks, Target, is_number};
use crate::address::with_port;

/// What a number may be written with and what is not dialled of it.
const ORNAMENTS: [char; 5] = ['=', ',', ';', '+', '>'];

/// Whether a text is such a phonebook and not KDL, where no line begins with a digit.
pub(super) fn is_plain(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.next().is_some_and(|line| line.starts_with(|c: char| c.is_ascii_digit() || "*#+>=,".contains(c)))
}

fn is_comment(line: &str) -> bool {
    line.starts_with("//") || line.starts_with(';') || line.strip_prefix('#').is_some_and(|rest| !is_dialled(rest))
}

fn is_dialled(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '*' | '#'))
}

/// Reads the text.
///
/// # Errors
///
/// Every line that is neither an entry nor a comment, and every number that is there twice.
pub(super) fn read(text: &str) -> Result<Phonebook, Vec<Problem>> {
    let (mut book, mut problems) = (Phonebook::default(), Vec::new());
    let mut offset = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim();
        let span = Span { offset: offset + (whole.len() - whole.trim_start().len()), len: line.len() };
        offset += whole.len();
        if line.is_empty() || is_comment(line) {
            continue;
        }
        match entry(line) {
            Ok((number, entry)) if !book.numbers.contains_key(&number) => drop(book.numbers.insert(number, entry)),
            Ok((number, _)) => {
                let message = format!("the number {number} is in this phonebook twice");
                problems.push(Problem::new(fault::REPEATED_WORD, message, span, "given again"));
            }
            Err((message, label)) => {
                let help = "write a number and an address, as in 5553000 bbs.example:23";
                problems.push(Problem::new(fault::BAD_TEXT, message, span, label).help(help));
            }
        }
    }
    if problems.is_empty() { Ok(book) } else { Err(problems) }
}

/// A line, or what is wrong with it.
fn entry(line: &str) -> Result<(String, Entry), (String, &'static str)> {
    let (written, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let number: String = written.chars().filter(|c| !ORNAMENTS.contains(c)).collect();
    if !is_number(&number) {
        return Err((format!("\"{written}\" cannot be dialled"), "not a telephone number"));
    }
    let (address, name) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    if address.is_empty() {
        return Err((format!("the number {number} has no address"), "the address is missing"));
    }
    let tcp = with_port(address);
    let is_host = |host: &str| !host.is_empty() && (host.starts_with('[') || !host.contains(':'));
    let port = tcp.rsplit_once(':').filter(|(host, _)| is_host(host)).map(|(_, port)| port.parse::<u16>());
    if !matches!(port, Some(Ok(1..))) {
        return Err((format!("\"{address}\" is not a TCP address"), "not host or host:port"));
    }
    let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    Ok((number, Entry { name, target: Target { tcp, speaks: Speaks::default() } }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use offhook_schema::{Errors, FileProblems, Style};

    use super::*;

    #[test]
    fn a_number_and_an_address_a_line_are_a_phonebook() {
        let text =
            "; games\r\n5551234 10.0.0.2:5000\r\n\r\n+49,30;1 \t bbs.example  Example BBS\r\n# more\n*9# [::1]:6400";
        assert!(is_plain(text));
        let book = read(text).unwrap();
        let entries: Vec<_> = book
            .numbers
            .iter()
            .map(|(number, entry)| (number.as_str(), entry.target.tcp.as_str(), entry.name.as_deref()))
            .collect();
        let expected = [
            ("*9#", "[::1]:6400", None),
            ("49301", "bbs.example:23", Some("Example BBS")),
            ("5551234", "10.0.0.2:5000", None),
        ];
        assert_eq!(entries, expected);
        assert!(book.numbers.values().all(|entry| entry.target.speaks == Speaks::AsItOpens));
    }

    #[test]
    fn every_line_that_is_none_is_told_with_its_place() {
        let text = "5551234 bbs.example\nhome bbs.example\n  5551235\n5551234 other.example\n5 host:0\n6 host:x\n";
        let problems = read(text).unwrap_err();
        let path = "phones.txt".into();
        let errors = Errors { files: vec![FileProblems { path, text: Some(text.into()), problems }] };
        insta::assert_snapshot!(errors.render(Style { unicode: false, ..Style::PLAIN }));
    }

    #[test]
    fn kdl_is_no_such_phonebook() {
        for text in ["", "number \"5\" tcp=\"h:1\"", "// 5551234 h:1\nnumber \"5\" tcp=\"h:1\"", "/- number", "{"] {
            assert!(!is_plain(text), "{text}");
        }
    }
}
