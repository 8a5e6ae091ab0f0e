//! What two modems agree on while they train: rates, modulation, error control, compression.

/// A connection between two modems, as one of them sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Carrier {
    /// Rate at which it sends, bit/s.
    pub transmit: u32,
    /// Rate at which it receives, bit/s.
    pub receive: u32,
    /// Whose modulation it is, as `+MS` spells it (V.250 §6.4.1): `V34`, `V90`, `V22B`.
    pub modulation: String,
    /// V.42 between the modems: octets travel without start and stop bits, and none is lost or falsified.
    pub error_control: bool,
    /// V.42 bis on top of it.
    pub compression: bool,
}

/// Modulations with the highest rate of each, bit/s: what modems choose for a rate.
const MODULATIONS: &[(u32, &str)] =
    &[(300, "V21"), (1200, "V22"), (2400, "V22B"), (9600, "V32"), (14_400, "V32B"), (33_600, "V34"), (56_000, "V90")];

/// What every modem above 33600 bit/s has, whatever it begins with.
pub const BEYOND_V34: &str = "V90";

impl Carrier {
    /// The same rate both ways, in the modulation that has it, without error control.
    pub fn new(rate: u32) -> Self {
        Self {
            transmit: rate,
            receive: rate,
            modulation: modulation(rate).to_owned(),
            error_control: false,
            compression: false,
        }
    }

    /// The same connection as the other end sees it.
    #[must_use]
    pub fn other_end(&self) -> Self {
        Self { transmit: self.receive, receive: self.transmit, ..self.clone() }
    }

    /// The higher of its rates, which names it.
    pub fn rate(&self) -> u32 {
        self.transmit.max(self.receive)
    }
}

/// The modulation that modems choose for a rate in bit/s; the fastest for anything above.
pub fn modulation(rate: u32) -> &'static str {
    MODULATIONS.iter().find(|(most, _)| rate <= *most).map_or(BEYOND_V34, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_end_sends_the_other_receives() {
        let down = Carrier { transmit: 33_600, receive: 53_333, modulation: "V90".to_owned(), ..Carrier::new(53_333) };
        assert_eq!((down.other_end().transmit, down.other_end().receive, down.rate()), (53_333, 33_600, 53_333));
        assert_eq!(down.other_end().other_end(), down);
    }

    #[test]
    fn every_rate_has_a_modulation() {
        let of = |rate| Carrier::new(rate).modulation;
        assert_eq!((of(300), of(1200), of(33_600)), ("V21".into(), "V22".into(), "V34".into()));
        assert_eq!((of(50_000), of(1_000_000)), ("V90".into(), "V90".into()));
    }
}
