//! The words of a file of accepted findings, as data for the engine that reads them.

use offhook_etc::source::Place as At;
use offhook_schema::{
    Absent, Argument, Custom, Kind, Language, Place, Property, Read, Value, Vocabulary, Word, Wrong, fault,
};
use time::{Date, Month};

use super::acceptable;
use crate::registry;

/// The language of accepted findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Acceptances;

impl Language for Acceptances {
    type Place = File;
    type Role = ();
}

/// The only place: the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct File;

impl Place for File {
    fn name(self) -> &'static str {
        "file"
    }

    fn phrase(self) -> &'static str {
        "in a file of accepted findings"
    }
}

/// Every word of the file.
pub(super) static ACCEPTANCES: Vocabulary<Acceptances> = Vocabulary { places: &[File], words: &[WORDS] };

/// The code of a rule.
const CODE: Kind = Kind::Custom(&Custom {
    name: "finding-code",
    phrase: "the code of a finding in quotes",
    example: "\"silent-caller\"",
    told: true,
    digits: false,
    read: Read::Text(code),
});

/// A file, and perhaps a line of it.
const PLACE: Kind = Kind::Custom(&Custom {
    name: "place",
    phrase: "a file in quotes, with or without a line",
    example: "\"/etc/ppp/options:3\"",
    told: true,
    digits: false,
    read: Read::Text(|text, _| match place(text) {
        Some(_) => Ok(Value::Text(text.to_owned())),
        None => {
            let wrong = Wrong::new(fault::BAD_TEXT, format!("\"{text}\" is not a place"), "no file, or line 0");
            Err(wrong.help("a file as the report names it, with or without a line: at=\"/etc/ppp/options:3\""))
        }
    }),
});

/// A day.
const DAY: Kind = Kind::Custom(&Custom {
    name: "date",
    phrase: "a date in quotes",
    example: "\"2027-03-31\"",
    told: true,
    digits: false,
    read: Read::Text(|text, _| match date(text) {
        Some(_) => Ok(Value::Text(text.to_owned())),
        None => {
            let wrong = Wrong::new(fault::BAD_TEXT, format!("\"{text}\" is not a date"), "no such day");
            Err(wrong.help("year, month and day: until=\"2027-03-31\""))
        }
    }),
});

/// Why a finding is accepted: a few words, not none.
const REASON: Kind = Kind::Custom(&Custom {
    name: "reason",
    phrase: "a text in quotes",
    example: "\"calls are watched\"",
    told: false,
    digits: false,
    read: Read::Text(|text, _| match text.trim() {
        "" => Err(Wrong::new(fault::BAD_TEXT, "the reason is empty", "no words").help("write a few words")),
        _ => Ok(Value::Text(text.to_owned())),
    }),
});

const WORDS: &[Word<Acceptances>] = &[Word {
    arguments: &[Argument::one("code", CODE)],
    properties: &[
        Property::new("reason", REASON, Absent::Never, "Why it is accepted."),
        Property::new("at", PLACE, Absent::Says("wherever it is found"), "The file of the finding, or its line."),
        Property::new("port", Kind::Sentence, Absent::Says("on every port"), "The device of the port."),
        Property::new("until", DAY, Absent::Says("it does not expire"), "The last day on which it is accepted."),
    ],
    ..Word::new("accept", (), &[File], "Findings of a rule are accepted: they are shown and do not count.")
}];

fn code(text: &str, _whose: &str) -> Result<Value, Wrong> {
    if acceptable().any(|rule| rule.code() == text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let known = registry::find(text).is_some();
    let message = match known {
        true => format!("\"{text}\" is about acceptances and cannot be accepted"),
        false => format!("no finding has the code \"{text}\""),
    };
    let help = match registry::nearest(text).filter(|_| !known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "`offhook audit --list-rules` lists the codes".to_owned(),
    };
    Err(Wrong::new(fault::NOT_A_CHOICE, message, "this code").help(help))
}

/// `/etc/ppp/options`, `/etc/ppp/options:3`.
pub(super) fn place(text: &str) -> Option<At> {
    let place = match text.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse::<usize>().ok()?))) {
        Some((file, line)) => At::line(file, line),
        None => At::file(text),
    };
    (!place.file.is_empty() && place.line != Some(0)).then_some(place)
}

/// `2027-03-31`.
pub(super) fn date(text: &str) -> Option<Date> {
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|octet| octet.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_does_not_contradict_itself() {
        assert_eq!(ACCEPTANCES.faults(), Vec::<String>::new());
    }
}
