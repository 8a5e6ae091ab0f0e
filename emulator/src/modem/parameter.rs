//! The parameters of the modem as tables: name, default, range, clause.
//!
//! Whatever sets, reads or lists a parameter goes by these tables, so that `=?` can say nothing that `=` does not do.
//! S-parameters: V.250 §5.3.2; those of Hayes modems that V.250 does not define are marked as such.
//! Extended parameters: V.250 §5.4.3. Defaults are those usual among modems with a Rockwell chip set.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// One S-parameter.
#[derive(Clone, Debug)]
pub(super) struct SParameter {
    pub(super) number: u8,
    pub(super) default: u8,
    pub(super) range: RangeInclusive<u8>,
    /// Where it is defined, and its unit.
    #[cfg_attr(not(test), expect(dead_code, reason = "the table is documentation as well"))]
    pub(super) clause: &'static str,
}

const fn s(number: u8, default: u8, range: RangeInclusive<u8>, clause: &'static str) -> SParameter {
    SParameter { number, default, range, clause }
}

/// Rings before the modem answers by itself; 0: never.
pub(super) const AUTO_ANSWER: u8 = 0;
/// Rings so far.
pub(super) const RING_COUNT: u8 = 1;
/// The character of the escape sequence.
pub(super) const ESCAPE_CHARACTER: u8 = 2;
/// Ends a command line.
pub(super) const TERMINATOR: u8 = 3;
/// Follows [`TERMINATOR`] in result codes and information text.
pub(super) const FORMATTING: u8 = 4;
/// Deletes the last character of a command line.
pub(super) const DELETION: u8 = 5;
/// Seconds to wait for carrier.
pub(super) const CARRIER_WAIT: u8 = 7;
/// Tenths of a second for which carrier may be absent.
pub(super) const CARRIER_GAP: u8 = 10;
/// Guard time of the escape sequence, in fiftieths of a second.
pub(super) const ESCAPE_GUARD: u8 = 12;

/// All S-parameters there are, by number.
pub(super) const S_PARAMETERS: &[SParameter] = &[
    s(AUTO_ANSWER, 0, 0..=255, "V.250 6.3.8, rings"),
    s(RING_COUNT, 0, 0..=0, "Hayes, rings; read only"),
    s(ESCAPE_CHARACTER, 43, 0..=255, "Hayes, octet; above 127 there is no escape"),
    s(TERMINATOR, 13, 0..=127, "V.250 6.2.1, octet"),
    s(FORMATTING, 10, 0..=127, "V.250 6.2.2, octet"),
    s(DELETION, 8, 0..=127, "V.250 6.2.3, octet"),
    s(6, 2, 2..=10, "V.250 6.3.9, seconds before blind dialling"),
    s(CARRIER_WAIT, 50, 1..=255, "V.250 6.3.10, seconds"),
    s(8, 2, 0..=255, "V.250 6.3.11, seconds of a comma in a number"),
    s(9, 6, 1..=255, "Hayes, tenths of a second of carrier before it counts"),
    s(CARRIER_GAP, 14, 1..=254, "V.250 6.3.12, tenths of a second"),
    s(11, 95, 50..=255, "Hayes, milliseconds of a dialling tone"),
    s(ESCAPE_GUARD, 50, 0..=255, "Hayes, fiftieths of a second"),
];

/// The S-parameter of that number.
pub(super) fn s_parameter(number: u32) -> Option<&'static SParameter> {
    S_PARAMETERS.iter().find(|parameter| u32::from(parameter.number) == number)
}

/// One extended parameter: some numbers, each out of a list.
#[derive(Clone, Debug)]
pub(super) struct ExtendedParameter {
    /// With its sign.
    pub(super) name: &'static str,
    pub(super) default: &'static [u32],
    /// What each of its numbers may be.
    pub(super) allowed: &'static [&'static [RangeInclusive<u32>]],
    /// Fax commands answer without their name (T.32, T.31 and TIA-578 practice).
    pub(super) bare: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "the table is documentation as well"))]
    pub(super) clause: &'static str,
}

/// Caller ID, on or off.
pub(super) const CALLER_ID: &str = "+VCID";

/// All extended parameters there are.
pub(super) const EXTENDED_PARAMETERS: &[ExtendedParameter] = &[
    // No fax and no voice: data is the only class, and asking for another fails, as it must.
    ExtendedParameter { name: "+FCLASS", default: &[0], allowed: &[&[0..=0]], bare: true, clause: "T.31, TIA-578" },
    ExtendedParameter { name: CALLER_ID, default: &[1], allowed: &[&[0..=2]], bare: false, clause: "V.253" },
    ExtendedParameter {
        name: "+VDR",
        default: &[0, 0],
        allowed: &[&[0..=1], &[0..=255]],
        bare: false,
        clause: "V.253, reports; tenths of a second of silence before RING",
    },
    ExtendedParameter { name: "+MR", default: &[0], allowed: &[&[0..=1]], bare: false, clause: "V.250 6.4.2" },
    ExtendedParameter { name: "+ER", default: &[0], allowed: &[&[0..=1]], bare: false, clause: "V.250 6.5.5" },
    ExtendedParameter { name: "+DR", default: &[0], allowed: &[&[0..=1]], bare: false, clause: "V.250 6.6.2" },
    ExtendedParameter { name: "+ILRR", default: &[0], allowed: &[&[0..=1]], bare: false, clause: "V.250 6.2.13" },
    // The port has no speed of its own to be fixed: whatever the DTE uses is right.
    ExtendedParameter {
        name: "+IPR",
        default: &[0],
        allowed: &[&[
            0..=0,
            300..=300,
            1200..=1200,
            2400..=2400,
            4800..=4800,
            9600..=9600,
            19_200..=19_200,
            38_400..=38_400,
            57_600..=57_600,
            115_200..=115_200,
            230_400..=230_400,
        ]],
        bare: false,
        clause: "V.250 6.2.10",
    },
    ExtendedParameter {
        name: "+IFC",
        default: &[2, 2],
        allowed: &[&[0..=3], &[0..=2]],
        bare: false,
        clause: "V.250 6.2.12",
    },
];

/// The extended parameter of that name. Rockwell's `#CID` is another name of `+VCID`.
pub(super) fn extended_parameter(name: &str) -> Option<&'static ExtendedParameter> {
    let name = if name == "#CID" { CALLER_ID } else { name };
    EXTENDED_PARAMETERS.iter().find(|parameter| parameter.name == name)
}

/// Settings of modulation, error control, compression and their reports (V.250 §6.4 to §6.6): they may be set to anything
/// and change nothing, for what the line does is the scenario's to say.
const PASSED_OVER: &[&str] = &["+DS", "+EB", "+EFCS", "+ES", "+ESR", "+ETBM", "+EWIND", "+ICF", "+MA", "+MS"];

/// Whether setting that parameter is valid and without effect.
pub(super) fn is_passed_over(name: &str) -> bool {
    PASSED_OVER.contains(&name)
}

impl ExtendedParameter {
    /// The answer to `=?`: each number's values in parentheses.
    pub(super) fn ranges(&self) -> String {
        let lists: Vec<String> = self
            .allowed
            .iter()
            .map(|ranges| {
                let mut text = String::new();
                for range in *ranges {
                    let comma = if text.is_empty() { "" } else { "," };
                    // Writing to a string cannot fail.
                    let _ = match (range.start(), range.end()) {
                        (low, high) if low == high => write!(text, "{comma}{low}"),
                        (low, high) if low + 1 == *high => write!(text, "{comma}{low},{high}"),
                        (low, high) => write!(text, "{comma}{low}-{high}"),
                    };
                }
                if self.bare { text } else { format!("({text})") }
            })
            .collect();
        lists.join(",")
    }

    /// The values of `=v,v`: those left out stay as they are. `None` if one is not allowed or there are too many.
    pub(super) fn check(&self, values: &[String], present: &[u32]) -> Option<Vec<u32>> {
        if values.len() > self.allowed.len() {
            return None;
        }
        let mut new = present.to_vec();
        for ((value, ranges), slot) in values.iter().zip(self.allowed).zip(&mut new) {
            if value.is_empty() {
                continue;
            }
            let number: u32 = value.parse().ok()?;
            if !ranges.iter().any(|range| range.contains(&number)) {
                return None;
            }
            *slot = number;
        }
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_default_is_in_its_range_and_every_entry_says_where_it_comes_from() {
        for parameter in S_PARAMETERS {
            assert!(parameter.range.contains(&parameter.default), "S{}", parameter.number);
            assert!(!parameter.clause.is_empty(), "S{}", parameter.number);
        }
        for parameter in EXTENDED_PARAMETERS {
            let defaults: Vec<String> = parameter.default.iter().map(u32::to_string).collect();
            assert_eq!(parameter.check(&defaults, parameter.default).unwrap(), parameter.default, "{}", parameter.name);
            assert!(!parameter.clause.is_empty(), "{}", parameter.name);
        }
    }

    #[test]
    fn ranges_are_listed_as_they_are_checked() {
        assert_eq!(extended_parameter("+FCLASS").unwrap().ranges(), "0");
        assert_eq!(extended_parameter("#CID").unwrap().ranges(), "(0-2)");
        assert_eq!(extended_parameter("+IFC").unwrap().ranges(), "(0-3),(0-2)");
        assert!(extended_parameter("+FAA").is_none());
    }

    #[test]
    fn values_left_out_stay() {
        let flow = extended_parameter("+IFC").unwrap();
        let check = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
            flow.check(&values, &[2, 2])
        };
        assert_eq!(check(&["", "0"]), Some(vec![2, 0]));
        assert_eq!(check(&["1"]), Some(vec![1, 2]));
        assert_eq!(check(&["4"]), None);
        assert_eq!(check(&["1", "1", "1"]), None);
        assert_eq!(check(&["one"]), None);
    }
}
