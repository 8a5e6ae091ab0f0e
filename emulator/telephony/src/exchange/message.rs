//! Caller-ID messages, octet for octet: Bellcore SDMF and MDMF (GR-30-CORE), ETSI call set-up (EN 300 659-3), DTMF.
//!
//! A message by FSK is its type, the number of octets that follow it (checksum left out), those octets, and a checksum
//! that makes the sum of all of it 0 modulo 256. In MDMF and ETSI messages the octets are parameters: type, length,
//! value. In: number, name, date. Out: octets; and back again, [`parameters`].

use super::party::Party;
use super::stamp::Stamp;

/// Single data message format: date, time, number.
pub(super) const SDMF: u8 = 0x04;
/// Multiple data message format, and ETSI's call set-up.
pub(super) const MDMF: u8 = 0x80;

/// Parameter: date and time, `MMDDHHMM`.
const DATE: u8 = 0x01;
/// Parameter: the calling number.
const NUMBER: u8 = 0x02;
/// Parameter: the called number (ETSI).
const CALLED: u8 = 0x03;
/// Parameter: why there is no number, `P` or `O`.
const NO_NUMBER: u8 = 0x04;
/// Parameter: the caller's name.
const NAME: u8 = 0x07;
/// Parameter: why there is no name.
const NO_NAME: u8 = 0x08;
/// Parameter: call type (ETSI).
const CALL_TYPE: u8 = 0x11;
/// Call type: an ordinary call.
const VOICE: u8 = 0x01;

/// The longest value, so that three of them with the date never exceed a message's 255 octets. Exchanges send fewer:
/// 20 digits, 50 characters.
const LONGEST: usize = 70;

/// As much of a value as fits into a message.
pub(super) fn fitting(value: &str) -> String {
    let mut end = value.len().min(LONGEST);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default().to_owned()
}

/// As much of a number or name as fits into a message.
pub(super) fn fitting_party(party: &Party) -> Party {
    match party {
        Party::Known(text) => Party::Known(fitting(text)),
        reason => reason.clone(),
    }
}

/// Bellcore MDMF.
pub(super) fn mdmf(stamp: Stamp, number: Option<&Party>, name: Option<&Party>) -> Vec<u8> {
    let mut body = parameter(DATE, date(stamp).as_bytes());
    body.extend(who(number, name));
    sealed(MDMF, &body)
}

/// Bellcore SDMF: one letter in place of a number that is withheld (`P`) or out of the area (`O`).
pub(super) fn sdmf(stamp: Stamp, number: Option<&Party>) -> Vec<u8> {
    let number = number.map_or("", Party::as_str);
    sealed(SDMF, format!("{}{number}", date(stamp)).as_bytes())
}

/// ETSI's call set-up message, which BT uses as well.
pub(super) fn call_setup(stamp: Stamp, called: Option<&str>, number: Option<&Party>, name: Option<&Party>) -> Vec<u8> {
    let mut body = parameter(CALL_TYPE, &[VOICE]);
    body.extend(parameter(DATE, date(stamp).as_bytes()));
    body.extend(called.map(|called| parameter(CALLED, called.as_bytes())).unwrap_or_default());
    body.extend(who(number, name));
    sealed(MDMF, &body)
}

/// DTMF digits: `D` number `C`. Instead of a number `B10` tells that it is withheld, `B00` that it is not known.
pub(super) fn dtmf(number: Option<&Party>) -> Vec<u8> {
    let told = match number {
        Some(Party::Withheld) => "B10".to_owned(),
        Some(Party::OutOfArea) => "B00".to_owned(),
        Some(Party::Known(digits)) => digits.chars().filter(|c| matches!(c, '0'..='9' | '*' | '#')).collect(),
        None => String::new(),
    };
    format!("D{told}C").into_bytes()
}

/// Noise falsifies one bit: the last one of the last value. Of DTMF a digit is not understood.
pub(super) fn garble(octets: &mut [u8]) {
    let place = octets.len().saturating_sub(2);
    if let Some(octet) = octets.get_mut(place) {
        *octet ^= 1;
    }
}

/// A parameter of a message: its type and its octets.
pub type Parameter = (u8, Vec<u8>);

/// A message's type and parameters, if its checksum and lengths are right. SDMF has one parameter without a type: 0.
pub fn parameters(octets: &[u8]) -> Option<(u8, Vec<Parameter>)> {
    let sum = octets.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet));
    let (&kind, rest) = octets.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let mut body = rest.get(..usize::from(length))?;
    if sum != 0 || rest.len() != usize::from(length) + 1 {
        return None;
    }
    if kind == SDMF {
        return Some((kind, vec![(0, body.to_vec())]));
    }
    let mut found = Vec::new();
    while let Some((&name, rest)) = body.split_first() {
        let (&length, rest) = rest.split_first()?;
        let (value, rest) = rest.split_at_checked(usize::from(length))?;
        found.push((name, value.to_vec()));
        body = rest;
    }
    Some((kind, found))
}

/// Number and name, or the reasons that there are none.
fn who(number: Option<&Party>, name: Option<&Party>) -> Vec<u8> {
    let told = |party: &Party, known, reason| {
        parameter(if party.known().is_some() { known } else { reason }, party.as_str().as_bytes())
    };
    let mut octets = number.map(|number| told(number, NUMBER, NO_NUMBER)).unwrap_or_default();
    octets.extend(name.map(|name| told(name, NAME, NO_NAME)).unwrap_or_default());
    octets
}

fn parameter(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut octets = vec![kind, length(value)];
    octets.extend(value);
    octets
}

/// Type, length, body, checksum.
fn sealed(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut octets = vec![kind, length(body)];
    octets.extend(body);
    let sum = octets.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet));
    octets.push(sum.wrapping_neg());
    octets
}

/// Every value has been cut to fit.
fn length(octets: &[u8]) -> u8 {
    u8::try_from(octets.len()).unwrap_or(u8::MAX)
}

fn date(stamp: Stamp) -> String {
    stamp.date() + &stamp.time()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const SEPTEMBER: Stamp = Stamp { month: 9, day: 30, hour: 12, minute: 24 };

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn sdmf_is_type_4_date_number_and_checksum() {
        let known = "04 12 30 39 33 30 31 32 32 34 36 30 39 35 35 35 31 32 31 32 51";
        assert_eq!(hex(&sdmf(SEPTEMBER, Some(&"6095551212".into()))), known);
    }

    #[test]
    fn a_withheld_number_is_one_letter_in_sdmf() {
        assert_eq!(hex(&sdmf(SEPTEMBER, Some(&Party::Withheld))), "04 09 30 39 33 30 31 32 32 34 50 0e");
    }

    #[test]
    fn mdmf_has_a_parameter_for_each_part_or_for_the_reason_that_there_is_none() {
        let of = |number: Option<&str>, name: Option<&str>| {
            let (number, name) = (number.map(Party::from), name.map(Party::from));
            parameters(&mdmf(SEPTEMBER, number.as_ref(), name.as_ref())).unwrap()
        };
        let date = (DATE, b"09301224".to_vec());
        let all = vec![date.clone(), (NUMBER, b"5551234".to_vec()), (NAME, b"ALICE".to_vec())];
        assert_eq!(of(Some("5551234"), Some("ALICE")), (MDMF, all));
        assert_eq!(of(Some("P"), Some("O")).1, [date.clone(), (NO_NUMBER, vec![b'P']), (NO_NAME, vec![b'O'])]);
        assert_eq!(of(None, Some("O. P.")).1, [date, (NAME, b"O. P.".to_vec())]);
    }

    #[test]
    fn etsi_tells_the_kind_of_call_and_the_called_number() {
        let (kind, found) = parameters(&call_setup(SEPTEMBER, Some("5550000"), Some(&Party::OutOfArea), None)).unwrap();
        let known = [
            (CALL_TYPE, vec![VOICE]),
            (DATE, b"09301224".to_vec()),
            (CALLED, b"5550000".to_vec()),
            (NO_NUMBER, vec![b'O']),
        ];
        assert_eq!((kind, found.as_slice()), (MDMF, known.as_slice()));
    }

    #[test]
    fn dtmf_is_the_digits_between_d_and_c() {
        assert_eq!(dtmf(Some(&"+1 (609) 555-1212".into())), b"D16095551212C");
        assert_eq!(
            (dtmf(Some(&Party::Withheld)), dtmf(Some(&Party::OutOfArea))),
            (b"DB10C".to_vec(), b"DB00C".to_vec())
        );
    }

    proptest! {
        #[test]
        fn every_message_sums_to_zero_and_garbled_ones_do_not(number in ".{0,300}", name in ".{0,300}") {
            let called = fitting(&number);
            let (number, name) = (fitting_party(&number.into()), fitting_party(&name.into()));
            let messages =
                [mdmf(SEPTEMBER, Some(&number), Some(&name)), sdmf(SEPTEMBER, Some(&number)),
                 call_setup(SEPTEMBER, Some(&called), Some(&number), Some(&name))];
            for mut octets in messages {
                prop_assert!(parameters(&octets).is_some(), "{}", hex(&octets));
                garble(&mut octets);
                prop_assert_eq!(parameters(&octets), None);
            }
        }

        #[test]
        fn no_octets_from_outside_break_the_reader(octets: Vec<u8>) {
            let _ = parameters(&octets);
        }
    }
}
