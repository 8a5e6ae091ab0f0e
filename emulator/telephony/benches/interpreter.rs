//! How many command lines a modem takes a second, on one core: `cargo bench -p offhook-telephony --bench interpreter`.
//!
//! Lines are drawn at random from the signs that commands are made of, some of them sensible; each goes in octet by octet
//! as from a serial port, and what the modem says is thrown away.

#![allow(missing_docs)]

use std::time::{Duration, Instant};

use offhook_clock as time;
use offhook_clock::Random;
use offhook_telephony::modem::{Modem, ModemConfig};

const SIGNS: &[u8] = b"EIQVXLMNBPTWYZS&CDFKRSW\\N%C+VCIDMSESDRGMMFLASHIPRC0123456789=?,; ";
const SENSIBLE: &[&str] = &["S0=0Q0&D3&C1", "Q0V1H0", "+FCLASS=?", "&FE0V1S7=60", "I4", "+MS=V34,1,9600,33600", "&V"];
const LINES: usize = 20_000;

fn main() {
    let mut random = Random::new(1);
    let lines: Vec<String> = (0..LINES)
        .map(|index| match SENSIBLE.get(index % 16) {
            Some(line) => format!("AT{line}\r"),
            None => {
                let length = random.next() as usize % 40;
                let body: String = (0..length)
                    .filter_map(|_| SIGNS.get(random.next() as usize % SIGNS.len()))
                    .map(|c| char::from(*c))
                    .collect();
                format!("AT{body}\r")
            }
        })
        .collect();
    let mut modem = Modem::new(ModemConfig::default());
    modem.handle_circuit_108(time::Instant::ZERO, true);
    let start = Instant::now();
    let mut said = 0;
    for (index, line) in lines.iter().enumerate() {
        let now = time::Instant::from_millis(1000 * index as u64);
        for octet in line.bytes() {
            modem.handle_dte_octets(now, &[octet]);
        }
        while let Some(output) = modem.poll_output() {
            said += usize::from(matches!(output, offhook_telephony::modem::ModemOutput::ToDte(_)));
        }
    }
    let elapsed = start.elapsed().max(Duration::from_micros(1));
    let rate = LINES as f64 / elapsed.as_secs_f64();
    println!("{LINES} command lines, {said} answered: {rate:.0} lines/s, wanted: at least 10000");
}
