//! An exchange with a modem on each of its lines: what lies between [`Exchange`], [`Modem`] and whoever owns the clock.
//!
//! In: what the DTEs write, and the time. Out: what the DTEs are to read. The examples share this file.

use offhook_clock::{Instant, earliest};
use offhook_telephony::exchange::{Exchange, LineConfig, LineId, LineOutput, Stamp};
use offhook_telephony::modem::{Modem, ModemConfig, ModemOutput};

/// A line with its modem, whose DTE has opened the port.
struct Subscriber {
    line: LineId,
    modem: Modem,
    /// Octets that the DTE has not read yet.
    to_dte: Vec<u8>,
}

/// All of it. A subscriber is named by its place, in the order of the numbers.
pub(crate) struct Switchboard {
    exchange: Exchange,
    subscribers: Vec<Subscriber>,
}

impl Switchboard {
    /// A line and a modem for each of these numbers.
    pub(crate) fn new(numbers: &[&str], line: &LineConfig) -> Self {
        let mut exchange = Exchange::new();
        let mut subscribers = Vec::new();
        for number in numbers {
            let line = exchange.subscribe(*number, line.clone());
            let mut modem = Modem::new(ModemConfig::default());
            // Circuit 108/2: the DTE is there.
            modem.handle_circuit_108(Instant::ZERO, true);
            subscribers.push(Subscriber { line, modem, to_dte: Vec::new() });
        }
        Self { exchange, subscribers }
    }

    /// A DTE writes to its modem.
    pub(crate) fn write(&mut self, now: Instant, who: usize, octets: &[u8]) {
        self.subscribers[who].modem.handle_dte_octets(now, octets);
        self.settle(now);
    }

    /// What a DTE reads from its modem.
    pub(crate) fn read(&mut self, who: usize) -> Vec<u8> {
        std::mem::take(&mut self.subscribers[who].to_dte)
    }

    /// When [`Self::handle_timeout`] wants to be called.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let modems = self.subscribers.iter().map(|subscriber| subscriber.modem.poll_timeout());
        modems.fold(self.exchange.poll_timeout(), earliest)
    }

    /// A deadline may have come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.exchange.handle_timeout(now);
        for subscriber in &mut self.subscribers {
            subscriber.modem.handle_timeout(now);
        }
        self.settle(now);
    }

    /// Carries what the lines say to the modems, and what the modems do to the lines, until nobody has anything to say.
    fn settle(&mut self, now: Instant) {
        let mut is_quiet = false;
        while !std::mem::replace(&mut is_quiet, true) {
            for Subscriber { line, modem, to_dte } in &mut self.subscribers {
                while let Some(output) = self.exchange.poll_output(*line) {
                    is_quiet = false;
                    if let LineOutput::ToModem(event) = output {
                        modem.handle_line(now, event);
                    }
                }
                while let Some(output) = modem.poll_output() {
                    is_quiet = false;
                    match output {
                        ModemOutput::ToDte(octets) => to_dte.extend(octets),
                        ModemOutput::ToLine(octets) => self.exchange.send(now, *line, &octets),
                        ModemOutput::OffHook => self.exchange.handle_off_hook(now, *line),
                        ModemOutput::OnHook => self.exchange.handle_on_hook(now, *line),
                        ModemOutput::Dial(number) | ModemOutput::DialAddress(number) => {
                            self.exchange.handle_dial(now, *line, &number, Stamp::default());
                        }
                        ModemOutput::Retrain => self.exchange.handle_retrain(now, *line),
                        // These DTEs have no circuits, and nobody keeps a trace.
                        ModemOutput::Circuit(..) | ModemOutput::HangUpDte | ModemOutput::Trace(_) => {}
                    }
                }
            }
        }
    }
}
