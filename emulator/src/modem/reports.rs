//! What is told of a connection before `CONNECT`: V.250 §6.4.2 (`+MR`), §6.5.5 (`+ER`), §6.6.2 (`+DR`), §6.2.13 (`+ILRR`).
//!
//! In: the carrier and the settings. Out: intermediate result codes, in the order in which training goes on: modulation,
//! rate, error control, compression, and the speed of the DTE's port.

use super::Modem;
use crate::exchange::Carrier;

impl Modem {
    /// Tells what is set to be told.
    pub(super) fn report_connection(&mut self, carrier: &Carrier) {
        let mut lines = Vec::new();
        if self.extended_value("+MR", 0) == 1 {
            lines.push(format!("+MCR: {}", carrier.modulation));
            lines.push(if carrier.transmit == carrier.receive {
                format!("+MRR: {}", carrier.transmit)
            } else {
                format!("+MRR: {},{}", carrier.transmit, carrier.receive)
            });
        }
        if self.extended_value("+ER", 0) == 1 {
            lines.push(format!("+ER: {}", if carrier.error_control { "LAPM" } else { "NONE" }));
        }
        if self.extended_value("+DR", 0) == 1 {
            lines.push(format!("+DR: {}", if carrier.compression { "V42B" } else { "NONE" }));
        }
        if let (1, Some(speed)) = (self.extended_value("+ILRR", 0), self.port_speed()) {
            lines.push(format!("+ILRR: {speed}"));
        }
        for line in lines {
            self.result_line(&line);
        }
    }
}
