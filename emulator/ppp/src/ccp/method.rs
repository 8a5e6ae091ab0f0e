//! A compression method with its parameters, as it is asked for and as it is agreed on: what an option of CCP asks for in, the
//! answer to it out.

use std::fmt;

use super::{BSD, BSD_VERSION, CcpOption, DEFLATE, DEFLATE_DRAFT, DEFLATE_METHOD, MPPE, MppeBits};
use crate::control::Verdict;
use crate::mppe::{Mode, Strength};
use crate::options::RawOption;

/// The least window of Deflate, and the fewest bits of BSD-Compress: what zlib can do, and what RFC 1977 §3 has.
const LEAST: u8 = 9;
/// The greatest, likewise.
const MOST: u8 = 15;

/// A compression method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Deflate (RFC 1979).
    Deflate {
        /// By the number that its draft had.
        draft: bool,
        /// The window's octets as a power of two, 9 to 15.
        window: u8,
    },
    /// BSD-Compress (RFC 1977).
    Bsd {
        /// Bits of the longest code, 9 to 15.
        bits: u8,
    },
    /// MPPE (RFC 3078). Asked for, it may have keys of several strengths; agreed on, of one.
    Mppe(MppeBits),
}

impl Method {
    /// Deflate with the greatest window.
    pub const DEFLATE: Self = Self::Deflate { draft: false, window: MOST };
    /// Likewise, by its draft.
    pub const DEFLATE_DRAFT: Self = Self::Deflate { draft: true, window: MOST };
    /// BSD-Compress with the longest codes.
    pub const BSD: Self = Self::Bsd { bits: MOST };

    /// MPPE with keys of any of these strengths.
    pub fn mppe(strengths: &[Strength], stateless: bool) -> Self {
        let state = if stateless { MppeBits::STATELESS } else { 0 };
        Self::Mppe(MppeBits(strengths.iter().fold(state, |bits, strength| bits | bit(*strength))))
    }

    /// How MPPE encrypts, once it is agreed on.
    pub fn mode(self) -> Option<Mode> {
        let Self::Mppe(bits) = self else { return None };
        let of_one = |strength: &Strength| bits.0 & !MppeBits::STATELESS == bit(*strength);
        let strength = STRENGTHS.into_iter().find(of_one)?;
        Some(Mode { strength, stateless: bits.has(MppeBits::STATELESS) })
    }

    /// Whether it encrypts: a link that was told to have it has nothing of the network without it.
    pub const fn encrypts(self) -> bool {
        matches!(self, Self::Mppe(_))
    }

    /// The Type field of its option.
    pub const fn kind(self) -> u8 {
        match self {
            Self::Deflate { draft: false, .. } => DEFLATE,
            Self::Deflate { draft: true, .. } => DEFLATE_DRAFT,
            Self::Bsd { .. } => BSD,
            Self::Mppe(_) => MPPE,
        }
    }

    /// Its option.
    pub fn option(self) -> CcpOption<'static> {
        match self {
            Self::Deflate { draft, window } => CcpOption::Deflate { draft, window, method: DEFLATE_METHOD, check: 0 },
            Self::Bsd { bits } => CcpOption::Bsd { version: BSD_VERSION, bits },
            Self::Mppe(bits) => CcpOption::Mppe(bits),
        }
    }

    /// The data of its option.
    pub(super) fn data(self) -> Vec<u8> {
        let mut octets = Vec::new();
        self.option().emit(&mut octets);
        octets.split_off(2)
    }

    /// The method with the parameters of `option`, which is of its kind; `None` if they cannot be.
    fn with(self, option: RawOption<'_>) -> Option<Self> {
        match (self, CcpOption::parse(option)) {
            (
                Self::Deflate { .. },
                CcpOption::Deflate { draft, window: window @ LEAST..=MOST, method: DEFLATE_METHOD, check: 0 },
            ) => Some(Self::Deflate { draft, window }),
            (Self::Bsd { .. }, CcpOption::Bsd { version: BSD_VERSION, bits: bits @ LEAST..=MOST }) => {
                Some(Self::Bsd { bits })
            }
            (Self::Mppe(_), CcpOption::Mppe(bits)) => Some(Self::Mppe(bits)),
            _ => None,
        }
    }

    /// What this end, which would compress by this method, says to a peer that asks for `option` of its kind: with no more than this
    /// end has, and as for MPPE, with keys of one strength and with the same state.
    pub(super) fn judge(self, option: RawOption<'_>) -> (Self, Verdict) {
        let asked = self.with(option);
        let granted = match (self, asked) {
            (Self::Deflate { draft, window: ours }, Some(Self::Deflate { window, .. })) => {
                Self::Deflate { draft, window: window.min(ours) }
            }
            (Self::Bsd { bits: ours }, Some(Self::Bsd { bits })) => Self::Bsd { bits: bits.min(ours) },
            (Self::Mppe(ours), Some(Self::Mppe(bits))) => ours.strongest_of(bits),
            (Self::Mppe(ours), _) => ours.strongest_of(ours),
            _ => self,
        };
        let verdict = if asked == Some(granted) { Verdict::Ack } else { Verdict::Nak(granted.data()) };
        (granted, verdict)
    }

    /// What this end, which asked for this method, makes of the peer's Configure-Nak: less of it than before, or `None` if that
    /// would not do.
    pub(super) fn nakked(self, option: RawOption<'_>) -> Option<Self> {
        match (self, self.with(option)?) {
            (Self::Deflate { draft, window: ours }, Self::Deflate { window, .. }) => {
                Some(Self::Deflate { draft, window: window.min(ours) })
            }
            (Self::Bsd { bits: ours }, Self::Bsd { bits }) => Some(Self::Bsd { bits: bits.min(ours) }),
            (Self::Mppe(ours), Self::Mppe(bits)) => {
                let same_state = ours.has(MppeBits::STATELESS) == bits.has(MppeBits::STATELESS);
                (same_state && ours.has(bits.0)).then_some(Self::Mppe(bits))
            }
            _ => None,
        }
    }
}

/// Strongest first.
const STRENGTHS: [Strength; 3] = [Strength::Bits128, Strength::Bits56, Strength::Bits40];

const fn bit(strength: Strength) -> u32 {
    match strength {
        Strength::Bits40 => MppeBits::BITS_40,
        Strength::Bits56 => MppeBits::BITS_56,
        Strength::Bits128 => MppeBits::BITS_128,
    }
}

impl MppeBits {
    /// One strength, the strongest that both have or else the strongest of ours, with our state.
    fn strongest_of(self, theirs: Self) -> Method {
        let has = |bits: u32| STRENGTHS.into_iter().map(bit).find(|strength| bits & strength != 0);
        let strength = has(self.0 & theirs.0).or_else(|| has(self.0)).unwrap_or_default();
        Method::Mppe(Self(strength | self.0 & Self::STATELESS))
    }
}

/// As pppd's log has it: `Deflate (15)`, `BSD-Compress (15)`, `MPPE 128-bit stateless`.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deflate { draft: false, window } => write!(f, "Deflate ({window})"),
            Self::Deflate { draft: true, window } => write!(f, "Deflate(old#) ({window})"),
            Self::Bsd { bits } => write!(f, "BSD-Compress ({bits})"),
            Self::Mppe(bits) => {
                f.write_str("MPPE ")?;
                for (bit, name) in
                    [(MppeBits::BITS_128, "128-bit "), (MppeBits::BITS_56, "56-bit "), (MppeBits::BITS_40, "40-bit ")]
                {
                    if bits.has(bit) {
                        f.write_str(name)?;
                    }
                }
                f.write_str(if bits.has(MppeBits::STATELESS) { "stateless" } else { "stateful" })
            }
        }
    }
}

/// What the two directions of a link are compressed by, for a person: `Deflate (15) both ways`, or `receives BSD-Compress (12), sends
/// uncompressed`.
///
/// ```
/// use offhook_ppp::ccp::{Method, told};
///
/// assert_eq!(told(Some(Method::DEFLATE), Some(Method::DEFLATE)), "Deflate (15) both ways");
/// assert_eq!(told(None, Some(Method::BSD)), "receives uncompressed, sends BSD-Compress (15)");
/// ```
pub fn told(receives: Option<Method>, sends: Option<Method>) -> String {
    let name = |method: Option<Method>| method.map_or_else(|| "uncompressed".to_owned(), |method| method.to_string());
    let (receives, sends) = (name(receives), name(sends));
    if receives == sends { format!("{sends} both ways") } else { format!("receives {receives}, sends {sends}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: [Strength; 3] = [Strength::Bits40, Strength::Bits56, Strength::Bits128];

    fn judge(ours: Method, theirs: &[u8]) -> Verdict {
        ours.judge(RawOption { kind: ours.kind(), data: theirs }).1
    }

    #[test]
    fn no_more_is_granted_than_there_is() {
        let deflate = Method::Deflate { draft: false, window: 12 };
        for (theirs, verdict) in [
            (&[0x48, 0][..], Verdict::Ack),
            (&[0x18, 0], Verdict::Ack),
            (&[0x78, 0], Verdict::Nak(vec![0x48, 0])),
            (&[0x08, 0], Verdict::Nak(vec![0x48, 0])),
            (&[0x47, 0], Verdict::Nak(vec![0x48, 0])),
            (&[0x48, 1], Verdict::Nak(vec![0x48, 0])),
            (&[], Verdict::Nak(vec![0x48, 0])),
        ] {
            assert_eq!(judge(deflate, theirs), verdict, "{theirs:?}");
        }
        let bsd = Method::Bsd { bits: 12 };
        for (theirs, verdict) in [
            (0x2c, Verdict::Ack),
            (0x29, Verdict::Ack),
            (0x2f, Verdict::Nak(vec![0x2c])),
            (0x28, Verdict::Nak(vec![0x2c])),
            (0x4c, Verdict::Nak(vec![0x2c])),
        ] {
            assert_eq!(judge(bsd, &[theirs]), verdict, "{theirs:x}");
        }
    }

    #[test]
    fn the_strongest_key_that_both_have_is_granted_with_our_state() {
        let word = |bits: u32| bits.to_be_bytes();
        let nak = |bits: u32| Verdict::Nak(bits.to_be_bytes().to_vec());
        let any = Method::mppe(&ANY, true);
        for (theirs, verdict) in [
            (0x0100_0040, Verdict::Ack),
            (0x0100_0020, Verdict::Ack),
            (0x0100_00e0, nak(0x0100_0040)),
            (0x0100_00a0, nak(0x0100_0080)),
            (0x0000_0040, nak(0x0100_0040)),
            (0x0100_0041, nak(0x0100_0040)),
            (0x0100_0000, nak(0x0100_0040)),
        ] {
            assert_eq!(judge(any, &word(theirs)), verdict, "{theirs:x}");
        }
        assert_eq!(judge(Method::mppe(&[Strength::Bits40], false), &word(0x0100_0040)), nak(0x20));
        assert_eq!(judge(any, &[]), nak(0x0100_0040));
    }

    #[test]
    fn a_nak_makes_less_of_a_method_or_nothing() {
        let nakked = |ours: Method, data: &[u8]| ours.nakked(RawOption { kind: ours.kind(), data });
        assert_eq!(nakked(Method::DEFLATE, &[0x28, 0]), Some(Method::Deflate { draft: false, window: 10 }));
        let small = Method::Deflate { draft: true, window: 9 };
        assert_eq!(nakked(small, &[0x78, 0]), Some(small));
        assert_eq!(nakked(Method::DEFLATE, &[0x77, 0]), None);
        assert_eq!(nakked(Method::BSD, &[0x2a]), Some(Method::Bsd { bits: 10 }));
        assert_eq!(nakked(Method::BSD, &[0x4a]), None);
        let any = Method::mppe(&ANY, true);
        assert_eq!(nakked(any, &[1, 0, 0, 0x40]), Some(Method::mppe(&[Strength::Bits128], true)));
        assert_eq!(nakked(any, &[0, 0, 0, 0x40]), None, "stateful was not offered");
        assert_eq!(nakked(Method::mppe(&[Strength::Bits40], true), &[1, 0, 0, 0x40]), None);
    }

    #[test]
    fn a_mode_has_one_strength() {
        assert_eq!(Method::mppe(&ANY, true).mode(), None);
        for strength in ANY {
            for stateless in [true, false] {
                assert_eq!(Method::mppe(&[strength], stateless).mode(), Some(Mode { strength, stateless }));
            }
        }
        assert_eq!((Method::BSD.mode(), Method::Mppe(MppeBits(0x41)).mode()), (None, None));
    }

    #[test]
    fn methods_have_pppds_names() {
        let names = [Method::DEFLATE, Method::DEFLATE_DRAFT, Method::BSD, Method::mppe(&ANY, false)];
        assert_eq!(
            names.map(|method| method.to_string()),
            ["Deflate (15)", "Deflate(old#) (15)", "BSD-Compress (15)", "MPPE 128-bit 56-bit 40-bit stateful"]
        );
    }
}
