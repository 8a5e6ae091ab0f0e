//! Caller ID as the exchange delivers it: who calls, and when the called modem learns of it.
//!
//! In: what a [`CallSetup`] tells of the caller, and the line's [`CallerIdService`]. Out: the message octet for octet
//! ([`super::message`]) and its place in time, from the national practice that the service names. Tones and mark and
//! space are not modelled, only how long they take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::CallSetup;
use super::message;

/// Line time of one octet at 1200 bit/s with start and stop bit, in parts of 1200 of a second.
const OCTET: u64 = 10;

/// How an exchange delivers caller ID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallerIdService {
    /// Bellcore MDMF (GR-30-CORE), between the first ring and the second: number and name.
    #[default]
    Mdmf,
    /// Bellcore SDMF, between the first ring and the second: the number alone.
    Sdmf,
    /// ETSI EN 300 659-1 with a ring pulse alert, before the first ring: number and name.
    Etsi,
    /// British Telecom SIN 227: line reversal and an alerting tone, before the first ring: number and name.
    Uk,
    /// DTMF digits (ETSI EN 300 659-1, annex), `D` number `C`, before the first ring: the number alone, no date.
    Dtmf,
}

/// Date and time of day of the exchange's clock, as caller ID carries them: no year, no seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// Midnight at the beginning of the year.
impl Default for Stamp {
    fn default() -> Self {
        Self { month: 1, day: 1, hour: 0, minute: 0 }
    }
}

impl Stamp {
    /// `MMDD`.
    pub fn date(self) -> String {
        format!("{:02}{:02}", self.month, self.day)
    }

    /// `HHMM`.
    pub fn time(self) -> String {
        format!("{:02}{:02}", self.hour, self.minute)
    }
}

/// What the exchange tells of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerId {
    /// How it was delivered. DTMF carries no date and no time of day.
    pub service: CallerIdService,
    /// When the call was placed.
    pub stamp: Stamp,
    /// Digits, `P` (withheld) or `O` (out of area); `None`: no number parameter.
    pub number: Option<String>,
    /// The name, `P` or `O`; `None`: no name parameter.
    pub name: Option<String>,
    /// The number that was called, where the service tells it (ETSI, UK).
    pub called: Option<String>,
    /// The message as it was received, from its type to its checksum: what unformatted presentation shows. With DTMF
    /// the digits in ASCII.
    pub octets: Vec<u8>,
    /// Whether its checksum is right. If not, nothing in it can be trusted, and a formatted presentation shows nothing.
    pub intact: bool,
}

/// What happens on a line before the first ring, where caller ID comes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// The polarity is reversed.
    Reversal,
    /// The ring pulse that announces caller ID begins or ends.
    Pulse(bool),
    /// The message has been received.
    Delivered,
}

impl CallerId {
    /// What a service delivers of a call, or `None` if the call tells neither number nor name.
    pub fn of(service: CallerIdService, setup: &CallSetup) -> Option<Self> {
        if setup.from.is_none() && setup.name.is_none() {
            return None;
        }
        let cut = |value: &Option<String>| value.as_deref().map(message::fitting);
        let (mut number, mut name, mut called) = (cut(&setup.from), cut(&setup.name), cut(&setup.called));
        if matches!(service, CallerIdService::Mdmf | CallerIdService::Sdmf | CallerIdService::Dtmf) {
            called = None;
        }
        if matches!(service, CallerIdService::Sdmf | CallerIdService::Dtmf) {
            // Without room for "no number", a number that is not known is out of the area.
            number = number.or_else(|| Some("O".to_owned()));
            name = None;
        }
        let number_text = number.as_deref().unwrap_or_default();
        let mut octets = match service {
            CallerIdService::Mdmf => message::mdmf(setup.stamp, number.as_deref(), name.as_deref()),
            CallerIdService::Sdmf => message::sdmf(setup.stamp, number_text),
            CallerIdService::Etsi | CallerIdService::Uk => {
                message::call_setup(setup.stamp, called.as_deref(), number.as_deref(), name.as_deref())
            }
            CallerIdService::Dtmf => message::dtmf(number_text),
        };
        if setup.garbled {
            message::garble(&mut octets);
        }
        let intact = !setup.garbled;
        Some(Self { service, stamp: setup.stamp, number, name, called, octets, intact })
    }

    /// What the default service delivers: Bellcore MDMF, intact.
    pub fn mdmf(stamp: Stamp, number: Option<&str>, name: Option<&str>) -> Self {
        let cut = |value: Option<&str>| value.map(message::fitting);
        let (number, name) = (cut(number), cut(name));
        let octets = message::mdmf(stamp, number.as_deref(), name.as_deref());
        Self { service: CallerIdService::Mdmf, stamp, number, name, called: None, octets, intact: true }
    }

    /// From the beginning of the silence after the first ring until the called modem has the whole message (Bellcore):
    /// 500 ms of guard, 250 ms of channel seizure, 150 ms of mark, and the message at 1200 bit/s, 10 bits an octet.
    pub fn delivery(&self) -> Duration {
        Duration::from_millis(500 + 250 + 150) + self.message_time()
    }

    /// What comes before the first ring, each with its time since the exchange took the line, and when the first ring
    /// begins. `None` where caller ID comes after the first ring.
    pub(super) fn ahead(&self) -> Option<(Vec<(Duration, Ahead)>, Duration)> {
        let ms = Duration::from_millis;
        // 300 bits of channel seizure, 80 bits of mark.
        let fsk = ms(250) + Duration::from_micros(66_667) + self.message_time();
        let (mut happens, message_over) = match self.service {
            CallerIdService::Mdmf | CallerIdService::Sdmf => return None,
            // A pulse of 200 to 300 ms, and 500 to 800 ms until data (EN 300 659-1 §6.2.2).
            CallerIdService::Etsi => (vec![(ms(0), Ahead::Pulse(true)), (ms(250), Ahead::Pulse(false))], ms(850) + fsk),
            // Reversal, 100 ms, 100 ms of idle state tone alert, and at least 45 ms until data (SIN 227 §6).
            CallerIdService::Uk => (vec![(ms(0), Ahead::Reversal)], ms(100 + 100 + 150) + fsk),
            CallerIdService::Dtmf => (vec![(ms(0), Ahead::Reversal)], ms(250) + self.message_time()),
        };
        happens.push((message_over, Ahead::Delivered));
        // At least 200 ms from the end of data to the first ring.
        Some((happens, message_over + ms(250)))
    }

    /// How long the message itself occupies the line: by FSK at 1200 bit/s, or as DTMF digits of 70 ms with 70 ms
    /// between them.
    fn message_time(&self) -> Duration {
        let octets = self.octets.len() as u64;
        if self.service == CallerIdService::Dtmf {
            return Duration::from_millis(octets * 140);
        }
        Duration::from_micros(octets * OCTET * 1_000_000 / 1200)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NEW_YEAR: Stamp = Stamp { month: 1, day: 1, hour: 0, minute: 5 };

    fn setup(from: Option<&str>, name: Option<&str>) -> CallSetup {
        CallSetup { from: from.map(Into::into), name: name.map(Into::into), stamp: NEW_YEAR, ..CallSetup::default() }
    }

    #[test]
    fn a_stamp_has_two_digits_for_each_part() {
        assert_eq!((NEW_YEAR.date(), NEW_YEAR.time()), ("0101".into(), "0005".into()));
    }

    #[test]
    fn number_and_name_take_a_quarter_of_a_second_on_the_line() {
        let id = CallerId::mdmf(NEW_YEAR, Some("5551234"), Some("ALICE"));
        assert_eq!(id.octets.len(), 29);
        assert_eq!(id.delivery(), Duration::from_micros(900_000 + 241_666));
        assert_eq!(id.ahead(), None);
        assert_eq!(CallerId::of(CallerIdService::Mdmf, &setup(Some("5551234"), Some("ALICE"))), Some(id));
    }

    #[test]
    fn a_call_that_tells_nothing_delivers_nothing() {
        assert_eq!(CallerId::of(CallerIdService::Uk, &setup(None, None)), None);
    }

    #[test]
    fn services_without_names_deliver_the_number_alone() {
        for service in [CallerIdService::Sdmf, CallerIdService::Dtmf] {
            let id = CallerId::of(service, &setup(Some("5551234"), Some("ALICE"))).unwrap();
            assert_eq!((id.number.as_deref(), id.name), (Some("5551234"), None));
            let id = CallerId::of(service, &setup(None, Some("ALICE"))).unwrap();
            assert_eq!(id.number.as_deref(), Some("O"), "{service:?}");
        }
    }

    #[test]
    fn a_garbled_message_differs_and_says_so() {
        for service in [CallerIdService::Mdmf, CallerIdService::Sdmf, CallerIdService::Etsi, CallerIdService::Dtmf] {
            let sound = CallerId::of(service, &setup(Some("5551234"), None)).unwrap();
            let garbled = CallSetup { garbled: true, ..setup(Some("5551234"), None) };
            let garbled = CallerId::of(service, &garbled).unwrap();
            assert!(sound.intact && !garbled.intact);
            assert_eq!(sound.octets.len(), garbled.octets.len());
            assert_ne!(sound.octets, garbled.octets);
        }
    }

    #[test]
    fn services_before_the_first_ring_leave_200_ms_before_it() {
        for service in [CallerIdService::Etsi, CallerIdService::Uk, CallerIdService::Dtmf] {
            let id = CallerId::of(service, &setup(Some("5551234"), Some("ALICE"))).unwrap();
            let (happens, ring) = id.ahead().unwrap();
            let (at, last) = *happens.last().unwrap();
            assert_eq!(last, Ahead::Delivered);
            assert!(ring - at >= Duration::from_millis(200) && ring < Duration::from_secs(3), "{service:?} {ring:?}");
        }
    }
}
