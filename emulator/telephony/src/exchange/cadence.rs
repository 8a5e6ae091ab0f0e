//! Ringing cadences: when a called line rings and when it is silent.
//!
//! A cadence is a list of on and off times that repeats for as long as the line rings. **One ring is one whole
//! period**: the double burst of the United Kingdom is one ring, not two.
//! The named ones are national practice as ITU-T lists it in "Various tones used in national networks"
//! (supplement to ITU-T E.180); they are data, and a scenario may give any other list of pairs.

use std::fmt;
use std::time::Duration;

/// Names, and on and off times in milliseconds.
pub const NATIONAL: &[(&str, &[(u64, u64)])] = &[
    ("north-america", &[(2000, 4000)]),
    ("uk", &[(400, 200), (400, 2000)]),
    ("australia", &[(400, 200), (400, 2000)]),
    ("austria", &[(1000, 5000)]),
    ("belgium", &[(1000, 3000)]),
    ("denmark", &[(1000, 4000)]),
    ("france", &[(1500, 3500)]),
    ("germany", &[(1000, 4000)]),
    ("italy", &[(1000, 4000)]),
    ("japan", &[(1000, 2000)]),
    ("netherlands", &[(1000, 4000)]),
    ("new-zealand", &[(400, 200), (400, 2000)]),
    ("norway", &[(1000, 4000)]),
    ("spain", &[(1500, 3000)]),
    ("sweden", &[(1000, 5000)]),
    ("switzerland", &[(1000, 4000)]),
];

/// Distinctive ringing (GR-506-CORE): patterns 2 to 4, which makers call RDB, RDC and RDD; in milliseconds.
const DISTINCTIVE: &[&[(u64, u64)]] =
    &[&[(800, 400), (800, 4000)], &[(400, 200), (400, 200), (800, 4000)], &[(300, 200), (1000, 200), (300, 4000)]];

/// On and off times of one ring; at least one pair, none of them zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cadence {
    pairs: Vec<(Duration, Duration)>,
}

impl Cadence {
    /// A cadence of any on and off times.
    ///
    /// # Errors
    ///
    /// If there is no pair, or a time is shorter than a microsecond: such a line would ring without end or never.
    pub fn new(pairs: Vec<(Duration, Duration)>) -> Result<Self, CadenceError> {
        if pairs.is_empty() {
            return Err(CadenceError::Empty);
        }
        if let Some(pair) = pairs.iter().position(|(on, off)| on.as_micros() == 0 || off.as_micros() == 0) {
            return Err(CadenceError::Zero { pair });
        }
        Ok(Self { pairs })
    }

    /// The cadence of that name, `north-america` say; `None` if there is none. [`Cadence::names`] lists them.
    pub fn named(name: &str) -> Option<Self> {
        NATIONAL.iter().find(|(known, _)| *known == name).map(|(_, pairs)| Self::of_millis(pairs))
    }

    /// The cadence of a distinctive pattern, 2 to 4. Pattern 1 is the line's usual one, and there are no others: `None`.
    pub fn distinctive(pattern: u8) -> Option<Self> {
        DISTINCTIVE.get(usize::from(pattern).checked_sub(2)?).map(|pairs| Self::of_millis(pairs))
    }

    fn of_millis(pairs: &[(u64, u64)]) -> Self {
        let pairs = pairs.iter().map(|&(on, off)| (Duration::from_millis(on), Duration::from_millis(off))).collect();
        Self { pairs }
    }

    /// The names [`Cadence::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NATIONAL.iter().map(|(name, _)| *name)
    }

    /// The on and off times of one ring.
    pub fn pairs(&self) -> &[(Duration, Duration)] {
        &self.pairs
    }

    /// From the beginning of one ring to that of the next.
    pub fn period(&self) -> Duration {
        self.pairs.iter().map(|(on, off)| *on + *off).sum()
    }

    /// The silence between the last burst of a ring and the next ring.
    pub fn silence(&self) -> Duration {
        self.pairs.last().map_or(Duration::ZERO, |(_, off)| *off)
    }
}

/// North America: 2 s on, 4 s off.
impl Default for Cadence {
    fn default() -> Self {
        Self { pairs: vec![(Duration::from_secs(2), Duration::from_secs(4))] }
    }
}

/// Why a list of times is no cadence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CadenceError {
    /// There is no pair.
    Empty,
    /// A time of this pair (from 0) is zero.
    Zero {
        /// Number of the pair, from 0.
        pair: usize,
    },
}

impl fmt::Display for CadenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a ring cadence needs at least one pair of on and off times"),
            Self::Zero { pair } => {
                write!(f, "on and off times of a ring cadence must be above zero; pair {} has a zero", pair + 1)
            }
        }
    }
}

impl std::error::Error for CadenceError {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_named_cadence_is_one() {
        for name in Cadence::names() {
            let cadence = Cadence::named(name).unwrap();
            assert_eq!(Cadence::new(cadence.pairs().to_vec()).as_ref(), Ok(&cadence), "{name}");
        }
        assert_eq!(Cadence::named("atlantis"), None);
    }

    #[test]
    fn distinctive_patterns_have_the_length_of_a_usual_ring() {
        for pattern in 2..=4 {
            let cadence = Cadence::distinctive(pattern).unwrap();
            assert_eq!((cadence.period(), cadence.silence()), (Duration::from_secs(6), Duration::from_secs(4)));
            assert_eq!(cadence.pairs().len(), if pattern == 2 { 2 } else { 3 });
        }
        assert_eq!([0, 1, 5].map(Cadence::distinctive), [None, None, None]);
    }

    #[test]
    fn a_double_burst_is_one_ring() {
        let uk = Cadence::named("uk").unwrap();
        assert_eq!(uk.period(), Duration::from_secs(3));
        assert_eq!(uk.silence(), Duration::from_secs(2));
    }

    #[test]
    fn a_cadence_without_sound_or_silence_is_refused() {
        let call_waiting = Duration::from_secs(1);
        assert_eq!(Cadence::new(vec![]), Err(CadenceError::Empty));
        let error = Cadence::new(vec![(call_waiting, call_waiting), (call_waiting, Duration::ZERO)]).unwrap_err();
        assert_eq!(error.to_string(), "on and off times of a ring cadence must be above zero; pair 2 has a zero");
    }
}
