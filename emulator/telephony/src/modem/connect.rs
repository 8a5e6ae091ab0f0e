//! What a modem says when it has carrier: `CONNECT` in the maker's form, and the reports V.250 puts before it.
//!
//! In: the [`Carrier`], the port's speed, what is set (X, W, makers' S95; +MR, +ER, +DR, +ILRR). Out: a [`Report`]: lines
//! to be given before the final result code, and its word and number. V.250 §6.2.7, §6.4.2, §6.5.5, §6.6.2, §6.2.13.

use super::Modem;
use super::fields::{compression, fill, protocol};
use super::personality::ConnectForm;
use super::result_code::{CONNECT_NUMBERS, ResultCode};
use crate::exchange::Carrier;

/// What is said of a carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    /// Result codes before the last, in this order; none of them in V0 but those V.250 defines.
    before: Vec<String>,
    /// The word of the final result code.
    word: String,
    /// Its number.
    number: u32,
}

impl Modem {
    /// Says it, with the reports before it if it is `new`.
    pub(super) fn tell_connection(&mut self, carrier: &Carrier, new: bool) {
        let Report { before, word, number } = self.connect_report(carrier, self.port_speed());
        for line in before.into_iter().filter(|_| new) {
            self.result_line(&line);
        }
        self.result_in_words(ResultCode::Connect(number), Some(word));
    }

    /// What is said of this carrier; `port` is the speed of the port in bit/s, if it is known.
    fn connect_report(&self, carrier: &Carrier, port: Option<u32>) -> Report {
        let port = port.unwrap_or(carrier.rate());
        let mut before = self.reports(carrier, port);
        let (mut lines, plain) = match self.form(carrier) {
            Some(form) => (form.lines.iter().map(|line| filled(line, carrier, port)).collect(), false),
            None => self.usual(carrier, port),
        };
        let word = lines.pop().unwrap_or_else(|| "CONNECT".to_owned());
        if self.active.verbose {
            before.extend(lines);
        }
        let told = if self.active.setting("W") == 0 { port } else { carrier.rate() };
        let own = &self.config.personality.connect_numbers;
        let number = match (plain || self.active.detail == 0, own.is_empty()) {
            (true, _) => 1,
            (false, true) => CONNECT_NUMBERS.iter().find(|(rate, _)| *rate == told).map_or(1, |(_, number)| *number),
            (false, false) => own.get(&told).copied().unwrap_or(1),
        };
        Report { before, word, number }
    }

    /// The maker's form whose conditions hold.
    fn form(&self, carrier: &Carrier) -> Option<&ConnectForm> {
        let holds = |name: &str, value: u32| match name.strip_prefix('S').map(str::parse::<u8>) {
            Some(Ok(number)) => u32::from(self.active.get(number)) == value,
            _ => self.active.setting(name) == value,
        };
        self.config.personality.connect.iter().find(|form| {
            form.error_control.is_none_or(|wanted| wanted == carrier.error_control)
                && form.when.iter().all(|(name, value)| holds(name, *value))
        })
    }

    /// The generic modem's lines, and whether they tell no rate.
    fn usual(&self, carrier: &Carrier, port: u32) -> (Vec<String>, bool) {
        if self.active.detail == 0 {
            return (vec!["CONNECT".to_owned()], true);
        }
        let lines = match self.active.setting("W") {
            0 => vec![format!("CONNECT {port}")],
            1 => vec![
                format!("CARRIER {}", carrier.receive),
                format!("PROTOCOL: {}", protocol(carrier)),
                format!("CONNECT {port}"),
            ],
            _ => vec![format!("CONNECT {}", carrier.rate())],
        };
        (lines, false)
    }

    /// `+MCR`, `+MRR`, `+ER`, `+DR`, `+ILRR`, as far as they are wanted.
    fn reports(&self, carrier: &Carrier, port: u32) -> Vec<String> {
        let wanted = |name: &str| self.active.extended_value(name, 0) == 1;
        let mut lines = Vec::new();
        if wanted("+MR") {
            lines.push(format!("+MCR: {}", carrier.modulation));
            lines.push(match (carrier.transmit, carrier.receive) {
                (transmit, receive) if transmit == receive => format!("+MRR: {transmit}"),
                (transmit, receive) => format!("+MRR: {transmit},{receive}"),
            });
        }
        if wanted("+ER") {
            lines.push(format!("+ER: {}", protocol(carrier)));
        }
        if wanted("+DR") {
            lines.push(format!("+DR: {}", if carrier.compression { "V42B" } else { "NONE" }));
        }
        if wanted("+ILRR") {
            lines.push(format!("+ILRR: {port}"));
        }
        lines
    }
}

/// A line of a form with its words replaced.
fn filled(line: &str, carrier: &Carrier, port: u32) -> String {
    fill(line, |name| {
        Some(match name {
            "dte" => port.to_string(),
            "rate" => carrier.rate().to_string(),
            "transmit" => carrier.transmit.to_string(),
            "receive" => carrier.receive.to_string(),
            "modulation" => carrier.modulation.clone(),
            "protocol" => protocol(carrier).to_owned(),
            "compression" => compression(carrier).to_owned(),
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::{ModemConfig, Personality};
    use offhook_clock::Instant;

    fn modem(personality: Personality, commands: &[&str]) -> Modem {
        let mut modem = Modem::new(ModemConfig { personality, ..ModemConfig::default() });
        for command in commands {
            modem.handle_dte_octets(Instant::ZERO, format!("AT{command}\r").as_bytes());
        }
        modem
    }

    fn lapm(rate: u32) -> Carrier {
        Carrier { error_control: true, ..Carrier::new(rate) }
    }

    fn report(before: &[&str], word: &str, number: u32) -> Report {
        Report { before: before.iter().map(|line| (*line).to_owned()).collect(), word: word.to_owned(), number }
    }

    // M16, M18, V.250 §6.2.7 and makers' W
    #[test]
    fn connect_tells_the_line_s_rate_or_the_port_s_or_none() {
        let say =
            |commands: &[&str]| modem(Personality::default(), commands).connect_report(&lapm(33_600), Some(57_600));
        assert_eq!(say(&[]), report(&[], "CONNECT 33600", 84));
        assert_eq!(say(&["W0"]), report(&[], "CONNECT 57600", 18));
        assert_eq!(say(&["W1"]), report(&["CARRIER 33600", "PROTOCOL: LAPM"], "CONNECT 57600", 84));
        assert_eq!(say(&["X0"]), report(&[], "CONNECT", 1));
        assert_eq!(say(&["V0W1"]), report(&[], "CONNECT 57600", 84));
    }

    // M19, V.250 §6.4.2, §6.5.5, §6.6.2
    #[test]
    fn reports_of_modulation_error_control_and_compression_come_before_connect_in_this_order() {
        let carrier = Carrier { transmit: 33_600, receive: 53_333, modulation: "V90".to_owned(), ..lapm(53_333) };
        let said =
            modem(Personality::default(), &["+DR=1;+ER=1;+MR=1;+ILRR=1"]).connect_report(&carrier, Some(115_200));
        let before = ["+MCR: V90", "+MRR: 33600,53333", "+ER: LAPM", "+DR: NONE", "+ILRR: 115200"];
        assert_eq!(said, report(&before, "CONNECT 53333", 1));
    }

    #[test]
    fn a_make_s_form_is_chosen_by_what_is_set_and_by_error_control() {
        let form = |error_control, when: &[(&str, u32)], lines: &[&str]| ConnectForm {
            when: when.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            error_control,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        let personality = Personality {
            connect: vec![
                form(None, &[("X", 0)], &["CONNECT"]),
                form(Some(true), &[], &["CONNECT {rate}/ARQ/{modulation}/{protocol}/{compression}"]),
                form(None, &[("S7", 60)], &["CARRIER {receive}", "CONNECT {dte}"]),
                form(None, &[], &["CONNECT {rate}"]),
            ],
            connect_numbers: [(33_600, 48)].into(),
            ..Personality::default()
        };
        let say = |commands: &[&str], carrier: &Carrier| {
            modem(personality.clone(), commands).connect_report(carrier, Some(38_400))
        };
        assert_eq!(say(&[], &lapm(33_600)), report(&[], "CONNECT 33600/ARQ/V34/LAPM/NONE", 48));
        assert_eq!(say(&[], &Carrier::new(33_600)), report(&[], "CONNECT 33600", 48));
        assert_eq!(say(&["S7=60"], &Carrier::new(33_600)), report(&["CARRIER 33600"], "CONNECT 38400", 48));
        assert_eq!(say(&["X0"], &lapm(33_600)), report(&[], "CONNECT", 1));
    }
}
