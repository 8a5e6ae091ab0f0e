//! What a line is like, what its modems are able to do, and what a call tells when it is placed.

use std::time::Duration;

use super::cadence::Cadence;
use super::caller_id_service::CallerIdService;
use super::carrier::{BEYOND_V34, Carrier};
use super::party::Party;
use super::quality::Quality;
use super::stamp::Stamp;

/// What a line is like.
#[derive(Clone, Debug)]
pub struct LineConfig {
    /// Rate in bit/s, both directions.
    pub rate: u32,
    /// Whether octets take the time that the rate gives them. If not, they cross at once, and the rate is a word.
    pub paced: bool,
    /// One-way delay of octets and of clearing.
    pub delay: Duration,
    /// From off hook to carrier at both ends.
    pub training: Duration,
    /// When the ringer rings.
    pub cadence: Cadence,
    /// Bits an octet occupies, start and stop bits included: 10. With error control (V.42) they do not travel: 8.
    pub octet_bits: u32,
    /// Rate from the caller to the called modem, bit/s, if it is another than the way back: V.90 is slower upstream.
    pub rate_from_caller: Option<u32>,
    /// What the line does to octets and carrier.
    pub quality: Quality,
    /// Seed of its impairments.
    pub seed: u64,
    /// How caller ID is delivered on it.
    pub caller_id: CallerIdService,
    /// Call waiting: a second call waits during a call instead of finding the line busy. Only an [`super::Exchange`] can.
    pub call_waiting: bool,
}

/// 33600 bit/s, 10 ms, 8 s of training, North American ringing and caller ID, 10 bits an octet, without faults.
impl Default for LineConfig {
    fn default() -> Self {
        Self {
            rate: 33_600,
            paced: true,
            delay: Duration::from_millis(10),
            training: Duration::from_secs(8),
            cadence: Cadence::default(),
            octet_bits: 10,
            rate_from_caller: None,
            quality: Quality::default(),
            seed: 0,
            caller_id: CallerIdService::default(),
            call_waiting: false,
        }
    }
}

/// One call, as the caller dials it.
#[derive(Clone, Debug)]
pub struct CallSetup {
    /// Number delivered as caller ID, or why there is none. `None`: nothing is said of it.
    pub from: Option<Party>,
    /// Name delivered as caller ID. With neither number nor name, no caller ID is delivered.
    pub name: Option<Party>,
    /// The caller gives up at the end of so many whole rings; 0 counts as 1.
    pub rings: u32,
    /// Date and time of day at the exchange when the call is placed.
    pub stamp: Stamp,
    /// The number that was dialled, if one was: some services tell it.
    pub called: Option<String>,
    /// Distinctive ringing: which pattern, [`Cadence::distinctive`]; 1 is the line's usual one.
    pub ring_pattern: u8,
    /// Whether caller ID arrives with a wrong checksum.
    pub garbled: bool,
}

/// A caller who tells nothing and lets it ring 12 times in the usual pattern.
impl Default for CallSetup {
    fn default() -> Self {
        Self {
            from: None,
            name: None,
            rings: 12,
            stamp: Stamp::default(),
            called: None,
            ring_pattern: 1,
            garbled: false,
        }
    }
}

/// What a modem brings to training: neither end gets more than the other has (V.250 §6.4.1, §6.5.1, §6.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Highest rate, bit/s, in either direction.
    pub most: u32,
    /// Lowest rate, bit/s: rather no carrier than a slower one.
    pub least: u32,
    /// The modulation it begins with above 33600 bit/s, as `+MS` spells it. Two that begin with others agree on V.90.
    pub beyond_v34: &'static str,
    /// V.42. Only a line whose `octet_bits` are 8 lets it be used.
    pub error_control: bool,
    /// V.42 bis, which needs V.42.
    pub compression: bool,
}

/// Every rate of the line, and V.42 if the line has it; no compression.
impl Default for Abilities {
    fn default() -> Self {
        Self { most: u32::MAX, least: 0, beyond_v34: BEYOND_V34, error_control: true, compression: false }
    }
}

impl LineConfig {
    /// Whether octets travel without start and stop bits.
    pub fn error_control(&self) -> bool {
        self.octet_bits == 8
    }

    /// What two modems on this line agree on, as the called one sees it. `None`: they find no rate.
    pub(super) fn agreed(&self, caller: Abilities, called: Abilities) -> Option<Carrier> {
        let most = caller.most.min(called.most);
        let transmit = self.rate.min(most);
        let receive = self.rate_from_caller.unwrap_or(self.rate).min(most);
        let rate = transmit.max(receive);
        if rate == 0 || rate < caller.least.max(called.least) {
            return None;
        }
        let error_control = self.error_control() && caller.error_control && called.error_control;
        let compression = error_control && caller.compression && called.compression;
        let mut carrier = Carrier { transmit, receive, error_control, compression, ..Carrier::new(rate) };
        if carrier.modulation == BEYOND_V34 && caller.beyond_v34 == called.beyond_v34 {
            carrier.modulation = called.beyond_v34.to_owned();
        }
        Some(carrier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modems_agree_on_what_line_and_both_of_them_have() {
        let line = LineConfig { rate: 53_333, rate_from_caller: Some(33_600), octet_bits: 8, ..LineConfig::default() };
        let any = Abilities { compression: true, ..Abilities::default() };
        let agreed = line.agreed(any, any);
        let best = Carrier {
            transmit: 53_333,
            receive: 33_600,
            modulation: "V90".to_owned(),
            error_control: true,
            compression: true,
        };
        assert_eq!(agreed, Some(best));
        let v92 = Abilities { beyond_v34: "V92", ..any };
        let modulation = |caller, called| line.agreed(caller, called).map(|carrier| carrier.modulation);
        assert_eq!((modulation(v92, v92), modulation(v92, any)), (Some("V92".to_owned()), Some("V90".to_owned())));
        let v34 = Abilities { most: 33_600, ..v92 };
        assert_eq!(modulation(v34, v92), Some("V34".to_owned()));
        let slow = line.agreed(Abilities { most: 14_400, error_control: false, ..any }, any);
        assert_eq!(slow, Some(Carrier::new(14_400)));
        let choosy = Abilities { least: 28_800, ..any };
        assert_eq!(line.agreed(choosy, Abilities { most: 14_400, ..any }), None);
    }
}
