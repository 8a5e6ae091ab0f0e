//! Caller ID as the exchange delivers it: who calls, and when the called modem learns of it.
//!
//! In: what a [`CallSetup`] tells of the caller, and the line's [`CallerIdService`]. Out: the message octet for octet
//! ([`super::message`]) and its place in time, from the national practice that the service names. Tones and mark and
//! space are not modelled, only how long they take.

use std::time::Duration;

use super::caller_id_service::CallerIdService;
use super::config::CallSetup;
use super::message;
use super::party::Party;
use super::stamp::Stamp;

/// Line time of one octet at 1200 bit/s with start and stop bit, in parts of 1200 of a second.
const OCTET: u64 = 10;

/// What the exchange tells of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerId {
    /// How it was delivered. DTMF carries no date and no time of day.
    pub service: CallerIdService,
    /// When the call was placed.
    pub stamp: Stamp,
    /// The number; `None`: no number parameter.
    pub number: Option<Party>,
    /// The name; `None`: no name parameter.
    pub name: Option<Party>,
    /// The number that was called, where the service tells it (ETSI, UK).
    pub called: Option<String>,
    /// The message as it was received, from its type to its checksum: what unformatted presentation shows. With DTMF
    /// the digits in ASCII.
    pub octets: Vec<u8>,
    /// Whether its checksum is right. If not, nothing in it can be trusted, and a formatted presentation shows nothing.
    pub intact: bool,
}

/// What happens on a line before the first ring, where caller ID comes then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PreRing {
    /// The polarity is reversed.
    Reversal,
    /// The ring pulse before caller ID begins or ends.
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
        let mut number = setup.from.as_ref().map(message::fitting_party);
        let mut name = setup.name.as_ref().map(message::fitting_party);
        let mut called = setup.called.as_deref().map(message::fitting);
        if matches!(service, CallerIdService::Mdmf | CallerIdService::Sdmf | CallerIdService::Dtmf) {
            called = None;
        }
        if matches!(service, CallerIdService::Sdmf | CallerIdService::Dtmf) {
            // Without room for "no number", a number that is not known is out of the area.
            number = number.or(Some(Party::OutOfArea));
            name = None;
        }
        let mut octets = match service {
            CallerIdService::Mdmf => message::mdmf(setup.stamp, number.as_ref(), name.as_ref()),
            CallerIdService::Sdmf => message::sdmf(setup.stamp, number.as_ref()),
            CallerIdService::Etsi | CallerIdService::Uk => {
                message::call_setup(setup.stamp, called.as_deref(), number.as_ref(), name.as_ref())
            }
            CallerIdService::Dtmf => message::dtmf(number.as_ref()),
        };
        if setup.garbled {
            message::garble(&mut octets);
        }
        let intact = !setup.garbled;
        Some(Self { service, stamp: setup.stamp, number, name, called, octets, intact })
    }

    /// What the default service delivers: Bellcore MDMF, intact.
    pub fn mdmf(stamp: Stamp, number: Option<Party>, name: Option<Party>) -> Self {
        let number = number.as_ref().map(message::fitting_party);
        let name = name.as_ref().map(message::fitting_party);
        let octets = message::mdmf(stamp, number.as_ref(), name.as_ref());
        Self { service: CallerIdService::Mdmf, stamp, number, name, called: None, octets, intact: true }
    }

    /// From the beginning of the silence after the first ring until the called modem has the whole message (Bellcore):
    /// 500 ms of guard, 250 ms of channel seizure, 150 ms of mark, and the message at 1200 bit/s, 10 bits an octet.
    pub fn delivery(&self) -> Duration {
        Duration::from_millis(500 + 250 + 150) + self.message_time()
    }

    /// What comes before the first ring, each with its time since the exchange took the line, and when the first ring
    /// begins. `None` where caller ID comes after the first ring.
    pub(super) fn pre_ring(&self) -> Option<(Vec<(Duration, PreRing)>, Duration)> {
        let ms = Duration::from_millis;
        // 300 bits of channel seizure, 80 bits of mark.
        let fsk = ms(250) + Duration::from_micros(66_667) + self.message_time();
        let (mut happens, message_over) = match self.service {
            CallerIdService::Mdmf | CallerIdService::Sdmf => return None,
            // A pulse of 200 to 300 ms, and 500 to 800 ms until data (EN 300 659-1 §6.2.2).
            CallerIdService::Etsi => {
                (vec![(ms(0), PreRing::Pulse(true)), (ms(250), PreRing::Pulse(false))], ms(850) + fsk)
            }
            // Reversal, 100 ms, 100 ms of idle state tone alert, and at least 45 ms until data (SIN 227 §6).
            CallerIdService::Uk => (vec![(ms(0), PreRing::Reversal)], ms(100 + 100 + 150) + fsk),
            CallerIdService::Dtmf => (vec![(ms(0), PreRing::Reversal)], ms(250) + self.message_time()),
        };
        happens.push((message_over, PreRing::Delivered));
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
    fn number_and_name_take_a_quarter_of_a_second_on_the_line() {
        let id = CallerId::mdmf(NEW_YEAR, Some("5551234".into()), Some("ALICE".into()));
        assert_eq!(id.octets.len(), 29);
        assert_eq!(id.delivery(), Duration::from_micros(900_000 + 241_666));
        assert_eq!(id.pre_ring(), None);
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
            assert_eq!((id.number, id.name), (Some("5551234".into()), None));
            let id = CallerId::of(service, &setup(None, Some("ALICE"))).unwrap();
            assert_eq!(id.number, Some(Party::OutOfArea), "{service:?}");
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
            let (happens, ring) = id.pre_ring().unwrap();
            let (at, last) = *happens.last().unwrap();
            assert_eq!(last, PreRing::Delivered);
            assert!(ring - at >= Duration::from_millis(200) && ring < Duration::from_secs(3), "{service:?} {ring:?}");
        }
    }
}
