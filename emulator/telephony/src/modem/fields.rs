//! Fields in the texts of models: `{receive}`, `{sent:21}`; what a modem says of its settings and of its last call.
//!
//! In: a line with names in braces, and what they stand for. Out: the line with values in their place. A number after a colon
//! is a width in characters: the value stands at the right of it, with a minus sign at the left.

use super::Modem;
use super::State;
use super::last_call::CallEnd;
use crate::exchange::Carrier;

/// The fields of information text, beside settings (`{E}`, `{&A}`: their numbers) and S-parameters (`{S0}`: three digits).
pub const INFORMATION: &[&str] = &[
    "compression",
    "dte",
    "duration",
    "highest-receive",
    "highest-transmit",
    "hook",
    "last-dialled",
    "lost",
    "method",
    "minutes",
    "modulation",
    "protocol",
    "reason",
    "receive",
    "received",
    "registers",
    "retrains-granted",
    "retrains-requested",
    "sent",
    "settings",
    "title",
    "transmit",
];

/// The line with each field that has a value replaced by it.
pub(super) fn fill(line: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((field, behind)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let (name, width) = split(field);
        match value(name) {
            Some(value) if width < 0 => filled += &format!("{value:<0$}", width.unsigned_abs()),
            Some(value) => filled += &format!("{value:>0$}", width.unsigned_abs()),
            None => filled += &format!("{{{field}}}"),
        }
        rest = behind;
    }
    filled + rest
}

/// A field's name, and its width in characters: 0 if it has none, below 0 if the value stands at the left.
///
/// ```
/// use offhook_telephony::modem::fields::split;
///
/// assert_eq!(split("sent"), ("sent", 0));
/// assert_eq!(split("sent:-8"), ("sent", -8));
/// ```
pub fn split(field: &str) -> (&str, isize) {
    match field.rsplit_once(':').map(|(name, width)| (name, width.parse())) {
        Some((name, Ok(width @ -200..=200))) => (name, width),
        _ => (field, 0),
    }
}

/// The error control of a carrier, in the words of `+ER` (V.250 §6.5.5) and of the maker's forms.
pub(super) fn protocol(carrier: &Carrier) -> &'static str {
    if carrier.error_control { "LAPM" } else { "NONE" }
}

/// Its compression, in the words of the maker's forms.
pub(super) fn compression(carrier: &Carrier) -> &'static str {
    if carrier.compression { "V42BIS" } else { "NONE" }
}

impl Modem {
    /// Information text with its fields filled. A line that is `{registers:5}` alone, behind some blanks, becomes rows of five
    /// S-parameters; one that is `{settings:9}`, rows of nine commands.
    pub(super) fn filled(&self, lines: &[String]) -> Vec<String> {
        lines
            .iter()
            .flat_map(|line| match self.rows(line) {
                Some(rows) => rows,
                None => vec![fill(line, |name| self.field(name)).trim_end().to_owned()],
            })
            .collect()
    }

    fn rows(&self, line: &str) -> Option<Vec<String>> {
        let field = line.trim_start().strip_prefix('{')?.strip_suffix('}')?;
        let (name, columns) = split(field);
        let register = |(number, value)| format!("S{number:02}={:03}", self.register_now(number, value));
        let all: Vec<String> = match name {
            "registers" => self.active.registers().map(register).collect(),
            "settings" => self.active.settings().map(|(name, value)| format!("{name}{value}")).collect(),
            _ => return None,
        };
        let indent = " ".repeat(line.len() - line.trim_start().len());
        let row = |row: &[String]| format!("{indent}{}", row.join("  "));
        Some(all.chunks(columns.unsigned_abs().max(1)).map(row).collect())
    }

    /// S1 counts rings, and is kept elsewhere.
    fn register_now(&self, number: u8, value: u8) -> u8 {
        if number == super::parameter::RING_COUNT { self.rings.count(self.now) } else { value }
    }

    fn field(&self, name: &str) -> Option<String> {
        let call = &self.last_call;
        let carrier = call.carrier.as_ref();
        let seconds = call.duration(self.now).as_secs();
        Some(match name {
            "compression" => carrier.map_or("NONE", compression).to_owned(),
            "dte" => self.port_speed().map_or_else(|| "unknown".to_owned(), |speed| speed.to_string()),
            "duration" => format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
            "highest-receive" => call.highest.1.to_string(),
            "highest-transmit" => call.highest.0.to_string(),
            "hook" => if self.state == State::Command { "ON HOOK" } else { "OFF HOOK" }.to_owned(),
            "last-dialled" => self.last_dialled.clone().unwrap_or_default(),
            "lost" => call.lost(self.lost).to_string(),
            "method" => if self.active.pulses { "PULSE" } else { "TONE" }.to_owned(),
            "minutes" => (seconds / 60).to_string(),
            "modulation" => carrier.map_or("NONE", |carrier| carrier.modulation.as_str()).to_owned(),
            "protocol" => carrier.map_or("NONE", protocol).to_owned(),
            "reason" => self.reason(call.end),
            "receive" => carrier.map_or(0, |carrier| carrier.receive).to_string(),
            "received" => call.received.to_string(),
            "retrains-granted" => call.retrains_granted.to_string(),
            "retrains-requested" => call.retrains_requested.to_string(),
            "sent" => call.sent.to_string(),
            "title" => super::generic::model(&self.config),
            "transmit" => carrier.map_or(0, |carrier| carrier.transmit).to_string(),
            _ => match name.strip_prefix('S').and_then(|number| number.parse().ok()) {
                Some(number) => format!("{:03}", self.register_now(number, self.active.get(number))),
                None => self.active.setting(name).to_string(),
            },
        })
    }

    /// How the call ended, in the maker's words.
    fn reason(&self, end: CallEnd) -> String {
        self.config.personality.reasons.get(&end).cloned().unwrap_or_else(|| end.phrase().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_filled_at_their_width_and_what_is_no_field_stays() {
        let value = |name: &str| (name == "sent").then(|| "17".to_owned());
        let fill = |line: &str| fill(line, value);
        assert_eq!(fill("sent {sent} octets"), "sent 17 octets");
        assert_eq!(fill("|{sent:5}|{sent:-5}|"), "|   17|17   |");
        assert_eq!(fill("{other} {sent:x} {"), "{other} {sent:x} {");
        assert_eq!(fill("{sent:9999}"), "{sent:9999}");
    }
}
