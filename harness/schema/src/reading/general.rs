//! The kinds of values that any language may have: numbers, durations, addresses, choices, ranges, octets.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::fault;
use crate::text::{nearest, one_of, quoted};
use crate::value::{Value, Wrong};
use offhook_base::{format_duration, parse_duration};

pub(super) fn read_number(number: i128, min: u32, max: u32, whose: &str) -> Result<Value, Wrong> {
    match u32::try_from(number) {
        Ok(number) if (min..=max).contains(&number) => Ok(Value::Number(number)),
        _ => Err(Wrong::new(
            fault::OUT_OF_RANGE,
            format!("{whose} must be a whole number from {min} to {max}, not {number}"),
            if number < i128::from(min) { format!("at least {min}") } else { format!("at most {max}") },
        )),
    }
}

pub(super) fn read_time(
    text: &str,
    min: Duration,
    max: Duration,
    whole_seconds: bool,
    whose: &str,
) -> Result<Value, Wrong> {
    let time = parse_duration(text).map_err(|help| {
        Wrong::new(fault::BAD_DURATION, format!("`{text}` is not a duration"), "not a duration").help(help)
    })?;
    if time < min {
        let message = format!("{whose} must be at least {}, not {text}", format_duration(min));
        return Err(Wrong::new(fault::BAD_DURATION, message, "too short"));
    }
    if time > max {
        let message = format!("{whose} must be at most {}, not {text}", format_duration(max));
        return Err(Wrong::new(fault::BAD_DURATION, message, "too long"));
    }
    if whole_seconds && time.subsec_nanos() != 0 {
        let message = format!("{whose} must be in whole seconds, not {text}");
        let near = Duration::from_secs(time.as_secs().max(1));
        return Err(Wrong::new(fault::BAD_DURATION, message, "not a whole number of seconds")
            .help(format!("for example \"{}\"", format_duration(near))));
    }
    Ok(Value::Time(time))
}

pub(super) fn read_choice(text: &str, names: &[&str], whose: &str) -> Result<Value, Wrong> {
    if names.contains(&text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let possible = format!("expected {}", one_of(&quoted(names.iter().copied())));
    let near = nearest(text, names.iter().copied()).map(|name| format!("did you mean \"{name}\"?"));
    // A long list is easier to read below the text than beside the carets.
    let (label, help) = match (near, names.len() > 4) {
        (near, false) => (possible, near),
        (Some(near), true) => ("unknown name".to_owned(), Some(format!("{near} ({possible})"))),
        (None, true) => ("unknown name".to_owned(), Some(possible)),
    };
    Err(Wrong { help, ..Wrong::new(fault::NOT_A_CHOICE, format!("{whose} cannot be `{text}`"), label) })
}

/// An IPv4 address, with the reason for whoever wrote another text.
pub(super) fn read_address(text: &str) -> Result<Ipv4Addr, Wrong> {
    text.parse().map_err(|_| {
        let parts: Vec<&str> = text.split('.').collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|octet| octet.is_ascii_digit());
        let help = if let Some((address, _)) = text.split_once('/') {
            format!("remove the prefix length: \"{address}\"")
        } else if text.contains(':') {
            "only IPv4 addresses can be given here".to_owned()
        } else if !parts.iter().all(number) {
            "write four numbers with dots between them: \"192.168.32.1\"; names are not looked up".to_owned()
        } else if let Some(part) = parts.iter().find(|part| part.parse::<u8>().is_err()) {
            format!("each of the four numbers must be from 0 to 255, not {part}")
        } else if parts.len() != 4 {
            format!("write four numbers with dots between them, not {}: \"192.168.32.1\"", parts.len())
        } else {
            "write the numbers without leading zeros".to_owned()
        };
        Wrong::new(fault::BAD_ADDRESS, format!("`{text}` is not an IPv4 address"), "not an IPv4 address").help(help)
    })
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
                let wrong = Wrong::new(fault::BAD_TEXT, format!("`{part}` is not a range"), "ends before it begins");
                return Err(wrong.at(place).help(format!("write \"{last}-{first}\"")));
            }
            _ => {
                let message = format!("`{part}` is neither a number nor a range");
                let wrong = Wrong::new(fault::BAD_TEXT, message, "not a range");
                return Err(wrong.at(place).help("write numbers and ranges with commas between them: \"0-3,5\""));
            }
        }
    }
    Ok(Value::Ranges(ranges))
}

pub(super) fn read_octets(text: &str) -> Result<Value, Wrong> {
    const HOW: &str = "write two hexadecimal digits for each octet, separated by blanks: \"7e ff 7d 23\"";
    let mut octets = Vec::new();
    let mut at = 0;
    for word in text.split(' ') {
        let place = at..at + word.len();
        at += word.len() + 1;
        let digits: Option<Vec<u8>> =
            word.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let wrong = |label: &str| Wrong::new(fault::BAD_OCTETS, format!("`{word}` is not an octet"), label);
        match digits {
            Some(digits) if digits.len() % 2 == 0 => {
                octets.extend(digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?)));
            }
            Some(_) => return Err(wrong("half an octet is missing").at(place).help(HOW)),
            None => return Err(wrong("not hexadecimal").at(place).help(HOW)),
        }
    }
    if octets.is_empty() {
        return Err(Wrong::new(fault::BAD_OCTETS, "there is nothing to send", "no octet").help(HOW));
    }
    Ok(Value::Octets(octets))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

    use super::*;

    #[test]
    fn addresses_that_are_wrong_say_how() {
        for (text, help) in [
            ("192.168.32.256", "not 256"),
            ("192.168.32", "not 3"),
            ("192.168.32.1/24", "remove the prefix length"),
            ("fe80::1", "IPv4"),
            ("server", "not looked up"),
            ("192.168.032.1", "leading zeros"),
            ("", "four numbers"),
        ] {
            assert!(read_address(text).unwrap_err().help.unwrap().contains(help), "{text}");
        }
    }

    #[test]
    fn ranges_are_numbers_and_pairs_of_them() {
        assert_eq!(read_ranges("0-3,5").unwrap(), Value::Ranges(vec![0..=3, 5..=5]));
        assert_eq!(read_ranges("0-3,x").unwrap_err().part, Some(4..5));
        for text in ["", "3-0", "-1", "1-", "1,,2", "+1", "4294967296", "1 2"] {
            assert!(read_ranges(text).is_err(), "{text}");
        }
    }

    #[test]
    fn octets_are_pairs_of_digits_and_a_wrong_one_is_pointed_at() {
        let Value::Octets(octets) = read_octets("7e ff7d  23").unwrap() else { panic!("octets") };
        assert_eq!(octets, [0x7e, 0xff, 0x7d, 0x23]);
        assert_eq!(read_octets("7e f 7d").unwrap_err().part, Some(3..4));
        assert_eq!(read_octets("7e fg").unwrap_err().part, Some(3..5));
        assert_eq!(read_octets("7e é0 00").unwrap_err().part, Some(3..6));
        assert!(read_octets("").is_err() && read_octets("  ").is_err());
    }
}
