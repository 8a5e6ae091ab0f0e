//! Caller ID as modems show it: V.253 `+VCID`, Rockwell's `#CID`, and what other makers print.
//!
//! In: what the exchange delivered, and the personality's form. Out: lines, or octets for a form that is no line.
//!
//! Formatted, as V.253 has it: `DATE = MMDD`, `TIME = HHMM`, `NMBR = `, `NAME = `, in this order, with a blank on either
//! side of the sign as Rockwell writes them. A number or name that is withheld is `P`, one from out of the area `O`; one
//! that was not delivered has no line, and a message with a wrong checksum is not shown at all. Unformatted: the octets
//! of the message with its type and checksum in hexadecimal, right or wrong.

use super::personality::{CallerIdForm, CallerIdStyle};
use crate::exchange::{CallerId, CallerIdService, Party};

/// DLE, which shields the events of voice modems (V.253 §8).
const DLE: char = '\x10';

/// How it is given to the DTE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Information text.
    Lines(Vec<String>),
    /// As it is.
    Octets(Vec<u8>),
}

/// What a modem shows whose switch has this value; `None`: nothing.
pub(super) fn shown(form: &CallerIdForm, value: Option<u32>, id: &CallerId) -> Option<Shown> {
    if value.is_some() && value == form.unformatted && form.unformatted != Some(form.formatted) {
        let sign = if form.style == CallerIdStyle::NoBlanks { "=" } else { " = " };
        let hex: String = id.octets.iter().map(|octet| format!("{octet:02X}")).collect();
        return Some(Shown::Lines(vec![format!("MESG{sign}{hex}")]));
    }
    if value != Some(form.formatted) || !id.intact {
        return None;
    }
    if form.style == CallerIdStyle::Dle {
        let lines: String = tagged(id, "=").iter().map(|line| format!("{line}\r\n")).collect();
        return Some(Shown::Octets(format!("{DLE}X\r\n{lines}{DLE}.").into_bytes()));
    }
    Some(Shown::Lines(lines(form.style, id))).filter(|shown| *shown != Shown::Lines(Vec::new()))
}

/// The lines the generic modem shows for it, without CR LF.
pub fn presentation(id: &CallerId) -> Vec<String> {
    tagged(id, " = ")
}

/// What stands in place of `RING`, for makers who put the number there.
pub(super) fn ring_with_number(style: CallerIdStyle, id: &CallerId) -> Option<String> {
    let number = digits(id)?;
    match style {
        CallerIdStyle::Elsa => {
            let called = id.called.as_ref().map(|called| format!(";{}", printable(called))).unwrap_or_default();
            Some(format!("RING;{number}{called}"))
        }
        CallerIdStyle::Slash => Some(format!("RING/{number}")),
        _ => None,
    }
}

fn lines(style: CallerIdStyle, id: &CallerId) -> Vec<String> {
    match style {
        CallerIdStyle::Blanks | CallerIdStyle::Dle => tagged(id, " = "),
        CallerIdStyle::NoBlanks => tagged(id, "="),
        CallerIdStyle::Zyxel => {
            let from = digits(id).map(|number| format!("FM:{number}"));
            let to = id.called.as_ref().map(|called| format!("TO:{}", printable(called)));
            from.into_iter().chain(to).collect()
        }
        CallerIdStyle::Clip => match &id.number {
            None => Vec::new(),
            // Type of number unknown, and why there is none (3GPP TS 27.007 §7.11).
            Some(Party::Withheld) => vec!["+CLIP: \"\",128,,,,1".to_owned()],
            Some(Party::OutOfArea) => vec!["+CLIP: \"\",128,,,,2".to_owned()],
            Some(Party::Known(number)) => {
                let kind = if number.starts_with('+') { 145 } else { 129 };
                vec![format!("+CLIP: \"{}\",{kind}", printable(number))]
            }
        },
        CallerIdStyle::Words => words(id),
        CallerIdStyle::Digits => digits(id).into_iter().collect(),
        CallerIdStyle::Elsa | CallerIdStyle::Slash => Vec::new(),
    }
}

/// V.253's tags, with the sign between tag and value.
fn tagged(id: &CallerId, sign: &str) -> Vec<String> {
    let mut lines = Vec::new();
    // DTMF digits carry neither date nor time.
    if id.service != CallerIdService::Dtmf {
        lines.push(format!("DATE{sign}{}", id.stamp.date()));
        lines.push(format!("TIME{sign}{}", id.stamp.time()));
    }
    let values = [("NMBR", &id.number), ("NAME", &id.name)];
    lines.extend(
        values
            .into_iter()
            .filter_map(|(tag, value)| Some(format!("{tag}{sign}{}", printable(value.as_ref()?.as_str())))),
    );
    lines
}

/// Whole words for number and name, and for the reason that there is none.
fn words(id: &CallerId) -> Vec<String> {
    let told = |tag: &str, value: &Option<Party>| {
        Some(match value.as_ref()? {
            Party::Withheld => format!("REASON FOR NO {tag}: PRIVATE"),
            Party::OutOfArea => format!("REASON FOR NO {tag}: OUT OF AREA"),
            Party::Known(value) => format!("{tag}: {}", printable(value)),
        })
    };
    let (date, time) = (id.stamp.date(), id.stamp.time());
    let stamp = format!("TIME: {}-{} {}:{}", part(&date, 0), part(&date, 2), part(&time, 0), part(&time, 2));
    let stamp = (id.service != CallerIdService::Dtmf).then_some(stamp);
    let called = id.called.as_ref().map(|called| format!("CALLED NUMBER: {}", printable(called)));
    stamp
        .into_iter()
        .chain(told("CALLER NUMBER", &id.number))
        .chain(told("CALLER NAME", &id.name))
        .chain(called)
        .collect()
}

/// Two digits of four.
fn part(digits: &str, at: usize) -> &str {
    digits.get(at..at + 2).unwrap_or_default()
}

/// The number, if there is one and not the reason that there is none.
fn digits(id: &CallerId) -> Option<String> {
    id.number.as_ref().and_then(Party::known).map(printable)
}

/// Modems put blanks where a name is not printable ASCII: anything else would break the line, or the server's terminal.
fn printable(value: &str) -> String {
    value.chars().map(|c| if matches!(c, ' '..='~') { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use crate::exchange::Stamp;

    const STAMP: Stamp = Stamp { month: 9, day: 30, hour: 7, minute: 4 };

    fn id(number: Option<&str>, name: Option<&str>) -> CallerId {
        CallerId::mdmf(STAMP, number.map(Into::into), name.map(Into::into))
    }

    fn lines(number: Option<&str>, name: Option<&str>) -> Vec<String> {
        presentation(&id(number, name))
    }

    fn form(style: CallerIdStyle) -> CallerIdForm {
        CallerIdForm { switch: "+VCID".into(), formatted: 1, unformatted: Some(2), style, on: true }
    }

    /// What a modem in that style shows, one string.
    fn in_style(style: CallerIdStyle, id: &CallerId) -> String {
        match shown(&form(style), Some(1), id) {
            Some(Shown::Lines(lines)) => lines.join("|"),
            Some(Shown::Octets(octets)) => crate::trace::escaped(&octets),
            None => String::new(),
        }
    }

    // M38, V.253 +VCID=1
    #[test]
    fn date_time_number_and_name_come_in_this_order() {
        let all = ["DATE = 0930", "TIME = 0704", "NMBR = 5551234", "NAME = ALICE"];
        assert_eq!(lines(Some("5551234"), Some("ALICE")), all);
        assert_eq!(lines(Some("5551234"), None), all[..3]);
        assert_eq!(lines(None, Some("O"))[2..], ["NAME = O"]);
        assert_eq!(lines(Some("P"), None)[2..], ["NMBR = P"]);
    }

    #[test]
    fn a_name_cannot_break_its_line() {
        assert_eq!(lines(None, Some("A\r\nBUSY\u{e9}"))[2..], ["NAME = A  BUSY "]);
    }

    // M38, makers' forms; M39, GR-30-CORE parameters 04 and 08
    #[test]
    fn every_maker_has_words_of_his_own() {
        use CallerIdStyle::{Blanks, Clip, Digits, Dle, Elsa, NoBlanks, Slash, Words, Zyxel};
        let alice = CallerId { called: Some("5559000".into()), ..id(Some("5551234"), Some("ALICE")) };
        let (withheld, out_of_area) = (id(Some("P"), Some("P")), id(Some("O"), None));
        for (style, known, private, unknown) in [
            (
                Blanks,
                "DATE = 0930|TIME = 0704|NMBR = 5551234|NAME = ALICE",
                "DATE = 0930|TIME = 0704|NMBR = P|NAME = P",
                "DATE = 0930|TIME = 0704|NMBR = O",
            ),
            (
                NoBlanks,
                "DATE=0930|TIME=0704|NMBR=5551234|NAME=ALICE",
                "DATE=0930|TIME=0704|NMBR=P|NAME=P",
                "DATE=0930|TIME=0704|NMBR=O",
            ),
            (Zyxel, "FM:5551234|TO:5559000", "", ""),
            (Elsa, "", "", ""),
            (Slash, "", "", ""),
            (Clip, "+CLIP: \"5551234\",129", "+CLIP: \"\",128,,,,1", "+CLIP: \"\",128,,,,2"),
            (
                Words,
                "TIME: 09-30 07:04|CALLER NUMBER: 5551234|CALLER NAME: ALICE|CALLED NUMBER: 5559000",
                "TIME: 09-30 07:04|REASON FOR NO CALLER NUMBER: PRIVATE|REASON FOR NO CALLER NAME: PRIVATE",
                "TIME: 09-30 07:04|REASON FOR NO CALLER NUMBER: OUT OF AREA",
            ),
            (
                Dle,
                "\\x10X\\r\\nDATE=0930\\r\\nTIME=0704\\r\\nNMBR=5551234\\r\\nNAME=ALICE\\r\\n\\x10.",
                "\\x10X\\r\\nDATE=0930\\r\\nTIME=0704\\r\\nNMBR=P\\r\\nNAME=P\\r\\n\\x10.",
                "\\x10X\\r\\nDATE=0930\\r\\nTIME=0704\\r\\nNMBR=O\\r\\n\\x10.",
            ),
            (Digits, "5551234", "", ""),
        ] {
            let seen = [&alice, &withheld, &out_of_area].map(|id| in_style(style, id));
            assert_eq!(seen, [known, private, unknown], "{style:?}");
        }
        assert_eq!(ring_with_number(Elsa, &alice).as_deref(), Some("RING;5551234;5559000"));
        assert_eq!(ring_with_number(Slash, &alice).as_deref(), Some("RING/5551234"));
        assert_eq!(ring_with_number(Elsa, &withheld), None);
    }

    // M40, V.253 +VCID=2
    #[test]
    fn unformatted_caller_id_is_the_message_in_hexadecimal() {
        let raw = |style, id: &CallerId| shown(&form(style), Some(2), id);
        let expected = "8013010830393330303730340207353535313233345B";
        let alice = id(Some("5551234"), None);
        assert_eq!(alice.octets.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet)), 0);
        assert_eq!(raw(CallerIdStyle::Blanks, &alice), Some(Shown::Lines(vec![format!("MESG = {expected}")])));
        assert_eq!(raw(CallerIdStyle::NoBlanks, &alice), Some(Shown::Lines(vec![format!("MESG={expected}")])));
        let none = CallerIdForm { unformatted: None, ..form(CallerIdStyle::Blanks) };
        assert_eq!(shown(&none, Some(2), &alice), None);
        assert_eq!(shown(&none, None, &alice), None);
    }

    // M42, GR-30-CORE checksum
    #[test]
    fn a_wrong_checksum_is_shown_raw_and_not_at_all_formatted() {
        let mut garbled = id(Some("5551234"), None);
        (garbled.octets[0], garbled.intact) = (0x81, false);
        assert_eq!(shown(&form(CallerIdStyle::Blanks), Some(1), &garbled), None);
        let Some(Shown::Lines(lines)) = shown(&form(CallerIdStyle::Blanks), Some(2), &garbled) else {
            panic!("nothing is shown");
        };
        assert!(lines[0].starts_with("MESG = 8113"), "{lines:?}");
    }
}
