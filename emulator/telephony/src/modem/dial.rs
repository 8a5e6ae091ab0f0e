//! V.250 §6.3.1: what follows `D` becomes steps: digits, and what to wait for between them.
//!
//! In: the text after `D`, how long digits and commas take, whether there may be an `address` instead. Out: a [`Plan`]. Digits up to the next thing to wait for are
//! one step, commas among them are part of its time: the exchange hears of a number when its last digit has been
//! dialled. Characters without a meaning are passed over (§6.3.1): `(`, `)`, `-`, blanks and all others.

use std::collections::VecDeque;
use std::time::Duration;

use super::address;

/// A pulse of dialling by pulses, and how many there are of the digit 0.
const PULSE: Duration = Duration::from_millis(100);
const PULSES_OF_ZERO: u32 = 10;
/// The pause between two digits dialled by pulses.
const PULSE_PAUSE: Duration = Duration::from_millis(800);

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Dials; it takes so long. No digits: only waits.
    Digits {
        /// 0 to 9, A to D, `*`, `#`.
        digits: String,
        /// Until the last one is dialled.
        takes: Duration,
    },
    /// Dials a name or an address.
    Address(String),
    /// `W`: waits for a dial tone.
    DialTone,
    /// `@`: waits for an answer without a tone, five seconds of silence.
    Quiet,
    /// `!`: presses the hook for half a second.
    Flash,
}

/// How long things take, and by which method digits are dialled unless the number says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// Of a comma: S8.
    pub(super) comma: Duration,
    /// Of a tone, and of the silence after it: S11.
    pub(super) tone: Duration,
    /// By pulses, not by tones.
    pub(super) pulse: bool,
}

/// What may follow `D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dials {
    /// Numbers.
    Numbers,
    /// Names and addresses, too.
    Addresses,
}

/// What is to be done to dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// In this order.
    pub(super) steps: VecDeque<Step>,
    /// `;`: back to command state when dialled, and these commands follow; `None`: waits for carrier.
    pub(super) afterwards: Option<String>,
    /// What was dialled, as it was written, for `DL`.
    pub(super) written: String,
}

impl Plan {
    /// Leaves what is dialled, as it is where there is no telephone line: no pauses, and no tones to wait for.
    pub(super) fn without_line(&mut self) {
        self.steps.retain_mut(|step| match step {
            Step::Digits { digits, takes } => {
                *takes = Duration::ZERO;
                !digits.is_empty()
            }
            Step::Address(_) => true,
            Step::DialTone | Step::Quiet | Step::Flash => false,
        });
    }

    /// Whether there is anything to dial.
    pub(super) fn is_call(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Digits { digits, .. } => !digits.is_empty(),
            Step::Address(_) => true,
            Step::DialTone | Step::Quiet | Step::Flash => false,
        })
    }
}

/// Which number `L` and `S=` mean.
pub(super) enum Recall {
    /// The one dialled last.
    Last,
    /// The one stored under this number.
    Stored(u8),
}

/// The plan of what follows `D`. `recall` finds the numbers of `L` and `S=n`; `None` if there is no such number.
pub(super) fn plan(
    text: &str,
    timing: Timing,
    dials: Dials,
    recall: impl FnOnce(Recall) -> Option<String>,
) -> Option<Plan> {
    let (number, afterwards) = match dials {
        Dials::Numbers => text.split_once(';').map_or((text, None), |(number, rest)| (number, Some(rest))),
        Dials::Addresses => address::split(text),
    };
    let afterwards = afterwards.map(str::to_owned);
    let (mut method, mut rest) = ("", number.trim_start());
    if let Some(after) = rest.strip_prefix(['T', 't', 'P', 'p']) {
        (method, rest) = rest.split_at(rest.len() - after.len());
    }
    let written = match recalled(rest.trim(), dials) {
        Some(Recall::Last) => recall(Recall::Last)?,
        Some(stored) => format!("{method}{}", recall(stored)?),
        None => number.to_owned(),
    };
    let address = if dials == Dials::Addresses { address::address(&written) } else { None };
    let steps = address.map_or_else(|| steps(&written, timing), |address| [Step::Address(address)].into());
    Some(Plan { steps, afterwards, written })
}

/// Which stored number is meant, if one is. Names may begin with `L` or `S`, too.
fn recalled(text: &str, dials: Dials) -> Option<Recall> {
    if let Some(rest) = text.strip_prefix(['L', 'l']) {
        return (dials == Dials::Numbers || rest.is_empty()).then_some(Recall::Last);
    }
    let rest = text.strip_prefix(['S', 's'])?.trim_start();
    let place = rest.strip_prefix('=');
    if dials == Dials::Addresses && place.is_none() && !rest.is_empty() {
        return None;
    }
    let place: String = place.map_or("0", str::trim).chars().take_while(char::is_ascii_digit).collect();
    Some(Recall::Stored(place.parse().unwrap_or(0)))
}

fn steps(number: &str, timing: Timing) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    let (mut digits, mut takes, mut pulse) = (String::new(), Duration::ZERO, timing.pulse);
    for c in number.chars().map(|c| c.to_ascii_uppercase()) {
        let step = match c {
            '0'..='9' | 'A'..='D' | '*' | '#' => {
                digits.push(c);
                takes += match c.to_digit(10).filter(|_| pulse) {
                    Some(digit) => PULSE * if digit == 0 { PULSES_OF_ZERO } else { digit } + PULSE_PAUSE,
                    None => timing.tone * 2,
                };
                continue;
            }
            'T' | 'P' => {
                pulse = c == 'P';
                continue;
            }
            ',' => {
                takes += timing.comma;
                continue;
            }
            'W' => Step::DialTone,
            '@' => Step::Quiet,
            '!' => Step::Flash,
            _ => continue,
        };
        if !takes.is_zero() {
            steps.push_back(Step::Digits { digits: std::mem::take(&mut digits), takes: std::mem::take(&mut takes) });
        }
        steps.push_back(step);
    }
    if !takes.is_zero() {
        steps.push_back(Step::Digits { digits, takes });
    }
    steps
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const TIMING: Timing = Timing { comma: Duration::from_secs(2), tone: Duration::from_millis(95), pulse: false };

    fn planned(text: &str) -> Plan {
        plan(text, TIMING, Dials::Numbers, |recall| match recall {
            Recall::Last => Some("T5550000".into()),
            Recall::Stored(2) => Some("5552222".into()),
            Recall::Stored(_) => None,
        })
        .unwrap()
    }

    fn digits(digits: &str, millis: u64) -> Step {
        Step::Digits { digits: digits.into(), takes: Duration::from_millis(millis) }
    }

    // M21, V.250 §6.3.1
    #[test]
    fn digits_letters_and_signs_are_dialled_and_ornaments_passed_over() {
        assert_eq!(planned("T 1 (555) 123-4").steps, [digits("15551234", 8 * 190)]);
        assert_eq!(planned("0123456789abcd*#+x/$").steps, [digits("0123456789ABCD*#", 16 * 190)]);
        assert!(!planned("").is_call());
    }

    // M21, V.250 §6.3.1
    #[test]
    fn what_is_waited_for_divides_a_number_and_a_comma_only_lengthens_it() {
        assert_eq!(planned("9,1").steps, [digits("91", 2 * 190 + 2000)]);
        assert_eq!(
            planned("9W12@!").steps,
            [digits("9", 190), Step::DialTone, digits("12", 380), Step::Quiet, Step::Flash]
        );
        assert_eq!(planned(",,").steps, [digits("", 4000)]);
    }

    // M21, V.250 §6.3.1
    #[test]
    fn pulses_take_as_long_as_the_digit_is_high() {
        assert_eq!(planned("P10").steps, [digits("10", 100 + 1000 + 2 * 800)]);
        assert_eq!(planned("P1T1").steps, [digits("11", 100 + 800 + 190)]);
    }

    // M21, V.250 §6.3.1
    #[test]
    fn a_semicolon_leaves_the_rest_of_the_line_to_other_commands() {
        let plan = planned("5551234;H0");
        assert_eq!((plan.steps.len(), plan.afterwards.as_deref()), (1, Some("H0")));
        assert_eq!(plan.written, "5551234");
    }

    // M21, V.250 §6.3.1
    #[test]
    fn numbers_dialled_last_and_stored_are_dialled_again() {
        assert_eq!(planned("L").steps, [digits("5550000", 7 * 190)]);
        assert_eq!(planned("L").written, "T5550000");
        assert_eq!(planned("P s=2").steps, planned("P5552222").steps);
        assert_eq!(plan("S=7", TIMING, Dials::Numbers, |_| None), None);
        assert_eq!(plan("L", TIMING, Dials::Numbers, |_| None), None);
    }

    // M63, practice of modems for networks
    #[test]
    fn a_name_or_an_address_is_dialled_as_it_is() {
        let planned = |text| {
            plan(text, TIMING, Dials::Addresses, |recall| match recall {
                Recall::Last => Some("Tbbs.example:23".into()),
                Recall::Stored(_) => Some("localhost".into()),
            })
            .unwrap()
        };
        let address = |address: &str| VecDeque::from([Step::Address(address.into())]);
        assert_eq!(planned("Tlocalhost:23").steps, address("localhost:23"));
        assert_eq!(planned("Tsdf.org").steps, address("sdf.org"));
        assert_eq!(planned("L").steps, address("bbs.example:23"));
        assert_eq!(planned("TS=1").steps, address("localhost"));
        assert_eq!(planned("\"Example BBS\";H0").steps, address("Example BBS"));
        assert_eq!(planned("\"Example BBS\";H0").afterwards.as_deref(), Some("H0"));
        assert_eq!(planned("T555-1234").steps, [digits("5551234", 7 * 190)]);
    }

    // M21, V.250 §6.3.1
    #[test]
    fn a_modem_that_knows_numbers_alone_takes_the_digits_out_of_an_address() {
        assert_eq!(planned("T\"a.exam:23\"").steps, [digits("AA23", 4 * 190)]);
    }
}
