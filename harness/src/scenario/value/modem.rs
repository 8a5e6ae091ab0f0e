//! What is said of modems: whose make one is, and the values a command takes.

use super::{Fault, Value, Wrong};

/// The name of a make, or a path: whether there is such a one is looked at where it is read.
pub(super) fn read_personality(text: &str, whose: &str) -> Result<Value, Wrong> {
    if text.is_empty() {
        let wrong = Wrong::new(Fault::UnknownPersonality, format!("{whose} names no make of modem"), "empty");
        return Err(wrong.help("a name, \"usr-courier\", or the path of a file, \"./mine.kdl\""));
    }
    Ok(Value::Text(text.to_owned()))
}

/// `0-3,5`: numbers and ranges, a comma between one and the next.
pub(super) fn read_ranges(text: &str) -> Result<Value, Wrong> {
    let mut ranges = Vec::new();
    let mut at = 0;
    for part in text.split(',') {
        let place = at..at + part.len();
        at += part.len() + 1;
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit()).then(|| text.parse::<u32>().ok());
        match (digits(first).flatten(), digits(last).flatten()) {
            (Some(first), Some(last)) if first <= last => ranges.push(first..=last),
            (Some(_), Some(_)) => {
                let wrong = Wrong::new(Fault::BadText, format!("`{part}` is no range"), "it ends before it begins");
                return Err(wrong.at(place).help(format!("\"{last}-{first}\"")));
            }
            _ => {
                let wrong = Wrong::new(Fault::BadText, format!("`{part}` is neither a number nor a range"), "no range");
                return Err(wrong.at(place).help("numbers and ranges with commas between: \"0-3,5\""));
            }
        }
    }
    Ok(Value::Ranges(ranges))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn ranges_are_numbers_and_pairs_of_them() {
        assert_eq!(read_ranges("0-3,5").unwrap(), Value::Ranges(vec![0..=3, 5..=5]));
        assert_eq!(read_ranges("0-3,x").unwrap_err().part, Some(4..5));
        for text in ["", "3-0", "-1", "1-", "1,,2", "+1", "4294967296", "1 2"] {
            assert!(read_ranges(text).is_err(), "{text}");
        }
    }
}
