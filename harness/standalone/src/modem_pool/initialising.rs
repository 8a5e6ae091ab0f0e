//! The command line that a modem gets before its DTE does anything, as an owner types it once and stores it with `&W`.
//!
//! In: commands without `AT`. Out: a modem with these settings, active and stored, so that `ATZ` brings them back; or what it
//! answered instead of OK. Nothing of it reaches the DTE.

use offhook_clock::Instant;
use offhook_telephony::modem::ModemOutput;

use super::{ModemPool, ToDte};

impl ModemPool {
    /// Gives the modem of the line these commands and `&W`.
    ///
    /// # Errors
    ///
    /// What it answered, if that is not OK; or that it went off hook.
    pub fn initialise(&mut self, line: usize, commands: &str) -> Result<(), String> {
        let subscriber = &mut self.lines[line];
        let mut fresh = subscriber.modem.clone();
        // Circuit 108/2 stays off: a modem that is silent for a while after it comes on would not hear this. The first line
        // makes the answer to the second one a word.
        let mut answers = b"nothing".to_vec();
        for text in ["E0V1Q0".to_owned(), format!("{commands}S3?")] {
            if answers.is_empty() {
                return Err("the modem does not answer".to_owned());
            }
            answers.clear();
            fresh.handle_dte_octets(Instant::ZERO, format!("AT{text}\r").as_bytes());
            while let Some(output) = fresh.poll_output() {
                match output {
                    ModemOutput::ToDte(octets) => answers.extend(octets),
                    ModemOutput::OffHook => return Err("the modem goes off hook for it".to_owned()),
                    _ => {}
                }
            }
        }
        // The value of S3 is told after all else has been taken, whatever Q and V say.
        if !answers.windows(3).any(|three| three.iter().all(u8::is_ascii_digit)) {
            let answer = String::from_utf8_lossy(&answers).trim().to_owned();
            let answer = if answer.is_empty() { "nothing" } else { &answer };
            return Err(format!("the modem answers {}", answer.escape_debug()));
        }
        let modem = &mut subscriber.modem;
        modem.handle_dte_octets(Instant::ZERO, format!("AT{commands}&W\r").as_bytes());
        while let Some(output) = modem.poll_output() {
            if let ModemOutput::Circuit(circuit, on) = output {
                subscriber.to_dte.push_back(ToDte::Circuit(circuit, on));
            }
        }
        Ok(())
    }
}
