//! The generic modem's parameters as tables: name, factory setting, range, clause.
//!
//! S-parameters: V.250 §5.3.2; those of Hayes modems that V.250 does not define are marked as such. Settings: the
//! commands of one letter or of a sign and a letter that only set something. Extended parameters: V.250 §5.4.3. Factory
//! settings are those usual among modems with a Rockwell chip set. What a modem model has otherwise is added to these by
//! [`CommandSet`](super::command_set::CommandSet).

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

/// Seconds for which a modem tries to deliver what waits when its DTE ends a call. The generic modem has `+ETBM` for that.
pub(super) const HANG_UP_DELAY: u8 = 38;

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
    s(30, 0, 0..=255, "Hayes and Conexant, tens of seconds without data before the modem hangs up; 0: never"),
];

/// A command that only sets something.
#[derive(Clone, Debug)]
pub(super) struct BasicSetting {
    /// A letter, or a sign and a letter.
    pub(super) name: &'static str,
    pub(super) default: u32,
    pub(super) allowed: &'static [RangeInclusive<u32>],
    #[cfg_attr(not(test), expect(dead_code, reason = "the table is documentation as well"))]
    pub(super) clause: &'static str,
}

const fn b(
    name: &'static str,
    default: u32,
    allowed: &'static [RangeInclusive<u32>],
    clause: &'static str,
) -> BasicSetting {
    BasicSetting { name, default, allowed, clause }
}

/// All such commands there are. Those marked "no effect" are common in initialisations, and what they would change is not
/// emulated.
pub(super) const SETTINGS: &[BasicSetting] = &[
    b("B", 0, &[0..=3, 15..=16], "makers: modulation, no effect"),
    b("E", 1, &[0..=1], "V.250 6.2.4: echo"),
    b("F", 1, &[1..=1], "Hayes: no echo of data, F0 is not emulated"),
    b("L", 2, &[0..=3], "V.250 6.3.13: loudness, no effect"),
    b("M", 1, &[0..=3], "V.250 6.3.14: loudspeaker, no effect"),
    b("N", 1, &[0..=1], "makers: automode, no effect"),
    b("Q", 0, &[0..=1], "V.250 6.2.5: no result codes"),
    b("V", 1, &[0..=1], "V.250 6.2.6: words, not numbers"),
    b("W", 2, &[0..=2], "makers: which rate CONNECT tells: 0 the port's, 1 both, 2 the line's"),
    b("X", 4, &[0..=4], "V.250 6.2.7: which result codes and tones"),
    b("Y", 0, &[0..=1], "Hayes: long space disconnect, no effect"),
    b("&B", 0, &[0..=1], "makers: port speed follows the line, no effect"),
    b("&C", 1, &[0..=1], "V.250 6.2.8: DCD (109)"),
    b("&D", 2, &[0..=3], "V.250 6.2.9, 3: Hayes: DTR (108/2)"),
    b("&G", 0, &[0..=2], "makers: guard tone, no effect"),
    b("&K", 3, &[0..=0, 3..=6], "makers: flow control, the same as +IFC"),
    b("&L", 0, &[0..=1], "Hayes: kind of line, no effect"),
    b("&M", 0, &[0..=1], "Hayes: asynchronous, no effect"),
    b("&Q", 5, &[0..=0, 5..=6], "Hayes: error control, no effect"),
    b("&R", 1, &[0..=1], "Hayes: CTS (106) follows RTS (105), no effect"),
    b("&S", 0, &[0..=1], "Hayes: DSR (107)"),
    b("&Y", 0, &[0..=1], "Hayes: which profile counts when switched on"),
    b("\\A", 3, &[0..=3], "makers: size of MNP blocks, no effect"),
    b("\\G", 0, &[0..=3], "makers: flow control between modems, no effect"),
    b("\\J", 0, &[0..=3], "makers: port speed follows the line, no effect"),
    b("\\N", 3, &[0..=5], "makers: error control, no effect"),
    b("\\Q", 3, &[0..=3], "makers: flow control, no effect"),
    b("\\V", 1, &[0..=3], "makers: messages of error control, no effect"),
    b("%C", 3, &[0..=3], "makers: compression, no effect"),
    b("%E", 2, &[0..=3], "makers: line quality, no effect"),
];

/// What one value of an extended parameter may be.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Numbers.
    Numbers(&'static [RangeInclusive<u32>]),
    /// Numbers a personality states.
    Owned(Vec<RangeInclusive<u32>>),
    /// Words, upper case.
    Words(&'static [&'static str]),
}

impl Values {
    /// The value as it is kept, if it may be.
    pub(super) fn taken(&self, value: &str) -> Option<String> {
        let ranges: &[RangeInclusive<u32>] = match self {
            Self::Words(words) => {
                let word = value.trim_matches('"').to_ascii_uppercase();
                return words.contains(&word.as_str()).then_some(word);
            }
            Self::Numbers(ranges) => ranges,
            Self::Owned(ranges) => ranges,
        };
        let number: u32 = value.parse().ok()?;
        ranges.iter().any(|range| range.contains(&number)).then(|| number.to_string())
    }

    /// As `=?` lists them.
    pub(super) fn list(&self) -> String {
        let ranges: &[RangeInclusive<u32>] = match self {
            Self::Words(words) => return words.join(","),
            Self::Numbers(ranges) => ranges,
            Self::Owned(ranges) => ranges,
        };
        let text = |range: &RangeInclusive<u32>| match (range.start(), range.end()) {
            (low, high) if low == high => low.to_string(),
            (low, high) if low + 1 == *high => format!("{low},{high}"),
            (low, high) => format!("{low}-{high}"),
        };
        ranges.iter().map(text).collect::<Vec<_>>().join(",")
    }
}

/// One extended parameter: some values.
#[derive(Clone, Debug)]
pub(super) struct ExtendedParameter {
    /// With its sign.
    pub(super) name: &'static str,
    pub(super) default: &'static [&'static str],
    /// What each of its values may be.
    pub(super) allowed: &'static [Values],
    /// Fax commands answer without their name (T.32, T.31 and TIA-578 practice).
    pub(super) bare: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "the table is documentation as well"))]
    pub(super) clause: &'static str,
}

const fn e(
    name: &'static str,
    default: &'static [&'static str],
    allowed: &'static [Values],
    clause: &'static str,
) -> ExtendedParameter {
    ExtendedParameter { name, default, allowed, bare: false, clause }
}

/// Caller ID: 0 off, 1 formatted, 2 unformatted.
pub(super) const CALLER_ID: &str = "+VCID";
/// Port speeds `+IPR` takes.
const PORT_SPEEDS: &[RangeInclusive<u32>] = &[
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
];
const SWITCH: &[Values] = &[Values::Numbers(&[0..=1])];
const RATES: Values = Values::Numbers(&[0..=0, 300..=56_000]);
/// V.250 table 22, and what Conexant's modems have besides: "AT Commands Reference Manual" (100722B), table 3-3; K56:
/// Rockwell's "Command Reference Manual" (document 1199), table 3-2; V92: HP's guide to its notebooks (modems by Conexant),
/// +MS, and Multi-Tech's to the MT5634ZBA, page 26.
const MODULATIONS: &[&str] = &["B103", "B212", "V21", "V22", "V22B", "V23C", "V32", "V32B", "V34", "K56", "V90", "V92"];

/// All extended parameters there are.
pub(super) const EXTENDED_PARAMETERS: &[ExtendedParameter] = &[
    // No fax and no voice: data is the only class, and asking for another fails, as it must.
    ExtendedParameter {
        name: "+FCLASS",
        default: &["0"],
        allowed: &[Values::Numbers(&[0..=0])],
        bare: true,
        clause: "T.31, TIA-578",
    },
    e(CALLER_ID, &["1"], &[Values::Numbers(&[0..=2])], "V.253"),
    e("+VDR", &["0", "0"], &[Values::Numbers(&[0..=1]), Values::Numbers(&[0..=255])], "V.253: cadence of ringing"),
    e("+IPR", &["0"], &[Values::Numbers(PORT_SPEEDS)], "V.250 6.2.10: port speed; 0: the DTE's"),
    e("+ICF", &["3", "3"], &[Values::Numbers(&[0..=6]), Values::Numbers(&[0..=3])], "V.250 6.2.11"),
    e("+IFC", &["2", "2"], &[Values::Numbers(&[0..=3]), Values::Numbers(&[0..=2])], "V.250 6.2.12"),
    e("+ILRR", &["0"], SWITCH, "V.250 6.2.13: port speed before CONNECT"),
    e(
        "+MS",
        &["V90", "1", "0", "0", "0", "0"],
        &[Values::Words(MODULATIONS), Values::Numbers(&[0..=1]), RATES, RATES, RATES, RATES],
        "V.250 6.4.1",
    ),
    e("+MR", &["0"], SWITCH, "V.250 6.4.2: +MCR and +MRR before CONNECT"),
    e(
        "+ES",
        &["3", "0", "2"],
        &[Values::Numbers(&[0..=7]), Values::Numbers(&[0..=4]), Values::Numbers(&[0..=9])],
        "V.250 6.5.1",
    ),
    e(
        "+EB",
        &["1", "0", "30"],
        &[Values::Numbers(&[0..=1]), Values::Numbers(&[0..=1]), Values::Numbers(&[0..=255])],
        "V.250 6.5.2",
    ),
    e("+ESR", &["1"], &[Values::Numbers(&[0..=2])], "V.250 6.5.3"),
    e("+EFCS", &["1"], &[Values::Numbers(&[0..=2])], "V.250 6.5.4"),
    e("+ER", &["0"], SWITCH, "V.250 6.5.5: +ER before CONNECT"),
    e("+EWIND", &["15", "15"], &[Values::Numbers(&[1..=127]), Values::Numbers(&[1..=127])], "V.250 6.5.6"),
    e(
        "+ETBM",
        &["1", "1", "20"],
        &[Values::Numbers(&[0..=2]), Values::Numbers(&[0..=2]), Values::Numbers(&[0..=30])],
        "V.250 6.5.8",
    ),
    e(
        "+DS",
        &["3", "0", "2048", "32"],
        &[
            Values::Numbers(&[0..=3]),
            Values::Numbers(&[0..=1]),
            Values::Numbers(&[512..=2048]),
            Values::Numbers(&[6..=32]),
        ],
        "V.250 6.6.1",
    ),
    e("+DR", &["0"], SWITCH, "V.250 6.6.2: +DR before CONNECT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_says_where_it_comes_from() {
        assert!(S_PARAMETERS.iter().all(|parameter| !parameter.clause.is_empty()));
        assert!(SETTINGS.iter().all(|setting| !setting.clause.is_empty()));
        assert!(EXTENDED_PARAMETERS.iter().all(|parameter| !parameter.clause.is_empty()));
    }
}
